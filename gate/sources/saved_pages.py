"""The pages in a saved file: which kind of answer they are, told by shape, and whether they are all of one listing."""

from typing import TypeVar

import msgspec
from msgspec import Struct

from gate.errors import EvidenceError
from gate.plain import one_line
from gate.sources.paging import MOST_PAGES, Paged
from gate.sources.wire import Page, UndecodableError, decode
from gate.sources.wire_inspector import InspectorFindings

EXPECTED = (
    "Expected an answer of `aws ecr describe-image-scan-findings`, `aws inspector2 list-findings` or `aws imagebuilder "
    "list-image-scan-findings`, or a JSON list of its pages."
)
AGAIN = "Save all pages of one listing, in order (the AWS CLI does so by itself)."
_SCAN_PAGE = msgspec.json.Decoder(Page)
_SCAN_PAGES = msgspec.json.Decoder(tuple[Page, ...])
_FINDINGS_PAGE = msgspec.json.Decoder(InspectorFindings)
_FINDINGS_PAGES = msgspec.json.Decoder(tuple[InspectorFindings, ...])
_KEYS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_KEYS_OF_EACH = msgspec.json.Decoder(tuple[dict[str, msgspec.Raw], ...])
_OF_SCANS = frozenset({"imageScanFindings", "imageScanStatus"})
_SCAN = "an answer of describe-image-scan-findings"
_LISTING = "an answer of list-findings or list-image-scan-findings"
# What else people hand over, told by the keys it has.
_KNOWN = {
    "coveredResources": "an answer of Inspector's list-coverage, which lists no findings",
    "imageDetails": "an answer of describe-images, which does not list findings",
    "images": "a verdict document or an answer of batch-get-image, which is no scan",
    "detail-type": "an event, which carries counts and no findings",
    "statements": "a VEX document, which is no scan",
    "vulnerabilities": "a list of vulnerabilities, which is no scan of AWS's",
}
P = TypeVar("P", bound=Paged)


class Saved(Struct, frozen=True, kw_only=True):
    """The pages of one listing; of one kind, the other is empty."""

    scan: tuple[Page, ...] = ()
    """Answers of `describe-image-scan-findings`."""
    findings: tuple[InspectorFindings, ...] = ()
    """Answers of Inspector's `list-findings`, or of Image Builder's `list-image-scan-findings`."""


def pages_of(data: bytes) -> Saved:
    """Return the pages that a file holds; EvidenceError says what was seen where they are no whole listing."""
    is_list = data.lstrip()[:1] == b"["
    try:
        each = decode(data, _KEYS_OF_EACH) if is_list else (decode(data, _KEYS),)
        if _kind_of_all(each, is_list=is_list) == _LISTING:
            return Saved(
                findings=_chained(decode(data, _FINDINGS_PAGES) if is_list else (decode(data, _FINDINGS_PAGE),))
            )
        return Saved(scan=_chained(decode(data, _SCAN_PAGES) if is_list else (decode(data, _SCAN_PAGE),)))
    except UndecodableError as err:
        raise EvidenceError(f"the evidence cannot be read: {err.message}", hint=EXPECTED) from err


def _kind_of_all(each: tuple[dict[str, msgspec.Raw], ...], *, is_list: bool) -> str:
    kinds = [_kind(keys, f"page {number}: " if is_list else "") for number, keys in enumerate(each, start=1)]
    for number, kind in enumerate(kinds, start=1):
        if kind != kinds[0]:
            raise EvidenceError(f"page 1 is {kinds[0]}, and page {number} is {kind}", hint=AGAIN)
    return kinds[0] if kinds else _SCAN


def _kind(keys: dict[str, msgspec.Raw], where: str) -> str:
    """Return which answer of AWS's has these keys; EvidenceError names what else it is, or that it is not all."""
    kind = _SCAN if _OF_SCANS & keys.keys() else _LISTING if "findings" in keys else None
    if kind is None:
        known = next((said for key, said in _KNOWN.items() if key in keys), None)
        seen = ", ".join(one_line(key, 40) for key in list(keys)[:6]) or "nothing"
        what = (
            f"this is {known}" if known else f"no imageScanFindings, imageScanStatus or findings in it (seen: {seen})"
        )
        raise EvidenceError(f"{where}{what}", hint=EXPECTED)
    # NOTE: what the AWS CLI writes for --max-items; the API itself spells it nextToken.
    if bytes(keys.get("NextToken", b"null")) != b"null":
        raise EvidenceError(
            f"{where}it has a NextToken: more findings were listed than were saved", hint="Save without --max-items."
        )
    return kind


def _chained(pages: tuple[P, ...]) -> tuple[P, ...]:
    """Return pages that are the whole of one listing: each leads to the next, and the last to none."""
    if not pages:
        raise EvidenceError("the list of pages is empty", hint=EXPECTED)
    if len(pages) > MOST_PAGES:
        raise EvidenceError(f"more than {MOST_PAGES} pages")
    tokens = [page.next_token for page in pages]
    if tokens[-1]:
        raise EvidenceError("the last page has a nextToken: more findings were listed than were saved", hint=AGAIN)
    for number, token in enumerate(tokens[:-1], start=1):
        if not token:
            raise EvidenceError(f"page {number} of {len(pages)} leads to no next page", hint=AGAIN)
    if len(set(tokens)) != len(tokens):
        raise EvidenceError("two pages have the same nextToken, so that one is there twice", hint=AGAIN)
    return pages
