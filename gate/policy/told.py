"""What explain tells of a finding, and each condition as the finding answers it: the value seen, where it came from."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec import Struct

from gate.facts.known import DataUsed, FactsUsed
from gate.model import Finding
from gate.plain import one_line
from gate.policy.columns import Table
from gate.policy.conditions import CONDITIONS, Knower, View, When, when_of
from gate.policy.relaxing import value_text
from gate.policy.verdict import RuleOutcome

_FILES = {"epss": "epss", "kev": "kev", "kev_due": "kev"}
"""The conditions whose facts a file may supply, and which."""


class Told(Struct, frozen=True, kw_only=True):
    """A condition and how it came out."""

    depth: int
    """How deep it stands below the rule, from 0."""
    text: str
    """As the policy writes it: `cvss 7.0+`; or `any of`, `all of`, `not`, `unless`."""
    holds: bool | None
    """None where that is not known."""
    seen: str = ""
    """The value that was seen; empty where it is not known, and for `any`, `all` and `not`."""
    origin: str = ""
    """Where the value came from; where it is not known, what would supply it."""


class RuleTold(Struct, frozen=True, kw_only=True):
    """A rule or limit, how the finding stands to it, and how it came out for the image."""

    name: str
    matches: bool | None
    """Whether the finding is one of those that it is about."""
    counts: bool
    """Whether it counts the finding."""
    note: str
    """Why it does or does not count it, beside its conditions."""
    outcome: RuleOutcome
    why: str
    conditions: tuple[Told, ...] = ()


class Stage(Struct, frozen=True, kw_only=True):
    """One stage that a finding goes through, and what it did."""

    name: str
    text: str
    conditions: tuple[Told, ...] = ()


class Explanation(Struct, frozen=True, kw_only=True):
    """Everything about one finding of one image."""

    image: int
    finding: int
    stages: tuple[Stage, ...]
    rules: tuple[RuleTold, ...]


class Witness:
    """A finding that answers conditions, as the judgement asked it."""

    def __init__(self, finding: Finding, view: View, *, facts: FactsUsed, knower: Knower, is_adjusted: bool) -> None:
        """Take the finding with the severity that conditions shall see."""
        self.finding = finding
        self._view = view
        self._facts = facts
        self._knower = knower
        self._is_adjusted = is_adjusted

    @property
    def now(self) -> datetime:
        """The moment as of which it was judged."""
        return self._view.now

    def holds(self, when: When) -> bool | None:
        """Tell whether conditions hold so as to tighten: for any one package."""
        found = Table((self.finding,), self._view).any_package(when)
        return True if found.true else None if found.unknown else False

    def surely(self, when: When) -> bool:
        """Tell whether conditions hold so as to relax: known, and for all packages."""
        return Table((self.finding,), self._view).all_packages(when) == 1

    def conditions(self, when: When, depth: int = 0, *, relaxes: bool = False) -> Iterator[Told]:
        """Yield each condition, those below `any`, `all` and `not` one step deeper; `relaxes` asks for all packages."""
        for key, value in when.named():
            seen, origin = self._seen(key)
            yield Told(
                depth=depth,
                text=f"{key} {one_line(value_text(value), 100)}",
                holds=self._held(when_of(**{key: value}), relaxes=relaxes),
                seen=seen,
                origin=origin,
            )
        for label, key, below in (("all of", "all", when.all), ("any of", "any", when.any), ("not", "not_", when.not_)):
            if below is None:
                continue
            yield Told(depth=depth, text=label, holds=self._held(when_of(**{key: below}), relaxes=relaxes))
            for one in below if isinstance(below, tuple) else (below,):
                # NOTE: what stands below `not` must hold for no package at all, for the whole to hold for all of them.
                yield from self.conditions(one, depth + 1, relaxes=relaxes and label != "not")

    def _held(self, when: When, *, relaxes: bool) -> bool | None:
        """Tell whether conditions hold; where they relax, what holds for some packages only does not."""
        holds = self.holds(when)
        return False if relaxes and holds and not self.surely(when) else holds

    def _seen(self, key: str) -> tuple[str, str]:
        """Return the value of a condition's fact as people read it, and where it came from."""
        condition = CONDITIONS[key]
        subjects: tuple[Any, ...] = self.finding.packages if condition.of == "package" else (self.finding,)
        values = [condition.read(subject, self._view) for subject in subjects]
        if not values:
            return "no package", "the scan"
        if set(values) == {None}:
            return "", self._missing(key)
        shown = dict.fromkeys("not known" if value is None else condition.show(value) for value in values)
        return one_line(", ".join(shown), 120) or "nothing", self._origin(key)

    def _missing(self, key: str) -> str:
        """Return why nobody knows a fact, or what would supply it."""
        condition = CONDITIONS[key]
        if key in _FILES:
            data: DataUsed | None = getattr(self._facts, _FILES[key])
            return f"{condition.supply} would say it" if data is None else f"{_named(data)} says nothing of it"
        if key in {"cvss", "vector"}:
            return "no score that the policy takes" if self._view.score(self.finding) is None else "the score has none"
        return f"{condition.supply} would say it" if self._knower not in condition.known else "the scan does not say it"

    def _origin(self, key: str) -> str:
        finding = self.finding
        if key == "severity" and self._is_adjusted:
            return "severity.adjust"
        if key == "age" and self._view.first_seen(finding) != finding.first_seen:
            return "the baseline"
        if key in {"cvss", "vector"}:
            score = self._view.score(finding)
            return f"CVSS {one_line(score.version, 20)} of {one_line(score.source, 40)}" if score else "the scan"
        if key in _FILES:
            source = finding.epss_source if key == "epss" else finding.kev.source if finding.kev else None
            data: DataUsed | None = getattr(self._facts, _FILES[key])
            return "Inspector" if source == "inspector" else _named(data) if data else "the file given"
        return "the scan"


def _named(data: DataUsed) -> str:
    return f"{one_line(data.file, 100)} of {data.dated:%Y-%m-%d}"
