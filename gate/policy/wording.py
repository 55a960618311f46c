"""The sentences of a verdict: why, and what to do, in one line each."""

from gate.model import TagMove
from gate.plain import one_line
from gate.policy.verdict import ImageVerdict, Outcome, RuleOutcome, RuleVerdict, Upgrade, Warned

UNUSED_REMEDY = "Remove the unused `ignore` entries from the policy."
"""What to do where `relaxations.unused` is violated."""
_VIOLATED = (RuleOutcome.FAIL, RuleOutcome.WARN)


def image_reason(rules: tuple[RuleVerdict, ...]) -> str:
    """Return why an image's rules came out as they did."""
    broken = [rule for rule in rules if rule.outcome in _VIOLATED]
    if broken:
        shown = "; ".join(f"{rule.name}: {rule.why}" for rule in broken[:3])
        return f"{shown}; and {_count(len(broken) - 3, 'rule')} more" if len(broken) > 3 else shown
    held = sum(rule.outcome is RuleOutcome.PASS for rule in rules)
    return f"{_count(held, 'rule')} hold" if held != 1 else "1 rule holds"


def overall_reason(images: tuple[ImageVerdict, ...], outcome: Outcome, warned: tuple[Warned, ...]) -> str:
    """Return why the whole run came out as it did, in one sentence."""
    if not images:
        return "there was nothing to judge"
    decisive = [image for image in images if image.verdict is outcome]
    if not decisive:
        return _warned_text(warned)
    first = decisive[0].reason if outcome is not Outcome.NO_VERDICT else _most_urgent(decisive).reason
    if outcome is Outcome.PASS or len(images) == 1:
        return first if len(images) == 1 else f"all {len(images)} images pass"
    what = {Outcome.FAIL: "violate the policy", Outcome.NO_VERDICT: "have no verdict", Outcome.WARN: "have warnings"}
    worst = _most_urgent(decisive)
    platform = f" ({one_line(worst.platform, 60)})" if worst.platform else ""
    label = f"{one_line(worst.target, 200)}{platform}"
    return f"{len(decisive)} of {len(images)} images {what[outcome]}; {label}: {first}"


def moved_text(moved: TagMove, judged: str | None) -> str:
    """Return that a tag no longer names the digest that was judged, or that nobody knows whether it does."""
    if moved.unknown:
        return f"the tag {one_line(moved.tag, 128)} could not be looked at again: {one_line(moved.unknown, 600)}"
    now_at = f"now names {one_line(moved.to, 100)}" if moved.to else "is gone"
    return f"the tag {one_line(moved.tag, 128)} {now_at}; what was judged is {one_line(judged or '-', 100)}"


def remedy(
    images: tuple[ImageVerdict, ...], outcome: Outcome, better: tuple[Upgrade, ...], after: Outcome | None
) -> str:
    """Return what to do about the verdict, in one sentence; empty when there is nothing to do."""
    if outcome is Outcome.NO_VERDICT:
        missing = [image for image in images if image.verdict is Outcome.NO_VERDICT]
        return _most_urgent(missing).hint if missing else "Name at least one image."
    if not any(rule.outcome in _VIOLATED and rule.findings for image in images for rule in image.rules):
        unused = any(r.name == "relaxations.unused" and r.outcome in _VIOLATED for i in images for r in i.rules)
        return UNUSED_REMEDY if unused else ""
    if not better:
        return "No upgrade clears it: rebuild on another base image, or accept the risk with an `ignore` entry."
    first = better[0]
    rest = f" and {_count(len(better) - 1, 'more package')}" if len(better) > 1 else ""
    # NOTE: where violations only warn, a warning may be what is left of them.
    enough = after is Outcome.PASS or (after is Outcome.WARN and outcome is Outcome.FAIL)
    what = "that is enough" if enough else "that alone is not enough"
    return f"Upgrade {one_line(first.name, 100)} to {one_line(first.to, 60)} (clears {first.clears}){rest}; {what}."


def _most_urgent(images: list[ImageVerdict]) -> ImageVerdict:
    order = {5: 0, 3: 1, 4: 2}
    return min(images, key=lambda image: order.get(image.exit_code, 3))


def _warned_text(warned: tuple[Warned, ...]) -> str:
    first = warned[0].text if warned else "warnings"
    return f"{first} (and {_count(len(warned) - 1, 'more warning')})" if len(warned) > 1 else first


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
