"""Notes on a policy that is without fault: what ends soon, what does nothing, what is probably meant otherwise."""

from collections.abc import Iterable, Iterator
from datetime import date
from math import inf

from msgspec import UNSET, Struct

from gate.model import WORST_FIRST, Severity
from gate.policy.asked import facts_asked
from gate.policy.clauses import AcceptUnsupported, Budget, Ignore, Limit
from gate.policy.effective import variants
from gate.policy.lint_conditions import notes_on_conditions
from gate.policy.loaded import Loaded
from gate.policy.nodes import quoted
from gate.policy.patterns import is_exact, texts
from gate.policy.relaxation_checks import matches_all
from gate.policy.relaxing import has_expired, relaxations, steps_of, what_is_ignored
from gate.policy.scalars import Duration

Step = str | int
_MOST_NAMED = 20
_RATED: tuple[Severity, ...] = tuple(severity for severity in WORST_FIRST if severity is not Severity.UNKNOWN)


def lint(loaded: Loaded, today: date) -> tuple[str, ...]:
    """Return notes on a policy as of `today` (a day in UTC), each one line that begins with its place."""
    found = [
        *_limits(loaded),
        *_floor(loaded),
        *_scan(loaded),
        *_endings(loaded, today),
        *notes_on_conditions(loaded.policy, today),
        *_scopes(loaded),
        *_twins(loaded),
    ]
    return _placed(loaded, found)


def uneven_limits(loaded: Loaded) -> tuple[str, ...]:
    """Return the notes on limits of `max` that are looser than that of a less severe severity."""
    return _placed(loaded, _uneven(loaded))


Note = tuple[tuple[Step, ...], str]


class Ending(Struct, frozen=True, kw_only=True):
    """A relaxation whose dates somebody should look at."""

    path: str
    text: str
    has_begun: bool
    """False for one that does not apply yet."""
    has_ended: bool = False
    """True for one that applies no more."""


def _placed(loaded: Loaded, found: Iterable[Note]) -> tuple[str, ...]:
    return tuple(f"{loaded.place(*path)}: {text}" for path, text in found)


def _uneven(loaded: Loaded) -> Iterator[Note]:
    limits = loaded.policy.max
    for index, severity in enumerate(_RATED):
        milder = next(
            (below for below in _RATED[index + 1 :] if _is_looser(limits.of(severity), limits.of(below))), None
        )
        if milder is not None:
            numbers = f"{_shown(limits.of(severity))} and {_shown(limits.of(milder))}"
            text = f"max allows more {severity.value} than {milder.value} findings ({numbers}); is that meant?"
            yield ("max", severity.value), text


def _limits(loaded: Loaded) -> Iterator[Note]:
    limits = loaded.policy.max
    yield from _uneven(loaded)
    for severity in WORST_FIRST:
        limit = limits.of(severity)
        if isinstance(limit, Budget) and _number(limit.unfixable) < _number(limit.fixable):
            yield (
                ("max", severity.value),
                f"max.{severity.value} allows more fixable than unfixable findings; is that meant?",
            )
    bare = loaded.policy.cvss_floor is None and not loaded.policy.rules
    if bare and all(_budgets(limits.of(severity)) == (inf, inf) for severity in _RATED):
        yield ("max",), "max limits only findings of unknown severity: every rated one passes"


def _floor(loaded: Loaded) -> Iterator[Note]:
    policy = loaded.policy
    floor, missing = policy.cvss_floor, policy.cvss.missing
    if floor is None:
        is_used = facts_asked(policy) & {"cvss", "vector"} or any(variants(policy, "cvss_floor"))
        if not is_used and any(layer.tree.has("cvss") for layer in loaded.layers):
            yield ("cvss",), "cvss has no effect without a cvss_floor"
        return
    if all(policy.max.of(severity) == 0 for severity in WORST_FIRST):
        yield ("cvss_floor",), "cvss_floor has no effect, since `max` allows no finding of any severity"
    if isinstance(missing, float) and missing < floor:
        yield ("cvss", "missing"), f"a finding without a score never reaches the cvss_floor of {floor}"


