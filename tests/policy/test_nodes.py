"""The tree with places: null, lookup, paths, and the collecting of faults."""

import pytest

from gate.policy.nodes import Broken, Fault, Faults, Mapping, Scalar, Sequence, depth, join, locate, quoted

TREE = Mapping(
    (
        (Scalar("max", 1, 1), Mapping(((Scalar("high", 2, 3), Scalar("5", 2, 9)),), 2, 3)),
        (Scalar("ignore", 3, 1), Sequence((Scalar("a", 4, 5), Broken(5, 5)), 4, 3)),
        (Scalar("max", 6, 1), Scalar("again", 6, 6)),
    ),
    1,
    1,
)


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_a_null_is_null_only_without_quotes(text: str) -> None:
    assert Scalar(text, 1, 1).is_null
    assert not Scalar(text, 1, 1, quoted=True).is_null


@pytest.mark.parametrize(
    ("path", "line", "steps"),
    [
        ((), 1, 0),
        (("max",), 2, 1),
        (("max", "high"), 2, 2),
        (("max", "low"), 2, 1),
        (("max", 0), 2, 1),
        (("ignore",), 4, 1),
        (("ignore", 0), 4, 2),
        (("ignore", 1), 5, 2),
        (("ignore", 2), 4, 1),
        (("ignore", "id"), 4, 1),
        (("ignore", 0, "id"), 4, 2),
        (("ignore", 1, "id"), 5, 2),
        (("nothing",), 1, 0),
        (("nothing", "max"), 1, 0),
    ],
)
def test_a_path_leads_to_the_deepest_node_that_exists(path: tuple[str | int, ...], line: int, steps: int) -> None:
    assert locate(TREE, *path).line == line
    assert depth(TREE, *path) == steps


def test_the_first_of_two_equal_keys_is_found() -> None:
    assert TREE.has("max")
    assert not TREE.has("min")
    assert isinstance(TREE.get("max"), Mapping)
    assert TREE.get("min") is None


@pytest.mark.parametrize(
    ("path", "key", "joined"),
    [("", "max", "max"), ("max", "high", "max.high"), ("max", "a b", "max.'a b'"), ("", "é", "'é'"), ("", "", "''")],
)
def test_keys_that_are_no_plain_words_are_quoted_in_paths(path: str, key: str, joined: str) -> None:
    assert join(path, key) == joined


def test_quoted_text_is_short_and_harmless() -> None:
    assert quoted("a\n\x1b[31mb") == "'a b'"
    assert len(quoted("x" * 1_000_000)) == 62


def test_faults_are_told_by_place_and_the_rest_as_a_number() -> None:
    faults = Faults()
    for line in range(60, 0, -1):
        faults.add(Scalar("x", line, 2), "max", "is wrong")
    lines = faults.lines("p.yaml")
    assert lines[0] == "p.yaml:1:2: max: is wrong"
    assert lines[49:] == ("p.yaml:50:2: max: is wrong", "p.yaml: and 10 more")


def test_a_fault_of_the_file_has_no_line_and_one_of_no_key_no_path() -> None:
    assert Fault(0, 0, "", "is empty").at("p.yaml") == "p.yaml: is empty"
    assert Fault(3, 1, "", "is odd").at("p.yaml") == "p.yaml:3:1: is odd"


def test_faults_without_end_are_only_counted() -> None:
    faults = Faults()
    for _ in range(1_500):
        faults.add_at(1, 1, "", "is wrong")
    assert faults.is_full
    assert faults.lines("p.yaml")[-1] == "p.yaml: and 1450 more"


@pytest.mark.parametrize(("before", "first"), [(499, "p.yaml:1:1: late"), (500, "p.yaml:2:1: early")])
def test_of_faults_without_end_the_first_five_hundred_are_kept(before: int, first: str) -> None:
    faults = Faults()
    for line in range(before):
        faults.add_at(line + 2, 1, "", "early")
    assert faults.is_full is (before == 500)
    faults.add_at(1, 1, "", "late")
    assert faults.lines("p.yaml")[0] == first


def test_few_faults_are_all_the_lines_there_are() -> None:
    faults = Faults()
    faults.add_at(2, 1, "b", "second")
    faults.add_at(1, 1, "a", "first")
    assert faults.lines("p.yaml") == ("p.yaml:1:1: a: first", "p.yaml:2:1: b: second")
