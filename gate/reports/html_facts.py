"""What the HTML report says of a finding when it is opened: everything known of it, as labels and texts."""

from collections.abc import Iterator
from datetime import date

from gate.model import Cvss, Kev, Package
from gate.plain import one_line
from gate.policy.verdict import Disposition, JudgedFinding
from gate.reports import details
from gate.reports.days import far, utc_day
from gate.reports.sarif_names import told
from gate.reports.summary import moment

Fact = tuple[str, str]
_MOST_PACKAGES = 12
_MOST_NAMES = 12
_FLAGS = {True: "yes", False: "no"}


def facts(finding: JudgedFinding, rules: tuple[str, ...], today: date) -> tuple[Fact, ...]:
    """Return what is known of a finding beside its packages; `rules` are the violated ones that count it."""
    return (
        *_judgement(finding, rules, today),
        *_scores(finding),
        *_exploitation(finding, today),
        *_names(finding),
        *_times(finding),
    )


def package_facts(packages: tuple[Package, ...]) -> tuple[Fact, ...]:
    """Return what is known of the packages of a finding: versions, type, architecture, path."""
    found = [("Package", _package(package)) for package in packages[:_MOST_PACKAGES]]
    if len(packages) > _MOST_PACKAGES:
        found.append(("Package", f"{len(packages) - _MOST_PACKAGES} {details.MORE}"))
    return tuple(found)


def _package(package: Package) -> str:
    words = (one_line(word, 200) for word in (package.type, package.arch, package.path) if word)
    return ", ".join([details.packages_text((package,)), *words])


def _judgement(finding: JudgedFinding, rules: tuple[str, ...], today: date) -> Iterator[Fact]:
    if rules:
        yield "Violates", _listed(rules)
    if finding.disposition is not Disposition.COUNTED:
        yield "Where it ended", one_line(finding.settled_by, 400) or finding.disposition.value
    if finding.grace_until is not None:
        yield "Grace", f"until {moment(finding.grace_until)}, {far(utc_day(finding.grace_until), today)}"
    if finding.adjusted is not None:
        adjusted = finding.adjusted
        why = one_line(adjusted.reason, 300) if adjusted.reason else "no reason given"
        yield "Severity", f"{adjusted.before.value} by AWS; the policy makes it {finding.severity.value}: {why}"
    elif finding.aws_severity.lower() != finding.severity.value:
        yield "Severity", f"AWS says {one_line(finding.aws_severity, 60)}"
    if finding.vex is not None:
        said = f"{finding.vex.status}, {one_line(finding.vex.justification or 'no justification', 100)}"
        yield "VEX", f"{said}, by {one_line(finding.vex.author, 100)} in {one_line(finding.vex.file, 200)}"
    if finding.sight is not None:
        yield "In the baseline", f"as {finding.sight.severity.value}, {details.FIX_WORDS[finding.sight.fix]}"


def _scores(finding: JudgedFinding) -> Iterator[Fact]:
    judged = (finding.cvss,) if finding.cvss is not None else ()
    for score in (*judged, *(score for score in finding.scores[:_MOST_NAMES] if score != finding.cvss)):
        yield "CVSS", _score(score) + (", judged" if len(finding.scores) > 1 and score is finding.cvss else "")


def _score(score: Cvss) -> str:
    vector = f" {told(score.vector, 120)}" if score.vector else ""
    return f"{score.score:.1f} (version {told(score.version, 20)} by {told(score.source, 60)}){vector}"


def _exploitation(finding: JudgedFinding, today: date) -> Iterator[Fact]:
    if finding.epss is not None:
        source = {"inspector": ", says Inspector", "file": ", says the file given"}.get(finding.epss_source or "", "")
        yield "EPSS", f"{percent(finding.epss)} within 30 days{source}"
    if finding.kev is not None:
        yield "Known exploited (KEV)", _listing(finding.kev, today)
    if finding.exploit is not None:
        yield "Exploit known", _FLAGS[finding.exploit]
    if finding.in_use is not None:
        yield "Image in use", _FLAGS[finding.in_use]


def _listing(kev: Kev, today: date) -> str:
    if not kev.listed:
        return "not listed"
    added = f" since {kev.added}" if kev.added else ""
    due = f", to be mended by {kev.due} ({far(kev.due, today)})" if kev.due else ""
    return f"listed{added}{due}"


def _names(finding: JudgedFinding) -> Iterator[Fact]:
    for label, names in (("Also known as", finding.aliases), ("Weakness", finding.cwes)):
        if names:
            yield label, _listed(names)


def _listed(names: tuple[str, ...]) -> str:
    more = f" +{len(names) - _MOST_NAMES}" if len(names) > _MOST_NAMES else ""
    return ", ".join(one_line(name, 100) for name in names[:_MOST_NAMES]) + more


def _times(finding: JudgedFinding) -> Iterator[Fact]:
    times = (("Published", finding.published), ("First seen", finding.first_seen), ("Updated", finding.updated))
    yield from ((label, moment(time)) for label, time in times if time is not None)


def percent(probability: float) -> str:
    """Return a probability in per cent, with the three digits that matter most."""
    return f"{100 * probability:.3g} %"
