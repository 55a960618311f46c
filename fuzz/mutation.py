"""Makes new inputs of known ones: moves bytes, words and lines about, the values of JSON, and what gzip holds."""

import gzip
import json
import re
import zlib
from collections.abc import Callable
from random import Random
from typing import Any

import yaml

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_NUMBERS = ("0", "1", "2", "5", "7", "10", "30", "90", "100", "0.1", "9.9", "2026", "999999", "1000001", "00")
_GZIP = b"\x1f\x8b"
_BETWEEN = re.compile(rb"(\n---[^\n]*\n)")
_PLAIN = re.compile(r"[A-Za-z0-9_./+*@<>=-]+(?:[A-Za-z0-9_./+*@:-]*[A-Za-z0-9_./+*@-])?")
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_MOST_BYTES = 1 << 16
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**53, 2**63, -(2**63), 1e308, -0.0, 0.5, "", "0", "x" * 600, "\ud800", "\x00", [], {},
    [[]], {"a": {}}, "::error::x", "##[error]x", "\x1b[2J", "<script>", "COMPLETE", "ACTIVE", "PENDING", "CRITICAL",
    "2026-11-20T12:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "9999-12-31", 253_402_300_800, 1e20,
)  # fmt: skip
Slot = tuple[Any, Any]
"""Something that holds a value, and where: a mapping and a key, or a list and an index."""


def mutated(data: bytes, chance: Random, words: tuple[bytes, ...], other: bytes = b"") -> bytes:
    """Return an input that is like `data`, with parts of `other` and `words` in it; the same for the same chance."""
    if data.startswith(_GZIP) and chance.random() < 0.8:
        try:
            return gzip.compress(mutated(gzip.decompress(data), chance, words, other), 1, mtime=0)
        except (OSError, EOFError, zlib.error):
            pass
    if data[:1] in {b"{", b"["} and chance.random() < 0.6:
        try:
            return _json_mutated(data, chance, other)
        except (ValueError, RecursionError):
            pass
    elif b": " in data and chance.random() < 0.6:
        try:
            return _yaml_mutated(data, chance, words, other)
        except (ValueError, RecursionError, yaml.YAMLError):
            pass
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        data = chance.choice(_WAYS)(data, chance, words, other)
    return data[:_MOST_BYTES]


def _json_mutated(data: bytes, chance: Random, other: bytes) -> bytes:
    root = [json.loads(data)]
    donor = json.loads(other) if other[:1] in {b"{", b"["} else None
    _change(root, chance, _VALUES, _slots([donor], []))
    return json.dumps(root[0]).encode()


def _yaml_mutated(data: bytes, chance: Random, words: tuple[bytes, ...], other: bytes) -> bytes:
    """Change one of the documents, which lines of dashes separate, and write it on one line."""
    parts = _BETWEEN.split(data)
    number = chance.randrange(0, len(parts), 2)
    root = [yaml.load(parts[number], Loader=_LOADER)]  # noqa: S506 - texts alone
    if not isinstance(root[0], dict | list):
        raise yaml.YAMLError("no mapping and no list")
    donor = yaml.load(_BETWEEN.split(other)[0], Loader=_LOADER)  # noqa: S506 - as above
    values = [word.decode("utf-8", "replace") for word in chance.sample(words, min(len(words), 40))]
    _change(root, chance, tuple(values), _slots([donor], []))
    parts[number] = f" {_flow(root[0])}\n".encode("utf-8", "replace")
    return b"".join(parts)


def _flow(value: Any) -> str:  # noqa: ANN401 - any YAML
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(below)}" for key, below in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return str(value) if _PLAIN.fullmatch(str(value)) else json.dumps(value)


