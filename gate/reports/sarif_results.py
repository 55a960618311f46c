"""The results of one SARIF run: what each finding is called, where it is, and how much it matters."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from msgspec import UNSET, Struct
from msgspec.structs import replace

from gate.model import Cvss, Fix, Package, Severity
from gate.policy.verdict import Disposition, ImageVerdict, JudgedFinding, RuleOutcome
from gate.reports.sarif_log import (
    ArtifactLocation,
    Fingerprints,
    Level,
    Location,
    LogicalLocation,
    PackageShown,
    PhysicalLocation,
    Region,
    Result,
    ResultProperties,
    Rule,
    Suppression,
    Text,
)
from gate.reports.sarif_names import fingerprint, path_of, reference, rule_id, short_name, told
from gate.reports.sarif_rules import RuleDraft

# NOTE: reading an enum's member costs as much as a whole f-string in Python 3.11, and hashing one more.
_INFORMATIONAL, _COUNTED, _FULL = Severity.INFORMATIONAL, Disposition.COUNTED, Fix.FULL
_SETTLED = frozenset({Disposition.IGNORED, Disposition.VEX, Disposition.SUPPRESSED, Disposition.CLOSED})
_FIXES = {
    Fix.FULL: "a fix exists",
    Fix.PARTIAL: "a fix exists for some of its packages",
    Fix.NONE: "no fix exists",
    Fix.UNKNOWN: "whether a fix exists is not known",
}
_REGION = Region(start_line=1, start_column=1, end_line=1, end_column=1)
_MOST_NAMED = 20
# NOTE: SARIF gives brackets and braces in a message a meaning (links, placeholders); readers disagree how to escape them.
_PLAINER = str.maketrans("[]{}", "()()")


def ordered(image: ImageVerdict, *, settled: bool) -> dict[Level, list[int]]:
    """Return the indexes of the findings to show, by level, worst first; settled ones, if wanted, are the last notes."""
    failed = _indexes(image, RuleOutcome.FAIL)
    warned = _indexes(image, RuleOutcome.WARN)
    levels: dict[Level, list[int]] = {"error": [], "warning": [], "note": []}
    last = []
    for index, finding in enumerate(image.findings):
        if is_settled(finding):
            last.append(index)
        elif index in failed:
            levels["error"].append(index)
        else:
            # What is left besides counted findings is postponed: in grace, or in the baseline.
            quiet = finding.severity is _INFORMATIONAL or finding.disposition is not _COUNTED
            levels["note" if quiet and index not in warned else "warning"].append(index)
    if settled:
        levels["note"] += last
    return levels


def is_settled(finding: JudgedFinding) -> bool:
    """Tell whether a finding asks nobody to act: ignored, settled by VEX, suppressed or closed."""
    return finding.disposition is not _COUNTED and finding.disposition in _SETTLED


class _Held(Struct, frozen=True, gc=False):
    """What the findings in one set of packages share."""

    shown: tuple[PackageShown, ...]
    locations: tuple[Location, ...]
    where: str
    fixed: str | None


class Results:
    """Makes the results of one image, and the rules that they name."""

    def __init__(self, image: ImageVerdict, *, with_suppressions: bool) -> None:
        """Prepare what all results of the image share."""
        self._image = image
        self._with_suppressions = with_suppressions
        self._reference = reference(image)
        self._path = path_of(short_name(image))
        self._label = _label(image)
        self._violated = _violated(image)
        self._drafts: dict[str, RuleDraft] = {}
        self._held: dict[tuple[Package, ...], _Held] = {}
        self._occurrences: dict[str, int] = {}

    def make(self, indexes: Iterable[int], level: Level) -> list[Result]:
        """Return the results of some findings; the worst level is to be asked for first."""
        return [self._result(index, self._image.findings[index], level) for index in indexes]

    def rules(self) -> tuple[Rule, ...]:
        """Return the rules that the results made so far name, in the order of their indexes."""
        return tuple([draft.rule() for draft in self._drafts.values()])

    def _result(self, index: int, finding: JudgedFinding, level: Level) -> Result:
        name = rule_id(finding.id)
        held = self._held.get(finding.packages) or self._hold(name, finding.packages)
        draft = self._drafts.get(name)
        if draft is None:
            draft = self._drafts[name] = RuleDraft(name, len(self._drafts), finding, level)
        draft.add(finding, held.shown)
        key = finding.key
        occurrence = self._occurrences[key] = self._occurrences.get(key, 0) + 1
        return Result(
            rule_id=name,
            rule_index=draft.index,
            level=level,
            message=Text(text=self._message(index, finding, held)),
            locations=held.locations,
            partial_fingerprints=Fingerprints(primary_location_line_hash=fingerprint(key, occurrence)),
            suppressions=_suppressions(finding) if self._with_suppressions else UNSET,
            properties=_properties(finding, held.shown),
        )

    def _hold(self, rule: str, packages: tuple[Package, ...]) -> _Held:
        if not packages:
            return _Held((), (_location(f"{self._path}/{path_of('finding', rule)}", self._reference, None),), "", None)
        first, *others = sorted(packages, key=_package_order)
        shown = tuple([_shown(package) for package in (first, *others[: _MOST_NAMED - 1])])
        path = f"{self._path}/{path_of(first.type or 'package', first.name)}"
        version = f" {shown[0].version}" if shown[0].version else ""
        more = f" and {len(others):,} more package{'s' if len(others) > 1 else ''}" if others else ""
        held = self._held[packages] = _Held(
            shown=shown,
            locations=(_location(path, self._reference, shown[0].name),),
            where=f" in {shown[0].name}{version}{more}",
            fixed=shown[0].fixed_in,
        )
        return held

    def _message(self, index: int, finding: JudgedFinding, held: _Held) -> str:
        name = told(finding.id, 100) or "a vulnerability without an id"
        fix = f"fixed in {held.fixed}" if held.fixed and finding.fix is _FULL else _FIXES[finding.fix]
        rules = self._violated.get(index)
        why = f"Violates {rules}." if rules else _sentence(finding.settled_by)
        text = f"{self._label}: {name} ({finding.severity.value}){held.where}, {fix}. {why}"
        return text.translate(_PLAINER) if "[" in text or "{" in text else text


def _violated(image: ImageVerdict) -> dict[int, str]:
    """Return, by index, the names of the rules that a finding violates."""
    violated: dict[int, str] = {}
    for rule in image.rules:
        if rule.outcome in {RuleOutcome.FAIL, RuleOutcome.WARN}:
            name = told(rule.name, 100)
            for index in rule.findings:
                violated[index] = f"{violated[index]}, {name}" if index in violated else name
    return violated


def _indexes(image: ImageVerdict, outcome: RuleOutcome) -> frozenset[int]:
    return frozenset(index for rule in image.rules if rule.outcome is outcome for index in rule.findings)


def _label(image: ImageVerdict) -> str:
    name = told(short_name(image), 255)
    return f"{name} ({told(image.platform, 60)})" if image.platform else name


def _package_order(package: Package) -> tuple[str, str, str]:
    # NOTE: AWS promises no order, and the path of a result is part of what code scanning knows it by.
    return (package.type or "", package.name, package.path or "")


@cache
def _sentence(settled_by: str) -> str:
    why = told(settled_by, 1_000)
    return f"{why[:1].upper()}{why[1:].rstrip('.')}."


def _location(path: str, image: str, package: str | None) -> Location:
    physical = PhysicalLocation(artifact_location=ArtifactLocation(uri=path), region=_REGION)
    kind = "package" if package else "image"
    logical = LogicalLocation(name=package or image, fully_qualified_name=image, kind=kind)
    return Location(physical_location=physical, logical_locations=(logical,))


def _suppressions(finding: JudgedFinding) -> tuple[Suppression, ...]:
    if not is_settled(finding):
        return ()
    why = told(finding.settled_by, 1_000) or finding.disposition.value
    return (Suppression(kind="external", status="accepted", justification=why),)


def _properties(finding: JudgedFinding, packages: tuple[PackageShown, ...]) -> ResultProperties:
    cvss = finding.cvss
    return ResultProperties(
        severity=finding.severity,
        disposition=finding.disposition,
        fix=finding.fix,
        exploit=finding.exploit,
        aliases=_names(finding.aliases) if finding.aliases else (),
        packages=packages,
        cvss=_score(cvss) if cvss else None,
        base_score=cvss.score if cvss and cvss.version.startswith("3") else None,
    )


def _shown(package: Package) -> PackageShown:
    return PackageShown(
        name=told(package.name, 200) or "a package without a name",
        version=told(package.version, 100) if package.version else None,
        fixed_in=told(package.fixed_in, 100) if package.fixed_in else None,
        path=told(package.path, 500) if package.path else None,
    )


def _names(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([told(name, 100) for name in names[:_MOST_NAMED]])


def _score(cvss: Cvss) -> Cvss:
    texts = f"{cvss.version}{cvss.source}{cvss.vector}"
    if told(texts, 300) == texts:
        return cvss
    vector = told(cvss.vector, 300) if cvss.vector else None
    return replace(cvss, version=told(cvss.version, 20), source=told(cvss.source, 100), vector=vector)
