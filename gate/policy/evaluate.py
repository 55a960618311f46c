"""The judgement: a pure function from a policy, scans and now to a verdict."""

from datetime import date, datetime

import msgspec

from gate import __version__
from gate.errors import Exit
from gate.model import Image, Kind, Refusal, Scan
from gate.plain import one_line
from gate.policy.dispositions import Dispositions
from gate.policy.document import Policy
from gate.policy.evidence import Accepted, Unacceptable, judge_evidence
from gate.policy.ignores import Ignores
from gate.policy.limits import action_of, judge_limits
from gate.policy.notices import image_notices, policy_notices, unused_entries
from gate.policy.platforms import demand_platforms
from gate.policy.upgrades import is_clearable, upgrades, violating
from gate.policy.verdict import (
    Disposition,
    ImageVerdict,
    Outcome,
    PolicyUsed,
    RuleOutcome,
    RuleVerdict,
    ScanFacts,
    Setting,
    Verdict,
    Warned,
)
from gate.policy.wording import image_reason, moved_text, overall_reason, remedy

_BAD = {RuleOutcome.FAIL: Outcome.FAIL, RuleOutcome.WARN: Outcome.WARN}
_MOST_URGENT = (Exit.REFUSED, Exit.NO_VERDICT, Exit.NOT_YET)


def evaluate(
    policy: PolicyUsed,
    scans: tuple[Scan | Refusal, ...],
    now: datetime,
    *,
    settings: tuple[Setting, ...] = (),
    warn_exit: bool = False,
) -> Verdict:
    """Judge scans by a policy as of `now` (aware, UTC). Same evidence, policy and now: same verdict, byte for byte."""
    images, ignores = _judge_all(policy, scans, now)
    warned = _warnings(policy, scans, images, ignores, now)
    outcome, exit_code = _overall(images, warned, warn_exit=warn_exit)
    better = upgrades(images)
    after = _after_upgrades(policy.resolved, images, warned) if better else None
    return Verdict(
        gate=__version__,
        finished=True,
        judged_at=now,
        replayed=any(isinstance(scan, Scan) and scan.replayed for scan in scans),
        warn_exit=warn_exit,
        verdict=outcome,
        exit_code=exit_code,
        reason=overall_reason(images, outcome, warned),
        hint=remedy(images, outcome, better, after),
        settings=settings,
        policy=policy,
        images=images,
        warnings=warned,
        upgrades=better,
        verdict_after_upgrades=after,
    )


def _judge_all(
    policy: PolicyUsed, scans: tuple[Scan | Refusal, ...], now: datetime
) -> tuple[tuple[ImageVerdict, ...], Ignores]:
    rules = policy.resolved
    ignores = Ignores(rules.ignore, now.date())
    images = tuple(_judge(policy, scan, ignores, now) for scan in scans)
    if rules.relaxations.unused == "fail":
        unused = _unused_rule(rules, images, ignores, now.date())
        images = tuple(_with_rule(image, unused) for image in images)
    images = demand_platforms(rules, images)
    return tuple(_unless_tag_moved(rules, image) for image in images), ignores


def _judge(policy: PolicyUsed, scan: Scan | Refusal, ignores: Ignores, now: datetime) -> ImageVerdict:
    if isinstance(scan, Refusal):
        refused = Unacceptable(exit_code=Exit(scan.exit_code), reason=one_line(scan.reason, 1_000), hint=scan.hint)
        return _without_verdict(policy, scan, refused)
    problem = judge_evidence(policy.resolved, scan, now)
    if isinstance(problem, Unacceptable):
        return _without_verdict(policy, scan, problem)
    if isinstance(problem, Accepted):
        return _accepted(policy, scan, problem)
    return _judge_findings(policy, scan, ignores)


def _judge_findings(policy: PolicyUsed, scan: Scan, ignores: Ignores) -> ImageVerdict:
    settled = Dispositions(policy.resolved, ignores).settle(scan.findings)
    limits = judge_limits(policy.resolved, settled.counted)
    rules = (_scan_rule(policy, RuleOutcome.PASS, "the scan is complete"), *limits)
    return msgspec.structs.replace(
        _image(scan), rules=rules, counts=settled.counts, findings=settled.findings, **_decided(rules)
    )


def _decided(rules: tuple[RuleVerdict, ...]) -> dict[str, object]:
    """Return verdict, exit code and reason of an image whose rules are judged."""
    outcomes = {rule.outcome for rule in rules}
    outcome = next((_BAD[bad] for bad in _BAD if bad in outcomes), Outcome.PASS)
    exit_code = Exit.VIOLATED if outcome is Outcome.FAIL else Exit.PASS
    return {"verdict": outcome, "exit_code": int(exit_code), "reason": image_reason(rules)}


def _unless_tag_moved(policy: Policy, image: ImageVerdict) -> ImageVerdict:
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


