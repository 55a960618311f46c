"""How Sphinx makes the pages of docs/ into a site: `make docs`. A link or an anchor that leads nowhere is an error."""

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

ROOT = Path(__file__).resolve().parent.parent
REPOSITORY = "https://github.com/OWNER/scan-gate"
"""Where the files outside docs/ are read; OWNER as in README."""

project = "scan-gate"
author = "the scan-gate developers"
html_title = "scan-gate"

extensions = ["myst_parser"]
nitpicky = True
smartquotes = False  # messages stand as the gate prints them
myst_heading_anchors = 4  # GitHub's anchors, so that one link works there and here

html_theme = "furo"
html_static_path = ["style"]
html_css_files = ["site.css"]
html_copy_source = False
html_use_index = False
html_show_copyright = False
html_show_sphinx = False
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
html_theme_options = {"source_repository": REPOSITORY, "source_branch": "main", "source_directory": "docs/"}


class LinksOut(SphinxTransform):
    """Turns links that leave docs/ (../README.md) into links to the repository; on GitHub they work as they are."""

    default_priority = 5

    def apply(self, **_: Any) -> None:  # noqa: ANN401 - as docutils has it
        """Replace each such link; of one whose file is not there MyST warns."""
        for kind in (addnodes.download_reference, addnodes.pending_xref):
            for link in list(self.document.findall(kind)):
                if link.get("reftype") == "myst":
                    self._follow(link)

    def _follow(self, link: nodes.Element) -> None:
        source = Path(self.env.srcdir)
        target, _, anchor = str(link["reftarget"]).partition("#")
        if link.get("refdomain") == "doc":  # MyST names a page from the top, without its suffix, and its anchor apart
            path, anchor = source / f"{target}.md", link.get("reftargetid") or ""
        else:
            path = Path(self.env.doc2path(self.env.docname)).parent / target
        path = path.resolve()
        if path.is_relative_to(source) or not target:
            return
        if not path.is_relative_to(ROOT) or not path.exists():
            return
        view = "tree" if path.is_dir() else "blob"
        uri = f"{REPOSITORY}/{view}/main/{path.relative_to(ROOT).as_posix()}" + (f"#{anchor}" if anchor else "")
        link.replace_self(nodes.reference("", "", *link.children, refuri=uri))


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the transform; Sphinx calls this."""
    app.add_transform(LinksOut)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
