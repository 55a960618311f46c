"""The generated JSON Schemas: valid themselves, and held against the documents they describe."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from jsonschema import Draft202012Validator

from gate.model import Severity
from gate.policy.clauses import Budget, Ignore, Max
from gate.policy.scalars import Until, encode_scalar
from gate.policy.schema import policy_schema, verdict_schema
from tests.builders import fixable, judge, policy, scan

POLICIES = sorted((Path(__file__).parents[2] / "policies").glob("*.yaml"))


class _AsText(yaml.SafeLoader):
    """Reads dates as text, as editors do."""


def _text(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> object:
    return loader.construct_scalar(node)


_AsText.add_constructor("tag:yaml.org,2002:timestamp", _text)


def errors(schema: dict[str, Any], document: object) -> list[str]:
    """Return what a validator has against a document."""
    return [error.message for error in Draft202012Validator(schema).iter_errors(document)]


@pytest.mark.parametrize("schema", [policy_schema(), verdict_schema()], ids=["policy", "verdict"])
def test_the_schemas_are_schemas_with_a_name_of_their_own(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"].startswith("urn:scan-gate:schema:")
    assert json.loads(json.dumps(schema)) == schema


@pytest.mark.parametrize("file", POLICIES, ids=lambda file: file.stem)
def test_every_shipped_policy_validates(file: Path) -> None:
    assert errors(policy_schema(), yaml.load(file.read_text(), Loader=_AsText)) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"version": 2},
        {"version": 1, "maxx": {}},
        {"version": 1, "max": {"critical": "lots"}},
        {"version": 1, "max": {"critical": -1}},
        {"version": 1, "max": {"critical": {"unfixable": 1}}},
        {"version": 1, "max": None},
        {"version": 1, "cvss_floor": None},
        {"version": 1, "cvss_floor": 0},
        {"version": 1, "required_version": None},
        {"version": 1, "ignore": [{"id": None}]},
        {"version": 1, "scan": {"wait": "10"}},
        {"version": 1, "scan": {"wait": ""}},
    ],
)
def test_the_policy_schema_refuses_what_the_loader_refuses(wrong: object) -> None:
    assert errors(policy_schema(), wrong)


def test_a_verdict_document_validates() -> None:
    rules = policy(
        max=Max(critical=0, high=Budget(fixable=0)),
        ignore=(Ignore(id="CVE-9", reason="r", until=Until(None, fixed=True)),),
    )
    verdict = judge(rules, scan(fixable("CVE-1", Severity.CRITICAL), fixable("CVE-9")))
    document = json.loads(msgspec.json.encode(verdict, enc_hook=encode_scalar))
    assert errors(verdict_schema(), document) == []
    document["images"][0]["verdict"] = "maybe"
    assert errors(verdict_schema(), document)
