"""The rules that `max` and `cvss_floor` make, and how they come out over the findings that count."""

from collections import defaultdict
from typing import Literal

from msgspec import UNSET, Struct

from gate.model import WORST_FIRST, Cvss, Finding, Fix, Severity
from gate.policy.clauses import Budget, Limit
from gate.policy.document import Policy
from gate.policy.scores import reaches_floor
from gate.policy.verdict import JudgedFinding, RuleOutcome, RuleVerdict

Counted = tuple[tuple[int, Finding | JudgedFinding, Cvss | None], ...]
"""The findings that count: the index in the image's list, the finding, and its judged score."""
_FIXABLE = {Fix.FULL, Fix.PARTIAL}


class _Unit(Struct, frozen=True):
    """What `max` counts as one: a finding, or a vulnerability with all its findings."""

    severity: Severity
    fix: Fix
    findings: tuple[int, ...]


def judge_limits(policy: Policy, counted: Counted) -> tuple[RuleVerdict, ...]:
    """Judge every limit of the policy; one that is unlimited is reported as skipped."""
    by_severity: dict[Severity, list[_Unit]] = defaultdict(list)
    for unit in _units(policy, counted):
        by_severity[unit.severity].append(unit)
    rules: list[RuleVerdict] = []
    for severity in WORST_FIRST:
        rules += _judge_severity(policy, severity, by_severity[severity])
    return (*rules, _judge_floor(policy, counted))


def action_of(policy: Policy) -> Literal["fail", "warn"]:
    """Return what a violated rule of this policy does."""
    return "warn" if policy.mode == "warn" else "fail"


def _units(policy: Policy, counted: Counted) -> list[_Unit]:
    if policy.count_by == "finding":
        return [_Unit(finding.severity, finding.fix, (index,)) for index, finding, _ in counted]
    groups: dict[str, list[tuple[int, Finding | JudgedFinding]]] = defaultdict(list)
    for index, finding, _ in counted:
        groups[finding.id.casefold()].append((index, finding))
    return [unit for group in groups.values() for unit in _vulnerability(group)]


def _vulnerability(group: list[tuple[int, Finding | JudgedFinding]]) -> list[_Unit]:
    """Count one vulnerability at its worst known severity, and once more as unknown if an occurrence has none."""
    indexes = tuple(index for index, _ in group)
    states = {finding.fix for _, finding in group}
    fix = Fix.FULL if states & _FIXABLE else Fix.UNKNOWN if Fix.UNKNOWN in states else Fix.NONE
    severities = {finding.severity for _, finding in group}
    known = severities - {Severity.UNKNOWN}
    worst = [max(known, key=lambda severity: severity.rank)] if known else []
    unknown = [Severity.UNKNOWN] if Severity.UNKNOWN in severities else []
    return [_Unit(severity, fix, indexes) for severity in (*worst, *unknown)]


def _judge_severity(policy: Policy, severity: Severity, units: list[_Unit]) -> list[RuleVerdict]:
    limit = policy.max.of(severity)
    name = f"max.{severity.value}"
    if not isinstance(limit, Budget):
        return [_judge_budget(policy, name, f"{severity.value}", limit, units)]
    unknown_named = limit.unknown is not UNSET
    fixable = [u for u in units if u.fix in _FIXABLE or (u.fix is Fix.UNKNOWN and not unknown_named)]
    unfixable = [u for u in units if u.fix is Fix.NONE]
    what = "fixable" if unknown_named else "fixable (or fix unknown)"
    rules = [
        _judge_budget(policy, f"{name}.fixable", f"{what} {severity.value}", limit.fixable, fixable),
        _judge_budget(policy, f"{name}.unfixable", f"unfixable {severity.value}", limit.unfixable, unfixable),
    ]
    if limit.unknown is not UNSET:
        unknown = [u for u in units if u.fix is Fix.UNKNOWN]
        rules.append(
            _judge_budget(policy, f"{name}.unknown", f"{severity.value} (fix unknown)", limit.unknown, unknown)
        )
    return rules


def _judge_budget(policy: Policy, name: str, what: str, limit: Limit, units: list[_Unit]) -> RuleVerdict:
    noun = "finding" if policy.count_by == "finding" else "vulnerability"
    plural = "findings" if policy.count_by == "finding" else "vulnerabilities"
    counted = f"{len(units)} {what} {noun if len(units) == 1 else plural}"
    if not isinstance(limit, int):
        return _rule(policy, name, RuleOutcome.SKIPPED, len(units), None, f"{counted}, any number allowed", ())
    why = f"{counted}, {limit} allowed"
    if len(units) <= limit:
        return _rule(policy, name, RuleOutcome.PASS, len(units), limit, why, ())
    over = tuple(sorted(index for unit in units for index in unit.findings))
    return _rule(policy, name, _violated(policy), len(units), limit, why, over)


def _judge_floor(policy: Policy, counted: Counted) -> RuleVerdict:
    floor = policy.cvss_floor
    if floor is None:
        return _rule(policy, "cvss_floor", RuleOutcome.SKIPPED, 0, None, "no CVSS floor is set", ())
    reaching = tuple(index for index, finding, score in counted if reaches_floor(finding, score, policy))
    noun = "finding" if len(reaching) == 1 else "findings"
    why = f"{len(reaching)} {noun} with CVSS {float(floor)} or more, 0 allowed"
    outcome = _violated(policy) if reaching else RuleOutcome.PASS
    return _rule(policy, "cvss_floor", outcome, len(reaching), 0, why, reaching)


def _violated(policy: Policy) -> RuleOutcome:
    return RuleOutcome.FAIL if action_of(policy) == "fail" else RuleOutcome.WARN


def _rule(  # noqa: PLR0913, PLR0917 - the fields of a rule's verdict
    policy: Policy, name: str, outcome: RuleOutcome, count: int, most: int | None, why: str, findings: tuple[int, ...]
) -> RuleVerdict:
    return RuleVerdict(
        name=name, action=action_of(policy), outcome=outcome, count=count, max=most, why=why, findings=findings
    )
