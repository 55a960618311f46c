"""Finds what is well written and still wrong: a policy that limits nothing, a relaxation without what it must have."""

from collections.abc import Callable
from difflib import get_close_matches
from typing import Any, Final

from gate.policy.cases import CaseFinding
from gate.policy.clauses import (
    AcceptUnsupported,
    Adjust,
    Baseline,
    Grace,
    Ignore,
    Override,
    Relaxation,
    Rule,
    Selectors,
    VexChoice,
)
from gate.policy.condition_checks import (
    check_case_finding,
    check_cases,
    check_rule,
    check_rule_names,
    check_selectors,
    check_vector,
    check_when,
)
from gate.policy.conditions import Vector, When
from gate.policy.directions import DIRECTIONS, OWN, changes
from gate.policy.document import CvssChoice, Policy, Relaxations, ScanDemands
from gate.policy.nodes import Faults, Mapping, Node, Scalar, Sequence, quoted
from gate.policy.places import Place
from gate.policy.relaxation_checks import check_dates, check_grace, check_length, check_required, check_scope
from gate.policy.walker import Built

_SHORTEST_SETTLE: Final = 60
_LONGEST_WAIT: Final = 86_400


def check(parts: tuple[Built, ...], faults: Faults, demands: Relaxations | None = None) -> None:
    """Check every part of a policy as it was read; what is wrong goes to `faults`.

    `demands` is what relaxations must obey where another policy asks for it too; else what this one asks for.
    """
    asked = _sound(parts, demands or Relaxations())
    for part in parts:
        place = Place(part, faults)
        for kind, of_kind in _CHECKS.items():
            if isinstance(part.value, kind):
                of_kind(place, part.value)
        if isinstance(part.value, Relaxation):
            check_relaxation(place, part.value, asked)


def check_relaxation(place: Place, entry: Relaxation, demands: Relaxations) -> None:
    """Check that a relaxation obeys the block that all of them obey."""
    check_dates(place, entry)
    if isinstance(entry, Grace):
        check_grace(place, entry, demands.max_days)
    # NOTE: grace and baseline postpone for a time, or for as long as another image has a finding; an override need say
    # why only where it loosens, which is known once all files are read.
    if isinstance(entry, Ignore | AcceptUnsupported | Adjust | VexChoice):
        check_words(place, entry, demands)


def check_words(place: Place, entry: Relaxation, demands: Relaxations) -> None:
    """Check that a relaxation says what every one must say, and lasts no longer than it may."""
    missing = check_required(place, demands)
    if demands.max_days is not None:
        check_length(place, entry, demands.max_days, missing)


def _sound(parts: tuple[Built, ...], demands: Relaxations) -> Relaxations:
    # NOTE: with a fault in `relaxations` nobody knows what it asks for; that fault is enough to refuse the policy.
    unsound = any(isinstance(part.value, Relaxations) and not part.sound for part in parts)
    return Relaxations(require=()) if unsound else demands


def _check_policy(place: Place, policy: Policy) -> None:
    _check_limits(place)
    check_rule_names(place, policy.rules)
    check_cases(place, policy.tests)
    for index, key in place.names("lock"):
        if key in OWN:
            place.fault("lock", f"{quoted(key)} is what every file says for itself; it cannot be locked", index)
        elif key not in DIRECTIONS and not any(known.startswith(f"{key}.") for known in DIRECTIONS):
            near = get_close_matches(key[:60], DIRECTIONS, n=1)
            known = f"did you mean '{near[0]}'?" if near else "expected a key of the policy such as max.critical"
            place.fault("lock", f"{quoted(key)} is no key of a policy; {known}", index)
    place.check_repeats("lock")


def _check_limits(place: Place) -> None:
    limits = place.node.get("max")
    keys = {key.text for key, _ in place.node.pairs}
    # NOTE: a key that is unknown may be a misspelt limit, and is a fault already.
    rules = place.node.get("rules")
    has_rules = rules is not None and not (isinstance(rules, Sequence) and not rules.items)
    if has_rules or keys & {"cvss_floor", "extends"} or keys - set(Policy.__struct_fields__):
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


def _check_acceptance(place: Place, _: AcceptUnsupported) -> None:
    place.check_patterns("repository")


def _check_override(place: Place, override: Override) -> None:
    if place.is_sound and not any(True for _ in changes(override)):
        place.fault("", "changes nothing; expected a key such as `max` or `mode`")
    check_rule_names(place, override.rules or ())


def _check_relaxations(place: Place, _: Relaxations) -> None:
    place.check_repeats("require")


def _check_cvss(place: Place, _: CvssChoice) -> None:
    place.check_repeats("from")


def _check_baseline(place: Place, baseline: Baseline) -> None:
    if baseline.image is not None and baseline.image != baseline.image.strip():
        place.fault("image", f"{quoted(baseline.image)} begins or ends with a blank; remove it")


def _check_times(place: Place, scan: ScanDemands) -> None:
    if scan.settle.seconds < _SHORTEST_SETTLE:
        place.fault("settle", f"got {scan.settle.plain}; expected at least 1m, since findings arrive late")
    if scan.wait.seconds > _LONGEST_WAIT:
        place.fault("wait", f"got {scan.wait.plain}; expected at most 24h")
    for key, age in (("max_age", scan.max_age), ("max_data_age", scan.max_data_age)):
        if age is not None and not age.seconds:
            place.fault(key, f"got {age.plain}, which no scan is younger than; expected a duration such as 24h")
    place.check_repeats("platforms")


_CHECKS: dict[Any, Callable[[Place, Any], None]] = {
    Policy: _check_policy,
    Ignore: lambda place, _: check_scope(place),
    AcceptUnsupported: _check_acceptance,
    ScanDemands: _check_times,
    CvssChoice: _check_cvss,
    Relaxations: _check_relaxations,
    Baseline: _check_baseline,
    Override: _check_override,
    Rule: check_rule,
    When: check_when,
    Vector: check_vector,
    Selectors: check_selectors,
    CaseFinding: check_case_finding,
}
