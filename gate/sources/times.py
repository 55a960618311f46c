"""AWS's times: numbers or text as they are written, to aware datetimes in UTC."""

from datetime import UTC, datetime

from gate.errors import EvidenceError
from gate.plain import one_line
from gate.sources.wire import Time


def to_time(value: Time, name: str) -> datetime | None:
    """Read seconds since 1970, or ISO 8601 text (no zone means UTC); EvidenceError names the member that is no time."""
    if value is None:
        return None
    try:
        if isinstance(value, str):
            time = datetime.fromisoformat(value.strip())
            return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as err:
        raise EvidenceError(f"{name} is {one_line(str(value), 60)!r}, which is no time") from err
