"""CISA's catalogue is read whole or not at all: a cut one would say "not listed" of what is listed."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gate.errors import UsageError
from gate.facts import kev
from gate.facts.kev import KevCatalogue, earliest, read_kev
from gate.model import Kev
from tests.facts.written import HOSTILE, LOG4J, OPENSSL, XZ, catalogue, entry

GOOD = catalogue(entry(), entry(XZ, "2024-04-01", "2024-04-22"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def refused(data: bytes, file: str = "kev.json") -> str:
    with pytest.raises(UsageError) as raised:
        read_kev(data, file)
    message, hint = raised.value.message, raised.value.hint
    assert message.isprintable()
    assert len(message) < 600
    assert "; expected " in message
    assert "https://www.cisa.gov/" in hint
    return message


def why(data: bytes) -> str:
    message = refused(data)
    assert message.startswith("kev.json: ")
    return message.removeprefix("kev.json: ")


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_the_catalogue_is_read_plain_or_packed(pack: Callable[[bytes], bytes]) -> None:
    data = pack(GOOD)
    assert read_kev(data, "kev.json") == KevCatalogue(
        file="kev.json",
        sha256=sha256(data).hexdigest(),
        released=datetime(2026, 11, 19, 17, 4, 19, 979600, tzinfo=UTC),
        entries={
            LOG4J: Kev(listed=True, added=date(2021, 12, 10), due=date(2021, 12, 24), source="file"),
            XZ: Kev(listed=True, added=date(2024, 4, 1), due=date(2024, 4, 22), source="file"),
        },
    )


@pytest.mark.parametrize("bare", [entry(due=None), entry() | {"dueDate": None}])
def test_an_entry_may_have_no_due_date(bare: dict[str, Any]) -> None:
    assert read_kev(catalogue(bare), "k").entries[LOG4J] == Kev(listed=True, added=date(2021, 12, 10))


def test_ids_are_read_in_either_case_and_kept_in_upper_case() -> None:
    assert set(read_kev(catalogue(entry("cve-2021-44228"), entry("Cve-2024-3094")), "k").entries) == {LOG4J, XZ}


@pytest.mark.parametrize("turned", [False, True])
def test_of_a_vulnerability_that_is_listed_twice_the_earliest_days_are_kept(turned: bool) -> None:
    listed = [entry(due=None), entry("cve-2021-44228", "2022-01-01", "2021-12-31"), entry(due="2022-06-01")]
    found = read_kev(catalogue(*(reversed(listed) if turned else listed)), "k")
    assert found.entries == {LOG4J: Kev(listed=True, added=date(2021, 12, 10), due=date(2021, 12, 31))}


def test_the_earliest_of_several_listings_may_be_unknown() -> None:
    early, late = (Kev(listed=True, added=date(2024, 1, day)) for day in (1, 2))
    assert earliest([late, early]) == early
    assert earliest([Kev(listed=True, source="inspector"), late]) == Kev(
        listed=True, added=date(2024, 1, 2), source="inspector"
    )
    assert earliest([Kev(listed=True)]) == Kev(listed=True)


@pytest.mark.parametrize("declares", [0, 1, 3, 1404, -2, 10**300])
def test_a_catalogue_that_does_not_hold_what_it_declares_is_refused(declares: int) -> None:
    said = why(catalogue(entry(), entry(XZ), count=declares))
    assert said.startswith(f"declares {declares}"[:20])
    assert said.endswith(" entries and holds 2; expected all entries of CISA's catalogue")


def test_a_catalogue_that_lists_nothing_is_refused() -> None:
    assert why(catalogue()).startswith("lists no vulnerability; expected CISA's catalogue, known_exploited_")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is not JSON, or cut off"),
        (b"known", "is not JSON, or cut off"),
        (GOOD + b"x", "is not JSON, or cut off (JSON is malformed: trailing characters"),
        (b"\xef\xbb\xbf" + GOOD, "is not JSON, or cut off (JSON is malformed: invalid character (byte 0)"),
        (GOOD.decode().encode("utf-16"), "is not UTF-8 (byte 1 is 0xff)"),
        (GOOD.replace(b"\xc3\xa9", b"\xe9"), "is not UTF-8 (byte "),
        (GOOD.replace(b"\xc3\xa9", b"\xed\xa0\x80"), "is not UTF-8 (byte "),
        (GOOD.replace(b"\xc3\xa9", b"\\ud800"), "is not JSON, or cut off"),
        (GOOD.replace(LOG4J.encode(), b"\\ud800\\ud800"), "is not JSON, or cut off"),
        (b"[" * 100_000, "is no such catalogue (Expected `object`, got `array`)"),
        (b'{"more":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "is nested too deep"),
        (b"[]", "is no such catalogue (Expected `object`, got `array`)"),
        (b"{}", "is no such catalogue (Object missing required field `dateReleased`)"),
        (catalogue(entry(), dateReleased=None), "is no such catalogue (Object missing required field `dateReleased`)"),
        (catalogue(entry(), count=None), "is no such catalogue (Object missing required field `count`)"),
        (catalogue(entry(), vulnerabilities=None), "is no such catalogue (Object missing required field `vuln"),
        (catalogue(entry(), count="1"), "is no such catalogue (Expected `int`, got `str` - at `$.count`)"),
        (catalogue(entry(), count=True), "is no such catalogue (Expected `int`, got `bool` - at `$.count`)"),
        (catalogue(entry(), vulnerabilities={}), "is no such catalogue (Expected `array`, got `object`"),
        (catalogue(entry(), "CVE-2024-3094"), "is no such catalogue (Expected `object`, got `str` - at `$.vuln"),
        (catalogue(entry(), entry(None)), "is no such catalogue (Object missing required field `cveID` - at `$.vuln"),
        (catalogue(entry(added=None)), "is no such catalogue (Object missing required field `dateAdded` - at"),
        (catalogue(entry(added=20211210)), "is no such catalogue (Expected `str`, got `int` - at"),
        (catalogue(entry(), dateReleased="today"), "its dateReleased is 'today'; expected a time with a"),
        (catalogue(entry(), dateReleased="2026-02-30T00:00:00Z"), "its dateReleased is '2026-02-30T00:00:00Z'"),
        (catalogue(entry(), dateReleased="2026-11-19T00:00:00"), "its dateReleased is '2026-11-19T00:00:00'"),
        (catalogue(entry(), entry("GHSA-1")), "cveID of entry 2 is 'GHSA-1'; expected a CVE id such as CVE-"),
        (catalogue(entry("")), "cveID of entry 1 is ''"),
        (catalogue(entry("CVE-2024-3094 ")), "cveID of entry 1 is 'CVE-2024-3094'"),
        (catalogue(entry("::error::\x1b[31m" * 9_000)), "cveID of entry 1 is '"),
    ],
)
def test_what_is_no_catalogue_is_refused_with_what_was_seen(data: bytes, said: str) -> None:
    assert why(data).startswith(said)


@pytest.mark.parametrize("name", ["dateAdded", "dueDate"])
@pytest.mark.parametrize(
    "day", ["", "2025-02-30", "2025-13-01", "0000-01-01", "20250230", "2025-W09-7", "2025-1-1", "25/08/2025", "soon\n"]
)
def test_a_day_that_is_none_is_refused_with_its_entry(name: str, day: str) -> None:
    said = why(catalogue(entry(), entry(XZ, **{name: day})))
    assert said.startswith(f"{name} of entry 2 ({XZ}) is '{day.strip()}'")
    assert said.endswith("; expected a day such as 2025-08-25")


def test_a_packed_catalogue_that_is_not_whole_is_refused() -> None:
    assert why(gzip.compress(GOOD)[:-1]).startswith("the gzip file is cut off; expected CISA's catalogue")


def test_the_name_of_the_file_is_harmless() -> None:
    assert len(refused(b"", HOSTILE * 1_000)) < 500
    assert "##[" not in refused(b"", HOSTILE)
    assert read_kev(GOOD, HOSTILE).file.isprintable()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_catalogue_that_is_cut_off_anywhere_is_refused(pack: Callable[[bytes], bytes]) -> None:
    data = pack(GOOD)
    for kept in range(len(data)):
        with pytest.raises(UsageError):
            read_kev(data[:kept], "kev.json")


@settings(derandomize=True, deadline=None)
@given(st.lists(st.sampled_from([LOG4J, XZ, OPENSSL]), min_size=1), st.data())
def test_a_catalogue_from_which_entries_were_taken_is_refused(ids: list[str], data: st.DataObject) -> None:
    kept = data.draw(st.integers(0, len(ids) - 1))
    assert "entries and holds" in why(catalogue(*(entry(cve) for cve in ids[:kept]), count=len(ids)))
    assert set(read_kev(catalogue(*(entry(cve) for cve in ids)), "k").entries) == set(ids)


@settings(derandomize=True, deadline=None)
@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_refused_and_nothing_else_happens(data: bytes) -> None:
    refused(data)


@settings(derandomize=True, deadline=None)
@given(JSON, st.sampled_from(["dateReleased", "count", "vulnerabilities", "cveID", "dateAdded", "dueDate"]))
@example("2020-01-01", "dueDate")
@example(1, "count")
def test_any_value_in_the_place_of_another_gives_a_catalogue_or_is_refused(value: Any, name: str) -> None:
    changed = {name: value} if value is not None else {}
    data = catalogue(entry(**changed), **changed)
    try:
        assert list(read_kev(data, "kev.json").entries) == [LOG4J]
    except UsageError:
        refused(data)


@settings(derandomize=True, deadline=None)
@given(st.integers(0, len(GOOD)), st.integers(0, 12), st.binary(max_size=6))
def test_a_changed_catalogue_is_read_or_refused_and_never_says_less(at: int, gone: int, put: bytes) -> None:
    data = GOOD[:at] + put + GOOD[at + gone :]
    try:
        found = read_kev(data, "kev.json")
    except UsageError:
        refused(data)
    else:
        assert len(found.entries) == 2


@pytest.mark.parametrize(
    ("text", "said"), [("x" * 60, "x" * 60), ("x" * 61, "x" * 59 + "…"), ("x" * 500, "x" * 59 + "…")]
)
def test_a_word_that_is_wrong_is_cut(text: str, said: str) -> None:
    seen = f"cveID of entry 2 is '{said}'; expected a CVE id such as CVE-2021-44228"
    assert why(catalogue(entry(), entry(text))) == seen
    day = f"({XZ}) is '{said}'; expected a day such as 2025-08-25"
    assert why(catalogue(entry(), entry(XZ, added=text))) == f"dateAdded of entry 2 {day}"
    assert why(catalogue(entry(), entry(XZ, due=text))) == f"dueDate of entry 2 {day}"


@pytest.mark.parametrize(("name", "said"), [("n" * 200, "n" * 200), ("n" * 201, "n" * 199 + "…")])
def test_the_name_of_the_file_is_cut_and_what_to_do_is_told_whole(name: str, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_kev(catalogue(), name)
    assert raised.value.message == (
        f"{said}: lists no vulnerability; expected CISA's catalogue, known_exploited_vulnerabilities.json"
    )
    assert raised.value.hint == (
        "Get it from CISA: https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json "
        "(plain or gzip)."
    )
    assert read_kev(GOOD, name).file == said


@pytest.mark.parametrize(
    ("declares", "said"), [(10**19, f"1{'0' * 19}"), (10**20, f"1{'0' * 18}…")], ids=["20 digits", "21 digits"]
)
def test_a_number_that_nobody_could_have_counted_is_cut(declares: int, said: str) -> None:
    assert why(catalogue(entry(), count=declares)) == (
        f"declares {said} entries and holds 1; expected all entries of CISA's catalogue"
    )


@pytest.mark.parametrize(
    ("error", "said"),
    [(msgspec.ValidationError, "is no such catalogue"), (msgspec.DecodeError, "is not JSON, or cut off")],
)
@pytest.mark.parametrize(("text", "cut"), [("x" * 200, "x" * 200), ("x" * 201, "x" * 199 + "…")])
def test_what_the_decoder_says_is_cut(
    error: type[msgspec.DecodeError], said: str, text: str, cut: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stumbling:
        def decode(self, _: bytes) -> None:
            raise error(text)

    monkeypatch.setattr(kev, "_CATALOGUE", Stumbling())
    assert why(GOOD).startswith(f"{said} ({cut}); expected ")
