"""What reports say of single findings in the same words: what violates, what to upgrade, what was accepted."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from msgspec import Struct

from gate.model import Fix, Package
from gate.plain import one_line
from gate.policy.verdict import (
    Disposition,
    IgnoredBy,
    ImageVerdict,
    JudgedFinding,
    Outcome,
    RuleVerdict,
    Upgrade,
    Verdict,
)
from gate.reports.summary import VIOLATED, WORDS, plural

MORE = "more: see the JSON document"
NO_UPGRADE = "no upgrade clears these: rebuild on another base image, or accept the risk with an `ignore` entry"
FIX_WORDS = {
    Fix.FULL: "fix available",
    Fix.PARTIAL: "fix for some packages",
    Fix.NONE: "no fix yet",
    Fix.UNKNOWN: "fix not known",
}


class Violation(Struct, frozen=True, kw_only=True):
    """A finding that stands in violated rules, and their names."""

    finding: JudgedFinding
    rules: tuple[str, ...]


class AcceptedRisk(Struct, frozen=True, kw_only=True):
    """Findings of one image that were ignored in the same words."""

    findings: tuple[JudgedFinding, ...]
    by: IgnoredBy


class Settled(Struct, frozen=True, kw_only=True):
    """Findings of one image that something else than an `ignore` entry settles or postpones."""

    title: str
    why: str
    findings: tuple[JudgedFinding, ...]


_TITLES = {
    Disposition.VEX: "Settled by VEX",
    Disposition.GRACE: "In grace",
    Disposition.BASELINE: "In the baseline too",
}
_ORDER = tuple(_TITLES.values())


def violations(image: ImageVerdict) -> tuple[Violation, ...]:
    """Return the findings that violated rules count, worst first: by severity, score, place in the document."""
    rules: dict[int, list[str]] = defaultdict(list)
    for rule in image.rules:
        if rule.outcome in VIOLATED:
            for index in rule.findings:
                rules[index].append(one_line(rule.name, 100))
    found = [Violation(finding=image.findings[index], rules=tuple(rules[index])) for index in sorted(rules)]
    return tuple(sorted(found, key=lambda violation: badness(violation.finding)))


def findings_of(image: ImageVerdict, rule: RuleVerdict) -> tuple[JudgedFinding, ...]:
    """Return the findings that a violated rule counts, worst first."""
    return tuple(sorted((image.findings[index] for index in rule.findings), key=badness))


def accepted_risks(image: ImageVerdict) -> tuple[AcceptedRisk, ...]:
    """Return the ignored findings of an image, those accepted in the same words together, in the policy's order."""
    groups: dict[IgnoredBy, list[JudgedFinding]] = defaultdict(list)
    for finding in image.findings:
        if finding.ignored_by is not None:
            groups[finding.ignored_by].append(finding)
    ordered = sorted(groups.items(), key=lambda group: group[0].entries)
    return tuple(AcceptedRisk(findings=tuple(findings), by=by) for by, findings in ordered)


def settled_otherwise(image: ImageVerdict) -> tuple[Settled, ...]:
    """Return what VEX settles, and what grace and the baseline postpone, each with what settled it."""
    groups: dict[tuple[str, str], list[JudgedFinding]] = defaultdict(list)
    for finding in image.findings:
        if finding.disposition in _TITLES:
            groups[_TITLES[finding.disposition], finding.settled_by].append(finding)
    ordered = sorted(groups.items(), key=lambda group: (_ORDER.index(group[0][0]), group[0][1]))
    return tuple(Settled(title=title, why=one_line(why, 400), findings=tuple(found)) for (title, why), found in ordered)


def finding_name(finding: JudgedFinding) -> str:
    """Return the id of a finding in one line; never empty."""
    return one_line(finding.id, 100) or "(no id)"


