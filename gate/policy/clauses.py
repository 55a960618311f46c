"""The parts of a policy that name findings or images: rules, accepted risks, grace, baseline, overrides."""

from datetime import date
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

from gate.model import Severity
from gate.policy.conditions import Patterns, Text, When
from gate.policy.scalars import Duration, PlatformName, Until

Count = Annotated[int, Meta(ge=0, le=1_000_000)]
Unlimited = Literal["unlimited"]
Action = Literal["fail", "warn"]
Spared = Literal["grace", "baseline"]
Justification = Literal[
    "component_not_present",
    "vulnerable_code_not_present",
    "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary",
    "inline_mitigations_already_exist",
]
Rated = Literal["critical", "high", "medium", "low", "informational"]
RATED: tuple[Rated, ...] = ("critical", "high", "medium", "low", "informational")


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


class Rule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Findings of which at most so many may remain: those that `when` describes, or may describe."""

    name: Text
    when: When
    why: Text | None = None
    if_unknown: Action | None = None
    """What findings do of which nobody knows whether they match; the rule's own action when not named."""
    max: Count = 0
    action: Action = "fail"
    enforce_from: date | None = None
    """The day (UTC) on which the rule's warning becomes a failure, whatever `action` says."""
    spare: Annotated[tuple[Spared, ...], Meta(max_length=2)] = ()
    """Findings in grace or in the baseline that this rule leaves alone."""

    @property
    def final(self) -> Action:
        """What a violation does in the end: a rule that is enforced from some day on fails from then on."""
        return "fail" if self.enforce_from is not None else self.action


class Selectors(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Images: all that is named must match; each is exact, a glob, or a list."""

    env: Patterns | None = None
    """What `check --env` says."""
    repository: Patterns | None = None
    tag: Patterns | None = None
    platform: Patterns | None = None
    source: Patterns | None = None
    """`ecr`, `imagebuilder` or `saved`."""
    account: Patterns | None = None
    digest: Patterns | None = None


class Ignore(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"for_": "for"}):
    """An accepted risk: which findings, why, who answers for it, and until when. Shown in every report."""

    id: Patterns | None = None
    package: Patterns | None = None
    version: Patterns | None = None
    package_type: Patterns | None = None
    path: Patterns | None = None
    unless: When | None = None
    """Findings that the entry leaves alone: those for which this holds, or may hold."""
    for_: Selectors | None = None
    """The images for which the entry is; all when not named."""
    reason: Text | None = None
    owner: Text | None = None
    ticket: Text | None = None
    since: date | None = None
    until: Until | None = None
    justification: Justification | None = None


class VexChoice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """OpenVEX files whose statements `not_affected` and `fixed` settle findings."""

    files: Annotated[tuple[Text, ...], Meta(min_length=1, max_length=1_000)]
    """Paths relative to the policy file, or globs."""
    authors: Annotated[tuple[Text, ...], Meta(min_length=1, max_length=1_000)] | None = None
    """Only documents of these authors count: a filter, not a proof."""
    reason: Text | None = None
    owner: Text | None = None
    ticket: Text | None = None
    since: date | None = None
    until: Until | None = None


class Grace(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Time to react, by severity: until it is over a finding uses no budget of `max` and `cvss_floor`."""

    critical: Duration | None = None
    high: Duration | None = None
    medium: Duration | None = None
    low: Duration | None = None
    informational: Duration | None = None
    begins: Literal["published", "first_seen"] = field(name="from", default="published")
    """Counted from the vendor's publication, or from the first sight of the finding in the baseline."""
    reason: Text | None = None
    owner: Text | None = None
    ticket: Text | None = None
    since: date | None = None
    until: Until | None = None

    def of(self, severity: Severity) -> Duration | None:
        """Return the time for a severity; none for an unknown one."""
        found: Duration | None = getattr(self, severity.value, None)
        return found


class Baseline(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An image to compare with: what it has too uses no budget of `max` and `cvss_floor`."""

    image: Text | None = None
    """A tag or digest in the same repository, another target, or a verdict document; `--baseline` when not named."""
    judge: Literal["new", "worse"] = "worse"
    """`new`: findings that the baseline does not have. `worse`: those, and those that became worse since."""
    missing: Literal["all", "no_verdict"] = "all"
    """What happens without a usable baseline: everything is judged, or there is no verdict."""
    reason: Text | None = None
    owner: Text | None = None
    ticket: Text | None = None
    since: date | None = None
    until: Until | None = None


class Adjust(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Findings that this house rates otherwise than AWS."""

    when: When
    to: Rated
    reason: Text | None = None
    owner: Text | None = None
    ticket: Text | None = None
    since: date | None = None
    until: Until | None = None


class SeverityChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes of AWS's severities; of several that match a finding, the worst severity counts."""

    adjust: Annotated[tuple[Adjust, ...], Meta(max_length=10_000)] = ()


class AcceptUnsupported(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Accept images that AWS cannot scan (verdict warn, never pass), for repositories that match."""

    accept: Literal[True]
    repository: Patterns
    reason: Text | None = None
    owner: Text | None = None
    ticket: Text | None = None
    since: date | None = None
    until: Until | None = None


Platforms = Annotated[tuple[PlatformName, ...], Meta(min_length=1, max_length=100)]


class MaxChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The limits that an override sets; the others stay."""

    critical: Limit | None = None
    high: Limit | None = None
    medium: Limit | None = None
    low: Limit | None = None
    informational: Limit | None = None
    unknown: Limit | None = None


class ScanChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What an override asks of the scan; the rest stays."""

    kind: Literal["enhanced", "basic", "any"] | None = None
    max_age: Duration | None = None
    max_data_age: Duration | None = None
    tag_moved: Literal["no_verdict", "warn"] | None = None
    unsupported: Literal["fail"] | AcceptUnsupported | None = None
    inspector_suppressed: Literal["count", "trust"] | None = None
    platforms: Platforms | None = None


class Override(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, rename={"for_": "for"}
):
    """What differs for some images. Where several set one key, the strictest value wins."""

    for_: Selectors
    mode: Literal["enforce", "warn"] | None = None
    max: MaxChange | None = None
    cvss_floor: Annotated[float, Meta(gt=0, le=10)] | None = None
    grace: Grace | None = None
    rules: Annotated[tuple[Rule, ...], Meta(min_length=1, max_length=1_000)] | None = None
    scan: ScanChange | None = None
    reason: Text | None = None
    owner: Text | None = None
    ticket: Text | None = None
    since: date | None = None
    until: Until | None = None


Relaxation = Ignore | VexChoice | Grace | Baseline | Adjust | AcceptUnsupported | Override
"""What may let a finding pass that would count without it."""
