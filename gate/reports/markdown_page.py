"""A Markdown page within a number of bytes: tables are cut by whole rows, and say how many more there are."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import partial

from msgspec import Struct

from gate.reports.details import MORE
from gate.reports.markdown_text import row

_FEWEST = 3
"""Rows that a table keeps before whole images are left out."""


class Table(Struct, frozen=True, kw_only=True):
    """Rows of Markdown under a header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    """Markdown that stands above it; none where the header says enough."""
    note: str = ""
    """Markdown that stands below it."""
    right: tuple[int, ...] = ()
    """The columns that hold numbers."""
    total: int = 0
    """How many rows there are in truth, where `rows` does not hold all of them."""
    is_folded: bool = False
    """Whether it is shown only when its title is clicked."""
    is_whole: bool = False
    """Whether it is never cut."""


class Section(Struct, frozen=True, kw_only=True):
    """What belongs together: the images of one index, or what concerns the whole run."""

    parts: tuple[str | Table, ...]
    images: int = 0
    urgency: int | None = None
    """What has the smallest is left out last, where the page is too long; None is never left out."""


def page(head: tuple[str, ...], sections: tuple[Section, ...], most: int) -> str:
    """Return the page, of at most `most` bytes, unless `head` and the titles of what is never left out are longer.

    The longest tables are cut first; where few rows are left and that is not enough, the least urgent sections go.
    """
    draft = _Draft(head, sections)
    whole = sum(section.urgency is not None for section in sections)
    longest = max((len(table.rows) for table in draft.tables), default=0)
    if draft.fits(longest, most, whole):
        return draft.text(whole, longest)
    rows = _largest(lambda rows: draft.fits(rows, most, whole), range(_FEWEST, longest))
    if rows is not None:
        return draft.text(whole, rows)
    for rows in (_FEWEST, 0):
        kept = _largest(partial(draft.fits, rows, most), range(1, whole + 1))
        if kept is not None:
            return draft.text(kept, rows)
    return draft.text(0, 0)


class _Draft:
    """A page of which it is not decided yet how many sections and rows it keeps."""

    def __init__(self, head: tuple[str, ...], sections: tuple[Section, ...]) -> None:
        self._head = head
        self._sections = sections
        ranked = ((one.urgency, place) for place, one in enumerate(sections) if one.urgency is not None)
        self._ranked = [place for _, place in sorted(ranked)]
        self.tables = [part for section in sections for part in section.parts if isinstance(part, Table)]

    def text(self, kept: int, rows: int) -> str:
        """Return the page with the `kept` most urgent sections, and tables of at most that many rows."""
        return "\n\n".join(self._blocks(kept, rows)) + "\n"

    def fits(self, rows: int, most: int, kept: int) -> bool:
        """Tell whether that is at most so many bytes."""
        return len(self.text(kept, rows).encode()) <= most

    def _blocks(self, kept: int, rows: int) -> Iterator[str]:
        left_out = set(self._ranked[kept:])
        yield from self._head
        for place, section in enumerate(self._sections):
            for part in section.parts if place not in left_out else ():
                yield from (part,) if isinstance(part, str) else _table(part, rows)
        if left_out:
            count = sum(self._sections[place].images for place in left_out)
            yield f"*{count} {'image' if count == 1 else 'images'} {MORE}*"


def _largest(holds: Callable[[int], bool], among: range) -> int | None:
    """Return the largest number for which it holds, where it holds for all that are smaller; None if for none."""
    place = bisect_left(among, 1, key=lambda number: int(not holds(number)))
    return among[place - 1] if place else None


def _table(table: Table, rows: int) -> Iterator[str]:
    shown = table.rows if table.is_whole else table.rows[:rows]
    left = max(table.total, len(table.rows)) - len(shown)
    if table.is_folded:
        yield f"<details><summary>{table.title}</summary>"
    elif table.title:
        yield f"#### {table.title}"
    if shown:
        lines = ["--:" if n in table.right else "---" for n in range(len(table.header))]
        yield "\n".join(map(row, (table.header, lines, *shown)))
    if left > 0:
        yield f"*{left} {MORE}*"
    if table.note:
        yield table.note
    if table.is_folded:
        yield "</details>"
