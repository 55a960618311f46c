"""The text of `gate explain`: the way of a finding through the policy, and what would turn the verdict."""

from collections.abc import Iterator

from gate.plain import neutral, one_line
from gate.policy.changes import Change
from gate.policy.told import Explanation, RuleTold, Stage, Told
from gate.policy.verdict import RuleOutcome, Verdict
from gate.reports import details, summary

_MARKS = {True: "✓", False: "✗", None: "?"}
_LABEL = 10


def render(verdict: Verdict, explanation: Explanation, changes: tuple[Change, ...]) -> str:
    """Return everything about one finding of one image."""
    return neutral("\n".join(_lines(verdict, explanation, changes))) + "\n"


def _lines(verdict: Verdict, explanation: Explanation, changes: tuple[Change, ...]) -> Iterator[str]:
    image = verdict.images[explanation.image]
    yield details.finding_line(image.findings[explanation.finding])
    yield f"in {summary.image_label(image)}, which is {summary.WORDS[image.verdict]}: {one_line(image.reason, 300)}"
    yield ""
    for stage in explanation.stages:
        yield from _stage(stage)
    yield ""
    yield "Rules"
    for rule in explanation.rules:
        yield from _rule(rule)
    yield from _changes("What would turn the verdict, each tried", [one for one in changes if one.turns], verdict)
    yield from _changes("Tried, and not enough", [one for one in changes if not one.turns], verdict)


def _stage(stage: Stage) -> Iterator[str]:
    yield f"{stage.name:<{_LABEL}} {stage.text}"
    yield from (f"{'':<{_LABEL}} {line}" for line in map(_condition, stage.conditions))


def _rule(rule: RuleTold) -> Iterator[str]:
    note = f"; {rule.note}" if rule.note else ""
    is_telling = rule.outcome is not RuleOutcome.SKIPPED or rule.matches
    outcome = f" [{summary.RULE_WORDS[rule.outcome]}: {one_line(rule.why, 200)}]" if is_telling else ""
    yield f"  {_MARKS[rule.matches]} {one_line(rule.name, 80)}{note}{outcome}"
    yield from (f"      {line}" for line in map(_condition, rule.conditions))


def _condition(told: Told) -> str:
    seen = ""
    if told.seen:
        seen = f"  (saw {told.seen}, from {told.origin})"
    elif told.origin:
        seen = f"  (not known: {told.origin})"
    return f"{'  ' * told.depth}{_MARKS[told.holds]} {told.text}{seen}"


def _changes(heading: str, changes: list[Change], verdict: Verdict) -> Iterator[str]:
    if changes:
        yield ""
        yield heading
        yield from (f"  - {change.text}: {_outcome(change, verdict)}" for change in changes)


def _outcome(change: Change, verdict: Verdict) -> str:
    run, image = summary.WORDS[change.verdict], summary.WORDS[change.image]
    several = len(verdict.images) > 1
    if change.turns:
        return f"then {run}"
    if change.turns_image and several:
        return f"then this image is {image}; all together still {run}: {one_line(change.reason, 200)}"
    return f"still {image if several else run}: {one_line(change.reason, 200)}"
