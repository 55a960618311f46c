"""The way of a finding through the stages of a policy, told so that it can be followed: what each did, and by what."""

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from gate.model import Fix, Image, Severity
from gate.plain import one_line
from gate.policy.baseline import in_force
from gate.policy.clauses import Adjust, Ignore, Relaxation
from gate.policy.conditions import is_blank
from gate.policy.document import Policy
from gate.policy.effective import selects
from gate.policy.patterns import matcher, texts
from gate.policy.relaxing import has_expired, ignore_name, is_in_force, selected_text, when_text
from gate.policy.settling import scope_of
from gate.policy.told import Stage, Told, Witness
from gate.policy.verdict import Disposition, ImageVerdict, JudgedFinding
from gate.policy.vex import Vex
from gate.policy.vex_document import VexStatement

_MOST_ENTRIES = 10
_SETTLED_BEFORE = {Disposition.CLOSED, Disposition.SUPPRESSED, Disposition.VEX}
_BY_AWS = {Disposition.CLOSED, Disposition.SUPPRESSED}
_BARRED = "no relaxation applies (relaxations.never)"
_FIXABLE = {Fix.FULL, Fix.PARTIAL}


class Subject(Struct, frozen=True, kw_only=True):
    """A judged finding, and what it was judged beside."""

    policy: Policy
    """The policy that holds for the image."""
    image: ImageVerdict
    finding: JudgedFinding
    facts: Image
    """What selectors see of the image."""
    before: Witness
    """The finding as AWS rated it."""
    after: Witness
    """The finding as the policy rates it."""
    env: str | None
    statements: tuple[VexStatement, ...]

    @property
    def is_barred(self) -> bool:
        """Whether no relaxation applies to it: `relaxations.never` holds or may hold, before or after adjusting."""
        never = self.policy.relaxations.never
        return never is not None and any(one.holds(never) is not False for one in (self.before, self.after))


def stages_of(subject: Subject) -> Iterator[Stage]:
    """Yield the stages in their order; those that come after AWS itself settled a finding are left out."""
    told = _Stages(subject)
    yield Stage(name="scan", text=one_line(subject.image.rules[0].why, 300))
    yield from told.severity()
    if subject.finding.disposition not in _BY_AWS:
        yield from told.relaxations()
    ending = f"{subject.finding.disposition.value}: {one_line(subject.finding.settled_by, 400)}"
    yield Stage(name="ends as", text=ending)


