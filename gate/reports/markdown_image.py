"""The images of the Markdown report: what each is, its counts and rules, what to upgrade, what violates, what waits."""

from collections.abc import Iterable, Iterator
from datetime import date

from gate.plain import one_line
from gate.policy.notices import days_text
from gate.policy.verdict import Disposition, ImageVerdict, JudgedFinding, Outcome, RuleOutcome, Upgrade, Verdict
from gate.reports import details, shared, summary
from gate.reports.addresses import secure
from gate.reports.days import SETTLED, utc_day
from gate.reports.html_facts import percent
from gate.reports.identity import identity
from gate.reports.markdown_page import Section, Table
from gate.reports.markdown_text import MARKS, code, escaped, linked

_RULE_MARKS = {
    RuleOutcome.FAIL: "❌",
    RuleOutcome.NO_VERDICT: "🚫",
    RuleOutcome.WARN: "⚠️",
    RuleOutcome.PASS: "✅",
    RuleOutcome.SKIPPED: "⚪",
}
_RULE_ORDER = tuple(_RULE_MARKS)
_URGENCY = (Outcome.FAIL, Outcome.NO_VERDICT, Outcome.WARN, Outcome.PASS)
_FINDING = ("severity", "vulnerability", "package")
_CODED = frozenset({"target", "digest", "index", "platform", "build", "pipeline", "made"})
"""What of an image's identity people copy."""
_MOST_NAMED = 8


def sections(verdict: Verdict, most: int) -> tuple[Section, ...]:
    """Return a section for each image, those of one index together, with at most `most` rows in a table."""
    found: list[Section] = []
    start = 0
    for group in shared.groups(verdict.images):
        parts = tuple(_group(verdict, group, start, most))
        urgency = min(_URGENCY.index(image.verdict) for image in group)
        found.append(Section(parts=parts, images=len(group), urgency=urgency))
        start += len(group)
    return tuple(found)


def finding_cells(finding: JudgedFinding) -> tuple[str, str, str]:
    """Return what most tables show of a finding: severity, id (a link where it has a secure address), packages."""
    name = linked(details.finding_name(finding), secure(finding.url))
    return finding.severity.value, name, _coded(details.package_names(finding.packages))


def _group(verdict: Verdict, group: tuple[ImageVerdict, ...], start: int, most: int) -> Iterator[str | Table]:
    several = len(group) > 1
    for image in group:
        yield from _image(verdict, image)
        if several:
            yield from _waiting(verdict, image, most)
    if several:
        index = one_line(group[0].index_digest or "-", 19)
        yield f"### The {len(group)} images of {code(index)} together"
    yield from _upgrades(verdict, range(start, start + len(group)), most)
    yield from _violations(group, most)
    if not several:
        yield from _waiting(verdict, group[0], most)


def _image(verdict: Verdict, image: ImageVerdict) -> Iterator[str | Table]:
    yield f"### {code(summary.image_label(image), 700)}"
    if len(verdict.images) > 1:
        why = escaped(image.reason, 600) or "no reason is given"
        yield f"{MARKS[image.verdict]} **{summary.WORDS[image.verdict]}:** {why}"
    facts = [(label, code(text) if label in _CODED else escaped(text)) for label, text in identity(image)]
    facts += [(label, escaped(text, 400)) for label, text in summary.scan_facts(image, verdict.judged_at)]
    yield Table(header=("image", ""), rows=tuple(facts), is_whole=True)
    if rows := summary.count_rows(verdict, image):
        yield Table(
            header=("severity", "found", "counted", "ignored", "other", "allowed"),
            rows=tuple(map(_count_cells, rows)),
            right=(1, 2, 3, 4),
            is_whole=True,
        )
    if image.rules:
        ordered = sorted(image.rules, key=lambda rule: _RULE_ORDER.index(rule.outcome))
        said = tuple(
            (f"{_RULE_MARKS[rule.outcome]} {summary.RULE_WORDS[rule.outcome]}", code(rule.name, 100), escaped(rule.why))
            for rule in ordered
        )
        yield Table(header=("outcome", "rule", "why"), rows=said)


def _count_cells(counts: summary.CountRow) -> tuple[str, ...]:
    numbers = map(str, (counts.found, counts.counted, counts.ignored, counts.other))
    return (counts.severity.value, *numbers, counts.allowed)


def _upgrades(verdict: Verdict, images: range, most: int) -> Iterator[Table]:
    found = [upgrade for upgrade in verdict.upgrades if any(image in images for image in upgrade.images)]
    if not found:
        return
    alone = len(images) == len(verdict.images)
    yield Table(
        title="What to upgrade, what clears most first",
        header=("package", "type", "installed", "to", "clears" if alone else "clears in all images"),
        rows=tuple(map(_upgrade_cells, found[:most])),
        total=len(found),
        right=(4,),
        note=details.upgrades_outcome(verdict) if alone else "",
    )


def _upgrade_cells(upgrade: Upgrade) -> tuple[str, ...]:
    name, installed = code(upgrade.name or "(no name)", 80), _coded(details.versions_text(upgrade.installed))
    return name, escaped(upgrade.type or "-", 40), installed, code(upgrade.to, 60), str(upgrade.clears)


