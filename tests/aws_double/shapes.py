"""Holds the double's answers, and its clients' requests, against the shapes that botocore itself publishes."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

import botocore.session
from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StringShape, StructureShape

COMMON_ERRORS: Mapping[str, int] = {
    "AccessDeniedException": 400,
    "ExpiredTokenException": 400,
    "IncompleteSignatureException": 400,
    "InternalFailure": 500,
    "InvalidSignatureException": 400,
    "MissingAuthenticationTokenException": 400,
    "OptInRequired": 403,
    "RequestExpired": 400,
    "RequestLimitExceeded": 400,
    "ServiceUnavailable": 503,
    "SlowDown": 503,
    "ThrottlingException": 400,
    "TooManyRequestsException": 429,
    "UnknownOperationException": 400,
    "UnrecognizedClientException": 400,
}
"""The errors that any AWS operation may answer with, and their HTTP status."""

REST_SERVICES = ("inspector2", "imagebuilder")
"""The services whose operations are told by method and path."""
_SEVERITIES = frozenset({"INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL", "UNTRIAGED"})
# NOTE: ECR's model has these as free strings; the words are Inspector's.
_WORDS: Mapping[tuple[str, str], frozenset[str]] = {
    ("EnhancedImageScanFinding", "severity"): _SEVERITIES,
    ("EnhancedImageScanFinding", "status"): frozenset({"ACTIVE", "SUPPRESSED", "CLOSED"}),
    ("EnhancedImageScanFinding", "fixAvailable"): frozenset({"YES", "NO", "PARTIAL"}),
    ("EnhancedImageScanFinding", "exploitAvailable"): frozenset({"YES", "NO"}),
    ("ImageScanFinding", "fixAvailable"): frozenset({"YES", "NO", "PARTIAL"}),
}
# NOTE: Inspector's word turns up in ECR's counts, though ECR's enum lacks it.
_MORE_KEYS: Mapping[str, frozenset[str]] = {"FindingSeverityCounts": frozenset({"UNTRIAGED"})}
_PYTHON: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "timestamp": (int, float),
}


class Unknown(str):
    """A word that no published model has, said on purpose: `Unknown("BRAND_NEW")` passes where a word is asked for."""

    __slots__ = ()


@cache
def service(name: str = "ecr") -> ServiceModel:
    """Return botocore's model of a service; read once a process."""
    return botocore.session.get_session().get_service_model(name)


@cache
def operation(name: str) -> OperationModel | None:
    """Return botocore's model of an operation, or None where no service of the double has such a one."""
    found = (one for one in ("ecr", *REST_SERVICES) if name in service(one).operation_names)
    return next((service(one).operation_model(name) for one in found), None)


def error_status(code: str, operation_name: str) -> int | None:
    """Return the HTTP status of an error of this operation; None where the operation cannot answer so."""
    model = operation(operation_name)
    for shape in model.error_shapes if model else ():
        if code == shape.name:
            status = shape.metadata.get("error", {}).get("httpStatusCode")
            return int(status) if status else (500 if code == "ServerException" else 400)
    return COMMON_ERRORS.get(code)


def faults(value: object, shape: Shape | None, *, request: bool = False) -> tuple[str, ...]:
    """Return all that the shape does not allow in `value`, each with its path; requests are held to limits too."""
    if shape is None:
        return () if not value else (f"$: nothing expected, got {value!r}",)
    return tuple(_walk(value, shape, "$", request=request))


def _walk(value: object, shape: Shape, path: str, *, request: bool) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        yield from _structure(value, shape, path, request=request)
    elif isinstance(shape, ListShape):
        if not isinstance(value, list | tuple):
            yield _wrong(path, "a list", value)
            return
        for at, item in enumerate(value):
            yield from _walk(item, shape.member, f"{path}[{at}]", request=request)
    elif isinstance(shape, MapShape):
        yield from _map(value, shape, path, request=request)
    else:
        yield from _scalar(value, shape, path, request=request)


def _structure(value: object, shape: StructureShape, path: str, *, request: bool) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _wrong(path, f"an object ({shape.name})", value)
        return
    members = shape.members
    for key, item in value.items():
        if key not in members:
            yield f"{path}.{key}: no such member in botocore's {shape.name}"
            continue
        yield from _walk(item, members[key], f"{path}.{key}", request=request)
        words = _WORDS.get((shape.name, key))
        if words is not None and item not in words and not isinstance(item, Unknown):
            yield _wrong(f"{path}.{key}", f"one of {sorted(words)}", item)
    if request:
        yield from (f"{path}.{key}: missing" for key in shape.required_members if key not in value)


def _map(value: object, shape: MapShape, path: str, *, request: bool) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _wrong(path, f"an object ({shape.name})", value)
        return
    more = _MORE_KEYS.get(shape.name, frozenset())
    for key, item in value.items():
        if key not in more:
            yield from _walk(key, shape.key, f"{path} key", request=request)
        yield from _walk(item, shape.value, f"{path}.{key}", request=request)


def _scalar(value: object, shape: Shape, path: str, *, request: bool) -> Iterator[str]:
    allowed = _PYTHON[shape.type_name]
    # NOTE: True is an int to Python, and not to AWS.
    if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
        yield _wrong(path, f"a {shape.type_name} ({shape.name})", value)
        return
    if isinstance(shape, StringShape) and shape.enum and value not in shape.enum and not isinstance(value, Unknown):
        yield _wrong(path, f"one of {sorted(shape.enum)}", value)
    if request:
        yield from _limits(value, shape, path)


def _limits(value: object, shape: Shape, path: str) -> Iterator[str]:
    size = len(value) if isinstance(value, str) else value
    if not isinstance(size, int):
        return
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if (low is not None and size < low) or (high is not None and size > high):
        yield _wrong(path, f"{low} to {high}", value)
    pattern = shape.metadata.get("pattern")
    if isinstance(value, str) and pattern and not re.fullmatch(pattern, value):
        yield _wrong(path, f"text like {pattern}", value)


def _wrong(path: str, expected: str, value: object) -> str:
    return f"{path}: expected {expected}, got {str(value)[:80]!r} ({type(value).__name__})"
