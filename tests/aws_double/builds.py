"""Image Builder in the double: builds with their timelines, pipelines, and what its four operations answer."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from tests.aws_double.answers import Place, read_token, write_token
from tests.aws_double.findings import ACCOUNT, REGION, JsonObject, enhanced_finding, severities
from tests.aws_double.outcomes import Prepared, Refused
from tests.aws_double.shapes import Unknown

BUILD = f"arn:aws:imagebuilder:{REGION}:{ACCOUNT}:image/golden-ami/1.2.3/4"
PIPELINE = f"arn:aws:imagebuilder:{REGION}:{ACCOUNT}:image-pipeline/golden-ami"
DEFAULT_PAGE = 25
_NOT_IN_IMAGE_BUILDER = ("findingArn", "status", "exploitAvailable", "lastObservedAt", "score", "scoreDetails")


class BuildAnswer(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One thing Image Builder may say of a build, until the next step of its timeline."""

    state: str | None = "AVAILABLE"
    reason: str | None = None
    scan: str | None = "COMPLETED"
    """None: `scanState` is absent."""
    scan_reason: str | None = None
    scanning: bool | None = True
    """None: `imageScanningConfiguration` is absent."""
    types: tuple[str, ...] | None = None
    findings: tuple[JsonObject, ...] = ()
    counts: Literal["total", "absent"] | Mapping[str, int] = "total"
    """What ListImageScanFindingAggregations says; absent: it does not know the image."""
    repeats: bool = False
    """The second page's token leads to the second page, for ever."""
    endless: bool = False
    """There is always one more token, and never anything behind it."""
    lost: bool = False
    """Serve no token that leads to the last page."""
    amis: tuple[tuple[str, str], ...] = ((REGION, "ami-0123456789abcdef0"),)
    """(region, AMI)."""
    uris: tuple[str, ...] = ()
    extra: Mapping[str, object] = {}
    """Laid over `image`."""