def finding_line(finding: JudgedFinding) -> str:
    """Return a finding in one line: severity, id, score, packages with their fixed versions."""
    score = f" (CVSS {finding.cvss.score:.1f})" if finding.cvss else ""
    severity = finding.severity.value.upper()
    return f"{severity} {finding_name(finding)}{score}: {packages_text(finding.packages)}; {FIX_WORDS[finding.fix]}"


def packages_text(packages: tuple[Package, ...], most: int = 3) -> str:
    """Return the packages of a finding, each with its version and the one that fixes it."""
    shown = ", ".join(map(_package_text, packages[:most]))
    rest = f" and {len(packages) - most} more" if len(packages) > most else ""
    return f"{shown}{rest}" or "no package named"


def package_names(packages: tuple[Package, ...], most: int = 3) -> str:
    """Return the distinct names of the packages of a finding."""
    names = list(dict.fromkeys(one_line(package.name, 80) or "(no name)" for package in packages))
    return ", ".join(names[:most]) + (f" +{len(names) - most}" if len(names) > most else "") or "-"


def versions_text(versions: Iterable[str | None]) -> str:
    """Return distinct versions in one line; `-` where none is known."""
    known = list(dict.fromkeys(one_line(version, 60) for version in versions if version))
    return ", ".join(known[:3]) + (f" +{len(known) - 3}" if len(known) > 3 else "") or "-"


def accepted_text(by: IgnoredBy, judged_at: datetime | None = None) -> str:
    """Return why a finding is accepted, on whose word and until when; with the days left if `judged_at` is given."""
    words = [("owner", by.owner), ("ticket", by.ticket), ("until", by.until)]
    said = [f"{name} {one_line(word, 100)}" for name, word in words if word]
    if judged_at is not None and (days := _days_left(by, judged_at.date())) is not None:
        said.append(f"{plural(days, 'day')} left" if days else "last day")
    reason = one_line(by.reason, 300) if by.reason else "no reason given"
    return f"{reason} ({', '.join(said)})" if said else reason


def upgrade_text(upgrade: Upgrade) -> str:
    """Return an upgrade as one sentence: what, from, to, and how many violations it clears."""
    kind = f" ({one_line(upgrade.type, 40)})" if upgrade.type else ""
    change = f"{versions_text(upgrade.installed)} -> {one_line(upgrade.to, 60)}"
    return f"{one_line(upgrade.name, 80) or '(no name)'}{kind} {change}: clears {plural(upgrade.clears, 'violation')}"


def upgrades_outcome(verdict: Verdict) -> str:
    """Return whether all upgrades together are enough; empty where there are none."""
    after = verdict.verdict_after_upgrades
    if after is None:
        return ""
    if after is verdict.verdict:
        return f"Even with all of these the verdict stays {WORDS[after]}."
    enough = "are enough: then the verdict is" if after in {Outcome.PASS, Outcome.WARN} else "make the verdict"
    return f"All of these together {enough} {WORDS[after]}."


def remedies(verdict: Verdict, image: int, findings: tuple[JudgedFinding, ...]) -> tuple[Upgrade, ...]:
    """Return the upgrades that concern these findings of the image with that index."""
    names = frozenset((package.name, package.type) for finding in findings for package in finding.packages)
    return tuple(up for up in verdict.upgrades if image in up.images and (up.name, up.type) in names)


def badness(finding: JudgedFinding) -> tuple[int, float]:
    """Return what findings are sorted by, worst first: severity, then score."""
    return finding.severity.place, -finding.cvss.score if finding.cvss else 0.0


def _package_text(package: Package) -> str:
    name = one_line(package.name, 80) or "(no name)"
    version = f" {one_line(package.version, 60)}" if package.version else ""
    fixed = f" -> {one_line(package.fixed_in, 60)}" if package.fixed_in else ""
    return f"{name}{version}{fixed}"


def _days_left(by: IgnoredBy, today: date) -> int | None:
    try:
        return max((date.fromisoformat((by.until or "")[:10]) - today).days, 0)
    except ValueError:
        return None
