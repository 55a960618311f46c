"""Finds what is well written and still wrong: a policy that limits nothing, a relaxation without what it must have."""

import re
from typing import Final

from gate.policy.document import AcceptUnsupported, CvssChoice, Ignore, Policy, Relaxations, ScanDemands
from gate.policy.nodes import Faults, Mapping, Node, Scalar, Sequence, join, locate, quoted
from gate.policy.walker import Built

_SEVERAL = re.compile(r"[\s,;|]")
_CLASS = re.compile(r"\[[^\]]*\]")
_SHORTEST_SETTLE: Final = 60
_LONGEST_WAIT: Final = 86_400


def check(parts: tuple[Built, ...], faults: Faults) -> None:
    """Check every part of a policy as it was read; what is wrong goes to `faults`."""
    demands = _demands(parts)
    for part in parts:
        place = _Place(part, faults)
        match part.value:
            case Policy():
                _check_limits(place)
            case Ignore() as entry:
                _check_scope(place, part.node)
                _check_relaxation(place, entry, demands)
            case AcceptUnsupported() as accepted:
                _check_patterns(place, "repository")
                _check_relaxation(place, accepted, demands)
                if accepted.until is not None and accepted.until.fixed:
                    place.fault("until", "`fixed` means nothing where nothing was scanned; expected a date")
            case ScanDemands() as scan:
                _check_times(place, scan)
                _check_repeats(place, "platforms")
            case CvssChoice():
                _check_repeats(place, "from")
            case Relaxations():
                _check_repeats(place, "require")
            case _:
                pass


def matches_all(pattern: str) -> bool:
    """Tell whether a pattern names nothing: no letter or digit is left beside its wildcards."""
    return not any(character.isalnum() for character in _CLASS.sub("", pattern))


class _Place:
    """One part of the policy with the places of its keys, where faults are recorded."""

    def __init__(self, part: Built, faults: Faults) -> None:
        self.node = part.node
        self._path = part.path
        self._faults = faults

    def fault(self, key: str, text: str, index: int | None = None) -> None:
        """Record a fault at a key, at an entry of its list, or, for a key that is absent, at the part."""
        steps = (key,) if index is None else (key, index)
        path = join(self._path, key) if key else self._path
        self._faults.add(locate(self.node, *steps), path if index is None else f"{path}[{index}]", text)


def _demands(parts: tuple[Built, ...]) -> Relaxations:
    found = next(((part.value, part.sound) for part in parts if isinstance(part.value, Relaxations)), None)
    if found is None:
        return Relaxations()
    # NOTE: with a fault in `relaxations` nobody knows what it asks for; that fault is enough to refuse the policy.
    return found[0] if found[1] else Relaxations(require=())


def _check_limits(place: _Place) -> None:
    limits = place.node.get("max")
    keys = {key.text for key, _ in place.node.pairs}
    # NOTE: a key that is unknown may be a misspelt limit, and is a fault already.
    if "cvss_floor" in keys or keys - set(Policy.__struct_fields__):
        return
    if limits is None or (isinstance(limits, Mapping) and not limits.pairs):
        place.fault("max" if limits else "", "limits nothing; expected a number under `max`, or a `cvss_floor`")
    elif isinstance(limits, Mapping) and all(_is_unlimited(limit) for _, limit in limits.pairs):
        place.fault(
            "max",
            "limits nothing, since all that it names is unlimited; expected a number, or a `cvss_floor` "
            "(`mode: warn` reports without failing)",
        )


def _is_unlimited(limit: Node) -> bool:
    if isinstance(limit, Mapping):
        return all(_is_unlimited(below) for _, below in limit.pairs)
    return isinstance(limit, Scalar) and limit.text == "unlimited"


def _check_scope(place: _Place, entry: Mapping) -> None:
    named = [key for key in ("id", "package") if entry.has(key)]
    if not named:
        place.fault("", "names nothing; expected `id`, `package`, or both")
    for key in named:
        _check_patterns(place, key)
    for index, name in _names(entry, "id"):
        if _SEVERAL.search(name.strip()):
            text = f"{quoted(name)} is the id of nothing; expected one id, or a list such as [one, two]"
            place.fault("id", text, index)
    if named and all(any(matches_all(name) for _, name in _names(entry, key)) for key in named):
        place.fault(named[0], "matches every finding; expected an entry that says what it accepts")


def _check_patterns(place: _Place, key: str) -> None:
    for index, name in _names(place.node, key):
        if name != name.strip():
            place.fault(key, f"{quoted(name)} begins or ends with a blank, so it matches nothing; remove it", index)


def _names(entry: Mapping, key: str) -> tuple[tuple[int | None, str], ...]:
    """Return the patterns under a key as they are written, each with its place in the list, if it is one."""
    node = entry.get(key)
    if isinstance(node, Sequence):
        return tuple((index, item.text) for index, item in enumerate(node.items) if isinstance(item, Scalar))
    return ((None, node.text),) if isinstance(node, Scalar) else ()


def _check_relaxation(place: _Place, entry: Ignore | AcceptUnsupported, demands: Relaxations) -> None:
    missing: list[str] = [key for key in dict.fromkeys(demands.require) if not place.node.has(key)]
    if missing:
        place.fault("", f"lacks {_listed(missing)}, which `relaxations.require` asks of every relaxation")
    day = entry.until.day if entry.until is not None else None
    if entry.since is not None and day is not None and day < entry.since:
        place.fault("until", f"ends on {day}, before it begins on {entry.since}; expected a later day")
    if demands.max_days is not None:
        _check_length(place, entry, demands.max_days, missing)


def _check_length(place: _Place, entry: Ignore | AcceptUnsupported, most: int, missing: list[str]) -> None:
    absent = [key for key in ("since", "until") if key not in missing and not place.node.has(key)]
    if absent:
        place.fault("", f"lacks {_listed(absent)}, which `relaxations.max_days` needs")
    if entry.until is None:
        return
    if entry.until.day is None:
        place.fault("until", f"has no last day; expected one, since `relaxations.max_days` is {most}")
    elif entry.since is not None and (entry.until.day - entry.since).days > most:
        days = (entry.until.day - entry.since).days
        place.fault("until", f"is {days} days after `since`; expected at most {most} (`relaxations.max_days`)")


def _check_times(place: _Place, scan: ScanDemands) -> None:
    if scan.settle.seconds < _SHORTEST_SETTLE:
        place.fault("settle", f"got {scan.settle.plain}; expected at least 1m, since findings arrive late")
    if scan.wait.seconds > _LONGEST_WAIT:
        place.fault("wait", f"got {scan.wait.plain}; expected at most 24h")
    for key, age in (("max_age", scan.max_age), ("max_data_age", scan.max_data_age)):
        if age is not None and not age.seconds:
            place.fault(key, f"got {age.plain}, which no scan is younger than; expected a duration such as 24h")


def _check_repeats(place: _Place, key: str) -> None:
    seen: set[str] = set()
    for index, name in _names(place.node, key):
        if name in seen:
            place.fault(key, f"{quoted(name)} stands here twice; keep one", index)
        seen.add(name)


def _listed(names: list[str]) -> str:
    words = [f"`{name}`" for name in names]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
