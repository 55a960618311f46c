"""Each check is asked for with the part that it is of: a fault stands where the file has it, and nowhere else."""

import pytest

from tests.policy.test_walker import faults, policy


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "severity: {adjust: [{when: {package: a}, to: low, reason: x, until: fixed}]}",
            ("3:69: severity.adjust[0].until: `fixed` means something in `ignore` entries only; expected a date",),
        ),
        ("grace: {}", ("3:8: grace: gives no time; expected a severity with a duration, such as `high: 7d`",)),
        (
            "relaxations: {max_days: 30}\ngrace: {high: 60d}",
            ("4:15: grace.high: got 8w4d; expected at most 30d (`relaxations.max_days`)",),
        ),
        (
            "relaxations: {max_days: 30}\nignore: [{id: A, reason: x, since: 2026-01-01, until: 2026-12-31}]",
            ("4:55: ignore[0].until: is 364 days after `since`; expected at most 30 (`relaxations.max_days`)",),
        ),
        (
            "relaxations: {require: [colour]}\nignore: [{id: A}]",
            ("3:25: relaxations.require[0]: got 'colour'; expected `owner`, `reason`, `since`, `ticket` or `until`",),
        ),
        (
            "tests: [{name: a, expect: pass}, {name: b, expect: pass}, {name: a, expect: pass}]",
            ("3:59: tests[2]: a test called 'a' stands above; give each its own name",),
        ),
        (
            "overrides: [{for: {env: dev}, reason: x, owner: y}]",
            ("3:13: overrides[0]: changes nothing; expected a key such as `max` or `mode`",),
        ),
    ],
)
def test_a_fault_is_told_in_its_place_and_alone(text: str, told: tuple[str, ...]) -> None:
    assert faults(f"version: 1\ncvss_floor: 9\n{text}\n") == told


def test_what_relaxations_ask_for_counts_only_where_nothing_is_wrong_with_it() -> None:
    entry = "ignore: [{id: A, reason: x}]"
    [told] = faults(f"version: 1\ncvss_floor: 9\nrelaxations: {{require: [owner], max_days: many}}\n{entry}\n")
    assert "max_days" in told
    [told] = faults(f"version: 1\ncvss_floor: 9\nrelaxations: {{require: [owner]}}\n{entry}\n")
    assert "lacks `owner`" in told


def test_a_child_need_not_limit_anything_itself() -> None:
    told = faults("version: 1\nextends: ../org.yaml\n")
    assert [line for line in told if "limits nothing" in line] == []


def test_an_override_that_changes_something_is_one() -> None:
    assert len(policy("overrides: [{for: {env: dev}, mode: warn, reason: x, owner: y}]").overrides) == 1
