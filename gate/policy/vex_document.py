"""OpenVEX documents: what an author says of vulnerabilities in products, read strictly into statements."""

import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from gate.errors import PolicyError
from gate.plain import one_line
from gate.policy.nodes import Faults, quoted
from gate.policy.purl import is_purl, parse_purl

MOST_BYTES = 16 * 1024 * 1024
NAMESPACE = "https://openvex.dev/ns"
"""What the `@context` of every version of OpenVEX begins with."""
Status = Literal["not_affected", "affected", "fixed", "under_investigation"]
JUSTIFICATIONS = (
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
)
Moment = Annotated[datetime, Meta(tz=True)]
_STATUSES: dict[str, Status] = {word: word for word in get_args(Status)}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ID = re.compile(r"[A-Za-z][A-Za-z0-9]*-[A-Za-z0-9:._-]+")
_EXPECTED = f"expected an OpenVEX document, a JSON object whose @context begins with {NAMESPACE}"
_TYPES = {
    dict: "an object",
    list: "a list",
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "nothing",
}
Json = dict[str, object]


class VexProduct(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a statement is about; a product that no package URL names has none, and matches nothing."""

    purls: tuple[str, ...]
    """All of them name this one product."""
    subcomponents: tuple[str, ...] = ()
    """One text for each part that the statement narrows itself to: its package URL, else whatever it is called."""


class VexStatement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an author says of one vulnerability in some products, as of a moment."""

    file: str
    author: str
    timestamp: Moment
    """The latest of the statement's own `timestamp` and `last_updated`, else of the document's; in UTC."""
    status: Status
    ids: tuple[str, ...]
    """The vulnerability's name and its aliases; where it has no name, the id at the end of its `@id`."""
    products: tuple[VexProduct, ...]
    justification: str | None = None
    note: str | None = None
    """The author's own words: the impact statement, else the status notes, else the action statement."""


class VexDocument(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An OpenVEX document as read; `sha256` is that of its bytes, in hexadecimal digits."""

    file: str
    sha256: str
    author: str
    timestamp: Moment
    statements: tuple[VexStatement, ...]


def read_vex(data: bytes, file: str) -> VexDocument:
    """Read an OpenVEX document of version 0.0.1 or 0.2.0; PolicyError carries every fault, each with its place.

    A statement without any product is refused: it would be about everything. One whose products no package URL names
    (or a malformed one) is read, and never settles a finding. Keys that are not used are not looked at.
    """
    name = one_line(file, 200)
    body = _body(data, name)
    reader = _Reader(file)
    author = reader.text(body, "author", "", need="who says it")
    timestamp = reader.moment(body, "", need="when the document was issued")
    statements = reader.statements(body, author or "", timestamp)
    if author is None or timestamp is None or reader.faults.count:
        raise PolicyError(reader.faults.lines(name))
    return VexDocument(
        file=file, sha256=sha256(data).hexdigest(), author=author, timestamp=timestamp, statements=statements
    )


def _body(data: bytes, name: str) -> Json:
    if len(data) > MOST_BYTES:
        raise PolicyError((f"{name}: is larger than {MOST_BYTES // 1024**2} MiB; {_EXPECTED}",))
    try:
        body: object = msgspec.json.decode(data.removeprefix(_BYTE_ORDER_MARK))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as err:
        raise PolicyError((f"{name}: is not JSON ({one_line(str(err), 100)}); {_EXPECTED}",)) from err
    if not isinstance(body, dict):
        raise PolicyError((f"{name}: is {_TYPES[type(body)]}; {_EXPECTED}",))
    context = body.get("@context")
    if not isinstance(context, str) or not f"{context}/".startswith(f"{NAMESPACE}/"):
        raise PolicyError((f"{name}: @context is {_seen(context)}; {_EXPECTED}",))
    return body


def _seen(value: object) -> str:
    return quoted(value) if isinstance(value, str) else _TYPES[type(value)]


class _Reader:
    """Reads the parts of one document and collects what is wrong with them, in the order of the file."""

    def __init__(self, file: str) -> None:
        self.faults = Faults()
        self._file = file

    def refuse(self, path: str, text: str) -> None:
        """Record a fault."""
        # NOTE: nothing in JSON knows its line; as a column that is not shown, the number keeps the order of the file.
        self.faults.add_at(0, self.faults.count, path, text)

    def text(self, place: Json, key: str, path: str, need: str = "") -> str | None:
        """Return the text of a key; None where it is absent, null or blank, which is a fault if there is a `need`."""
        value = place.get(key)
        if value is None or (isinstance(value, str) and not value.strip()):
            if need:
                self.refuse(path, f"no {key}; expected {need}")
            return None
        if not isinstance(value, str):
            self.refuse(path, f"{key} is {_seen(value)}; expected {need or 'a text'}")
            return None
        return value.strip()

    def entries(self, place: Json, key: str, path: str) -> list[object]:
        """Return the entries of a list; nothing where it is absent or null."""
        value = place.get(key)
        if value is not None and not isinstance(value, list):
            self.refuse(path, f"{key} is {_seen(value)}; expected a list")
        return value if isinstance(value, list) else []

    def moment(self, place: Json, path: str, need: str = "") -> datetime | None:
        """Return the later of `timestamp` and `last_updated`, in UTC; none is a fault if there is a `need`."""
        before = self.faults.count
        texts = [(key, self.text(place, key, path)) for key in ("timestamp", "last_updated")]
        times = [self._time(text, key, path) for key, text in texts if text]
        latest = max((time for time in times if time is not None), default=None)
        if need and latest is None and self.faults.count == before:
            self.refuse(path, f"no timestamp; expected {need}")
        return latest

    def _time(self, text: str, key: str, path: str) -> datetime | None:
        try:
            return msgspec.convert(text, Moment).astimezone(UTC)
        except (msgspec.ValidationError, OverflowError):
            expected = "expected a time with its offset, such as 2026-11-20T12:00:00Z"
            self.refuse(path, f"{key} is {quoted(text)}, which is no time; {expected}")
            return None

    def statements(self, body: Json, author: str, issued: datetime | None) -> tuple[VexStatement, ...]:
        """Return the statements that nothing is wrong with."""
        if not isinstance(body.get("statements"), list):
            self.refuse("", f"statements is {_seen(body.get('statements'))}; expected a list")
            return ()
        found = []
        for index, entry in enumerate(self.entries(body, "statements", "")):
            path = f"statements[{index}]"
            if isinstance(entry, dict):
                found.append(self._statement(entry, path, author, issued))
            else:
                self.refuse(path, f"{_seen(entry)}; expected an object")
        return tuple(statement for statement in found if statement is not None)

    def _statement(self, entry: Json, path: str, author: str, issued: datetime | None) -> VexStatement | None:
        ids, products = self._ids(entry, path), self._products(entry, path)
        word = self.text(entry, "status", path, need=f"one of {', '.join(_STATUSES)}")
        status = _STATUSES.get(word or "")
        if word and status is None:
            self.refuse(path, f"status is {quoted(word)}; expected one of {', '.join(_STATUSES)}")
        why, note = self._reasons(entry, path, status)
        timestamp = self.moment(entry, path) or issued
        if timestamp is None or status is None:
            return None
        return VexStatement(
            file=self._file,
            author=author,
            timestamp=timestamp,
            status=status,
            ids=ids,
            products=products,
            justification=why,
            note=note,
        )

    def _reasons(self, entry: Json, path: str, status: Status | None) -> tuple[str | None, str | None]:
        why = self.text(entry, "justification", path)
        if why is not None and why not in JUSTIFICATIONS:
            self.refuse(path, f"justification is {quoted(why)}; expected one of {', '.join(JUSTIFICATIONS)}")
        keys = ("impact_statement", "status_notes", "action_statement")
        impact, notes, action = (self.text(entry, key, path) for key in keys)
        if status == "not_affected" and not why and not impact:
            self.refuse(path, "not_affected without a reason; expected a justification or an impact_statement")
        return why, impact or notes or action

    def _ids(self, entry: Json, path: str) -> tuple[str, ...]:
        named = entry.get("vulnerability")
        if isinstance(named, str):
            named = {"name": named}
        if not isinstance(named, dict):
            self.refuse(path, f"vulnerability is {_seen(named)}; expected an object with the name of one")
            return ()
        before, below = self.faults.count, f"{path}.vulnerability"
        name = self.text(named, "name", below) or self._id_at_end(named, below)
        listed = [{"alias": alias} for alias in self.entries(named, "aliases", below)]
        aliases = [self.text(alias, "alias", below, need="the name of a vulnerability") for alias in listed]
        ids = tuple(dict.fromkeys(text for text in (name, *aliases) if text))
        if not ids and self.faults.count == before:
            self.refuse(below, "no name; expected an id such as CVE-2026-1000")
        return ids

    def _id_at_end(self, named: Json, path: str) -> str | None:
        last = (self.text(named, "@id", path) or "").rstrip("/").rpartition("/")[2]
        return last if _ID.fullmatch(last) else None

    def _products(self, entry: Json, path: str) -> tuple[VexProduct, ...]:
        before = self.faults.count
        shared = self._parts(entry, path)
        products = []
        for index, listed in enumerate(self.entries(entry, "products", path)):
            below = f"{path}.products[{index}]"
            called = self._called(listed, below)
            parts = self._parts(listed, below) if isinstance(listed, dict) else ()
            products.append(VexProduct(purls=tuple(filter(is_purl, called)), subcomponents=(*shared, *parts)))
        if not products and self.faults.count == before:
            self.refuse(path, "no products; expected at least one, since a statement without is about everything")
        return tuple(products)

    def _parts(self, place: Json, path: str) -> tuple[str, ...]:
        parts: list[str] = []
        for index, listed in enumerate(self.entries(place, "subcomponents", path)):
            below = f"{path}.subcomponents[{index}]"
            called = self._called(listed, below)
            purls = [text for text in called if is_purl(text)]
            if len({repr(parse_purl(text)) for text in purls}) > 1:
                shown = " and ".join(map(quoted, purls))
                self.refuse(below, f"{shown} are not the same package URL; expected one name for one component")
            parts.extend((purls or called)[:1])
        return tuple(parts)

    def _called(self, listed: object, path: str) -> tuple[str, ...]:
        """Return what a product or component is called: as a text (0.0.1), or by @id and identifiers (0.2.0)."""
        if isinstance(listed, str) and listed.strip():
            return (listed.strip(),)
        if not isinstance(listed, dict):
            self.refuse(path, f"{_seen(listed)}; expected an object with @id or identifiers")
            return ()
        before, known = self.faults.count, listed.get("identifiers") or {}
        if not isinstance(known, dict):
            self.refuse(path, f"identifiers is {_seen(known)}; expected an object")
            return ()
        found = [self.text(listed, "@id", path), *(self.text(known, key, path) for key in ("purl", "cpe23", "cpe22"))]
        if not any(found) and self.faults.count == before:
            self.refuse(path, "it has no name; expected @id or identifiers")
        return tuple(dict.fromkeys(text for text in found if text))
