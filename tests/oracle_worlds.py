"""Whole worlds to judge (a policy, a scan, what stands beside them), and how two judgements of one differ."""

from collections.abc import Sequence
from datetime import datetime
from random import Random
from typing import Any

from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from gate.model import Scan
from gate.policy.baseline import Compared
from gate.policy.clauses import MaxChange, Override, Rule, ScanChange, Selectors, SeverityChanges
from gate.policy.conditions import when_of
from gate.policy.document import CvssChoice, Policy, Relaxations, ScanDemands
from gate.policy.evaluate import Beside, evaluate
from gate.policy.scalars import Until
from gate.policy.verdict import BaselineUsed, ImageVerdict, RuleOutcome, Sight, Verdict
from tests import oracle_judge
from tests.builders import NOW, used
from tests.strategies import seeded
from tests.strategies_language import (
    CHAIN,
    DAYS,
    KEYS,
    made_adjust,
    made_baseline,
    made_grace,
    made_ignore,
    made_limit,
    made_max,
    made_rule,
    made_scan,
    made_selectors,
    made_sights,
    made_when,
)

MIDNIGHT = NOW.replace(hour=0)
"""A time at which days begin and end."""


class World(Struct, frozen=True, kw_only=True):
    """Everything that a judgement is made from; `sights` is None without a baseline."""

    rules: Policy
    seen: Scan
    now: datetime = NOW
    env: str | None = None
    sights: dict[str, Sight] | None = None

    def compared(self) -> Compared | None:
        """Return the baseline."""
        return None if self.sights is None else Compared(used=BaselineUsed(target="prod"), sights=self.sights)

    def judge(self) -> Verdict:
        """Return what the gate says."""
        beside = Beside(env=self.env, compared=(self.compared(),))
        return evaluate(used(self.rules), (self.seen,), self.now, beside)

    def image(self) -> ImageVerdict:
        """Return what the gate says of the image."""
        [image] = self.judge().images
        return image

    def expected(self) -> oracle_judge.Judged:
        """Return what the page says."""
        return oracle_judge.judge(self.rules, self.seen, self.now, env=self.env, sights=self.sights)


def worlds(keys: Sequence[str] = KEYS, **fixed: Any) -> st.SearchStrategy[World]:
    """Draw worlds whose policy uses any part of the language and these conditions; some of its keys may be fixed."""
    return seeded(lambda source: _world(source, replace(made_policy(source, keys), **fixed)))


def crowds() -> st.SearchStrategy[World]:
    """Draw worlds with many findings, and a rule for each condition, alone or negated."""

    def made(source: Random) -> World:
        rules = []
        for key in KEYS:
            rule = made_rule(source, key, (key,), depth=1)
            rules.append(rule if source.random() < 0.7 else replace(rule, when=when_of(not_=rule.when)))
        return _world(source, replace(made_policy(source, overridden=False), rules=tuple(rules)), most=14)

    return seeded(made)


def overridden(**fixed: Any) -> st.SearchStrategy[World]:
    """Draw worlds with three overrides that are for most images."""

    def made(source: Random) -> World:
        begins, rules = source.choice(("published", "first_seen")), made_policy(source, overridden=False)
        if begins == "published":
            rules = replace(rules, baseline=None, ignore=(), relaxations=Relaxations(unused="allow"))
        changes = []
        for number in range(3):
            broad = source.choice(({"repository": "team/*"}, {"source": "ecr"}, {"tag": "v*"}, {"platform": "linux/*"}))
            change = replace(_override(source, begins, number, rules.rules, KEYS), for_=Selectors(**broad))
            changes.append(replace(change, grace=made_grace(source, begins)) if source.random() < 0.8 else change)
        return _world(source, replace(rules, overrides=tuple(changes), **fixed))

    return seeded(made)


def rated(**fixed: Any) -> st.SearchStrategy[World]:
    """Draw worlds in which severities are changed, and nearly everything is accepted but for its severity."""

    def made(source: Random) -> World:
        rules = made_policy(source)
        broad = {"since": None, "until": None}
        changes = [replace(made_adjust(source, ("severity", "id")), **broad) for _ in range(2)]
        entries = [
            replace(
                made_ignore(source),
                **broad | dict.fromkeys(("package", "version", "package_type", "path")),
                id="[cg]*",
                unless=made_when(source, ("severity", "kev"), 1),
                for_=source.choice((None, None, Selectors(tag="v1"))),
            )
            for _ in range(2)
        ]
        never = source.choice((None, made_when(source, ("severity", "kev"), 1)))
        relaxations = replace(rules.relaxations, never=never)
        severity = SeverityChanges(adjust=tuple(changes))
        rules = replace(rules, severity=severity, ignore=tuple(entries), relaxations=relaxations, **fixed)
        return _world(source, rules)

    return seeded(made)


def any_world() -> st.SearchStrategy[World]:
    """Draw a world of any of these kinds."""
    return st.one_of(worlds(), crowds(), overridden(), rated())


def _world(source: Random, rules: Policy, most: int = 7) -> World:
    seen = made_scan(source, most)
    sights = made_sights(source, seen) if rules.baseline is not None and source.random() < 0.8 else None
    now, env = source.choice((NOW, NOW, MIDNIGHT)), source.choice((None, "dev", "prod"))
    return World(rules=rules, seen=seen, now=now, env=env, sights=sights)


