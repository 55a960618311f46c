"""What the jobs of the GitLab component leave is what GitLab reads: its security report, by both schemas."""

from pathlib import Path

import pytest

from tests.ci.gitlab import account, check, needs_gitlab
from tests.conformance.test_gitlab_schemas import VERSIONS, faults
from tests.conformance.validators import needs_shared, sarif_faults

pytestmark = [needs_shared, needs_gitlab]


@pytest.mark.parametrize("tag", ["clean", "bad"])
def test_the_reports_of_a_pipeline_are_valid(tag: str, tmp_path: Path) -> None:
    with account() as double:
        done = check(double, tmp_path, tag)

    written = done.report("gl-container-scanning-report.json").read_text(encoding="utf-8")
    for version in VERSIONS:
        assert faults(written, version) == []
    assert sarif_faults(done.report("scan.sarif")) == ""
