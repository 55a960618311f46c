"""The named rules of a policy, and how they come out over the findings that nothing settled."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from gate.plain import one_line
from gate.policy.clauses import Action, Rule
from gate.policy.columns import Kleene, Table, bits
from gate.policy.document import Policy
from gate.policy.verdict import Disposition, RuleOutcome, RuleVerdict

_SPARED = {"grace": Disposition.GRACE, "baseline": Disposition.BASELINE}
_OUTCOMES: Mapping[Action, RuleOutcome] = {"fail": RuleOutcome.FAIL, "warn": RuleOutcome.WARN}


class Eligible(Struct, frozen=True, kw_only=True):
    """The findings that rules look at, as sets of their indexes."""

    all: int
    """Everything that VEX, `ignore` and AWS did not settle."""
    by_disposition: Mapping[Disposition, int]


class Matched(Struct, frozen=True, kw_only=True):
    """A rule and the findings that match it, whichever of them it may look at."""

    rule: Rule
    kleene: Kleene


def match_rules(policy: Policy, table: Table) -> tuple[Matched, ...]:
    """Find out once which findings each rule matches."""
    return tuple(Matched(rule=rule, kleene=table.any_package(rule.when)) for rule in policy.rules)


def judge_rules(
    policy: Policy, matched: tuple[Matched, ...], eligible: Eligible, today: date
) -> tuple[RuleVerdict, ...]:
    """Judge every named rule over the findings that it may look at, as of `today` (a day in UTC)."""
    return tuple(_judge(policy, one, eligible, today) for one in matched)


class _Tally(Struct, frozen=True, kw_only=True):
    """How many findings a rule counts, and what that does."""

    certain: int
    doubtful: int
    action: Action | None
    """None where the rule holds."""

    @property
    def count(self) -> int:
        return self.certain + self.doubtful


def _judge(policy: Policy, matched: Matched, eligible: Eligible, today: date) -> RuleVerdict:
    rule = matched.rule
    seen = eligible.all
    for word in rule.spare:
        seen &= ~eligible.by_disposition.get(_SPARED[word], 0)
    tally = _tallied(rule, (matched.kleene.true & seen).bit_count(), (matched.kleene.unknown & seen).bit_count())
    action = tally.action and _in_effect(policy, rule, tally.action, today)
    return RuleVerdict(
        name=rule.name,
        action=_in_effect(policy, rule, rule.final, today),
        outcome=RuleOutcome.PASS if action is None else _OUTCOMES[action],
        count=tally.count,
        max=rule.max,
        why=_why(policy, rule, tally, today),
        findings=() if action is None else tuple(bits(matched.kleene.possible & seen)),
        unknown=tally.doubtful,
    )


def _tallied(rule: Rule, certain: int, doubtful: int) -> _Tally:
    """Count what matches; the worse of what the certain ones do alone and what the doubtful ones do beside them."""
    violated: list[Action] = [rule.final] if certain > rule.max else []
    if doubtful and certain + doubtful > rule.max:
        violated.append(rule.if_unknown or rule.final)
    action: Action | None = "fail" if "fail" in violated else "warn" if violated else None
    return _Tally(certain=certain, doubtful=doubtful, action=action)


def _in_effect(policy: Policy, rule: Rule, action: Action, today: date) -> Action:
    return "warn" if policy.mode == "warn" or not is_enforced(rule, today) else action


def is_enforced(rule: Rule, today: date) -> bool:
    """Tell whether a failure of the rule is one on `today`, and not yet a warning."""
    return rule.enforce_from is None or rule.enforce_from <= today


def _why(policy: Policy, rule: Rule, tally: _Tally, today: date) -> str:
    noun = "finding" if tally.count == 1 else "findings"
    text = f"{tally.count} {noun} of this rule, {rule.max} allowed"
    if tally.doubtful:
        text += f" ({tally.doubtful} of them because it is not known whether they match)"
    if tally.action == "fail" and policy.mode != "warn" and not is_enforced(rule, today):
        text += f"; this warning becomes a failure on {rule.enforce_from}"
    return f"{text}: {one_line(rule.why, 300)}" if rule.why else text
