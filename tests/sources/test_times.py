"""AWS's times are read as numbers or text, always into UTC, and what is no time is named."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import EvidenceError
from gate.sources.times import to_time


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (1_770_000_000.25, datetime(2026, 2, 2, 2, 40, 0, 250_000, tzinfo=UTC)),
        ("2026-02-02T02:40:00Z", datetime(2026, 2, 2, 2, 40, tzinfo=UTC)),
        ("2026-02-02T13:40:00+11:00", datetime(2026, 2, 2, 2, 40, tzinfo=UTC)),
        ("2026-02-02T13:40:00+1100", datetime(2026, 2, 2, 2, 40, tzinfo=UTC)),
        ("2026-02-02 03:40:00.500000+01:00", datetime(2026, 2, 2, 2, 40, 0, 500_000, tzinfo=UTC)),
        ("2026-02-02T02:40:00", datetime(2026, 2, 2, 2, 40, tzinfo=UTC)),
        (" 2026-02-02 ", datetime(2026, 2, 2, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_into_utc(value: Any, expected: datetime | None) -> None:
    read = to_time(value, "updatedAt")
    assert read == expected
    assert read is None or read.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        *("soon", "", "1770000000", "\ud800", "\x1b[2J", "9" * 1_000_000),
        *("9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+05:00"),
        *(1e300, -1e18, float("inf"), float("nan"), 10**30),
    ],
)
def test_what_is_no_time_names_the_member_in_one_short_line(value: Any) -> None:
    with pytest.raises(EvidenceError) as raised:
        to_time(value, "imageScanCompletedAt")
    assert raised.value.message.startswith("imageScanCompletedAt is ")
    assert raised.value.message.endswith("which is no time")
    assert len(raised.value.message) < 120
    assert raised.value.message.isprintable()


@pytest.mark.parametrize(
    ("value", "said"),
    [("soon", "soon"), (10**30, f"1{'0' * 30}"), ("x" * 60, "x" * 60), ("x" * 61, "x" * 59 + "…")],
)
def test_what_is_no_time_is_told_and_cut(value: Any, said: str) -> None:
    with pytest.raises(EvidenceError) as raised:
        to_time(value, "updatedAt")
    assert raised.value.message == f"updatedAt is '{said}', which is no time"


@pytest.fixture
def nine_hours_east() -> Iterator[None]:
    """Let this machine stand in a zone that is nine hours ahead of UTC."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "EAST-9")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("nine_hours_east")
def test_a_time_without_a_zone_is_utc_wherever_the_machine_stands() -> None:
    assert datetime(2026, 2, 2, tzinfo=UTC).astimezone().hour == 9
    assert to_time("2026-02-02T02:40:00", "updatedAt") == datetime(2026, 2, 2, 2, 40, tzinfo=UTC)
    assert to_time("2026-02-02T02:40:00+01:00", "updatedAt") == datetime(2026, 2, 2, 1, 40, tzinfo=UTC)


@given(st.one_of(st.text(), st.integers(), st.floats()))
def test_any_text_or_number_is_a_time_or_an_evidence_error(value: Any) -> None:
    try:
        read = to_time(value, "updatedAt")
    except EvidenceError:
        return
    assert read is not None
    assert read.tzinfo is UTC
