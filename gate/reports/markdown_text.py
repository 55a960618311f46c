"""Hostile text in Markdown: of GitHub's and GitLab's syntax, mentions and references nothing comes alive."""

import re
from collections.abc import Iterable

from gate.plain import one_line
from gate.policy.verdict import Outcome

MARKS = {Outcome.PASS: "✅", Outcome.WARN: "⚠️", Outcome.FAIL: "❌", Outcome.NO_VERDICT: "🚫"}
"""What stands before each word of a verdict, never instead of it."""
# NOTE: references and mentions are looked for in the text of the finished page, after entities were resolved: an entity
# alone does not stop them. An element of its own does, since both look at one piece of text at a time: GitHub's
# documentation has it for `$` ("Writing mathematical expressions"), and GitLab's parser does it for escaped characters.
# Other characters are live only in issues' names (GH-1, GL-1), addresses (www., ://) and emoji (:x:).
_LIVE = re.compile(r"[@#!$&~%^*\[{]|:(?=//|[\w+-]+:)|(?<=www)\.|(?<=GH|GL)-(?=[0-9])", re.IGNORECASE)
_MARKUP = re.compile(r"[\\`|<>\]}\"]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_CODE = re.compile(r"(?! )[A-Za-z0-9 ._:/@+~=,()%^…-]+(?<! )")


def escaped(text: str, most: int = 500) -> str:
    """Return `text` as Markdown that shows it, on one line, of at most `most` characters before it is escaped.

    It is for the middle of a line: what opens a block (`-`, `1.`, `===`) is left as it is.
    """
    line = one_line(text, most)
    pieces: list[str] = []
    end = 0
    for match in _LIVE.finditer(line):
        pieces += [_encoded(line[end : match.start()]), f"<span>&#{ord(match.group())};</span>"]
        end = match.end()
    return "".join([*pieces, _encoded(line[end:])])


def code(text: str, most: int = 300) -> str:
    """Return `text` as code, where no reader looks for references; as a code span if all of its characters allow it."""
    line = one_line(text, most)
    return f"`{line}`" if _CODE.fullmatch(line) else f"<code>{escaped(line, most)}</code>"


def linked(text: str, url: str | None, most: int = 100) -> str:
    """Return `text` as a link to a secure address, or as it is where there is none."""
    shown = escaped(text, most)
    return shown if url is None else f"[{shown}]({url.replace('&', '&amp;')})"


def row(cells: Iterable[str]) -> str:
    """Return cells, which are Markdown already, as one row of a table."""
    return f"| {' | '.join(cells)} |"


def _encoded(text: str) -> str:
    return _MARKUP.sub(lambda match: f"&#{ord(match.group())};", text)
