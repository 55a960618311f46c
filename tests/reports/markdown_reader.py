"""Reads Markdown back as GitHub and GitLab do: its tables, headings, links and elements, and what text is alive."""

import re
from collections.abc import Iterator
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec import Struct

# NOTE: rich brings this reader along. Addresses that are no links are not its business, hence LIVE.
_READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
LIVE = re.compile(
    r"@\w|[#!$&~%^]\w|\b(?:GH|GL)-\d|://|www\.|:[\w+-]+:|\[\w|\[\[|\{[+-]|\[[+-]|\*iteration", re.IGNORECASE
)
"""What readers make links, mentions, references, emoji and marks of, in one piece of text."""


class Page(Struct, frozen=True):
    """What a reader shows."""

    tables: tuple[tuple[tuple[str, ...], ...], ...]
    headings: tuple[str, ...]
    paragraphs: tuple[str, ...]
    links: tuple[str, ...]
    elements: frozenset[str]
    """Every HTML tag, as it is written."""
    styles: frozenset[str]
    """Kinds of what is in the lines beside text, code and elements: `link_open`, `strong_open`, `image`."""
    live: tuple[str, ...]
    """Pieces of text of which a reader would make something."""


def read(text: str) -> Page:
    """Return what a reader makes of a page."""
    tokens = _READER.parse(text)
    lines = [token for token in tokens if token.type == "inline"]
    children = [child for line in lines for child in line.children or ()]
    elements = {child.content for child in children if child.type == "html_inline"}
    for token in tokens:
        if token.type == "html_block":
            elements |= set(re.findall(r"<[^>]*>", token.content))
    return Page(
        tables=tuple(_tables(tokens)),
        headings=tuple(_after(tokens, "heading_open")),
        paragraphs=tuple(_after(tokens, "paragraph_open")),
        links=tuple(str(child.attrs["href"]) for child in children if child.type == "link_open"),
        elements=frozenset(elements),
        styles=frozenset(child.type for child in children) - {"text", "code_inline", "html_inline"},
        live=tuple(piece for line in lines for piece in _pieces(line) if LIVE.search(piece)),
    )


def plain(line: Token) -> str:
    """Return the text that a line shows."""
    return "".join(child.content for child in line.children or () if child.type in {"text", "code_inline"})


def _tables(tokens: list[Token]) -> Iterator[tuple[tuple[str, ...], ...]]:
    rows: list[list[str]] = []
    for before, token in zip([None, *tokens], tokens, strict=False):
        if token.type == "table_open":
            rows = []
        elif token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and before is not None and before.type in {"td_open", "th_open"}:
            rows[-1].append(plain(token))
        elif token.type == "table_close":
            yield tuple(map(tuple, rows))


def _after(tokens: list[Token], kind: str) -> Iterator[str]:
    return (plain(line) for opening, line in pairwise(tokens) if opening.type == kind)


def _pieces(line: Token) -> Iterator[str]:
    """Yield the text as the page holds it: one piece up to the next element, without what is in code or in links."""
    piece, silent = "", 0
    for child in line.children or ():
        if child.type == "text":
            piece += "" if silent else child.content
            continue
        yield piece
        piece = ""
        opens = child.type == "link_open" or child.content == "<code>"
        closes = child.type == "link_close" or child.content == "</code>"
        silent += opens - closes
    yield piece
