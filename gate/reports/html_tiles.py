"""The tiles at the top of the HTML report: how many findings violate, are new, exploited, in grace, ignored."""

from collections.abc import Iterator

from msgspec import Struct

from gate.policy.verdict import Disposition, Verdict
from gate.reports.days import SETTLED, far, utc_day
from gate.reports.html_findings import Row

_SETTLED = frozenset(disposition.value for disposition in SETTLED)


class Tile(Struct, frozen=True, kw_only=True):
    """A number, what it counts, and what else is to be said of it."""

    count: int | None
    """None where nobody could know it."""
    label: str
    note: str
    shows: str
    """What to choose in the table of findings to see them: the name of a field, `=`, its value."""
    urgent: bool = False


def tiles(verdict: Verdict, rows: tuple[Row, ...]) -> tuple[Tile, ...]:
    """Return the tiles; none where no image was counted, so that no zero looks like good news."""
    if not any(image.counts is not None for image in verdict.images):
        return ()
    return tuple(_tiles(verdict, rows))


def _tiles(verdict: Verdict, rows: tuple[Row, ...]) -> Iterator[Tile]:
    yield _violating(verdict, rows)
    yield _new(verdict, rows)
    yield _exploited(verdict, rows)
    yield _grace(verdict, rows)
    yield _ignored(rows)


def _violating(verdict: Verdict, rows: tuple[Row, ...]) -> Tile:
    failing = [row for row in rows if row.state == "violates"]
    warned = [row for row in rows if row.state == "warns"]
    # NOTE: under a policy that only warns nothing fails, and a large zero would look like good news.
    held, state, label = (failing, "violates", "violating") if failing else (warned, "warns", "warned about")
    if not held:
        state, label = "violates", "violating"
    counted, images = sum(image.counts is not None for image in verdict.images), len(verdict.images)
    note = f"of {len(rows):,} listed" + (f" in {counted} of {images} images" if counted < images else "")
    if held:
        note += f", {sum(row.fix == 'yes' for row in held):,} of them with a fix"
    if failing and warned:
        note += f"; {len(warned):,} more warned about"
    return Tile(count=len(held), label=label, note=note, shows=f"state={state}", urgent=bool(failing))


def _new(verdict: Verdict, rows: tuple[Row, ...]) -> Tile:
    label, shows = "new since the baseline", "mark=new"
    if not any(image.baseline is not None and not image.baseline.missing for image in verdict.images):
        return Tile(count=None, label=label, note="no baseline to compare with", shows=shows)
    new = [row for row in rows if ("new", "new") in row.marks]
    violating = sum(row.state == "violates" for row in new)
    return Tile(count=len(new), label=label, note=f"{violating:,} of them violating", shows=shows)


def _exploited(verdict: Verdict, rows: tuple[Row, ...]) -> Tile:
    label, shows = "known to be exploited", "mark=kev"
    if not any(finding.kev is not None for image in verdict.images for finding in image.findings):
        return Tile(count=None, label=label, note="CISA's catalogue was not asked", shows=shows)
    listed = [row for row in rows if any(kind == "kev" for kind, _ in row.marks)]
    left = sum(row.disposition not in _SETTLED for row in listed)
    note = f"in CISA's KEV, {left:,} of them not settled"
    return Tile(count=len(listed), label=label, note=note, shows=shows, urgent=left > 0)


def _grace(verdict: Verdict, rows: tuple[Row, ...]) -> Tile:
    ends = [
        finding.grace_until
        for image in verdict.images
        for finding in image.findings
        if finding.disposition is Disposition.GRACE and finding.grace_until is not None
    ]
    note = f"the first ends {far(utc_day(min(ends)), utc_day(verdict.judged_at))}" if ends else "nothing is waiting"
    waiting = sum(row.disposition == Disposition.GRACE.value for row in rows)
    return Tile(count=waiting, label="in grace", note=note, shows="state=grace")


def _ignored(rows: tuple[Row, ...]) -> Tile:
    ignored = sum(row.disposition == Disposition.IGNORED.value for row in rows)
    vex = sum(row.disposition == Disposition.VEX.value for row in rows)
    return Tile(count=ignored, label="ignored", note=f"and {vex:,} settled by VEX", shows="state=ignored")
