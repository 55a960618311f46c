"""The HTML report in headless Chromium: `npm ci` in this folder, and Debian's chromium, are what these tests need."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace

from gate.model import Package, Severity
from gate.policy.clauses import Max
from gate.policy.verdict import Verdict
from gate.reports import html
from tests.builders import judge, policy, scan
from tests.reports.samples import HOSTILE, SAMPLES, flaw, many, unfinished
from tests.reports.showcase import showcase

FOLDER = Path(__file__).parent
CHROMIUM = shutil.which("chromium") or ""
NEEDED = {
    "chromium": bool(CHROMIUM),
    "node": shutil.which("node") is not None,
    "tests/browser/node_modules": (FOLDER / "node_modules" / "playwright-core").is_dir(),
}
MISSING = ", ".join(name for name, found in NEEDED.items() if not found)


def hostile_many() -> Verdict:
    """Return more findings with hostile text than a page has rows, so that some are held as data."""
    hostile = Package(name=HOSTILE, version=HOSTILE, fixed_in=HOSTILE, type=HOSTILE, path="</script><img src=x>")
    text = "</script><script>alert(1)</script><!--<script>"
    findings = (
        flaw(f"CVE-2026-{n} {text}", Severity.HIGH, hostile, title=text, description=text, url=f"javascript:{n}")
        for n in range(1_300)
    )
    return replace(judge(policy(max=Max(high=0)), scan(*findings)), hint=text, reason=text)


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the pages that the tests open, and return their folder."""
    folder = tmp_path_factory.mktemp("pages")
    verdicts = {
        **SAMPLES,
        "showcase": showcase(),
        "unfinished": unfinished(),
        "hostile-many": hostile_many(),
        "many": many(),
    }
    for name, verdict in verdicts.items():
        (folder / f"{name}.html").write_text(html.render(verdict), encoding="utf-8")
    return folder


@pytest.mark.skipif(bool(MISSING) and os.environ.get("SCAN_GATE_NO_SKIPS") != "1", reason=f"not here: {MISSING}")
@pytest.mark.parametrize("name", ["look", "use", "large"])
def test_the_page_in_chromium(name: str, pages: Path) -> None:
    assert MISSING == "", "SCAN_GATE_NO_SKIPS=1 forbids it to be skipped"
    command = ["node", "--test", "--test-reporter=spec", f"{name}.test.mjs"]
    surroundings = {**os.environ, "SCAN_GATE_PAGES": str(pages), "SCAN_GATE_CHROMIUM": CHROMIUM}

    done = subprocess.run(
        command, cwd=FOLDER, env=surroundings, capture_output=True, text=True, check=False, timeout=600
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^ℹ pass [1-9]", done.stdout, re.MULTILINE), done.stdout  # noqa: RUF001 - node's own sign
