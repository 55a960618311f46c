"""Judges conditions over all findings of an image at once: a set of findings is one integer, with a bit for each.

Python takes as long for one comparison of two such numbers as for one of two findings, so that 200 rules over 50,000
findings cost little more than reading the findings once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, reduce
from operator import or_
from typing import Any

from msgspec import Struct

from gate.model import Finding, Package
from gate.policy.conditions import CONDITIONS, Condition, Patterns, View, When, of_packages
from gate.policy.patterns import is_exact, matcher, texts

_FEW = 8
"""Up to so many bits are picked out one by one."""
_MANY_FACTS = 64
"""Up to so many distinct facts each keep their set."""


class Kleene(Struct, frozen=True, gc=False):
    """Of a number of subjects: for which something holds, and for which that is not known."""

    true: int
    unknown: int

    @property
    def possible(self) -> int:
        """Those for which it holds, or may."""
        return self.true | self.unknown


class Table:
    """The findings of one image, and each fact of theirs that a condition asked for."""

    def __init__(self, findings: Sequence[Finding], view: View) -> None:
        """Read nothing yet."""
        self._findings = findings
        self._view = view
        self._size = len(findings)
        # NOTE: row i is finding i with its first package; the rows of further packages follow behind, so that findings
        # in one package, as most are, need no translation between the two.
        self._owners: list[int] = []
        self._packages: list[Package | None] = []
        self._further: dict[int, list[int]] = defaultdict(list)
        self._told: dict[str, list[Any]] = {}
        self._columns: dict[tuple[str, bool], _Column] = {}
        self._leaves: dict[tuple[str, Any, bool], Kleene] = {}

    def any_package(self, when: When) -> Kleene:
        """Judge what tightens: it must hold for any one of a finding's packages."""
        if not of_packages(when):
            return self._judge(when, by_package=False)
        rows = self._judge(when, by_package=True)
        true = self._owning(rows.true)
        return Kleene(true, self._owning(rows.unknown) & ~true)

    def all_packages(self, when: When) -> int:
        """Judge what relaxes: it must be known to hold for all of a finding's packages."""
        if not of_packages(when):
            return self._judge(when, by_package=False).true
        true = self._judge(when, by_package=True).true
        held = true & ((1 << self._size) - 1)
        for index in bits(held & self._several):
            if not all(true >> row & 1 for row in self._further[index]):
                held ^= 1 << index
        return held

    def _judge(self, when: When, *, by_package: bool) -> Kleene:
        everything = (1 << (len(self._rows()) if by_package else self._size)) - 1
        parts = [self._leaf(key, value, by_package=by_package) for key, value in when.named()]
        parts += [self._judge(one, by_package=by_package) for one in when.all or ()]
        if when.any is not None:
            parts.append(_either([self._judge(one, by_package=by_package) for one in when.any]))
        if when.not_ is not None:
            inner = self._judge(when.not_, by_package=by_package)
            parts.append(Kleene(everything ^ inner.possible, inner.unknown))
        true = possible = everything
        for part in parts:
            true &= part.true
            possible &= part.possible
        return Kleene(true, possible ^ true)

    def _leaf(self, key: str, value: Any, *, by_package: bool) -> Kleene:  # noqa: ANN401 - any condition's value
        known = (key, value, by_package)
        if known not in self._leaves:
            self._leaves[known] = self._column(key, by_package=by_package).judge(CONDITIONS[key], value)
        return self._leaves[known]

    def _column(self, key: str, *, by_package: bool) -> "_Column":
        known = (key, by_package)
        if known not in self._columns:
            self._columns[known] = _Column(self._facts(key, by_package=by_package))
        return self._columns[known]

    def _facts(self, key: str, *, by_package: bool) -> list[Any]:
        read, view = CONDITIONS[key].read, self._view
        if CONDITIONS[key].of == "package":
            self._rows()
            # NOTE: a finding without packages matches no condition on one, and not its opposite either.
            return [None if package is None else read(package, view) for package in self._packages]
        if key not in self._told:
            self._told[key] = [read(finding, view) for finding in self._findings]
        facts = self._told[key]
        return [facts[owner] for owner in self._rows()] if by_package else facts

    def _rows(self) -> list[int]:
        """Return the index of the finding that each row is of."""
        if len(self._owners) < self._size:
            for index, finding in enumerate(self._findings):
                self._owners.append(index)
                self._packages.append(finding.packages[0] if finding.packages else None)
            for index, finding in enumerate(self._findings):
                for package in finding.packages[1:]:
                    self._further[index].append(len(self._owners))
                    self._owners.append(index)
                    self._packages.append(package)
        return self._owners

    @cached_property
    def _several(self) -> int:
        """The findings in several packages."""
        return mask(self._further, self._size)

    def _owning(self, rows: int) -> int:
        """Return the findings of which any row is among these."""
        behind = rows >> self._size
        found = rows & ((1 << self._size) - 1)
        return found | mask((self._owners[self._size + row] for row in bits(behind)), self._size) if behind else found


