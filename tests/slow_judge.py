"""A second judge, slow and simple, written from the policy page alone: what the real one is held against."""

from collections import defaultdict
from datetime import date
from fnmatch import fnmatchcase

from msgspec import UNSET

from gate.model import Finding, Severity
from gate.policy.document import Budget, Ignore, Policy

KNOWN = ["informational", "low", "medium", "high", "critical"]
IMPLIED = {"critical": 9.0, "high": 7.0, "medium": 4.0, "low": 0.1, "informational": 0.0, "unknown": 10.0}


def counted(rules: Policy, listed: tuple[Finding, ...], today: date) -> list[Finding]:
    """Return the findings that nothing settles."""
    left = []
    for found in listed:
        hidden = found.status.value == "suppressed" and rules.scan.inspector_suppressed == "trust"
        if found.status.value != "closed" and not hidden:
            left += [] if any(accepts(entry, found, today) for entry in rules.ignore) else [found]
    return left


def accepts(entry: Ignore, found: Finding, today: date) -> bool:
    """Tell whether an `ignore` entry settles a finding on a day."""
    if entry.since and today < entry.since:
        return False
    if entry.until and entry.until.day and today > entry.until.day:
        return False
    if entry.until and entry.until.fixed:
        lasts = {"none": True, "unknown": entry.until.day is not None}
        if not lasts.get(found.fix.value):
            return False
    names = [name.lower() for name in (found.id, *found.aliases)]
    if entry.id and not any(fnmatchcase(name, one.lower()) for name in names for one in _list(entry.id)):
        return False
    if not entry.package:
        return True
    hits = [any(fnmatchcase(package.name, one) for one in _list(entry.package)) for package in found.packages]
    return bool(hits) and all(hits)


def broken(rules: Policy, left: list[Finding]) -> dict[str, int]:
    """Return the names of the limits that are broken, each with the number that breaks it."""
    numbers: dict[str, int] = defaultdict(int)
    for severity, fix in _units(rules, left):
        numbers[_budget(rules, severity, fix)] += 1
    found = {name: number for name, number in numbers.items() if number > _most(rules, name)}
    reaching = sum(_reaches(rules, one) for one in left)
    return {**found, **({"cvss_floor": reaching} if reaching else {})}


def _list(patterns: str | tuple[str, ...]) -> tuple[str, ...]:
    return (patterns,) if isinstance(patterns, str) else patterns


def _units(rules: Policy, left: list[Finding]) -> list[tuple[str, str]]:
    if rules.count_by == "finding":
        return [(one.severity.value, one.fix.value) for one in left]
    units = []
    for name in {one.id.lower() for one in left}:
        same = [one for one in left if one.id.lower() == name]
        fixes = {one.fix.value for one in same}
        fix = "full" if fixes & {"full", "partial"} else "unknown" if "unknown" in fixes else "none"
        severities = {one.severity.value for one in same}
        units += [(max(severities - {"unknown"}, key=KNOWN.index), fix)] if severities - {"unknown"} else []
        units += [("unknown", fix)] if "unknown" in severities else []
    return units


def _budget(rules: Policy, severity: str, fix: str) -> str:
    limit = rules.max.of(Severity(severity))
    if not isinstance(limit, Budget):
        return f"max.{severity}"
    unknown = "fixable" if limit.unknown is UNSET else "unknown"
    return f"max.{severity}." + {"none": "unfixable", "unknown": unknown}.get(fix, "fixable")


def _most(rules: Policy, name: str) -> float:
    _, severity, *part = name.split(".")
    limit = rules.max.of(Severity(severity))
    number = getattr(limit, part[0]) if part else limit
    return float("inf") if number == "unlimited" else float(str(number))


def _reaches(rules: Policy, found: Finding) -> bool:
    if rules.cvss_floor is None:
        return False
    for source in rules.cvss.sources:
        scores = [
            (one.version, one.score)
            for one in found.scores
            if (one.source if one.source in {"inspector", "nvd"} else "vendor") == source
            and (one.score or found.severity is Severity.INFORMATIONAL)
        ]
        if scores:
            return max(scores)[1] >= rules.cvss_floor
    missing = rules.cvss.missing
    implied = {"severity": IMPLIED[found.severity.value], "fail": float("inf")}
    return (implied[missing] if isinstance(missing, str) else missing) >= rules.cvss_floor
