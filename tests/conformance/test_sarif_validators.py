"""SARIF logs against the schema, the SARIF validator with code scanning's rules, and what an upload enforces."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gate.policy.verdict import Verdict
from gate.reports.sarif import render, render_suppressed
from tests.reports.samples import SAMPLES, many, many_ignored

SHARED = os.environ.get("SCAN_GATE_SHARED")
pytestmark = pytest.mark.skipif(not SHARED, reason="SCAN_GATE_SHARED names no folder with the validators")


def complaints(path: Path) -> str:
    """Run the validators on a file; return what they say against it."""
    tools = Path(sys.executable).parent
    done = subprocess.run(
        [str(Path(SHARED or "") / "tools" / "check_sarif.sh"), str(path)],
        env={**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("name", ["fail", "warn", "hostile", "clean"])
def test_samples(name: str, tmp_path: Path) -> None:
    path = tmp_path / "scan.sarif"
    path.write_text(render(SAMPLES[name]), encoding="utf-8")

    assert complaints(path) == ""


@pytest.mark.parametrize("name", ["pass", "mixed", "hostile"])
def test_samples_with_suppressions(name: str, tmp_path: Path) -> None:
    path = tmp_path / "scan.sarif"
    path.write_text(render_suppressed(SAMPLES[name]), encoding="utf-8")

    assert complaints(path) == ""


@pytest.mark.parametrize("make", [many, many_ignored])
def test_large(make: Callable[[], Verdict], tmp_path: Path) -> None:
    path = tmp_path / "scan.sarif"
    path.write_text(render_suppressed(make()), encoding="utf-8")

    assert complaints(path) == ""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"level":"error"', '"level":"fatal"'),
        ('"uri":"payments/api/', '"uri":"payments:api/'),
        ('"locations":[{', '"locations":[],"relatedLocations":[{'),
        ('"partialFingerprints"', '"otherFingerprints"'),
    ],
)
def test_the_validators_do_see_faults(right: str, wrong: str, tmp_path: Path) -> None:
    path = tmp_path / "scan.sarif"
    text = render(SAMPLES["fail"])
    assert right in text
    path.write_text(text.replace(right, wrong), encoding="utf-8")

    assert complaints(path) != ""
