"""A second reading of what becomes of a finding (all but VEX), slow and plain, written from the policy page."""

from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from gate.model import Finding, FindingStatus, Fix, Image, Severity
from gate.policy.clauses import Adjust, Baseline, Grace, Ignore, Override, Selectors
from gate.policy.document import Policy
from gate.policy.verdict import Sight
from tests.oracle_conditions import (
    KNOWN_SEVERITIES,
    Known,
    Seen,
    both,
    is_called,
    may_hold,
    midnight_after,
    named,
    package_is,
    relaxing,
)

RANKED = [*KNOWN_SEVERITIES, "unknown"]
SELECTED = {"repository": "repository", "platform": "platform", "source": "source", "account": "registry"}


class Place(Struct, frozen=True, kw_only=True):
    """The image that is judged, and what `--env` says."""

    image: Image
    env: str | None


class Ended(Struct, frozen=True, kw_only=True):
    """A finding with the severity that is judged, and where it ended."""

    found: Finding
    disposition: str
    covered: bool
    """Whether `relaxations.never` holds for it, or may hold."""


def ends(rules: Policy, listed: tuple[Finding, ...], place: Place, seen: Seen) -> list[Ended]:
    """Return what becomes of each finding."""
    return [_end(rules, one, place, seen) for one in listed]


def is_in_force(entry: Ignore | Grace | Baseline | Adjust | Override, today: date) -> bool:
    """Tell whether a day is within `since` and `until`, both days included."""
    begun = entry.since is None or entry.since <= today
    return begun and (entry.until is None or entry.until.day is None or today <= entry.until.day)


def selects(selectors: Selectors, place: Place, *, every_tag: bool) -> Known:
    """Tell whether all selectors that are named select an image; `every_tag` asks it of all of its tags."""
    answers: list[Known] = []
    if selectors.env is not None:
        answers.append(place.env is not None and named(selectors.env, place.env))
    if selectors.tag is not None and place.image.tags:
        each = [named(selectors.tag, tag) for tag in place.image.tags]
        answers.append(all(each) if every_tag else any(each))
    elif selectors.tag is not None:
        answers.append(None)
    if selectors.digest is not None:
        digests = [one for one in (place.image.digest, place.image.index_digest) if one is not None]
        answers.append(named(selectors.digest, *digests) if digests else None)
    for name, fact in SELECTED.items():
        if getattr(selectors, name) is not None:
            text = getattr(place.image, fact)
            answers.append(None if text is None else named(getattr(selectors, name), text))
    return both(answers)


def rated(rules: Policy, found: Finding, seen: Seen) -> Finding:
    """Return a finding with the severity that the policy gives it; what may match only makes it worse."""
    entries = [entry for entry in rules.severity.adjust if is_in_force(entry, seen.now.date())]
    words = [entry.to for entry in entries if relaxing(entry.when, found, seen)]
    own: str = found.severity.value
    severity = max(words, key=RANKED.index) if words else own
    if RANKED.index(severity) < RANKED.index(own) and may_hold(rules.relaxations.never, found, seen):
        severity = own
    possible = [entry.to for entry in entries if may_hold(entry.when, found, seen)]
    return replace(found, severity=Severity(max([severity, *possible], key=RANKED.index)))


def _end(rules: Policy, found: Finding, place: Place, seen: Seen) -> Ended:
    now_rated = rated(rules, found, seen)
    covered = any(may_hold(rules.relaxations.never, one, seen) for one in (found, now_rated))
    hidden = found.status is FindingStatus.SUPPRESSED and rules.scan.inspector_suppressed == "trust"
    if found.status is FindingStatus.CLOSED:
        where = "closed"
    elif hidden:
        where = "suppressed"
    elif covered:
        where = "counted"
    elif any(accepts(entry, now_rated, place, seen) for entry in rules.ignore):
        where = "ignored"
    elif is_old(rules.baseline, now_rated, seen):
        where = "baseline"
    elif is_in_grace(rules, now_rated, seen):
        where = "grace"
    else:
        where = "counted"
    return Ended(found=now_rated, disposition=where, covered=covered)


def accepts(entry: Ignore, found: Finding, place: Place, seen: Seen) -> bool:
    """Tell whether an `ignore` entry settles a finding."""
    if not is_in_force(entry, seen.now.date()):
        return False
    if entry.until is not None and entry.until.fixed:
        lasting = {Fix.NONE: True, Fix.UNKNOWN: entry.until.day is not None}
        if not lasting.get(found.fix, False):
            return False
    if entry.for_ is not None and selects(entry.for_, place, every_tag=True) is not True:
        return False
    if entry.id is not None and not is_called(entry.id, found):
        return False
    for key in ("package", "version", "package_type", "path"):
        wanted = getattr(entry, key)
        if wanted is not None and not all(package_is(key, wanted, one) for one in found.packages or (None,)):
            return False
    return not may_hold(entry.unless, found, seen)


def is_old(baseline: Baseline | None, found: Finding, seen: Seen) -> bool:
    """Tell whether the baseline postpones a finding: it has it, and nothing about it became worse if that is judged."""
    sight = seen.sight(found)
    if baseline is None or sight is None or not is_in_force(baseline, seen.now.date()):
        return False
    return baseline.judge == "new" or not _is_worse(found, sight)


def _is_worse(found: Finding, sight: Sight) -> bool:
    if found.severity is not sight.severity:
        if Severity.UNKNOWN in {found.severity, sight.severity}:
            return True
        if RANKED.index(found.severity.value) > RANKED.index(sight.severity.value):
            return True
    fixable = (Fix.FULL, Fix.PARTIAL)
    if found.fix in fixable and sight.fix not in fixable:
        return True
    if found.fix is Fix.UNKNOWN and sight.fix is Fix.NONE:
        return True
    now, there = (found.exploit, found.kev.listed if found.kev else None), (sight.exploit, sight.kev)
    for after, before in zip(now, there, strict=True):
        if (after is True and before is not True) or (after is None and before is False):
            return True
    return False


def is_in_grace(rules: Policy, found: Finding, seen: Seen) -> bool:
    """Tell whether the time to react to a finding is not over."""
    if rules.grace is None or not is_in_force(rules.grace, seen.now.date()) or found.severity is Severity.UNKNOWN:
        return False
    time = rules.grace.of(found.severity)
    sight = seen.sight(found)
    first_seen = sight.first_seen if sight is not None else None
    begins = found.published if rules.grace.begins == "published" else first_seen
    if time is None or begins is None or begins > seen.now:
        return False
    end = begins + time.delta
    if rules.grace.until is not None and rules.grace.until.day is not None:
        end = min(end, midnight_after(rules.grace.until.day))
    return seen.now < end
