"""A finding as the verdict document has it: the facts that were judged, where it ended, and what sent it there."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Literal

from msgspec import Meta, Struct

from gate.model import Cvss, FindingStatus, Fix, Kev, Package, Severity

Moment = Annotated[datetime, Meta(tz=True)]
"""A time with its zone: one without cannot be compared."""


class Disposition(Enum):
    """Where a finding ended; every finding has exactly one."""

    COUNTED = "counted"
    IGNORED = "ignored"
    VEX = "vex"
    BASELINE = "baseline"
    GRACE = "grace"
    SUPPRESSED = "suppressed"
    CLOSED = "closed"


class IgnoredBy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The accepted risk that settled a finding: of all entries that match, the one that ends last."""

    reason: str | None
    owner: str | None
    ticket: str | None
    until: str | None
    """As people read it: `2026-12-31`, `fixed`, or `2026-12-31 or fixed`."""
    justification: str | None
    entries: tuple[int, ...]
    """Which entries of the policy's `ignore` match, counted from 0; the first is the one whose words stand here."""


class Adjusted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The policy's change of a finding's severity."""

    before: Severity
    """As AWS rated it."""
    by: int
    """The entry of `severity.adjust`, counted from 0."""
    reason: str | None
    owner: str | None
    until: str | None


class VexBy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The OpenVEX statement that settled a finding."""

    status: Literal["not_affected", "fixed"]
    justification: str | None
    note: str | None
    author: str
    file: str
    timestamp: Moment


class Sight(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A finding as the baseline has it, under the same key."""

    severity: Severity
    """As AWS rated it there."""
    fix: Fix
    exploit: bool | None = None
    kev: bool | None = None
    first_seen: Moment | None = None


class BaselineUsed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an image was compared with."""

    target: str
    digest: str | None = None
    captured_at: Moment | None = None
    missing: str = ""
    """Why it could not be used; empty when it was."""


class JudgedFinding(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A finding as AWS lists it, and what became of it."""

    key: str
    id: str
    aliases: tuple[str, ...]
    severity: Severity
    aws_severity: str
    title: str
    description: str
    cvss: Cvss | None
    """The score that was judged; None when no source that the policy names has one."""
    scores: tuple[Cvss, ...]
    fix: Fix
    exploit: bool | None
    in_use: bool | None = None
    epss: float | None
    epss_source: Literal["file", "inspector"] | None = None
    kev: Kev | None = None
    cwes: tuple[str, ...] = ()
    first_seen: Moment | None
    published: Moment | None
    updated: Moment | None
    packages: tuple[Package, ...]
    url: str | None
    references: tuple[str, ...]
    arn: str | None
    status: FindingStatus
    disposition: Disposition
    settled_by: str
    """One sentence: what gave it this disposition."""
    ignored_by: IgnoredBy | None
    adjusted: Adjusted | None = None
    vex: VexBy | None = None
    sight: Sight | None = None
    """How the baseline has it; None when it does not, or there is none."""
    grace_until: Moment | None = None
    """When its grace ends or ended; None when it has none."""
