"""The values of conditions, each a type that knows how it is written and whether a fact is among what it names."""

from abc import abstractmethod
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar, Self

from gate.model import Fix, Severity
from gate.policy.scalars import Duration, Word

_SEVERITIES = {severity.value: severity for severity in Severity}
_FIXES: dict[str, frozenset[Fix]] = {
    "available": frozenset({Fix.FULL, Fix.PARTIAL}),
    "full": frozenset({Fix.FULL}),
    "partial": frozenset({Fix.PARTIAL}),
    "none": frozenset({Fix.NONE}),
    "unknown": frozenset({Fix.UNKNOWN}),
}
METRICS: dict[str, str] = {
    "AV": "NALP",
    "AC": "LMH",
    "AT": "NP",
    "Au": "MSN",
    "PR": "NLH",
    "UI": "NRPA",
    "S": "UC",
    "C": "NPLHC",
    "I": "NPLHC",
    "A": "NPLHC",
    "VC": "NLH",
    "VI": "NLH",
    "VA": "NLH",
    "SC": "NLH",
    "SI": "NLH",
    "SA": "NLH",
}
"""The base metrics of CVSS and the letters that any version has for them (specifications 2.0, 3.0, 3.1 and 4.0)."""


def words_of(value: str | list[str], want: str) -> list[str]:
    """Return the words of a value that is one or several; ValueError where there is none, or one stands there twice."""
    words = [value] if isinstance(value, str) else value
    if not words or len(set(words)) < len(words):
        raise ValueError(f"expected {want}" if not words else f"the same word stands here twice; expected {want}")
    return words


def one_or_list(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of one word, or of a list of them."""
    listed = {"type": "array", "items": schema, "minItems": 1, "uniqueItems": True}
    return {"anyOf": [schema, listed]}


class Choice(Word):
    """One word, or a list of words of which one must hold."""

    __slots__ = ("words",)

    WANT: ClassVar[str]

    def __init__(self, words: Iterable[str]) -> None:
        """Keep the words as written."""
        self.words = tuple(words)

    @property
    def plain(self) -> str | list[str]:
        """The word, or the list."""
        return self.words[0] if len(self.words) == 1 else list(self.words)

    @abstractmethod
    def holds(self, seen: Any) -> bool | None:  # noqa: ANN401 - each kind of fact has a type of its own
        """Tell whether a fact is among what the words name; None when that cannot be known."""


class SeverityChoice(Choice):
    """Severities: exact words, or `high+` for that one and every worse one."""

    __slots__ = ("_exact", "_from")

    WANT: ClassVar[str] = "a severity such as high, high+ (that or worse), or a list of them"
    SCHEMA: ClassVar[dict[str, Any]] = one_or_list(
        {"type": "string", "pattern": r"^(?:(?:critical|high|medium|low|informational)\+?|unknown)$"}
    )

    def __init__(self, words: Iterable[str]) -> None:
        """Keep the words, which `parse` has checked."""
        super().__init__(words)
        self._exact = frozenset(_SEVERITIES[word] for word in self.words if not word.endswith("+"))
        lowest = [_SEVERITIES[word[:-1]].rank for word in self.words if word.endswith("+")]
        self._from = min(lowest, default=None)

    @classmethod
    def parse(cls, value: str | list[str]) -> Self:
        """Read one word or several; `unknown+` is refused, since nothing is worse."""
        words = words_of(value, cls.WANT)
        if any(word.removesuffix("+") not in _SEVERITIES or word == "unknown+" for word in words):
            raise ValueError(f"expected {cls.WANT}")
        return cls(words)

    def holds(self, seen: Severity) -> bool | None:
        """Tell whether the severity is named. An unknown one is in `x+`, and nobody knows whether it is an exact x."""
        if self._from is not None and seen.rank >= self._from:
            return True
        if seen in self._exact:
            return True
        return None if seen is Severity.UNKNOWN and self._exact else False

    @property
    def worst_left_out(self) -> Severity | None:
        """The worst rated severity that is not named, where a milder one is; None where there is no such gap."""
        named = [severity for severity in Severity if severity is not Severity.UNKNOWN and self.holds(severity)]
        worse = [one for one in Severity if one is not Severity.UNKNOWN and not self.holds(one)]
        above = [one for one in worse if named and one.rank > min(other.rank for other in named)]
        return max(above, key=lambda one: one.rank, default=None)


class FixChoice(Choice):
    """States of the fix: available (full or partial), full, partial, none, unknown."""

    __slots__ = ("_states",)

    WANT: ClassVar[str] = "available, full, partial, none, unknown, or a list of them"
    SCHEMA: ClassVar[dict[str, Any]] = one_or_list({"enum": list(_FIXES)})

    def __init__(self, words: Iterable[str]) -> None:
        """Keep the words, which `parse` has checked."""
        super().__init__(words)
        self._states = frozenset[Fix]().union(*(_FIXES[word] for word in self.words))

    @classmethod
    def parse(cls, value: str | list[str]) -> Self:
        """Read one word or several."""
        words = words_of(value, cls.WANT)
        if any(word not in _FIXES for word in words):
            raise ValueError(f"expected {cls.WANT}")
        return cls(words)

    def holds(self, seen: Fix) -> bool | None:
        """Tell whether the state is named; an unknown one may be any, unless `unknown` is named."""
        if seen in self._states:
            return True
        return None if seen is Fix.UNKNOWN else False


class DueChoice(Choice):
    """When CISA's due date is: `passed`, or within a time such as `7d` (which one that has passed is, too)."""

    __slots__ = ("within",)

    WANT: ClassVar[str] = "`passed`, or a time such as 7d (due within it, or passed)"
    SCHEMA: ClassVar[dict[str, Any]] = {"anyOf": [{"const": "passed"}, Duration.SCHEMA]}

    def __init__(self, words: Iterable[str]) -> None:
        """Keep the word, which `parse` has checked."""
        super().__init__(words)
        word = self.words[0]
        self.within = timedelta(0) if word == "passed" else Duration.parse(word).delta

    @classmethod
    def parse(cls, value: str | list[str]) -> Self:
        """Read `passed` or a duration."""
        if isinstance(value, str):
            try:
                return cls((value,))
            except ValueError:
                pass
        raise ValueError(f"expected {cls.WANT}")

    def holds(self, seen: timedelta) -> bool | None:
        """Tell whether what is left until the end of the due day is at most the time named."""
        return seen < timedelta(0) if self.words[0] == "passed" else seen <= self.within


class MetricChoice(Choice):
    """Letters of one CVSS metric, such as `N`, or a list of them."""

    __slots__ = ()

    WANT: ClassVar[str] = "a letter of that CVSS metric such as N, or a list of them"
    SCHEMA: ClassVar[dict[str, Any]] = one_or_list({"enum": sorted(set("".join(METRICS.values())))})

    @classmethod
    def parse(cls, value: str | list[str]) -> Self:
        """Read one letter or several."""
        words = words_of(value, cls.WANT)
        if any(len(word) != 1 or not word.isupper() or not word.isascii() for word in words):
            raise ValueError(f"expected {cls.WANT}")
        return cls(words)

    def holds(self, seen: str) -> bool | None:
        """Tell whether the letter is named."""
        return seen in self.words
