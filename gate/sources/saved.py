"""Saved evidence: answers of `describe-image-scan-findings` that were written to a file, judged as of their capture."""

import zlib
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import Struct

from gate.errors import EvidenceError
from gate.model import Image, Kind, Scan, ScanState
from gate.plain import one_line
from gate.sources.listing import MOST_PAGES, Listing, state_of
from gate.sources.states import explain
from gate.sources.wire import Page, UndecodableError, decode
from gate.target import SavedTarget

MOST_BYTES = 160 * 1024 * 1024
"""The most that is read, unpacked: 50,000 enhanced findings are about 110 MB."""
_GZIP = b"\x1f\x8b"
_PAGE = msgspec.json.Decoder(Page)
_PAGES = msgspec.json.Decoder(tuple[Page, ...])
_KEYS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_KEYS_OF_EACH = msgspec.json.Decoder(tuple[dict[str, msgspec.Raw], ...])
_OURS = frozenset({"imageScanFindings", "imageScanStatus"})
_EXPECTED = "Expected an answer of `aws ecr describe-image-scan-findings`, or a JSON list of its pages."
# What else people hand over, told by the keys it has.
_KNOWN = {
    "findings": "an answer of Inspector or Image Builder, which this version does not judge",
    "coveredResources": "an answer of Inspector's list-coverage, which lists no findings",
    "imageDetails": "an answer of describe-images, which does not list findings",
    "images": "a verdict document or an answer of batch-get-image, which is no scan",
    "detail-type": "an event, which carries counts and no findings",
    "statements": "a VEX document, which is no scan",
    "vulnerabilities": "a list of vulnerabilities, which is no scan of AWS's",
}


class Capture(Struct, frozen=True, kw_only=True):
    """When the evidence was fetched, and whether somebody said so or the file's own time is taken for it."""

    at: datetime
    stated: bool


def read_saved(target: SavedTarget, data: bytes, capture: Capture, settle: float) -> Scan:
    """Return the scan that the file's answers hold, as of `capture`; `settle` is in seconds.

    What cannot be read is EvidenceError, with the target as given in its message.
    """
    try:
        pages = _pages(_unpacked(data))
        listing = Listing(pages=pages, read_at=capture.at)
        image = _image(target, listing)
        try:
            return _scan(image, listing, capture, timedelta(seconds=settle))
        except EvidenceError as err:
            return _with_state(image, listing, ScanState.INCOMPLETE, err.message, err.hint)
    except EvidenceError as err:
        raise EvidenceError(f"{one_line(target.text, 200)}: {err.message}", hint=err.hint) from err


def _unpacked(data: bytes) -> bytes:
    if data.startswith(_GZIP):
        data = _gunzipped(data)
    if len(data) > MOST_BYTES:
        raise EvidenceError(f"the evidence is larger than {MOST_BYTES // 1024**2} MiB", hint=_EXPECTED)
    if not data.strip():
        raise EvidenceError("the evidence is empty", hint=_EXPECTED)
    return data


def _gunzipped(data: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(data, MOST_BYTES + 1)
    except zlib.error as err:
        raise EvidenceError(f"the evidence is no gzip file: {one_line(str(err), 100)}", hint=_EXPECTED) from err
    if not unpacker.eof and len(unpacked) <= MOST_BYTES:
        raise EvidenceError("the gzip file is cut off", hint="Save the evidence again.")
    if unpacker.unused_data.strip(b"\0"):
        raise EvidenceError("something follows the gzip data, and would not be judged", hint="Save the evidence again.")
    return unpacked


def _pages(data: bytes) -> tuple[Page, ...]:
    try:
        if data.lstrip()[:1] == b"[":
            each: tuple[dict[str, msgspec.Raw], ...] = decode(data, _KEYS_OF_EACH)
            for number, keys in enumerate(each, start=1):
                _check_shape(keys, f"page {number}: ")
            return _chained(decode(data, _PAGES))
        _check_shape(decode(data, _KEYS), "")
        return _chained((decode(data, _PAGE),))
    except UndecodableError as err:
        raise EvidenceError(f"the evidence cannot be read: {err.message}", hint=_EXPECTED) from err


def _check_shape(keys: dict[str, Any], where: str) -> None:
    if _OURS & keys.keys():
        # NOTE: what the AWS CLI writes for --max-items; the API itself spells it nextToken.
        if bytes(keys.get("NextToken", b"null")) != b"null":
            raise EvidenceError(
                f"{where}it has a NextToken: more findings were listed than were saved",
                hint="Save without --max-items.",
            )
        return
    known = next((said for key, said in _KNOWN.items() if key in keys), None)
    seen = ", ".join(one_line(key, 40) for key in list(keys)[:6]) or "nothing"
    what = f"this is {known}" if known else f"no imageScanFindings or imageScanStatus in it (seen: {seen})"
    raise EvidenceError(f"{where}{what}", hint=_EXPECTED)


def _chained(pages: tuple[Page, ...]) -> tuple[Page, ...]:
    """Return pages that are the whole of one listing: each leads to the next, and the last to none."""
    if not pages:
        raise EvidenceError("the list of pages is empty", hint=_EXPECTED)
    if len(pages) > MOST_PAGES:
        raise EvidenceError(f"more than {MOST_PAGES} pages")
    again = "Save all pages of one listing, in order (the AWS CLI does so by itself)."
    tokens = [page.next_token for page in pages]
    if tokens[-1]:
        raise EvidenceError("the last page has a nextToken: more findings were listed than were saved", hint=again)
    for number, token in enumerate(tokens[:-1], start=1):
        if not token:
            raise EvidenceError(f"page {number} of {len(pages)} leads to no next page", hint=again)
    if len(set(tokens)) != len(tokens):
        raise EvidenceError("two pages have the same nextToken, so that one is there twice", hint=again)
    if len({_identity(page) for page in pages}) > 1:
        raise EvidenceError("the pages are of different images", hint=again)
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
