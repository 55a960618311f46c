"""Tests of a policy that have names of their own are not told to be twins."""

from tests.policy.test_walker import policy


def test_tests_of_different_names_are_no_twins() -> None:
    read = policy("tests: [{name: a, expect: pass}, {name: b, expect: pass}]")
    assert [case.name for case in read.tests] == ["a", "b"]
