"""Every link and picture of the Markdown files leads to something that is there, as GitHub shows them."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from lxml import html
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parent.parent
TOP = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "examples/README.md")
PAGES = (*TOP, *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")))


@cache
def tokens(page: Path) -> tuple[Token, ...]:
    """Return a page's tokens, those inside of lines too."""
    blocks = MarkdownIt("gfm-like", {"linkify": False}).parse(page.read_text(encoding="utf-8"))
    return tuple(token for block in blocks for token in (block, *(block.children or ())))


def links(page: Path) -> Iterator[str]:
    """Yield what a page links to, or shows, in Markdown and in HTML."""
    for token in tokens(page):
        if token.type in {"link_open", "image"}:
            yield str(token.attrGet("href") or token.attrGet("src"))
        elif token.type in {"html_block", "html_inline"} and re.match(r"\s*<[a-z]", token.content):
            for element in html.fragments_fromstring(token.content):
                yield from (value for _, _, value, _ in element.iterlinks())


@cache
def anchors(page: Path) -> frozenset[str]:
    """Return the anchors that GitHub gives a page's headings: letters, digits, `-`, `_`; the same again gets `-1`."""
    found: Counter[str] = Counter()
    blocks = MarkdownIt("gfm-like", {"linkify": False}).parse(page.read_text(encoding="utf-8"))
    for before, block in pairwise(blocks):
        if before.type == "heading_open":
            text = "".join(child.content for child in block.children or () if child.type in {"text", "code_inline"})
            slug = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            found[slug] += 1
    return frozenset(f"{slug}-{n}" if n else slug for slug, times in found.items() for n in range(times))


def fault(page: Path, link: str) -> str:
    """Say what is wrong with a link; nothing is of one that leaves the repository."""
    parts = urlsplit(link)
    if parts.scheme in {"https", "mailto"}:
        return ""
    place = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if parts.scheme or not place.is_relative_to(ROOT) or not place.exists():
        return f"{link}: there is no such file"
    if parts.fragment and (place.suffix != ".md" or parts.fragment not in anchors(place)):
        return f"{link}: there is no such heading"
    return ""


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    page = ROOT / name

    assert [text for link in links(page) if (text := fault(page, link))] == []


def test_a_link_that_leads_nowhere_is_seen(tmp_path: Path) -> None:
    page = ROOT / "README.md"
    written = tmp_path / "page.md"
    headings, code = "# A `b`: c_d!\n# E\n# E\n", "```\n[n](o)\n```\n"
    written.write_text(f'{headings}\n[x](#e) ![y](z.png "t")\n\n<a href="w.md"><img src="v.png"></a>\n\n{code}')

    assert list(links(written)) == ["#e", "z.png", "w.md", "v.png"]
    assert anchors(written) == {"a-b-c_d", "e", "e-1"}
    assert [fault(page, link) for link in ("#more", "docs/policy.md#vex", "https://example.com/#x")] == ["", "", ""]
    for link in ("#nowhere", "nowhere.md", "docs/policy.md#nowhere", "../x", "LICENSE#x", "http://example.com"):
        assert fault(page, link)


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_readme_leads_to_every_page(page: Path) -> None:
    assert f"docs/{page.name}" in {link.partition("#")[0] for link in links(ROOT / "README.md")}


def test_readme_leads_to_a_page_for_each_ci_system() -> None:
    pages = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs" / "ci").glob("*.md")}

    assert pages <= {link.partition("#")[0] for link in links(ROOT / "README.md")}
