"""The judgement: a pure function from a policy, scans and now to a verdict."""

from datetime import datetime

import msgspec
from msgspec import Struct

from gate import __version__
from gate.errors import Exit
from gate.facts.known import Facts, FactsUsed
from gate.model import Image, Kind, Refusal, Scan
from gate.plain import one_line
from gate.policy.baseline import Compared, in_force
from gate.policy.document import Policy
from gate.policy.effective import effective
from gate.policy.evidence import Accepted, Unacceptable, judge_evidence
from gate.policy.fresh import stale_facts
from gate.policy.judgement import Judgement, never_rule
from gate.policy.limits import action_of
from gate.policy.notices import image_notices, policy_notices, unused_entries
from gate.policy.outcomes import accepted, decided, overall, scan_rule, unless_tag_moved, with_rule, without_verdict
from gate.policy.platforms import demand_platforms
from gate.policy.relaxing import Uses
from gate.policy.settling import Surroundings
from gate.policy.upgrades import is_clearable, upgrades, violating
from gate.policy.verdict import (
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
from gate.policy.vex import Vex
from gate.policy.vex_document import VexStatement
from gate.policy.wording import overall_reason, remedy

_UNUSED_RULE = "relaxations.unused"


class Beside(Struct, frozen=True, kw_only=True):
    """What is judged beside policy and scans: everything that came from other files or from the command line."""

    facts: Facts = Facts()
    used: FactsUsed | None = None
    """What the document says of the facts; told by the facts themselves when None."""
    vex: tuple[VexStatement, ...] = ()
    compared: tuple[Compared | None, ...] = ()
    """For each scan the baseline that it is compared with; shorter where there is none."""
    env: str | None = None
    settings: tuple[Setting, ...] = ()
    warn_exit: bool = False


def evaluate(
    policy: PolicyUsed, scans: tuple[Scan | Refusal, ...], now: datetime, beside: Beside | None = None
) -> Verdict:
    """Judge scans by a policy as of `now` (aware, UTC). Same evidence, policy and now: same verdict, byte for byte."""
    beside = beside or Beside()
    run = _Run(policy, scans, now, beside)
    images = run.images()
    warned = run.warnings(images)
    outcome, exit_code = overall(images, warned, warn_exit=beside.warn_exit)
    better = upgrades(images)
    after = run.after_upgrades(images, warned) if better else None
    return Verdict(
        gate=__version__,
        finished=True,
        judged_at=now,
        replayed=any(isinstance(scan, Scan) and scan.replayed for scan in scans),
        warn_exit=beside.warn_exit,
        verdict=outcome,
        exit_code=exit_code,
        reason=overall_reason(images, outcome, warned),
        hint=remedy(images, outcome, better, after),
        settings=beside.settings,
        env=beside.env,
        facts=beside.used or beside.facts.used,
        vex=tuple(beside.vex[index] for index in sorted(run.vex.used)),
        policy=policy,
        images=images,
        warnings=warned,
        upgrades=better,
        verdict_after_upgrades=after,
    )


class _Run:
    """One evaluation: what is true of all of its images, and what was found out about each."""

    def __init__(self, policy: PolicyUsed, scans: tuple[Scan | Refusal, ...], now: datetime, beside: Beside) -> None:
        self.vex = Vex(beside.vex, now)
        self._policy = policy.resolved
        self._scans = scans
        self._now = now
        self._beside = beside
        self._uses = Uses()
        self._stale = stale_facts(policy.resolved, beside.used or beside.facts.used, now)
        self._effective = [effective(policy.resolved, scan.image, beside.env, now.date()) for scan in scans]
        self._judgements: dict[int, Judgement] = {}
        self._strict: dict[int, Judgement] = {}

    def images(self) -> tuple[ImageVerdict, ...]:
        """Judge every image, then what is asked of them together."""
        images = tuple(self._judge(number, scan) for number, scan in enumerate(self._scans))
        if self._policy.relaxations.unused == "fail":
            useless = unused_entries(self._policy, images, self._uses, self._now.date())
            is_known = all(image.counts is not None for image in images)
            pairs = zip(self._effective, images, strict=True)
            images = tuple(with_rule(one, _unused_rule(own.policy, useless, is_known=is_known)) for own, one in pairs)
        return self._together(images)

    def warnings(self, images: tuple[ImageVerdict, ...]) -> tuple[Warned, ...]:
        """Return what fails no image and somebody must look at."""
        texts = policy_notices(self._policy, images, self._uses, self._now.date(), self._beside.env)
        found = [Warned(text=text, image=None) for text in texts]
        for number, scan in enumerate(self._scans):
            if isinstance(scan, Scan):
                found += [Warned(text=text, image=number) for text in image_notices(scan, images[number], self._now)]
        return tuple(found)

    def after_upgrades(self, images: tuple[ImageVerdict, ...], warned: tuple[Warned, ...]) -> Outcome:
        """Return the verdict over the same evidence without the violating findings that upgrades clear."""
        better = self._together(tuple(self._upgraded(number, image) for number, image in enumerate(images)))
        outcome, _ = overall(better, warned, warn_exit=False)
        return outcome

    def _together(self, images: tuple[ImageVerdict, ...]) -> tuple[ImageVerdict, ...]:
        images = demand_platforms(tuple(one.policy.scan.platforms for one in self._effective), images)
        pairs = zip(self._effective, images, strict=True)
        return tuple(unless_tag_moved(one.policy, image) for one, image in pairs)

    def _judge(self, number: int, scan: Scan | Refusal) -> ImageVerdict:
        chosen = self._effective[number]
        image = self._image(number)
        problem = self._problem(number, scan)
        if isinstance(problem, Unacceptable):
            return without_verdict(chosen.policy, image, problem)
        if isinstance(problem, Accepted):
            return accepted(chosen.policy, image, problem)
        judged = self._judgements[number] = self._judgement(number, chosen.policy)
        rules = self._rules(number)
        return msgspec.structs.replace(
            image, rules=rules, counts=judged.counts, findings=judged.findings, **decided(rules)
        )

    def _problem(self, number: int, scan: Scan | Refusal) -> Unacceptable | Accepted | None:
        if isinstance(scan, Refusal):
            return Unacceptable(exit_code=Exit(scan.exit_code), reason=one_line(scan.reason, 1_000), hint=scan.hint)
        policy = self._effective[number].policy
        problem = judge_evidence(policy, scan, self._now) or self._stale
        compared = self._compared(number)
        baseline = in_force(policy.baseline, self._now.date())
        if problem is None and baseline and baseline.missing == "no_verdict" and compared and compared.used.missing:
            return Unacceptable(
                exit_code=Exit.NO_VERDICT,
                reason=f"there is no baseline to compare with (baseline.missing): {compared.used.missing}",
                hint="Name another baseline, or let everything be judged without one (baseline.missing: all).",
            )
        return problem

    def _judgement(self, number: int, policy: Policy) -> Judgement:
        scan = self._scans[number]
        around = Surroundings(
            image=scan.image,
            now=self._now,
            env=self._beside.env,
            vex=self.vex,
            compared=self._compared(number),
            uses=self._uses,
        )
        listed = scan.findings if isinstance(scan, Scan) else ()
        return Judgement(policy, tuple(map(self._beside.facts.known, listed)), around)

    def _compared(self, number: int) -> Compared | None:
        if self._effective[number].policy.baseline is None or number >= len(self._beside.compared):
            return None
        return self._beside.compared[number]

    def _rules(self, number: int, cleared: frozenset[int] = frozenset()) -> tuple[RuleVerdict, ...]:
        """Judge an image's rules, as if some of its findings were not there."""
        chosen, judged = self._effective[number], self._judgements[number]
        rules = judged.without(cleared)
        if chosen.is_loosened and chosen.policy.relaxations.never is not None:
            if number not in self._strict:
                self._strict[number] = self._judgement(number, chosen.strict)
            rules = (*rules, never_rule(judged, self._strict[number], cleared))
        return (scan_rule(chosen.policy, RuleOutcome.PASS, "the scan is complete"), *rules)

    def _image(self, number: int) -> ImageVerdict:
        """Return the image with its scan's facts and, until something is decided, no verdict."""
        scan, chosen, compared = self._scans[number], self._effective[number], self._compared(number)
        identity = {name: getattr(scan.image, name) for name in Image.__struct_fields__}
        facts = scan if isinstance(scan, Scan) else None
        return ImageVerdict(
            **identity,
            kind=scan.kind if isinstance(scan, Scan) else Kind.UNKNOWN,
            scan=ScanFacts(**{name: getattr(facts, name) for name in ScanFacts.__struct_fields__}) if facts else None,
            mode=chosen.policy.mode,
            limits=chosen.policy.max,
            overrides=chosen.overrides,
            baseline=compared.used if compared else None,
            declared_counts=facts.declared if facts else None,
            counts=None,
            rules=(),
            findings=(),
            verdict=Outcome.NO_VERDICT,
            exit_code=int(Exit.NO_VERDICT),
            reason="",
            hint="",
        )

    def _upgraded(self, number: int, image: ImageVerdict) -> ImageVerdict:
        """Return the image as it would be judged without the violating findings that upgrades clear."""
        if not (violated := violating(image)):
            return image
        cleared = frozenset(index for index in violated if is_clearable(image.findings[index]))
        again = {rule.name: rule for rule in self._rules(number, cleared)}
        rules = tuple(again.get(rule.name, rule) for rule in image.rules)
        return msgspec.structs.replace(image, rules=rules, **decided(rules))


def _unused_rule(policy: Policy, useless: tuple[str, ...], *, is_known: bool) -> RuleVerdict:
    """Judge `relaxations.unused: fail`: one rule for every image that was judged, by the mode that the image has."""
    outcome, why = RuleOutcome.PASS, "every relaxation in force was of use"
    if not is_known:
        outcome, why = RuleOutcome.SKIPPED, "an image was not judged, where each of them may be of use"
    elif useless:
        outcome = RuleOutcome.WARN if action_of(policy) == "warn" else RuleOutcome.FAIL
        more = f"; and {len(useless) - 5} more" if len(useless) > 5 else ""
        why = f"{len(useless)} unused: {'; '.join(useless[:5])}{more}"
    return RuleVerdict(
        name=_UNUSED_RULE,
        action=action_of(policy),
        outcome=outcome,
        count=len(useless),
        max=0,
        why=why,
        findings=(),
    )
