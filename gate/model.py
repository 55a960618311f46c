"""The nouns: what a scan says of an image, in this project's words, whichever AWS service said it."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import Enum
from itertools import groupby
from operator import attrgetter
from typing import Literal

import msgspec

AHEAD = timedelta(minutes=5)
"""How far a time may lie ahead of now: what AWS's request signature tolerates between two clocks."""


class Severity(Enum):
    """How bad a finding is; `unknown` is what nobody rated (ECR's UNDEFINED, Inspector's UNTRIAGED)."""

    INFORMATIONAL = "informational"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """A positive number that orders severities; `unknown` sorts above all, since it may be anything."""
        return _RANKS[self]

    @property
    def place(self) -> int:
        """Where it stands when the worst is read first; `unknown` last."""
        return _PLACES[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity, start=1)}
WORST_FIRST: tuple[Severity, ...] = (
    Severity.CRITICAL,
    Severity.HIGH,
    Severity.MEDIUM,
    Severity.LOW,
    Severity.INFORMATIONAL,
    Severity.UNKNOWN,
)
"""The order in which people read severities; `unknown`, a budget of its own, comes last."""
_PLACES = {severity: place for place, severity in enumerate(WORST_FIRST)}


class Fix(Enum):
    """Whether an upgrade removes the finding: for all of its packages, some, none, or not known."""

    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"
    UNKNOWN = "unknown"


class FindingStatus(Enum):
    """AWS's word for a finding's life: active, hidden by a suppression rule, or closed."""

    ACTIVE = "active"
    SUPPRESSED = "suppressed"
    CLOSED = "closed"


class Kind(Enum):
    """Which scanner answered: basic (OS packages), enhanced (Inspector), or not told by the answer."""

    BASIC = "basic"
    ENHANCED = "enhanced"
    UNKNOWN = "unknown"


class ScanState(Enum):
    """What a source could establish; only COMPLETE is evidence."""

    COMPLETE = "complete"
    PENDING = "pending"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"
    EXPIRED = "expired"
    INCOMPLETE = "incomplete"
    MISSING = "missing"


