"""Reads a tree of nodes as the policy's types, strictly: every fault is kept with its place, none ends the walk."""

import re
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Final, cast

from msgspec import Struct
from msgspec import inspect as kinds

from gate.policy.document import Policy
from gate.policy.nodes import Broken, Faults, Mapping, Node, Scalar, Sequence, join, quoted
from gate.policy.scalars import Scalar as Word
from gate.policy.scalars import parse_date
from gate.policy.text import number_alone
from gate.policy.wanted import unknown_key, wanted

BAD: Final = object()
"""What reading returns where a fault was recorded."""
_INT = re.compile(r"0|[1-9][0-9]{0,17}")
_FLOAT = re.compile(r"(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?")
_BARE = re.compile(r"[0-9]+(?:\.[0-9]+)?|true|false")
_LONGEST_WORD = 200


class Built(Struct, frozen=True):
    """A part of the policy as read, with the mapping that it came from."""

    value: Struct
    node: Mapping
    path: str
    sound: bool
    """False when a fault lies inside, so that a key may have its default instead of what the file says."""


class Walked(Struct, frozen=True):
    """What came of reading: the policy, which may be used only when no fault was recorded, and all of its parts."""

    policy: Policy
    parts: tuple[Built, ...]


class _Refused(ValueError):  # noqa: N818 - not an error of the program: it ends as a fault in a list
    """The word is not what is wanted; the text, if any, says why beyond what is expected."""


def walk(root: Mapping, faults: Faults) -> Walked:
    """Read a policy file's top mapping; what is wrong goes to `faults`."""
    walker = _Walker(faults)
    policy = cast("Policy", walker.read(root, _kind_of_policy(), ""))
    return Walked(policy, tuple(walker.parts))


@cache
def _kind_of_policy() -> kinds.Type:
    # NOTE: looking at all types takes ten times as long as reading a short policy, and `extends` reads several.
    return kinds.type_info(Policy)


class _Walker:
    def __init__(self, faults: Faults) -> None:
        self.parts: list[Built] = []
        self._faults = faults
        self._fields: dict[type, dict[str, kinds.Field]] = {}
        self._fitting: dict[tuple[int, type], list[kinds.Type]] = {}

    def read(self, node: Node, kind: kinds.Type, path: str, expected: kinds.Type | None = None) -> object:
        """Return the value that a node stands for, or BAD; `expected` is the union that `kind` was chosen from."""
        wanting = expected or kind
        if isinstance(node, Broken):
            value = BAD
        elif isinstance(node, Scalar) and node.is_null:
            value = self._bad(node, path, f"has no value; expected {wanted(wanting)}")
        elif isinstance(kind, kinds.UnionType):
            value = self._union(node, kind, path)
        elif isinstance(kind, kinds.CustomType):
            value = self._custom(node, kind, path)
        elif isinstance(node, Mapping) and isinstance(kind, kinds.StructType):
            value = self._struct(node, kind, path)
        elif isinstance(node, Sequence) and isinstance(kind, kinds.VarTupleType):
            value = self._tuple(node, kind, path)
        elif isinstance(node, Scalar) and type(kind) in _WORDS:
            value = self._word(node, kind, path, wanting)
        else:
            value = self._unexpected(node, wanting, path)
        return value

    def _word(self, node: Scalar, kind: kinds.Type, path: str, expected: kinds.Type) -> object:
        try:
            return _WORDS[type(kind)](node, kind)
        except _Refused as err:
            return self._unexpected(node, expected, path, str(err))

    def _union(self, node: Node, union: kinds.UnionType, path: str) -> object:
        """Choose by the node's shape; where several kinds of word fit, take the first that reads it."""
        known = (id(union), type(node))
        fitting = self._fitting.get(known)
        if fitting is None:
            fitting = self._fitting[known] = [kind for kind in union.types if _fits(node, kind)]
        if len(fitting) == 1:
            return self.read(node, fitting[0], path, union)
        for kind in fitting:
            try:
                return _WORDS[type(kind)](cast("Scalar", node), kind)
            except _Refused:
                continue
        return self._unexpected(node, union, path)

    def _struct(self, node: Mapping, kind: kinds.StructType, path: str) -> object:
        before, lost = self._faults.count, False
        fields = self._fields_of(kind)
        lines: dict[str, int] = {}
        values: dict[str, object] = {}
        for key, child in node.pairs:
            field = fields.get(key.text)
            where = join(path, key.text)
            if key.text in lines:
                self._faults.add(key, where, f"given twice (first on line {lines[key.text]}); keep one")
            if field is None:
                self._unknown(key, fields, where)
            else:
                value = self.read(child, field.type, where)
                # NOTE: the fault of what YAML itself may not hold was recorded before.
                lost = lost or value is BAD
                if value is not BAD and key.text not in lines:
                    values[field.name] = value
            lines.setdefault(key.text, key.line)
        for name, field in fields.items():
            if field.required and name not in lines:
                self._bad(node, join(path, name), f"is missing; expected {wanted(field.type)}")
        return self._build(node, kind, path, values, sound=self._faults.count == before and not lost)

    def _build(
        self, node: Mapping, kind: kinds.StructType, path: str, values: dict[str, object], *, sound: bool
    ) -> object:
        for field in kind.fields:
            # NOTE: a fault is recorded for it, so nobody is judged by this value; it lets the checks go on.
            if field.required and field.name not in values and isinstance(field.type, kinds.LiteralType):
                values[field.name] = field.type.values[0]
        if any(field.required and field.name not in values for field in kind.fields):
            return BAD
        value = kind.cls(**values)
        self.parts.append(Built(value, node, path, sound))
        return value

    def _tuple(self, node: Sequence, kind: kinds.VarTupleType, path: str) -> object:
        size = len(node.items)
        if size < (kind.min_length or 0):
            return self._bad(node, path, f"is an empty list; expected {wanted(kind)}")
        if kind.max_length is not None and size > kind.max_length:
            return self._bad(node, path, f"has {size} entries; expected at most {kind.max_length}")
        items = [self.read(item, kind.item_type, f"{path}[{index}]") for index, item in enumerate(node.items)]
        return tuple(item for item in items if item is not BAD)

    def _custom(self, node: Node, kind: kinds.CustomType, path: str) -> object:
        words = node.items if isinstance(node, Sequence) else (node,)
        texts = [word.text for word in words if isinstance(word, Scalar) and not word.is_null]
        if any(isinstance(word, Broken) for word in words):
            return BAD
        if len(texts) != len(words) or any(len(text) > _LONGEST_WORD for text in texts):
            return self._unexpected(node, kind, path)
        scalar = cast("type[Word]", kind.cls)
        try:
            return scalar.parse(texts if isinstance(node, Sequence) else texts[0])
        except ValueError as err:
            return self._bad(node, path, f"got {_seen(node)}; {err}")

    def _unknown(self, key: Scalar, fields: dict[str, kinds.Field], where: str) -> None:
        self._faults.add(key, where, "unknown key" if self._faults.is_full else unknown_key(key.text, fields))

    def _unexpected(self, node: Node, kind: kinds.Type, path: str, detail: str = "") -> object:
        return self._bad(node, path, f"got {_seen(node)}; expected {wanted(kind)}{f' ({detail})' if detail else ''}")

    def _bad(self, node: Node, path: str, text: str) -> object:
        self._faults.add(node, path, text)
        return BAD

    def _fields_of(self, kind: kinds.StructType) -> dict[str, kinds.Field]:
        if kind.cls not in self._fields:
            self._fields[kind.cls] = {field.encode_name: field for field in kind.fields}
        return self._fields[kind.cls]


