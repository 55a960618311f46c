"""What stands on the page of the HTML report, from top to bottom, before it is drawn."""

from collections.abc import Iterator
from typing import Generic, TypeVar

from msgspec import Struct

from gate.plain import one_line
from gate.policy.verdict import ImageVerdict, Upgrade, Verdict
from gate.reports import details, summary
from gate.reports.endings import Ending, endings
from gate.reports.html_bars import PackageBar, ScoreBar, package_bars, score_bars
from gate.reports.html_findings import rows
from gate.reports.html_images import Fact, ImageShown, images
from gate.reports.html_scatter import Scatter, scatter
from gate.reports.html_stands import stands
from gate.reports.html_table import Table, table_of
from gate.reports.html_tiles import Tile, tiles

_MOST_HINTS = 20
_MOST_UPGRADES = 20
_MOST_ENDINGS = 40
_MOST_WARNINGS = 100
_MOST_PACKAGES = 15
_MOST_IMAGES = 200
_T = TypeVar("_T")


class Listed(Struct, Generic[_T], frozen=True):
    """The first of some things, and how many more there are."""

    shown: tuple[_T, ...]
    more: int


class Head(Struct, frozen=True, kw_only=True):
    """The verdict and why."""

    outcome: str
    word: str
    subject: str
    reason: str
    cannot_fail: str
    """That the policy cannot fail, if so: then the first line of the page."""
    about: tuple[Fact, ...]


class UpgradeShown(Struct, frozen=True, kw_only=True):
    """A package to upgrade; `share` is how much it clears, in hundredths of what the first one does."""

    name: str
    type: str
    installed: str
    to: str
    clears: int
    share: float


class Page(Struct, frozen=True, kw_only=True):
    """The page."""

    head: Head
    hints: Listed[str]
    upgrades: Listed[UpgradeShown]
    after_upgrades: str
    """Whether all upgrades together are enough."""
    tiles: tuple[Tile, ...]
    endings: Listed[Ending]
    warnings: Listed[str]
    images: Listed[ImageShown]
    packages: Listed[PackageBar]
    scatter: Scatter
    scores: tuple[ScoreBar, ...]
    """Shown where no finding has an EPSS, as in ECR's own answers, so that there is nothing to scatter."""
    table: Table
    made_from: tuple[Fact, ...]


def page_of(verdict: Verdict) -> Page:
    """Return the page of a verdict."""
    where = stands(verdict)
    found = rows(verdict, where)
    return Page(
        head=_head(verdict),
        hints=_cut(summary.hints(verdict), _MOST_HINTS),
        upgrades=_cut(_upgrades(verdict.upgrades), _MOST_UPGRADES),
        after_upgrades=details.upgrades_outcome(verdict),
        tiles=tiles(verdict, found),
        endings=_cut(endings(verdict), _MOST_ENDINGS),
        warnings=_cut(summary.warnings(verdict), _MOST_WARNINGS),
        images=_cut(images(verdict, where), _MOST_IMAGES),
        packages=_cut(package_bars(verdict, where.distinct, _MOST_PACKAGES), _MOST_PACKAGES),
        scatter=scatter(verdict, where.distinct),
        scores=score_bars(where.distinct),
        table=table_of(verdict, found),
        made_from=tuple(_made_from(verdict)),
    )


def _cut(items: tuple[_T, ...], most: int) -> Listed[_T]:
    return Listed(items[:most], max(len(items) - most, 0))


def _head(verdict: Verdict) -> Head:
    return Head(
        outcome=verdict.verdict.value,
        word=summary.WORDS[verdict.verdict],
        subject=_subject(verdict.images),
        reason=one_line(verdict.reason, 1_000) or "no reason is given",
        cannot_fail=summary.CANNOT_FAIL if summary.cannot_fail(verdict) else "",
        about=(
            ("judged", summary.moment(verdict.judged_at) + (", replayed" if verdict.replayed else "")),
            ("policy", summary.policy_text(verdict)),
            ("exit code", str(verdict.exit_code)),
        ),
    )


def _subject(images: tuple[ImageVerdict, ...]) -> str:
    if len(images) == 1:
        return summary.image_label(images[0])
    names = {summary.target_text(image): None for image in images}
    count = summary.plural(len(images), "image")
    return f"{next(iter(names))} ({count})" if len(names) == 1 else count if images else "nothing was judged"


def _upgrades(upgrades: tuple[Upgrade, ...]) -> tuple[UpgradeShown, ...]:
    most = max((upgrade.clears for upgrade in upgrades), default=1) or 1
    return tuple(
        UpgradeShown(
            name=one_line(upgrade.name, 80) or "(no name)",
            type=one_line(upgrade.type, 40) if upgrade.type else "",
            installed=details.versions_text(upgrade.installed),
            to=one_line(upgrade.to, 60),
            clears=upgrade.clears,
            share=round(100 * upgrade.clears / most, 1),
        )
        for upgrade in upgrades
    )


def _made_from(verdict: Verdict) -> Iterator[Fact]:
    """Yield what the verdict was made from, beside scans and policy."""
    yield "Written by", f"scan-gate {one_line(verdict.gate, 40)}"
    if verdict.env:
        yield "Environment (--env)", one_line(verdict.env, 100)
    for name, data in (("KEV", verdict.facts.kev), ("EPSS", verdict.facts.epss)):
        if data is not None:
            yield f"{name} data", f"{one_line(data.file, 200)}, of {data.dated:%Y-%m-%d}, {data.entries:,} entries"
    for file in verdict.policy.vex if verdict.policy else ():
        yield "VEX", f"{one_line(file.file, 200)} by {one_line(file.author, 100)}, {file.statements} statements"
    for setting in verdict.settings:
        yield "From the environment", f"{one_line(setting.name, 60)} ({one_line(setting.variable, 80)})"
