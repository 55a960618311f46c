"""The verdict document: everything that any report, or another run, needs to know of a judgement."""

from enum import Enum
from typing import Literal

from msgspec import Struct

from gate.facts.known import FactsUsed
from gate.model import Kind, ScanState, Severity, TagMove
from gate.policy.clauses import Max
from gate.policy.document import Policy
from gate.policy.judged import Adjusted, BaselineUsed, Disposition, IgnoredBy, JudgedFinding, Moment, Sight, VexBy
from gate.policy.vex_document import VexStatement

__all__ = [
    "Adjusted",
    "BaselineUsed",
    "Counts",
    "Disposition",
    "IgnoredBy",
    "ImageVerdict",
    "JudgedFinding",
    "Moment",
    "Outcome",
    "PolicyUsed",
    "RuleOutcome",
    "RuleVerdict",
    "ScanFacts",
    "Setting",
    "Sight",
    "Tally",
    "Upgrade",
    "Verdict",
    "VexBy",
    "VexFile",
    "Warned",
]


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
    unknown: int = 0
    """How many of those counted are counted because nobody knows whether they match."""


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
    mode: Literal["enforce", "warn"] = "enforce"
    """The policy's mode for this image, after its overrides."""
    limits: Max | None = None
    """The policy's limits for this image, after its overrides."""
    overrides: tuple[int, ...] = ()
    """Which entries of the policy's `overrides` apply, counted from 0."""
    baseline: BaselineUsed | None = None
    """What it was compared with; None when the policy names no baseline."""
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


class VexFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An OpenVEX file that the policy names."""

    file: str
    sha256: str
    author: str
    statements: int


class PolicyUsed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The policy that was applied."""

    name: str
    files: tuple[str, ...]
    """Empty for one given as --max; `(built in)` for the shipped default; with `extends`, its own file first."""
    sha256: str
    """Of the file; of several, of their hashes one after another."""
    resolved: Policy
    """What all files together say; `extends`, `lock` and `tests` are left out."""
    vex: tuple[VexFile, ...] = ()
    """The OpenVEX files that were read."""


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
    env: str | None = None
    """What --env said."""
    facts: FactsUsed = FactsUsed()
    """The data of KEV and EPSS that were given."""
    vex: tuple[VexStatement, ...] = ()
    """The OpenVEX statements that decided about a finding, whichever way."""
    policy: PolicyUsed | None = None
    """None only in the document that stands while a run is not finished."""
    images: tuple[ImageVerdict, ...] = ()
    warnings: tuple[Warned, ...] = ()
    upgrades: tuple[Upgrade, ...] = ()
    """What to upgrade, the package that clears most first; empty when nothing violates or no upgrade helps."""
    verdict_after_upgrades: Outcome | None = None
    """The verdict over the same evidence without what all the upgrades clear; None when there are none."""
