"""Accepted risks: an entry settles what it names, on the days it says, in the images it is for, and nothing else."""

from datetime import date
from typing import Any

import pytest

from gate.model import Finding, Fix, Image, Kev
from gate.policy.clauses import Ignore, Selectors
from gate.policy.relaxing import Uses
from gate.policy.scalars import Until
from gate.policy.settling import Surroundings, settle
from gate.policy.verdict import Disposition, IgnoredBy
from gate.policy.vex import Vex
from tests.builders import NOW, finding, image, judge, package, policy, scan
from tests.policy.written import policy_of

OPENSSL = finding("CVE-2026-1", packages=(package("openssl"),))
TWO = finding("CVE-2026-1", packages=(package("openssl"), package("zlib")))
BARE = finding("code:python/sql-injection", packages=())
ALIASED = finding("GHSA-abcd", aliases=("CVE-2026-1",))
JAR = finding("CVE-2026-1", packages=(package("log4j", version="2.14", type="JAR", path="/srv/a.jar"),))
UNTOLD = finding("CVE-2026-1", packages=(package("log4j", version=None, type=None, path=None),))
TAGGED = image(tags=("v1", "latest"), platform="linux/amd64", index_digest="sha256:" + "1d" * 32)


def ignore(**fields: Any) -> Ignore:
    ends = fields.pop("until", None)
    return Ignore(reason="accepted", until=Until.parse(ends) if ends else None, **fields)


def ignored_by(found: Finding, *entries: Ignore) -> IgnoredBy | None:
    judged = judge(policy(ignore=entries), scan(found)).images[0].findings[0]
    assert (judged.disposition is Disposition.IGNORED) is (judged.ignored_by is not None)
    return judged.ignored_by


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
        ({"id": "CVE-2026-1", "version": "2.1*"}, JAR, True),
        ({"id": "CVE-2026-1", "version": "2.1"}, JAR, False),
        ({"id": "CVE-2026-1", "version": "*"}, UNTOLD, False),
        ({"id": "CVE-2026-1", "package_type": "jar"}, JAR, True),
        ({"id": "CVE-2026-1", "package_type": "os"}, JAR, False),
        ({"id": "CVE-2026-1", "package_type": "*"}, UNTOLD, False),
        ({"path": "/srv/*"}, JAR, True),
        ({"path": "/OPT/*"}, JAR, False),
        ({"path": "*"}, UNTOLD, False),
        ({"path": "/srv/*", "version": "1.*"}, JAR, False),
        ({}, OPENSSL, False),
        ({}, BARE, False),
    ],
)
def test_an_entry_settles_what_it_names_in_all_of_its_packages(
    fields: dict[str, Any], found: Finding, *, expected: bool
) -> None:
    assert (ignored_by(found, ignore(**fields)) is not None) is expected


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
        ("2026-11-20", Fix.NONE, True),
        ("2026-11-19", Fix.NONE, False),
    ],
)
def test_an_entry_until_fixed_ends_with_a_fix_and_never_trusts_one_that_is_not_known(
    until: str | list[str], fix: Fix, *, holds: bool
) -> None:
    found = finding("CVE-2026-1", fix=fix)

    assert (ignored_by(found, ignore(id="CVE-2026-1", until=until)) is not None) is holds


@pytest.mark.parametrize(
    ("unless", "found", "holds"),
    [
        ("{severity: critical+}", OPENSSL, True),
        ("{severity: high+}", OPENSSL, False),
        ("{exploit: true}", OPENSSL, False),
        ("{exploit: true}", finding("CVE-2026-1", exploit=True), False),
        ("{exploit: true}", finding("CVE-2026-1", exploit=False), True),
        ("{package: zlib}", TWO, False),
        ("{package: bzip2}", TWO, True),
        ("{path: '*'}", UNTOLD, False),
    ],
)
def test_an_exception_to_an_entry_holds_as_soon_as_it_may(unless: str, found: Finding, *, holds: bool) -> None:
    rules = policy_of(f"cvss_floor: 9\nignore: [{{id: CVE-2026-1, unless: {unless}, reason: r}}]")

    judged = judge(rules, scan(found)).images[0].findings[0]

    assert judged.disposition is (Disposition.IGNORED if holds else Disposition.COUNTED)


@pytest.mark.parametrize(
    ("selectors", "one", "env", "holds"),
    [
        ({"env": "prod"}, TAGGED, "prod", True),
        ({"env": "prod"}, TAGGED, "dev", False),
        ({"env": "prod"}, TAGGED, None, False),
        ({"repository": "team/*"}, TAGGED, None, True),
        ({"repository": "team/*"}, image(repository=None), None, False),
        ({"tag": "v1"}, TAGGED, None, False),
        ({"tag": ("v1", "latest")}, TAGGED, None, True),
        ({"tag": "*"}, image(tags=()), None, False),
        ({"platform": "linux/*", "env": "dev"}, TAGGED, "prod", False),
    ],
)
def test_an_entry_for_some_images_settles_nothing_in_one_that_may_be_another(
    selectors: dict[str, Any], one: Image, env: str | None, *, holds: bool
) -> None:
    rules = policy(ignore=(ignore(id="CVE-2026-1", for_=Selectors(**selectors)),))

    judged = judge(rules, scan(OPENSSL, image=one), env=env).images[0].findings[0]

    assert judged.disposition is (Disposition.IGNORED if holds else Disposition.COUNTED)


