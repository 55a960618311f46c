"""Says in the policy's words what is expected at a place, for messages."""

from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from typing import cast

from msgspec import inspect as kinds

from gate.policy.document import Policy
from gate.policy.nodes import join
from gate.policy.scalars import Scalar as Word

_LIKELY = ("", "max", "ignore", "rules")
"""Where a key that belongs to several mappings is most likely meant to stand."""


def wanted(kind: kinds.Type) -> str:
    """Return what is expected where this type stands, such as "a whole number from 0, or `unlimited`"."""
    words = _words(kind)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def unknown_key(key: str, fields: dict[str, kinds.Field]) -> str:
    """Return what to say of a key that is not among `fields`: where it belongs, or which was meant."""
    homes = _all_homes().get(key)
    if homes is not None:
        home = next((home for home in _LIKELY if home in homes), homes[0])
        return f"unknown key here; it belongs {f'under `{home}`' if home else 'at the top'}"
    near = get_close_matches(key[:60].casefold().replace("-", "_"), fields, n=1)
    return f"unknown key; did you mean '{near[0]}'?" if near else f"unknown key; known here are {', '.join(fields)}"


def _words(kind: kinds.Type) -> tuple[str, ...]:
    match kind:
        case kinds.UnionType(types=branches):
            words = tuple(word for branch in branches for word in _words(branch))
        case kinds.NoneType():
            words = ()
        case kinds.LiteralType(values=values):
            words = tuple(f"`{str(value).lower()}`" for value in values)
        case kinds.IntType() | kinds.FloatType():
            words = (_number(kind),)
        case kinds.DateType():
            words = ("a date such as 2026-12-31",)
        case kinds.VarTupleType(item_type=item):
            words = (f"a list of {wanted(item).replace('a mapping', 'mappings')}",)
        case kinds.StructType(fields=fields):
            words = (f"a mapping with {'/'.join(field.encode_name for field in fields)}",)
        case kinds.CustomType(cls=scalar):
            words = (cast("type[Word]", scalar).WANT,)
        case _:
            words = ("text",)
    return words


def _number(kind: kinds.IntType | kinds.FloatType) -> str:
    noun = "a whole number" if isinstance(kind, kinds.IntType) else "a number"
    return (
        f"{noun} from {kind.ge} to {kind.le}" if kind.ge is not None else f"{noun} above {kind.gt}, at most {kind.le}"
    )


@cache
def _all_homes() -> dict[str, list[str]]:
    """Return for each key the mappings that it belongs to, those nearest to the top first."""
    found: dict[str, list[str]] = {}
    for name, path in _homes(kinds.type_info(Policy), "", ()):
        found.setdefault(name, []).append(path)
    return {
        name: sorted(dict.fromkeys(paths), key=lambda path: (bool(path), path.count(".")))
        for name, paths in found.items()
    }


def _homes(kind: kinds.Type, path: str, above: tuple[type, ...]) -> Iterator[tuple[str, str]]:
    """Yield every key of the policy with the path of the mapping that it belongs to, outer ones first.

    Mappings that may stand in themselves, as conditions do, are entered once.
    """
    if isinstance(kind, kinds.StructType) and kind.cls not in above:
        yield from ((field.encode_name, path) for field in kind.fields)
        for field in kind.fields:
            yield from _homes(field.type, join(path, field.encode_name), (*above, kind.cls))
    elif isinstance(kind, kinds.UnionType):
        for branch in kind.types:
            yield from _homes(branch, path, above)
    elif isinstance(kind, kinds.VarTupleType):
        yield from _homes(kind.item_type, path, above)
