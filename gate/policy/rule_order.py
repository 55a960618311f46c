"""Which of two rules is the stricter one, and what is as strict as both."""

from datetime import date

from gate.policy.clauses import Action, Rule
from gate.policy.conditions import When

_STRICTNESS: dict[Action, int] = {"warn": 0, "fail": 1}
Rules = tuple[Rule, ...]


def is_looser_rule(one: Rule, other: Rule) -> bool:
    """Tell whether a rule may let pass what another does not; of two that ask for different things each may."""
    return (
        one.when != other.when
        or one.max > other.max
        or _fails_from(one, one.final) > _fails_from(other, other.final)
        or _fails_from(one, _in_doubt(one)) > _fails_from(other, _in_doubt(other))
        or bool(set(one.spare) - set(other.spare))
    )


def _fails_from(rule: Rule, action: Action) -> date:
    """Return the day from which a violation fails: the first of all days for a rule that does, the last for none."""
    if action == "warn":
        return date.max
    return rule.enforce_from or date.min


def are_looser_rules(one: Rules, other: Rules) -> bool:
    """Tell whether some rule is looser than the one of the same name among `other`."""
    own = {rule.name: rule for rule in one}
    return any(rule.name in own and is_looser_rule(own[rule.name], rule) for rule in other)


def added_rules(one: Rules, other: Rules) -> Rules:
    """Return all rules; of two with one name, the one that is given last."""
    return tuple({rule.name: rule for rule in (*one, *other)}.values())


def strictest_rules(one: Rules, other: Rules) -> Rules:
    """Return all rules; of two with one name, one that allows nothing that either of them forbids."""
    found = {rule.name: rule for rule in one}
    for rule in other:
        found[rule.name] = _strictest(found[rule.name], rule) if rule.name in found else rule
    return tuple(found.values())


def _strictest(one: Rule, other: Rule) -> Rule:
    if not is_looser_rule(one, other):
        return one
    if not is_looser_rule(other, one):
        return other
    # NOTE: a day on which a failure begins is kept only where nothing fails before: what fails goes on failing.
    actions = [(rule, action) for rule in (one, other) for action in (rule.final, _in_doubt(rule))]
    first = min(_fails_from(rule, action) for rule, action in actions)
    return Rule(
        name=one.name,
        why=one.why or other.why,
        when=one.when if one.when == other.when else When(any=(one.when, other.when)),
        max=min(one.max, other.max),
        action=_stricter(one.final, other.final),
        if_unknown=_stricter(_in_doubt(one), _in_doubt(other)),
        spare=tuple(word for word in one.spare if word in other.spare),
        enforce_from=None if first in {date.min, date.max} else first,
    )


def _in_doubt(rule: Rule) -> Action:
    return rule.if_unknown or rule.final


def _stricter(one: Action, other: Action) -> Action:
    return max(one, other, key=_STRICTNESS.__getitem__)
