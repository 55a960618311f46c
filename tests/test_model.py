"""The nouns: how severities are ordered, what identifies a finding, and how equal findings are numbered."""

from datetime import timedelta
from itertools import permutations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model import AHEAD, WORST_FIRST, Finding, Image, Package, Scan, ScanState, Severity, keyed, stem
from tests.builders import finding, package
from tests.strategies import findings


def test_severities_rank_as_people_expect_and_unknown_may_be_the_worst() -> None:
    words = ["informational", "low", "medium", "high", "critical", "unknown"]

    assert [severity.value for severity in sorted(Severity, key=lambda severity: severity.rank)] == words
    assert all(severity.rank > 0 and severity for severity in Severity)


def test_every_severity_has_a_place_in_the_order_of_reading() -> None:
    assert sorted(WORST_FIRST, key=lambda severity: severity.value) == sorted(Severity, key=lambda one: one.value)
    assert WORST_FIRST[0] is Severity.CRITICAL
    assert WORST_FIRST[-1] is Severity.UNKNOWN
    assert [severity.place for severity in WORST_FIRST] == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("packages", "expected"),
    [
        ((), "CVE-1"),
        ((Package(name="zlib"),), "CVE-1 -:zlib"),
        ((Package(name="zlib", type="OS"),), "CVE-1 OS:zlib"),
        ((Package(name="a", type="JAR", path="app/a.jar"),), "CVE-1 JAR:a:app/a.jar"),
        ((Package(name="b"), Package(name="a"), Package(name="b")), "CVE-1 -:a -:b"),
        ((Package(name="a b", path="c d%"),), "CVE-1 -:a%20b:c%20d%25"),
    ],
)
def test_a_finding_is_identified_by_its_id_and_its_sorted_distinct_packages(
    packages: tuple[Package, ...], expected: str
) -> None:
    assert stem("CVE-1", packages) == expected


def test_no_version_architecture_or_layer_is_part_of_the_identity() -> None:
    built = Package(name="zlib", type="OS", version="1", fixed_in="2", arch="X86_64", layer="sha256:ab")

    assert stem("CVE-1", (built,)) == stem("CVE-1", (Package(name="zlib", type="OS"),))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("CVE-1 -:zlib", ()), ("CVE-1", (Package(name="zlib"),))),
        (("CVE-1", (Package(name="a -:b"),)), ("CVE-1", (Package(name="a"), Package(name="b")))),
        (("CVE-1%20x", ()), ("CVE-1 x", ())),
        (("CVE-1 #2", ()), ("CVE-1", ())),
    ],
)
def test_hostile_names_cannot_borrow_the_identity_of_another_finding(one: tuple, other: tuple) -> None:
    assert stem(*one) != stem(*other)
    assert " #" not in stem(*one)


def test_findings_that_share_a_key_are_numbered_in_an_order_of_their_own() -> None:
    same = [finding("CVE-1", title=title) for title in ("b", "a", "c")]
    expected = [("CVE-1 OS:openssl", "a"), ("CVE-1 OS:openssl #2", "b"), ("CVE-1 OS:openssl #3", "c")]

    for listed in permutations(same):
        assert [(one.key, one.title) for one in keyed(listed)] == expected


def test_equal_findings_are_all_kept() -> None:
    keys = [one.key for one in keyed([finding("CVE-1"), finding("CVE-1"), finding("CVE-0")])]

    assert keys == ["CVE-0 OS:openssl", "CVE-1 OS:openssl", "CVE-1 OS:openssl #2"]


def test_text_that_json_cannot_hold_does_not_stop_the_numbering() -> None:
    half = [finding("CVE-\ud800", description=text) for text in ("\udfff", "\ud800")]

    assert [one.key.endswith(" #2") for one in keyed(half)] == [False, True]
    assert keyed(half) == keyed(half[::-1])


@settings(derandomize=True, deadline=None, max_examples=60)
@given(st.lists(findings(), max_size=6), st.randoms())
def test_keys_are_distinct_and_independent_of_the_order_of_listing(listed: list[Finding], random: Random) -> None:
    shuffled = random.sample(listed, len(listed))
    numbered = keyed(listed)

    assert keyed(shuffled) == numbered
    assert len({one.key for one in numbered}) == len(listed)
    assert sorted(one.id for one in numbered) == sorted(one.id for one in listed)


def test_a_type_that_is_given_stands_before_the_name() -> None:
    assert finding("CVE-1", packages=(package("zlib", type="JAR"),)).key == "CVE-1 JAR:zlib"


def test_what_nobody_says_is_the_least() -> None:
    image = Image(target="team/app:v1", source="ecr")
    scan = Scan(image=image, state=ScanState.MISSING)
    assert (image.narrowed, scan.replayed, scan.waited_seconds) == (False, False, 0.0)


def test_a_clock_may_be_five_minutes_ahead() -> None:
    assert timedelta(minutes=5) == AHEAD


def test_ranks_are_counted_from_one() -> None:
    assert [severity.rank for severity in Severity] == [1, 2, 3, 4, 5, 6]
