"""Turns a policy file's bytes into text that YAML can read, and says in plain words where YAML cannot."""

import re

from gate.plain import one_line
from gate.policy.nodes import Faults

MOST_BYTES = 4 * 1024 * 1024
# NOTE: what YAML itself refuses, found first, since its reader names no place. Of ASCII by itself: the whole takes
# some milliseconds to compile, and most policies do without it.
_UNREADABLE_ASCII = re.compile("[^\t\n\r\x20-\x7e]")
_UNREADABLE = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
# NOTE: libyaml compares each of these lines with all before it, so that some 100,000 of them take minutes.
_TAG_DIRECTIVE = re.compile(r"^%TAG\b", re.MULTILINE)
_LINE_END = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_COMPARED = re.compile(rf"[<>≥≤]=?\s*(?P<after>{_NUMBER})|(?P<before>{_NUMBER})\s*\+")
_SCORES = ("cvss_floor:", "missing:")
_NEEDS_QUOTES = frozenset(">|*&@%`!")
_HINTS = {
    "mapping values": "check the indentation, and put quotes round a value that holds ': '",
    "end of stream": "the quote that begins here is never closed",
    "escape": "in double quotes a backslash begins an escape; use single quotes",
    "block": "check the indentation",
}


def text_of(data: bytes, faults: Faults) -> str | None:
    """Return the text of a file, or None with what is wrong in `faults`."""
    if len(data) > MOST_BYTES:
        faults.add_at(0, 0, "", "is larger than 4 MiB; expected a policy file")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        line = data.count(b"\n", 0, err.start) + 1
        faults.add_at(line, 1, "", f"is not UTF-8 (byte 0x{data[err.start]:02x}); save the policy as UTF-8 text")
        return None
    if found := _UNREADABLE_ASCII.search(text) if text.isascii() else re.search(_UNREADABLE, text):
        _refuse(found, f"holds the control character U+{ord(found.group()):04X}; expected plain text", faults)
    elif found := _TAG_DIRECTIVE.search(text):
        _refuse(found, "%TAG declares tags, which a policy may not hold; remove the line", faults)
    return None if found else text


def number_alone(text: str) -> str:
    """Return the number in a text such as `>= 7.0` or `7.0+`, which a policy wants without its sign; else nothing."""
    found = _COMPARED.fullmatch(text[:100].strip())
    return str(found["after"] or found["before"]) if found else ""


def _refuse(found: re.Match[str], text: str, faults: Faults) -> None:
    before = found.string[: found.start()]
    faults.add_at(before.count("\n") + 1, len(before) - before.rfind("\n"), "", text)


def _number_compared(line: str, column: int) -> str:
    """Return the number of a score that begins at `column` with a comparison, such as `cvss_floor: >= 7.0`."""
    if not line[:column].rstrip().endswith(_SCORES):
        return ""
    return number_alone(line[column:].partition("#")[0].rstrip(" ,}"))


def syntax_fault(problem: str, text: str, line: int, column: int) -> str:
    """Return the message for a place (counted from 0) where `text` is no YAML, with a guess at what was meant."""
    at_place = _LINE_END.split(text)[line:][:1]
    character = at_place[0][column : column + 1] if at_place else ""
    if number := _number_compared(at_place[0], column) if at_place else "":
        hint = f"write {number}"
    elif character in _NEEDS_QUOTES and character:
        hint = f"a value that begins with {character} must stand in quotes"
    elif character == "\t":
        hint = "indent with blanks, not with tabs"
    else:
        hint = next(
            (hint for part, hint in _HINTS.items() if part in problem), "check quotes, brackets and indentation"
        )
    return f"is not YAML: {one_line(problem, 200)}; {hint}"
