"""Tells operations by method and path, as the services with the protocol rest-json do (Inspector, Image Builder)."""

from urllib.parse import parse_qsl, unquote, urlsplit

from tests.aws_double import shapes
from tests.aws_double.findings import JsonObject


def told_by(service: str, method: str, target: str, body: JsonObject) -> tuple[str, JsonObject]:
    """Return the operation that a request's method and path name, and its input; an empty name where there is none."""
    parts = urlsplit(target)
    for name in shapes.service(service).operation_names:
        model = shapes.service(service).operation_model(name)
        if (model.http["method"], model.http["requestUri"]) == (method, unquote(parts.path)):
            members = model.input_shape.members if model.input_shape else {}
            named = {
                shape.serialization.get("name", member): member
                for member, shape in members.items()
                if shape.serialization.get("location") == "querystring"
            }
            return name, {**body, **{named.get(key, key): value for key, value in parse_qsl(parts.query)}}
    return f"{method} {parts.path}", body
