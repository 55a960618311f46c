"""What is no saved answer is refused in one line that names the file, whatever somebody hands over."""

import gzip
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.errors import EvidenceError
from gate.model import Scan, ScanState
from gate.sources import saved
from gate.sources.saved import MOST_BYTES, Capture, read_saved
from gate.target import SavedTarget
from tests.aws_double.findings import basic_finding
from tests.builders import DIGEST, NOW, OTHER_DIGEST

HOSTILE = "e\x1b[31m::error::x##[error]\ud800.json"
GOOD: dict[str, Any] = {
    "registryId": "123456789012",
    "repositoryName": "team/app",
    "imageId": {"imageDigest": DIGEST},
    "imageScanStatus": {"status": "COMPLETE"},
    "imageScanFindings": {"findings": [basic_finding()]},
}


def read(evidence: Any, text: str = "evidence.json") -> Scan:
    data = evidence if isinstance(evidence, bytes) else json.dumps(evidence).encode()
    return read_saved(SavedTarget(text=text, path=text), data, Capture(at=NOW, stated=True), 300.0)


def why(evidence: Any) -> str:
    with pytest.raises(EvidenceError) as raised:
        read(evidence)
    message = raised.value.message
    assert message.startswith("evidence.json: ")
    assert message.isprintable()
    assert len(message) < 500
    assert raised.value.hint.isprintable()
    return message.removeprefix("evidence.json: ")


def test_an_answer_may_be_packed() -> None:
    data = json.dumps(GOOD).encode()
    assert read(gzip.compress(data, mtime=0)).state is ScanState.COMPLETE
    assert read(gzip.compress(data, mtime=0) + b"\0" * 512).state is ScanState.COMPLETE


def test_blanks_around_an_answer_are_nothing() -> None:
    assert read(b"\n\t " + json.dumps(GOOD).encode() + b"\r\n").state is ScanState.COMPLETE


@pytest.mark.parametrize(
    ("evidence", "said"),
    [
        (b"", "the evidence is empty"),
        (b" \n", "the evidence is empty"),
        (gzip.compress(b"", mtime=0), "the evidence is empty"),
        (b"<!DOCTYPE html><html>", "it is HTML or XML"),
        (b"An error occurred (AccessDeniedException)", "malformed"),
        (json.dumps(GOOD).encode()[:-20], "truncated"),
        (json.dumps(GOOD).encode() * 2, "trailing characters"),
        (json.dumps([GOOD]).encode()[:-1], "truncated"),
        (b"{" * 100_000, "malformed"),
        (b"[" * 100_000, "the evidence cannot be read"),
        (b'{"imageScanFindings":' * 100_000, "nested too deeply"),
        (b'\xff\xfe{\x00"\x00', "byte order mark"),
        (b'{"imageScanStatus": {"status": "\xff"}}', "utf-8"),
        (b"\x00\x01\x02", "malformed"),
        (b"null", "Expected `object`"),
        (b"5", "Expected `object`"),
        (b'"text"', "Expected `object`"),
        ([], "the list of pages is empty"),
        ([5], "Expected `object`"),
        ([[GOOD]], "Expected `object`"),
        ({}, "no imageScanFindings, imageScanStatus or findings in it (seen: nothing)"),
        ({"a": 1, HOSTILE: 2}, "(seen: a, e"),
        ({f"key{n}" * 1_000: n for n in range(50)}, "seen: key0key0"),
        ([GOOD, {"a": 1}], "page 2: no imageScanFindings"),
        ([GOOD, {"findings": []}], "page 1 is an answer of describe-image-scan-findings, and page 2 is an answer of"),
        ([{"findings": []}, GOOD], "page 1 is an answer of list-findings or list-image-scan-findings, and page 2 is"),
        ({"imageScanStatus": "COMPLETE"}, "$.imageScanStatus"),
        ({"imageScanFindings": []}, "$.imageScanFindings"),
        ({"imageScanFindings": {"findings": {"a": 1}}}, "$.imageScanFindings.findings"),
        ({"imageScanFindings": {"findingSeverityCounts": {"HIGH": "many"}}}, "Expected `int`"),
        ({"imageScanFindings": {"findingSeverityCounts": {"HIGH": -1}}}, "Expected `int` >= 0"),
        ({"imageScanFindings": {"imageScanCompletedAt": {}}}, "imageScanCompletedAt"),
        (GOOD | {"imageId": "sha256"}, "$.imageId"),
        (GOOD | {"nextToken": 5}, "$.nextToken"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(evidence: Any, said: str) -> None:
    assert said in why(evidence)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("coveredResources", "list-coverage"),
        ("imageDetails", "describe-images"),
        ("images", "a verdict document"),
        ("detail-type", "an event"),
        ("statements", "a VEX document"),
        ("vulnerabilities", "a list of vulnerabilities"),
    ],
)
def test_what_else_people_hand_over_is_told_by_its_keys(keys: str, said: str) -> None:
    message = why({keys: []})
    assert message.startswith("this is a")
    assert said in message


@pytest.mark.parametrize(
    ("pages", "said"),
    [
        ([GOOD | {"nextToken": "t"}], "the last page has a nextToken"),
        ([GOOD | {"nextToken": "t"}, GOOD | {"nextToken": "u"}], "the last page has a nextToken"),
        ([GOOD, GOOD], "page 1 of 2 leads to no next page"),
        ([GOOD | {"nextToken": ""}, GOOD | {"nextToken": ""}], "page 1 of 2 leads to no next page"),
        ([GOOD | {"nextToken": "t"}, GOOD | {"nextToken": None}, GOOD], "page 2 of 3 leads to no next page"),
        ([GOOD | {"nextToken": "t"}, GOOD | {"nextToken": "t"}, GOOD], "two pages have the same nextToken"),
        ([GOOD | {"nextToken": "t"}, GOOD | {"imageId": {"imageDigest": OTHER_DIGEST}}], "of different images"),
        ([GOOD | {"nextToken": "t"}, GOOD | {"imageId": None}], "of different images"),
        ([GOOD | {"nextToken": "t"}, GOOD | {"repositoryName": "team/b"}], "of different images"),
        ([GOOD | {"nextToken": "t"}, GOOD | {"registryId": "111122223333"}], "of different images"),
    ],
)
def test_pages_that_are_not_the_whole_of_one_listing_are_refused(pages: Any, said: str) -> None:
    assert said in why(pages)


def test_a_single_answer_that_goes_on_elsewhere_is_refused() -> None:
    assert "more findings were listed than were saved" in why(GOOD | {"nextToken": "t"})


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_token_as_the_cli_writes_it_for_max_items_is_one_too(wrapped: bool) -> None:
    page = GOOD | {"NextToken": "eyJ"}
    assert "NextToken: more findings were listed than were saved" in why([page] if wrapped else page)
    assert read(GOOD | {"NextToken": None}).state is ScanState.COMPLETE


def test_more_pages_than_aws_would_ever_serve_are_refused() -> None:
    pages = [GOOD | {"nextToken": f"t{n}"} for n in range(2_001)]
    assert "more than 2000 pages" in why([*pages[:-1], GOOD])


def test_evidence_has_a_greatest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_BYTES == 167_772_160
    monkeypatch.setattr(saved, "MOST_BYTES", 2 * 1024**2)
    large = b" " * (2 * 1024**2)
    assert why(large + b"{}") == "the evidence is larger than 2 MiB"
    assert why(gzip.compress(large + b"{}", mtime=0)) == "the evidence is larger than 2 MiB"


def test_a_gzip_bomb_is_not_unpacked_further_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved, "MOST_BYTES", 1024**2)
    bomb = gzip.compress(b" " * (32 * 1024**2), mtime=0)
    tracemalloc.start()
    said = why(bomb)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert said == "the evidence is larger than 1 MiB"
    assert most < 8 * 1024**2


