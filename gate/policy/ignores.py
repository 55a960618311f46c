"""Accepted risks: which entry settles which finding, on which day, and which entries do nothing."""

from collections.abc import Iterable
from datetime import date

from gate.model import Finding, Fix
from gate.plain import one_line
from gate.policy.document import AcceptUnsupported, Ignore
from gate.policy.patterns import Match, is_exact, matcher, texts
from gate.policy.verdict import IgnoredBy

Relaxation = Ignore | AcceptUnsupported
_FIXABLE = {Fix.FULL, Fix.PARTIAL}


class _Entry:
    """One entry, compiled: what it matches and where it stands."""

    __slots__ = ("entry", "id_matches", "index", "package_matches")

    def __init__(self, index: int, entry: Ignore) -> None:
        self.index = index
        self.entry = entry
        self.id_matches: Match | None = matcher(texts(entry.id), fold=True) if entry.id is not None else None
        self.package_matches: Match | None = matcher(texts(entry.package)) if entry.package is not None else None

    def covers(self, finding: Finding) -> bool:
        """Tell whether the entry names this finding: what relaxes must hold for all of its packages."""
        if self.id_matches and not any(map(self.id_matches, (finding.id, *finding.aliases))):
            return False
        if not self.package_matches:
            return self.id_matches is not None
        return bool(finding.packages) and all(self.package_matches(package.name) for package in finding.packages)


class Ignores:
    """The policy's `ignore` list on one day: settles findings, and remembers which entries were of use."""

    def __init__(self, entries: tuple[Ignore, ...], today: date) -> None:
        """Compile the entries that are in force on `today` (a day in UTC)."""
        self._today = today
        self._by_id: dict[str, list[_Entry]] = {}
        self._by_package: dict[str, list[_Entry]] = {}
        self._others: list[_Entry] = []
        self.used: set[int] = set()
        self.outlived: set[int] = set()
        """Entries that end when a fix exists, and met a finding that has one."""
        for index, entry in enumerate(entries):
            if is_in_force(entry, today):
                self._index(_Entry(index, entry))

    def settle(self, finding: Finding) -> IgnoredBy | None:
        """Return what accepts this finding, or None; of several entries, the words of the one that ends last."""
        matching = [entry for entry in self._candidates(finding) if entry.covers(finding)]
        holding = [entry for entry in matching if self._holds(entry, finding)]
        if not holding:
            return None
        holding.sort(key=lambda found: _ends_last(found.entry))
        self.used.update(found.index for found in holding)
        return _named(holding)

    def _holds(self, found: _Entry, finding: Finding) -> bool:
        until = found.entry.until
        if until is None or not until.fixed:
            return True
        if finding.fix in _FIXABLE:
            self.outlived.add(found.index)
            return False
        # NOTE: where the fix state is unknown only the day can end the entry; without a day nothing would, and what is
        # unknown never helps a finding pass.
        return finding.fix is Fix.NONE or until.day is not None

    def _index(self, found: _Entry) -> None:
        ids, packages = texts(found.entry.id), texts(found.entry.package)
        if ids and all(map(is_exact, ids)):
            for name in dict.fromkeys(text.casefold() for text in ids):
                self._by_id.setdefault(name, []).append(found)
        elif not ids and packages and all(map(is_exact, packages)):
            for name in dict.fromkeys(packages):
                self._by_package.setdefault(name, []).append(found)
        else:
            self._others.append(found)

    def _candidates(self, finding: Finding) -> Iterable[_Entry]:
        """Return the entries that may name the finding, each once; most meet none, and that must cost nothing."""
        found = list(self._others)
        if self._by_id:
            for name in (finding.id, *finding.aliases):
                found += self._by_id.get(name.casefold(), ())
        if self._by_package:
            for package in finding.packages:
                found += self._by_package.get(package.name, ())
        return {entry.index: entry for entry in found}.values() if len(found) > 1 else found


def is_in_force(entry: Relaxation, today: date) -> bool:
    """Tell whether a relaxation holds on `today`: from `since` through the day of `until`."""
    return (entry.since is None or entry.since <= today) and not has_expired(entry, today)


def has_expired(entry: Relaxation, today: date) -> bool:
    """Tell whether a relaxation's last day is over."""
    return entry.until is not None and entry.until.day is not None and entry.until.day < today


def until_text(entry: Relaxation) -> str | None:
    """Return when a relaxation ends, as people read it."""
    if entry.until is None:
        return None
    plain = entry.until.plain
    return plain if isinstance(plain, str) else " or ".join(plain)


def entry_name(index: int, entry: Ignore) -> str:
    """Return how messages name an entry: its place in the list, counted from 1, and what it matches."""
    what = ", ".join([*texts(entry.id), *(f"package {name}" for name in texts(entry.package))])
    return f"ignore entry {index + 1} ({one_line(what, 80)})"


def _ends_last(entry: Ignore) -> tuple[int, tuple[str, ...]]:
    until = entry.until
    day = until.day.toordinal() if until is not None and until.day is not None else date.max.toordinal()
    words = (entry.reason, entry.owner, entry.ticket, until_text(entry), entry.justification)
    what = (*texts(entry.id), "", *texts(entry.package), "")
    return -day, (*what, *(word or "" for word in words), str(entry.since))


def _named(holding: list[_Entry]) -> IgnoredBy:
    entry = holding[0].entry
    return IgnoredBy(
        reason=entry.reason,
        owner=entry.owner,
        ticket=entry.ticket,
        until=until_text(entry),
        justification=entry.justification,
        entries=tuple(found.index for found in holding),
    )
