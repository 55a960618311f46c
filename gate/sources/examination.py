"""What the caller of AWS is and may do, each action tried without changing anything, and how scanning is set up."""

from collections.abc import Iterator
from datetime import datetime
from enum import Enum

import msgspec
from botocore.exceptions import ClientError
from msgspec import Struct

from gate.errors import EvidenceError, GateError, NotYetError
from gate.model import Image
from gate.plain import one_line
from gate.sources.aws import Caller, Connections
from gate.sources.coverage import equals, resource_id
from gate.sources.refusals import UNWELCOME, code_of, translate
from gate.sources.times import to_time
from gate.sources.wire import (
    ImageDetails,
    RegistryConfiguration,
    RepositoryConfigurations,
    decode,
)
from gate.sources.wire_builder import BuiltImage, GotImage, ScanningConfiguration
from gate.target import BuildTarget, EcrTarget

_ANY = msgspec.json.Decoder(msgspec.Raw)
_DETAILS = msgspec.json.Decoder(ImageDetails)
_REGISTRY = msgspec.json.Decoder(RegistryConfiguration)
_REPOSITORIES = msgspec.json.Decoder(RepositoryConfigurations)
_IMAGE = msgspec.json.Decoder(GotImage)
NOT_TRIED = frozenset({"StartImageScan", "AssumeRole", "AssumeRoleWithWebIdentity"})
"""What is not tried: a scan would be started, and roles are assumed on the way, or not at all."""


class Leave(Enum):
    """Whether the caller may do something; `untold` when AWS did not get as far as to say."""

    GIVEN = "yes"
    REFUSED = "no"
    UNTOLD = "not told"


class Tried(Struct, frozen=True, kw_only=True):
    """One action that was tried, what it is for, and what came of it."""

    action: str
    needed_for: str
    leave: Leave
    said: str = ""
    body: bytes = b""


class Surroundings(Struct, frozen=True, kw_only=True):
    """Everything around one target that decides whether its scan can be read."""

    who: str
    account: str
    tried: tuple[Tried, ...]
    registry: str = ""
    """The registry that the scanning configuration is of; empty when it was not told."""
    scan_type: str = ""
    frequency: str = ""
    pushed_at: datetime | None = None
    built_at: datetime | None = None
    """When Image Builder made the build."""
    is_scanned: bool | None = None
    """Whether image scanning was enabled for the build; None where that was not told."""
    scan_types: tuple[str, ...] = ()
    """AWS's words for how the build is scanned."""


class _Question(Struct, frozen=True, kw_only=True):
    service: str
    operation: str
    needed_for: str
    members: dict[str, object]


def examine(
    connections: Connections, target: EcrTarget | BuildTarget, image: Image, finding: str | None = None
) -> Surroundings:
    """Ask STS who is calling, and try every action that a check of the target may need; `image` is what it came to.

    What needs a finding is tried where the ARN of one, `finding`, is at hand.
    """
    if isinstance(target, EcrTarget):
        resource = resource_id(image, connections.caller("ecr", target.region).partition)
        questions = (*_of_ecr(target, image), *_of_inspector(resource, finding))
    else:
        questions = tuple(_of_builder(target, image))
    who, account = _identity(connections, target.region)
    tried = tuple(
        _try(connections.caller(question.service, target.region, once=True), question) for question in questions
    )
    bodies = {one.action: one.body for one in tried if one.body}
    try:
        return _told(Surroundings(who=who, account=account, tried=tried), bodies, image)
    except EvidenceError:
        return Surroundings(who=who, account=account, tried=tried)


def _of_ecr(target: EcrTarget, image: Image) -> Iterator[_Question]:
    name = {"imageDigest": target.digest} if target.digest else {"imageTag": target.tag}
    place: dict[str, object] = {"repositoryName": target.repository}
    place |= {"registryId": image.registry} if image.registry else {}
    every, optional = "every check", "better answers (optional)"
    named = place | {"imageIds": [name]}
    rows: tuple[tuple[str, str, dict[str, object]], ...] = (
        ("DescribeImages", every, named | {"filter": {"imageStatus": "ANY"}}),
        ("DescribeImageScanFindings", every, place | {"imageId": name, "maxResults": 1}),
        ("BatchGetImage", "indexes and images without findings", named),
        ("GetRegistryScanningConfiguration", optional, {}),
        ("BatchGetRepositoryScanningConfiguration", optional, {"repositoryNames": [target.repository]}),
    )
    for operation, needed_for, members in rows:
        yield _Question(service="ecr", operation=operation, needed_for=needed_for, members=members)


