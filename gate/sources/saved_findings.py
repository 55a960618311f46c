"""Saved answers of Inspector's list-findings and Image Builder's list-image-scan-findings: no status is in them."""

import re
from datetime import datetime, timedelta

import msgspec

from gate.errors import EvidenceError
from gate.model import Image, Kind, Scan, ScanState, keyed
from gate.plain import one_line
from gate.sources.mapping import inspector_finding
from gate.sources.times import to_time
from gate.sources.wire import EnhancedFinding
from gate.sources.wire_inspector import InspectorFindings
from gate.target import SavedTarget

_IN_ECR = re.compile(
    r"arn:aws[a-z-]*:ecr:(?P<region>[^:]+):(?P<account>[0-9]{12}):repository/(?P<name>.+)/(?P<digest>sha256:[0-9a-f]{64})"
)
_ONE = "Save one file for each image: filter list-findings by resourceId, or list-image-scan-findings by build version."
_WORD = "this kind of answer has no scan status, so that the scan was finished is taken on the word of --captured-at"


def read_findings(
    target: SavedTarget, pages: tuple[InspectorFindings, ...], captured_at: datetime | None, settle: timedelta
) -> Scan:
    """Return the scan of the one image whose findings are listed; what is listed of other resources is left out.

    Such an answer says of no scan that it was finished: it is evidence only once somebody says when it was fetched, and
    if nothing in it changed for `settle` before. EvidenceError when it is of no image, or of several.
    """
    rows = [row for page in pages for row in page.findings or ()]
    by_image: dict[str, list[EnhancedFinding]] = {}
    for row in rows:
        by_image.setdefault(_image_id(row), []).append(row)
    others = by_image.pop("", [])
    if not by_image:
        raise EvidenceError(_of_nothing(others), hint=_ONE)
    if len(by_image) > 1:
        names = ", ".join(one_line(name, 200) for name in sorted(by_image)[:2])
        raise EvidenceError(f"the answer lists findings of {len(by_image)} images ({names}, …)", hint=_ONE)
    [(name, own)] = by_image.items()
    scan = Scan(
        image=_image(target, name),
        state=ScanState.INCOMPLETE,
        kind=Kind.ENHANCED,
        captured_at=captured_at,
        replayed=True,
        warnings=(_WORD, *([_left_out(others)] if others else [])),
    )
    try:
        return _judged(scan, own, captured_at, settle)
    except EvidenceError as err:
        return msgspec.structs.replace(scan, reason=err.message, hint=err.hint, warnings=())


def _judged(scan: Scan, rows: list[EnhancedFinding], captured_at: datetime | None, settle: timedelta) -> Scan:
    if captured_at is None:
        raise EvidenceError(
            "the answer does not say whether the scan was finished, and nobody says when it was fetched",
            hint="Say when it was fetched, with --captured-at; better, save describe-image-scan-findings.",
        )
    times = [to_time(time, "updatedAt") for row in rows for time in (row.updated_at or row.first_observed_at,) if time]
    latest = max((time for time in times if time), default=None)
    if latest is None or captured_at - latest <= settle:
        when = f"one is of {latest:%Y-%m-%d %H:%M} UTC" if latest else "none says when it was found"
        raise EvidenceError(
            f"the answer was saved before its findings had settled (scan.settle): {when}",
            hint="Save the answer again some minutes after the scan.",
        )
    return msgspec.structs.replace(scan, state=ScanState.COMPLETE, findings=keyed(map(inspector_finding, rows)))


def _image_id(row: EnhancedFinding) -> str:
    """Return which image a finding is of: a build version's ARN or an image's in ECR; empty for other resources."""
    if row.image_build_version_arn:
        return row.image_build_version_arn
    return next((one.id for one in row.resources or () if one.id and _IN_ECR.fullmatch(one.id)), "")


def _image(target: SavedTarget, name: str) -> Image:
    match = _IN_ECR.fullmatch(name)
    if match is None:
        return Image(target=target.text, source="saved", arn=name)
    return Image(
        target=target.text,
        source="saved",
        registry=match["account"],
        region=match["region"],
        repository=match["name"],
        digest=match["digest"],
    )


def _of_nothing(others: list[EnhancedFinding]) -> str:
    if not others:
        return "the answer lists nothing, and so does not say of which image"
    return f"the answer lists no finding of an image in ECR or of Image Builder; {_left_out(others)}"


def _left_out(others: list[EnhancedFinding]) -> str:
    seen = sorted({one_line(one.id or "unnamed", 60) for row in others for one in row.resources or ()})
    more = ", …" if len(seen) > 2 else ""
    noun = "finding" if len(others) == 1 else "findings"
    named = f" ({', '.join(seen[:2])}{more})" if seen else ""
    return f"{len(others)} {noun} of other resources{named} left out"
