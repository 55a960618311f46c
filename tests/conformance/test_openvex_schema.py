"""OpenVEX documents against the schema of OpenVEX 0.2.0."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from gate.policy.clauses import Max, VexChoice
from gate.policy.verdict import Verdict
from gate.policy.vex_document import VexProduct, VexStatement
from gate.reports.openvex import render
from tests.builders import DIGEST, NOW, finding, judge, policy, scan
from tests.conformance.validators import SHARED, needs_shared
from tests.reports.any_text import verdicts
from tests.reports.samples import SAMPLES, many_ignored

pytestmark = needs_shared
PRODUCTS = (VexProduct(purls=(f"pkg:oci/app@{DIGEST}",)),)
UPSTREAM = VexStatement(
    file="upstream.json", author="upstream", timestamp=NOW, status="fixed", ids=("CVE-2026-1000",), products=PRODUCTS
)
CASES = {
    "passed on": judge(
        policy(max=Max(unknown="unlimited"), vex=VexChoice(files=("x",))), scan(finding()), vex=(UPSTREAM,)
    ),
    **{name: verdict for name, verdict in SAMPLES.items() if render(verdict)},
    "600 ignored": many_ignored(600),
}


@cache
def schema() -> Draft202012Validator:
    """Return the schema, which must be one."""
    text: Any = json.loads(Path(SHARED, "schemas", "openvex-0.2.0.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(text)
    return Draft202012Validator(text)


def faults(text: str) -> list[str]:
    return [f"{fault.json_path}: {fault.message[:200]}" for fault in schema().iter_errors(json.loads(text))]


@pytest.mark.parametrize("verdict", CASES.values(), ids=CASES)
def test_the_document_is_valid(verdict: Verdict) -> None:
    assert faults(render(verdict)) == []


@settings(deadline=None, derandomize=True, max_examples=100)
@given(verdicts())
def test_it_is_valid_whatever_the_text(verdict: Verdict) -> None:
    text = render(verdict)

    assert not text or faults(text) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ('"status":"affected"', '"status":"accepted"'),
        ('"action_statement"', '"impact_statement"'),
        ('"status":"affected"', '"status":"not_affected"'),
        ('"statements":[', '"statements":[],"more":['),
        ('"version":1', '"version":"1"'),
    ],
)
def test_the_schema_does_see_faults(right: str, wrong: str) -> None:
    text = render(SAMPLES["fail"])
    assert right in text

    assert faults(text.replace(right, wrong)) != []
