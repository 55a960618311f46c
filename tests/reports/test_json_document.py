"""The verdict document as JSON."""

import json
import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gate.errors import EvidenceError, Exit
from gate.plain import neutral
from gate.policy.rejudge import disagreement
from gate.policy.verdict import Setting, Verdict
from gate.reports import json_document
from tests.reports.golden_files import assert_golden
from tests.reports.samples import HOSTILE, SAMPLES, many, unfinished

TEXT = json_document.render(SAMPLES["fail"])


@pytest.mark.parametrize("name", ["pass", "fail", "warn", "no_verdict", "hostile", "mixed"])
def test_the_document_is_as_agreed(name: str) -> None:
    assert_golden(f"{name}.json", msgspec.json.format(json_document.render(SAMPLES[name]), indent=2))


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "hostile"])
def test_what_was_written_is_read_back_as_it_was(name: str) -> None:
    read = json_document.read(json_document.render(SAMPLES[name]).encode())
    assert read == SAMPLES[name]
    assert disagreement(read) is None or name == "clean"


def test_the_document_of_a_run_that_did_not_finish_is_read_back_too() -> None:
    assert json_document.read(json_document.render(unfinished()).encode()) == unfinished()


def test_many_findings_are_read_back() -> None:
    verdict = many(1_000)
    assert json_document.read(json_document.render(verdict).encode()) == verdict


def test_it_is_one_line_with_times_in_utc() -> None:
    assert TEXT.count("\n") == 1
    assert TEXT.endswith("}\n")
    assert '"judged_at":"2026-11-20T12:00:00Z"' in TEXT
    assert '"settle":"5m"' in TEXT
    assert '"until":"2026-12-31"' in TEXT


@pytest.mark.parametrize("name", SAMPLES)
def test_it_is_harmless_to_print(name: str) -> None:
    text = json_document.render(SAMPLES[name])
    assert neutral(text) == text
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e\u2028\ufeff]", text)


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("#[v\x7f\x9b\u202e\U000e0041"), max_size=60))
def test_what_is_escaped_decodes_to_the_same(text: str) -> None:
    verdict = replace(unfinished(), reason=text, settings=(Setting(name=f"##[{text}", variable=f"##VSO[{text}"),))
    written = json_document.render(verdict)
    assert neutral(written) == written
    assert json.loads(written)["reason"] == text
    assert json_document.read(written.encode()) == verdict


def test_visible_text_is_left_as_it_is() -> None:
    assert "Überprüfung — 漢字 😀" in json_document.render(replace(unfinished(), reason="Überprüfung — 漢字 😀"))


def test_a_lone_surrogate_becomes_a_replacement_character_and_the_rest_stays() -> None:
    verdict = replace(SAMPLES["fail"], reason="a\ud800b\udfffc 😀 漢")
    read = json_document.read(json_document.render(verdict).encode())
    assert read == replace(SAMPLES["fail"], reason="a\ufffdb\ufffdc 😀 漢")


def test_the_hostile_sample_differs_only_by_its_lone_surrogates() -> None:
    assert "\ud800" in HOSTILE
    read = json_document.read(json_document.render(SAMPLES["hostile"]).encode())
    assert read.hint == HOSTILE.replace("\ud800", "\ufffd")
    assert json_document.render(read) == json_document.render(SAMPLES["hostile"])