class _Stages:
    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._policy = subject.policy
        self._judged = subject.finding
        self._now = subject.after.now
        self._today: date = self._now.date()
        self._is_barred = subject.is_barred

    def severity(self) -> Iterator[Stage]:
        adjusted, judged = self._judged.adjusted, self._judged.severity.value
        aws = one_line(self._judged.aws_severity, 40) or "nothing"
        by = "as AWS says" if adjusted is None else f"by severity.adjust entry {adjusted.by + 1}; AWS says"
        yield Stage(name="severity", text=f"{judged}, {by} {aws}")
        near = [
            (number, entry)
            for number, entry in enumerate(self._policy.severity.adjust)
            if self._subject.before.holds(entry.when) is not False
        ]
        for number, entry in near[:_MOST_ENTRIES]:
            yield Stage(
                name="adjust",
                text=f"entry {number + 1} ({when_text(entry.when)} to {entry.to}): {self._adjusting(number, entry)}",
                conditions=tuple(self._subject.before.conditions(entry.when, relaxes=True)),
            )
        yield from _more("adjust", len(near), "that may match it")

    def relaxations(self) -> Iterator[Stage]:
        yield from self._never()
        if self._policy.vex is not None:
            yield Stage(name="vex", text=self._vex())
        yield from self._entries()
        if self._policy.baseline is not None:
            yield Stage(name="baseline", text=self._unless_settled() or self._baseline())
        if self._policy.grace is not None:
            yield Stage(name="grace", text=self._unless_settled() or self._grace())

    def _adjusting(self, number: int, entry: Adjust) -> str:
        was, to = Severity(self._subject.before.finding.severity), Severity(entry.to)
        if not is_in_force(entry, self._today):
            return _not_in_force(entry, self._today)
        certain = self._subject.before.surely(entry.when)
        if self._judged.adjusted is not None and self._judged.adjusted.by == number:
            doubt = "" if certain else ", since it may match and that is worse"
            reason = f": {one_line(entry.reason, 200)}" if entry.reason else ""
            return f"rates it {entry.to}{doubt}{reason}"
        if not certain:
            return "does not match for certain, for all packages"
        if to is was:
            return "AWS says the same"
        barred = self._is_barred and self._judged.adjusted is None and to.rank < was.rank
        return f"would lower it, and {_BARRED}" if barred else "another entry rates it worse, or the same"

    def _never(self) -> Iterator[Stage]:
        never = self._policy.relaxations.never
        if never is None:
            return
        before, after = self._subject.before, self._subject.after
        told = before if before.holds(never) is not False and after.holds(never) is False else after
        rated = " as AWS rated it" if told is before else ""
        text = f"no relaxation applies{rated}" if self._is_barred else "relaxations may apply"
        yield Stage(name="never", text=text, conditions=tuple(told.conditions(never)))

    def _vex(self) -> str:
        if self._judged.disposition is Disposition.VEX:
            return one_line(self._judged.settled_by, 400)
        if self._is_barred:
            return _BARRED
        if self._policy.vex is not None and not is_in_force(self._policy.vex, self._today):
            return _not_in_force(self._policy.vex, self._today)
        statements = self._subject.statements
        vex = Vex(statements, self._now)
        vex.settle(self._subject.after.finding, self._subject.facts)
        against = [statements[index] for index in sorted(vex.used)]
        if not against:
            return "no statement is known to be about it"
        said = against[0]
        return f"{said.status} by {one_line(said.author, 100)} in {one_line(said.file, 200)}, so it counts"

    def _entries(self) -> Iterator[Stage]:
        near = [(number, entry) for number, entry in enumerate(self._policy.ignore) if self._is_near(entry)]
        if not near:
            yield Stage(name="ignore", text="no entry names it")
        after = self._subject.after
        for number, entry in near[:_MOST_ENTRIES]:
            told = list(after.conditions(scope_of(entry), relaxes=True))
            if entry.unless is not None:
                told.append(Told(depth=0, text="unless", holds=after.holds(entry.unless)))
                told += after.conditions(entry.unless, 1)
            text = f"{ignore_name(number, entry)}: {self._entry(number, entry)}"
            yield Stage(name="ignore", text=text, conditions=tuple(told))
        yield from _more("ignore", len(near), "that name it")

    def _is_near(self, entry: Ignore) -> bool:
        """Tell whether an entry names the id; one that names none must match one of the packages."""
        if entry.id is not None:
            return any(map(matcher(texts(entry.id), fold=True), (self._judged.id, *self._judged.aliases)))
        scope = scope_of(entry)
        return not is_blank(scope) and self._subject.after.holds(scope) is True

    def _entry(self, number: int, entry: Ignore) -> str:
        return next(text for held, text in self._reasons(number, entry) if held)

    def _reasons(self, number: int, entry: Ignore) -> Iterator[tuple[bool, str]]:
        """Yield what an entry may do about the finding, each with whether that is so; the first that is, counts."""
        by, until = self._judged.ignored_by, entry.until
        yield by is not None and number in by.entries, "accepts it"
        yield not is_in_force(entry, self._today), _not_in_force(entry, self._today)
        if entry.for_ is not None:
            selected = selects(entry.for_, self._subject.facts, self._subject.env)[1] is True
            yield not selected, f"is for other images ({selected_text(entry.for_)})"
        yield not self._subject.after.surely(scope_of(entry)), "does not match for certain, for all packages"
        unless = entry.unless is not None and self._subject.after.holds(entry.unless) is not False
        yield unless, "leaves it alone (unless)"
        yield self._is_barred, f"matches, and {_BARRED}"
        yield self._judged.disposition in _SETTLED_BEFORE, "is not needed"
        yield until is not None and until.fixed and self._judged.fix in _FIXABLE, "has ended, since there is a fix"
        yield True, "has ended, since nobody knows whether there is a fix, and it names no last day"

    def _unless_settled(self) -> str:
        """Return why a stage that postpones has nothing to do; empty where it has."""
        if self._is_barred:
            return _BARRED
        return "is not needed" if self._judged.disposition in {Disposition.VEX, Disposition.IGNORED} else ""

    def _baseline(self) -> str:
        used, sight, judged = self._subject.image.baseline, self._judged.sight, self._judged
        if in_force(self._policy.baseline, self._today) is None:
            return "is not in force"
        if used is None or used.missing:
            return f"there is none: {one_line(used.missing, 300) if used else 'nothing was compared'}"
        target = one_line(used.target, 200)
        if sight is None:
            return f"new: {target} does not have it"
        if judged.disposition is Disposition.BASELINE:
            return f"{target} has it too"
        listed = judged.kev.listed if judged.kev is not None else None
        facts = (
            ("severity", sight.severity.value, judged.severity.value),
            ("fix", sight.fix.value, judged.fix.value),
            ("exploit", _known(sight.exploit), _known(judged.exploit)),
            ("kev", _known(sight.kev), _known(listed)),
        )
        worse = ", ".join(f"{name} was {was} and is {now}" for name, was, now in facts if was != now)
        return f"{target} has it, and it became worse since: {worse}"

    def _grace(self) -> str:
        grace, judged = self._policy.grace, self._judged
        if grace is None or not is_in_force(grace, self._today):
            return "is not in force"
        if grace.of(judged.severity) is None:
            return f"gives {judged.severity.value} findings no time"
        if judged.grace_until is not None:
            ended = judged.grace_until <= self._now
            return f"{'ended' if ended else 'until'} {judged.grace_until:%Y-%m-%d %H:%M} UTC"
        if grace.begins == "published":
            return "nobody says when it was published, or that day lies ahead"
        return "no baseline says when it was first seen"


def _not_in_force(entry: Relaxation, today: date) -> str:
    return "has expired" if has_expired(entry, today) else f"is not in force before {entry.since}"


def _more(name: str, count: int, which: str) -> Iterator[Stage]:
    if count > _MOST_ENTRIES:
        yield Stage(name=name, text=f"and {count - _MOST_ENTRIES} entries more {which}")


def _known(truth: bool | None) -> str:  # noqa: FBT001 - a fact that may be unknown
    return "not known" if truth is None else str(truth).lower()
