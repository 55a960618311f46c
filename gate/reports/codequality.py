"""The `codequality` report, for GitLab's merge-request widget in every tier: what violates the policy, and only that.

The widget compares the branches of a merge request: what is new in the list became worse, what is gone became better.
What the policy allows, postpones or ignores asks nobody to act, and in a widget without any other state than "there"
it would hide what does; the other reports have it. A violated rule that counts no findings is an entry of its own.

It is not written unless every image was judged: without one's verdict all of its violations would look mended.
"""

from hashlib import blake2b
from typing import Literal

import msgspec
from msgspec import Struct

from gate.model import Severity
from gate.plain import one_line
from gate.policy.verdict import ImageVerdict, RuleOutcome, RuleVerdict, Verdict
from gate.reports.completeness import is_wholly_judged
from gate.reports.details import Violation, badness, finding_line, violations
from gate.reports.sarif_names import categories, path_of, short_name
from gate.reports.summary import CANNOT_FAIL, VIOLATED, cannot_fail, plural

Weight = Literal["info", "minor", "major", "critical", "blocker"]
_WEIGHTS: dict[Severity, Weight] = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFORMATIONAL: "info",
    Severity.UNKNOWN: "blocker",  # it may be anything, as in Severity.rank
}
_MOST = 5_000
"""Entries of findings; GitLab compares two lists in one request."""
_ENCODER = msgspec.json.Encoder()
_BadnessOf = tuple[tuple[int, float], "Issue"]


class Lines(Struct, frozen=True, kw_only=True, gc=False):
    """A place in a file, counted from 1."""

    begin: int = 1


class Location(Struct, frozen=True, kw_only=True, gc=False):
    """A relative path; it is the package's in the image, and no file of the repository."""

    path: str
    lines: Lines = Lines()


class Issue(Struct, frozen=True, kw_only=True, gc=False):
    """One entry; GitLab keeps one of those that share a fingerprint."""

    description: str
    check_name: str
    fingerprint: str
    severity: Weight
    location: Location


def render(verdict: Verdict) -> str:
    """Return the list, worst first; the empty string, which means no file, unless every image was judged."""
    if not is_wholly_judged(verdict):
        return ""
    rules: list[Issue] = []
    found: list[_BadnessOf] = []
    for image, category in zip(verdict.images, categories(verdict.images), strict=True):
        rules += [_of_rule(image, category, rule) for rule in image.rules if _counts_nothing(rule)]
        found += _of_findings(image, category)
    found.sort(key=lambda pair: pair[0])
    issues = [issue for _, issue in found]
    first = [_remark("mode", CANNOT_FAIL, "info")] if cannot_fail(verdict) else []
    left = issues[_MOST:]
    more = [_remark("more", _more_text(len(left)), left[0].severity)] if left else []
    return _ENCODER.encode([*first, *rules, *issues[:_MOST], *more]).decode() + "\n"


def _of_findings(image: ImageVerdict, category: str) -> list[_BadnessOf]:
    found: list[_BadnessOf] = []
    seen: dict[str, int] = {}
    label, place = _label(image), short_name(image)
    for violation in violations(image):
        finding = violation.finding
        number = seen[finding.key] = seen.get(finding.key, 0) + 1
        held = min(finding.packages, key=lambda package: (package.type or "", package.name), default=None)
        kind, name = (held.type or "package", held.name) if held else ("finding", finding.id)
        issue = Issue(
            description=_description(label, violation),
            check_name=violation.rules[0] or "rule",
            fingerprint=_fingerprint(category, finding.key, str(number)),
            severity=_WEIGHTS[finding.severity],
            location=Location(path=path_of(place, kind, name)),
        )
        found.append((badness(finding), issue))
    return found


def _description(label: str, violation: Violation) -> str:
    rules = one_line(", ".join(violation.rules), 300)
    return f"{label}: {finding_line(violation.finding)}. Violates {rules}."


def _counts_nothing(rule: RuleVerdict) -> bool:
    return rule.outcome in VIOLATED and not rule.findings


def _of_rule(image: ImageVerdict, category: str, rule: RuleVerdict) -> Issue:
    name = one_line(rule.name, 100) or "rule"
    why = one_line(rule.why, 500) or "violated"
    return Issue(
        description=f"{_label(image)}: {name}: {why}",
        check_name=name,
        fingerprint=_fingerprint(category, "rule", rule.name),
        severity="blocker" if rule.outcome is RuleOutcome.FAIL else "minor",
        location=Location(path=path_of(short_name(image), "rule", name)),
    )


def _remark(name: str, text: str, weight: Weight) -> Issue:
    return Issue(
        description=text,
        check_name=name,
        fingerprint=_fingerprint("scan-gate", "remark", name),
        severity=weight,
        location=Location(path=path_of("scan-gate", name)),
    )


def _more_text(count: int) -> str:
    return f"{plural(count, 'violation')} more: see the JSON document"


def _label(image: ImageVerdict) -> str:
    platform = f" ({one_line(image.platform, 60)})" if image.platform else ""
    return f"{one_line(short_name(image), 200) or 'image'}{platform}"


def _fingerprint(*parts: str) -> str:
    # NOTE: nothing that changes from build to build is in it: no tag, digest, version or rule.
    return blake2b("\n".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