def _violations(group: tuple[ImageVerdict, ...], most: int) -> Iterator[Table]:
    """Yield what violates in one image, or in all images of one index, with the platforms that have it."""
    found = shared.shared(group)
    if not found:
        return
    shown = found[:most]
    header = (*_FINDING[:2], "CVSS", "exploited", "package", "installed", "fixed in", "rules", "platforms")
    rows = [(*_violation_cells(one.violation), escaped(shared.where_text(one, group), 200)) for one in shown]
    # NOTE: a column that is empty for all tells nobody anything, and tables of Markdown do not wrap.
    kept = [n for n in range(len(header)) if n not in {3, 8} or (n == 3 and any(row[3] for row in rows))]
    kept += [8] if len(group) > 1 else []
    yield Table(
        title=f"Violations: {len(found)}, worst first",
        header=tuple(header[n] for n in kept),
        rows=tuple(tuple(row[n] for n in kept) for row in rows),
        total=len(found),
        right=(2,),
    )


def _violation_cells(violation: details.Violation) -> tuple[str, ...]:
    finding = violation.finding
    severity, name, packages = finding_cells(finding)
    rules = violation.rules[:3]
    more = f" +{len(violation.rules) - 3}" if len(violation.rules) > 3 else ""
    return (
        severity,
        name,
        f"{finding.cvss.score:.1f}" if finding.cvss else "-",
        _exploited(finding),
        packages,
        _coded(details.versions_text(package.version for package in finding.packages)),
        _coded(details.versions_text(package.fixed_in for package in finding.packages)),
        escaped(f"{', '.join(rules)}{more}", 300),
    )


def _coded(text: str) -> str:
    return text if text == "-" else code(text)


def _exploited(finding: JudgedFinding) -> str:
    words = []
    if finding.kev is not None and finding.kev.listed:
        words.append(f"KEV, due {finding.kev.due}" if finding.kev.due else "KEV")
    if finding.exploit:
        words.append("exploit known")
    if finding.epss is not None:
        words.append(f"EPSS {percent(finding.epss)}")
    return "; ".join(words)


def _waiting(verdict: Verdict, image: ImageVerdict, most: int) -> Iterator[Table]:
    """Yield what does not violate and somebody may look for: new, in grace, in the baseline, ignored, by VEX."""
    yield from _new(image, most)
    yield from _in_grace(image, utc_day(verdict.judged_at), most)
    accepted = [
        (risk.findings, details.accepted_text(risk.by, verdict.judged_at)) for risk in details.accepted_risks(image)
    ]
    yield from _settled("Ignored by the policy", accepted, most)
    titles: dict[str, list[tuple[tuple[JudgedFinding, ...], str]]] = {}
    for group in details.settled_otherwise(image):
        if group.findings[0].disposition is not Disposition.GRACE:
            titles.setdefault(group.title, []).append((group.findings, group.why))
    for title, held in titles.items():
        yield from _settled(title, held, most)


def _new(image: ImageVerdict, most: int) -> Iterator[Table]:
    if image.baseline is None or image.baseline.missing:
        return
    found = [one for one in image.findings if one.sight is None and one.disposition not in SETTLED]
    if found:
        yield Table(
            title=f"New since the baseline: {len(found)}",
            header=(*_FINDING, "is"),
            rows=tuple(
                (*finding_cells(one), one.disposition.value) for one in sorted(found, key=details.badness)[:most]
            ),
            total=len(found),
            is_folded=True,
        )


def _in_grace(image: ImageVerdict, today: date, most: int) -> Iterator[Table]:
    found = [
        (utc_day(one.grace_until), one)
        for one in image.findings
        if one.disposition is Disposition.GRACE and one.grace_until is not None
    ]
    found.sort(key=lambda pair: (pair[0], details.badness(pair[1])))
    if found:
        yield Table(
            title=f"In grace: {len(found)}, the first to end first",
            header=(*_FINDING, "grace ends"),
            rows=tuple(
                (*finding_cells(one), f"{day}, {days_text(max((day - today).days, 0))}") for day, one in found[:most]
            ),
            total=len(found),
            is_folded=True,
        )


def _settled(title: str, groups: list[tuple[tuple[JudgedFinding, ...], str]], most: int) -> Iterator[Table]:
    if groups:
        yield Table(
            title=f"{title}: {sum(len(findings) for findings, _ in groups)}",
            header=("vulnerabilities", "why"),
            rows=tuple((_named(findings), escaped(why, 700)) for findings, why in groups[:most]),
            total=len(groups),
            is_folded=True,
        )


def _named(findings: Iterable[JudgedFinding]) -> str:
    ids = list(dict.fromkeys(map(details.finding_name, findings)))
    more = f" and {len(ids) - _MOST_NAMED} more" if len(ids) > _MOST_NAMED else ""
    return escaped(f"{', '.join(ids[:_MOST_NAMED])}{more}", 1_000)
