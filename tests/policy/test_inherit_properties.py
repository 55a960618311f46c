"""No policy that extends another is looser than it: whatever the parent fails, an accepted child fails."""

import json
from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import given, settings
from msgspec import Struct
from msgspec.structs import replace

from gate.model import Finding, Fix, Kev, Severity
from gate.policy.document import Policy
from gate.policy.inherit import inherited
from gate.policy.loader import Loaded, loads
from gate.policy.nodes import Faults
from gate.policy.verdict import Outcome, Sight
from gate.policy.walker import walk
from gate.policy.yaml_tree import mapping_of
from tests.builders import NOW, finding, judge, scan
from tests.policy.written import compared, sight
from tests.strategies import seeded

Keys = dict[str, Any]
NUMBERS = (0, 0, 1, 2, "unlimited")
WHENS = ({"kev": True}, {"kev": True}, {"fix": "none"}, {"severity": "critical"})
TIMES = ("0s", "1d", "7d", "30d")


class World(Struct, frozen=True, kw_only=True):
    """A parent, an accepted child as it is with what it inherits, and what both judge."""

    parent: Policy
    child: Policy
    findings: tuple[Finding, ...]
    sights: dict[str, Sight]
    env: str | None


def limit(source: Random) -> Any:
    if source.random() < 0.5:
        return source.choice(NUMBERS)
    budget = {"fixable": source.choice(NUMBERS), "unfixable": source.choice(NUMBERS)}
    return budget | ({"unknown": source.choice(NUMBERS)} if source.random() < 0.4 else {})


def rule(source: Random, name: str) -> Keys:
    drawn: Keys = {"name": name, "when": source.choice(WHENS), "max": source.choice((1, 1, 2, 3))}
    if source.random() < 0.3:
        drawn["if_unknown"] = source.choice(("warn", "fail"))
    if source.random() < 0.3:
        drawn["spare"] = source.sample(("grace", "baseline"), source.randint(1, 2))
    if source.random() < 0.4:
        drawn["enforce_from"] = source.choice(("2026-11-01", "2027-01-01"))
    elif source.random() < 0.3:
        drawn["action"] = "warn"
    return drawn


def grace(source: Random) -> Keys:
    drawn: Keys = {name: source.choice(TIMES) for name in source.sample(("high", "high", "critical", "low"), 2)}
    if source.random() < 0.3:
        drawn["from"] = source.choice(("published", "first_seen"))
    if source.random() < 0.3:
        drawn["until"] = source.choice(("2026-11-25", "2026-12-31"))
    if source.random() < 0.2:
        drawn["since"] = source.choice(("2026-11-01", "2026-11-24"))
    return drawn


def changes(source: Random, most: int) -> Keys:
    """Draw what a policy or an override may say of limits, floors, rules, mode and grace."""
    made: Keys = {
        "mode": lambda: source.choice(("enforce", "enforce", "enforce", "warn")),
        "max": lambda: {name: limit(source) for name in source.sample(("high", "high", "high", "critical"), 2)},
        "cvss_floor": lambda: source.choice((7, 9, 10)),
        "grace": lambda: grace(source),
        "rules": lambda: [rule(source, name) for name in source.sample(("r", "s"), source.randint(1, 2))],
    }
    keys = source.sample((*sorted(made), "max"), source.randint(1, most))
    return {key: made[key]() for key in dict.fromkeys(keys)}


def written(source: Random, most: int) -> Keys:
    overrides = [
        {"for": source.choice(({"env": "prod"}, {"repository": "team/*"})), "reason": "r", **changes(source, 2)}
        for _ in range(source.choice((0, 0, 1, 2)))
    ]
    return {"version": 1, **changes(source, most), **({"overrides": overrides} if overrides else {})}


def accepted(source: Random, parent: Loaded) -> Policy:
    """Draw a child until one is accepted."""
    while True:
        faults = Faults()
        tree = mapping_of(json.dumps(written(source, 2)).encode(), faults)
        assert tree is not None
        child = inherited(parent, walk(tree, faults).policy, tree, faults)
        if not faults.count:
            return child


def found(source: Random, number: int) -> Finding:
    return finding(
        f"CVE-2026-{number}",
        source.choice((Severity.CRITICAL, Severity.HIGH, Severity.HIGH, Severity.HIGH, Severity.LOW)),
        fix=source.choice(tuple(Fix)),
        kev=source.choice((None, Kev(listed=True), Kev(listed=False))),
        published=source.choice((None, NOW - timedelta(days=source.choice((0, 3, 20))))),
    )


def world(source: Random) -> World:
    base = {"baseline": {"image": "prod", "judge": source.choice(("new", "worse"))}, **written(source, 4)}
    base["max"] = {"informational": 0, **base.get("max", {})}
    parent = loads(json.dumps(base).encode(), file="base.yaml")
    listed = tuple(found(source, number) for number in range(source.randint(1, 6)))
    return World(
        parent=parent.policy,
        child=accepted(source, parent),
        findings=listed,
        sights={
            one.key: sight(one.severity, fix=one.fix, kev=None if one.kev is None else one.kev.listed, first_seen=NOW)
            for one in listed
            if source.random() < 0.3
        },
        env=source.choice((None, "prod")),
    )


@given(seeded(world))
@settings(derandomize=True, deadline=None, max_examples=200)
def test_what_a_parent_fails_every_accepted_child_fails(drawn: World) -> None:
    seen = scan(*drawn.findings)
    for days in (0, 5, 60):
        above, below = (
            judge(
                replace(rules, ignore=()),
                seen,
                now=NOW + timedelta(days=days),
                env=drawn.env,
                compared=(compared(drawn.sights),),
            ).verdict
            for rules in (drawn.parent, drawn.child)
        )
        assert above is not Outcome.FAIL or below is Outcome.FAIL
