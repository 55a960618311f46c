"""Inspector's coverage: whether it has scanned an image, when, and why not; asked only where the caller may."""

from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from gate.errors import AccessError, NotYetError, UsageError
from gate.model import Image
from gate.plain import one_line
from gate.sources.aws import Caller, Connections
from gate.sources.paging import pages
from gate.sources.times import to_time
from gate.sources.wire_inspector import CoveragePage, CoveredResource

OPERATION = "ListCoverage"
SUCCESSFUL = "SUCCESSFUL"
REST = timedelta(seconds=30)
"""How long ago Inspector must have finished before its findings are taken to have reached ECR."""
# AWS's reason to what it means for the reader. Source: Inspector's ScanStatusReason in botocore's model, and "Assessing
# Amazon Inspector coverage" in its user guide. Some can only be said of instances, functions and code.
REASONS = {
    "SUCCESSFUL": "its last scan succeeded",
    "PENDING_INITIAL_SCAN": "the image waits for its first scan",
    "SCAN_IN_PROGRESS": "the scan is running",
    "PENDING_REVIVAL_SCAN": "the image waits for a scan, after scanning was switched on again",
    "PENDING_DISABLE": "scanning is being switched off",
    "SCAN_FREQUENCY_MANUAL": "the registry's filters do not scan this repository: add it to them",
    "SCAN_FREQUENCY_SCAN_ON_PUSH": "the repository is scanned on push only: push the image again for a new scan",
    "SCAN_ELIGIBILITY_EXPIRED": "the image is too old to be scanned still: push it again",
    "NO_SCAN_CONFIGURATION_ASSOCIATED": "no scan configuration belongs to it: set one in Inspector",
    "NO_RESOURCES_FOUND": "it found nothing to scan in the image (no package that it knows)",
    "IMAGE_SIZE_EXCEEDED": "the image is larger than it scans: make the image smaller",
    "IMAGE_ARCHIVED": "the image is archived: restore it, or push it again",
    "UNSUPPORTED_OS": "it does not know the image's operating system: rebuild on one that it supports",
    "UNSUPPORTED_MEDIA_TYPE": "it does not know the image's media type",
    "UNSUPPORTED_RUNTIME": "it does not know the runtime",
    "UNSUPPORTED_LANGUAGE": "it does not know the language",
    "UNSUPPORTED_CONFIG_FILE": "it does not know the kind of configuration file",
    "UNSUPPORTED_CODE_ARTIFACTS": "it does not know the kind of code artifact",
    "INVALID_ARTIFACT": "it cannot read the image: is it a whole and valid one?",
    "ACCESS_DENIED": "it may not read the image: check the registry's policy and Inspector's service-linked role",
    "ACCESS_DENIED_TO_ENCRYPTION_KEY": (
        "it may not use the repository's KMS key: allow its service-linked role in the key's policy"
    ),
    "INTERNAL_ERROR": "it failed: wait, then push the image again; if it stays so, ask AWS support",
    "RESOURCE_TERMINATED": "the image was deleted",
    "RESOURCE_UNMANAGED": "it does not manage this resource",
    "RESOURCE_STOPPED": "the resource is stopped",
    "EXCLUDED_BY_TAG": "a tag excludes it from scanning",
    "INTEGRATION_CONNECTION_LOST": "its connection to the resource is lost",
    "STORAGE_LIMIT_EXCEEDED": "a storage limit was exceeded while it collected what to scan",
    "EXTRACTION_COLLECTION_TIME_LIMIT_EXCEEDED": "collecting what to scan took too long",
    "UNMANAGED_EC2_INSTANCE": "the instance is not managed by Systems Manager",
    "EC2_INSTANCE_STOPPED": "the instance is stopped",
    "NO_INVENTORY": "the instance has no inventory",
    "STALE_INVENTORY": "the instance's inventory is out of date",
    "AGENTLESS_INSTANCE_STORAGE_LIMIT_EXCEEDED": "the instance's disks are larger than it scans without an agent",
    "AGENTLESS_INSTANCE_COLLECTION_TIME_LIMIT_EXCEEDED": "scanning the instance without an agent took too long",
    "DEEP_INSPECTION_PACKAGE_COLLECTION_LIMIT_EXCEEDED": "deep inspection found more packages than it collects",
    "DEEP_INSPECTION_DAILY_SSM_INVENTORY_LIMIT_EXCEEDED": "deep inspection reached the daily limit of the inventory",
    "DEEP_INSPECTION_COLLECTION_TIME_LIMIT_EXCEEDED": "deep inspection took too long",
    "DEEP_INSPECTION_NO_INVENTORY": "deep inspection has no inventory",
}
NOT_COVERED = "Inspector does not cover this image"
_PAGE = msgspec.json.Decoder(CoveragePage)


