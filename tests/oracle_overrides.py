"""A second reading of `overrides`, slow and plain, written from the policy page: the policy as it is for one image."""

from collections.abc import Callable
from datetime import date, datetime
from functools import reduce
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gate.policy.clauses import RATED, Action, Grace, Override, Rule
from gate.policy.document import Policy
from gate.policy.scalars import Until
from tests.oracle_limits import is_looser
from tests.oracle_stages import Place, is_in_force, selects


class Effective(Struct, frozen=True, kw_only=True):
    """The policy for an image, and the same with those overrides only that loosen nothing."""

    rules: Policy
    tight: Policy
    loosened: bool


def effective(rules: Policy, place: Place, now: datetime) -> Effective:
    """Return the policy that an image is judged by."""
    loose, doubtful, tight = [], [], []
    for entry in rules.overrides:
        if not is_in_force(entry, now.date()) or selects(entry.for_, place, every_tag=False) is False:
            continue
        is_certain = selects(entry.for_, place, every_tag=True) is True
        for key, value in _settings(entry):
            if not _is_looser(key, value, _own(rules, key)):
                tight.append((key, value))
            elif is_certain:
                loose.append((key, value))
            else:
                doubtful.append((key, value))
    # NOTE: unknown tightens: what may be for the image counts where it may be stricter than what is.
    loosened = {key for key, _ in loose}
    capping = [(key, value) for key, value in doubtful if key in loosened]
    return Effective(rules=_set(rules, tight + loose + capping), tight=_set(rules, tight), loosened=bool(loose))


def _settings(entry: Override) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = [
        (key, getattr(entry, key)) for key in ("mode", "cvss_floor", "grace") if getattr(entry, key) is not None
    ]
    found += [(f"rules.{rule.name}", rule) for rule in entry.rules or ()]
    for name in (*RATED, "unknown"):
        if entry.max is not None and getattr(entry.max, name) is not None:
            found.append((f"max.{name}", getattr(entry.max, name)))
    if entry.scan is not None and entry.scan.inspector_suppressed is not None:
        found.append(("suppressed", entry.scan.inspector_suppressed))
    return found


def _own(rules: Policy, key: str) -> Any:
    if key.startswith("max."):
        return getattr(rules.max, key[4:])
    if key.startswith("rules."):
        return next((rule for rule in rules.rules if rule.name == key[6:]), None)
    return rules.scan.inspector_suppressed if key == "suppressed" else getattr(rules, key)


def _set(rules: Policy, settings: list[tuple[str, Any]]) -> Policy:
    for key in sorted({key for key, _ in settings}):
        values = [value for name, value in settings if name == key]
        value = reduce(_both_graces if key == "grace" else _stricter(key), values)
        if key.startswith("rules."):
            rules = replace(rules, rules=(*(rule for rule in rules.rules if rule.name != value.name), value))
        elif key.startswith("max."):
            rules = replace(rules, max=replace(rules.max, **{key[4:]: value}))
        elif key == "suppressed":
            rules = replace(rules, scan=replace(rules.scan, inspector_suppressed=value))
        else:
            rules = replace(rules, **{key: value})
    return rules


def _stricter(key: str) -> Callable[[Any, Any], Any]:
    return lambda one, other: other if _is_looser(key, one, other) else one


def _is_looser(key: str, one: Any, other: Any) -> bool:
    return _COMPARED[key.split(".", maxsplit=1)[0]](one, other)


def is_looser_rule(one: Rule, other: Rule) -> bool:
    """Tell whether a rule lets something pass, or may, that another of the same name does not."""
    if one.when != other.when or one.max > other.max or set(one.spare) - set(other.spare):
        return True
    return any(later > before for later, before in zip(_fails_from(one), _fails_from(other), strict=True))


def _fails_from(rule: Rule) -> list[date]:
    """Return the days from which findings that match fail, and those that may match; the last day of all for never."""
    first = rule.enforce_from or date.min
    return [first if action == "fail" else date.max for action in actions(rule)]


def actions(rule: Rule) -> tuple[Action, Action]:
    """Return what findings that match do in the end, and those that may: a rule with a day of its own fails then."""
    action: Action = "fail" if rule.enforce_from is not None else rule.action
    return action, rule.if_unknown or action


def _is_looser_grace(one: Grace, other: Grace | None) -> bool:
    times = [(_time(one, name), _time(other, name)) for name in RATED]
    if all(time == 0 for time, _ in times):
        return False
    if other is None or one.begins != other.begins or any(time > before for time, before in times):
        return True
    if other.since is not None and (one.since is None or one.since < other.since):
        return True
    ends = [grace.until.day if grace.until else None for grace in (one, other)]
    return ends[1] is not None and (ends[0] is None or ends[0] > ends[1])


def _time(grace: Grace | None, name: str) -> int:
    time = getattr(grace, name) if grace is not None else None
    return 0 if time is None else time.seconds


def _both_graces(one: Grace, other: Grace) -> Grace:
    """Return the time that both of two give; they begin to count at the same moment."""
    times = {}
    for name in RATED:
        given = [getattr(grace, name) for grace in (one, other)]
        times[name] = None if None in given else min(given, key=lambda time: time.seconds)
    days = [grace.until.day for grace in (one, other) if grace.until is not None and grace.until.day is not None]
    begun = [grace.since for grace in (one, other) if grace.since is not None]
    until = Until(min(days), fixed=False) if days else None
    return replace(one, **times, until=until, since=max(begun, default=None))


_COMPARED: dict[str, Callable[[Any, Any], bool]] = {
    "mode": lambda one, other: (one, other) == ("warn", "enforce"),
    "cvss_floor": lambda one, other: one > (11.0 if other is None else other),
    "grace": _is_looser_grace,
    "rules": lambda one, other: other is not None and is_looser_rule(one, other),
    "suppressed": lambda one, other: (one, other) == ("trust", "count"),
    "max": is_looser,
}
"""Whether a value of a key is looser than another."""
