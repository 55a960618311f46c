"""Reads all pages of a listing, and notices one that never ends."""

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from gate.errors import EvidenceError

MOST_PAGES = 2_000


class Paged(Protocol):
    """An answer that may have a next page."""

    @property
    def next_token(self) -> str | None:
        """What leads to the next page, if there is one."""


P = TypeVar("P", bound=Paged)


def pages(ask: Callable[[dict[str, object]], P], operation: str) -> Iterator[P]:
    """Yield every page that `ask` gets, given the members that lead to it; EvidenceError when they never end."""
    tokens: set[str] = set()
    more: dict[str, object] = {}
    while True:
        page = ask(more)
        yield page
        token = page.next_token
        if not token:
            return
        if token in tokens:
            raise EvidenceError(f"{operation} answered the same page token twice, so its list cannot be whole")
        if len(tokens) >= MOST_PAGES - 1:
            raise EvidenceError(f"{operation} answered more than {MOST_PAGES} pages")
        tokens.add(token)
        more = {"nextToken": token}
