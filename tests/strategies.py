"""Hypothesis strategies for policies, findings and scans, from small pools, so that what is drawn collides.

Each value is made from one drawn number: drawing every field by itself takes ten times as long.
"""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any, Literal, TypeVar

from hypothesis import strategies as st
from msgspec import UNSET, UnsetType

from gate.model import Cvss, Finding, FindingStatus, Fix, Kind, Package, Scan, Severity, stem
from gate.policy.clauses import Budget, Count, Ignore, Limit, Max, Unlimited
from gate.policy.document import CvssChoice, Policy, Relaxations, ScanDemands
from gate.policy.scalars import Duration, Until
from tests.builders import NOW, finding, scan

TODAY = NOW.date()
IDS = ("CVE-2026-0001", "CVE-2026-0002", "cve-2026-0002", "GHSA-aaaa-bbbb-cccc", "ALAS-2026-1")
NAMES = ("openssl", "OpenSSL", "zlib", "log4j-core")
DAYS = tuple(TODAY + timedelta(days=days) for days in (-200, -30, -1, 0, 1, 30, 100))
WORDS = ("accepted", "no fix yet", "team-payments", "SEC-1")
Mode = Literal["enforce", "warn"]
Unit = Literal["finding", "vulnerability"]
Use = Literal["warn", "fail", "allow"]
MODES: tuple[Mode, ...] = ("enforce", "warn")
UNITS: tuple[Unit, ...] = ("finding", "vulnerability")
LENIENT: tuple[Use, ...] = ("warn", "allow")
ANY_USE: tuple[Use, ...] = ("warn", "allow", "fail")
SEVERITIES = tuple(Severity)

T = TypeVar("T")


def seeded(make: Callable[[Random], T]) -> st.SearchStrategy[T]:
    """Return a strategy for what `make` makes of a source of random numbers."""
    return st.integers(0, 2**32 - 1).map(lambda seed: make(Random(seed)))


def findings(ids: tuple[str, ...] = IDS) -> st.SearchStrategy[Finding]:
    """Draw a finding in up to two packages, with any severity, fix, status and scores."""
    return seeded(lambda source: _finding(source, ids))


def scans(least: int = 0) -> st.SearchStrategy[Scan]:
    """Draw a complete scan with at least `least` and up to eight findings."""

    def made(source: Random) -> Scan:
        listed = [_finding(source, IDS) for _ in range(source.randint(least, 8))]
        return scan(*listed, kind=source.choice(tuple(Kind)))

    return seeded(made)


def entries(obeying: Relaxations | None = None) -> st.SearchStrategy[Ignore]:
    """Draw an `ignore` entry; with `obeying`, one that has what these relaxations ask of it."""
    return seeded(lambda source: _obedient(source, obeying) if obeying else _entry(source))


def policies(
    *, mode: tuple[Mode, ...] = MODES, count_by: tuple[Unit, ...] = UNITS, unused: tuple[Use, ...] = LENIENT
) -> st.SearchStrategy[Policy]:
    """Draw a policy with these modes, units, and ways to treat `ignore` entries that are of no use."""

    def made(source: Random) -> Policy:
        return Policy(
            version=1,
            mode=source.choice(mode),
            max=Max(**{severity.value: _limit(source) for severity in SEVERITIES if source.random() < 0.7}),
            count_by=source.choice(count_by),
            cvss_floor=source.choice((None, None, 0.1, 4.0, 7.0, 9.0, 10.0)),
            cvss=CvssChoice(
                sources=tuple(source.sample(("inspector", "vendor", "nvd"), source.randint(1, 3))),
                missing=source.choice(("severity", "fail", 0.0, 7.0)),
            ),
            ignore=tuple(_entry(source) for _ in range(source.randint(0, 4))),
            relaxations=Relaxations(
                require=source.choice((("reason",), ("reason", "owner", "since", "until"))),
                max_days=source.choice((None, 1, 90)),
                unused=source.choice(unused),
                expiring=Duration(source.choice((0, 14)) * 86_400),
            ),
            scan=ScanDemands(
                kind=source.choice(("any", "any", "any", "enhanced")),
                max_age=source.choice((None, Duration(86_400))),
                inspector_suppressed=source.choice(("count", "trust")),
            ),
        )

    return seeded(made)


def tighter(limit: Limit) -> st.SearchStrategy[Limit]:
    """Draw a limit that allows nothing which `limit` forbids."""
    return seeded(lambda source: _tighter(source, limit))


