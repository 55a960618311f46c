"""A second reading of the conditions, slow and plain, written from the policy page: true, false, or not known."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from fnmatch import fnmatchcase
from typing import Any

from msgspec import Struct

from gate.model import Cvss, Finding, Fix, Package, Severity
from gate.policy.conditions import When
from gate.policy.verdict import Sight

Known = bool | None
KNOWN_SEVERITIES = ["informational", "low", "medium", "high", "critical"]
_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_FIXES = {"available": {"full", "partial"}}
_PACKAGE_TEXTS = {"package": "name", "version": "version", "package_type": "type", "path": "path"}


class Seen(Struct, frozen=True, kw_only=True):
    """What a finding is looked at with: the time, the order of the scores' sources, and the baseline's sights."""

    now: datetime
    sources: tuple[str, ...]
    sights: dict[str, Sight]

    def sight(self, found: Finding) -> Sight | None:
        """Return how the baseline has a finding."""
        return self.sights.get(found.key)


def both(answers: Iterable[Known]) -> Known:
    """Return Kleene's `and` of all answers."""
    listed = list(answers)
    if False in listed:
        return False
    return None if None in listed else True


def either(answers: Iterable[Known]) -> Known:
    """Return Kleene's `or` of all answers."""
    return opposite(both(opposite(answer) for answer in answers))


def opposite(answer: Known) -> Known:
    """Return Kleene's `not`."""
    return None if answer is None else not answer


def tightening(when: When, found: Finding, seen: Seen) -> Known:
    """Tell whether conditions that tighten hold for a finding: for any one of its packages."""
    return either(_tree(when, found, package, seen) for package in found.packages or (None,))


def relaxing(when: When, found: Finding, seen: Seen) -> bool:
    """Tell whether conditions that relax are known to hold for a finding: for each of its packages."""
    return all(_tree(when, found, package, seen) is True for package in found.packages or (None,))


def may_hold(when: When | None, found: Finding, seen: Seen) -> bool:
    """Tell whether conditions that tighten hold, or nobody knows that they do not."""
    return when is not None and tightening(when, found, seen) is not False


def _tree(when: When, found: Finding, package: Package | None, seen: Seen) -> Known:
    answers = []
    for key in (*READ, *_PACKAGE_TEXTS):
        wanted = getattr(when, key)
        if wanted is None:
            continue
        if key in READ:
            answers.append(READ[key](wanted, found, seen))
        else:
            answers.append(package_is(key, wanted, package))
    if when.any is not None:
        answers.append(either(_tree(one, found, package, seen) for one in when.any))
    if when.all is not None:
        answers.append(both(_tree(one, found, package, seen) for one in when.all))
    if when.not_ is not None:
        answers.append(opposite(_tree(when.not_, found, package, seen)))
    return both(answers)


def named(patterns: str | tuple[str, ...], *texts: str, fold: bool = False) -> bool:
    """Tell whether any text is, or matches, any pattern."""
    wanted = [patterns] if isinstance(patterns, str) else list(patterns)
    if fold:
        return any(fnmatchcase(text.casefold(), one.casefold()) for text in texts for one in wanted)
    return any(fnmatchcase(text, one) for text in texts for one in wanted)


def is_called(patterns: str | tuple[str, ...], found: Finding) -> bool:
    """Tell whether a finding's id or an alias is named, whatever the case."""
    return named(patterns, found.id, *found.aliases, fold=True)


def package_is(key: str, patterns: str | tuple[str, ...], package: Package | None) -> Known:
    """Tell whether a package is the one that is named; unknown where there is none, or its fact is absent."""
    text = None if package is None else getattr(package, _PACKAGE_TEXTS[key])
    return None if text is None else named(patterns, text, fold=key == "package_type")


def judged_score(found: Finding, sources: tuple[str, ...]) -> Cvss | None:
    """Return the score that is judged: the first source's that has one, its newest version, its highest."""
    for source in sources:
        scores = []
        for one in found.scores:
            whose = one.source if one.source in {"inspector", "nvd"} else "vendor"
            if whose == source and (one.score > 0 or found.severity is Severity.INFORMATIONAL):
                scores.append(one)
        if scores:
            return max(scores, key=lambda one: (float(one.version), one.score))
    return None


