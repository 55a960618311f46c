"""What a source can know: rules that could never match there are refused, since they would only ever say "unknown"."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import reduce
from operator import or_

from msgspec.structs import replace

from gate.errors import PolicyError
from gate.facts.known import Facts
from gate.model import Finding, Kind, Scan, ScanState, Severity
from gate.policy.asked import conditions_of, facts_asked
from gate.policy.columns import Table, bits
from gate.policy.conditions import CONDITIONS, Knower, View, When
from gate.policy.document import Policy
from gate.policy.effective import selects
from gate.policy.scores import judged_score

_DATA = {"kev": "kev", "kev_due": "kev", "epss": "epss"}
"""The conditions that need data which no scan of ECR's or Image Builder's own has, and the option that gives it."""
_KNOWER_NAMES: dict[Knower, str] = {
    "ecr-basic": "basic scanning of ECR",
    "ecr-enhanced": "enhanced scanning",
    "inspector": "Inspector",
    "imagebuilder": "Image Builder",
}
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_ANY = frozenset({True, False, None})
Told = frozenset[bool | None]


def knower_of(scan: Scan) -> Knower:
    """Return which source a scan's facts come from."""
    if scan.image.arn is not None:
        return "imagebuilder"
    if scan.kind is Kind.BASIC:
        return "ecr-basic"
    return "inspector" if any(finding.epss_source == "inspector" for finding in scan.findings) else "ecr-enhanced"


def needs_epss(policy: Policy, facts: Facts) -> bool:
    """Tell whether Inspector must be asked for EPSS: a condition needs it, and no file gives it."""
    return facts.epss is None and "epss" in facts_asked(policy)


def needs_kev(policy: Policy, facts: Facts) -> bool:
    """Tell whether Inspector must be asked for KEV: a condition needs it, and no file gives it."""
    return facts.kev is None and not facts_asked(policy).isdisjoint({"kev", "kev_due"})


def undecided(policy: Policy, scan: Scan) -> tuple[str, ...]:
    """Return the ARNs of the findings for which a condition hangs on facts that only Inspector's details have."""
    blocks = tuple(when for _, _, when in conditions_of(policy) if {"kev", "kev_due"} & set(when.asked()))
    told = (table.any_package(when).unknown for table in _tables(policy, scan) for when in blocks)
    return tuple(arn for index in bits(reduce(or_, told, 0)) if (arn := scan.findings[index].arn))


def _tables(policy: Policy, scan: Scan) -> Iterator[Table]:
    """Yield what conditions see: the findings as AWS rated them, and with what `severity.adjust` may make of them."""
    first = _table(policy, scan, scan.findings)
    yield first
    touched: dict[str, int] = defaultdict(int)
    for entry in policy.severity.adjust:
        touched[entry.to] |= first.any_package(entry.when).possible
    for severity, members in touched.items():
        indexes = frozenset(bits(members))
        rated = (
            replace(one, severity=Severity(severity)) if index in indexes else one
            for index, one in enumerate(scan.findings)
        )
        yield _table(policy, scan, tuple(rated))


def _table(policy: Policy, scan: Scan, findings: tuple[Finding, ...]) -> Table:
    view = View(
        now=scan.captured_at or scan.completed_at or _LONG_AGO,
        score=lambda finding: judged_score(finding, policy.cvss),
        first_seen=lambda finding: finding.first_seen,
    )
    return Table(findings, view)


def refuse_unknowable(
    policy: Policy,
    scans: tuple[Scan, ...],
    facts: Facts,
    place: Callable[..., str] | None = None,
    *,
    env: str | None = None,
) -> None:
    """Raise PolicyError where a condition asks for what the source of a scan does not know and nobody supplied.

    It is an error of the policy, or of the command line, and not of the image: every finding would be "unknown".
    `place` tells where a part of the policy stands in its files. Overrides that do not select a scan's image, in the
    environment `env`, ask for nothing.
    """
    for scan in scans:
        if scan.state is ScanState.COMPLETE and scan.findings:
            found = tuple(
                f"{place(*path)}: {text}" if place else f"{text} ({_where(path)})"
                for path, text in _unknowable(policy, scan, facts)
                if not _is_elsewhere(policy, path, scan, env)
            )
            if found:
                raise PolicyError(found)


