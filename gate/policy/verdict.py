"""The verdict document: everything that any report, or another run, needs to know of a judgement."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Literal

from msgspec import Meta, Struct

from gate.model import Cvss, FindingStatus, Fix, Kind, Package, ScanState, Severity, TagMove
from gate.policy.document import Policy

Moment = Annotated[datetime, Meta(tz=True)]
"""A time with its zone: one without cannot be compared."""


class Outcome(Enum):
    """What was decided."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    NO_VERDICT = "no_verdict"


class RuleOutcome(Enum):
    """How one rule came out for one image; `skipped` did not apply, `no_verdict` could not be judged."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"
    NO_VERDICT = "no_verdict"


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
    epss: float | None
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


class RuleVerdict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one rule came out for one image."""

    name: str
    """The rule's name, as in the policy: `max.critical`, `max.high.fixable`, `cvss_floor`; or `scan-complete`."""
    action: Literal["fail", "warn"]
    outcome: RuleOutcome
    count: int
    max: int | None
    """How many are allowed; None is unlimited, or a rule that does not count."""
    why: str
    findings: tuple[int, ...]
    """Indexes into the image's findings: those that this rule counts when it is violated, else none."""


class Tally(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many findings of one severity were found, and how many ended where."""

    found: int = 0
    counted: int = 0
    ignored: int = 0
    vex: int = 0
    baseline: int = 0
    grace: int = 0
    suppressed: int = 0
    closed: int = 0


class Counts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The findings of one image by severity and disposition."""

    critical: Tally = Tally()
    high: Tally = Tally()
    medium: Tally = Tally()
    low: Tally = Tally()
    informational: Tally = Tally()
    unknown: Tally = Tally()

    def of(self, severity: Severity) -> Tally:
        """Return the tally of a severity."""
        tally: Tally = getattr(self, severity.value)
        return tally


class ScanFacts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The scan that was judged, as the source established it."""

    state: ScanState
    status: str | None
    description: str | None
    reason: str
    hint: str
    ready_since: Moment | None
    completed_at: Moment | None
    data_at: Moment | None
    scanned_at: Moment | None = None
    captured_at: Moment | None
    waited_seconds: float
    replayed: bool
    tag_move: TagMove | None
    warnings: tuple[str, ...]
    notes: tuple[str, ...] = ()


class ImageVerdict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One image (one manifest): what it is, what its scan was, how every rule and every finding came out."""

    target: str
    source: str
    registry: str | None
    region: str | None
    repository: str | None
    digest: str | None
    index_digest: str | None
    tags: tuple[str, ...]
    platform: str | None
    narrowed: bool = False
    """Whether other images of its index were left out (--platform), so that this is no verdict on the index."""
    arn: str | None
    pipeline: str | None
    outputs: tuple[str, ...]
    kind: Kind
    scan: ScanFacts | None
    """None when no facts could be had: AWS refused, or did not answer."""
    declared_counts: dict[str, int] | None
    counts: Counts | None
    """None when the evidence is not acceptable, so that nothing was counted."""
    rules: tuple[RuleVerdict, ...]
    findings: tuple[JudgedFinding, ...]
    """Worst first."""
    verdict: Outcome
    exit_code: int
    reason: str
    """One sentence: why."""
    hint: str
    """What to do; empty on a pass."""


class Setting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A setting that came from the environment instead of the command line."""

    name: str
    variable: str


class PolicyUsed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The policy that was applied."""

    name: str
    files: tuple[str, ...]
    """Empty for one given as --max; `(built in)` for the shipped default."""
    sha256: str
    resolved: Policy


class Warned(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that does not fail the image and that somebody must look at."""

    text: str
    image: int | None
    """Index into `images`, or None when it is about the policy or the run."""


class Upgrade(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A package whose upgrade clears violating findings."""

    name: str
    type: str | None
    installed: tuple[str, ...]
    to: str
    """The highest version that any of the findings names as fixed."""
    clears: int
    """How many violating findings need this upgrade and are gone once all of their packages are upgraded."""
    images: tuple[int, ...]


class Verdict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole judgement: the document that `-o json=PATH` writes, schema version 1."""

    schema: Literal[1] = 1
    gate: str
    finished: bool
    judged_at: Moment
    replayed: bool
    warn_exit: bool = False
    """Whether --warn-exit was given, so that a verdict of warn exits with 10."""
    verdict: Outcome
    exit_code: int
    reason: str
    hint: str = ""
    settings: tuple[Setting, ...] = ()
    policy: PolicyUsed | None = None
    """None only in the document that stands while a run is not finished."""
    images: tuple[ImageVerdict, ...] = ()
    warnings: tuple[Warned, ...] = ()
    upgrades: tuple[Upgrade, ...] = ()
    """What to upgrade, the package that clears most first; empty when nothing violates or no upgrade helps."""
    verdict_after_upgrades: Outcome | None = None
    """The verdict over the same evidence without what all the upgrades clear; None when there are none."""
