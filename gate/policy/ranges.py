"""The values of conditions that are ranges: of CVSS scores, of EPSS probabilities, of ages."""

import re
from collections.abc import Iterable
from datetime import timedelta
from math import inf
from typing import Any, ClassVar, Self

from gate.policy.choices import Choice, one_or_list, words_of
from gate.policy.scalars import Duration

_NUMBER = r"(?:0|[1-9][0-9]{0,2})(?:\.[0-9]{1,6})?"


class _Ranges(Choice):
    """Numbers: `x` is exactly x, `x+` is x or more, `x..y` is a range with both ends, a list is one of them."""

    __slots__ = ("spans",)

    MOST: ClassVar[float]
    PATTERN: ClassVar[str]

    def __init__(self, words: Iterable[str]) -> None:
        """Keep the words, which `parse` has checked."""
        super().__init__(words)
        self.spans = tuple(self._span(word) for word in self.words)

    @classmethod
    def parse(cls, value: str | list[str]) -> Self:
        """Read one range or several; a range that ends before it begins is refused."""
        return cls(words_of(value, cls.WANT))

    @classmethod
    def _number(cls, text: str) -> float:
        if not re.fullmatch(cls.PATTERN, text):
            raise ValueError(f"expected {cls.WANT}")
        number = float(text)
        if number > cls.MOST:
            raise ValueError(f"expected {cls.WANT}")
        return number

    @classmethod
    def _span(cls, word: str) -> tuple[float, float]:
        if word.endswith("+"):
            return cls._number(word[:-1]), inf
        low, dots, high = word.partition("..")
        if not dots:
            return cls._number(word), cls._number(word)
        span = cls._number(low), cls._number(high)
        if span[0] > span[1]:
            raise ValueError("the range ends before it begins; put the lower end first")
        return span

    def holds(self, seen: float) -> bool | None:
        """Tell whether the number is in one of the ranges."""
        return any(low <= seen <= high for low, high in self.spans)

    @property
    def has_roof(self) -> bool:
        """Whether numbers above all ranges are left out."""
        return max(high for _, high in self.spans) < self.MOST


class ScoreChoice(_Ranges):
    """CVSS scores, from 0 to 10."""

    __slots__ = ()

    MOST: ClassVar[float] = 10.0
    PATTERN: ClassVar[str] = _NUMBER
    WANT: ClassVar[str] = "a CVSS score from 0 to 10 such as 7.0+ (that or more), 4.0..6.9, or a list of them"
    SCHEMA: ClassVar[dict[str, Any]] = one_or_list(
        {"type": ["string", "number"], "pattern": rf"^{_NUMBER}(?:\+|\.\.{_NUMBER})?$", "examples": ["7.0+"]}
    )


class ProbabilityChoice(_Ranges):
    """EPSS probabilities, from 0 to 1."""

    __slots__ = ()

    MOST: ClassVar[float] = 1.0
    PATTERN: ClassVar[str] = _NUMBER
    WANT: ClassVar[str] = "a probability from 0 to 1 such as 0.10+ (that or more), 0.1..0.5, or a list of them"
    SCHEMA: ClassVar[dict[str, Any]] = one_or_list(
        {"type": ["string", "number"], "pattern": rf"^{_NUMBER}(?:\+|\.\.{_NUMBER})?$", "examples": ["0.10+"]}
    )


class AgeChoice(_Ranges):
    """Ages: `30d+` is thirty days or more, `7d..30d` a range."""

    __slots__ = ()

    MOST: ClassVar[float] = inf
    WANT: ClassVar[str] = "an age such as 30d+ (that or more), 7d..30d, or a list of them"
    SCHEMA: ClassVar[dict[str, Any]] = one_or_list(
        {
            "type": "string",
            "pattern": r"^[0-9]{1,9}[wdhms][0-9wdhms]*(?:\+|\.\.[0-9][0-9wdhms]*)$",
            "examples": ["30d+"],
        }
    )

    @classmethod
    def _number(cls, text: str) -> float:
        try:
            return float(Duration.parse(text).seconds)
        except ValueError:
            raise ValueError(f"expected {cls.WANT}") from None

    @classmethod
    def _span(cls, word: str) -> tuple[float, float]:
        # NOTE: nothing is ever exactly 30 days old, so that a bare age is a slip.
        if not word.endswith("+") and ".." not in word:
            raise ValueError(f"expected {cls.WANT}")
        return super()._span(word)

    def holds(self, seen: timedelta) -> bool | None:  # type: ignore[override]  # the unit of this range
        """Tell whether the age is in one of the ranges."""
        return super().holds(seen.total_seconds())
