"""The order of versions, for advice on upgrades: as Debian and RPM have it, near enough."""

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.policy.versions import highest, version_key


@pytest.mark.parametrize(
    "rising",
    [
        ("1.0", "1.1", "1.2", "1.10", "2.0", "10.0"),
        ("1.0~rc1", "1.0", "1.0.1"),
        ("1.0~~", "1.0~", "1.0"),
        ("9.9", "1:0.1", "2:0.0"),
        ("3.0.2-0ubuntu1.10", "3.0.2-0ubuntu1.18", "3.0.2-1"),
        ("1.0", "1.0-1", "1.0a", "1.0b", "1.0.0"),
        ("1.1.1-1", "1.1.1n-0+deb11u4", "1.1.1n-0+deb11u5", "1.1.1w-0+deb11u1"),
        ("1.0-1", "1.0+dfsg-1"),
        ("8.9-r0", "8.9-r1", "8.10-r0"),
        ("1.0.Final", "1.1.Alpha"),
    ],
)
def test_versions_rise_as_their_distributions_have_it(rising: tuple[str, ...]) -> None:
    for lower, higher in pairwise(rising):
        assert version_key(lower) < version_key(higher), (lower, higher)
        assert highest([higher, lower]) == highest([lower, higher]) == higher


def test_zeros_in_front_change_nothing_and_the_later_text_is_taken() -> None:
    assert version_key("1.01") == version_key("1.1")
    assert highest(["1.01", "1.1"]) == highest(["1.1", "1.01"]) == "1.1"


@pytest.mark.parametrize("version", ["", ":", "~", "abc:1.0", "1" * 5_000, "1:" * 50, "٣:1", "²", "99999999999:1"])
def test_strange_versions_have_a_place_too(version: str) -> None:
    assert highest([version]) == version
    assert version_key(version) == version_key(version)


def test_what_is_no_epoch_is_part_of_the_version() -> None:
    assert version_key("abc:1.0") > version_key("abc")
    assert version_key("abc:1.0") < version_key("1:0")
    assert version_key("1:2:0") > version_key("9")
    assert version_key("abc:1.0") < version_key("1.0")


def test_an_epoch_is_no_part_of_what_follows_it() -> None:
    assert version_key("0:1.2") == version_key("1.2")


def test_of_a_number_three_hundred_digits_count() -> None:
    assert version_key("1" * 299 + "1") < version_key("1" * 299 + "2")
    assert version_key("1" * 300 + "1") == version_key("1" * 300 + "2")


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(st.text(), min_size=1, max_size=5), st.randoms())
def test_the_highest_does_not_depend_on_the_order(versions: list[str], random: Random) -> None:
    assert highest(random.sample(versions, len(versions))) == highest(versions)


def test_an_epoch_has_up_to_nine_digits_and_what_has_more_counts_as_none() -> None:
    assert version_key("999999999:1") > version_key("2:1")
    assert version_key("9999999999:1") < version_key("1:0")
