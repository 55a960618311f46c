"""Makers for all that the policy language can say and ask, from small pools, so that what is drawn collides.

Each value is made from one source of random numbers: drawing every field by itself takes ten times as long.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random
from typing import Any

from msgspec import UNSET

from gate.model import Cvss, Finding, FindingStatus, Fix, Kev, Kind, Package, Scan, Severity, stem
from gate.policy.choices import DueChoice, FixChoice, MetricChoice
from gate.policy.choices import SeverityChoice as Severities
from gate.policy.clauses import Adjust, Baseline, Budget, Count, Grace, Ignore, Limit, Max, Rule, Selectors, Unlimited
from gate.policy.conditions import Vector, When, when_of
from gate.policy.ranges import AgeChoice, ProbabilityChoice, ScoreChoice
from gate.policy.scalars import Duration, Until
from gate.policy.verdict import Sight
from tests.builders import DIGEST, NOW, OTHER_DIGEST, finding, image, scan

TODAY = NOW.date()
IDS = ("CVE-2026-0001", "CVE-2026-0002", "cve-2026-0002", "GHSA-aaaa-bbbb-cccc", "code:sql-injection")
ID_PATTERNS = (*IDS, "cve-2026-*", "GHSA-*", "CVE-2026-000?", "c*", "[cg]*")
NAMES = ("openssl", "OpenSSL", "zlib", "log4j-core")
VERSIONS = ("1.0", "1.2", "2.1.7")
TYPES = ("OS", "os", "JAR")
PATHS = ("app/a.jar", "app/b.jar")
DAYS = tuple(TODAY + timedelta(days=days) for days in (-60, -1, 0, 1, 60))
MOMENTS = tuple(
    NOW + timedelta(days=days, seconds=seconds) for days in (0, -7, -30, -90) for seconds in (-3600, 0, 1, 43_200)
)
VECTORS = (
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "AV:L/AC:L/Au:N/C:P/I:P/A:P",
    "CVSS:4.0/AV:N/AC:H/AT:N/PR:L/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
    None,
)
CHAIN: tuple[Limit, ...] = (
    "unlimited",
    3,
    Budget(fixable=2, unfixable=1),
    Budget(fixable=1, unfixable=1),
    1,
    Budget(fixable=1, unfixable=0),
    0,
)
"""Limits of which each allows nothing that the one before it forbids."""
TRUTHS = (True, True, False, None)
FACTS = ("fix", "exploit", "in_use", "epss", "kev", "kev_due", "published", "age", "cvss", "vector")
"""The conditions whose facts may be unknown, and that are of no package."""
PACKAGED = ("package", "version", "package_type", "path")
KEYS = ("id", "severity", *FACTS, *PACKAGED)


def made_when(source: Random, keys: Sequence[str] = KEYS, depth: int = 3) -> When:
    """Make conditions, nested at most `depth` deep."""
    own = {key: CHOICES[key](source) for key in source.sample(tuple(keys), min(len(keys), source.choice((1, 1, 1, 2))))}
    if depth == 1 or source.random() < 0.45:
        return when_of(**own)
    key = source.choice(("any", "all", "not_", "not_"))
    below = tuple(made_when(source, keys, depth - 1) for _ in range(source.randint(1, 3)))
    return when_of(**(own if source.random() < 0.4 else {}), **{key: below[0] if key == "not_" else below})


def made_rule(source: Random, name: str, keys: Sequence[str] = KEYS, depth: int = 3) -> Rule:
    """Make a rule with this name."""
    return Rule(
        name=name,
        when=made_when(source, keys, depth),
        if_unknown=source.choice((None, None, "warn", "fail")),
        max=source.choice((0, 0, 0, 1, 2)),
        action=source.choice(("fail", "fail", "warn")),
        enforce_from=source.choice((None,) * 8 + DAYS),
        spare=source.choice(((), (), ("grace",), ("baseline",), ("grace", "baseline"))),
    )


def made_ignore(source: Random, keys: Sequence[str] = KEYS) -> Ignore:
    """Make an accepted risk, with any of its scope keys."""
    scope: dict[str, Any] = {source.choice(("id", "id", "package", "path")): None}
    scope |= dict.fromkeys(source.sample(("id", *PACKAGED), source.choice((0, 0, 1, 2))))
    end, fixed = source.choice((None, None, None, *DAYS)), source.random() < 0.2
    return Ignore(
        **{key: CHOICES[key](source) for key in scope},
        unless=made_when(source, keys, 2) if source.random() < 0.4 else None,
        for_=made_selectors(source) if source.random() < 0.2 else None,
        reason=source.choice(("accepted", "no fix yet")),
        since=source.choice((None, None, None, None, *DAYS)),
        until=Until(end, fixed=fixed) if end or fixed else None,
    )


def made_adjust(source: Random, keys: Sequence[str] = KEYS) -> Adjust:
    """Make a change of severity."""
    end = source.choice((None, None, None, *DAYS))
    return Adjust(
        when=made_when(source, keys, 2),
        to=source.choice(("critical", "high", "medium", "low", "informational")),
        reason="rated anew",
        since=source.choice((None, None, None, *DAYS)),
        until=Until(end, fixed=False) if end else None,
    )


def made_grace(source: Random, begins: str = "published") -> Grace:
    """Make time to react, counted from a moment."""
    end = source.choice((None, None, None, *DAYS))
    times: dict[str, Any] = {
        name: _duration(source) for name in ("critical", "high", "medium", "low") if source.random() < 0.7
    }
    return Grace(
        **times or {"high": _duration(source)},
        begins="published" if begins == "published" else "first_seen",
        since=source.choice((None,) * 8 + DAYS),
        until=Until(end, fixed=False) if end else None,
    )


def made_baseline(source: Random) -> Baseline:
    """Make the choice of a baseline that may be missing."""
    end = source.choice((None, None, None, *DAYS))
    return Baseline(
        image="prod",
        judge=source.choice(("new", "worse", "worse")),
        since=source.choice((None, None, None, *DAYS)),
        until=Until(end, fixed=False) if end else None,
    )


def made_max(source: Random) -> Max:
    """Make limits for some severities."""
    names = ("critical", "high", "medium", "low", "informational", "unknown")
    return Max(**{name: made_limit(source) for name in names if source.random() < 0.7})


def made_limit(source: Random) -> Limit:
    """Make a limit: a number, none, or a budget."""
    fixable, unfixable, unknown = (_number(source) for _ in range(3))
    if source.random() < 0.6:
        return fixable
    return Budget(fixable=fixable, unfixable=unfixable, unknown=unknown if source.random() < 0.5 else UNSET)


def made_selectors(source: Random) -> Selectors:
    """Make selectors that select some of the images that `made_scan` makes."""
    keys = source.sample(tuple(SELECTORS), source.choice((1, 1, 2)))
    return Selectors(**{key: _one_or_two(source, SELECTORS[key]) for key in keys})


def made_finding(source: Random) -> Finding:
    """Make a finding in any number of packages, of which any fact may be unknown."""
    identity = source.choice(IDS)
    held = tuple(_package(source) for _ in range(source.choice((0, 1, 1, 1, 2, 2, 3))))
    due = source.choice((None, *(TODAY + timedelta(days=days) for days in (-8, -1, 0, 6, 7, 30))))
    listed = source.choice(TRUTHS)
    return finding(
        identity,
        source.choice((Severity.HIGH, Severity.HIGH, *Severity)),
        key=stem(identity, held),
        packages=held,
        fix=source.choice(tuple(Fix)),
        status=source.choice((FindingStatus.ACTIVE,) * 5 + tuple(FindingStatus)),
        aliases=(source.choice(IDS),) if source.random() < 0.3 else (),
        scores=tuple(_score(source) for _ in range(source.choice((0, 1, 1, 2, 3)))),
        exploit=source.choice(TRUTHS),
        in_use=source.choice(TRUTHS),
        epss=source.choice((None, 0.0, 0.1, 0.5, 0.97)),
        kev=None if listed is None else Kev(listed=listed, due=due if listed else None),
        first_seen=source.choice((None, *MOMENTS)),
        published=source.choice((None, *MOMENTS)),
    )


def made_scan(source: Random, most: int = 7) -> Scan:
    """Make a complete scan of an image of which some facts may be unknown."""
    judged = image(
        tags=source.choice(((), ("v1",), ("v1",), ("v1", "prod"))),
        platform=source.choice((None, "linux/amd64", "linux/arm64")),
        registry=source.choice(("123456789012", "111122223333", None)),
        digest=source.choice((DIGEST, DIGEST, None)),
        index_digest=source.choice((None, None, OTHER_DIGEST)),
    )
    listed = [made_finding(source) for _ in range(source.randint(0, most))]
    return scan(*listed, image=judged, kind=source.choice(tuple(Kind)))


def made_sights(source: Random, seen: Scan) -> dict[str, Sight]:
    """Make what a baseline knows of some of the findings of a scan, and of one that is gone."""
    keys = [one.key for one in seen.findings if source.random() < 0.6]
    return {key: _sight(source) for key in ("CVE-2020-1 OS:gone", *keys)}


def _sight(source: Random) -> Sight:
    return Sight(
        severity=source.choice((Severity.CRITICAL, Severity.HIGH, Severity.HIGH, *Severity)),
        fix=source.choice(tuple(Fix)),
        exploit=source.choice(TRUTHS),
        kev=source.choice(TRUTHS),
        first_seen=source.choice((None, *MOMENTS)),
    )


def _package(source: Random) -> Package:
    return Package(
        name=source.choice(NAMES),
        version=source.choice((None, *VERSIONS)),
        type=source.choice((None, *TYPES)),
        path=source.choice((None, *PATHS)),
    )


def _score(source: Random) -> Cvss:
    number = source.randrange(6)
    version, score = ("2.0", "3.1", "4.0")[number % 3], (0.0, 3.9, 6.9, 7.0, 9.0, 9.8)[number]
    # NOTE: the vector follows from version and score: the page does not say which of two equal scores is judged.
    return Cvss(
        score=score,
        version=version,
        source=source.choice(("inspector", "nvd", "debian", "amazon")),
        vector=VECTORS[number % 4],
    )


def _number(source: Random) -> Count | Unlimited:
    return source.choice(("unlimited", 0, 0, 1, 2, 3))


def _duration(source: Random) -> Duration:
    return Duration.parse(source.choice(("0s", "7d", "30d", "120d", "120d")))


def _one_or_two(source: Random, pool: Sequence[str]) -> str | tuple[str, ...]:
    chosen = source.sample(tuple(pool), 2 if source.random() < 0.25 else 1)
    return chosen[0] if len(chosen) == 1 else tuple(chosen)


def _pattern(pool: Sequence[str]) -> Callable[[Random], Any]:
    return lambda source: _one_or_two(source, pool)


def _choice(kind: Any, pool: Sequence[str]) -> Callable[[Random], Any]:
    def made(source: Random) -> Any:
        words = source.sample(tuple(pool), 2 if source.random() < 0.25 else 1)
        return kind.parse(words[0] if len(words) == 1 else words)

    return made


def _truth(source: Random) -> bool:
    return source.random() < 0.7


def _vector(source: Random) -> Vector:
    letters = {"AV": ("N", "L"), "AC": ("L", "H"), "PR": ("N", "L"), "UI": ("N", "P"), "C": ("H", "P")}
    names = source.sample(tuple(letters), source.choice((1, 2)))
    return Vector(**{name: _choice(MetricChoice, letters[name])(source) for name in names})


CHOICES: dict[str, Callable[[Random], Any]] = {
    "id": _pattern(ID_PATTERNS),
    "severity": _choice(Severities, ("critical", "high", "high+", "medium+", "low", "unknown", "informational+")),
    "cvss": _choice(ScoreChoice, ("7.0+", "4.0..6.9", "9.8", "0+", "0..3.9")),
    "vector": _vector,
    "fix": _choice(FixChoice, ("available", "full", "partial", "none", "unknown")),
    "exploit": _truth,
    "in_use": _truth,
    "epss": _choice(ProbabilityChoice, ("0.1+", "0..0.1", "0.5", "0.0")),
    "kev": _truth,
    "kev_due": lambda source: DueChoice.parse(source.choice(("passed", "0s", "12h", "7d", "8d"))),
    "published": _choice(AgeChoice, ("7d+", "30d+", "0s..7d", "7d..90d")),
    "age": _choice(AgeChoice, ("7d+", "30d+", "0s..7d", "7d..90d")),
    "package": _pattern((*NAMES, "open*", "*ssl", "*")),
    "version": _pattern((*VERSIONS, "1.*", "2.1*")),
    "package_type": _pattern((*TYPES, "j*")),
    "path": _pattern((*PATHS, "app/*")),
}
"""How a value of each condition is made."""
SELECTORS: dict[str, tuple[str, ...]] = {
    "env": ("dev", "prod"),
    "repository": ("team/*", "team/app", "tools/*"),
    "tag": ("v1", "v*", "prod", "*"),
    "platform": ("linux/amd64", "linux/*"),
    "source": ("ecr", "saved"),
    "account": ("123456789012", "1111*"),
    "digest": (DIGEST, OTHER_DIGEST, "sha256:*"),
}
