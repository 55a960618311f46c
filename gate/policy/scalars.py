"""The policy's small words, each a type that knows how it is written: durations, ends, version ranges, platforms."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, ClassVar, Protocol, Self

_UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
# NOTE: [0-9], since \d takes the digits of every script.
_DURATION = re.compile("".join(rf"(?:([0-9]{{1,9}}){letter})?" for letter in _UNITS))
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
PLATFORM = r"[a-z0-9]{1,32}/[a-z0-9_-]{1,32}(?:/[a-z0-9._-]{1,32})?"
"""How a platform is written, as a regular expression."""
_MOST_SECONDS = 100 * 366 * 86_400


class Scalar(Protocol):
    """A word of the policy: how it is read, how it is written back, and what its JSON Schema is."""

    WANT: ClassVar[str]
    """What is expected, for messages: "a duration such as 15m"."""
    SCHEMA: ClassVar[dict[str, Any]]

    @classmethod
    def parse(cls, value: str | list[str]) -> Self:
        """Read the text as it stands in the file; ValueError carries the message for the user."""

    @property
    def plain(self) -> str | list[str]:
        """The text (or texts) that `parse` reads back to an equal value."""


class Word(ABC):
    """Equality, hash and repr by the text; no dataclass, since msgspec would encode one as a mapping."""

    __slots__ = ()

    SCHEMA: ClassVar[dict[str, Any]]

    @property
    @abstractmethod
    def plain(self) -> str | list[str]:
        """The text (or texts) that `parse` reads back to an equal value."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.plain == other.plain

    def __hash__(self) -> int:
        return hash((type(self), str(self.plain)))

    def __repr__(self) -> str:
        return f"{type(self).__name__}.parse({self.plain!r})"


class Duration(Word):
    """A length of time in whole seconds, written like 90s, 15m, 24h, 7d, 2w or 1h30m."""

    __slots__ = ("seconds",)

    WANT: ClassVar[str] = "a duration such as 90s, 15m, 24h or 7d"
    SCHEMA: ClassVar[dict[str, Any]] = {
        "type": "string",
        "pattern": r"^(?=[0-9])([0-9]{1,9}w)?([0-9]{1,9}d)?([0-9]{1,9}h)?([0-9]{1,9}m)?([0-9]{1,9}s)?$",
        "examples": ["15m", "24h", "7d"],
    }

    def __init__(self, seconds: int) -> None:
        """Keep what `parse` read."""
        self.seconds = seconds

    @classmethod
    def parse(cls, value: str | list[str]) -> Self:
        """Read `value`; at most a hundred years."""
        match = _DURATION.fullmatch(value) if isinstance(value, str) else None
        if not match or not value:
            raise ValueError(f"expected {cls.WANT}")
        seconds = sum(int(n) * unit for n, unit in zip(match.groups("0"), _UNITS.values(), strict=True))
        if seconds > _MOST_SECONDS:
            raise ValueError("expected a duration of at most a hundred years")
        return cls(seconds)

    @property
    def plain(self) -> str:
        """The shortest way to write it: 90 seconds are `1m30s`."""
        rest, words = self.seconds, []
        for letter, unit in _UNITS.items():
            count, rest = divmod(rest, unit)
            words += [f"{count}{letter}"] if count else []
        return "".join(words) or "0s"

    @property
    def delta(self) -> timedelta:
        """The same as a timedelta."""
        return timedelta(seconds=self.seconds)