def _fits(node: Node, kind: kinds.Type) -> bool:
    """Tell whether a node's shape is that of a kind."""
    if isinstance(node, Mapping):
        return isinstance(kind, kinds.StructType)
    if isinstance(node, Sequence):
        return isinstance(kind, kinds.VarTupleType | kinds.CustomType)
    return isinstance(kind, kinds.CustomType) or type(kind) in _WORDS


def _seen(node: Node) -> str:
    if isinstance(node, Scalar):
        as_text = " in quotes, which make it text" if node.quoted and _BARE.fullmatch(node.text) else ""
        return f"{quoted(node.text)}{as_text}"
    return "a list" if isinstance(node, Sequence) else "a mapping"


def _int(node: Scalar, kind: kinds.Type) -> int:
    if node.quoted or not _INT.fullmatch(node.text):
        raise _Refused
    return int(_bounded(int(node.text), cast("kinds.IntType", kind)))


def _float(node: Scalar, kind: kinds.Type) -> float:
    if found := number_alone(node.text):
        raise _Refused(f"write {found}")
    if node.quoted or not _FLOAT.fullmatch(node.text):
        raise _Refused
    return _bounded(float(node.text), cast("kinds.FloatType", kind))


def _bounded(number: float, kind: kinds.IntType | kinds.FloatType) -> float:
    low = (kind.ge is None or number >= kind.ge) and (kind.gt is None or number > kind.gt)
    if not low or (kind.le is not None and number > kind.le):
        raise _Refused
    return number


def _literal(node: Scalar, kind: kinds.Type) -> object:
    for value in cast("kinds.LiteralType", kind).values:
        if isinstance(value, str):
            if node.text == value:
                return value
        elif not node.quoted and node.text == str(value).lower():
            return value
    raise _Refused


def _str(node: Scalar, kind: kinds.Type) -> str:
    text = cast("kinds.StrType", kind)
    if not node.text.strip():
        raise _Refused("it is blank")
    if text.max_length is not None and len(node.text) > text.max_length:
        raise _Refused(f"it has {len(node.text)} characters, {text.max_length} are allowed")
    return node.text


def _date(node: Scalar, _: kinds.Type) -> date:
    try:
        return parse_date(node.text)
    except ValueError as err:
        raise _Refused(str(err.__cause__) if err.__cause__ else "") from err


_WORDS: dict[type, Callable[[Scalar, kinds.Type], object]] = {
    kinds.IntType: _int,
    kinds.FloatType: _float,
    kinds.LiteralType: _literal,
    kinds.StrType: _str,
    kinds.DateType: _date,
}