def test_twenty_thousand_different_invisible_characters_are_escaped() -> None:
    unseen = "".join(map(chr, range(0xF0000, 0xF4E20)))
    assert json.loads(json_document.render(replace(unfinished(), reason=unseen)))["reason"] == unseen


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not JSON, or cut off: Input data was truncated"),
        (b"<html>", "not JSON, or cut off: JSON is malformed: invalid character (byte 0)"),
        (TEXT.encode()[:-200], "not JSON, or cut off: Input data was truncated"),
        (TEXT.encode() + b"x", "not JSON, or cut off: JSON is malformed"),
        (b"[]", "not a verdict document: Expected `object`, got `array`"),
        (b"null", "not a verdict document: Expected `object`, got `null`"),
        (b"{}", "not a verdict document: it names no `schema`"),
        (b'{"schema":"1"}', "not a verdict document: Expected `int | null`, got `str` - at `$.schema`"),
        (b'{"schema":1e999}', "not a verdict document: Number out of range"),
        (
            b'{"schema":2,"gate":"9.0\\u001b[2J","new":{}}',
            "schema version 2 (written by scan-gate 9.0); this one reads 1",
        ),
        (b'{"schema":0}', "schema version 0 (written by scan-gate unknown); this one reads 1"),
        (b'{"schema":1}', "not a verdict document: Object missing required field `gate`"),
        (b'{"schema":1,"gate":"\xff"}', "not UTF-8 (byte 0)"),
        (b'{"schema":1,"gate":"\\ud800"}', "not JSON, or cut off: "),
        (b'{"schema":1,"x":' + b"[" * 200_000, "nested too deep for a verdict document"),
        (b"[" * 200_000, "not a verdict document: Expected `object`, got `array`"),
    ],
    ids=range(16),
)
def test_anything_else_is_refused_in_one_line(data: bytes, message: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        json_document.read(data, file="verdict.json")
    assert caught.value.message.startswith(f"verdict.json: {message}")
    assert caught.value.message == neutral(caught.value.message)
    assert "\n" not in caught.value.message
    assert caught.value.exit_code is Exit.NO_VERDICT
    assert caught.value.hint


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"schema":1,', '"schema":1,"extra":{},', "Object contains unknown field `extra`"),
        ('"images":[{', '"images":[{"x":1,', "Object contains unknown field `x` - at `$.images[0]`"),
        ('"packages":[{', '"packages":[{"x":1,', "unknown field `x` - at `$.images[0].findings[0].packages[0]`"),
        ('"verdict":"fail"', '"verdict":"passed"', "Invalid enum value 'passed'"),
        ('"exit_code":1', '"exit_code":"0"', "Expected `int`, got `str`"),
        ('"settle":"5m"', '"settle":5', "expected text, got int - at `$.policy.resolved.scan.settle`"),
        ('"settle":"5m"', '"settle":["5m"]', "expected a duration such as"),
        ('"settle":"5m"', '"settle":"soon"', "expected a duration such as"),
        ('"until":"2026-12-31"', '"until":[1]', "at `$.policy.resolved.ignore[0].until`"),
        ('"until":"2026-12-31"', '"until":{}', "expected text, got dict"),
        ('"judged_at":"2026', '"judged_at":"x2026', "Invalid RFC3339 encoded datetime"),
    ],
)
def test_a_document_that_was_changed_is_refused_with_the_place(old: str, new: str, message: str) -> None:
    assert old in TEXT
    with pytest.raises(EvidenceError, match=re.escape(message)):
        json_document.read(TEXT.replace(old, new, 1).encode())


@pytest.mark.parametrize(
    ("pattern", "new", "message"),
    [
        (r'"findings":\[0,1\]', '"findings":[0,6]', "a rule names a finding"),
        (r'"findings":\[0,1\]', '"findings":[-1]', "a rule names a finding"),
        (r'"warnings":\[\],"upgrades"', '"warnings":[{"text":"x","image":1}],"upgrades"', "names an image"),
        (r'"clears":2,"images":\[0\]', '"clears":2,"images":[-1]', "names an image"),
    ],
)
def test_an_index_that_points_nowhere_is_refused(pattern: str, new: str, message: str) -> None:
    changed, count = re.subn(pattern, new, TEXT, count=1)
    assert count == 1
    with pytest.raises(EvidenceError, match=message):
        json_document.read(changed.encode())


def test_a_document_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_document, "LARGEST", 1024 * 1024)
    with pytest.raises(EvidenceError, match="larger than 1 MiB"):
        json_document.read(b" " * (1024 * 1024 + 1))
    with pytest.raises(EvidenceError, match="cut off"):
        json_document.read(b" " * (1024 * 1024))


def test_the_name_of_the_file_is_neutral() -> None:
    with pytest.raises(EvidenceError) as caught:
        json_document.read(b"", file="\x1b[31m::error::\nx")
    assert caught.value.message.startswith(": :error:: x: not JSON")


def test_a_document_is_a_verdict() -> None:
    assert isinstance(json_document.read(TEXT.encode()), Verdict)
