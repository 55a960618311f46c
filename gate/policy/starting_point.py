"""A policy that the images at hand just pass: its limits are what the worst of them has today."""

from collections import Counter

from gate.errors import EvidenceError
from gate.model import WORST_FIRST, Severity
from gate.plain import one_line
from gate.policy.verdict import Disposition, Verdict

_LIMITED: tuple[Severity, ...] = tuple(severity for severity in WORST_FIRST if severity is not Severity.INFORMATIONAL)
_MOST_WRITTEN = 20
"""A test with more findings is not read by anybody."""
_HEAD = """\
# What the images at hand have today, and no more: they pass, and an image with more of any severity fails.
# Lower the numbers as you upgrade; `gate policy lint` checks this file, `gate policy test` runs the tests below.
#
# Made from:
{images}

version: 1

max:
{limits}

relaxations:
  require: [reason, owner, until]

tests:
  - name: nothing found passes
    expect: pass
"""
_FAILING = """\
  - name: one {severity} finding more fails
    findings:
{findings}
    expect: fail
    by: [max.{severity}]
"""


def fitted(verdict: Verdict) -> str:
    """Return the policy as YAML, from a verdict over the images; EvidenceError where one has none."""
    for image in verdict.images:
        if image.counts is None:
            why = one_line(image.reason, 300)
            raise EvidenceError(f"{one_line(image.target, 200)} has no verdict: {why}", hint=image.hint)
    limits = {severity: _most(verdict, severity) for severity in _LIMITED}
    return _HEAD.format(
        images="\n".join(f"#   {one_line(image.target, 200)}" for image in verdict.images),
        limits="\n".join(f"  {severity.value}: {limit}" for severity, limit in limits.items()),
    ) + _failing(limits)


def _most(verdict: Verdict, severity: Severity) -> int:
    """Return the most findings of a severity that any of the images has."""
    counts = (
        Counter(one.severity for one in image.findings if one.disposition is Disposition.COUNTED)
        for image in verdict.images
    )
    return max(count[severity] for count in counts)


def _failing(limits: dict[Severity, int]) -> str:
    """Return the test of the lowest limit, the most severe of equal ones; none where it would be too long."""
    severity = min(limits, key=limits.__getitem__)
    if limits[severity] >= _MOST_WRITTEN:
        return ""
    findings = "\n".join(
        f"      - {{id: CVE-2000-{1000 + index}, severity: {severity.value}, fix: full}}"
        for index in range(limits[severity] + 1)
    )
    return _FAILING.format(severity=severity.value, findings=findings)