class Package(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One package that a finding names; `fixed_in` is None where AWS names no fixed version."""

    name: str
    version: str | None = None
    fixed_in: str | None = None
    type: str | None = None
    path: str | None = None
    arch: str | None = None
    layer: str | None = None


class Cvss(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """One CVSS score (0.0 to 10.0) as one source gives it; source is `inspector`, `nvd` or a vendor, in lower case."""

    score: float
    version: str
    source: str
    vector: str | None = None


class Kev(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """What CISA's catalogue of known exploited vulnerabilities says of a finding; its days are in UTC."""

    listed: bool
    added: date | None = None
    due: date | None = None
    """The day by which federal agencies must have acted."""
    source: Literal["file", "inspector"] = "file"
    """Who said so: the file given as --kev, or Inspector."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One finding as AWS lists it, with all its packages; `key` (see `stem`, `keyed`) is its identity everywhere."""

    key: str
    id: str
    severity: Severity
    aws_severity: str
    status: FindingStatus = FindingStatus.ACTIVE
    fix: Fix = Fix.UNKNOWN
    aliases: tuple[str, ...] = ()
    title: str = ""
    description: str = ""
    scores: tuple[Cvss, ...] = ()
    exploit: bool | None = None
    epss: float | None = None
    """The probability (0 to 1) that it is exploited within 30 days; None where nobody says it."""
    epss_source: Literal["file", "inspector"] | None = None
    """Who said so: Inspector, or the file given as --epss."""
    kev: Kev | None = None
    """None where nobody was asked, or nobody can know: the finding has no CVE."""
    in_use: bool | None = None
    """Whether a container that runs somewhere uses the image, where Inspector says it."""
    cwes: tuple[str, ...] = ()
    """The weaknesses (CWE ids), where Inspector's details were read."""
    first_seen: datetime | None = None
    published: datetime | None = None
    updated: datetime | None = None
    packages: tuple[Package, ...] = ()
    url: str | None = None
    references: tuple[str, ...] = ()
    arn: str | None = None


class Image(msgspec.Struct, frozen=True, kw_only=True):
    """What is judged: the target as given, and what it was resolved to. None means the evidence does not say."""

    target: str
    source: str
    registry: str | None = None
    region: str | None = None
    repository: str | None = None
    digest: str | None = None
    index_digest: str | None = None
    tags: tuple[str, ...] = ()
    platform: str | None = None
    """As Docker writes it, such as `linux/arm64`."""
    narrowed: bool = False
    """Whether other images of its index were left out on request, so that nothing is said of the index."""
    arn: str | None = None
    """The build version, of an image that Image Builder made."""
    pipeline: str | None = None
    """The pipeline's ARN, when its newest image was asked for."""
    outputs: tuple[str, ...] = ()
    """What Image Builder made: `REGION:AMI` of each AMI, or the URI of each container image."""


class TagMove(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The tag no longer names the digest that was judged, or nobody knows; `to` is None when the tag is gone."""

    tag: str
    to: str | None
    pinned: bool
    """True when the target named a digest too, so that the digest judged is the one that was asked for."""
    unknown: str = ""
    """Why the tag could not be looked at again; empty when it was."""


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a source established about one image; facts only, no judgement."""

    image: Image
    state: ScanState
    kind: Kind = Kind.UNKNOWN
    status: str | None = None
    """AWS's own status word."""
    description: str | None = None
    """AWS's own description of the status."""
    reason: str = ""
    """Why the state is not COMPLETE: one sentence."""
    hint: str = ""
    """What to do about it: one sentence."""
    ready_since: datetime | None = None
    completed_at: datetime | None = None
    data_at: datetime | None = None
    scanned_at: datetime | None = None
    """When Inspector last scanned the image, by its coverage; None where nobody asked."""
    captured_at: datetime | None = None
    """When AWS gave the answer that is judged, by AWS's clock (or the capture time of saved evidence)."""
    waited_seconds: float = 0.0
    replayed: bool = False
    declared: dict[str, int] | None = None
    """AWS's own counts by severity word; None where the answer has none."""
    findings: tuple[Finding, ...] = ()
    tag_move: TagMove | None = None
    warnings: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    """Variables of the environment that decided which AWS was asked, and for whom."""
    notes: tuple[str, ...] = ()
    """What nobody must look at, and `check --verbose` says."""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """An image about which no facts could be had, with the exit code that says who must act."""

    image: Image
    exit_code: int
    reason: str
    hint: str = ""


def offers(platform: str | None, wanted: str) -> bool:
    """Tell whether an image's platform is the one that is wanted; without a variant any variant is.

    `linux/arm64` and `linux/arm64/v8` are the same (containerd's platforms package); an unknown platform is none.
    """
    if not platform:
        return False
    have, want = _plain_platform(platform), _plain_platform(wanted)
    return have == want or have.startswith(f"{want}/")


def _plain_platform(text: str) -> str:
    return text.removesuffix("/v8") if text.endswith("/arm64/v8") else text


def stem(vulnerability: str, packages: tuple[Package, ...]) -> str:
    """Return what identifies a finding: its id and the sorted distinct (type, name, path) of its packages.

    No tag, digest, account or version is in it, so that a rebuild which fixes nothing changes nothing.
    """
    parts = sorted({_package_part(package) for package in packages})
    return " ".join([_quoted(vulnerability), *parts])


def keyed(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort findings by key and number those that share one (`#2`, `#3`), whatever the order AWS lists them in."""
    numbered: list[Finding] = []
    for key, group in groupby(sorted(findings, key=attrgetter("key")), attrgetter("key")):
        equals = list(group)
        if len(equals) == 1:
            numbered.append(equals[0])
            continue
        equals.sort(key=repr)  # NOTE: not as JSON, which cannot hold a lone surrogate.
        numbered.append(equals[0])
        numbered.extend(
            msgspec.structs.replace(finding, key=f"{key} #{n}") for n, finding in enumerate(equals[1:], start=2)
        )
    return tuple(numbered)


def _package_part(package: Package) -> str:
    part = f"{package.type or '-'}:{package.name}"
    return _quoted(f"{part}:{package.path}" if package.path else part)


def _quoted(part: str) -> str:
    # NOTE: a blank separates parts and starts the number, so none may come from AWS's text.
    return part.replace("%", "%25").replace(" ", "%20") if " " in part or "%" in part else part