def _finding(source: Random, ids: tuple[str, ...]) -> Finding:
    identity = source.choice(ids)
    held = tuple(_package(source) for _ in range(source.choice((0, 1, 1, 1, 2))))
    return finding(
        identity,
        source.choice((Severity.HIGH,) * 4 + SEVERITIES),
        key=stem(identity, held),
        packages=held,
        fix=source.choice(tuple(Fix)),
        status=source.choice((FindingStatus.ACTIVE, FindingStatus.ACTIVE, *FindingStatus)),
        aliases=(source.choice(IDS),) if source.random() < 0.4 else (),
        scores=tuple(_score(source) for _ in range(source.choice((0, 1, 2)))),
    )


def _package(source: Random) -> Package:
    return Package(
        name=source.choice(NAMES),
        version=source.choice((None, "1.0", "1.2~rc1")),
        fixed_in=source.choice((None, "1.2", "1:2.0")),
        type=source.choice((None, "OS", "JAR")),
    )


def _score(source: Random) -> Cvss:
    return Cvss(
        score=source.choice((0.0, 3.9, 6.9, 7.0, 9.0, 9.8)),
        version=source.choice(("2.0", "3.1", "4.0")),
        source=source.choice(("inspector", "nvd", "debian")),
    )


def _entry(source: Random) -> Ignore:
    end = source.choice((None, None, *DAYS))
    fixed = source.random() < 0.3
    return Ignore(
        **_scope(source),
        reason=source.choice(WORDS),
        owner=source.choice((None, *WORDS)),
        ticket=source.choice((None, *WORDS)),
        since=source.choice((None, None, None, *DAYS)),
        until=Until(end, fixed=fixed) if end or fixed else None,
    )


def _obedient(source: Random, demands: Relaxations) -> Ignore:
    since = source.choice(DAYS)
    until = Until(since + timedelta(days=source.randint(0, demands.max_days or 90)), fixed=source.random() < 0.3)
    dated = demands.max_days or source.random() < 0.5 or "until" in demands.require
    return Ignore(
        **_scope(source),
        reason=source.choice(WORDS),
        owner=source.choice(WORDS),
        since=since if dated else None,
        until=until if dated else None,
    )


def _scope(source: Random) -> dict[str, Any]:
    keys = source.choice((("id",), ("package",), ("id", "package")))
    return {key: _patterns(source, IDS if key == "id" else NAMES) for key in keys}


def _patterns(source: Random, pool: tuple[str, ...]) -> str | tuple[str, ...]:
    known = (*pool, *(f"{text[:4]}*" for text in pool), f"{pool[0][:-1]}?")
    several = source.sample(known, 2)
    return tuple(several) if source.random() < 0.3 else several[0]


def _limit(source: Random) -> Limit:
    limits = [_allowed(source) for _ in range(3)]
    if source.random() < 0.6:
        return limits[0]
    return Budget(fixable=limits[0], unfixable=limits[1], unknown=limits[2] if source.random() < 0.5 else UNSET)


def _allowed(source: Random) -> Count | Unlimited:
    return source.choice(("unlimited", 0, 0, 1, 2, 3))


def _tighter(source: Random, limit: Limit) -> Limit:
    if isinstance(limit, Budget):
        return _tighter_budget(source, limit)
    total = _lower(source, limit)
    if total == "unlimited" or source.random() < 0.5:
        return total
    fixable = source.randint(0, total)
    return Budget(fixable=fixable, unfixable=total - fixable)


def _tighter_budget(source: Random, limit: Budget) -> Budget:
    fixable, unfixable = _lower(source, limit.fixable), _lower(source, limit.unfixable)
    if not isinstance(limit.unknown, UnsetType):
        return Budget(fixable=fixable, unfixable=unfixable, unknown=_lower(source, limit.unknown))
    if fixable == "unlimited" or source.random() < 0.5:
        return Budget(fixable=fixable, unfixable=unfixable)
    # NOTE: what was one budget may become two that together allow no more.
    unknown = source.randint(0, fixable)
    return Budget(fixable=fixable - unknown, unfixable=unfixable, unknown=unknown)


def _lower(source: Random, limit: Count | Unlimited) -> Count | Unlimited:
    return source.choice((limit, source.randint(0, 3 if limit == "unlimited" else limit)))
