"""Where each finding stands in the HTML report: in violated rules, else where the policy settled or postponed it."""

from collections.abc import Iterator

from msgspec import Struct

from gate.plain import one_line
from gate.policy.verdict import Disposition, ImageVerdict, JudgedFinding, Outcome, RuleOutcome, RuleVerdict, Verdict
from gate.reports.summary import VIOLATED

STATES = {
    "violates": "Violates",
    "warns": "Warns",
    "undecided": "Not decided",
    "counted": "Within limits",
    "grace": "In grace",
    "baseline": "In the baseline",
    "ignored": "Ignored",
    "vex": "Settled by VEX",
    "suppressed": "Suppressed in AWS",
    "closed": "Closed in AWS",
}
"""Where a finding stands, in the order in which people read it: violated rules first, then its disposition."""
_MOST_RULES = 100
ORDER = {state: place for place, state in enumerate(STATES)}


class Stand(Struct, frozen=True):
    """A finding, where it stands (a key of STATES), and the violated rules that count it."""

    finding: JudgedFinding
    state: str
    rules: tuple[str, ...]


class Stands(Struct, frozen=True):
    """Where the findings of a verdict stand: image by image, and all of them, those with the same key once."""

    by_image: tuple[tuple[Stand, ...], ...]
    distinct: tuple[Stand, ...]
    """Where it stands worst, if that differs by image."""


def stands(verdict: Verdict) -> Stands:
    """Return where the findings of all images stand, each image's in the document's order."""
    by_image = tuple(tuple(_stands(image)) for image in verdict.images)
    found: dict[str, Stand] = {}
    for held in by_image:
        for stand in held:
            first = found.setdefault(stand.finding.key, stand)
            if ORDER[stand.state] < ORDER[first.state]:
                found[stand.finding.key] = stand
    return Stands(by_image, tuple(found.values()))


def _stands(image: ImageVerdict) -> Iterator[Stand]:
    rules: dict[int, list[RuleVerdict]] = {}
    for rule in image.rules:
        if rule.outcome in VIOLATED:
            for index in rule.findings:
                rules.setdefault(index, []).append(rule)
    # NOTE: where the tag moved or a platform is missing, findings were counted, and nothing was decided about them.
    counted = "undecided" if image.verdict is Outcome.NO_VERDICT else "counted"
    for index, finding in enumerate(image.findings):
        held = rules.get(index)
        if held is None:
            state = counted if finding.disposition is Disposition.COUNTED else finding.disposition.value
            yield Stand(finding, state, ())
        else:
            state = "violates" if any(rule.outcome is RuleOutcome.FAIL for rule in held) else "warns"
            yield Stand(finding, state, tuple(one_line(rule.name, 100) for rule in held[:_MOST_RULES]))
