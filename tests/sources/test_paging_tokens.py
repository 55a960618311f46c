"""Any listing is asked for page by page with the token of the page before, and given up where it never ends."""

import pytest
from msgspec import Struct

from gate.errors import EvidenceError
from gate.sources import paging
from gate.sources.paging import MOST_PAGES, pages


class Answer(Struct, frozen=True, kw_only=True):
    """A page, as far as it leads on."""

    next_token: str | None = None


class Asked:
    """What was asked with, answered with these tokens in turn."""

    def __init__(self, *tokens: str | None) -> None:
        self.tokens = iter(tokens)
        self.members: list[dict[str, object]] = []

    def __call__(self, more: dict[str, object]) -> Answer:
        self.members.append(more)
        return Answer(next_token=next(self.tokens))


@pytest.mark.parametrize("last", [None, ""])
def test_each_page_is_asked_for_with_the_token_of_the_one_before(last: str | None) -> None:
    asked = Asked("one", "two", last)

    found = list(pages(asked, "ListThings"))

    assert [page.next_token for page in found] == ["one", "two", last]
    assert asked.members == [{}, {"nextToken": "one"}, {"nextToken": "two"}]


def test_a_page_is_there_before_the_next_is_asked_for() -> None:
    asked = Asked("one")

    assert next(pages(asked, "ListThings")).next_token == "one"
    assert asked.members == [{}]


def test_a_token_that_came_before_is_no_way_on() -> None:
    asked = Asked("one", "two", "one")

    with pytest.raises(EvidenceError) as raised:
        list(pages(asked, "ListThings"))
    assert raised.value.message == "ListThings answered the same page token twice, so its list cannot be whole"
    assert len(asked.members) == 3


def test_a_listing_may_have_as_many_pages_as_are_allowed_and_not_one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_PAGES == 2_000
    monkeypatch.setattr(paging, "MOST_PAGES", 3)
    assert len(list(pages(Asked("one", "two", None), "ListThings"))) == 3

    asked = Asked("one", "two", "three")
    with pytest.raises(EvidenceError) as raised:
        list(pages(asked, "ListThings"))
    assert raised.value.message == "ListThings answered more than 3 pages"
    assert len(asked.members) == 3
