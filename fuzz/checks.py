"""What must hold of whatever comes out: an error in words that are harmless to print, or a verdict true to itself."""

from gate.errors import Exit, GateError, PolicyError
from gate.model import Cvss, Fix, Kev, Refusal, Scan, Severity
from gate.plain import neutral
from gate.policy.evaluate import evaluate
from gate.policy.explain import explain
from gate.policy.loader import loads
from gate.policy.rejudge import disagreement
from gate.policy.verdict import Outcome, Verdict
from gate.reports import explanation, json_document, sarif
from tests.builders import NOW, finding, fixable, package, scan

LONGEST = 6_000
"""Characters of the longest message that anybody reads."""
_CODES = {
    Outcome.PASS: {Exit.PASS},
    Outcome.WARN: {Exit.PASS, Exit.WARNED},
    Outcome.FAIL: {Exit.VIOLATED},
    Outcome.NO_VERDICT: {Exit.NO_VERDICT, Exit.NOT_YET, Exit.REFUSED},
}
_LIMIT = loads(b"version: 1\nmax: {critical: 0, unknown: unlimited}\n", file="gate.yaml").used
_EVERY_CONDITION = loads(
    b"""
version: 1
max: {critical: 0, high: {fixable: 0, unfixable: 1}, medium: 1, unknown: unlimited}
cvss_floor: 7.0
count_by: vulnerability
grace: {critical: 2d, high: 36500d, from: published}
rules:
- {name: dates, when: {any: [{published: 30d+}, {age: 2d+}, {kev_due: 7d}]}}
- {name: numbers, when: {epss: 0.1+, cvss: 7.0+, vector: {AV: N}}}
- {name: truths, when: {not: {exploit: true, in_use: true, kev: true, fix: available}}}
- {name: names, when: {id: "CVE-*", package: "*ssl*", version: "[0-9]*", path: "*/*", package_type: os}}
ignore: [{package: "*ssl*", reason: Not used., unless: {severity: critical+}}]
relaxations: {never: {exploit: true}}
scan: {inspector_suppressed: trust}
facts: {kev_max_age: 36500d, epss_max_age: 36500d}
""",
    file="gate.yaml",
).used
_SCORE = Cvss(score=9.8, version="3.1", source="nvd", vector="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")


def fixed_scan() -> Scan:
    """Return a scan with something for every condition to look at, the same each time."""
    return scan(
        finding("CVE-2021-44228", Severity.CRITICAL, scores=(_SCORE,), kev=Kev(listed=True), exploit=True, epss=0.9),
        fixable("CVE-2026-2000", Severity.HIGH, published=NOW.replace(month=9), first_seen=NOW.replace(month=10)),
        finding("GHSA-aaaa-bbbb-cccc", Severity.MEDIUM, fix=Fix.NONE, aliases=("CVE-2026-3000",)),
        finding("CVE-2026-4000", Severity.LOW, packages=(package("zlib"), package("log4j-core", type="JAR", path="a"))),
        finding("CVE-2026-5000", Severity.UNKNOWN, packages=()),
    )


def check_judged(scans: tuple[Scan | Refusal, ...]) -> Verdict:
    """Judge scans by a policy with one limit, and by one that asks for everything; return what the first says."""
    verdict = check_verdict(evaluate(_LIMIT, scans, NOW))
    rich = check_verdict(evaluate(_EVERY_CONDITION, scans, NOW))
    ids = [finding.id for image in rich.images for finding in image.findings]
    for one in explain(rich, ids[0]) if ids else ():
        assert explanation.render(rich, one, ()), "nothing is explained"
    assert sarif.render(rich) or not ids, "nothing is written"
    return verdict


def check_error(err: GateError) -> None:
    """Make sure that an error is lines that can be printed: one, or one for each fault of a policy."""
    lines = err.faults if isinstance(err, PolicyError) else (err.message,)
    for text in (*lines, err.hint):
        assert "\n" not in text, f"more than one line: {text!r}"
        assert neutral(text) == text, f"not harmless: {text!r}"
        assert len(text) <= LONGEST, f"{len(text)} characters: {text[:200]!r}"
    assert all(lines), "an error without a word"


def check_verdict(verdict: Verdict) -> Verdict:
    """Make sure that code and word fit, and that the document is read back and agrees with itself; return that."""
    assert verdict.exit_code in _CODES[verdict.verdict], f"{verdict.verdict} with exit code {verdict.exit_code}"
    text = json_document.render(verdict)
    again = json_document.read(text.encode())
    assert json_document.render(again) == text, "written again, the document is another"
    wrong = disagreement(again)
    assert wrong is None, f"the document does not agree with itself: {wrong}"
    return again
