"""What ends or falls due, and when: grace, KEV's days, everything that relaxes a policy, rules not enforced yet."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from gate.plain import one_line
from gate.policy.clauses import Ignore
from gate.policy.relaxing import ignore_path, relaxations, words_of
from gate.policy.verdict import Disposition, JudgedFinding, Verdict
from gate.reports import details
from gate.reports.days import SETTLED, far, utc_day
from gate.reports.summary import plural

_WHOLE = frozenset({"vex", "grace", "baseline", "scan.unsupported"})
"""Relaxations of which a policy has one, so that their key is their name."""
_MOST_NAMED = 4


class Ending(Struct, frozen=True, kw_only=True):
    """Something that ends, or begins to bite, on a day."""

    day: date
    left: int
    """Days from the judgement; negative when it is over."""
    when: str
    what: str
    why: str


def endings(verdict: Verdict) -> tuple[Ending, ...]:
    """Return what ends or falls due, the earliest first: grace, KEV's days, relaxations, rules that only warn yet."""
    today = utc_day(verdict.judged_at)
    found = [*_by_day(verdict, today), *_relaxations(verdict, today), *_rules(verdict, today)]
    return tuple(sorted(found, key=lambda one: (one.day, one.what)))


def _by_day(verdict: Verdict, today: date) -> Iterator[Ending]:
    grace: dict[date, dict[str, JudgedFinding]] = {}
    due: dict[date, dict[str, JudgedFinding]] = {}
    for image in verdict.images:
        for finding in image.findings:
            if finding.disposition is Disposition.GRACE and finding.grace_until is not None:
                grace.setdefault(utc_day(finding.grace_until), {})[finding.key] = finding
            if finding.kev is not None and finding.kev.due is not None and finding.disposition not in SETTLED:
                due.setdefault(finding.kev.due, {})[finding.key] = finding
    for day, held in grace.items():
        yield _ending(day, today, f"Grace ends for {plural(len(held), 'finding')}", _named(held))
    for day, held in due.items():
        yield _ending(day, today, f"CISA's deadline (KEV) for {plural(len(held), 'finding')}", _named(held))


def _relaxations(verdict: Verdict, today: date) -> Iterator[Ending]:
    uses = _uses(verdict)
    for path, name, entry in relaxations(verdict.policy.resolved) if verdict.policy else ():
        if entry.until is None or entry.until.day is None:
            continue
        reason = one_line(entry.reason, 300).rstrip(".") if entry.reason else ""
        why = f"{reason or 'no reason given'}{words_of(entry)}"
        if isinstance(entry, Ignore):
            why += f"; settles {plural(uses[path], 'finding')} here" if uses[path] else ""
        what = f"The policy's {name}" if path in _WHOLE else f"{name[:1].upper()}{name[1:]}"
        yield _ending(entry.until.day, today, what, why)


def _rules(verdict: Verdict, today: date) -> Iterator[Ending]:
    for rule in verdict.policy.resolved.rules if verdict.policy else ():
        if rule.enforce_from is not None and rule.enforce_from > today:
            why = one_line(rule.why, 300) if rule.why else ""
            yield _ending(rule.enforce_from, today, f"Rule {one_line(rule.name, 100)} is enforced from then on", why)


def _uses(verdict: Verdict) -> Counter[str]:
    """Return how many findings each `ignore` entry matches, by its place in the policy."""
    uses: Counter[str] = Counter()
    for image in verdict.images:
        for finding in image.findings:
            if finding.ignored_by is not None:
                uses.update(map(ignore_path, finding.ignored_by.entries))
    return uses


def _ending(day: date, today: date, what: str, why: str) -> Ending:
    left = (day - today).days
    return Ending(day=day, left=left, when=far(day, today), what=what, why=why)


def _named(held: dict[str, JudgedFinding]) -> str:
    names = list(dict.fromkeys(map(details.finding_name, sorted(held.values(), key=details.badness))))
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
