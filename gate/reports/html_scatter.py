"""The scatter chart of the HTML report: how bad a finding is (CVSS) against how likely it is exploited (EPSS)."""

from math import log10

from msgspec import Struct

from gate.model import Severity
from gate.policy.verdict import Verdict
from gate.reports import details
from gate.reports.html_bars import KINDS, kind_of
from gate.reports.html_facts import percent
from gate.reports.html_stands import Stand
from gate.reports.summary import plural

LEFT, RIGHT, TOP, BOTTOM = 66, 546, 14, 294
"""The edges of the field between the axes."""
_DECADES = 4
"""EPSS is drawn on a logarithmic scale: from 0.01 % to 100 %."""
_STEPS = 56
_MOST_POINTS = 1_500
_RANKS = {kind: -rank for rank, kind in enumerate(KINDS)}


class Tick(Struct, frozen=True):
    """A place on an axis, and what stands there."""

    at: float
    text: str


class Point(Struct, frozen=True, kw_only=True):
    """One finding, or several in the same place: where, of which kind (its shape) and severity (its colour)."""

    x: float
    y: float
    kind: str
    severity: str
    size: float
    """How much larger than the point of a single finding."""
    text: str
    only: str
    """The id, where it is one finding."""


class Scatter(Struct, frozen=True, kw_only=True):
    """The chart; what violates is drawn last, over everything else."""

    points: tuple[Point, ...]
    shown: int
    without: int
    """How many findings have no CVSS score, or no EPSS."""
    floor: Tick | None
    """The policy's `cvss_floor`."""
    across: tuple[Tick, ...] = ()
    up: tuple[Tick, ...] = ()


class _Place(Struct, frozen=True):
    """A cell of the chart."""

    score: float
    step: int
    kind: str
    severity: Severity


def scatter(verdict: Verdict, distinct: tuple[Stand, ...]) -> Scatter:
    """Return the chart of all findings that have both scores; equal ones of several images count once."""
    cells: dict[_Place, list[tuple[str, float]]] = {}
    without = 0
    for stand in distinct:
        finding = stand.finding
        if finding.cvss is None or finding.epss is None:
            without += 1
            continue
        place = _Place(round(finding.cvss.score, 1), _step(finding.epss), kind_of(stand.state), finding.severity)
        cells.setdefault(place, []).append((details.finding_name(finding), finding.epss))
    kept = sorted(cells, key=_order)[-_MOST_POINTS:]
    return Scatter(
        points=tuple(_point(place, cells[place]) for place in kept),
        shown=sum(len(cells[place]) for place in kept),
        without=without,
        floor=_floor(verdict),
        across=tuple(Tick(across(score), str(score)) for score in range(0, 11, 2)),
        up=tuple(Tick(up(0.1**decade), percent(0.1**decade)) for decade in range(_DECADES + 1)),
    )


def across(score: float) -> float:
    """Return where a CVSS score is drawn."""
    return round(LEFT + (RIGHT - LEFT) * min(max(score, 0.0), 10.0) / 10, 1)


def up(probability: float) -> float:
    """Return where an EPSS probability is drawn: the least that the scale has, for everything below it."""
    decades = -log10(probability) if probability > 0 else _DECADES
    return round(TOP + (BOTTOM - TOP) * min(max(decades, 0.0), _DECADES) / _DECADES, 1)


def _step(probability: float) -> int:
    return round((up(probability) - TOP) / (BOTTOM - TOP) * _STEPS)


def _order(place: _Place) -> tuple[int, int, float, int]:
    return (_RANKS[place.kind], -place.severity.place, place.score, place.step)


def _point(place: _Place, held: list[tuple[str, float]]) -> Point:
    names = [name for name, _ in held]
    single = len(held) == 1
    what = (
        names[0] if single else f"{plural(len(held), 'finding')} ({', '.join(names[:3])}{', …' if names[3:] else ''})"
    )
    likely = percent(max(epss for _, epss in held))
    text = f"{what}: CVSS {place.score:.1f}, EPSS {likely}, {place.severity.value}, {KINDS[place.kind]}"
    return Point(
        x=across(place.score),
        y=round(TOP + (BOTTOM - TOP) * place.step / _STEPS, 1),
        kind=place.kind,
        severity=place.severity.value,
        size=round(1 + min(log10(len(held)), 2) / 2, 2),
        text=text,
        only=names[0] if single else "",
    )


def _floor(verdict: Verdict) -> Tick | None:
    floor = verdict.policy.resolved.cvss_floor if verdict.policy else None
    return None if floor is None else Tick(across(floor), f"cvss_floor {floor:.1f}")