def _change(root: list[Any], chance: Random, values: tuple[Any, ...], donors: list[Slot]) -> None:
    """Change some of the values that are held in `root`, in place; `donors` have values that fit their keys."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        slots = _slots(root, [])
        place, key = chance.choice(slots)
        way = chance.random()
        if way < 0.25:
            place[key] = chance.choice(values)
        elif way < 0.4 and isinstance(place[key], str):
            place[key] = _NUMBER.sub(lambda _: chance.choice(_NUMBERS), place[key], count=1)
        elif way < 0.5 and place is not root:
            del place[key]
        elif way < 0.55 and isinstance(place, dict):
            place[str(chance.choice(values))] = place.pop(key)
        elif way < 0.8:
            alike = [(held, name) for held, name in (*slots, *donors) if name == key]
            elsewhere, there = chance.choice(alike if chance.random() < 0.8 else slots)
            # NOTE: a copy, so that nothing comes to hold itself.
            text = json.dumps(elsewhere[there])
            place[key] = json.loads(text) if len(text) < 4_000 else None
        elif isinstance(place, list) and place is not root:
            place.insert(key, place[key])
        elif isinstance(place[key], str):
            place[key] = _text_mutated(place[key], chance)
        else:
            place[key] = [place[key]]


def _slots(value: Any, found: list[Slot]) -> list[Slot]:  # noqa: ANN401 - any JSON
    keys = value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        found.append((value, key))
        _slots(value[key], found)
    return found


def _text_mutated(text: str, chance: Random) -> str:
    at = chance.randint(0, len(text))
    more = chance.choice(
        ("\ud800", "\u202e", "\n::error::", "##[error]", "]]>", "|", "\x00", "e9", "+", "-", text, "é")
    )
    return text[:at] + more + text[at + chance.choice((0, 1)) :]


def _range(data: bytes, chance: Random) -> tuple[int, int]:
    begin = chance.randint(0, len(data))
    return begin, min(len(data), begin + chance.choice((1, 1, 2, 4, 16, 64)))


def _flip(data: bytes, chance: Random, _words: tuple[bytes, ...], _other: bytes) -> bytes:
    begin, end = _range(data, chance)
    return data[:begin] + chance.randbytes(end - begin) + data[end:]


def _delete(data: bytes, chance: Random, _words: tuple[bytes, ...], _other: bytes) -> bytes:
    begin, end = _range(data, chance)
    return data[:begin] + data[end:]


def _repeat(data: bytes, chance: Random, _words: tuple[bytes, ...], _other: bytes) -> bytes:
    begin, end = _range(data, chance)
    return data[:begin] + data[begin:end] * chance.choice((2, 2, 3, 20)) + data[end:]


def _insert(data: bytes, chance: Random, words: tuple[bytes, ...], _other: bytes) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + chance.choice(words) + data[at:]


def _exchange(data: bytes, chance: Random, words: tuple[bytes, ...], _other: bytes) -> bytes:
    """Put one word in the place of another that is there."""
    there = [word for word in chance.sample(words, min(len(words), 24)) if word in data]
    return data.replace(chance.choice(there), chance.choice(words), chance.choice((1, -1))) if there else data


def _splice(data: bytes, chance: Random, _words: tuple[bytes, ...], other: bytes) -> bytes:
    begin, end = chance.randint(0, len(other)), chance.randint(0, len(other))
    at = chance.randint(0, len(data))
    return data[:at] + other[min(begin, end) : max(begin, end)] + data[at:]


def _cut(data: bytes, chance: Random, _words: tuple[bytes, ...], _other: bytes) -> bytes:
    return data[: chance.randint(0, len(data))]


def _move_line(data: bytes, chance: Random, _words: tuple[bytes, ...], other: bytes) -> bytes:
    lines, more = data.split(b"\n"), chance.choice((data, other)).split(b"\n")
    lines.insert(chance.randint(0, len(lines)), chance.choice(more))
    if chance.random() < 0.5:
        del lines[chance.randrange(len(lines))]
    return b"\n".join(lines)


_WAYS: tuple[Callable[[bytes, Random, tuple[bytes, ...], bytes], bytes], ...] = (
    _flip, _delete, _repeat, _insert, _insert, _exchange, _exchange, _splice, _cut, _move_line, _move_line,
)  # fmt: skip
