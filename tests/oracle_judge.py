"""A second judge, slow and plain, written from the policy page alone: what the real one is held against."""

from datetime import datetime

from msgspec import Struct

from gate.model import Scan
from gate.policy.clauses import Rule
from gate.policy.document import Policy
from gate.policy.verdict import Sight
from tests.oracle_conditions import Known, Seen, judged_score, tightening
from tests.oracle_limits import limits
from tests.oracle_overrides import actions, effective
from tests.oracle_stages import Ended, Place, ends

NEVER = "relaxations.never"
LEFT_ALONE = {"closed", "suppressed", "ignored"}
"""Where findings end that no rule looks at."""


class Ruled(Struct, frozen=True, kw_only=True):
    """How a rule or limit came out; `keys` are the findings that it counts when it is violated."""

    outcome: str
    count: int
    unknown: int
    keys: frozenset[str]


class Judged(Struct, frozen=True, kw_only=True):
    """What an image comes to."""

    verdict: str
    dispositions: dict[str, str]
    severities: dict[str, str]
    scores: dict[str, float | None]
    rules: dict[str, Ruled]


def judge(
    rules: Policy,
    scan: Scan,
    now: datetime,
    *,
    env: str | None = None,
    sights: dict[str, Sight] | None = None,
) -> Judged:
    """Judge one complete scan."""
    place = Place(image=scan.image, env=env)
    own = effective(rules, place, now)
    seen = Seen(now=now, sources=rules.cvss.sources, sights=sights or {})
    ended = ends(own.rules, scan.findings, place, seen)
    ruled = _ruled(own.rules, ended, seen)
    if own.loosened and rules.relaxations.never is not None:
        strictly = [one for one in ends(own.tight, scan.findings, place, seen) if one.covered]
        ruled[NEVER] = _beyond_relaxing(_ruled(own.tight, strictly, seen))
    return Judged(
        verdict=_worst([one.outcome for one in ruled.values()]),
        dispositions={one.found.key: one.disposition for one in ended},
        severities={one.found.key: one.found.severity.value for one in ended},
        scores={one.found.key: _score(one, rules) for one in ended},
        rules=ruled,
    )


def _ruled(rules: Policy, ended: list[Ended], seen: Seen) -> dict[str, Ruled]:
    ruled = {}
    counted = [one.found for one in ended if one.disposition == "counted"]
    for name, limit in limits(rules, counted).items():
        outcome = _weakened("fail" if limit.broken else "pass", rules)
        keys = limit.keys if limit.broken else frozenset[str]()
        ruled[name] = Ruled(outcome=outcome, count=limit.number, unknown=0, keys=keys)
    for rule in rules.rules:
        ruled[rule.name] = _rule(rule, rules, ended, seen)
    return ruled


def _rule(rule: Rule, rules: Policy, ended: list[Ended], seen: Seen) -> Ruled:
    answers: dict[str, Known] = {}
    for one in ended:
        if one.disposition not in {*LEFT_ALONE, *rule.spare}:
            answers[one.found.key] = tightening(rule.when, one.found, seen)
    known = [key for key, answer in answers.items() if answer is True]
    unknown = [key for key, answer in answers.items() if answer is None]
    outcomes = ["pass"]
    if_known, if_unknown = actions(rule)
    if len(known) > rule.max:
        outcomes.append(if_known)
    if unknown and len(known) + len(unknown) > rule.max:
        outcomes.append(if_unknown)
    outcome = _worst(outcomes)
    if rule.enforce_from is not None and seen.now.date() < rule.enforce_from and outcome == "fail":
        outcome = "warn"
    return Ruled(
        outcome=_weakened(outcome, rules),
        count=len(known) + len(unknown),
        unknown=len(unknown),
        keys=frozenset(known + unknown) if outcome != "pass" else frozenset(),
    )


def _score(one: Ended, rules: Policy) -> float | None:
    judged = judged_score(one.found, rules.cvss.sources)
    return judged.score if judged is not None else None


def _beyond_relaxing(ruled: dict[str, Ruled]) -> Ruled:
    """Return what findings that nothing may relax come to without what relaxes."""
    keys = frozenset(key for one in ruled.values() for key in one.keys)
    return Ruled(outcome=_worst([one.outcome for one in ruled.values()]), count=len(keys), unknown=0, keys=keys)


def _worst(outcomes: list[str]) -> str:
    return max(outcomes, key=["pass", "warn", "fail"].index, default="pass")


def _weakened(outcome: str, rules: Policy) -> str:
    return "warn" if outcome == "fail" and rules.mode == "warn" else outcome