@pytest.mark.parametrize("kept", [3, 12, 40, -9, -1])
def test_a_gzip_file_that_is_cut_off_is_refused(kept: int) -> None:
    assert "gzip" in why(gzip.compress(json.dumps(GOOD).encode(), mtime=0)[:kept])


def test_a_gzip_file_that_is_none_or_was_changed_is_refused() -> None:
    packed = bytearray(gzip.compress(json.dumps(GOOD).encode(), mtime=0))
    packed[-6] ^= 0xFF
    assert "no gzip file" in why(bytes(packed))
    assert "no gzip file" in why(b"\x1f\x8b" + b"x" * 100)


def test_what_follows_the_gzip_data_is_not_passed_over() -> None:
    packed = gzip.compress(json.dumps(GOOD).encode(), mtime=0)
    assert "something follows the gzip data" in why(packed * 2)
    assert "something follows the gzip data" in why(packed + b"{}")


def test_the_name_of_the_file_is_harmless_in_the_message() -> None:
    with pytest.raises(EvidenceError) as raised:
        read(b"", HOSTILE * 1_000)
    assert raised.value.message.isprintable()
    assert "##[" not in raised.value.message
    assert len(raised.value.message) < 300


@given(st.one_of(st.binary(max_size=100), st.binary(max_size=60).map(lambda tail: b"\x1f\x8b\x08" + tail)))
def test_any_bytes_are_refused_and_nothing_else_happens(data: bytes) -> None:
    with pytest.raises(EvidenceError):
        read(data)


json_values: Any = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=8,
)
MEMBERS = ["imageScanStatus", "imageScanFindings", "imageId", "nextToken", "NextToken", "registryId"]


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from(MEMBERS), json_values, min_size=1))
def test_an_answer_with_any_member_spoilt_is_refused_or_judged_by_its_findings(members: dict[str, Any]) -> None:
    try:
        scan = read(GOOD | members)
    except EvidenceError:
        return
    assert scan.state is not ScanState.COMPLETE or len(scan.findings) == 1
