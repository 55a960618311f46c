"""A fault of a relaxation is told where it stands."""

from tests.policy.test_walker import faults


def test_an_end_that_only_entries_may_have_is_told_where_it_stands() -> None:
    text = "severity: {adjust: [{when: {package: a}, to: low, reason: x, until: fixed}]}"
    said = "severity.adjust[0].until: `fixed` means something in `ignore` entries only; expected a date"
    assert faults(f"version: 1\ncvss_floor: 9\n{text}\n") == (f"3:69: {said}",)