def _scan(loaded: Loaded) -> Iterator[Note]:
    scan = loaded.policy.scan
    if scan.settle.seconds > scan.wait.seconds > 0:
        waits = f"scan.wait ({scan.wait.plain}) is shorter than scan.settle ({scan.settle.plain})"
        yield ("scan",), f"{waits}: a fresh scan may get no verdict in time"
    accepted = scan.unsupported
    if isinstance(accepted, AcceptUnsupported) and any(map(matches_all, texts(accepted.repository))):
        yield ("scan", "unsupported", "repository"), "every image that AWS cannot scan is accepted, in all repositories"


def _endings(loaded: Loaded, today: date) -> Iterator[Note]:
    soon = loaded.policy.relaxations.expiring
    for ending in endings(loaded, today, soon):
        yield steps_of(ending.path), ending.text


def endings(loaded: Loaded, today: date, soon: Duration) -> Iterator[Ending]:
    """Yield the relaxations that have ended, have not begun, or end within `soon` of `today` (a day in UTC)."""
    for path, name, entry in relaxations(loaded.policy):
        day = entry.until.day if entry.until is not None else None
        if has_expired(entry, today):
            text = f"{name} expired on {day} and no longer applies; renew it or remove it"
            yield Ending(path=f"{path}.until", text=text, has_begun=True, has_ended=True)
        elif entry.since is not None and entry.since > today:
            text = f"{name} begins on {entry.since}, and does not apply before"
            yield Ending(path=f"{path}.since", text=text, has_begun=False)
        elif day is not None and day - today <= soon.delta:
            yield Ending(path=f"{path}.until", text=f"{name} ends on {day}; renew it or remove it", has_begun=True)


def _scopes(loaded: Loaded) -> Iterator[Note]:
    for index, entry in enumerate(loaded.policy.ignore):
        for key, names in (("id", texts(entry.id)), ("package", texts(entry.package))):
            for name in names:
                if ".*" in name:
                    yield (
                        ("ignore", index, key),
                        f"{quoted(name)} is no regular expression here: `.` is a dot, `*` is anything",
                    )
        wide = [quoted(name) for name in texts(entry.id) if _is_wide(name)]
        if wide and entry.package is None and entry.path is None:
            shown = ", ".join(wide[:_MOST_NAMED]) + (
                f" and {len(wide) - _MOST_NAMED} more" if wide[_MOST_NAMED:] else ""
            )
            text = f"{shown} {'accept' if wide[1:] else 'accepts'} every vulnerability of that kind; name a package too"
            yield ("ignore", index, "id"), text


def _twins(loaded: Loaded) -> Iterator[Note]:
    first: dict[tuple[object, ...], int] = {}
    for index, entry in enumerate(loaded.policy.ignore):
        scope = _scope(entry)
        twin = first.setdefault(scope, index)
        if twin != index:
            yield (
                ("ignore", index),
                f"ignore entry {index + 1} names the same as entry {twin + 1} ({what_is_ignored(entry)})",
            )


def _scope(entry: Ignore) -> tuple[object, ...]:
    """Return what entries that name the same have in common."""
    ids = frozenset(name.casefold() for name in texts(entry.id))
    parts = (frozenset(texts(getattr(entry, key))) for key in ("package", "version", "package_type", "path"))
    return (ids, *parts, entry.unless, entry.for_)


def _is_wide(name: str) -> bool:
    return not is_exact(name) and not any(character.isdigit() for character in name)


def _is_looser(severe: Limit, mild: Limit) -> bool:
    return any(more > less for more, less in zip(_budgets(severe), _budgets(mild), strict=True))


def _budgets(limit: Limit) -> tuple[float, float]:
    """Return how many fixable and how many unfixable findings a limit allows."""
    return (_number(limit.fixable), _number(limit.unfixable)) if isinstance(limit, Budget) else (_number(limit),) * 2


def _number(limit: int | str) -> float:
    return float(limit) if isinstance(limit, int) else inf


def _shown(limit: Limit) -> str:
    if not isinstance(limit, Budget):
        return str(limit)
    unknown = "" if limit.unknown is UNSET else f", unknown: {limit.unknown}"
    return f"{{fixable: {limit.fixable}, unfixable: {limit.unfixable}{unknown}}}"
