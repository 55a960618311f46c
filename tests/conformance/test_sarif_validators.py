"""SARIF logs against the schema, the SARIF validator with code scanning's rules, and what an upload enforces."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gate.policy.verdict import Verdict
from gate.reports.sarif import render, render_suppressed
from tests.conformance.validators import needs_shared, sarif_faults
from tests.reports.samples import SAMPLES, many, many_ignored

pytestmark = needs_shared


@pytest.mark.parametrize("name", ["pass", "mixed", "hostile"])
def test_samples_with_suppressions(name: str, tmp_path: Path) -> None:
    path = tmp_path / "scan.sarif"
    path.write_text(render_suppressed(SAMPLES[name]), encoding="utf-8")

    assert sarif_faults(path) == ""


# NOTE: that all rules differ takes the schema minutes for 5,000; tests/reports/test_sarif_cuts.py looks at those.
@pytest.mark.parametrize("make", [many, many_ignored])
def test_large(make: Callable[[int], Verdict], tmp_path: Path) -> None:
    path = tmp_path / "scan.sarif"
    path.write_text(render_suppressed(make(500)), encoding="utf-8")

    assert sarif_faults(path) == ""


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

    assert sarif_faults(path) != ""