def _of_inspector(resource: str, finding: str | None) -> Iterator[_Question]:
    criteria = {"resourceId": equals(resource)}
    active = criteria | {"findingStatus": equals("ACTIVE")}
    counted: dict[str, object] = {
        "aggregationType": "AWS_ECR_CONTAINER",
        "aggregationRequest": {"awsEcrContainerAggregation": {"resourceIds": equals(resource)}},
    }
    rows: list[tuple[str, str, dict[str, object]]] = [
        ("ListFindings", "enhanced scanning", {"filterCriteria": active, "maxResults": 1}),
        ("ListCoverage", "enhanced scanning", {"filterCriteria": criteria, "maxResults": 1}),
        ("ListFindingAggregations", "--source inspector", counted),
    ]
    if finding:
        rows.append(("BatchGetFindingDetails", "rules on KEV without --kev", {"findingArns": [finding]}))
    for operation, needed_for, members in rows:
        yield _Question(service="inspector2", operation=operation, needed_for=needed_for, members=members)


def _of_builder(target: BuildTarget, image: Image) -> Iterator[_Question]:
    service = "imagebuilder"
    if target.is_pipeline:
        asked: dict[str, object] = {"imagePipelineArn": target.arn}
        yield _Question(
            service=service, operation="ListImagePipelineImages", needed_for="pipeline targets", members=asked
        )
    if image.arn is None:
        return
    only = {"name": "imageBuildVersionArn", "values": [image.arn]}
    rows: tuple[tuple[str, dict[str, object]], ...] = (
        ("GetImage", {"imageBuildVersionArn": image.arn}),
        ("ListImageScanFindings", {"filters": [only], "maxResults": 1}),
        ("ListImageScanFindingAggregations", {"filter": only}),
    )
    for operation, members in rows:
        yield _Question(service=service, operation=operation, needed_for="every check", members=members)


def _identity(connections: Connections, region: str | None) -> tuple[str, str]:
    try:
        return connections.identity(region)
    except GateError as err:
        return f"not told: {one_line(err.message, 300)}", ""


def _try(caller: Caller, question: _Question) -> Tried:
    """Ask once; any answer but a refusal of the caller shows that the action is allowed."""
    leave, said, body = Leave.GIVEN, "", b""
    try:
        body = bytes(caller.ask(question.operation, _ANY, "the examination", **question.members))
    except ClientError as err:
        code = code_of(err)
        error = translate(err, question.operation, "the examination")
        if code in UNWELCOME:
            leave = Leave.REFUSED
        elif isinstance(error, NotYetError):
            leave = Leave.UNTOLD
        said = one_line(code, 80)
    except GateError as err:
        leave, said = Leave.UNTOLD, one_line(err.message, 200)
    action = f"{question.service}:{question.operation}"
    return Tried(action=action, needed_for=question.needed_for, leave=leave, said=said, body=body)


def _told(surroundings: Surroundings, bodies: dict[str, bytes], image: Image) -> Surroundings:
    """Read from the answers when the image was pushed and how its registry scans, or the same of a build."""
    found: dict[str, object] = {}
    if body := bodies.get("ecr:DescribeImages"):
        details = decode(body, _DETAILS).image_details or ()
        found["pushed_at"] = to_time(details[0].image_pushed_at, "imagePushedAt") if details else None
    if body := bodies.get("ecr:GetRegistryScanningConfiguration"):
        registry = decode(body, _REGISTRY)
        found["registry"] = registry.registry_id or ""
        found["scan_type"] = (registry.scanning_configuration and registry.scanning_configuration.scan_type) or ""
    if body := bodies.get("ecr:BatchGetRepositoryScanningConfiguration"):
        rows = decode(body, _REPOSITORIES).scanning_configurations or ()
        words = [row.scan_frequency for row in rows if row.repository_name == image.repository]
        found["frequency"] = next((word for word in words if word), "")
    if body := bodies.get("imagebuilder:GetImage"):
        built = decode(body, _IMAGE).image or BuiltImage()
        settings = built.image_scanning_configuration or ScanningConfiguration()
        found["built_at"] = to_time(built.date_created, "dateCreated")
        found["is_scanned"] = settings.image_scanning_enabled
        found["scan_types"] = settings.image_scanning_types or ()
    return msgspec.structs.replace(surroundings, **found)
