"""Which CVSS score of a finding is judged, and what a finding without one counts as."""

from gate.model import Cvss, Finding, Severity
from gate.policy.document import CvssChoice, Policy
from gate.policy.verdict import JudgedFinding

IMPLIED = {
    Severity.CRITICAL: 9.0,
    Severity.HIGH: 7.0,
    Severity.MEDIUM: 4.0,
    Severity.LOW: 0.1,
    Severity.INFORMATIONAL: 0.0,
    Severity.UNKNOWN: 10.0,
}
"""The score that a finding without one counts as under `missing: severity`: where its severity's range begins
(CVSS v3.1, section 5), and the worst where nobody gave it a severity."""


def judged_score(finding: Finding, choice: CvssChoice) -> Cvss | None:
    """Return the score from the first source of the policy's order that has one, in its newest CVSS version."""
    for wanted in choice.sources:
        found = [
            score
            for score in finding.scores
            if _source(score) == wanted and not _stands_for_missing(score, finding.severity)
        ]
        if found:
            return found[0] if len(found) == 1 else max(found, key=_newest_then_highest)
    return None


def reaches_floor(finding: Finding | JudgedFinding, score: Cvss | None, policy: Policy) -> bool:
    """Tell whether the finding violates the policy's `cvss_floor`."""
    floor = policy.cvss_floor
    if floor is None:
        return False
    if score is not None:
        return score.score >= floor
    missing = policy.cvss.missing
    if missing == "fail":
        return True
    return (IMPLIED[finding.severity] if missing == "severity" else missing) >= floor


def _stands_for_missing(score: Cvss, severity: Severity) -> bool:
    # NOTE: AWS writes 0.0 where it has no score; only an informational finding can really score nothing.
    return score.score == 0.0 and severity is not Severity.INFORMATIONAL


def _source(score: Cvss) -> str:
    return score.source if score.source in {"inspector", "nvd"} else "vendor"


def _newest_then_highest(score: Cvss) -> tuple[tuple[int, ...], float, str]:
    # NOTE: Python refuses to read a number of thousands of digits, which no version has.
    digits = tuple(int(part[:9]) for part in score.version.split(".") if part.isdecimal())
    return digits, score.score, score.vector or ""
