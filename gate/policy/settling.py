"""The stages that settle findings before any limit counts them: severity, VEX, `ignore`, baseline, grace."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time

from msgspec import Struct
from msgspec.structs import replace

from gate.model import Finding, FindingStatus, Fix, Image, Severity
from gate.plain import one_line
from gate.policy.baseline import Compared, in_force, is_postponed
from gate.policy.clauses import Ignore
from gate.policy.columns import Table, bits
from gate.policy.conditions import View, When, is_blank, when_of
from gate.policy.document import Policy
from gate.policy.effective import selects
from gate.policy.relaxing import Uses, ignore_path, is_in_force, until_text, words_of
from gate.policy.scores import judged_score
from gate.policy.verdict import Adjusted, Disposition, IgnoredBy, Sight
from gate.policy.vex import Vex
from gate.policy.vex_document import VexStatement

_FIXABLE = {Fix.FULL, Fix.PARTIAL}


class Surroundings(Struct, frozen=True, kw_only=True):
    """What findings of one image are settled by, beside the policy."""

    image: Image
    now: datetime
    env: str | None
    vex: Vex
    compared: Compared | None
    """None where the policy names no baseline. One that is not in force postpones nothing; what it saw stays true."""
    uses: Uses


class Settlement(Struct, frozen=True, kw_only=True, gc=False):
    """Where a finding ended, and what sent it there."""

    disposition: Disposition
    why: str
    ignored_by: IgnoredBy | None = None
    vex: VexStatement | None = None


class Settled(Struct, frozen=True, kw_only=True):
    """The findings of one image, worst first, each with its settlement, and what conditions see of them."""

    findings: tuple[Finding, ...]
    """With the severity that is judged."""
    settlements: tuple[Settlement, ...]
    adjusted: Mapping[int, Adjusted]
    grace: Mapping[int, datetime]
    """When the grace of those that have one ends or ended."""
    table: Table
    never: int
    """The findings to which no relaxation applies."""


def settle(policy: Policy, findings: Sequence[Finding], around: Surroundings) -> Settled:
    """Give every finding one settlement; none is dropped."""
    view = view_of(policy, around)
    first = Table(findings, view)
    never = policy.relaxations.never
    barred = first.any_package(never).possible if never is not None else 0
    rated, changed = _rated(policy, findings, first, barred, around)
    order = sorted(range(len(findings)), key=lambda index: (rated[index].severity.place, rated[index].key))
    ordered = tuple(rated[index] for index in order)
    table = Table(ordered, view)
    barred = sum(1 << place for place, index in enumerate(order) if barred >> index & 1) if barred else 0
    barred |= table.any_package(never).possible if never is not None else 0
    stages = _Stages(policy, ordered, table, barred, around)
    return Settled(
        findings=ordered,
        settlements=tuple(stages.settlement(index) for index in range(len(ordered))),
        adjusted={place: changed[index] for place, index in enumerate(order) if index in changed},
        grace=stages.grace,
        table=table,
        never=barred,
    )


def view_of(policy: Policy, around: Surroundings) -> View:
    """Return how this policy reads facts: by which score, as of when, since which first sight."""
    sights = around.compared.sights if around.compared else {}

    def first_seen(finding: Finding) -> datetime | None:
        sight = sights.get(finding.key)
        times = (finding.first_seen, sight.first_seen if sight else None)
        return min((moment for moment in times if moment is not None), default=None)

    return View(now=around.now, score=lambda finding: judged_score(finding, policy.cvss), first_seen=first_seen)


def scope_of(entry: Ignore) -> When:
    """Return what an `ignore` entry matches, as conditions."""
    return when_of(
        id=entry.id, package=entry.package, version=entry.version, package_type=entry.package_type, path=entry.path
    )


def _rated(
    policy: Policy, findings: Sequence[Finding], table: Table, barred: int, around: Surroundings
) -> tuple[list[Finding], dict[int, Adjusted]]:
    """Return the findings with the severities that the policy gives them, and what changed.

    An entry that certainly matches is taken, of several the worst; one that only may match is taken where it makes the
    severity worse than that.
    """
    taken: dict[int, tuple[Severity, int | None]] = {}
    doubtful: list[tuple[int, int]] = []
    for number, entry in enumerate(policy.severity.adjust):
        if not is_in_force(entry, around.now.date()):
            continue
        certain = table.all_packages(entry.when)
        doubtful.append((number, table.any_package(entry.when).possible & ~certain))
        if certain:
            around.uses.used.add(f"severity.adjust[{number}]")
        for index in bits(certain):
            _take(taken, index, number, Severity(entry.to))
    for index, (severity, by) in taken.items():
        if severity.rank < findings[index].severity.rank and barred >> index & 1:
            around.uses.barred.add(f"severity.adjust[{by}]")
            taken[index] = findings[index].severity, None
    for number, members in doubtful:
        for index in bits(members):
            taken.setdefault(index, (findings[index].severity, None))
            _take(taken, index, number, Severity(policy.severity.adjust[number].to))
    return _changed(policy, findings, taken)


def _take(taken: dict[int, tuple[Severity, int | None]], index: int, number: int, severity: Severity) -> None:
    if index not in taken or severity.rank > taken[index][0].rank:
        taken[index] = severity, number


def _changed(
    policy: Policy, findings: Sequence[Finding], taken: dict[int, tuple[Severity, int | None]]
) -> tuple[list[Finding], dict[int, Adjusted]]:
    rated, changed = list(findings), dict[int, Adjusted]()
    for index, (severity, number) in sorted(taken.items()):
        before = findings[index].severity
        if number is not None and severity is not before:
            entry = policy.severity.adjust[number]
            rated[index] = replace(findings[index], severity=severity)
            changed[index] = Adjusted(
                before=before, by=number, reason=entry.reason, owner=entry.owner, until=until_text(entry)
            )
    return rated, changed


class _Stages:
    """What settles the findings of one image, stage by stage; the first stage that does wins."""

    def __init__(
        self, policy: Policy, findings: tuple[Finding, ...], table: Table, barred: int, around: Surroundings
    ) -> None:
        self._policy = policy
        self._findings = findings
        self._barred = barred
        self._around = around
        self._today = around.now.date()
        self._is_vex_in_force = policy.vex is not None and is_in_force(policy.vex, self._today)
        self._baseline = in_force(policy.baseline, self._today)
        self._entries = self._matching_entries(table)
        self.grace = self._graces()

    def settlement(self, index: int) -> Settlement:
        """Return where a finding ends."""
        finding = self._findings[index]
        if finding.status is FindingStatus.CLOSED:
            return _CLOSED
        is_suppressed = finding.status is FindingStatus.SUPPRESSED
        if is_suppressed and self._policy.scan.inspector_suppressed == "trust":
            return _SUPPRESSED
        if self._barred >> index & 1:
            self._note_barred(index)
            return _UNRELAXED
        relaxed = self._by_vex(finding) or self._by_entry(index) or self._postponed(index)
        return relaxed or (_NOT_TRUSTED if is_suppressed else _COUNTED)

    def _by_vex(self, finding: Finding) -> Settlement | None:
        if not self._is_vex_in_force:
            return None
        statement = self._around.vex.settle(finding, self._around.image)
        if statement is None:
            return None
        self._around.uses.used.add("vex")
        said = one_line(statement.note or statement.justification or statement.status, 300)
        why = f"{statement.status} by {one_line(statement.author, 100)} in {one_line(statement.file, 200)}: {said}"
        return Settlement(disposition=Disposition.VEX, why=why, vex=statement)

    def _by_entry(self, index: int) -> Settlement | None:
        entries = [number for number in self._entries.get(index, ()) if self._holds(number, self._findings[index])]
        if not entries:
            return None
        self._around.uses.used.update(map(ignore_path, entries))
        entries.sort(key=lambda number: _ends_last(self._policy.ignore[number]))
        by = _ignored_by(self._policy.ignore[entries[0]], tuple(entries))
        why = f"accepted by ignore entry {entries[0] + 1}: {one_line(by.reason or '-', 300)}"
        return Settlement(
            disposition=Disposition.IGNORED, why=f"{why}{words_of(self._policy.ignore[entries[0]])}", ignored_by=by
        )

    def _postponed(self, index: int) -> Settlement | None:
        finding, compared = self._findings[index], self._around.compared
        if compared is not None and self._baseline is not None:
            sight = self._sight(finding)
            if is_postponed(finding, sight, self._baseline):
                why = f"the baseline {one_line(compared.used.target, 200)} has it too"
                return Settlement(disposition=Disposition.BASELINE, why=why)
        ends = self.grace.get(index)
        if ends is not None and self._around.now < ends:
            why = f"in grace until {ends:%Y-%m-%d %H:%M} UTC (grace.{finding.severity.value})"
            return Settlement(disposition=Disposition.GRACE, why=why)
        return None

    def _sight(self, finding: Finding) -> Sight | None:
        return self._around.compared.sights.get(finding.key) if self._around.compared else None

    def _matching_entries(self, table: Table) -> dict[int, list[int]]:
        """Return for each finding the `ignore` entries that match it, whatever ends them."""
        found: dict[int, list[int]] = defaultdict(list)
        for number, entry in enumerate(self._policy.ignore):
            if not is_in_force(entry, self._today):
                continue
            if entry.for_ is not None and selects(entry.for_, self._around.image, self._around.env)[1] is not True:
                continue
            scope = scope_of(entry)
            # NOTE: conditions that ask for nothing hold for everything; an entry that names nothing accepts nothing.
            matching = 0 if is_blank(scope) else table.all_packages(scope)
            if matching and entry.unless is not None:
                matching &= ~table.any_package(entry.unless).possible
            for index in bits(matching):
                found[index].append(number)
        return found

    def _holds(self, number: int, finding: Finding) -> bool:
        until = self._policy.ignore[number].until
        if until is None or not until.fixed:
            return True
        if finding.fix in _FIXABLE:
            self._around.uses.outlived.add(ignore_path(number))
            return False
        # NOTE: where the fix state is unknown only the day can end the entry; without a day nothing would, and what is
        # unknown never helps a finding pass.
        return finding.fix is Fix.NONE or until.day is not None

    def _note_barred(self, index: int) -> None:
        self._around.uses.barred.update(map(ignore_path, self._entries.get(index, ())))

    def _graces(self) -> dict[int, datetime]:
        grace = self._policy.grace
        if grace is None or not is_in_force(grace, self._today):
            return {}
        found: dict[int, datetime] = {}
        for index, finding in enumerate(self._findings):
            time_given = grace.of(finding.severity)
            sight = self._sight(finding)
            begins = finding.published if grace.begins == "published" else sight.first_seen if sight else None
            # NOTE: an unknown date, and one that lies ahead, is no grace.
            if time_given is not None and begins is not None and begins <= self._around.now:
                found[index] = _not_after(begins + time_given.delta, grace.until.day if grace.until else None)
        return found


def _not_after(ends: datetime, last: date | None) -> datetime:
    return ends if last is None else min(ends, datetime.combine(last, time.max, UTC))


_CLOSED = Settlement(disposition=Disposition.CLOSED, why="AWS says that it is closed")
_SUPPRESSED = Settlement(
    disposition=Disposition.SUPPRESSED, why="an Inspector suppression rule, trusted by scan.inspector_suppressed"
)
_COUNTED = Settlement(disposition=Disposition.COUNTED, why="nothing in the policy settles it")
_NOT_TRUSTED = Settlement(
    disposition=Disposition.COUNTED, why="suppressed in Inspector, which scan.inspector_suppressed does not trust"
)
_UNRELAXED = Settlement(disposition=Disposition.COUNTED, why="no relaxation applies to it (relaxations.never)")


def _ends_last(entry: Ignore) -> tuple[int, str]:
    """Return what entries that match one finding are sorted by: the one that ends last first, then by their text."""
    until = entry.until
    day = until.day if until is not None and until.day is not None else date.max
    return -day.toordinal(), repr(entry)


def _ignored_by(entry: Ignore, entries: tuple[int, ...]) -> IgnoredBy:
    return IgnoredBy(
        reason=entry.reason,
        owner=entry.owner,
        ticket=entry.ticket,
        until=until_text(entry),
        justification=entry.justification,
        entries=entries,
    )
