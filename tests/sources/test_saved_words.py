"""Why saved evidence is none, and what to do, is held whole here: people act on these words."""

import json
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from gate.errors import EvidenceError
from gate.model import Kind, Scan, ScanState
from gate.packed import NotWholeError
from gate.sources import saved
from gate.sources.bundle import pack
from gate.sources.saved import Capture, read_saved
from gate.sources.saved_pages import AGAIN, EXPECTED
from gate.target import SavedTarget
from tests.aws_double.findings import basic_finding, enhanced_finding
from tests.builders import DIGEST, NOW, OTHER_DIGEST, finding, scan

EARLY = "Save the answer again once the scan is COMPLETE or ACTIVE."
DONE = (NOW - timedelta(days=7)).timestamp()


def answer(status: str | None = "ACTIVE", description: str | None = "words", **found: Any) -> dict[str, Any]:
    """Return an answer about one image; without a status it has no imageScanStatus."""
    words = {} if status is None else {"imageScanStatus": {"status": status, "description": description}}
    times = {"imageScanCompletedAt": DONE, "vulnerabilitySourceUpdatedAt": DONE}
    return {"imageId": {"imageDigest": DIGEST}, "imageScanFindings": times | found} | words


def read(evidence: Any, *, stated: bool = True, text: str = "evidence.json") -> Scan:
    """Read evidence as of NOW, given as bytes or as what JSON holds."""
    data = evidence if isinstance(evidence, bytes) else json.dumps(evidence).encode()
    return read_saved(SavedTarget(text=text, path="evidence.json"), data, Capture(at=NOW, stated=stated), 300.0)


def refused(evidence: Any, **options: Any) -> tuple[str, str]:
    """Return the line and the hint with which evidence is refused."""
    with pytest.raises(EvidenceError) as raised:
        read(evidence, **options)
    return raised.value.message, raised.value.hint


@pytest.mark.parametrize(
    ("evidence", "stated", "state", "reason", "hint"),
    [
        (
            answer("IN_PROGRESS"),
            True,
            ScanState.PENDING,
            "the answer was saved before the scan was ready (IN_PROGRESS)",
            EARLY,
        ),
        (
            answer(None),
            True,
            ScanState.PENDING,
            "the answer was saved before the scan was ready (it has no imageScanStatus)",
            EARLY,
        ),
        (
            answer("FAILED", "gone wrong"),
            True,
            ScanState.FAILED,
            "AWS could not scan the image (FAILED: gone wrong)",
            "Push the image again to have it scanned again; if it stays so, ask AWS support.",
        ),
        (
            answer(enhancedFindings=[]),
            False,
            ScanState.INCOMPLETE,
            "the answer lists nothing, and nobody says when it was fetched: findings may have come later",
            "Say when it was fetched, with --captured-at.",
        ),
        (
            answer(enhancedFindings=[enhanced_finding()], imageScanCompletedAt=NOW.timestamp()),
            True,
            ScanState.PENDING,
            "the answer was saved before its findings had settled (scan.settle)",
            "Save the answer again some minutes after the scan.",
        ),
        (
            answer(findings=[basic_finding()], findingSeverityCounts={"HIGH": 2}),
            True,
            ScanState.INCOMPLETE,
            "AWS's counts and its list differ: high 2 declared and 1 listed",
            "Save the answer again, all pages.",
        ),
        (
            answer(findings=[basic_finding()], enhancedFindings=[enhanced_finding()]),
            True,
            ScanState.INCOMPLETE,
            "the answer lists basic and enhanced findings at once, which are never to be mixed",
            "Ask AWS again; if it stays so, report it to AWS support.",
        ),
    ],
)
def test_an_answer_that_is_no_evidence_says_why_and_what_to_do(
    evidence: Any, state: ScanState, reason: str, hint: str, *, stated: bool
) -> None:
    found = read(evidence, stated=stated)

    assert (found.state, found.reason, found.hint) == (state, reason, hint)
    # NOTE: of what is no evidence only AWS's own words are kept, and when they were read.
    assert (found.kind, found.completed_at, found.data_at, found.findings) == (Kind.UNKNOWN, None, None, ())
    words = evidence.get("imageScanStatus", {})
    assert (found.status, found.description) == (words.get("status"), words.get("description"))
    assert (found.captured_at, found.replayed, found.image.digest) == (NOW, True, DIGEST)
    assert found.declared == evidence["imageScanFindings"].get("findingSeverityCounts")


@pytest.mark.parametrize(
    ("evidence", "reason", "hint"),
    [
        (b" ", "the evidence is empty", EXPECTED),
        (b"\x1f\x8b", "the gzip file is cut off", "Save the evidence again."),
        (
            b"\x1f\x8bno gzip",
            "the evidence is no gzip file: Error -3 while decompressing data: unknown compression method",
            EXPECTED,
        ),
        (
            [answer() | {"nextToken": "t"}, answer() | {"imageId": {"imageDigest": OTHER_DIGEST}}],
            "the pages are of different images",
            AGAIN,
        ),
        (pack(scan(), ()), "a bundle says itself when it was captured", "Leave out --captured-at."),
    ],
)
def test_what_is_no_answer_is_refused_with_what_to_do(evidence: Any, reason: str, hint: str) -> None:
    assert refused(evidence) == (f"evidence.json: {reason}", hint)


@pytest.mark.parametrize(("name", "said"), [("n" * 200, "n" * 200), ("n" * 201, "n" * 199 + "…"), ("a\nb", "a b")])
def test_the_name_of_the_file_is_cut(name: str, said: str) -> None:
    assert refused(b"", text=name)[0] == f"{said}: the evidence is empty"


@pytest.mark.parametrize(
    ("error", "before", "hint"),
    [(NotWholeError, "", "Save the evidence again."), (ValueError, "the evidence ", EXPECTED)],
)
@pytest.mark.parametrize(("text", "said"), [("x" * 200, "x" * 200), ("x" * 201, "x" * 199 + "…")])
def test_what_the_unpacker_says_is_cut(
    error: type[ValueError], before: str, hint: str, text: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unpacked(*_: object) -> bytes:
        raise error(text)

    monkeypatch.setattr(saved, "unpacked", unpacked)
    assert refused(b"") == (f"evidence.json: {before}{said}", hint)


def test_a_bundle_is_the_scan_that_was_packed() -> None:
    packed = scan(finding())

    assert read(pack(packed, ()), stated=False) == replace(packed, replayed=True)


def test_an_image_without_a_tag_has_none() -> None:
    tagged = read(answer(findings=[]) | {"imageId": {"imageDigest": DIGEST, "imageTag": "v1"}})

    assert tagged.image.tags == ("v1",)
    assert read(answer(findings=[])).image.tags == ()
    assert read(answer(findings=[]) | {"imageId": {"imageTag": "v1"}}).image.digest is None
