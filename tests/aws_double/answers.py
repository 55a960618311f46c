"""What the double says of an image's scan: one `ScanAnswer` for each thing that ECR may say, and its pages."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from tests.aws_double.findings import JsonObject, severities

Counts = Literal["page", "total", "absent", "page-active", "total-active"] | Mapping[str, int]
"""What `findingSeverityCounts` covers: this page, all pages, either without what is not ACTIVE; or what it says."""
Lost = Literal["", "token", "page"]
Moment = datetime | float | None
"""A time, or seconds from the moment at which the answer began to be given (negative: before it), or absent."""

COMPLETED = "The scan was completed successfully."
CONTINUOUS = "Continuous scan is selected for image."
WAITING = "Pending start of the image scan."
UNSUPPORTED_OS = "UnsupportedImageError: The operating system and/or package manager are not supported."
ENHANCED_PAGE = 100
"""What AWS puts on a page of enhanced findings, whatever `maxResults` says (boto/boto3#3449)."""


class ScanAnswer(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One thing DescribeImageScanFindings may say, until the next step of the image's timeline."""

    error: str = ""
    """An error code instead of an answer, and what it says in `description`."""
    status: str | None = None
    """None: `imageScanStatus` is absent."""
    description: str | None = None
    basic: tuple[JsonObject, ...] | None = None
    enhanced: tuple[JsonObject, ...] | None = None
    """Each list: None is absent. Both None: `imageScanFindings` is absent, unless there are counts to tell."""
    counts: Counts = "total"
    completed: Moment = None
    data: Moment = None
    page_size: int | None = None
    """Findings on a page; None: what the request asks for."""
    repeats: bool = False
    """The second page's token leads to the second page, for ever."""
    endless: bool = False
    """There is always one more token, and never anything behind it."""
    lost: Lost = ""
    """Drop the token that leads to the last page, or serve the last page empty."""
    extra: Mapping[str, object] = {}
    """Laid over every page."""


class Place(msgspec.Struct, frozen=True):
    """Where a page begins: the timeline's step, the first finding, and a number that makes the token a new one."""

    step: int
    offset: int = 0
    serial: int = 0


class Token(msgspec.Struct, frozen=True, array_like=True):
    """What a `nextToken` holds; nobody but the double can read it."""

    step: int
    offset: int
    serial: int
    salt: str = "opaque"


def scan_not_found() -> ScanAnswer:
    """No scan exists (yet): ScanNotFoundException."""
    return ScanAnswer(error="ScanNotFoundException")


def scan_error(code: str, message: str = "Refused by the script.") -> ScanAnswer:
    """Answer with this error code as long as the step lasts."""
    return ScanAnswer(error=code, description=message)


def pending() -> ScanAnswer:
    """PENDING, nothing else."""
    return ScanAnswer(status="PENDING", description=WAITING)


def in_progress() -> ScanAnswer:
    """IN_PROGRESS, nothing else."""
    return ScanAnswer(status="IN_PROGRESS")


def failed(description: str | None = "The scan failed.") -> ScanAnswer:
    """FAILED, with AWS's words for why; `UNSUPPORTED_OS` is what basic scanning says of an image it cannot read."""
    return ScanAnswer(status="FAILED", description=description)


def status(word: str, description: str | None = None) -> ScanAnswer:
    """Any status word without findings; a word that botocore does not know must be an `Unknown`."""
    return ScanAnswer(status=word, description=description)


def no_status() -> ScanAnswer:
    """An answer that names the image, and says nothing of a scan."""
    return ScanAnswer()


def basic(
    findings: Sequence[JsonObject] = (),
    *,
    status: str | None = "COMPLETE",
    description: str | None = COMPLETED,
    counts: Counts = "total",
    completed: Moment = 0.0,
    data: Moment = 0.0,
    repeats: bool = False,
    endless: bool = False,
    lost: Lost = "",
    extra: Mapping[str, object] | None = None,
) -> ScanAnswer:
    """A basic scan that is ready, with these findings; pages hold what the request asks for (100 unless told)."""
    return ScanAnswer(
        status=status,
        description=description,
        basic=tuple(findings),
        counts=counts,
        completed=completed,
        data=data,
        repeats=repeats,
        endless=endless,
        lost=lost,
        extra=extra or {},
    )


def enhanced(
    findings: Sequence[JsonObject] = (),
    *,
    status: str | None = "ACTIVE",
    description: str | None = CONTINUOUS,
    counts: Counts = "page",
    completed: Moment = 0.0,
    data: Moment = 0.0,
    page_size: int = ENHANCED_PAGE,
    repeats: bool = False,
    endless: bool = False,
    lost: Lost = "",
    with_basic: Sequence[JsonObject] | None = None,
    extra: Mapping[str, object] | None = None,
) -> ScanAnswer:
    """An enhanced scan that is ready, with these findings, 100 a page, counted by page; `with_basic` mixes kinds."""
    return ScanAnswer(
        status=status,
        description=description,
        basic=None if with_basic is None else tuple(with_basic),
        enhanced=tuple(findings),
        counts=counts,
        completed=completed,
        data=data,
        page_size=page_size,
        repeats=repeats,
        endless=endless,
        lost=lost,
        extra=extra or {},
    )


def empty(status: str = "COMPLETE", *, completed: Moment = None, counts: Counts = "absent") -> ScanAnswer:
    """Ready, `findings: []`, and nothing that tells the kind (aws/aws-sdk#289)."""
    return ScanAnswer(status=status, basic=(), completed=completed, counts=counts)


def bare(status: str = "COMPLETE", description: str | None = COMPLETED) -> ScanAnswer:
    """Ready, with neither list nor counts: `imageScanFindings` is absent."""
    return ScanAnswer(status=status, description=description, counts="absent")


def counts_only(counts: Mapping[str, int], *, status: str = "COMPLETE", completed: Moment = 0.0) -> ScanAnswer:
    """Ready, with counts and no list."""
    return ScanAnswer(status=status, counts=counts, completed=completed)


def page(answer: ScanAnswer, place: Place, asked: int, since: datetime) -> JsonObject:
    """Return one page of the answer, without what names the image; `since`: when the answer began to be given."""
    size = answer.page_size or asked
    longest = max(len(answer.basic or ()), len(answer.enhanced or ()))
    is_last = place.offset + size >= longest
    window = slice(place.offset, place.offset + size)
    body: JsonObject = {}
    if answer.status is not None:
        words = {"status": answer.status, "description": answer.description}
        body["imageScanStatus"] = {key: word for key, word in words.items() if word is not None}
    found = _found(answer, window, since)
    if answer.lost == "page" and is_last and place.offset:
        found |= {key: [] for key in ("findings", "enhancedFindings") if key in found}
    if found:
        body["imageScanFindings"] = found
    following = _following(answer, place, size, longest)
    if following is not None:
        body["nextToken"] = write_token(following)
    return body | dict(answer.extra)


def write_token(place: Place) -> str:
    """Return the opaque token of a place."""
    token = Token(place.step, place.offset, place.serial)
    return urlsafe_b64encode(msgspec.msgpack.encode(token)).decode()


def read_token(text: str) -> Place | None:
    """Return the place that a token of ours leads to; None for any other text."""
    try:
        token = msgspec.msgpack.decode(urlsafe_b64decode(text.encode()), type=Token)
    except (ValueError, msgspec.MsgspecError):
        return None
    return Place(token.step, token.offset, token.serial)


def _found(answer: ScanAnswer, window: slice, since: datetime) -> JsonObject:
    found: JsonObject = {}
    if answer.basic is not None:
        found["findings"] = list(answer.basic[window])
    if answer.enhanced is not None:
        found["enhancedFindings"] = list(answer.enhanced[window])
    times = {"imageScanCompletedAt": answer.completed, "vulnerabilitySourceUpdatedAt": answer.data}
    for key, moment in times.items():
        if moment is not None:
            at = moment if isinstance(moment, datetime) else since + timedelta(seconds=moment)
            found[key] = at.timestamp()
    counts = _counts(answer, window)
    # NOTE: an answer without lists has counts only where the script gives them.
    if counts is not None and (found or isinstance(answer.counts, Mapping)):
        found["findingSeverityCounts"] = counts
    return found


def _counts(answer: ScanAnswer, window: slice) -> dict[str, int] | None:
    if isinstance(answer.counts, Mapping):
        return dict(answer.counts)
    if answer.counts == "absent":
        return None
    span = window if answer.counts.startswith("page") else slice(None)
    listed = [*(answer.basic or ())[span], *(answer.enhanced or ())[span]]
    if answer.counts.endswith("active"):
        listed = [finding for finding in listed if finding.get("status", "ACTIVE") == "ACTIVE"]
    return severities(listed)


def _following(answer: ScanAnswer, place: Place, size: int, longest: int) -> Place | None:
    after = place.offset + size
    if answer.repeats and place.offset:
        return place
    if after < longest and not (answer.lost == "token" and after + size >= longest):
        return Place(place.step, after, 0)
    if answer.endless:
        return Place(place.step, max(after, longest), place.serial + 1)
    return None
