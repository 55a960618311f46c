"""The parts of a GitLab container scanning report that this gate writes, as types: schema 15.1.4, valid as 15.2.1 too.

Source: gitlab.com/gitlab-org/security-products/security-report-schemas, container-scanning-report-format.json.
"""

from typing import Literal

from msgspec import Struct

SCHEMA_VERSION = "15.1.4"
Rating = Literal["Critical", "High", "Medium", "Low", "Info", "Unknown"]


class Vendor(Struct, frozen=True, kw_only=True, gc=False):
    """Who makes a scanner."""

    name: str


class Scanner(Struct, frozen=True, kw_only=True, gc=False):
    """What scanned; GitLab resolves the vulnerabilities of one `id` that its newest report lacks."""

    id: str
    name: str
    version: str
    vendor: Vendor


class Message(Struct, frozen=True, kw_only=True, gc=False):
    """Something that whoever started the scan must know."""

    level: Literal["info", "warn"]
    value: str


class ScanBlock(Struct, frozen=True, kw_only=True):
    """The scan; its times are in UTC, to the second, without a zone."""

    analyzer: Scanner
    scanner: Scanner
    start_time: str
    end_time: str
    status: Literal["success"]
    type: Literal["container_scanning"]
    messages: tuple[Message, ...]


class Identifier(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A name of a vulnerability; the first one of a vulnerability is part of what GitLab knows it by."""

    type: str
    name: str
    value: str
    url: str | None = None


class Link(Struct, frozen=True, kw_only=True, gc=False):
    """Where to read on."""

    url: str


class CvssVector(Struct, frozen=True, kw_only=True, gc=False):
    """A CVSS vector of version 2 or 3; the schema has no place for version 4."""

    vendor: str
    vector: str


class PackageNamed(Struct, frozen=True, kw_only=True, gc=False):
    """A package."""

    name: str


class Dependency(Struct, frozen=True, kw_only=True, gc=False):
    """A package with the version that the image holds."""

    package: PackageNamed
    version: str


class Location(Struct, frozen=True, kw_only=True, gc=False):
    """Where a vulnerability is; image (without what follows its last colon) and package are what GitLab knows it by."""

    dependency: Dependency
    operating_system: str
    image: str


class Detail(Struct, frozen=True, kw_only=True, gc=False):
    """A named fact."""

    name: str
    type: Literal["text", "value"]
    value: str | float | bool


class Vulnerability(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """One finding in one package of one image."""

    id: str
    name: str
    description: str
    severity: Rating
    solution: str = ""
    identifiers: tuple[Identifier, ...]
    cvss_vectors: tuple[CvssVector, ...] = ()
    links: tuple[Link, ...]
    location: Location
    details: dict[str, Detail]


class Report(Struct, frozen=True, kw_only=True):
    """The file."""

    version: str
    scan: ScanBlock
    vulnerabilities: tuple[Vulnerability, ...]
    remediations: tuple[()] = ()
    """Patches to the sources; there are none for an image."""