class Until(Word):
    """When a relaxation ends: after a day (UTC, inclusive), when a fix exists, or whichever comes first."""

    __slots__ = ("day", "fixed")

    WANT: ClassVar[str] = "a date such as 2026-12-31, `fixed`, or a list of the two"
    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"type": "string", "format": "date"},
            {"const": "fixed"},
            {
                "type": "array",
                "items": {"anyOf": [{"type": "string", "format": "date"}, {"const": "fixed"}]},
                "minItems": 1,
                "maxItems": 2,
                "uniqueItems": True,
            },
        ],
    }

    def __init__(self, day: date | None, *, fixed: bool) -> None:
        """Keep what `parse` read."""
        self.day = day
        self.fixed = fixed

    @classmethod
    def parse(cls, value: str | list[str]) -> Self:
        """Read a date, `fixed`, or a list with at most one of each."""
        words = [value] if isinstance(value, str) else value
        days = [parse_date(word) for word in words if word != "fixed"]
        fixed = words.count("fixed")
        if not words or len(days) > 1 or fixed > 1:
            raise ValueError(f"expected {cls.WANT}")
        return cls(days[0] if days else None, fixed=bool(fixed))

    @property
    def plain(self) -> str | list[str]:
        """One word, or a list of two."""
        words = [self.day.isoformat()] if self.day else []
        words += ["fixed"] if self.fixed else []
        return words[0] if len(words) == 1 else words


class VersionRange(Word):
    """The versions of this gate that a policy is written for, such as `>=1.2` (PEP 440)."""

    __slots__ = ("text",)

    WANT: ClassVar[str] = "a version range such as >=1.2"
    SCHEMA: ClassVar[dict[str, Any]] = {"type": "string", "examples": [">=1.2"]}

    def __init__(self, text: str) -> None:
        """Keep what `parse` read."""
        self.text = text

    @classmethod
    def parse(cls, value: str | list[str]) -> Self:
        """Read `value` as a PEP 440 specifier set that is not empty."""
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        try:
            specifiers = SpecifierSet(value) if isinstance(value, str) else SpecifierSet()
        except InvalidSpecifier:
            specifiers = SpecifierSet()
        if not specifiers:
            raise ValueError(f"expected {cls.WANT}")
        return cls(str(value))

    @property
    def plain(self) -> str:
        """The text as written."""
        return self.text

    def holds(self, version: str) -> bool:
        """Tell whether `version` is in the range (a pre-release of a version in range counts)."""
        from packaging.specifiers import SpecifierSet

        return SpecifierSet(self.text).contains(version, prereleases=True)


class PlatformName(Word):
    """The platform of an image, as Docker writes it: `linux/amd64`, `linux/arm/v7`."""

    __slots__ = ("text",)

    WANT: ClassVar[str] = "a platform such as linux/amd64 or linux/arm/v7"
    SCHEMA: ClassVar[dict[str, Any]] = {
        "type": "string",
        "pattern": f"^{PLATFORM}$",
        "examples": ["linux/amd64", "linux/arm64"],
    }

    def __init__(self, text: str) -> None:
        """Keep what `parse` read."""
        self.text = text

    @classmethod
    def parse(cls, value: str | list[str]) -> Self:
        """Read `value`; in lower case, as registries write it."""
        if not isinstance(value, str) or not re.fullmatch(PLATFORM, value):
            raise ValueError(f"expected {cls.WANT}")
        return cls(value)

    @property
    def plain(self) -> str:
        """The text as written."""
        return self.text


def parse_date(text: str) -> date:
    """Read `2026-12-31`; ValueError says what is wrong with it."""
    if not _DATE.fullmatch(text):
        raise ValueError("expected a date such as 2026-12-31")
    try:
        return date.fromisoformat(text)
    except ValueError as err:
        raise ValueError(f"expected a date such as 2026-12-31 ({err})") from err


SCALARS: tuple[type[Scalar], ...] = (Duration, Until, VersionRange, PlatformName)


def schema_of(kind: type) -> dict[str, Any]:
    """Return the JSON Schema of a word's type, for msgspec's schema_hook."""
    if issubclass(kind, Word):
        found: dict[str, Any] = kind.SCHEMA
        return found
    raise NotImplementedError


def encode_scalar(value: object) -> object:
    """Return the text of a word, for msgspec's enc_hook."""
    if isinstance(value, Word):
        return value.plain
    raise NotImplementedError


def decode_scalar(kind: type, value: object) -> object:
    """Read a word from its text, for msgspec's dec_hook."""
    parse: Callable[[Any], object] | None = getattr(kind, "parse", None)
    if parse is None or not isinstance(value, str | list):
        raise NotImplementedError
    return parse(value)
