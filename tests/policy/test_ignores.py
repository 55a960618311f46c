"""Accepted risks: an entry settles what it names, on the days it says, and nothing that it does not."""

from datetime import date, timedelta
from typing import Any

import pytest

from gate.model import Finding, Fix
from gate.policy.document import Ignore
from gate.policy.ignores import Ignores, entry_name, has_expired, is_in_force, until_text
from gate.policy.scalars import Until
from tests.builders import NOW, finding, package

TODAY = NOW.date()
OPENSSL = finding("CVE-2026-1", packages=(package("openssl"),))
TWO = finding("CVE-2026-1", packages=(package("openssl"), package("zlib")))
BARE = finding("code:python/sql-injection", packages=())
ALIASED = finding("GHSA-abcd", aliases=("CVE-2026-1",))


def ignore(**fields: Any) -> Ignore:
    ends = fields.pop("until", None)
    return Ignore(reason="accepted", until=Until.parse(ends) if ends else None, **fields)


def settles(entry: Ignore, found: Finding, today: date = TODAY) -> bool:
    return Ignores((entry,), today).settle(found) is not None


@pytest.mark.parametrize(
    ("fields", "found", "expected"),
    [
        ({"id": "CVE-2026-1"}, OPENSSL, True),
        ({"id": "cve-2026-1"}, OPENSSL, True),
        ({"id": "CVE-2026-12"}, OPENSSL, False),
        ({"id": "CVE-2026"}, OPENSSL, False),
        ({"id": "cve-2026-*"}, OPENSSL, True),
        ({"id": "cve-2025-*"}, OPENSSL, False),
        ({"id": ("CVE-2026-2", "CVE-2026-1")}, OPENSSL, True),
        ({"id": "CVE-2026-1"}, ALIASED, True),
        ({"id": "cve-*"}, ALIASED, True),
        ({"id": "GHSA-ABCD"}, ALIASED, True),
        ({"package": "openssl"}, OPENSSL, True),
        ({"package": "OpenSSL"}, OPENSSL, False),
        ({"package": "open*"}, OPENSSL, True),
        ({"package": "openssl"}, TWO, False),
        ({"package": ("openssl", "zlib")}, TWO, True),
        ({"package": ("open*", "zlib")}, TWO, True),
        ({"package": "*"}, BARE, False),
        ({"id": "code:*"}, BARE, True),
        ({"id": "code:python/sql-injection", "package": "*"}, BARE, False),
        ({"id": "CVE-2026-1", "package": "openssl"}, OPENSSL, True),
        ({"id": "CVE-2026-1", "package": "zlib"}, OPENSSL, False),
        ({"id": "CVE-2026-1", "package": "openssl"}, TWO, False),
        ({"id": "CVE-2026-2", "package": "openssl"}, OPENSSL, False),
        ({}, OPENSSL, False),
    ],
)
def test_an_entry_settles_what_it_names_in_all_of_its_packages(
    fields: dict[str, Any], found: Finding, *, expected: bool
) -> None:
    assert settles(ignore(**fields), found) is expected


@pytest.mark.parametrize(
    ("since", "until", "in_force", "expired"),
    [
        (None, None, True, False),
        (0, None, True, False),
        (1, None, False, False),
        (None, 0, True, False),
        (None, 1, True, False),
        (None, -1, False, True),
        (-30, -1, False, True),
        (-30, 0, True, False),
        (1, 30, False, False),
    ],
)
def test_an_entry_holds_from_its_first_through_its_last_day(
    since: int | None, until: int | None, *, in_force: bool, expired: bool
) -> None:
    days = [None if offset is None else TODAY + timedelta(days=offset) for offset in (since, until)]
    entry = Ignore(id="CVE-2026-1", since=days[0], until=Until(days[1], fixed=False) if days[1] else None)

    assert is_in_force(entry, TODAY) is in_force
    assert has_expired(entry, TODAY) is expired
    assert settles(entry, OPENSSL) is in_force


@pytest.mark.parametrize(
    ("until", "fix", "holds"),
    [
        ("fixed", Fix.NONE, True),
        ("fixed", Fix.FULL, False),
        ("fixed", Fix.PARTIAL, False),
        ("fixed", Fix.UNKNOWN, False),
        (["2026-12-31", "fixed"], Fix.NONE, True),
        (["2026-12-31", "fixed"], Fix.UNKNOWN, True),
        (["2026-12-31", "fixed"], Fix.PARTIAL, False),
        (["2026-11-19", "fixed"], Fix.NONE, False),
        (["2026-11-19", "fixed"], Fix.UNKNOWN, False),
        ("2026-12-31", Fix.FULL, True),
    ],
)
def test_an_entry_until_fixed_ends_with_a_fix_and_never_trusts_one_that_is_not_known(
    until: str | list[str], fix: Fix, *, holds: bool
) -> None:
    assert settles(ignore(id="CVE-2026-1", until=until), finding("CVE-2026-1", fix=fix)) is holds


