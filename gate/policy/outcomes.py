"""What the outcomes of rules and images come to: the verdict of an image, and of the run, with its exit code."""

import msgspec

from gate.errors import Exit
from gate.policy.document import Policy
from gate.policy.evidence import Accepted, Unacceptable
from gate.policy.limits import action_of
from gate.policy.verdict import ImageVerdict, Outcome, RuleOutcome, RuleVerdict, Warned
from gate.policy.wording import image_reason, moved_text

_BAD = {RuleOutcome.FAIL: Outcome.FAIL, RuleOutcome.WARN: Outcome.WARN}
_MOST_URGENT = (Exit.REFUSED, Exit.NO_VERDICT, Exit.NOT_YET)


def decided(rules: tuple[RuleVerdict, ...]) -> dict[str, object]:
    """Return verdict, exit code and reason of an image whose rules are judged."""
    outcomes = {rule.outcome for rule in rules}
    outcome = next((_BAD[bad] for bad in _BAD if bad in outcomes), Outcome.PASS)
    exit_code = Exit.VIOLATED if outcome is Outcome.FAIL else Exit.PASS
    return {"verdict": outcome, "exit_code": int(exit_code), "reason": image_reason(rules)}


def unless_tag_moved(policy: Policy, image: ImageVerdict) -> ImageVerdict:
    """Return the image, without its verdict if its tag moved meanwhile; a known violation stays one."""
    moved = image.scan.tag_move if image.scan else None
    if moved is None or moved.pinned or policy.scan.tag_moved == "warn":
        return image
    if image.verdict in {Outcome.FAIL, Outcome.NO_VERDICT}:
        return image
    reason = moved_text(moved, image.index_digest or image.digest)
    hint = "Run the gate again, or name the image by its digest."
    return msgspec.structs.replace(
        image, verdict=Outcome.NO_VERDICT, exit_code=int(Exit.NOT_YET), reason=reason, hint=hint
    )


def with_rule(image: ImageVerdict, rule: RuleVerdict) -> ImageVerdict:
    """Return an image that was judged with one rule more; any other as it is."""
    if image.counts is None:
        return image
    rules = (*image.rules, rule)
    return msgspec.structs.replace(image, rules=rules, **decided(rules))


def without_verdict(policy: Policy, image: ImageVerdict, why: Unacceptable) -> ImageVerdict:
    """Return an image without a verdict, and why."""
    rules = (scan_rule(policy, RuleOutcome.NO_VERDICT, why.reason),)
    return msgspec.structs.replace(
        image,
        rules=rules,
        verdict=Outcome.NO_VERDICT,
        exit_code=int(why.exit_code),
        reason=why.reason,
        hint=why.hint,
    )


def accepted(policy: Policy, image: ImageVerdict, why: Accepted) -> ImageVerdict:
    """Return an image that AWS cannot scan and the policy accepts: a warning, and never a pass."""
    rules = (scan_rule(policy, RuleOutcome.WARN, why.reason),)
    return msgspec.structs.replace(
        image, rules=rules, verdict=Outcome.WARN, exit_code=int(Exit.PASS), reason=why.reason
    )


def scan_rule(policy: Policy, outcome: RuleOutcome, why: str) -> RuleVerdict:
    """Return the rule that is always there: whether the scan may be judged."""
    action = action_of(policy)
    return RuleVerdict(name="scan-complete", action=action, outcome=outcome, count=0, max=None, why=why, findings=())


def overall(images: tuple[ImageVerdict, ...], warned: tuple[Warned, ...], *, warn_exit: bool) -> tuple[Outcome, int]:
    """Return the verdict over all images, and the exit code that says who must act."""
    outcomes = {image.verdict for image in images}
    if Outcome.FAIL in outcomes:
        return Outcome.FAIL, int(Exit.VIOLATED)
    missing = {image.exit_code for image in images if image.verdict is Outcome.NO_VERDICT}
    if missing or not images:
        return Outcome.NO_VERDICT, int(next((code for code in _MOST_URGENT if code in missing), Exit.NO_VERDICT))
    if warned or Outcome.WARN in outcomes:
        return Outcome.WARN, int(Exit.WARNED if warn_exit else Exit.PASS)
    return Outcome.PASS, int(Exit.PASS)
