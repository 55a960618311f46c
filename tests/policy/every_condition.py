"""For each condition values as a policy writes them, and findings for which they hold, do not, and may."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from msgspec import Struct

from gate.model import Cvss, Finding, Fix, Kev, Severity
from gate.policy.conditions import When
from gate.policy.loader import loads
from tests.builders import NOW, finding, package

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


class Row(Struct, frozen=True, kw_only=True):
    """One value of one condition, with what a finding must be like for each of the three answers."""

    value: str
    """As a policy file holds it."""
    true: tuple[Finding, ...]
    false: tuple[Finding, ...]
    unknown: tuple[Finding, ...] = ()

    def of(self, truth: bool | None) -> tuple[Finding, ...]:
        """Return the findings for which this is the answer."""
        return self.true if truth else self.unknown if truth is None else self.false


def made(**fields: Any) -> Finding:
    """Return a finding that every relaxation of the test applies to, and of which nothing else is known."""
    return finding(fields.pop("id", "CVE-2026-1000"), **{"fix": Fix.NONE, "published": NOW - DAY, **fields})


def scored(score: float | None = 7.5, vector: str | None = None) -> Finding:
    """Return a finding with this score."""
    return made(scores=() if score is None else (Cvss(score=score, version="3.1", source="nvd", vector=vector),))


def held(**fields: Any) -> Finding:
    """Return a finding in one package."""
    return made(packages=(package(**fields),))


def kev(*, listed: bool = True, due: date | None = None) -> Finding:
    """Return a finding of which CISA's catalogue says this."""
    return made(kev=Kev(listed=listed, due=due))


def aged(name: str, age: timedelta | None) -> Finding:
    """Return a finding with a date so long ago; a negative age lies ahead of now."""
    return made(**{name: None if age is None else NOW - age})


BARE = made(packages=())
TODAY = NOW.date()

ROWS: Mapping[str, tuple[Row, ...]] = {
    "id": (
        Row(
            value="cve-2026-1*", true=(made(), made(id="GHSA-1", aliases=("CVE-2026-12",))), false=(made(id="GHSA-1"),)
        ),
        Row(value="[ALAS-1, CVE-2026-1000]", true=(made(), made(packages=())), false=(made(id="CVE-2026-10001"),)),
    ),
    "severity": (
        Row(
            value="high",
            true=(made(severity=Severity.HIGH),),
            false=(made(severity=Severity.MEDIUM), made(severity=Severity.LOW)),
            unknown=(made(severity=Severity.UNKNOWN),),
        ),
        Row(
            value="high+",
            true=(made(severity=Severity.HIGH), made(severity=Severity.UNKNOWN)),
            false=(made(severity=Severity.MEDIUM),),
        ),
        Row(value="unknown", true=(made(severity=Severity.UNKNOWN),), false=(made(severity=Severity.HIGH),)),
    ),
    "cvss": (
        Row(value="7.0+", true=(scored(7.0), scored(10.0)), false=(scored(6.9),), unknown=(scored(None), scored(0.0))),
        Row(value="4.0..6.9", true=(scored(4.0),), false=(scored(7.0), scored(3.9)), unknown=(scored(None),)),
    ),
    "vector": (
        Row(
            value="{AV: N, PR: [N, L]}",
            true=(scored(vector="CVSS:3.1/AV:N/AC:H/PR:L"),),
            false=(scored(vector="CVSS:3.1/AV:N/PR:H"), scored(vector="CVSS:3.1/AV:L")),
            unknown=(scored(vector="CVSS:3.1/AV:N"), scored(), scored(None), scored(vector="AV:x/PR:N")),
        ),
    ),
    "fix": (
        Row(
            value="available",
            true=(made(fix=Fix.FULL), made(fix=Fix.PARTIAL)),
            false=(made(fix=Fix.NONE),),
            unknown=(made(fix=Fix.UNKNOWN),),
        ),
        Row(value="[none, unknown]", true=(made(fix=Fix.NONE), made(fix=Fix.UNKNOWN)), false=(made(fix=Fix.FULL),)),
    ),
    "exploit": (
        Row(value="true", true=(made(exploit=True),), false=(made(exploit=False),), unknown=(made(),)),
        Row(value="false", true=(made(exploit=False),), false=(made(exploit=True),), unknown=(made(),)),
    ),
    "in_use": (
        Row(value="true", true=(made(in_use=True),), false=(made(in_use=False),), unknown=(made(),)),
        Row(value="false", true=(made(in_use=False),), false=(made(in_use=True),), unknown=(made(),)),
    ),
    "epss": (
        Row(
            value="0.10+", true=(made(epss=0.1), made(epss=1.0)), false=(made(epss=0.0999),), unknown=(made(epss=None),)
        ),
        Row(value="0..0.5", true=(made(epss=0.0),), false=(made(epss=0.6),), unknown=(made(),)),
    ),
    "kev": (
        Row(value="true", true=(kev(),), false=(kev(listed=False),), unknown=(made(kev=None),)),
        Row(value="false", true=(kev(listed=False),), false=(kev(),), unknown=(made(kev=None),)),
    ),
    "kev_due": (
        Row(
            value="passed",
            true=(kev(due=TODAY - DAY),),
            false=(kev(due=TODAY), kev(listed=False)),
            unknown=(made(kev=None), kev(due=None)),
        ),
        Row(
            value="7d",
            true=(kev(due=TODAY - DAY), kev(due=TODAY + 6 * DAY)),
            false=(kev(due=TODAY + 7 * DAY), kev(listed=False)),
            unknown=(made(kev=None), kev(due=None)),
        ),
    ),
    "published": (
        Row(
            value="30d+",
            true=(aged("published", 30 * DAY),),
            false=(aged("published", 30 * DAY - SECOND),),
            unknown=(aged("published", None), aged("published", -SECOND)),
        ),
    ),
    "age": (
        Row(
            value="7d..30d",
            true=(aged("first_seen", 7 * DAY), aged("first_seen", 30 * DAY)),
            false=(aged("first_seen", 6 * DAY), aged("first_seen", 31 * DAY)),
            unknown=(aged("first_seen", None), aged("first_seen", -SECOND)),
        ),
    ),
    "package": (
        Row(value="open*", true=(held(name="openssl"),), false=(held(name="OpenSSL"),), unknown=(BARE,)),
        Row(value="openssl", true=(held(name="openssl"),), false=(held(name="openssl-dev"),), unknown=(BARE,)),
    ),
    "version": (
        Row(
            value="'2.1*'",
            true=(held(version="2.17"),),
            false=(held(version="2.2"),),
            unknown=(held(version=None), BARE),
        ),
    ),
    "package_type": (
        Row(value="os", true=(held(type="OS"),), false=(held(type="JAR"),), unknown=(held(type=None), BARE)),
    ),
    "path": (
        Row(
            value="usr/*",
            true=(held(path="usr/lib/a"),),
            false=(held(path="USR/lib/a"),),
            unknown=(held(path=None), BARE),
        ),
    ),
}
"""Every condition has a row here: test_every_condition.py says what comes of it wherever a policy may ask."""
ALWAYS_KNOWN = {"id"}
"""Conditions whose fact every finding has."""


def when_of_row(key: str, row: Row) -> When:
    """Return the condition alone, as a rule of a policy file asks for it."""
    text = f"version: 1\nrules: [{{name: asked, when: {{{key}: {row.value}}}}}]\n"
    return loads(text.encode(), file="gate.yaml").policy.rules[0].when
