"""What the files of facts have in common: how they are opened and dated, what a CVE id is, and how a fault reads."""

import re
from contextlib import suppress
from datetime import UTC, datetime

from msgspec import Struct

from gate.errors import UsageError
from gate.packed import unpacked
from gate.plain import one_line

MOST_BYTES = 64 * 1024 * 1024
"""The most that is read of one file, unpacked: FIRST's of 300,000 scores has 11 MB, CISA's of 1,400 entries 1.3 MB."""
CVE = r"[Cc][Vv][Ee]-[0-9]{4}-[0-9]{4,19}"
"""A CVE id in either case, as a pattern. Source: the JSON schema of CISA's catalogue, which is that of CVE records."""
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:?[0-9]{2})")


class DataFile(Struct, frozen=True, kw_only=True):
    """A file of facts, as messages speak of it."""

    name: str
    expected: str
    """What it should have been."""
    hint: str

    def fault(self, seen: str, expected: str = "") -> UsageError:
        """Return the error for what was seen; `expected` is what should have stood there, if not the whole file."""
        return UsageError(f"{self.name}: {seen}; expected {expected or self.expected}", hint=self.hint)

    def opened(self, data: bytes) -> bytes:
        """Return the file's bytes, unpacked; UsageError where they are not whole, or too many."""
        try:
            return unpacked(data, MOST_BYTES)
        except ValueError as err:
            raise self.fault(one_line(str(err), 200)) from err

    def moment(self, text: str, name: str) -> datetime:
        """Read the time that the file says it is of, in UTC; UsageError where it is none, or has no zone."""
        with suppress(ValueError, OverflowError):
            if _MOMENT.fullmatch(text):
                return datetime.fromisoformat(text).astimezone(UTC)
        seen = f"its {name} is {one_line(text, 60)!r}"
        raise self.fault(seen, "a time with a zone, such as 2025-02-20T00:00:00Z")
