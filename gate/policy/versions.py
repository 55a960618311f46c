"""Orders version numbers well enough to say which of several fixed versions is the highest."""

import re

_PART = re.compile(r"\d+|[a-zA-Z]+|~|[^\da-zA-Z~]+")
_Part = tuple[int, int, str]
_END: _Part = (1, 0, "")


def version_key(version: str) -> tuple[_Part, ...]:
    """Return a sort key in the manner of Debian and RPM: the epoch first, numbers by value, `~` before the end.

    It is for advice only: no verdict hangs on it, since ecosystems order versions in ways that contradict each other.
    """
    epoch, colon, rest = version.partition(":")
    number = int(epoch) if colon and epoch.isdecimal() and len(epoch) < 10 else 0
    parts = [_part(part) for part in _PART.findall(rest if colon and epoch.isdecimal() else version)]
    return ((3, number, ""), *parts, _END)


def highest(versions: list[str]) -> str:
    """Return the highest of some versions; of two that order the same, the one that is later as text."""
    return max(versions, key=lambda version: (version_key(version), version))


def _part(text: str) -> _Part:
    if text == "~":
        return (0, 0, "")
    if text.isdecimal():
        return (5, int(text[:300]), "")
    # NOTE: a hyphen ends the upstream version, so 1.1.1-1 is below 1.1.1n-1; other marks stand above letters.
    return (2 if text.startswith("-") else 3 if text.isalpha() else 4, 0, text)