def made_policy(source: Random, keys: Sequence[str] = KEYS, *, overridden: bool = True) -> Policy:
    """Make a policy that uses any part of the language, and only these conditions."""
    begins = source.choice(("published", "published", "first_seen"))
    rules = tuple(made_rule(source, f"rule-{number}", keys) for number in range(source.choice((0, 1, 2, 3))))
    changes = range(source.choice((0, 1, 2, 3)) if overridden else 0)
    return Policy(
        version=1,
        mode=source.choice(("enforce", "enforce", "warn")),
        max=made_max(source),
        count_by=source.choice(("finding", "vulnerability")),
        cvss_floor=source.choice((None, 0.1, 4.0, 7.0, 9.0)),
        cvss=_cvss(source),
        grace=made_grace(source, begins) if source.random() < 0.6 else None,
        baseline=made_baseline(source) if source.random() < 0.6 else None,
        rules=rules,
        ignore=tuple(made_ignore(source, keys) for _ in range(source.choice((0, 1, 2, 3)))),
        relaxations=Relaxations(
            never=made_when(source, keys, 2) if source.random() < 0.4 else None,
            unused="allow",
        ),
        scan=ScanDemands(inspector_suppressed=source.choice(("count", "trust"))),
        severity=SeverityChanges(adjust=tuple(made_adjust(source, keys) for _ in range(source.choice((0, 1, 2))))),
        overrides=tuple(_override(source, begins, number, rules, keys) for number in changes),
    )


def _cvss(source: Random) -> CvssChoice:
    return CvssChoice(
        sources=tuple(source.sample(("inspector", "vendor", "nvd"), source.randint(1, 3))),
        missing=source.choice(("severity", "fail", 0.0, 7.0)),
    )


def _override(source: Random, begins: str, number: int, rules: tuple[Rule, ...], keys: Sequence[str]) -> Override:
    names = ("critical", "high", "medium", "low", "informational", "unknown")
    end = source.choice((None, None, None, *DAYS))
    made: dict[str, Any] = {
        "mode": source.choice(("enforce", "warn")),
        "max": MaxChange(**{name: source.choice(CHAIN) for name in source.sample(names, 3)}),
        "cvss_floor": source.choice((0.1, 4.0, 7.0, 9.0)),
        "grace": made_grace(source, begins),
        # NOTE: no two overrides give rules of one name: the page does not say which of two conditions is the stricter.
        "rules": (_changed(source, number, rules, keys), made_rule(source, f"own-{number}", keys)),
        "scan": ScanChange(inspector_suppressed=source.choice(("count", "trust"))),
    }
    kept = source.sample(tuple(made), source.choice((1, 1, 2, 3)))
    return Override(
        for_=made_selectors(source),
        **{key: made[key] for key in kept},
        reason="it differs here",
        since=source.choice((None, None, None, None, *DAYS)),
        until=Until(end, fixed=False) if end else None,
    )


def _changed(source: Random, number: int, rules: tuple[Rule, ...], keys: Sequence[str]) -> Rule:
    """Return a rule in the place of one of the policy's own, where there is such a one."""
    other = made_rule(source, f"rule-{number}", keys)
    if number >= len(rules) or source.random() < 0.3:
        return other
    copied = {name: getattr(rules[number], name) for name in source.sample(Rule.__struct_fields__, 7)}
    return replace(replace(other, when=rules[number].when), **copied | {"name": other.name})


def made_clash(source: Random) -> Override:
    """Return an override that sets what others set too, in ways of which none need be the stricter."""
    condition = source.choice(({"id": "CVE-*"}, {"kev": True}))
    rules = tuple(replace(made_rule(source, name), when=when_of(**condition)) for name in ("rule-0", "other"))
    return Override(
        for_=Selectors(repository="team/*"),
        max=MaxChange(critical=made_limit(source), high=made_limit(source), unknown=made_limit(source)),
        grace=made_grace(source, source.choice(("published", "first_seen"))),
        mode=source.choice(("enforce", "warn")),
        rules=rules,
        reason="it differs here",
    )


def made_change(source: Random) -> Override:
    """Return an override of one or two keys for some images."""
    every = made_clash(source)
    limits = MaxChange(**{source.choice(("critical", "high", "unknown")): made_limit(source)})
    made: dict[str, Any] = {"max": limits, "grace": every.grace, "mode": every.mode}
    kept = source.sample(tuple(made), source.choice((1, 1, 2)))
    return Override(for_=made_selectors(source), **{key: made[key] for key in kept})


def ruled(made: ImageVerdict) -> oracle_judge.Judged:
    """Return what the gate says of an image, without its words."""
    rules = {}
    for rule in made.rules:
        unset = rule.name == "cvss_floor" and rule.outcome is RuleOutcome.SKIPPED
        if rule.name != "scan-complete" and not unset:
            # NOTE: a limit that allows any number is skipped, which is no violation.
            outcome = "pass" if rule.outcome is RuleOutcome.SKIPPED else rule.outcome.value
            keys = frozenset(made.findings[index].key for index in rule.findings)
            rules[rule.name] = oracle_judge.Ruled(outcome=outcome, count=rule.count, unknown=rule.unknown, keys=keys)
    return oracle_judge.Judged(
        verdict=made.verdict.value,
        dispositions={one.key: one.disposition.value for one in made.findings},
        severities={one.key: one.severity.value for one in made.findings},
        scores={one.key: one.cvss.score if one.cvss else None for one in made.findings},
        rules=rules,
    )


def differences(made: ImageVerdict, expected: oracle_judge.Judged) -> list[str]:
    """Return in what the gate and the page differ; nothing when they agree."""
    said = ruled(made)
    found = [
        f"{name}: the gate says {getattr(said, name)}, the page {getattr(expected, name)}"
        for name in ("verdict", "dispositions", "severities", "scores")
        if getattr(said, name) != getattr(expected, name)
    ]
    for name in sorted({*said.rules, *expected.rules}):
        seen, wanted = said.rules.get(name), expected.rules.get(name)
        found += [] if seen == wanted else [f"{name}: the gate says {seen}, the page {wanted}"]
    return found
