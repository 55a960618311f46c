"""The policy's small words: what they read, what they refuse, and that they are written back as they were read."""

import re
from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from gate.policy.scalars import (
    SCALARS,
    Duration,
    PlatformName,
    Until,
    VersionRange,
    decode_scalar,
    encode_scalar,
    parse_date,
    schema_of,
)

FORMAT_CHECKER = Draft202012Validator.FORMAT_CHECKER


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0s", 0), ("90s", 90), ("15m", 900), ("1h30m", 5_400), ("24h", 86_400), ("7d", 604_800), ("2w", 1_209_600)],
)
def test_a_duration_is_read_in_seconds(text: str, seconds: int) -> None:
    assert Duration.parse(text).seconds == seconds
    assert Duration.parse(text).delta == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "15", "m", "15 m", "1m1h", "-1h", "1.5h", "15M", "٣h", "1y", ["1h"], "9999999999s"]
)
def test_what_is_no_duration_is_refused_with_an_example(text: str | list[str]) -> None:
    with pytest.raises(ValueError, match="expected a duration such as 90s, 15m, 24h or 7d"):
        Duration.parse(text)


def test_a_duration_of_more_than_a_hundred_years_is_refused() -> None:
    assert Duration.parse("36600d").seconds == 100 * 366 * 86_400
    for text in ("36600d1s", "999999999w"):
        with pytest.raises(ValueError, match=r"^expected a duration of at most a hundred years$"):
            Duration.parse(text)


@given(st.integers(0, 100 * 366 * 86_400))
def test_a_duration_is_written_so_that_it_reads_back(seconds: int) -> None:
    assert Duration.parse(Duration(seconds).plain) == Duration(seconds)


def test_durations_are_equal_by_length_and_unequal_to_everything_else() -> None:
    assert Duration.parse("1h") == Duration.parse("60m")
    assert len({Duration.parse("1h"), Duration.parse("60m")}) == 1
    assert Duration.parse("1h") != Duration.parse("2h")
    assert Duration.parse("1h") != "1h"
    assert repr(Duration.parse("60m")) == "Duration.parse('1h')"


@pytest.mark.parametrize(
    ("value", "day", "fixed"),
    [
        ("2026-12-31", date(2026, 12, 31), False),
        ("fixed", None, True),
        (["fixed"], None, True),
        (["2026-12-31", "fixed"], date(2026, 12, 31), True),
        (["fixed", "2026-12-31"], date(2026, 12, 31), True),
    ],
)
def test_until_is_a_day_or_fixed_or_both(value: str | list[str], day: date | None, fixed: bool) -> None:
    until = Until.parse(value)
    assert (until.day, until.fixed) == (day, fixed)
    assert Until.parse(until.plain) == until
    assert until.plain == (["2026-12-31", "fixed"] if day and fixed else value if isinstance(value, str) else "fixed")
    assert until != Until(date(2026, 12, 31), fixed=not fixed)


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("fixed", True),
        (["fixed"], True),
        (["2026-12-31", "fixed"], True),
        ([], False),
        (["2026-12-31", "fixed", "2027-12-31"], False),
        (["fixed", "fixed"], False),
        ("never", False),
    ],
)
def test_editors_are_told_of_the_same_ends(value: str | list[str], *, is_one: bool) -> None:
    assert Draft202012Validator(Until.SCHEMA, format_checker=FORMAT_CHECKER).is_valid(value) is is_one


@pytest.mark.parametrize(
    "value", [[], ["2026-12-31", "2027-12-31"], ["fixed", "fixed"], "never", "", ["fixed", "soon"]]
)
def test_what_is_no_end_is_refused(value: str | list[str]) -> None:
    with pytest.raises(ValueError, match="expected a date such as 2026-12-31"):
        Until.parse(value)


@pytest.mark.parametrize("text", [">=1.2", ">=1.2,<2", "==1.*", "~=1.4"])
def test_a_version_range_keeps_its_text(text: str) -> None:
    assert VersionRange.parse(text).plain == text


@pytest.mark.parametrize("text", ["", "1.2", ">=", "new", ",", [">=1.2"]])
def test_what_is_no_version_range_is_refused(text: str | list[str]) -> None:
    with pytest.raises(ValueError, match=r"expected a version range such as >=1\.2"):
        VersionRange.parse(text)


@pytest.mark.parametrize(
    ("text", "version", "holds"),
    [(">=1.2", "1.2", True), (">=1.2", "1.10", True), (">=1.2", "1.1.9", False), (">=1.2", "1.3rc1", True)],
)
def test_a_version_range_compares_versions_and_not_texts(text: str, version: str, holds: bool) -> None:
    assert VersionRange.parse(text).holds(version) is holds


@pytest.mark.parametrize(
    "text", ["2026-1-1", "20260101", "2026-13-01", "2026-02-30", "tomorrow", "2026-01-01T00:00", ""]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a date such as 2026-12-31"):
        parse_date(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tomorrow", "expected a date such as 2026-12-31"),
        ("2026-02-30", "expected a date such as 2026-12-31 (day is out of range for month)"),
    ],
)
def test_a_day_that_does_not_exist_is_refused_with_the_reason(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        parse_date(text)


def test_every_scalar_has_a_schema_and_nothing_else_has() -> None:
    assert all(schema_of(kind) for kind in SCALARS)
    with pytest.raises(NotImplementedError):
        schema_of(complex)


@pytest.mark.parametrize(
    "text", ["linux/amd64", "linux/arm/v7", "windows/amd64", "linux/arm64/v8", "wasip1/wasm", "js/wasm_32"]
)
def test_a_platform_is_read_as_docker_writes_it(text: str) -> None:
    assert PlatformName.parse(text).plain == text
    assert re.search(PlatformName.SCHEMA["pattern"], text)


@pytest.mark.parametrize(
    "value",
    [
        *("", "linux", "amd64", "linux/", "/amd64", "Linux/amd64", "linux/amd64/", "linux/arm/v7/x", "linux amd64"),
        *("*/*", "linux/amd64\n", "linux\\amd64", "x" * 99 + "/amd64", ["linux/amd64"]),
    ],
)
def test_what_is_no_platform_is_refused_with_an_example(value: str | list[str]) -> None:
    with pytest.raises(ValueError, match="expected a platform such as linux/amd64 or linux/arm/v7"):
        PlatformName.parse(value)


@pytest.mark.parametrize(
    "value",
    [Duration(90), Until(date(2026, 12, 31), fixed=True), VersionRange(">=1"), PlatformName("linux/amd64")],
)
def test_scalars_pass_through_json(value: object) -> None:
    text = msgspec.json.encode(value, enc_hook=encode_scalar)
    assert msgspec.json.decode(text, type=type(value), dec_hook=decode_scalar) == value


def test_the_hooks_leave_other_types_alone() -> None:
    with pytest.raises(NotImplementedError):
        encode_scalar(1j)
    with pytest.raises(NotImplementedError):
        decode_scalar(complex, "1j")
    with pytest.raises(NotImplementedError):
        decode_scalar(Duration, 15)


def test_words_of_other_kinds_are_others_even_where_they_are_written_alike() -> None:
    one, other = PlatformName("linux/amd64"), VersionRange("linux/amd64")

    assert one != other
    assert len({hash(word) for word in (one, other, Duration(1), Duration(2))}) == 4
