"""Each fault of an OpenVEX document is told with its place, and each text stands where it belongs."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from gate.errors import PolicyError
from gate.policy.vex_document import read_vex
from tests.policy.test_vex_document import NO_DOCUMENT, PURL, faults, only, said, written

HERE = "statements[0]"
TEXT = "expected a text"
LIST = "expected a list"


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (written(statements=5), [f"statements is a number; {LIST}"]),
        (written(statements="x"), [f"statements is 'x'; {LIST}"]),
        (written(timestamp=5), [f"timestamp is a number; {TEXT}"]),
        (written(said(timestamp=5)), [f"{HERE}: timestamp is a number; {TEXT}"]),
        (written(said(last_updated=[])), [f"{HERE}: last_updated is a list; {TEXT}"]),
        (written(said(justification=5)), [f"{HERE}: justification is a number; {TEXT}"]),
        (written(said(impact_statement=5)), [f"{HERE}: impact_statement is a number; {TEXT}"]),
        (written(said(status_notes={})), [f"{HERE}: status_notes is an object; {TEXT}"]),
        (written(said(action_statement=5)), [f"{HERE}: action_statement is a number; {TEXT}"]),
        (written(said(vulnerability={"@id": 5})), [f"{HERE}.vulnerability: @id is a number; {TEXT}"]),
        (written(said(subcomponents=5)), [f"{HERE}: subcomponents is a number; {LIST}"]),
        (
            written(said(products=[{"@id": PURL, "subcomponents": 5}])),
            [f"{HERE}.products[0]: subcomponents is a number; {LIST}"],
        ),
        (
            written(said(products=[{"identifiers": {"purl": 5}}])),
            [f"{HERE}.products[0]: purl is a number; {TEXT}"],
        ),
    ],
)
def test_what_is_of_the_wrong_type_is_told_in_its_place(data: bytes, lines: list[str]) -> None:
    told = faults(data)
    assert told[: len(lines)] == lines


@pytest.mark.parametrize("data", [b"5", b"[]"])
def test_a_long_name_of_a_file_is_cut(data: bytes) -> None:
    with pytest.raises(PolicyError) as refused:
        read_vex(data, "f" * 300)
    [line] = refused.value.faults
    assert line.startswith(f"{'f' * 199}…: is ")
    assert line.endswith(NO_DOCUMENT)


@pytest.mark.parametrize("key", ["impact_statement", "status_notes", "action_statement"])
def test_each_of_the_authors_words_can_be_the_note(key: str) -> None:
    fields: dict[str, Any] = {key: "Because."}
    assert only(**fields).note == "Because."


@pytest.mark.parametrize("last", ["CVE-2026-1///", "GHSA-XXXX-XX/", "GHSA-XXXX-XX"])
def test_the_id_at_the_end_is_taken_whole(last: str) -> None:
    assert only(vulnerability={"@id": f"https://example.com/{last}"}).ids == (last.rstrip("/"),)


def test_times_are_in_utc_wherever_the_machine_is() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "EAST-9")
        time.tzset()
        moment = only(timestamp="2026-11-02T12:00:00+02:00").timestamp
    time.tzset()
    assert (moment, moment.tzinfo) == (datetime(2026, 11, 2, 10, tzinfo=UTC), UTC)


@pytest.mark.parametrize(
    ("data", "seen"),
    [(b'"{}"', "a text"), (b"[]", "a list"), (b"true", "true or false"), (b"1.5", "a number"), (b"null", "nothing")],
)
def test_json_that_is_no_object_is_told_by_its_kind(data: bytes, seen: str) -> None:
    assert faults(data) == [f"is {seen}; {NO_DOCUMENT}"]


@pytest.mark.parametrize(("size", "fault"), [(16_777_216, "is not JSON"), (16_777_217, "is larger than 16 MiB")])
def test_a_document_has_up_to_sixteen_mebibytes(size: int, fault: str) -> None:
    [line] = faults(b" " * size)
    assert line.startswith(fault)
