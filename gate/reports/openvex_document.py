"""The parts of an OpenVEX 0.2.0 document that this gate writes, as types: https://github.com/openvex/spec."""

from datetime import datetime
from typing import Literal

from msgspec import Struct, field

CONTEXT = "https://openvex.dev/ns/v0.2.0"
Status = Literal["not_affected", "affected", "fixed"]


class Vulnerability(Struct, frozen=True, kw_only=True, gc=False):
    """A vulnerability by the name that AWS lists."""

    name: str


class Identifiers(Struct, frozen=True, kw_only=True, gc=False):
    """What something is called."""

    purl: str


class Hashes(Struct, frozen=True, kw_only=True, gc=False):
    """What identifies bytes, in hexadecimal digits."""

    sha256: str = field(name="sha-256")


class Component(Struct, frozen=True, kw_only=True, gc=False):
    """A package inside of an image."""

    id: str = field(name="@id")
    identifiers: Identifiers


class Product(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """An image; with subcomponents the statement is about the vulnerability in these only."""

    id: str = field(name="@id")
    identifiers: Identifiers
    hashes: Hashes
    subcomponents: tuple[Component, ...] = ()


class Said(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What a statement says, whatever products it is about; without a time of its own it is the document's."""

    vulnerability: Vulnerability
    timestamp: datetime | None = None
    status: Status
    justification: str | None = None
    impact_statement: str | None = None
    action_statement: str | None = None
    status_notes: str | None = None


class Statement(Said, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """What is said of one vulnerability in some images."""

    products: tuple[Product, ...]


class Document(Struct, frozen=True, kw_only=True):
    """The file."""

    context: str = field(name="@context")
    id: str = field(name="@id")
    author: str
    timestamp: datetime
    version: int
    tooling: str
    statements: tuple[Statement, ...]
