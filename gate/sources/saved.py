"""Saved evidence: answers of AWS that were written to a file, or a bundle, judged as of their capture."""

from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from gate.errors import EvidenceError
from gate.model import Image, Kind, Scan, ScanState
from gate.packed import NotWholeError, unpacked
from gate.plain import one_line
from gate.sources.bundle import is_bundle, unpack
from gate.sources.listing import Listing, state_of
from gate.sources.saved_findings import read_findings
from gate.sources.saved_pages import AGAIN, EXPECTED, pages_of
from gate.sources.states import explain
from gate.sources.wire import Page
from gate.target import SavedTarget

MOST_BYTES = 160 * 1024 * 1024
"""The most that is read, unpacked: 50,000 enhanced findings are about 110 MB."""


class Capture(Struct, frozen=True, kw_only=True):
    """When the evidence was fetched, and whether somebody said so or the file's own time is taken for it."""

    at: datetime
    stated: bool


def read_saved(target: SavedTarget, data: bytes, capture: Capture, settle: float) -> Scan:
    """Return the scan that the file's answers hold, as of `capture`; `settle` is in seconds.

    What cannot be read is EvidenceError, with the target as given in its message.
    """
    try:
        answers = _opened(data)
        if is_bundle(answers):
            return _of_bundle(answers, capture)
        pages = pages_of(answers)
        if pages.findings:
            at = capture.at if capture.stated else None
            return read_findings(target, pages.findings, at, timedelta(seconds=settle))
        listing = Listing(pages=_of_one_image(pages.scan), read_at=capture.at)
        image = _image(target, listing)
        try:
            return _scan(image, listing, capture, timedelta(seconds=settle))
        except EvidenceError as err:
            return _with_state(image, listing, ScanState.INCOMPLETE, err.message, err.hint)
    except EvidenceError as err:
        raise EvidenceError(f"{one_line(target.text, 200)}: {err.message}", hint=err.hint) from err


def _of_bundle(data: bytes, capture: Capture) -> Scan:
    if capture.stated:
        raise EvidenceError("a bundle says itself when it was captured", hint="Leave out --captured-at.")
    return unpack(data)


def _opened(data: bytes) -> bytes:
    try:
        answers = unpacked(data, MOST_BYTES)
    except NotWholeError as err:
        raise EvidenceError(one_line(str(err), 200), hint="Save the evidence again.") from err
    except ValueError as err:
        raise EvidenceError(f"the evidence {one_line(str(err), 200)}", hint=EXPECTED) from err
    if not answers.strip():
        raise EvidenceError("the evidence is empty", hint=EXPECTED)
    return answers


def _of_one_image(pages: tuple[Page, ...]) -> tuple[Page, ...]:
    if len({_identity(page) for page in pages}) > 1:
        raise EvidenceError("the pages are of different images", hint=AGAIN)
    return pages


def _identity(page: Page) -> tuple[str | None, str | None, str | None]:
    return page.registry_id, page.repository_name, page.image_id.image_digest if page.image_id else None


def _image(target: SavedTarget, listing: Listing) -> Image:
    registry, repository, digest = _identity(listing.pages[0])
    named = listing.pages[0].image_id
    return Image(
        target=target.text,
        source="saved",
        registry=registry,
        region=listing.region,
        repository=repository,
        digest=digest,
        tags=(named.image_tag,) if named and named.image_tag else (),
    )


def _scan(image: Image, listing: Listing, capture: Capture, settle: timedelta) -> Scan:
    state = state_of(listing.status, listing.description)
    if state is ScanState.PENDING:
        reason = f"the answer was saved before the scan was ready ({listing.status or 'it has no imageScanStatus'})"
        return _with_state(image, listing, state, reason, "Save the answer again once the scan is COMPLETE or ACTIVE.")
    if state is not ScanState.COMPLETE:
        reason, hint = explain(state, listing.status, listing.description)
        return _with_state(image, listing, state, reason, hint)
    if listing.kind is not Kind.BASIC:
        if listing.is_empty and not capture.stated:
            reason = "the answer lists nothing, and nobody says when it was fetched: findings may have come later"
            return _with_state(
                image, listing, ScanState.INCOMPLETE, reason, "Say when it was fetched, with --captured-at."
            )
        if not listing.is_settled(settle):
            reason = "the answer was saved before its findings had settled (scan.settle)"
            return _with_state(
                image, listing, ScanState.PENDING, reason, "Save the answer again some minutes after the scan."
            )
    reading = listing.read(image.digest)
    if reading.problem:
        return _with_state(image, listing, ScanState.INCOMPLETE, reading.problem, "Save the answer again, all pages.")
    scan = _with_state(image, listing, ScanState.COMPLETE, "", "")
    return msgspec.structs.replace(scan, findings=reading.findings, warnings=reading.warnings)


def _with_state(image: Image, listing: Listing, state: ScanState, reason: str, hint: str) -> Scan:
    return Scan(
        image=image,
        state=state,
        kind=listing.kind if state is ScanState.COMPLETE else Kind.UNKNOWN,
        status=listing.status,
        description=listing.description,
        reason=reason,
        hint=hint,
        completed_at=listing.completed_at if state is ScanState.COMPLETE else None,
        data_at=listing.data_at if state is ScanState.COMPLETE else None,
        captured_at=listing.read_at,
        replayed=True,
        declared=listing.declared,
    )
