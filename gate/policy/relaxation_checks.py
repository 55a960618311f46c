"""Finds relaxations without what they must have: words, dates in order, a scope that says what is accepted."""

import re

from gate.policy.clauses import RATED, Grace, Ignore, Relaxation
from gate.policy.document import Relaxations
from gate.policy.nodes import quoted
from gate.policy.places import Place, listed

_SEVERAL = re.compile(r"[\s,;|]")
_CLASS = re.compile(r"\[[^\]]*\]")
_SCOPES = ("id", "package", "path")
_NARROWING = ("version", "package_type")
_DAY = 86_400


def matches_all(pattern: str) -> bool:
    """Tell whether a pattern names nothing: no letter or digit is left beside its wildcards."""
    return not any(character.isalnum() for character in _CLASS.sub("", pattern))


def check_scope(place: Place) -> None:
    """Check what an `ignore` entry names: something, and not everything."""
    named = [key for key in _SCOPES if place.node.has(key)]
    if not named:
        place.fault("", "names nothing; expected `id`, `package`, or both")
    for key in (*named, *(key for key in _NARROWING if place.node.has(key))):
        place.check_patterns(key)
    check_ids(place)
    if named and all(any(matches_all(name) for _, name in place.names(key)) for key in named):
        place.fault(named[0], "matches every finding; expected an entry that says what it accepts")


def check_ids(place: Place) -> None:
    """Check that each id is one id."""
    for index, name in place.names("id"):
        if _SEVERAL.search(name.strip()):
            text = f"{quoted(name)} is the id of nothing; expected one id, or a list such as [one, two]"
            place.fault("id", text, index)


def check_required(place: Place, demands: Relaxations) -> list[str]:
    """Check that a relaxation has the words that `relaxations.require` asks for; return those that it lacks."""
    missing: list[str] = [key for key in dict.fromkeys(demands.require) if not place.node.has(key)]
    if missing:
        place.fault("", f"lacks {listed(missing)}, which `relaxations.require` asks of every relaxation")
    return missing


def check_dates(place: Place, entry: Relaxation) -> None:
    """Check that a relaxation ends after it begins, and by a date where nothing else can end it."""
    until = entry.until
    if until is None:
        return
    if entry.since is not None and until.day is not None and until.day < entry.since:
        place.fault("until", f"ends on {until.day}, before it begins on {entry.since}; expected a later day")
    if until.fixed and not isinstance(entry, Ignore):
        place.fault("until", "`fixed` means something in `ignore` entries only; expected a date")


def check_length(place: Place, entry: Relaxation, most: int, missing: list[str]) -> None:
    """Check that a relaxation lasts no longer than `relaxations.max_days`."""
    absent = [key for key in ("since", "until") if key not in missing and not place.node.has(key)]
    if absent:
        place.fault("", f"lacks {listed(absent)}, which `relaxations.max_days` needs")
    if entry.until is None:
        return
    if entry.until.day is None:
        place.fault("until", f"has no last day; expected one, since `relaxations.max_days` is {most}")
    elif entry.since is not None and (entry.until.day - entry.since).days > most:
        days = (entry.until.day - entry.since).days
        place.fault("until", f"is {days} days after `since`; expected at most {most} (`relaxations.max_days`)")


def check_grace(place: Place, grace: Grace, most: int | None) -> None:
    """Check that grace gives a time, and no longer one than `relaxations.max_days`."""
    times = {name: time for name in RATED if (time := getattr(grace, name)) is not None}
    if not times and place.is_sound:
        place.fault("", "gives no time; expected a severity with a duration, such as `high: 7d`")
    for name, time in times.items():
        if most is not None and time.seconds > most * _DAY:
            place.fault(name, f"got {time.plain}; expected at most {most}d (`relaxations.max_days`)")
