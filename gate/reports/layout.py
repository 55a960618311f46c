"""Lines and tables for people: text with a named style, cut or wrapped to a width, plain until someone colours it."""

import textwrap
import unicodedata
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

Style = Literal["", "good", "bad", "warn", "dim", "strong"]
_NARROWEST = 6


class Span(Struct, frozen=True):
    """A piece of a line in one style."""

    text: str
    style: Style = ""


Line = tuple[Span, ...]


def line(text: str = "", style: Style = "") -> Line:
    """Return a line of one span."""
    return (Span(text, style),)


def plain(content: Line) -> str:
    """Return the text of a line, without the blanks that end it."""
    return "".join(span.text for span in content).rstrip()


def cells(text: str) -> int:
    """Return how many columns a text takes: East Asian wide characters and emoji take two, combining marks none."""
    return len(text) if text.isascii() else sum(map(_cells_of, text))


def cut(text: str, width: int) -> str:
    """Return the text in at most `width` columns, with an ellipsis where it was cut."""
    if cells(text) <= width:
        return text
    end, left = 0, width - 1
    while (left := left - _cells_of(text[end])) >= 0:
        end += 1
    return text[:end].rstrip() + "…"


def wrapped(label: Span, text: str, width: int, indent: int = 2) -> tuple[Line, ...]:
    """Return a label and a text that goes on below itself where it does not fit."""
    margin = " " * indent
    offset = indent + cells(label.text)
    first, *rest = textwrap.wrap(text, max(width - offset, 20), break_long_words=False, break_on_hyphens=False) or [""]
    below = " " * offset
    return ((Span(margin), label, Span(first)), *((Span(below + more),) for more in rest))


def table(
    header: tuple[str, ...],
    rows: Sequence[tuple[Span, ...]],
    width: int,
    *,
    right: tuple[int, ...] = (),
    whole: tuple[int, ...] = (),
) -> tuple[Line, ...]:
    """Return rows under a header, two blanks in; all columns but the `whole` ones are cut until a row fits."""
    styled = [tuple(Span(title, "dim") for title in header), *rows]
    natural = [max(cells(row[n].text) for row in styled) for n in range(len(header))]
    widths = _fitted(natural, width - 2 * len(header), whole)
    return tuple(_row(row, widths, right) for row in styled)


def _row(row: tuple[Span, ...], widths: list[int], right: tuple[int, ...]) -> Line:
    spans: list[Span] = []
    for n, (span, width) in enumerate(zip(row, widths, strict=True)):
        text = cut(span.text, width)
        blanks = " " * (width - cells(text))
        spans += [Span("  "), Span(blanks + text if n in right else text + blanks, span.style)]
    return tuple(spans)


def _fitted(natural: list[int], room: int, whole: tuple[int, ...]) -> list[int]:
    widths = list(natural)
    elastic = [n for n in range(len(widths)) if n not in whole]
    while sum(widths) > room:
        widest = max(elastic, key=widths.__getitem__)
        if widths[widest] <= _NARROWEST:
            break
        widths[widest] -= 1
    return widths


def _cells_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
