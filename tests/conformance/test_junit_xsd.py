"""JUnit reports against the schema of Jenkins' xunit plugin, the strictest one that readers use."""

import os
from pathlib import Path

import pytest
from lxml import etree

from gate.policy.verdict import Verdict
from gate.reports import junit
from tests.reports.samples import SAMPLES, many, many_ignored, unfinished

SHARED = os.environ.get("SCAN_GATE_SHARED", "")
pytestmark = pytest.mark.skipif(not SHARED, reason="SCAN_GATE_SHARED names no folder with schemas")
CASES = {
    **SAMPLES,
    "unfinished": unfinished(),
    "0 ignored": many_ignored(0),
    "600 ignored": many_ignored(600),
    "10,000 findings": many(),
}


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(Path(SHARED, "schemas", "jenkins.junit-10.xsd")))


@pytest.mark.parametrize("verdict", CASES.values(), ids=CASES)
def test_the_report_is_valid(verdict: Verdict, schema: etree.XMLSchema) -> None:
    document = etree.fromstring(junit.render(verdict).encode())
    schema.assertValid(document)
    assert len(document) >= 1
