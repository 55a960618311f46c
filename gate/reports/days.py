"""Days in reports: how far off they are from the day of the judgement."""

from datetime import UTC, date, datetime

from gate.policy.notices import days_text
from gate.policy.verdict import Disposition
from gate.reports.summary import plural

SETTLED = frozenset({Disposition.IGNORED, Disposition.VEX, Disposition.SUPPRESSED, Disposition.CLOSED})
"""Where nobody is asked to act on a finding any more, and no day presses."""


def utc_day(time: datetime) -> date:
    """Return the day of a time, in UTC, as the policy counts days."""
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC).date()


def far(day: date, today: date) -> str:
    """Return how far off a day is, in words, also when it is over."""
    left = (day - today).days
    return days_text(left) if left >= 0 else f"{plural(-left, 'day')} ago"