def _unused_rule(policy: Policy, images: tuple[ImageVerdict, ...], ignores: Ignores, today: date) -> RuleVerdict:
    """Judge `relaxations.unused: fail`: one rule, the same for every image that was judged."""
    useless = unused_entries(policy, images, ignores, today)
    outcome, why = RuleOutcome.PASS, "every relaxation in force was of use"
    if any(image.counts is None for image in images):
        outcome, why = RuleOutcome.SKIPPED, "an image was not judged, where each of them may be of use"
    elif useless:
        outcome = RuleOutcome.WARN if action_of(policy) == "warn" else RuleOutcome.FAIL
        more = f"; and {len(useless) - 5} more" if len(useless) > 5 else ""
        why = f"{len(useless)} unused: {'; '.join(useless[:5])}{more}"
    return RuleVerdict(
        name="relaxations.unused",
        action=action_of(policy),
        outcome=outcome,
        count=len(useless),
        max=0,
        why=why,
        findings=(),
    )


def _with_rule(image: ImageVerdict, rule: RuleVerdict) -> ImageVerdict:
    if image.counts is None:
        return image
    rules = (*image.rules, rule)
    return msgspec.structs.replace(image, rules=rules, **_decided(rules))


def _without_verdict(policy: PolicyUsed, scan: Scan | Refusal, why: Unacceptable) -> ImageVerdict:
    rules = (_scan_rule(policy, RuleOutcome.NO_VERDICT, why.reason),)
    return msgspec.structs.replace(
        _image(scan),
        rules=rules,
        verdict=Outcome.NO_VERDICT,
        exit_code=int(why.exit_code),
        reason=why.reason,
        hint=why.hint,
    )


def _accepted(policy: PolicyUsed, scan: Scan, why: Accepted) -> ImageVerdict:
    rules = (_scan_rule(policy, RuleOutcome.WARN, why.reason),)
    return msgspec.structs.replace(
        _image(scan), rules=rules, verdict=Outcome.WARN, exit_code=int(Exit.PASS), reason=why.reason
    )


def _scan_rule(policy: PolicyUsed, outcome: RuleOutcome, why: str) -> RuleVerdict:
    action = action_of(policy.resolved)
    return RuleVerdict(name="scan-complete", action=action, outcome=outcome, count=0, max=None, why=why, findings=())


def _image(scan: Scan | Refusal) -> ImageVerdict:
    """Return the image with its scan's facts and, until something is decided, no verdict."""
    identity = {name: getattr(scan.image, name) for name in Image.__struct_fields__}
    facts = scan if isinstance(scan, Scan) else None
    return ImageVerdict(
        **identity,
        kind=scan.kind if isinstance(scan, Scan) else Kind.UNKNOWN,
        scan=ScanFacts(**{name: getattr(facts, name) for name in ScanFacts.__struct_fields__}) if facts else None,
        declared_counts=facts.declared if facts else None,
        counts=None,
        rules=(),
        findings=(),
        verdict=Outcome.NO_VERDICT,
        exit_code=int(Exit.NO_VERDICT),
        reason="",
        hint="",
    )


def _warnings(
    policy: PolicyUsed,
    scans: tuple[Scan | Refusal, ...],
    images: tuple[ImageVerdict, ...],
    ignores: Ignores,
    now: datetime,
) -> tuple[Warned, ...]:
    found = [Warned(text=text, image=None) for text in policy_notices(policy.resolved, images, ignores, now.date())]
    for number, scan in enumerate(scans):
        if isinstance(scan, Scan):
            found += [Warned(text=text, image=number) for text in image_notices(scan, images[number])]
    return tuple(found)


def _overall(images: tuple[ImageVerdict, ...], warned: tuple[Warned, ...], *, warn_exit: bool) -> tuple[Outcome, int]:
    outcomes = {image.verdict for image in images}
    if Outcome.FAIL in outcomes:
        return Outcome.FAIL, int(Exit.VIOLATED)
    missing = {image.exit_code for image in images if image.verdict is Outcome.NO_VERDICT}
    if missing or not images:
        return Outcome.NO_VERDICT, int(next((code for code in _MOST_URGENT if code in missing), Exit.NO_VERDICT))
    if warned or Outcome.WARN in outcomes:
        return Outcome.WARN, int(Exit.WARNED if warn_exit else Exit.PASS)
    return Outcome.PASS, int(Exit.PASS)


def _after_upgrades(policy: Policy, images: tuple[ImageVerdict, ...], warned: tuple[Warned, ...]) -> Outcome:
    better = demand_platforms(policy, tuple(_upgraded(policy, image) for image in images))
    outcome, _ = _overall(better, warned, warn_exit=False)
    return outcome


def _upgraded(policy: Policy, image: ImageVerdict) -> ImageVerdict:
    """Return the image as it would be judged without the violating findings that upgrades clear."""
    if not (violated := violating(image)):
        return image
    cleared = {index for index in violated if is_clearable(image.findings[index])}
    counted = tuple(
        (index, finding, finding.cvss)
        for index, finding in enumerate(image.findings)
        if finding.disposition is Disposition.COUNTED and index not in cleared
    )
    limits = {rule.name: rule for rule in judge_limits(policy, counted)}
    rules = tuple(limits.get(rule.name, rule) for rule in image.rules)
    return _unless_tag_moved(policy, msgspec.structs.replace(image, rules=rules, **_decided(rules)))
