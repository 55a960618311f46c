"""Which facts a policy asks for, and where: every condition in rules, relaxations and overrides."""

from collections.abc import Iterator

from gate.policy.conditions import When
from gate.policy.document import Policy

Step = str | int


def conditions_of(policy: Policy) -> Iterator[tuple[tuple[Step, ...], str, When]]:
    """Yield the conditions of a policy: their path, how messages name what they stand in, and themselves."""
    for index, rule in enumerate(policy.rules):
        yield ("rules", index, "when"), f"rule {rule.name}", rule.when
    for number, override in enumerate(policy.overrides):
        for index, rule in enumerate(override.rules or ()):
            yield ("overrides", number, "rules", index, "when"), f"rule {rule.name} of override {number + 1}", rule.when
    for index, entry in enumerate(policy.ignore):
        if entry.unless is not None:
            yield ("ignore", index, "unless"), f"ignore entry {index + 1}", entry.unless
    if policy.relaxations.never is not None:
        yield ("relaxations", "never"), "relaxations.never", policy.relaxations.never
    for index, change in enumerate(policy.severity.adjust):
        yield ("severity", "adjust", index, "when"), f"severity.adjust entry {index + 1}", change.when


def facts_asked(policy: Policy) -> frozenset[str]:
    """Return the keys of all conditions that a policy uses."""
    return frozenset(key for _, _, when in conditions_of(policy) for key in when.asked())
