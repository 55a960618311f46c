"""Days, as reports count them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from gate.reports.days import far, utc_day

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "today"), (1, "tomorrow"), (2, "in 2 days"), (-1, "1 day ago"), (-30, "30 days ago")],
)
def test_how_far_off_a_day_is_reads_like_a_sentence(days: int, words: str) -> None:
    assert far(TODAY + timedelta(days=days), TODAY) == words


@pytest.mark.parametrize(
    "time",
    [
        datetime(2026, 11, 20, 23, 59, tzinfo=UTC),
        datetime(2026, 11, 20, 12, 0),  # noqa: DTZ001 - a time without a zone is UTC
        datetime(2026, 11, 21, 1, 30, tzinfo=timezone(timedelta(hours=2))),
    ],
)
def test_a_day_is_one_in_utc(time: datetime) -> None:
    assert utc_day(time) == TODAY
