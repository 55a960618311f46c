"""What stands in a verdict where nothing was said: nothing was found, and nothing is asked for."""

from msgspec.structs import asdict, fields

from gate.policy.verdict import Counts, ImageVerdict, RuleVerdict, Tally, Verdict


def test_a_tally_begins_with_nothing() -> None:
    assert set(asdict(Tally()).values()) == {0}
    assert set(asdict(Tally())) == {"found", "counted", "ignored", "vex", "baseline", "grace", "suppressed", "closed"}


def test_a_verdict_asks_for_no_exit_by_warnings_and_an_image_stands_for_all() -> None:
    assert {field.name: field.default for field in fields(Verdict)}["warn_exit"] is False
    assert {field.name: field.default for field in fields(ImageVerdict)}["narrowed"] is False
    assert {field.name: field.default for field in fields(RuleVerdict)}["unknown"] == 0


def test_counts_have_a_tally_for_each_severity() -> None:
    assert {field.type for field in fields(Counts)} == {Tally}
