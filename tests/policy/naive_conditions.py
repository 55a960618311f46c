"""Conditions judged one finding and one package at a time, as the policy page reads, for test_columns.py.

Conditions are plain mappings here, as a policy file holds them; findings are drawn from small pools, so that they meet.
"""

from collections.abc import Iterable
from datetime import timedelta
from fnmatch import fnmatchcase
from random import Random
from typing import Any

import msgspec

from gate.model import Cvss, Finding, Fix, Kev, Package, Severity
from gate.policy.conditions import View, When
from gate.policy.scalars import decode_scalar
from tests.builders import NOW, finding

Written = dict[str, Any]
Known = bool | None
VIEW = View(now=NOW, score=lambda found: next(iter(found.scores), None), first_seen=lambda found: found.first_seen)
RANKS = ["informational", "low", "medium", "high", "critical"]
PACKAGE_TEXTS = {"package": "name", "version": "version", "package_type": "type", "path": "path"}
VALUES: dict[str, list[Any]] = {
    "id": ["CVE-2026-1", "cve-2026-*", ["GHSA-a", "CVE-2026-2?"], "*-[ab]", ["nothing"]],
    "severity": ["high", "high+", "unknown", ["low", "critical"], ["informational", "medium+"], ["unknown", "low"]],
    "cvss": ["7.0", "7.0+", "4.0..6.9", ["0..3.9", "9.0+"]],
    "fix": ["available", "full", "none", "unknown", ["partial", "unknown"]],
    "exploit": [True, False],
    "epss": ["0.10+", "0.1..0.5", ["0.9+", "0..0.01"]],
    "kev": [True, False],
    "published": ["30d+", "7d..30d"],
    "package": ["openssl", "open*", ["zlib", "log4j-?ore"], "OPENSSL"],
    "version": ["1.0", "1.*", ["2.0", "3.*"]],
    "package_type": ["os", "JAR", ["npm", "o*"]],
    "path": ["usr/lib/a.jar", "usr/*"],
}
"""What conditions are drawn from."""


def when_from(written: Written) -> When:
    """Return conditions as the policy's type."""
    return msgspec.convert(written, When, dec_hook=decode_scalar)


def any_package(written: Written, found: Finding) -> Known:
    """Tell whether conditions hold for any one package of a finding; None where they may."""
    return _either(_tree(written, found, package) for package in found.packages or (None,))


def all_packages(written: Written, found: Finding) -> bool:
    """Tell whether conditions are known to hold for each package of a finding."""
    return all(_tree(written, found, package) is True for package in found.packages or (None,))


def _both(answers: Iterable[Known]) -> Known:
    listed = list(answers)
    return False if False in listed else None if None in listed else True


def _either(answers: Iterable[Known]) -> Known:
    listed = list(answers)
    return True if True in listed else None if None in listed else False


def _tree(written: Written, found: Finding, package: Package | None) -> Known:
    answers = []
    for key, wanted in written.items():
        if key == "all":
            answers += [_tree(one, found, package) for one in wanted]
        elif key == "any":
            answers.append(_either(_tree(one, found, package) for one in wanted))
        elif key == "not":
            inner = _tree(wanted, found, package)
            answers.append(None if inner is None else not inner)
        else:
            words = wanted if isinstance(wanted, list) else [wanted]
            answers.append(_either(_told(key, word, found, package) for word in words))
    return _both(answers)


def _told(key: str, word: Any, found: Finding, package: Package | None) -> Known:
    """Tell whether one word of a condition holds."""
    if key in PACKAGE_TEXTS:
        text = None if package is None else getattr(package, PACKAGE_TEXTS[key])
        fold = str.lower if key == "package_type" else str
        return None if text is None else fnmatchcase(fold(text), fold(word))
    if key == "id":
        return any(fnmatchcase(name.lower(), word.lower()) for name in (found.id, *found.aliases))
    if key == "severity":
        return _severity(word, found.severity.value)
    if key == "fix":
        states = {"available": ("full", "partial")}.get(word, (word,))
        return True if found.fix.value in states else None if found.fix is Fix.UNKNOWN and word != "unknown" else False
    if key in {"exploit", "kev"}:
        known = found.exploit if key == "exploit" else found.kev.listed if found.kev else None
        return None if known is None else known == word
    number = {
        "cvss": found.scores[0].score if found.scores else None,
        "epss": found.epss,
        "published": (NOW - found.published).days if found.published and found.published <= NOW else None,
    }[key]
    low, _, high = word.replace("d", "").removesuffix("+").partition("..")
    return None if number is None else float(low) <= number <= (99_999 if "+" in word else float(high or low))


def _severity(word: str, seen: str) -> Known:
    if seen == "unknown":
        return True if word == "unknown" or word.endswith("+") else None
    if word.endswith("+"):
        return RANKS.index(seen) >= RANKS.index(word[:-1])
    return seen == word


def drawn_conditions(source: Random, depth: int = 3) -> Written:
    """Return conditions made of the values above, nested up to `depth` deep."""
    chosen = source.sample([*VALUES], source.choice((1, 1, 2, 3) if depth else (1, 2)))
    written: Written = {key: source.choice(VALUES[key]) for key in chosen}
    if depth and source.random() < 0.6:
        key = source.choice(("any", "all", "not"))
        below = [drawn_conditions(source, depth - 1) for _ in range(source.randint(1, 3))]
        written = {**(written if source.random() < 0.5 else {}), key: below[0] if key == "not" else below}
    return written


def drawn_finding(source: Random, number: int) -> Finding:
    """Return a finding in none to three packages, with any fact known or not; the number goes into its id."""
    known = source.random()
    return finding(
        source.choice((f"CVE-2026-{number}", "CVE-2026-1", "GHSA-A", "ghsa-b")),
        source.choice(tuple(Severity)),
        key=f"key {number}",
        aliases=(f"CVE-2026-{source.randint(1, 30)}",) if known < 0.3 else (),
        fix=source.choice(tuple(Fix)),
        exploit=source.choice((True, False, None)),
        epss=source.choice((None, 0.1, 0.5, source.random())),
        kev=source.choice((None, Kev(listed=True), Kev(listed=False))),
        scores=tuple(_score(source) for _ in range(source.randint(0, 2))),
        published=source.choice((None, *(NOW - timedelta(days=days) for days in (-1, 0, 7, 29, 30, 31, 400)))),
        packages=tuple(_package(source) for _ in range(source.choice((0, 1, 1, 1, 2, 3)))),
    )


def _score(source: Random) -> Cvss:
    return Cvss(score=source.choice((0.0, 3.9, 4.0, 6.9, 7.0, 9.8)), version="3.1", source="nvd")


def _package(source: Random) -> Package:
    return Package(
        name=source.choice(("openssl", "OpenSSL", "zlib", "log4j-core", "openjdk")),
        version=source.choice((None, "1.0", "1.0.1", "2.0", "3.1")),
        type=source.choice((None, "OS", "JAR", "npm")),
        path=source.choice((None, None, "usr/lib/a.jar", "USR/lib/a.jar", "usr/b")),
    )
