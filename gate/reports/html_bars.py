"""The bar charts of the HTML report: findings by severity and by package, each bar cut by where its findings stand."""

from collections import Counter

from msgspec import Struct

from gate.model import Severity
from gate.plain import one_line
from gate.policy.verdict import ImageVerdict, Upgrade, Verdict
from gate.reports import summary
from gate.reports.html_stands import Stand

KINDS = {
    "violates": "violating",
    "warns": "warned about",
    "counted": "within the limits",
    "later": "in grace or in the baseline",
    "settled": "ignored, settled by VEX, suppressed or closed",
}
"""The pieces of a bar, in their order, each with what a legend calls it."""
_KIND_OF = {
    "undecided": "counted",
    "grace": "later",
    "baseline": "later",
    "ignored": "settled",
    "vex": "settled",
    "suppressed": "settled",
    "closed": "settled",
}
_HIGHEST = 9
_NO_SCORE = -1
_LENGTH = 100.0
_SHORTEST = 1.2
"""In a bar of 100: a single finding among thousands is still seen."""


class Piece(Struct, frozen=True):
    """A piece of a bar: its kind, where it begins and how long it is, in hundredths of the longest bar."""

    kind: str
    x: float
    width: float


class Bar(Struct, frozen=True, kw_only=True):
    """A bar, and the same in words."""

    pieces: tuple[Piece, ...]
    text: str


class SeverityBar(Struct, frozen=True, kw_only=True):
    """The findings of one severity in one image."""

    row: summary.CountRow
    bar: Bar


class PackageBar(Struct, frozen=True, kw_only=True):
    """The findings that name one package, over all images; equal ones of several images count once."""

    name: str
    type: str
    count: int
    worst: str
    upgrade: str
    """The version to upgrade to; empty where no upgrade would clear a violation."""
    bar: Bar


class ScoreBar(Struct, frozen=True, kw_only=True):
    """The findings whose CVSS score lies in one band, over all images; equal ones of several images count once."""

    band: str
    count: int
    bar: Bar


def kind_of(state: str) -> str:
    """Return the kind of piece, or of mark, that a finding in this state belongs to."""
    return _KIND_OF.get(state, state)


def severity_bars(verdict: Verdict, image: ImageVerdict, stands: tuple[Stand, ...]) -> tuple[SeverityBar, ...]:
    """Return a bar for each severity that has findings or a limit; none where nothing was counted."""
    held: dict[Severity, Counter[str]] = {}
    for stand in stands:
        held.setdefault(stand.finding.severity, Counter())[kind_of(stand.state)] += 1
    longest = max((tally.total() for tally in held.values()), default=1)
    return tuple(
        SeverityBar(row=row, bar=_bar(held.get(row.severity, Counter()), longest))
        for row in summary.count_rows(verdict, image)
    )


def package_bars(verdict: Verdict, distinct: tuple[Stand, ...], most: int) -> tuple[PackageBar, ...]:
    """Return the packages with findings, what violates first; the longest bar is that of one of the first `most`."""
    held = sorted(_by_package(distinct), key=_weight)
    upgrades = {(upgrade.name, upgrade.type): upgrade for upgrade in verdict.upgrades}
    longest = max((one.kinds.total() for one in held[:most]), default=1)
    return tuple(_package_bar(one, upgrades, longest) for one in held)


def score_bars(distinct: tuple[Stand, ...]) -> tuple[ScoreBar, ...]:
    """Return a bar for each band of CVSS scores from the highest to the lowest that has findings, then for none."""
    held: dict[int, Counter[str]] = {}
    for stand in distinct:
        score = stand.finding.cvss
        band = _NO_SCORE if score is None else min(max(int(score.score), 0), _HIGHEST)
        held.setdefault(band, Counter())[kind_of(stand.state)] += 1
    lowest = min((band for band in held if band != _NO_SCORE), default=_HIGHEST + 1)
    longest = max((tally.total() for tally in held.values()), default=1)
    shown = [*range(_HIGHEST, lowest - 1, -1), *([_NO_SCORE] if _NO_SCORE in held else [])]
    tallies = ((band, held.get(band, Counter())) for band in shown)
    return tuple(ScoreBar(band=_band(band), count=tally.total(), bar=_bar(tally, longest)) for band, tally in tallies)


def _band(band: int) -> str:
    if band == _NO_SCORE:
        return "no score"
    return f"{band}.0 to 10.0" if band == _HIGHEST else f"{band}.0 to {band}.9"


class _Held(Struct, kw_only=True):
    """What is known so far of a package."""

    name: str
    type: str | None
    worst: Severity
    kinds: Counter[str]


def _by_package(distinct: tuple[Stand, ...]) -> list[_Held]:
    held: dict[tuple[str, str | None], _Held] = {}
    for stand in distinct:
        severity = stand.finding.severity
        for package in {(package.name, package.type): package for package in stand.finding.packages}.values():
            made = _Held(name=package.name, type=package.type, worst=severity, kinds=Counter())
            one = held.setdefault((package.name, package.type), made)
            one.worst = min(one.worst, severity, key=_place)
            one.kinds[kind_of(stand.state)] += 1
    return list(held.values())


def _weight(one: _Held) -> tuple[int, int, int, str]:
    return (-one.kinds["violates"], one.worst.place, -one.kinds.total(), one.name)


def _place(severity: Severity) -> int:
    return severity.place


def _package_bar(one: _Held, upgrades: dict[tuple[str, str | None], Upgrade], longest: int) -> PackageBar:
    upgrade = upgrades.get((one.name, one.type))
    return PackageBar(
        name=one_line(one.name, 80) or "(no name)",
        type=one_line(one.type, 40) if one.type else "",
        count=one.kinds.total(),
        worst=one.worst.value,
        upgrade=one_line(upgrade.to, 60) if upgrade else "",
        bar=_bar(one.kinds, longest),
    )


def _bar(tally: Counter[str], longest: int) -> Bar:
    pieces, x = [], 0.0
    for kind in KINDS:
        if tally[kind]:
            width = max(_LENGTH * tally[kind] / longest, _SHORTEST)
            pieces.append(Piece(kind, round(x, 2), round(width, 2)))
            x += width
    text = ", ".join(f"{tally[kind]} {words}" for kind, words in KINDS.items() if tally[kind])
    return Bar(pieces=tuple(pieces), text=text or "none")
