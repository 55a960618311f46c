"""Takes the pictures of the HTML report that README shows: `python -m tests.browser.pictures`, after `npm ci` here."""

import os
import subprocess
import tempfile
from pathlib import Path

from gate.reports import html
from tests.reports.showcase import single

FOLDER = Path(__file__).parent
PICTURES = FOLDER.parents[1] / "docs" / "images"


def main() -> None:
    """Draw the page, open it in headless Chromium, and write the pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as pages:
        Path(pages, "single.html").write_text(html.render(single()), encoding="utf-8")
        surroundings = {
            **os.environ,
            "SCAN_GATE_PAGES": pages,
            "SCAN_GATE_PICTURES": str(PICTURES),
            "SCAN_GATE_CHROMIUM": "/usr/bin/chromium",
        }
        subprocess.run(["node", "pictures.mjs"], cwd=FOLDER, env=surroundings, check=True)


if __name__ == "__main__":
    main()