class _Column:
    """One fact of every subject: which subjects share it."""

    def __init__(self, facts: list[Any]) -> None:
        self._size = len(facts)
        self._groups: dict[Any, list[int]] = defaultdict(list)
        for index, fact in enumerate(facts):
            self._groups[fact].append(index)
        self._untold = mask(self._groups.pop(None, ()), self._size)
        self._sets: dict[Any, int] = {}
        self._by_name: dict[str, list[Any]] = {}

    def judge(self, condition: Condition, value: Any) -> Kleene:  # noqa: ANN401 - any condition's value
        """Return for which subjects the condition holds with this value."""
        if condition.kind is Patterns:
            return Kleene(self._set(self._named(texts(value), fold=condition.fold)), self._untold)
        holds = condition.holds(value)
        told = [(fact, holds(fact)) for fact in self._groups]
        true = self._set([fact for fact, held in told if held])
        return Kleene(true, self._untold | self._set([fact for fact, held in told if held is None]))

    def _named(self, patterns: tuple[str, ...], *, fold: bool) -> list[Any]:
        """Return the facts (tuples of names) that one of the patterns names; each exact one is one look-up."""
        if not self._by_name:
            for fact in self._groups:
                for name in fact:
                    self._by_name.setdefault(name.casefold() if fold else name, []).append(fact)
        folded = [pattern.casefold() for pattern in patterns] if fold else list(patterns)
        wild = [pattern for pattern in folded if not is_exact(pattern)]
        names = [pattern for pattern in folded if is_exact(pattern)]
        if wild:
            match: Callable[[str], object] = matcher(wild)
            names += [name for name in self._by_name if match(name)]
        return list({fact: None for name in names for fact in self._by_name.get(name, ())})

    def _set(self, facts: list[Any]) -> int:
        """Return the subjects that have one of these facts."""
        if len(self._groups) > _MANY_FACTS:
            return mask((index for fact in facts for index in self._groups[fact]), self._size)
        for fact in facts:
            if fact not in self._sets:
                self._sets[fact] = mask(self._groups[fact], self._size)
        return reduce(or_, (self._sets[fact] for fact in facts), 0)


def mask(indexes: Iterable[int], size: int) -> int:
    """Return the set of these indexes, each below `size`."""
    held = bytearray(size // 8 + 1)
    for index in indexes:
        held[index >> 3] |= 1 << (index & 7)
    return int.from_bytes(held, "little")


def bits(members: int) -> Iterator[int]:
    """Yield the indexes in a set, lowest first."""
    if members.bit_count() <= _FEW:
        while members:
            lowest = members & -members
            yield lowest.bit_length() - 1
            members ^= lowest
        return
    written = bin(members)[:1:-1]
    index = written.find("1")
    while index >= 0:
        yield index
        index = written.find("1", index + 1)


def _either(parts: list[Kleene]) -> Kleene:
    true = reduce(or_, (part.true for part in parts), 0)
    return Kleene(true, reduce(or_, (part.possible for part in parts), 0) & ~true)
