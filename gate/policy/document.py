"""The policy file as types: the one source of its loader, its JSON Schema and its resolved form in the verdict."""

from datetime import date
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from gate.model import Severity
from gate.policy.scalars import Duration, PlatformName, Until, VersionRange

Count = Annotated[int, Meta(ge=0, le=1_000_000)]
Unlimited = Literal["unlimited"]
Text = Annotated[str, Meta(min_length=1, max_length=2_000)]
Patterns = Text | Annotated[tuple[Text, ...], Meta(min_length=1, max_length=10_000)]
Justification = Literal[
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
]
Requirement = Literal["reason", "owner", "ticket", "since", "until"]
CvssSource = Literal["inspector", "vendor", "nvd"]


class Budget(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits that differ by whether a fix exists; an unknown fix state counts as fixable unless `unknown` is named."""

    fixable: Count | Unlimited
    unfixable: Count | Unlimited = "unlimited"
    unknown: Count | Unlimited | UnsetType = UNSET


Limit = Count | Unlimited | Budget


class Max(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many findings of each severity may remain; not named is unlimited, but for `unknown`, which is then 0."""

    critical: Limit = "unlimited"
    high: Limit = "unlimited"
    medium: Limit = "unlimited"
    low: Limit = "unlimited"
    informational: Limit = "unlimited"
    unknown: Limit = 0

    def of(self, severity: Severity) -> Limit:
        """Return the limit for a severity."""
        limit: Limit = getattr(self, severity.value)
        return limit


class CvssChoice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which score is judged: the first source in `from` that has one; `missing` says what a finding without one is."""

    sources: Annotated[tuple[CvssSource, ...], Meta(min_length=1, max_length=3)] = field(
        name="from", default=("inspector", "vendor", "nvd")
    )
    missing: Literal["severity", "fail"] | Annotated[float, Meta(ge=0, le=10)] = "severity"


class Ignore(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An accepted risk: which findings, why, who answers for it, and until when. Shown in every report."""

    id: Patterns | None = None
    package: Patterns | None = None
    reason: Text | None = None
    owner: Text | None = None
    ticket: Text | None = None
    since: date | None = None
    until: Until | None = None
    justification: Justification | None = None


class Relaxations(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every relaxation of the policy must obey."""

    require: tuple[Requirement, ...] = ("reason",)
    max_days: Annotated[int, Meta(ge=1, le=36_600)] | None = None
    unused: Literal["warn", "fail", "allow"] = "warn"
    expiring: Duration = field(default_factory=lambda: Duration(14 * 86_400))


class AcceptUnsupported(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Accept images that AWS cannot scan (verdict warn, never pass), for repositories that match."""

    accept: Literal[True]
    repository: Patterns
    reason: Text | None = None
    owner: Text | None = None
    ticket: Text | None = None
    since: date | None = None
    until: Until | None = None


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
    platforms: Annotated[tuple[PlatformName, ...], Meta(min_length=1, max_length=100)] | None = None


class Policy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What may remain in an image, and what must hold of its scan."""

    version: Literal[1]
    required_version: VersionRange | None = None
    name: Text | None = None
    mode: Literal["enforce", "warn"] = "enforce"
    max: Max = field(default_factory=Max)
    count_by: Literal["finding", "vulnerability"] = "finding"
    cvss_floor: Annotated[float, Meta(gt=0, le=10)] | None = None
    cvss: CvssChoice = field(default_factory=CvssChoice)
    ignore: Annotated[tuple[Ignore, ...], Meta(max_length=100_000)] = ()
    relaxations: Relaxations = field(default_factory=Relaxations)
    scan: ScanDemands = field(default_factory=ScanDemands)
