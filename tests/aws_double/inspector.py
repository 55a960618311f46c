"""What Inspector answers: which images it covers, what it lists of them, and what it counts."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from tests.aws_double.answers import Place, read_token, write_token
from tests.aws_double.findings import REGION, JsonObject
from tests.aws_double.outcomes import Prepared, Refused

if TYPE_CHECKING:
    from tests.aws_double.world import ImageScript, World

LONG_AGO = -7 * 86_400.0
FINDINGS_PAGE = 100
DETAILS_AT_ONCE = 10
_COUNTED = {"CRITICAL": "critical", "HIGH": "high", "MEDIUM": "medium"}


class _Step(msgspec.Struct, frozen=True):
    begins: float
    answer: Any


class Inspector:
    """Inspector's view of the images, by resource id; what is not scripted is not covered, and lists what ECR lists."""

    def __init__(self) -> None:
        """Cover nothing."""
        self.rows: dict[str, list[_Step]] = {}
        self.listings: dict[str, list[_Step]] = {}
        self.counted: dict[str, Mapping[str, int] | None] = {}
        self.detailed: dict[str, JsonObject] = {}
        self.undetailed: dict[str, str] = {}
        self.repeats = False
        """The second page's token leads to the second page, for ever."""

    def covers(
        self,
        image: "ImageScript",
        reason: str | None = "SUCCESSFUL",
        *,
        at: float = LONG_AGO,
        scanned: float | None = None,
        code: str = "ACTIVE",
        scan_type: str = "PACKAGE",
    ) -> None:
        """From `at` on say why the image is (not) scanned, and `scanned` seconds from the start; None: no row."""
        row = {"reason": reason, "code": code, "scanned": scanned, "type": scan_type}
        _put(self.rows, resource_id(image), _Step(at, row))

    def lists(self, image: "ImageScript", findings: Sequence[JsonObject] | None, *, at: float = LONG_AGO) -> None:
        """From `at` on list these findings (in ECR's or Inspector's shape) for the image; None: what ECR lists."""
        _put(self.listings, resource_id(image), _Step(at, None if findings is None else tuple(findings)))

    def details(
        self,
        finding: JsonObject,
        *,
        kev: tuple[datetime, datetime] | None = None,
        cwes: Sequence[str] | None = None,
        epss: float | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        """Say this of one finding; `kev` is when CISA added it and when it is due; None leaves a member out."""
        arn = str(finding["findingArn"])
        self.detailed[arn] = {"findingArn": arn} | dict(extra or {})
        if kev is not None:
            added, due = (day.timestamp() for day in kev)
            self.detailed[arn]["cisaData"] = {"dateAdded": added, "dateDue": due, "action": "Apply the updates."}
        optional = {"cwes": None if cwes is None else list(cwes), "epssScore": epss}
        self.detailed[arn] |= {key: value for key, value in optional.items() if value is not None}

    def no_details(self, finding: JsonObject, code: str = "FINDING_DETAILS_NOT_FOUND") -> None:
        """Say why there are no details of one finding, which is an error in the answer."""
        self.undetailed[str(finding["findingArn"])] = code

    def counts(self, image: "ImageScript", counts: Mapping[str, int] | None) -> None:
        """Count this, whatever is listed; None: the image is in no aggregation."""
        self.counted[resource_id(image)] = counts


def resource_id(image: "ImageScript") -> str:
    """Return the id by which Inspector knows an image."""
    return f"arn:aws:ecr:{REGION}:{image.registry}:repository/{image.repository}/{image.digest}"


def list_coverage(world: "World", members: JsonObject) -> Prepared:
    """ListCoverage: the rows of the one resource that is asked for."""
    asked = _only(members, "resourceId")
    now = world.seconds()
    held = [step.answer for step in world.inspector.rows.get(asked, ()) if step.begins <= now]
    by_type = {row["type"]: row for row in held}
    rows = [_row(world, asked, row) for row in by_type.values() if row["reason"] is not None]
    return Prepared(lambda: {"coveredResources": rows})


def list_findings(world: "World", members: JsonObject) -> Prepared:
    """ListFindings: those of one resource in the states asked for, in pages."""
    asked = _only(members, "resourceId")
    criteria: Any = members.get("filterCriteria", {})
    states = {one["value"] for one in criteria.get("findingStatus", ())}
    found = [row for row in _listed(world, asked) if not states or row.get("status", "ACTIVE") in states]
    token = members.get("nextToken")
    place = read_token(str(token)) if token is not None else Place(0)
    if place is None:
        raise Refused("ValidationException", "The nextToken is not valid")
    size = int(str(members.get("maxResults", FINDINGS_PAGE)))
    body: JsonObject = {"findings": found[place.offset : place.offset + size]}
    if place.offset + size < len(found):
        after = place.offset if world.inspector.repeats and place.offset else place.offset + size
        body["nextToken"] = write_token(Place(0, after))
    return Prepared(lambda: body)


def list_finding_aggregations(world: "World", members: JsonObject) -> Prepared:
    """ListFindingAggregations: how many ACTIVE findings one image has, by severity."""
    request: Any = members.get("aggregationRequest", {})
    ids = request.get("awsEcrContainerAggregation", {}).get("resourceIds", ())
    asked = next((str(one["value"]) for one in ids), "")
    listed = [finding for finding in _listed(world, asked) if finding.get("status", "ACTIVE") == "ACTIVE"]
    honest = {"all": len(listed)} | {
        word: sum(finding["severity"] == severity for finding in listed) for severity, word in _COUNTED.items()
    }
    counts = world.inspector.counted.get(asked, honest if listed else None)
    rows = [] if counts is None else [{"awsEcrContainerAggregation": {"resourceId": asked, "severityCounts": counts}}]
    return Prepared(lambda: {"aggregationType": "AWS_ECR_CONTAINER", "responses": rows})


def batch_get_finding_details(world: "World", members: JsonObject) -> Prepared:
    """BatchGetFindingDetails: the details of ten findings at most; what has none is an error in the answer."""
    asked: Any = members["findingArns"]
    if not 1 <= len(asked) <= DETAILS_AT_ONCE:
        raise Refused(
            "ValidationException", f"findingArns must have 1 to {DETAILS_AT_ONCE} items, and has {len(asked)}"
        )
    inspector = world.inspector
    errors = [
        {
            "findingArn": arn,
            "errorCode": inspector.undetailed.get(arn, "FINDING_DETAILS_NOT_FOUND"),
            "errorMessage": "No details, says the script.",
        }
        for arn in asked
        if arn in inspector.undetailed or arn not in inspector.detailed
    ]
    found = [inspector.detailed[arn] for arn in asked if arn in inspector.detailed and arn not in inspector.undetailed]
    return Prepared(lambda: {"findingDetails": found, "errors": errors})


OPERATIONS: Mapping[str, Callable[["World", JsonObject], Prepared]] = {
    "BatchGetFindingDetails": batch_get_finding_details,
    "ListCoverage": list_coverage,
    "ListFindingAggregations": list_finding_aggregations,
    "ListFindings": list_findings,
}


def _put(steps: dict[str, list[_Step]], key: str, step: _Step) -> None:
    steps.setdefault(key, []).append(step)
    steps[key].sort(key=lambda one: one.begins)


def _only(members: JsonObject, name: str) -> str:
    """Return the one value that the request filters by; without a filter nothing is known here."""
    criteria: Any = members.get("filterCriteria", {})
    return next((str(one["value"]) for one in criteria.get(name, ())), "")


def _row(world: "World", resource: str, row: Mapping[str, Any]) -> JsonObject:
    said: JsonObject = {
        "resourceId": resource,
        "resourceType": "AWS_ECR_CONTAINER_IMAGE",
        "accountId": resource.split(":")[4],
        "scanType": row["type"],
        "scanStatus": {"statusCode": row["code"], "reason": row["reason"]},
    }
    if row["scanned"] is not None:
        said["lastScannedAt"] = world.at(row["scanned"]).timestamp()
    return said


def _listed(world: "World", resource: str) -> list[JsonObject]:
    now = world.seconds()
    scripted = [step.answer for step in world.inspector.listings.get(resource, ()) if step.begins <= now]
    if scripted and scripted[-1] is not None:
        return [as_inspector_says(finding, resource) for finding in scripted[-1]]
    for held in world.images.values():
        for image in held.values():
            if resource_id(image) == resource and image.step_at(now) >= 0:
                _, answer = image.answer(image.step_at(now))
                return [as_inspector_says(finding, resource) for finding in answer.enhanced or ()]
    return []


def as_inspector_says(finding: JsonObject, resource: str) -> JsonObject:
    """Return one of ECR's enhanced findings in Inspector's spelling, about one image."""
    found = {"resources": [{"id": resource, "type": "AWS_ECR_CONTAINER_IMAGE"}], **finding}
    score, details = found.pop("score", None), found.pop("scoreDetails", None)
    if score is not None:
        found["inspectorScore"] = score
    if isinstance(details, dict):
        adjusted = {key: value for key, value in details["cvss"].items() if key != "cvssSource"}
        found["inspectorScoreDetails"] = {"adjustedCvss": adjusted}
    vulnerability: Any = found.get("packageVulnerabilityDetails")
    if vulnerability is not None:
        # NOTE: the word is Inspector's; ECR's model has no list of them.
        packages = [
            package | ({"packageManager": "PYTHONPKG"} if package["packageManager"] == "PYTHON" else {})
            for package in vulnerability["vulnerablePackages"]
        ]
        found["packageVulnerabilityDetails"] = vulnerability | {"vulnerablePackages": packages}
    return found
