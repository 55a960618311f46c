"""The container scanning report against GitLab's own schemas: the version that it declares, and the newest known."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft7Validator

from gate.policy.verdict import Verdict
from gate.reports.gitlab import render
from tests.conformance.validators import SHARED, needs_shared
from tests.reports.any_text import verdicts
from tests.reports.samples import SAMPLES, many, many_ignored

pytestmark = needs_shared
VERSIONS = ("15.1.4", "15.2.1")
CASES = {
    **{name: verdict for name, verdict in SAMPLES.items() if render(verdict)},
    "600 ignored": many_ignored(600),
    "1,000 findings": many(1_000),
}


@cache
def schema(version: str) -> Draft7Validator:
    """Return the schema of a version, which must be one."""
    path = Path(SHARED, "schemas", "gitlab", f"container-scanning-report-format.{version}.json")
    text: Any = json.loads(path.read_text(encoding="utf-8"))
    assert text["self"]["version"] == version
    Draft7Validator.check_schema(text)
    return Draft7Validator(text)


def faults(text: str, version: str) -> list[str]:
    return [f"{fault.json_path}: {fault.message[:200]}" for fault in schema(version).iter_errors(json.loads(text))]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("verdict", CASES.values(), ids=CASES)
def test_the_report_is_valid(verdict: Verdict, version: str) -> None:
    assert faults(render(verdict), version) == []


@pytest.mark.parametrize("version", VERSIONS)
@settings(deadline=None, derandomize=True, max_examples=60)
@given(verdict=verdicts())
def test_it_is_valid_whatever_the_text(version: str, verdict: Verdict) -> None:
    assert faults(render(verdict), version) == []


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"Critical"', '"CRITICAL"'),
        ('T12:00:00"', 'T12:00:00Z"'),
        ('"operating_system":"unknown"', '"operating_system":""'),
        ('"identifiers":[', '"identifiers":[],"others":['),
        ('"url":"https://', '"url":"javascript:'),
        ('"status":"success"', '"status":"skipped"'),
    ],
)
def test_the_schemas_do_see_faults(version: str, right: str, wrong: str) -> None:
    text = render(SAMPLES["fail"])
    assert right in text

    assert faults(text.replace(right, wrong), version) != []
