"""The policy file as types: the one source of its loader, its JSON Schema and its resolved form in the verdict."""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from gate.policy.cases import Case
from gate.policy.clauses import (
    AcceptUnsupported,
    Baseline,
    Grace,
    Ignore,
    Max,
    Override,
    Platforms,
    Rule,
    SeverityChanges,
    VexChoice,
)
from gate.policy.conditions import Text, When
from gate.policy.scalars import Duration, VersionRange

Requirement = Literal["reason", "owner", "ticket", "since", "until"]
CvssSource = Literal["inspector", "vendor", "nvd"]


class CvssChoice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which score is judged: the first source in `from` that has one; `missing` says what a finding without one is."""

    sources: Annotated[tuple[CvssSource, ...], Meta(min_length=1, max_length=3)] = field(
        name="from", default=("inspector", "vendor", "nvd")
    )
    missing: Literal["severity", "fail"] | Annotated[float, Meta(ge=0, le=10)] = "severity"


class Relaxations(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every relaxation of the policy must obey."""

    require: tuple[Requirement, ...] = ("reason",)
    max_days: Annotated[int, Meta(ge=1, le=36_600)] | None = None
    never: When | None = None
    """Findings to which no relaxation applies: those for which this holds, or may hold."""
    unused: Literal["warn", "fail", "allow"] = "warn"
    expiring: Duration = field(default_factory=lambda: Duration(14 * 86_400))


class FactDemands(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How old the data given as --kev and --epss may be, by its own date."""

    kev_max_age: Duration = field(default_factory=lambda: Duration(7 * 86_400))
    epss_max_age: Duration = field(default_factory=lambda: Duration(7 * 86_400))


class ScanDemands(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What must hold of the scan before any verdict."""

    wait: Duration = field(default_factory=lambda: Duration(600))
    settle: Duration = field(default_factory=lambda: Duration(300))
    kind: Literal["enhanced", "basic", "any"] = "any"
    max_age: Duration | None = None
    max_data_age: Duration | None = None
    tag_moved: Literal["no_verdict", "warn"] = "no_verdict"
    unsupported: Literal["fail"] | AcceptUnsupported = "fail"
    inspector_suppressed: Literal["count", "trust"] = "count"
    platforms: Platforms | None = None


class Policy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may remain in an image, and what must hold of its scan."""

    version: Literal[1]
    required_version: VersionRange | None = None
    name: Text | None = None
    extends: Text | None = None
    """Another policy file, relative to this one, whose values this one may only tighten."""
    lock: tuple[Text, ...] = ()
    """Keys that no policy which extends this one may touch."""
    mode: Literal["enforce", "warn"] = "enforce"
    max: Max = field(default_factory=Max)
    count_by: Literal["finding", "vulnerability"] = "finding"
    cvss_floor: Annotated[float, Meta(gt=0, le=10)] | None = None
    cvss: CvssChoice = field(default_factory=CvssChoice)
    grace: Grace | None = None
    baseline: Baseline | None = None
    rules: Annotated[tuple[Rule, ...], Meta(max_length=10_000)] = ()
    ignore: Annotated[tuple[Ignore, ...], Meta(max_length=100_000)] = ()
    vex: VexChoice | None = None
    relaxations: Relaxations = field(default_factory=Relaxations)
    scan: ScanDemands = field(default_factory=ScanDemands)
    facts: FactDemands = field(default_factory=FactDemands)
    severity: SeverityChanges = field(default_factory=SeverityChanges)
    overrides: Annotated[tuple[Override, ...], Meta(max_length=10_000)] = ()
    tests: Annotated[tuple[Case, ...], Meta(max_length=10_000)] = ()