def _severity_is(wanted: Any, found: Finding, _: Seen) -> Known:
    answers: list[Known] = []
    for word in wanted.words:
        if found.severity is Severity.UNKNOWN:
            answers.append(True if word.endswith("+") or word == "unknown" else None)
        elif word == "unknown":
            answers.append(False)
        elif word.endswith("+"):
            worse = KNOWN_SEVERITIES[KNOWN_SEVERITIES.index(word[:-1]) :]
            answers.append(found.severity.value in worse)
        else:
            answers.append(found.severity.value == word)
    return either(answers)


def _fix_is(wanted: Any, found: Finding, _: Seen) -> Known:
    if found.fix is Fix.UNKNOWN:
        return True if "unknown" in wanted.words else None
    return any(found.fix.value in _FIXES.get(word, {word}) for word in wanted.words)


def _ranged(wanted: Any, number: float | None, read: Callable[[str], float] = float) -> Known:
    if number is None:
        return None
    for word in wanted.words:
        low, _, high = word.removesuffix("+").partition("..")
        top = float("inf") if word.endswith("+") else read(high or low)
        if read(low) <= number <= top:
            return True
    return False


def _vector_is(wanted: Any, found: Finding, seen: Seen) -> Known:
    score = judged_score(found, seen.sources)
    parts = (score.vector or "").split("/") if score else []
    metrics = dict(part.split(":", 1) for part in parts if ":" in part)
    answers: list[Known] = []
    for name in wanted.__struct_fields__:
        letters = getattr(wanted, name)
        if letters is not None:
            answers.append(metrics[name] in letters.words if name in metrics else None)
    return both(answers)


def _cvss_is(wanted: Any, found: Finding, seen: Seen) -> Known:
    score = judged_score(found, seen.sources)
    return _ranged(wanted, score.score if score else None)


def seconds(written: str) -> float:
    """Return a duration as the policy writes it in seconds."""
    return sum(int(number) * _SECONDS[unit] for number, unit in re.findall(r"([0-9]+)([wdhms])", written))


def _age(moment: datetime | None, now: datetime) -> float | None:
    return None if moment is None or moment > now else (now - moment).total_seconds()


def _published_is(wanted: Any, found: Finding, seen: Seen) -> Known:
    return _ranged(wanted, _age(found.published, seen.now), seconds)


def _age_is(wanted: Any, found: Finding, seen: Seen) -> Known:
    sight = seen.sight(found)
    moments = [moment for moment in (found.first_seen, sight.first_seen if sight else None) if moment is not None]
    return _ranged(wanted, _age(min(moments), seen.now) if moments else None, seconds)


def midnight_after(day: date) -> datetime:
    """Return the end of a day, UTC."""
    return datetime.combine(day, time(), tzinfo=UTC) + timedelta(days=1)


def _is_due(wanted: Any, found: Finding, seen: Seen) -> Known:
    if found.kev is None:
        return None
    if not found.kev.listed:
        return False
    if found.kev.due is None:
        return None
    [word] = wanted.words
    left = (midnight_after(found.kev.due) - seen.now).total_seconds()
    return left <= (0 if word == "passed" else seconds(word))


def _same(wanted: bool, known: Known) -> Known:
    return None if known is None else known == wanted


READ: dict[str, Callable[[Any, Finding, Seen], Known]] = {
    "id": lambda wanted, found, _: is_called(wanted, found),
    "severity": _severity_is,
    "cvss": _cvss_is,
    "vector": _vector_is,
    "fix": _fix_is,
    "exploit": lambda wanted, found, _: _same(wanted, found.exploit),
    "in_use": lambda wanted, found, _: _same(wanted, found.in_use),
    "epss": lambda wanted, found, _: _ranged(wanted, found.epss),
    "kev": lambda wanted, found, _: _same(wanted, found.kev.listed if found.kev else None),
    "kev_due": _is_due,
    "published": _published_is,
    "age": _age_is,
}
"""How each condition that is not about a package reads its fact."""
