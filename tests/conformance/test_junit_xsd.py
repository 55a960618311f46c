"""JUnit reports against the schema of Jenkins' xunit plugin, the strictest one that readers use."""

import pytest
from lxml import etree

from gate.policy.verdict import Verdict
from gate.reports import junit
from tests.conformance.validators import junit_schema, needs_shared
from tests.reports.samples import SAMPLES, many, many_ignored, unfinished

pytestmark = needs_shared
CASES = {
    **SAMPLES,
    "unfinished": unfinished(),
    "0 ignored": many_ignored(0),
    "600 ignored": many_ignored(600),
    "10,000 findings": many(),
}


@pytest.mark.parametrize("verdict", CASES.values(), ids=CASES)
def test_the_report_is_valid(verdict: Verdict) -> None:
    document = etree.fromstring(junit.render(verdict).encode())
    junit_schema().assertValid(document)
    assert len(document) >= 1
