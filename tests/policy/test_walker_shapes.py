"""What the walker makes of each shape: lists and words of one key in one file, limits reached exactly, sound parts."""

from typing import Any

import pytest

from gate.policy.nodes import Faults, Mapping, Scalar
from gate.policy.walker import walk
from tests.policy.test_walker import faults, policy


def walked(**words: str) -> Any:
    """Walk a policy of plain words, and return what came of it with the number of its faults."""
    collected = Faults()
    pairs = tuple((Scalar(key, line, 1), Scalar(word, line, 9)) for line, (key, word) in enumerate(words.items(), 1))
    return walk(Mapping(pairs, 1, 1), collected), collected.count


def test_one_key_takes_a_word_here_and_a_list_there() -> None:
    first, second, third = policy(
        "ignore: [{package: a, reason: x}, {package: [b, c], reason: x}, {package: d, reason: x}]"
    ).ignore
    assert (first.package, second.package, third.package) == ("a", ("b", "c"), "d")


def test_a_condition_takes_one_word_or_all_of_a_list() -> None:
    rules: Any = policy(
        "rules: [{name: a, max: 0, when: {severity: high}}, {name: b, max: 0, when: {severity: [high, low]}}]"
    ).rules
    assert [rule.when.severity.plain for rule in rules] == ["high", ["high", "low"]]
    assert policy("scan: {max_age: 24h}").scan.max_age is not None


def test_a_list_that_may_be_empty_is() -> None:
    assert policy("ignore: []").ignore == ()


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("rules: [{name: a, max: 0, when: {kev: true}, spare: [grace, baseline]}]", ""),
        (
            "rules: [{name: a, max: 0, when: {kev: true}, spare: [grace, baseline, grace]}]",
            "rules[0].spare: has 3 entries; expected at most 2",
        ),
        (f"ignore: [{{id: {'i' * 2_000}, reason: x}}]", ""),
        (f"ignore: [{{id: {'i' * 2_001}, reason: x}}]", "it has 2001 characters, 2000 are allowed"),
    ],
)
def test_what_reaches_a_limit_is_within_it(line: str, fault: str) -> None:
    if not fault:
        assert policy(line).version == 1
        return
    told, *_ = faults(f"version: 1\ncvss_floor: 9\n{line}\n")
    assert fault in told


def test_a_word_may_have_200_characters() -> None:
    whole = ">=0.0," * 32 + ">=0.0.00"
    assert len(whole) == 200
    assert policy(f"required_version: '{whole}'").required_version is not None
    [told] = faults(f"version: 1\ncvss_floor: 9\nrequired_version: '{whole}0'\n")
    assert told.startswith("3:19: required_version: got '>=0.0,")


def test_parts_are_sound_where_nothing_is_wrong_inside() -> None:
    whole, none = walked(version="1", mode="warn")
    assert (none, [part.sound for part in whole.parts], whole.policy.version) == (0, [True], 1)


@pytest.mark.parametrize("words", [{"version": "1", "mode": "x"}, {"version": "1", "colour": "red"}, {"mode": "warn"}])
def test_parts_are_not_sound_where_something_is_wrong_inside(words: dict[str, str]) -> None:
    part, count = walked(**words)
    assert (count, [one.sound for one in part.parts]) == (1, [False])
    assert part.policy.version == 1
