"""Notes on the conditions and rules of a policy: the worse end left out, ages that a fresh build never has."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from gate.policy.asked import Step, conditions_of
from gate.policy.capabilities import lacking
from gate.policy.choices import SeverityChoice
from gate.policy.clauses import Rule
from gate.policy.conditions import CONDITIONS, Knower, When
from gate.policy.document import Policy

_GIVEN = frozenset(key for key, condition in CONDITIONS.items() if condition.supply.startswith("--"))
Note = tuple[tuple[Step, ...], str]


def notes_on_conditions(policy: Policy, today: date) -> Iterator[Note]:
    """Yield notes on rules and conditions as of `today` (a day in UTC): their path and one sentence."""
    for index, rule in enumerate(policy.rules):
        yield from _worse_end(("rules", index), rule)
        if rule.enforce_from is not None and rule.enforce_from > today:
            yield ("rules", index, "enforce_from"), f"rule {rule.name} warns until it fails from {rule.enforce_from} on"
    for path, name, when in conditions_of(policy):
        if "age" in when.asked() and policy.baseline is None:
            text = "AWS first sees a finding of a fresh build minutes ago; add a baseline, or ask for `published`"
            yield path, f"{name} asks for `age`: {text}"


def notes_for(policy: Policy, knower: Knower) -> tuple[list[Note], list[Note]]:
    """Return what conditions ask for that a source does not know: rules that never match, and the rest.

    Facts that a file given to `check` supplies are among the rest.
    """
    found = lacking(policy, knower, _GIVEN)
    faults = [(path, f"{text}; no finding there is ever known to match") for path, text, never in found if never]
    known = {path for path, _ in faults}
    return faults, [(path, text) for path, text, _ in lacking(policy, knower) if path not in known]


def _worse_end(path: tuple[Step, ...], rule: Rule) -> Iterator[Note]:
    """Yield a note where a rule matches what is mild and not what is worse, as a limit of one severity does."""
    for key, value in rule.when.named():
        what = _left_out(key, value, rule.when)
        if what:
            yield (*path, "when", key), f"rule {rule.name} leaves out {what}, which is worse; is that meant?"


def _left_out(key: str, value: Any, when: When) -> str:  # noqa: ANN401 - any condition's value
    condition = CONDITIONS[key]
    # NOTE: a rule that also asks for something else is most likely about just that range.
    if not condition.worse or sum(1 for _ in when.named()) > 1 or any(True for _ in when.below()):
        return ""
    if condition.worse == "true":
        return "" if value else f"`{key}: true`"
    if isinstance(value, SeverityChoice):
        worst = value.worst_left_out
        return f"severity {worst.value}" if worst else ""
    return f"`{key}` above {_roof(value)}" if value.has_roof else ""


def _roof(value: Any) -> str:  # noqa: ANN401 - any choice of ranges
    """Return the upper end of the highest of some ranges, as the policy writes it."""
    word, _ = max(zip(value.words, value.spans, strict=True), key=lambda pair: float(pair[1][1]))
    return str(word).rpartition("..")[2]
