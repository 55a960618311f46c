"""Makes values of any bytes: numbers, choices, and texts as hostile as the bytes are."""

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
TEXTS = (
    "", "/", "..", " ", "\n", "@a/b", "a:b", "C:\\x", "##[error]x", "::error::x", "##vso[x]", "]]>", "a|b", "[x](y)",
    "![x](https://example.com)", "@all", "\ud800", "\u202ex", "\u200b", "~~~", "%0A", "<b>", "<!--", "`x`", "\x1b[31m",
    "\x1b]0;x\x07", "</script>", "javascript:x", "https://example.com/a?b#c", "CVE-2026-1000", "#1", "gate-0",
    "\\u0000", "\x00", "\ufffe", "\r\n::stop-commands::x", "{{7*7}}", "${x}", "$(x)", "'\"", "&lt;", "😀",
    "# EOF", "a\tb",
)  # fmt: skip
"""What is special to a reader of one format or another."""


class Drawn:
    """Values drawn from bytes, in order; when they are used up, everything is nothing."""

    def __init__(self, data: bytes) -> None:
        """Begin at the first byte."""
        self._data = data
        self._at = 0

    @property
    def is_used_up(self) -> bool:
        """Whether no byte is left."""
        return self._at >= len(self._data)

    def byte(self) -> int:
        """Return the next byte, or 0."""
        taken = self._data[self._at : self._at + 1]
        self._at += 1
        return taken[0] if taken else 0

    def flag(self) -> bool:
        """Return whether the next byte is odd."""
        return bool(self.byte() & 1)

    def one_of(self, choices: Sequence[T]) -> T:
        """Return one of some values."""
        return choices[self.byte() % len(choices)]

    def maybe(self, draw: Callable[[], T]) -> T | None:
        """Return a value, or None."""
        return draw() if self.byte() & 3 else None

    def several(self, draw: Callable[[], T], most: int) -> tuple[T, ...]:
        """Return at most so many values."""
        return tuple(draw() for _ in range(self.byte() % (most + 1)))

    def text(self) -> str:
        """Return one of the special texts, or as many bytes as the next one says; what is no text stays hostile."""
        kind = self.byte()
        if kind < 0x60:
            return TEXTS[kind % len(TEXTS)]
        length = self.byte() % 0x40
        taken = self._data[self._at : self._at + length].decode("utf-8", "surrogateescape")
        self._at += length
        return taken * (1 + 40 * (kind >> 4 == 0xF))

    def listed(self) -> str:
        """Return a text as AWS's JSON holds it once it is read: no half of a surrogate pair is left in it."""
        return self.text().encode("utf-8", "replace").decode()
