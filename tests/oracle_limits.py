"""A second reading of `max`, `count_by` and `cvss_floor`, slow and plain, written from the policy page."""

from functools import cache
from itertools import product

from msgspec import UNSET, Struct

from gate.model import Finding, Severity
from gate.policy.clauses import Budget, Limit
from gate.policy.document import Policy
from tests.oracle_conditions import KNOWN_SEVERITIES, judged_score

IMPLIED = {"critical": 9.0, "high": 7.0, "medium": 4.0, "low": 0.1, "informational": 0.0, "unknown": 10.0}
"""The score that `missing: severity` reads from a severity; unknown violates every floor."""
STATES = ("full", "none", "unknown")


class Count(Struct, frozen=True, kw_only=True):
    """How many findings or vulnerabilities a limit counts, how many it allows, and the keys of its findings."""

    number: int
    most: float
    keys: frozenset[str]

    @property
    def broken(self) -> bool:
        """Whether there are more than it allows."""
        return self.number > self.most


class Unit(Struct, frozen=True, kw_only=True):
    """What is counted once."""

    severity: str
    fix: str
    keys: frozenset[str]


def limits(rules: Policy, left: list[Finding]) -> dict[str, Count]:
    """Return every limit that the policy sets, by its name, over the findings that are counted."""
    counts = {}
    for severity in Severity:
        limit = rules.max.of(severity)
        for name in _names(severity.value, limit):
            units = [unit for unit in _units(rules, left) if _budget(unit, limit) == name]
            keys = frozenset(key for unit in units for key in unit.keys)
            counts[name] = Count(number=len(units), most=_most(limit, name), keys=keys)
    if rules.cvss_floor is not None:
        reaching = [one.key for one in left if reaches(rules, one, rules.cvss_floor)]
        counts["cvss_floor"] = Count(number=len(reaching), most=0, keys=frozenset(reaching))
    return counts


def allows(limit: Limit, fixes: list[str]) -> bool:
    """Tell whether a limit allows findings with these states of their fix."""
    for name in _names("high", limit):
        units = [Unit(severity="high", fix=fix, keys=frozenset()) for fix in fixes]
        if len([unit for unit in units if _budget(unit, limit) == name]) > _most(limit, name):
            return False
    return True


@cache
def is_looser(one: Limit, other: Limit) -> bool:
    """Tell whether a limit allows some findings that another forbids; tried with up to four of each kind."""
    for numbers in product(range(5), repeat=3):
        fixes = [state for state, number in zip(STATES, numbers, strict=True) for _ in range(number)]
        if allows(one, fixes) and not allows(other, fixes):
            return True
    return False


def reaches(rules: Policy, found: Finding, floor: float) -> bool:
    """Tell whether a finding scores the floor or more, or is taken to."""
    score = judged_score(found, rules.cvss.sources)
    if score is not None:
        return score.score >= floor
    missing = rules.cvss.missing
    if missing == "fail":
        return True
    return (IMPLIED[found.severity.value] if missing == "severity" else float(missing)) >= floor


def _units(rules: Policy, left: list[Finding]) -> list[Unit]:
    if rules.count_by == "finding":
        return [Unit(severity=one.severity.value, fix=one.fix.value, keys=frozenset({one.key})) for one in left]
    units = []
    for name in {one.id.lower() for one in left}:
        same = [one for one in left if one.id.lower() == name]
        keys = frozenset(one.key for one in same)
        fixes = {one.fix.value for one in same}
        fix = "full" if fixes & {"full", "partial"} else "unknown" if "unknown" in fixes else "none"
        severities = {one.severity.value for one in same}
        rated = severities - {"unknown"}
        units += [Unit(severity=max(rated, key=KNOWN_SEVERITIES.index), fix=fix, keys=keys)] if rated else []
        units += [Unit(severity="unknown", fix=fix, keys=keys)] if "unknown" in severities else []
    return units


def _names(severity: str, limit: Limit) -> list[str]:
    if not isinstance(limit, Budget):
        return [f"max.{severity}"]
    parts = ["fixable", "unfixable"] + ([] if limit.unknown is UNSET else ["unknown"])
    return [f"max.{severity}.{part}" for part in parts]


def _budget(unit: Unit, limit: Limit) -> str:
    if not isinstance(limit, Budget):
        return f"max.{unit.severity}"
    unknown = "fixable" if limit.unknown is UNSET else "unknown"
    return f"max.{unit.severity}." + {"none": "unfixable", "unknown": unknown}.get(unit.fix, "fixable")


def _most(limit: Limit, name: str) -> float:
    number = getattr(limit, name.split(".")[2]) if isinstance(limit, Budget) else limit
    return float("inf") if number == "unlimited" else float(number)
