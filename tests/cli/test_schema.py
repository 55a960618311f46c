"""`gate schema verdict` and `gate policy schema`: JSON Schemas that hold what is written and read."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.command import REPLAY, gate, saved


@pytest.mark.parametrize("command", [("schema", "verdict"), ("policy", "schema")])
def test_a_schema_is_printed_as_one_json_schema(command: tuple[str, str]) -> None:
    done = gate(*command)

    assert (done.code, done.err) == (0, "")
    schema = json.loads(done.out)
    Draft202012Validator.check_schema(schema)
    assert done.out.endswith("}\n")
    assert done.out.count("\n") > 50


def test_the_documents_that_check_writes_obey_the_schema() -> None:
    schema = json.loads(gate("schema", "verdict").out)
    target = saved(Path("image.json"))

    gate("check", target, "none.json", "--max", "critical=0", *REPLAY, "-o", "json=verdict.json")

    Draft202012Validator(schema).validate(json.loads(Path("verdict.json").read_bytes()))
