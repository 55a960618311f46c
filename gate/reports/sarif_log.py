"""The parts of a SARIF 2.1.0 log that this gate writes, as types: https://docs.oasis-open.org/sarif/sarif/v2.1.0/."""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType, field

from gate.model import Cvss, Fix, Severity
from gate.policy.verdict import Disposition

Level = Literal["error", "warning", "note"]
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

# NOTE: gc=False and frozen, since thousands of these are made at once: it halves the time of the whole report.


class Text(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """A message, with Markdown where a reader shows it instead."""

    text: str
    markdown: str | None = None


class Region(Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """A place in a file, counted from 1."""

    start_line: int
    start_column: int
    end_line: int
    end_column: int


class ArtifactLocation(Struct, frozen=True, kw_only=True, gc=False):
    """A relative URI."""

    uri: str


class PhysicalLocation(Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """A file and a place in it."""

    artifact_location: ArtifactLocation
    region: Region


class LogicalLocation(Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """A package, and the image that holds it."""

    name: str
    fully_qualified_name: str
    kind: str


class Location(Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """Where a result is."""

    physical_location: PhysicalLocation
    logical_locations: tuple[LogicalLocation, ...]


class Suppression(Struct, frozen=True, kw_only=True, gc=False):
    """Why a result asks nobody to act."""

    kind: Literal["external"]
    status: Literal["accepted"]
    justification: str


class Fingerprints(Struct, frozen=True, kw_only=True, gc=False, rename="camel"):
    """What code scanning knows a result by from one upload to the next."""

    primary_location_line_hash: str


class PackageShown(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True, rename="camel"):
    """A package of a finding, in text that is safe to show; the name is never empty."""

    name: str
    version: str | None = None
    fixed_in: str | None = None
    path: str | None = None


class ResultProperties(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True, rename="camel"):
    """What SARIF has no place for: how the gate judged the finding."""

    severity: Severity
    disposition: Disposition
    fix: Fix
    exploit: bool | None = None
    aliases: tuple[str, ...] = ()
    packages: tuple[PackageShown, ...] = ()
    cvss: Cvss | None = None
    base_score: float | None = field(default=None, name="cvssv3_baseScore")
    """The key that Trivy writes and other readers know."""


class Result(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True, rename="camel"):
    """One finding."""

    rule_id: str
    rule_index: int
    level: Level
    message: Text
    locations: tuple[Location, ...]
    partial_fingerprints: Fingerprints
    suppressions: tuple[Suppression, ...] | UnsetType = UNSET
    properties: ResultProperties


class Configuration(Struct, frozen=True, kw_only=True, gc=False):
    """The level of a rule's results, where a result names none."""

    level: Level


class RuleProperties(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True, rename="camel"):
    """What code scanning reads of a rule."""

    tags: tuple[str, ...]
    precision: Literal["very-high"]
    security_severity: str | None = field(default=None, name="security-severity")


class Rule(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True, rename="camel"):
    """One vulnerability."""

    id: str
    short_description: Text
    full_description: Text
    default_configuration: Configuration
    help_uri: str | None = None
    help: Text
    properties: RuleProperties


class Driver(Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """The tool, and every rule that a result names."""

    name: str
    version: str
    semantic_version: str | None = None
    rules: tuple[Rule, ...]


class Tool(Struct, frozen=True, kw_only=True):
    """The tool."""

    driver: Driver


class Notification(Struct, frozen=True, kw_only=True):
    """Something that a reader of the results should know."""

    level: Level
    message: Text


class Invocation(Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """How the gate ended."""

    execution_successful: bool
    exit_code: int
    exit_code_description: str
    tool_configuration_notifications: tuple[Notification, ...] = ()
    tool_execution_notifications: tuple[Notification, ...] = ()


class AutomationDetails(Struct, frozen=True, kw_only=True):
    """The category of a run: what stands before the last slash."""

    id: str


class RunProperties(Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """What was judged, by which policy, and how it came out."""

    image: str
    digest: str | None = None
    build: str | None = None
    pipeline: str | None = None
    made: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    platform: str | None = None
    account: str | None = None
    region: str | None = None
    kind: str
    scan_completed_at: str | None = None
    policy_name: str | None = None
    policy_sha256: str | None = field(default=None, name="policySha256")
    verdict: str


class Run(Struct, frozen=True, kw_only=True, rename="camel"):
    """One image and platform."""

    tool: Tool
    automation_details: AutomationDetails
    invocations: tuple[Invocation, ...]
    results: tuple[Result, ...]
    properties: RunProperties


class Log(Struct, frozen=True, kw_only=True):
    """The file."""

    schema: str = field(default=SCHEMA, name="$schema")
    version: Literal["2.1.0"] = "2.1.0"
    runs: tuple[Run, ...]
