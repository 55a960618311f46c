"""The JSON Schemas of the policy file and of the verdict document, generated from their types."""

from typing import Any

import msgspec

from gate.policy.document import Policy
from gate.policy.scalars import schema_of
from gate.policy.verdict import Verdict

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def policy_schema() -> dict[str, Any]:
    """Return the JSON Schema of a policy file, for editors; as the loader, it takes no null."""
    found = _schema(Policy, "urn:scan-gate:schema:policy:1", "scan-gate policy")
    for kind in found["$defs"].values():
        properties = kind.get("properties", {})
        kind["properties"] = {name: _without_null(schema) for name, schema in properties.items()}
    return found


def verdict_schema() -> dict[str, Any]:
    """Return the JSON Schema of the verdict document."""
    return _schema(Verdict, "urn:scan-gate:schema:verdict:1", "scan-gate verdict")


def _schema(kind: type[msgspec.Struct], identity: str, title: str) -> dict[str, Any]:
    # NOTE: through JSON once, since msgspec leaves the tuples of defaults in it.
    found = msgspec.json.decode(msgspec.json.encode(msgspec.json.schema(kind, schema_hook=schema_of)))
    return {"$schema": _DRAFT, "$id": identity, "title": title, **found}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a key without the null that it has when it is absent."""
    branches = [branch for branch in schema.get("anyOf", ()) if branch != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name != "anyOf" and (name, value) != ("default", None)}
    return {**branches[0], **rest} if len(branches) == 1 else {**rest, **({"anyOf": branches} if branches else {})}