def lacking(
    policy: Policy, knower: Knower, facts: frozenset[str] = frozenset()
) -> Iterator[tuple[tuple[str | int, ...], str, bool]]:
    """Yield what conditions of a policy ask for that a source lacks: path, message, and whether a rule never matches.

    `facts` names the conditions that data given beside the scan makes known.
    """
    for path, name, when in conditions_of(policy):
        missing = [
            key for key in dict.fromkeys(when.asked()) if knower not in CONDITIONS[key].known and key not in facts
        ]
        if not missing:
            continue
        never = path[0] in {"rules", "overrides"} and True not in outcomes(when, knower, facts)
        key = missing[0]
        supply = CONDITIONS[key].supply
        text = f"{name} asks for `{key}`, which {_KNOWER_NAMES[knower]} does not know; it takes {supply}"
        yield path, text, never


def outcomes(when: When, knower: Knower, facts: frozenset[str] = frozenset()) -> Told:
    """Return how conditions can come out with what a source knows: true, false, or not known."""
    parts = [_leaf(key, value, knower, facts) for key, value in when.named()]
    parts += [outcomes(one, knower, facts) for one in when.all or ()]
    if when.any is not None:
        opposite = [_opposite(outcomes(one, knower, facts)) for one in when.any]
        parts.append(_opposite(_both(opposite)))
    if when.not_ is not None:
        parts.append(_opposite(outcomes(when.not_, knower, facts)))
    return _both(parts)


def _leaf(key: str, value: object, knower: Knower, facts: frozenset[str]) -> Told:
    condition = CONDITIONS[key]
    if knower in condition.known or key in facts:
        return _ANY
    return frozenset({None if condition.absent is None else condition.holds(value)(condition.absent)})


def _both(parts: list[Told]) -> Told:
    found: Told = frozenset({True})
    for part in parts:
        found = frozenset(
            False if False in {one, other} else None if None in {one, other} else True
            for one in found
            for other in part
        )
    return found


def _opposite(told: Told) -> Told:
    return frozenset(None if one is None else not one for one in told)


def _unknowable(policy: Policy, scan: Scan, facts: Facts) -> Iterator[tuple[tuple[str | int, ...], str]]:
    # NOTE: with the files' data, as they are judged: where EPSS decides a condition, it does not hang on KEV.
    findings = tuple(map(facts.known, scan.findings))
    table = _table(policy, scan, findings)
    known = frozenset(key for key, data in _DATA.items() if _has(data, scan.findings, facts))
    for path, name, when in conditions_of(policy):
        for key in dict.fromkeys(when.asked()):
            if key in _DATA and key not in known and _hangs(table, when, _DATA[key], findings):
                option = f"--{_DATA[key]} FILE"
                yield path, f"{name} asks for `{key}`, and there is no data for it: give it with {option}"
    supplied = known | frozenset(_DATA)
    found = lacking(policy, knower_of(scan), supplied)
    yield from ((path, text) for path, text, never in found if never)


def _is_elsewhere(policy: Policy, path: tuple[str | int, ...], scan: Scan, env: str | None) -> bool:
    if path[0] != "overrides":
        return False
    return selects(policy.overrides[int(path[1])].for_, scan.image, env) == (False, False)


def _has(data: str, findings: tuple[Finding, ...], facts: Facts) -> bool:
    """Tell whether there is data at all: a file, or some finding of which Inspector said it."""
    return getattr(facts, data) is not None or any(getattr(finding, data) is not None for finding in findings)


def _hangs(table: Table, when: When, data: str, findings: tuple[Finding, ...]) -> bool:
    """Tell whether the conditions cannot be decided for a finding of which the data is missing."""
    return any(getattr(findings[index], data) is None for index in bits(table.any_package(when).unknown))


def _where(path: tuple[str | int, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