class Covered(Struct, frozen=True, kw_only=True):
    """What Inspector says of scanning one image."""

    reasons: tuple[str, ...]
    """AWS's words, one for each row; none where Inspector does not know the image."""
    scanned_at: datetime | None
    """When Inspector last scanned it, by every row; None where one does not say."""
    answered_at: datetime
    """When AWS said so, by its own clock."""

    @property
    def is_successful(self) -> bool:
        """Whether every row says so; without a row nothing does."""
        return bool(self.reasons) and set(self.reasons) == {SUCCESSFUL}


class Coverage:
    """Asks Inspector about the images of one run; where it once did not answer, it is asked no more."""

    def __init__(self, connections: Connections) -> None:
        """Ask nothing yet."""
        self._connections = connections
        self._notes: dict[str | None, str] = {}
        self._noted: set[str | None] = set()

    def of(self, image: Image) -> Covered | None:
        """Return what Inspector says of an image now; None where it cannot be asked."""
        if image.region in self._notes:
            return None
        try:
            caller = self._connections.caller("inspector2", image.region)
            return _covered(resource_id(image, caller.partition), caller)
        except (AccessError, NotYetError, UsageError) as err:
            # NOTE: not asked again: where Inspector cannot be reached, every question would take half a minute.
            text = f"Inspector's coverage is not asked in {image.region}: {err.message} ({err.hint})"
            self._notes[image.region] = one_line(text)
            return None

    def notes(self, image: Image) -> tuple[str, ...]:
        """Return why Inspector is not asked in an image's region; once, and none where it is or need not be asked."""
        if image.region in self._noted or image.region not in self._notes:
            return ()
        self._noted.add(image.region)
        return (self._notes[image.region],)

    def finished_at(self, image: Image, pushed_at: datetime | None) -> datetime | None:
        """Return when Inspector scanned what was pushed, if it says that it did, and that it was long enough ago."""
        covered = self.of(image)
        if covered is None or not covered.is_successful or covered.scanned_at is None or pushed_at is None:
            return None
        return covered.scanned_at if pushed_at <= covered.scanned_at <= covered.answered_at - REST else None

    def scanned_at(self, image: Image) -> datetime | None:
        """Return when Inspector last scanned an image with success, if it says so."""
        covered = self.of(image)
        return covered.scanned_at if covered and covered.is_successful else None

    def explain(self, image: Image, *, absent: str = "") -> str:
        """Return why Inspector has no findings of an image, as it says, or `absent` where it does not know it."""
        covered = self.of(image)
        if covered is None or covered.is_successful:
            return ""
        words = (_reason_text(word) for word in dict.fromkeys(covered.reasons) if word != SUCCESSFUL)
        return f"Inspector says {'; '.join(words)}" if covered.reasons else absent


def resource_id(image: Image, partition: str) -> str:
    """Return the id by which Inspector knows an image in ECR."""
    return f"arn:{partition}:ecr:{image.region}:{image.registry}:repository/{image.repository}/{image.digest}"


def equals(value: str) -> list[dict[str, str]]:
    """Return the filter of Inspector's that lets one value through."""
    return [{"comparison": "EQUALS", "value": value}]


def _covered(resource: str, caller: Caller) -> Covered:
    def ask(more: dict[str, object]) -> CoveragePage:
        return caller.call(OPERATION, _PAGE, resource, filterCriteria={"resourceId": equals(resource)}, **more)

    rows = [row for page in pages(ask, OPERATION) for row in page.covered_resources or ()]
    own = [row for row in rows if row.resource_id == resource]
    times = [to_time(row.last_scanned_at, "lastScannedAt") for row in own]
    known = [time for time in times if time is not None]
    reasons = tuple(_reason(row) for row in own)
    scanned_at = min(known) if known and len(known) == len(times) else None
    return Covered(reasons=reasons, scanned_at=scanned_at, answered_at=caller.now)


def _reason(row: CoveredResource) -> str:
    return (row.scan_status.reason if row.scan_status else None) or "nothing"


def _reason_text(word: str) -> str:
    meaning = REASONS.get(word)
    return f"{word}: {meaning}" if meaning else one_line(word, 60)
