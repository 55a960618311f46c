"""Makes a value of a type in which everything that may be there is there, so that a corpus holds every member."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import inspect

_TEXTS: Mapping[str, str] = {
    "severity": "HIGH",
    "status": "ACTIVE",
    "fixAvailable": "YES",
    "exploitAvailable": "YES",
    "vulnerabilityId": "CVE-2026-1000",
    "imageDigest": "sha256:" + "ab12" * 16,
    "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "imageManifest": '{"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}',
}
"""Words that mean something to the reader of a member; other texts are the member's own name."""


def filled(shape: type[msgspec.Struct]) -> Any:  # noqa: ANN401 - any JSON
    """Return what a struct reads, with all of its members, each once."""
    return _value(inspect.type_info(shape), "")


def _value(kind: inspect.Type, name: str) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(kind, inspect.StructType):
        return {field.encode_name: _value(field.type, field.encode_name) for field in kind.fields}
    if isinstance(kind, inspect.UnionType):
        return _value(next(one for one in kind.types if not isinstance(one, inspect.NoneType)), name)
    if isinstance(kind, inspect.VarTupleType):
        return [_value(kind.item_type, name)]
    if isinstance(kind, inspect.DictType):
        return {"HIGH": 1} if isinstance(kind.value_type, inspect.IntType) else {"name": "value"}
    if isinstance(kind, inspect.StrType):
        return _TEXTS.get(name, name)
    return _number(kind, name)


def _number(kind: inspect.Type, name: str) -> float:
    if isinstance(kind, inspect.FloatType):
        return 1_700_000_000.0 if name.endswith(("At", "Date", "dateAdded", "dateDue", "Created")) else 0.5
    return True if isinstance(kind, inspect.BoolType) else 1
