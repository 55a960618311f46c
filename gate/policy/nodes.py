"""The policy file as a small tree that knows its places, and the faults found in it."""

import re

from msgspec import Struct

from gate.plain import one_line

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}")
_MOST_SHOWN = 50
_MOST_KEPT = 500


class Scalar(Struct, frozen=True, gc=False):
    """One word or text as it is written; line and column count from 1."""

    text: str
    line: int
    column: int
    quoted: bool = False

    @property
    def is_null(self) -> bool:
        """Tell whether YAML reads this as no value at all."""
        return not self.quoted and self.text in _NULLS


class Sequence(Struct, frozen=True):
    """A list."""

    items: "tuple[Node, ...]"
    line: int
    column: int


class Mapping(Struct, frozen=True):
    """Keys and their values in the order of the file; a key may stand there twice."""

    pairs: "tuple[tuple[Scalar, Node], ...]"
    line: int
    column: int

    def has(self, name: str) -> bool:
        """Tell whether the key is written, whatever its value."""
        return any(key.text == name for key, _ in self.pairs)

    def get(self, name: str) -> "Node | None":
        """Return the value of the first key of that name."""
        return next((value for key, value in self.pairs if key.text == name), None)


class Broken(Struct, frozen=True, gc=False):
    """Something that was refused while the file was read; its fault is already recorded."""

    line: int
    column: int


Node = Scalar | Sequence | Mapping | Broken


class Fault(Struct, frozen=True, order=True):
    """One thing wrong with the file; line 0 is the file as a whole."""

    line: int
    column: int
    path: str
    text: str

    def at(self, file: str) -> str:
        """Return the fault as one line that begins with its place in `file`."""
        place = f"{file}:{self.line}:{self.column}" if self.line else file
        return f"{place}: {self.path}: {self.text}" if self.path else f"{place}: {self.text}"


class Faults:
    """Collects what is wrong; past some hundreds it only counts, so that a hostile file costs little more than any."""

    def __init__(self) -> None:
        """Begin with none."""
        self.count = 0
        self._kept: list[Fault] = []

    @property
    def is_full(self) -> bool:
        """Tell whether another fault is only counted, so that its text need not be good."""
        return len(self._kept) >= _MOST_KEPT

    def add(self, node: Node, path: str, text: str) -> None:
        """Record a fault at a node."""
        self.add_at(node.line, node.column, path, text)

    def add_at(self, line: int, column: int, path: str, text: str) -> None:
        """Record a fault at a place."""
        self.count += 1
        if not self.is_full:
            self._kept.append(Fault(line, column, path, text))

    def lines(self, file: str) -> tuple[str, ...]:
        """Return the faults as lines, first places first; of more than 50, the rest as a number."""
        shown = [fault.at(file) for fault in sorted(self._kept)[:_MOST_SHOWN]]
        more = self.count - len(shown)
        return (*shown, f"{file}: and {more} more") if more else tuple(shown)


def quoted(text: str) -> str:
    """Return text from the file as messages quote it: harmless, on one line, and short."""
    return f"'{one_line(text, 60)}'"


def join(path: str, key: str) -> str:
    """Return the path of a key below `path`; a key that is no plain word is quoted."""
    step = key if _PLAIN_KEY.fullmatch(key) else quoted(key)
    return f"{path}.{step}" if path else step


def locate(root: Node, *path: str | int) -> Node:
    """Return the node at a path of keys and indexes, or the deepest that exists on the way there."""
    return _followed(root, path)[0]


def depth(root: Node, *path: str | int) -> int:
    """Return how many steps of a path exist."""
    return _followed(root, path)[1]


def _followed(root: Node, path: tuple[str | int, ...]) -> tuple[Node, int]:
    node = root
    for taken, step in enumerate(path):
        below: Node | None = None
        if isinstance(node, Mapping) and isinstance(step, str):
            below = node.get(step)
        elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
            below = node.items[step]
        if below is None:
            return node, taken
        node = below
    return node, len(path)
