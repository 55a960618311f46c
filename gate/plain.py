"""Makes hostile text harmless to read: for terminals, for CI logs that obey commands in them, for one-line messages."""

import re
import unicodedata

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])")
# NOTE: categories Cc, Cf (bidirectional marks, zero widths, tags), Cs (lone surrogates), Co, Cn, Zl and Zp: what a
# reader cannot see, or what moves text around.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_SUSPECT = re.compile(r"[^\n\x20-\x7e\xa1-\xac\xae-\u02ff]")
_LOG_COMMAND = re.compile(r"##(?=\[|vso\[)", re.IGNORECASE)
_LINE_COMMAND = re.compile(r"^(\s*):(?=:)", re.MULTILINE)
REPLACEMENT = "\ufffd"


def clean(text: str) -> str:
    """Return `text` without ANSI sequences and with every character that cannot be seen replaced; newlines stay."""
    text = _ANSI.sub("", text.replace("\r\n", "\n").replace("\t", " "))
    return _SUSPECT.sub(_visible, text)


def neutral(text: str) -> str:
    """Return `text` cleaned, and with nothing in it that a CI system takes for a command (`::`, `##[`, `##vso[`)."""
    return _LINE_COMMAND.sub(r"\1: ", _LOG_COMMAND.sub("# #", clean(text)))


def one_line(text: str, most: int = 500) -> str:
    """Return `text` neutral, on one line, and at most `most` characters long."""
    # NOTE: cut first: a text may be a megabyte long, and none of what follows makes it much longer.
    cut = text[: most * 4]
    line = " ".join(cut.split()) if _is_harmless(cut) else neutral(" ".join(clean(cut).split()))
    return line if len(line) <= most and len(cut) == len(text) else line[: most - 1].rstrip() + "…"


def _is_harmless(text: str) -> bool:
    # NOTE: nearly all text is, reports ask some ten thousand times, and what follows otherwise takes ten times as long.
    return text.isprintable() and "::" not in text and "##" not in text


def _visible(match: re.Match[str]) -> str:
    character = match.group()
    return REPLACEMENT if unicodedata.category(character) in _UNSEEN else character
