"""The pages of docs/, built as `make docs` does: no warning, no link into nothing, nothing from a network."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from lxml import html

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
REPOSITORY = re.compile(r"https://github\.com/OWNER/scan-gate/(?:blob|tree|edit)/main/([^?#]+)")
LOADED = {"audio", "embed", "iframe", "img", "link", "object", "script", "source", "track", "video"}
"""Elements that fetch what they name; a link is followed by the reader alone."""


def build(source: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Build pages as the Makefile does."""
    flags = ("--fail-on-warning", "--keep-going", "--nitpicky", "--quiet", "-d", str(folder / "doctrees"))
    command = [sys.executable, "-m", "sphinx", *flags, "-c", str(DOCS), str(source), str(folder / "html")]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the built pages."""
    folder = tmp_path_factory.mktemp("site")
    done = build(DOCS, folder)
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "html"


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


def links(page: Path) -> Iterator[tuple[str, str]]:
    """Yield the element and the address of whatever a page links to or loads."""
    tree = html.fromstring(page.read_bytes())
    yield from ((element.tag, link) for element, _, link, _ in tree.iterlinks())
    for element in tree.iterfind(".//*[@srcset]"):
        yield from ((element.tag, part.split()[0]) for part in element.get("srcset", "").split(","))


def anchors(page: Path) -> set[str]:
    return set(html.fromstring(page.read_bytes()).xpath("//@id | //a/@name"))


def test_every_page_is_built(site: Path) -> None:
    built = {page.relative_to(site).with_suffix("") for page in pages(site)}

    assert {path.relative_to(DOCS).with_suffix("") for path in DOCS.rglob("*.md")} <= built


def test_every_link_inside_leads_to_a_page_and_an_anchor(site: Path) -> None:
    wrong = []
    for page in pages(site):
        for _, link in links(page):
            parts = urlsplit(link)
            place = page.parent / unquote(parts.path) if parts.path else page
            if parts.scheme or parts.netloc:
                continue
            if not place.is_file() or (parts.fragment and parts.fragment not in anchors(place)):
                wrong.append(f"{page.name}: {link}")

    assert wrong == []


def test_every_link_to_the_repository_leads_to_a_file_of_it(site: Path) -> None:
    found = [match[1] for page in pages(site) for _, link in links(page) if (match := REPOSITORY.match(link))]

    assert "examples/README.md" in found
    assert [name for name in found if not (ROOT / unquote(name)).exists()] == []


def test_no_page_loads_anything_from_a_network(site: Path) -> None:
    loaded = [link for page in pages(site) for tag, link in links(page) if tag in LOADED]
    styles = [
        text for sheet in site.rglob("*.css") for text in re.findall(r"(?:url\(|@import)\s*[^);]+", sheet.read_text())
    ]

    assert loaded
    assert [text for text in (*loaded, *styles) if re.search(r"(?i)(?:https?:)?//", text) and "data:" not in text] == []


NOWHERE = ("nowhere.md", "#not-here", "page.md#no-place", "../absent.md", "../examples/missing")


def test_links_that_lead_nowhere_fail_the_build(tmp_path: Path) -> None:
    source = tmp_path / "docs"
    source.mkdir()
    (source / "page.md").write_text("# Page\n\n[a page](index.md)\n")
    links = "".join(f"[leads nowhere]({link})\n" for link in NOWHERE)
    (source / "index.md").write_text(f"# Index\n\n```{{toctree}}\npage\n```\n\n{links}")

    done = build(source, tmp_path)

    assert done.returncode == 1
    assert done.stderr.count("WARNING") == len(NOWHERE)
    assert [link for link in NOWHERE if link.rpartition("#")[2] not in done.stderr] == []
