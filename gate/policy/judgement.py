"""The judgement of one image: its findings settled, its limits and rules judged, and judged again without some."""

from collections import Counter, defaultdict
from datetime import date
from functools import cached_property

from gate.model import WORST_FIRST, Cvss, Finding
from gate.policy.columns import bits, mask
from gate.policy.document import Policy
from gate.policy.limits import action_of, judge_limits
from gate.policy.rules import Eligible, Matched, judge_rules, match_rules
from gate.policy.scores import judged_score
from gate.policy.settling import Settled, Settlement, Surroundings, settle
from gate.policy.verdict import (
    Counts,
    Disposition,
    JudgedFinding,
    RuleOutcome,
    RuleVerdict,
    Tally,
    VexBy,
)
from gate.policy.vex_document import VexStatement

NEVER_RULE = "relaxations.never"
_POSTPONED = (Disposition.BASELINE, Disposition.GRACE)


class Judgement:
    """One image's findings under one policy."""

    def __init__(self, policy: Policy, findings: tuple[Finding, ...], around: Surroundings) -> None:
        """Settle the findings; nothing is counted yet."""
        self.policy = policy
        self._around = around
        self._today: date = around.now.date()
        self.settled: Settled = settle(policy, findings, around)
        self._ended = self._by_disposition()

    @cached_property
    def _matched(self) -> tuple[Matched, ...]:
        return match_rules(self.policy, self.settled.table)

    @cached_property
    def _scores(self) -> tuple[Cvss | None, ...]:
        return tuple(judged_score(finding, self.policy.cvss) for finding in self.settled.findings)

    def rules(self, *, only: int = ~0) -> tuple[RuleVerdict, ...]:
        """Judge limits and rules over all findings, or over those of a set of indexes."""
        counted = self._ended.get(Disposition.COUNTED, 0) & only
        limits = judge_limits(
            self.policy,
            tuple((index, self.settled.findings[index], self._scores[index]) for index in bits(counted)),
        )
        postponed = {one: self._ended.get(one, 0) & only for one in _POSTPONED}
        eligible = Eligible(all=counted | postponed[_POSTPONED[0]] | postponed[_POSTPONED[1]], by_disposition=postponed)
        return (*limits, *judge_rules(self.policy, self._matched, eligible, self._today))

    def without(self, cleared: frozenset[int]) -> tuple[RuleVerdict, ...]:
        """Judge limits and rules as if some findings were not there."""
        return self.rules(only=~mask(cleared, len(self.settled.findings)))

    @property
    def findings(self) -> tuple[JudgedFinding, ...]:
        """The findings as the verdict document has them."""
        return tuple(map(self._judged, range(len(self.settled.findings))))

    @property
    def counts(self) -> Counts:
        """How many findings of each severity ended where."""
        rows = zip(self.settled.findings, self.settled.settlements, strict=True)
        tally = Counter((finding.severity, settlement.disposition) for finding, settlement in rows)
        tallies = {}
        for severity in WORST_FIRST:
            ended = {disposition.value: tally[severity, disposition] for disposition in Disposition}
            tallies[severity.value] = Tally(found=sum(ended.values()), **ended)
        return Counts(**tallies)

    def _by_disposition(self) -> dict[Disposition, int]:
        indexes: dict[Disposition, list[int]] = defaultdict(list)
        for index, settlement in enumerate(self.settled.settlements):
            indexes[settlement.disposition].append(index)
        return {one: mask(found, len(self.settled.findings)) for one, found in indexes.items()}

    def _judged(self, index: int) -> JudgedFinding:
        finding, settlement = self.settled.findings[index], self.settled.settlements[index]
        compared = self._around.compared
        return JudgedFinding(
            key=finding.key,
            id=finding.id,
            aliases=finding.aliases,
            severity=finding.severity,
            aws_severity=finding.aws_severity,
            title=finding.title,
            description=finding.description,
            cvss=self._scores[index],
            scores=finding.scores,
            fix=finding.fix,
            exploit=finding.exploit,
            in_use=finding.in_use,
            epss=finding.epss,
            epss_source=finding.epss_source,
            kev=finding.kev,
            cwes=finding.cwes,
            first_seen=finding.first_seen,
            published=finding.published,
            updated=finding.updated,
            packages=finding.packages,
            url=finding.url,
            references=finding.references,
            arn=finding.arn,
            status=finding.status,
            disposition=settlement.disposition,
            settled_by=settlement.why,
            ignored_by=settlement.ignored_by,
            adjusted=self.settled.adjusted.get(index),
            vex=_vex_by(settlement),
            sight=compared.sights.get(finding.key) if compared else None,
            grace_until=self.settled.grace.get(index),
        )


_VIOLATED = {RuleOutcome.FAIL, RuleOutcome.WARN}


def never_rule(judged: Judgement, strict: Judgement, cleared: frozenset[int]) -> RuleVerdict:
    """Judge the findings to which no relaxation applies by the policy without what overrides loosen.

    Those that are cleared, by their indexes in `judged`, are left out.
    """
    gone = {judged.settled.findings[index].key for index in cleared}
    only = mask(
        (one for one in bits(strict.settled.never) if strict.settled.findings[one].key not in gone),
        len(strict.settled.findings),
    )
    broken = [rule for rule in strict.rules(only=only) if rule.outcome in _VIOLATED]
    keys = {strict.settled.findings[index].key for rule in broken for index in rule.findings}
    found = tuple(index for index, finding in enumerate(judged.settled.findings) if finding.key in keys)
    outcomes = {rule.outcome for rule in broken}
    bad = RuleOutcome.FAIL if RuleOutcome.FAIL in outcomes else RuleOutcome.WARN
    names = ", ".join(rule.name for rule in broken[:3])
    who = "1 finding that no override may relax violates"
    who = who if len(found) == 1 else f"{len(found)} findings that no override may relax violate"
    return RuleVerdict(
        name=NEVER_RULE,
        action=action_of(strict.policy),
        outcome=bad if broken else RuleOutcome.PASS,
        count=len(found),
        max=0,
        why=f"{who} {names} of the policy without overrides"
        if broken
        else "what no override may relax keeps to the policy without them",
        findings=found,
    )


def _vex_by(settlement: Settlement) -> VexBy | None:
    statement: VexStatement | None = settlement.vex
    if statement is None:
        return None
    return VexBy(
        status=statement.status,  # type: ignore[arg-type]  # only these two settle
        justification=statement.justification,
        note=statement.note,
        author=statement.author,
        file=statement.file,
        timestamp=statement.timestamp,
    )