def test_which_entries_were_of_use_met_their_fix_or_may_not_be_used_is_remembered() -> None:
    entries = "".join(
        f"\n- {{id: CVE-2026-{number}, reason: r, until: {until}}}"
        for number, until in enumerate(("fixed", "fixed", "2026-12-31", "2026-12-31", "2026-11-19"), start=1)
    )
    rules = policy_of(f"cvss_floor: 9\nrelaxations: {{never: {{kev: true}}}}\nignore:{entries}")
    uses = Uses()
    around = Surroundings(image=image(), now=NOW, env=None, vex=Vex((), NOW), compared=None, uses=uses)
    not_listed = Kev(listed=False)
    listed = [
        finding("CVE-2026-1", fix=Fix.FULL, kev=not_listed),
        finding("CVE-2026-2", fix=Fix.UNKNOWN, kev=not_listed),
        finding("CVE-2026-3", kev=not_listed),
        finding("CVE-2026-4", kev=Kev(listed=True)),
        finding("CVE-2026-5", kev=not_listed),
    ]

    settle(rules, listed, around)

    assert (uses.used, uses.outlived, uses.barred) == ({"ignore[2]"}, {"ignore[0]"}, {"ignore[3]"})


def test_of_several_entries_the_one_that_ends_last_is_named_and_all_are_used() -> None:
    ends = ("2026-12-01", "2027-01-31", "2026-11-30", "2026-01-01")
    entries = tuple(ignore(id="CVE-2026-1", owner=f"until {day}", until=day) for day in ends)

    by = ignored_by(OPENSSL, *entries)

    assert by is not None
    assert (by.owner, by.until, by.entries) == ("until 2027-01-31", "2027-01-31", (1, 0, 2))


def test_an_entry_that_does_not_hold_keeps_none_behind_it_from_holding() -> None:
    over = ignore(id="CVE-2026-1", until="2026-11-19")
    elsewhere = ignore(id="CVE-2026-1", for_=Selectors(repository="team/other"))

    by = ignored_by(OPENSSL, over, elsewhere, ignore(id="CVE-2026-1"))

    assert by is not None
    assert by.entries == (2,)


@pytest.mark.parametrize("until", [None, "fixed"])
def test_an_entry_without_a_last_day_ends_last(until: str | None) -> None:
    entries = (ignore(id="CVE-2026-1", until="2099-12-31"), ignore(id="CVE-2026-1", until=until))

    by = ignored_by(finding("CVE-2026-1", fix=Fix.NONE), *entries)

    assert by is not None
    assert (by.entries, by.until) == ((1, 0), until)


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

    there, back = (ignored_by(OPENSSL, *order) for order in (entries, entries[::-1]))

    assert there is not None
    assert back is not None
    assert [entries[n] for n in there.entries] == [entries[::-1][n] for n in back.entries]
    assert (there.owner, there.ticket, there.justification) == (back.owner, back.ticket, back.justification)


def test_an_entry_that_matches_by_several_of_its_words_is_named_once() -> None:
    entries = (ignore(id=("GHSA-abcd", "CVE-2026-1")), ignore(package=("openssl", "zlib")))

    by = ignored_by(finding("GHSA-abcd", aliases=("CVE-2026-1",), packages=TWO.packages), *entries)

    assert by is not None
    assert sorted(by.entries) == [0, 1]


def test_what_accepts_a_finding_is_told_in_the_entrys_own_words() -> None:
    entry = ignore(
        id="CVE-2026-1",
        owner="team",
        ticket="SEC-1",
        until=["2026-12-31", "fixed"],
        justification="vulnerable_code_not_present",
    )

    by = ignored_by(finding("CVE-2026-1", fix=Fix.NONE), entry)

    assert by is not None
    assert (by.reason, by.owner, by.ticket) == ("accepted", "team", "SEC-1")
    assert (by.until, by.justification) == ("2026-12-31 or fixed", "vulnerable_code_not_present")


def test_an_accepted_risk_says_on_whose_word_and_until_when() -> None:
    accepted = ignore(id="CVE-1", owner="team", ticket="SEC-1", until="2026-12-31")

    found = judge(policy(ignore=(Ignore(id="CVE-2"), accepted)), scan(finding("CVE-1"), finding("CVE-2"))).images[0]

    assert [one.settled_by for one in found.findings] == [
        "accepted by ignore entry 2: accepted, owner team, ticket SEC-1, until 2026-12-31",
        "accepted by ignore entry 1: -",
    ]


def test_a_hostile_reason_stays_on_its_line() -> None:
    rules = policy(ignore=(Ignore(id="CVE-1", reason="a\n::error::b\x1b[31m" + "x" * 2_000, owner="o\nwner"),))

    told = judge(rules, scan(finding("CVE-1"))).images[0].findings[0].settled_by

    assert told.isprintable()
    assert told.startswith("accepted by ignore entry 1: a ::error::bxxx")
    assert told.endswith("xxx…, owner o wner")
    assert len(told) == len("accepted by ignore entry 1: ") + 300 + len(", owner o wner")