def test_only_an_entry_that_met_its_fix_has_outlived_its_end() -> None:
    entries = (ignore(id="CVE-2026-1", until="fixed"), ignore(id="CVE-2026-2", until="fixed"))
    ignores = Ignores(entries, TODAY)

    ignores.settle(finding("CVE-2026-1", fix=Fix.FULL))
    ignores.settle(finding("CVE-2026-2", fix=Fix.UNKNOWN))

    assert (ignores.outlived, ignores.used) == ({0}, set())


def test_of_several_entries_the_one_that_ends_last_is_named_and_all_are_used() -> None:
    ends = ("2026-12-01", "2027-01-31", "2026-11-30", "2026-01-01")
    entries = tuple(ignore(id="CVE-2026-1", owner=f"until {day}", until=day) for day in ends)
    ignores = Ignores(entries, TODAY)

    settled = ignores.settle(OPENSSL)

    assert settled is not None
    assert (settled.owner, settled.until, settled.entries) == ("until 2027-01-31", "2027-01-31", (1, 0, 2))
    assert ignores.used == {0, 1, 2}


@pytest.mark.parametrize("until", [None, "fixed"])
def test_an_entry_without_a_last_day_ends_last(until: str | None) -> None:
    entries = (ignore(id="CVE-2026-1", until="2099-12-31"), ignore(id="CVE-2026-1", until=until))

    settled = Ignores(entries, TODAY).settle(finding("CVE-2026-1", fix=Fix.NONE))

    assert settled is not None
    assert (settled.entries, settled.until) == ((1, 0), until)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"id": "CVE-2026-*"}, {"id": "CVE-2026-1"}),
        ({"id": "CVE-2026-1", "owner": "a"}, {"id": "CVE-2026-1", "owner": "b"}),
        ({"id": "CVE-2026-1"}, {"package": "openssl"}),
        ({"id": "CVE-2026-1", "ticket": "T-1"}, {"id": "CVE-2026-1", "ticket": "T-2"}),
        ({"id": "CVE-2026-1", "justification": "a"}, {"id": "CVE-2026-1", "justification": "b"}),
        ({"id": "CVE-2026-1", "since": date(2026, 1, 1)}, {"id": "CVE-2026-1", "since": date(2026, 1, 2)}),
    ],
)
def test_ties_are_broken_by_text_whatever_the_order_in_the_policy(one: dict[str, Any], other: dict[str, Any]) -> None:
    entries = (ignore(**one), ignore(**other))

    there, back = (Ignores(order, TODAY).settle(OPENSSL) for order in (entries, entries[::-1]))

    assert there is not None
    assert back is not None
    assert [entries[n] for n in there.entries] == [entries[::-1][n] for n in back.entries]
    assert (there.owner, there.ticket, there.justification) == (back.owner, back.ticket, back.justification)


def test_an_entry_that_matches_by_several_of_its_words_is_named_once() -> None:
    entries = (ignore(id=("GHSA-abcd", "CVE-2026-1")), ignore(package=("openssl", "zlib")))
    found = finding("GHSA-abcd", aliases=("CVE-2026-1",), packages=TWO.packages)

    settled = Ignores(entries, TODAY).settle(found)

    assert settled is not None
    assert sorted(settled.entries) == [0, 1]


def test_what_accepts_a_finding_is_told_in_the_entrys_own_words() -> None:
    entry = ignore(
        id="CVE-2026-1",
        owner="team",
        ticket="SEC-1",
        until=["2026-12-31", "fixed"],
        justification="vulnerable_code_not_present",
    )

    settled = Ignores((entry,), TODAY).settle(finding("CVE-2026-1", fix=Fix.NONE))

    assert settled is not None
    assert (settled.reason, settled.owner, settled.ticket) == ("accepted", "team", "SEC-1")
    assert (settled.until, settled.justification) == ("2026-12-31 or fixed", "vulnerable_code_not_present")


@pytest.mark.parametrize(
    ("until", "expected"),
    [(None, None), ("2026-12-31", "2026-12-31"), ("fixed", "fixed"), (["2026-12-31", "fixed"], "2026-12-31 or fixed")],
)
def test_an_end_is_written_as_people_read_it(until: str | list[str] | None, expected: str | None) -> None:
    assert until_text(ignore(id="x", until=until)) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"id": "CVE-1"}, "ignore entry 3 (CVE-1)"),
        ({"package": "zlib"}, "ignore entry 3 (package zlib)"),
        ({"id": ("CVE-1", "CVE-2"), "package": "z*"}, "ignore entry 3 (CVE-1, CVE-2, package z*)"),
        ({"id": "CVE-\x1b[31m1"}, "ignore entry 3 (CVE-1)"),
        ({"id": "x" * 500}, f"ignore entry 3 ({'x' * 79}…)"),
    ],
)
def test_an_entry_is_called_by_its_place_and_what_it_matches(fields: dict[str, Any], expected: str) -> None:
    assert entry_name(2, ignore(**fields)) == expected