class BuildScript(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One build version and everything that will be said of it."""

    arn: str
    pipeline: str | None
    created_at: datetime
    appears_at: float
    steps: tuple[tuple[float, BuildAnswer], ...]

    def step_at(self, seconds: float) -> int:
        """Return which step holds at this time; the first one before that, too."""
        return max(sum(1 for begins, _ in self.steps if begins <= seconds) - 1, 0)


class Named(msgspec.Struct, frozen=True):
    """A filter: a name and its values."""

    name: str = ""
    values: tuple[str, ...] = ()


class BuildRequest(msgspec.Struct, frozen=True):
    """The members that any of the requests may have."""

    imageBuildVersionArn: str = ""  # noqa: N815 - AWS's spelling
    imagePipelineArn: str = ""  # noqa: N815
    filter: Named = Named()
    filters: tuple[Named, ...] = ()
    maxResults: int | None = None  # noqa: N815
    nextToken: str | None = None  # noqa: N815


class Builds:
    """The builds and pipelines that exist; a part of the double's world."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.builds: dict[str, BuildScript] = {}

    def seconds(self) -> float:
        """Return the seconds since the start."""
        raise NotImplementedError

    def at(self, seconds: float) -> datetime:
        """Return the time that many seconds from the start."""
        raise NotImplementedError

    def build(
        self,
        *steps: BuildAnswer | tuple[float, BuildAnswer],
        arn: str = BUILD,
        pipeline: str | None = PIPELINE,
        created_at: float = -3_600.0,
        appears_at: float = -3_600.0,
    ) -> BuildScript:
        """Add a build; a step is (seconds from the double's start, answer), or an answer that always holds."""
        timed = tuple(step if isinstance(step, tuple) else (created_at, step) for step in steps)
        script = BuildScript(
            arn=arn, pipeline=pipeline, created_at=self.at(created_at), appears_at=appears_at, steps=timed
        )
        self.builds[arn] = script
        return script


def built(*findings: JsonObject, **said: object) -> BuildAnswer:
    """Return what is said of a build whose scan listed these findings (see `build_finding`)."""
    return msgspec.structs.replace(BuildAnswer(findings=findings), **said)


def building(state: str = "BUILDING", *, reason: str | None = None) -> BuildAnswer:
    """Return what is said of a build in this state, whose scan has not begun."""
    return BuildAnswer(state=state, reason=reason, scan=None, amis=())


def scanning(word: str, *, reason: str | None = None) -> BuildAnswer:
    """Return what is said of a build that is there, and whose scan is in this state."""
    return BuildAnswer(scan=word, scan_reason=reason)


def build_finding(name: str = "CVE-2026-10001", severity: str = "HIGH", **changes: object) -> JsonObject:
    """Return one finding as Image Builder lists it: Inspector's, less what this API does not have."""
    finding = enhanced_finding(name, severity, **changes)  # type: ignore[arg-type]
    score, details = finding.get("score"), finding.get("scoreDetails")
    kept = {key: value for key, value in finding.items() if key not in _NOT_IN_IMAGE_BUILDER}
    if score is not None and isinstance(details, dict):
        adjusted = {"cvssSource": "NVD", **details["cvss"]}
        kept |= {"inspectorScore": score, "inspectorScoreDetails": {"adjustedCvss": adjusted}}
    return kept


def get_image(world: Builds, members: JsonObject) -> Prepared:
    """GetImage: what the build's timeline says now."""
    request = msgspec.convert(members, BuildRequest)
    script = _script(world, request.imageBuildVersionArn)
    answer = _answer(world, script)
    image: JsonObject = {"arn": script.arn, "type": "DOCKER" if answer.uris else "AMI", "name": _name(script.arn)}
    image["dateCreated"] = _iso(script.created_at)
    words: Sequence[tuple[str, str | None, str | None]] = (
        ("state", answer.state, answer.reason),
        ("scanState", answer.scan, answer.scan_reason),
    )
    for member, status, reason in words:
        if status is not None:
            image[member] = {"status": status} | ({"reason": reason} if reason is not None else {})
    if answer.scanning is not None:
        types = {} if answer.types is None else {"imageScanningTypes": list(answer.types)}
        image["imageScanningConfiguration"] = {"imageScanningEnabled": answer.scanning} | types
    made: JsonObject = {}
    if answer.amis:
        made["amis"] = [{"region": region, "image": ami, "accountId": ACCOUNT} for region, ami in answer.amis]
    if answer.uris:
        made["containers"] = [{"region": REGION, "imageUris": list(answer.uris)}]
    image["outputResources"] = made
    return Prepared(lambda: {"requestId": "none", "image": image | dict(answer.extra)})


def list_image_scan_findings(world: Builds, members: JsonObject) -> Prepared:
    """ListImageScanFindings: says nothing of the scan's status, and lists what there is, in pages."""
    request = msgspec.convert(members, BuildRequest)
    if len(request.filters) != 1 or len(request.filters[0].values) != 1:
        raise Refused("InvalidRequestException", "The double wants one filter with one value.")
    [wanted] = request.filters
    if wanted.name != "imageBuildVersionArn":
        raise Refused("InvalidRequestException", f"The double has no filter {wanted.name}.")
    script = world.builds.get(wanted.values[0])
    place = _place(request)
    size = request.maxResults or DEFAULT_PAGE
    if script is None:
        return Prepared(lambda: {"requestId": "none", "findings": []})
    answer = _answer(world, script)
    listed = [
        {"imageBuildVersionArn": script.arn} | ({"imagePipelineArn": script.pipeline} if script.pipeline else {}) | one
        for one in answer.findings[place.offset : place.offset + size]
    ]
    body: JsonObject = {"requestId": "none", "findings": listed}
    following = _following(answer, place, size)
    if following is not None:
        body["nextToken"] = write_token(following)
    return Prepared(lambda: body)


def list_image_scan_finding_aggregations(world: Builds, members: JsonObject) -> Prepared:
    """ListImageScanFindingAggregations: all, critical, high and medium; what is less is only in `all`."""
    request = msgspec.convert(members, BuildRequest)
    if request.filter.name != "imageBuildVersionArn" or len(request.filter.values) != 1:
        raise Refused("InvalidRequestException", "The double wants the filter imageBuildVersionArn with one value.")
    arn = request.filter.values[0]
    body: JsonObject = {"requestId": "none", "aggregationType": "imageAggregation", "responses": []}
    script = world.builds.get(arn)
    answer = _answer(world, script) if script else None
    if answer is None or answer.counts == "absent":
        return Prepared(lambda: body)
    counted = severities(answer.findings)
    counts = {"all": len(answer.findings)} | {
        word.lower(): counted.get(word, 0) for word in ("CRITICAL", "HIGH", "MEDIUM")
    }
    said = counts if answer.counts == "total" else dict(answer.counts)
    body["responses"] = [{"imageAggregation": {"imageBuildVersionArn": arn, "severityCounts": said}}]
    return Prepared(lambda: body)


def list_image_pipeline_images(world: Builds, members: JsonObject) -> Prepared:
    """ListImagePipelineImages: the builds of a pipeline in no order; an empty list where there is no such pipeline."""
    request = msgspec.convert(members, BuildRequest)
    now = world.seconds()
    scripts = [
        one for one in world.builds.values() if one.pipeline == request.imagePipelineArn and one.appears_at <= now
    ]
    size, offset = request.maxResults or DEFAULT_PAGE, _place(request).offset
    listed = [
        {"arn": one.arn, "name": _name(one.arn), "dateCreated": _iso(one.created_at)}
        for one in scripts[offset : offset + size]
    ]
    body: JsonObject = {"requestId": "none", "imageSummaryList": listed}
    if offset + size < len(scripts):
        body["nextToken"] = write_token(Place(0, offset + size))
    return Prepared(lambda: body)


OPERATIONS: Mapping[str, Callable[[Builds, JsonObject], Prepared]] = {
    "GetImage": get_image,
    "ListImagePipelineImages": list_image_pipeline_images,
    "ListImageScanFindingAggregations": list_image_scan_finding_aggregations,
    "ListImageScanFindings": list_image_scan_findings,
}


def _script(world: Builds, arn: str) -> BuildScript:
    script = world.builds.get(arn)
    if script is None or script.appears_at > world.seconds():
        # NOTE: botocore's model does not list this error for GetImage; it is what users report.
        raise Refused(Unknown("ResourceNotFoundException"), f"The resource with ARN '{arn}' could not be found.")
    return script


def _answer(world: Builds, script: BuildScript) -> BuildAnswer:
    return script.steps[script.step_at(world.seconds())][1]


def _place(request: BuildRequest) -> Place:
    place = read_token(request.nextToken) if request.nextToken is not None else Place(0)
    if place is None:
        raise Refused("InvalidPaginationTokenException", "You have provided an invalid pagination token.")
    return place


def _following(answer: BuildAnswer, place: Place, size: int) -> Place | None:
    after = place.offset + size
    if answer.repeats and place.offset:
        return place
    if after < len(answer.findings) and not (answer.lost and after + size >= len(answer.findings)):
        return Place(0, after)
    return Place(0, after, place.serial + 1) if answer.endless else None


def _name(arn: str) -> str:
    return arn.rpartition(":")[2].split("/")[1]


def _iso(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
