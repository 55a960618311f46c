"""Why a finding of a verdict counts or not: its way through the stages, each rule, each condition and what it saw."""

from collections.abc import Iterator, Mapping

from msgspec import UNSET
from msgspec.structs import replace

from gate.model import Finding, Scan
from gate.policy.baseline import Compared
from gate.policy.capabilities import knower_of
from gate.policy.clauses import RATED, Budget, Limit, Max, Rule
from gate.policy.document import Policy
from gate.policy.effective import effective
from gate.policy.explain_stages import Subject, stages_of
from gate.policy.limits import judge_limits
from gate.policy.rejudge import evidence_of
from gate.policy.relaxing import Uses
from gate.policy.settling import Surroundings, view_of
from gate.policy.told import Explanation, RuleTold, Told, Witness
from gate.policy.verdict import Disposition, ImageVerdict, JudgedFinding, RuleVerdict, Verdict
from gate.policy.vex import Vex

_LOOKED_AT = {Disposition.COUNTED, Disposition.GRACE, Disposition.BASELINE}
"""What rules look at, unless they spare it."""


def explain(verdict: Verdict, name: str) -> tuple[Explanation, ...]:
    """Return an explanation of every finding that has this id or alias (whatever the case), image by image."""
    wanted = name.casefold()
    scans, _, beside = evidence_of(verdict)
    found: list[Explanation] = []
    for number, (image, scan) in enumerate(zip(verdict.images, scans, strict=True)):
        named = [
            index
            for index, finding in enumerate(image.findings)
            if wanted in {one.casefold() for one in (finding.id, *finding.aliases)}
        ]
        if named and isinstance(scan, Scan):
            explained = _Explained(verdict, number, scan, beside.compared[number])
            found += [explained.explanation(index) for index in named]
    return tuple(found)


class _Explained:
    """One image and its findings, seen as the judgement saw them."""

    def __init__(self, verdict: Verdict, number: int, scan: Scan, compared: Compared | None) -> None:
        assert verdict.policy is not None  # noqa: S101 - the command refuses an unfinished document
        self._verdict, self._number, self._scan = verdict, number, scan
        self._image: ImageVerdict = verdict.images[number]
        now = verdict.judged_at
        self._policy: Policy = effective(verdict.policy.resolved, scan.image, verdict.env, now.date()).policy
        around = Surroundings(
            image=scan.image, now=now, env=verdict.env, vex=Vex((), now), compared=compared, uses=Uses()
        )
        self._view = view_of(self._policy, around)
        self._rules: Mapping[str, Rule] = {rule.name: rule for rule in self._policy.rules}

    def explanation(self, index: int) -> Explanation:
        """Return the stages and rules of one finding."""
        judged = self._image.findings[index]
        fields = {name: getattr(judged, name) for name in Finding.__struct_fields__}
        subject = Subject(
            policy=self._policy,
            image=self._image,
            finding=judged,
            facts=self._scan.image,
            before=self._witness(self._scan.findings[index], is_adjusted=False),
            after=self._witness(Finding(**fields), is_adjusted=judged.adjusted is not None),
            env=self._verdict.env,
            statements=self._verdict.vex,
        )
        return Explanation(
            image=self._number,
            finding=index,
            stages=tuple(stages_of(subject)),
            rules=tuple(self._told(index, judged, subject.after)),
        )

    def _witness(self, finding: Finding, *, is_adjusted: bool) -> Witness:
        return Witness(
            finding,
            self._view,
            facts=self._verdict.facts,
            knower=knower_of(self._scan),
            is_adjusted=is_adjusted,
        )

    def _told(self, index: int, judged: JudgedFinding, witness: Witness) -> Iterator[RuleTold]:
        limits = self._limits(index)
        for rule in self._image.rules[1:]:  # NOTE: the first is on the scan as a whole
            own = self._rules.get(rule.name)
            if own is not None:
                yield _of_rule(rule, own, judged, witness)
            elif rule.name in limits:
                is_counted = judged.disposition is Disposition.COUNTED
                matches = index in limits[rule.name]
                note = "" if is_counted or not matches else f"does not count what is {_state(judged)}"
                yield _rule_told(rule, matches=matches, counts=matches and is_counted, note=note)
            else:
                counts = index in rule.findings
                yield _rule_told(rule, matches=counts, counts=counts)

    def _limits(self, index: int) -> dict[str, frozenset[int]]:
        """Return which findings each limit is about, whatever it allows; this one is taken to count."""
        findings = self._image.findings
        here = {number for number, one in enumerate(findings) if one.disposition is Disposition.COUNTED} | {index}
        counted = tuple((number, findings[number], findings[number].cvss) for number in sorted(here))
        strict = replace(self._policy, max=Max(**{name: _nothing(getattr(self._policy.max, name)) for name in _NAMES}))
        return {rule.name: frozenset(rule.findings) for rule in judge_limits(strict, counted)}


_NAMES = (*RATED, "unknown")


def _nothing(limit: Limit) -> Limit:
    """Return a limit that tells apart what this one does, and allows nothing."""
    if not isinstance(limit, Budget):
        return 0
    return Budget(fixable=0, unfixable=0, unknown=UNSET if limit.unknown is UNSET else 0)


def _of_rule(rule: RuleVerdict, own: Rule, judged: JudgedFinding, witness: Witness) -> RuleTold:
    matches, disposition = witness.holds(own.when), judged.disposition
    if disposition.value in own.spare:
        counts, note = False, f"spares what is {_state(judged)}"
    elif disposition not in _LOOKED_AT:
        counts, note = False, f"does not look at what is {_state(judged)}"
    else:
        counts = matches is not False
        note = "counts it, since nobody knows whether it matches" if matches is None else ""
    told = tuple(witness.conditions(own.when))
    return _rule_told(rule, matches=matches, counts=counts, note="" if matches is False else note, conditions=told)


def _rule_told(
    rule: RuleVerdict, *, matches: bool | None, counts: bool, note: str = "", conditions: tuple[Told, ...] = ()
) -> RuleTold:
    return RuleTold(
        name=rule.name,
        matches=matches,
        counts=counts,
        note=note,
        outcome=rule.outcome,
        why=rule.why,
        conditions=conditions,
    )


def _state(judged: JudgedFinding) -> str:
    return _STATES.get(judged.disposition, judged.disposition.value)


_STATES = {
    Disposition.GRACE: "in grace",
    Disposition.BASELINE: "in the baseline",
    Disposition.VEX: "settled by VEX",
}
