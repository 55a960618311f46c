"""Reads the HTML report as a browser does: its elements, their attributes, and the texts in them."""

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import msgspec

from gate.policy.verdict import Verdict
from gate.reports import html

Attributes = dict[str, str | None]
_VOID = frozenset({"meta", "input", "rect", "path"})


class Element:
    """An element: its name, its attributes, what it holds, in order."""

    def __init__(self, name: str, attributes: Attributes) -> None:
        """Begin with nothing in it."""
        self.name = name
        self.attributes = attributes
        self.held: list[Element | str] = []

    @property
    def text(self) -> str:
        """All text in it, with single blanks."""
        return " ".join("".join(self.texts()).split())

    @property
    def raw(self) -> str:
        """All text in it as it stands."""
        return "".join(self.texts())

    def all(self, name: str = "", /, **attributes: str) -> list["Element"]:
        """Return the elements in it of this name that have these attributes; `class_` is one of the classes."""
        return [one for one in self.walk() if one.matches(name, attributes)]

    def one(self, name: str = "", /, **attributes: str) -> "Element":
        """Return the only such element."""
        (found,) = self.all(name, **attributes)
        return found

    def walk(self) -> Iterator["Element"]:
        """Yield every element in it."""
        for one in self.held:
            if isinstance(one, Element):
                yield one
                yield from one.walk()

    def matches(self, name: str, attributes: dict[str, str]) -> bool:
        """Tell whether it is of this name, any if empty, and has these attributes."""
        wanted = dict(attributes)
        style = wanted.pop("class_", "")
        classes = (self.attributes.get("class") or "").split()
        has = all(self.attributes.get(key.replace("_", "-")) == value for key, value in wanted.items())
        return has and (not name or self.name == name) and (not style or style in classes)

    def texts(self) -> Iterator[str]:
        """Yield every piece of text in it."""
        for one in self.held:
            if isinstance(one, str):
                yield one
            else:
                yield from one.texts()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("document", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, dict(attrs))
        assert len(made.attributes) == len(attrs), f"{tag} has an attribute twice"
        self.open[-1].held.append(made)
        if tag not in _VOID:
            self.open.append(made)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].held.append(Element(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"</{tag}> ends <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].held.append(data)


def read(text: str) -> Element:
    """Read a page; every element must be closed where it belongs."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert len(reader.open) == 1, [one.name for one in reader.open]
    return reader.open[0]


def page(verdict: Verdict) -> Element:
    """Draw the page of a verdict and read it."""
    return read(html.render(verdict))


def rest(document: Element) -> Any:
    """Return the findings that the page holds as data."""
    return msgspec.json.decode(document.one("script", id="rest").raw)


def listed(document: Element) -> list[Element]:
    """Return the findings that are rows of the page's table."""
    return document.one("table", id="table").all("tbody", class_="finding")
