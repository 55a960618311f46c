"""In which direction each key of a policy is stricter: what `extends`, `lock` and `overrides` are judged by."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from math import inf
from typing import Any

from msgspec import UNSET, Struct
from msgspec.structs import fields, replace

from gate.policy.clauses import RATED, AcceptUnsupported, Baseline, Budget, Grace, Limit
from gate.policy.conditions import When
from gate.policy.rule_order import added_rules, are_looser_rules, strictest_rules
from gate.policy.scalars import Duration

Looser = Callable[[Any, Any], bool]
Join = Callable[[Any, Any], Any]


class Direction(Struct, frozen=True, kw_only=True):
    """How the values of one key compare."""

    stricter: str
    """Which value is the stricter one, in words, for messages and the documentation."""
    looser: Looser
    """Tells whether the first value allows something that the second does not."""
    joined: Join | None = None
    """Returns a value that allows nothing that either of the two forbids; None for keys that no override sets."""
    added: Join | None = None
    """Adds a child's (or an override's) value to the one that it would otherwise take the place of."""


def _never(_own: Any, _other: Any) -> bool:  # noqa: ANN401 - the values of any key
    return False


def _ordered(*strictest_first: str) -> Direction:
    rank = {word: index for index, word in enumerate(strictest_first)}
    return Direction(
        stricter=" before ".join(f"`{word}`" for word in strictest_first),
        looser=lambda one, other: rank[one] > rank[other],
        joined=lambda one, other: min(one, other, key=rank.__getitem__),
    )


def _number(value: Any, absent: float) -> float:  # noqa: ANN401 - a number, a duration, or nothing
    return absent if value is None else float(getattr(value, "seconds", value))


def _lower(absent: float, words: str) -> Direction:
    return Direction(
        stricter=words,
        looser=lambda one, other: _number(one, absent) > _number(other, absent),
        joined=lambda one, other: one if _number(one, absent) <= _number(other, absent) else other,
    )


_LONGER = Direction(stricter="longer", looser=lambda one, other: one.seconds < other.seconds)


def _parts(limit: Limit) -> tuple[float, float, float]:
    """Return how many fixable, unfixable and doubtful findings a limit allows, each taken alone."""
    if not isinstance(limit, Budget):
        number = _count(limit)
        return number, number, number
    unknown = limit.fixable if limit.unknown is UNSET else limit.unknown
    return _count(limit.fixable), _count(limit.unfixable), _count(unknown)


def _count(limit: int | str) -> float:
    return float(limit) if isinstance(limit, int) else inf


def is_looser_limit(one: Limit, other: Limit) -> bool:
    """Tell whether a limit allows findings that another does not."""
    if isinstance(one, Budget) and not isinstance(other, Budget):
        allowed = sum(_parts(one)[: 2 if one.unknown is UNSET else 3])
        return allowed > _count(other)
    # NOTE: findings whose fix is not known share the fixable budget where they have none of their own.
    shared = (
        isinstance(other, Budget) and other.unknown is UNSET and isinstance(one, Budget) and one.unknown is not UNSET
    )
    if shared and sum(_parts(one)[::2]) > _parts(other)[0]:
        return True
    return any(more > less for more, less in zip(_parts(one), _parts(other), strict=True))


def joined_limits(one: Limit, other: Limit) -> Limit:
    """Return a limit that allows nothing that either of two forbids."""
    if not is_looser_limit(one, other):
        return one
    if not is_looser_limit(other, one):
        return other
    fixable, unfixable, unknown = (min(pair) for pair in zip(_parts(one), _parts(other), strict=True))
    totals = [_count(limit) for limit in (one, other) if not isinstance(limit, Budget)]
    room = min(totals, default=inf)
    # NOTE: a total is kept to by giving each part only what those before it left.
    unfixable = min(unfixable, room - fixable) if room < inf else unfixable
    has_own = any(isinstance(limit, Budget) and limit.unknown is not UNSET for limit in (one, other))
    if not has_own:
        return Budget(fixable=_whole(fixable), unfixable=_whole(unfixable))
    lacks_own = any(isinstance(limit, Budget) and limit.unknown is UNSET for limit in (one, other))
    left = min(room - fixable - unfixable if room < inf else inf, 0 if lacks_own else inf)
    return Budget(fixable=_whole(fixable), unfixable=_whole(unfixable), unknown=_whole(min(unknown, max(left, 0))))


def _whole(number: float) -> Any:  # noqa: ANN401 - a number or the word, as Budget takes them
    return "unlimited" if number == inf else int(number)


def _is_looser_missing(one: Any, other: Any) -> bool:  # noqa: ANN401 - a word or a score
    if one in {other, "fail"}:
        return False
    return not (isinstance(one, float) and isinstance(other, float) and one >= other)


def _is_looser_grace(one: Grace | None, other: Grace | None) -> bool:
    if one is None or not any(_number(getattr(one, name), 0) for name in RATED):
        return False
    if other is None or one.begins != other.begins or _ends(one) > _ends(other) or _begins(one) < _begins(other):
        return True
    return any(_number(getattr(one, name), 0) > _number(getattr(other, name), 0) for name in RATED)


def _joined_grace(one: Grace, other: Grace) -> Grace:
    """Return the shorter time of each severity, on days of both; none where they do not count from the same time."""
    same = one.begins == other.begins
    times = {name: _shorter(getattr(one, name), getattr(other, name)) if same else None for name in RATED}
    since = max(one, other, key=_begins).since
    return replace(one, **times, since=since, until=min(one, other, key=_ends).until)


def _begins(grace: Grace) -> date:
    return grace.since or date.min


def _ends(grace: Grace) -> date:
    return grace.until.day if grace.until is not None and grace.until.day is not None else date.max


def _shorter(one: Duration | None, other: Duration | None) -> Duration | None:
    return None if one is None or other is None else min(one, other, key=lambda time: time.seconds)


def _is_looser_baseline(one: Baseline | None, other: Baseline | None) -> bool:
    if one is None:
        return False
    if other is None or one.image != other.image or (one.until, one.since) != (other.until, other.since):
        return True
    return (one.judge == "new" and other.judge == "worse") or (one.missing == "all" and other.missing != "all")


def _joined_never(one: When | None, other: When | None) -> When | None:
    if one is None or other is None:
        return one or other
    return one if one == other else When(any=(one, other))


def _is_looser_acceptance(one: Any, other: Any) -> bool:  # noqa: ANN401 - the word `fail`, or an acceptance
    return isinstance(one, AcceptUnsupported) and one != other


def _both(one: tuple[Any, ...], other: tuple[Any, ...]) -> tuple[Any, ...]:
    return *one, *other


def _plus(one: Any, other: Any) -> Any:  # noqa: ANN401 - tuples of any kind
    return tuple(dict.fromkeys((*(one or ()), *(other or ()))))


_FREE = Direction(stricter="neither", looser=_never)
_FIXED = Direction(stricter="the same only", looser=lambda one, other: one != other)
_LIMIT = Direction(stricter="lower", looser=is_looser_limit, joined=joined_limits)
_SHORTER = _lower(inf, "shorter")
_ADDED = Direction(stricter="more", looser=_never, added=_plus)
_ALL_OF = Direction(
    stricter="all that the parent has, or more",
    looser=lambda one, other: bool(set(other or ()) - set(one or ())),
    joined=_plus,
)

DIRECTIONS: Mapping[str, Direction] = {
    "version": _FREE,
    "required_version": Direction(stricter="both must hold", looser=_never),
    "name": _FREE,
    "extends": _FREE,
    "lock": _ADDED,
    "mode": _ordered("enforce", "warn"),
    **{f"max.{name}": _LIMIT for name in (*RATED, "unknown")},
    "count_by": _ordered("finding", "vulnerability"),
    "cvss_floor": _lower(inf, "lower"),
    "cvss.from": _FIXED,
    "cvss.missing": Direction(stricter="`fail`, or a higher score", looser=_is_looser_missing),
    "grace": Direction(stricter="shorter, or none", looser=_is_looser_grace, joined=_joined_grace),
    "baseline": Direction(stricter="none, or the same and stricter", looser=_is_looser_baseline),
    "rules": Direction(
        stricter="more rules, or lower", looser=are_looser_rules, joined=strictest_rules, added=added_rules
    ),
    "ignore": Direction(stricter="entries may be added", looser=_never, added=_both),
    "vex": Direction(stricter="the same only, or none", looser=lambda one, other: one not in {None, other}),
    "relaxations.require": _ALL_OF,
    "relaxations.max_days": _lower(inf, "lower"),
    "relaxations.never": Direction(stricter="more", looser=_never, added=_joined_never),
    "relaxations.unused": _ordered("fail", "warn", "allow"),
    "relaxations.expiring": _LONGER,
    "scan.wait": _FREE,
    "scan.settle": _LONGER,
    "scan.kind": _ordered("enhanced", "basic", "any"),
    "scan.max_age": _SHORTER,
    "scan.max_data_age": _SHORTER,
    "scan.tag_moved": _ordered("no_verdict", "warn"),
    "scan.unsupported": Direction(
        stricter="`fail`",
        looser=_is_looser_acceptance,
        joined=lambda one, other: one if one == other else "fail",
    ),
    "scan.inspector_suppressed": _ordered("count", "trust"),
    "scan.platforms": _ALL_OF,
    "facts.kev_max_age": _SHORTER,
    "facts.epss_max_age": _SHORTER,
    # NOTE: a change may raise a severity as well as lower it, so that fewer are not stricter.
    "severity.adjust": _FIXED,
    "overrides": Direction(
        stricter="more, none looser than the parent's values",
        looser=_never,
        added=_both,
    ),
    "tests": _FREE,
}
"""Every key that has a value of its own, by its path."""
OWN = frozenset({"version", "required_version", "name", "extends", "tests"})
"""What every file says for itself."""


def value_at(part: Any, path: str) -> Any:  # noqa: ANN401 - any key's value
    """Return the value at a path of keys as the file writes them; None where a part on the way is absent."""
    for key in path.split("."):
        if part is None:
            return None
        part = getattr(part, name_of(type(part), key))
    return part


def name_of(kind: type[Struct], key: str) -> str:
    """Return the attribute that holds a key of the file."""
    return _names(kind)[key]


@cache
def _names(kind: type[Struct]) -> dict[str, str]:
    return {field.encode_name: field.name for field in fields(kind)}


def changes(change: Struct | None, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield what a part of an override sets: each path of DIRECTIONS with its value."""
    for field in fields(change) if change is not None else ():
        value, below = getattr(change, field.name), f"{path}.{field.encode_name}" if path else field.encode_name
        if value is None:
            continue
        if below in DIRECTIONS:
            yield below, value
        elif isinstance(value, Struct):
            yield from changes(value, below)
