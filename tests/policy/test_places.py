"""A part of the policy with its places: where a fault is recorded, and what is found twice or with blanks."""

import pytest

from gate.policy.clauses import Max
from gate.policy.nodes import Broken, Faults, Mapping, Scalar, Sequence
from gate.policy.places import Place, listed
from gate.policy.walker import Built

NODE = Mapping(
    (
        (Scalar("id", 2, 3), Scalar(" a", 2, 7)),
        (
            Scalar("list", 3, 3),
            Sequence((Scalar("a", 3, 9), Broken(3, 12), Scalar("a", 3, 15), Scalar("b ", 3, 18)), 3, 8),
        ),
        (Scalar("map", 4, 3), Mapping((), 4, 8)),
    ),
    2,
    1,
)


def place(path: str = "part") -> tuple[Place, Faults]:
    faults = Faults()
    return Place(Built(Max(), NODE, path, sound=True), faults), faults


@pytest.mark.parametrize(
    ("key", "index", "line"),
    [
        ("", None, "f:2:1: part: x"),
        ("id", None, "f:2:7: part.id: x"),
        ("list", None, "f:3:8: part.list: x"),
        ("list", 2, "f:3:15: part.list[2]: x"),
        ("list", 9, "f:3:8: part.list[9]: x"),
        ("absent", None, "f:2:1: part.absent: x"),
    ],
)
def test_a_fault_is_recorded_where_the_key_stands_or_else_where_its_part_does(
    key: str, index: int | None, line: str
) -> None:
    here, faults = place()

    here.fault(key, "x", index)

    assert faults.lines("f") == (line,)


def test_at_the_top_a_key_is_its_own_path() -> None:
    here, faults = place("")

    here.fault("id", "x")
    here.fault("", "y")

    assert faults.lines("f") == ("f:2:1: y", "f:2:7: id: x")


@pytest.mark.parametrize(
    ("key", "names"),
    [("id", ((None, " a"),)), ("list", ((0, "a"), (2, "a"), (3, "b "))), ("map", ()), ("absent", ())],
)
def test_the_names_under_a_key_are_those_that_are_words(key: str, names: tuple[tuple[int | None, str], ...]) -> None:
    assert place()[0].names(key) == names


def test_a_name_that_stands_in_a_list_twice_is_a_fault_at_its_second_place() -> None:
    here, faults = place()

    for key in ("id", "list", "map", "absent"):
        here.check_repeats(key)

    assert faults.lines("f") == ("f:3:15: part.list[2]: 'a' stands here twice; keep one",)


def test_a_name_with_a_blank_at_its_end_is_a_fault() -> None:
    here, faults = place()

    for key in ("id", "list", "map", "absent"):
        here.check_patterns(key)

    blank = "begins or ends with a blank, so it matches nothing; remove it"
    assert faults.lines("f") == (f"f:2:7: part.id: 'a' {blank}", f"f:3:18: part.list[3]: 'b' {blank}")


@pytest.mark.parametrize(
    ("names", "text"), [(["a"], "`a`"), (["a", "b"], "`a` and `b`"), (["a", "b", "c"], "`a`, `b` and `c`")]
)
def test_keys_are_listed_as_people_do(names: list[str], text: str) -> None:
    assert listed(names) == text
