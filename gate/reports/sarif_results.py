"""The results of one SARIF run: what each finding is called, where it is, and how much it matters."""

import re
from collections.abc import Iterable

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
from gate.reports.sarif_rules import Rows, RuleDraft, rows

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
_ALLOWED = "Within what the policy allows."
_MOST_NAMED = 20
_MOST_NAME = 100
# NOTE: SARIF gives brackets and braces in messages a meaning (links, placeholders); readers differ in the escapes.
_MARKUP = re.compile(r"[\[\]{}]")
_PLAINER = str.maketrans("[]{}", "()()")


def ordered(image: ImageVerdict, *, settled: bool) -> dict[Level, list[int]]:
    """Return the indexes of the findings to show, by level, the worst first; settled ones, if wanted, come last."""
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
    """What the findings in one set of packages share; most findings of an image are in few of them."""

    packages: tuple[PackageShown, ...]
    locations: tuple[Location, ...]
    where: str
    fixed: str
    rows: Rows


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
        self._places: dict[tuple[str, str], tuple[Location, ...]] = {}
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
        draft.add(finding, held.rows)
        key = finding.key
        occurrence = self._occurrences[key] = self._occurrences.get(key, 0) + 1
        return Result(
            rule_id=name,
            rule_index=draft.index,
            level=level,
            message=Text(text=self._message(index, name, finding, held)),
            locations=held.locations,
            partial_fingerprints=Fingerprints(primary_location_line_hash=fingerprint(key, occurrence)),
            suppressions=_suppressions(finding) if self._with_suppressions else UNSET,
            properties=_properties(finding, held.packages),
        )

    def _hold(self, rule: str, packages: tuple[Package, ...]) -> _Held:
        if not packages:
            return _Held((), self._place("finding", rule, None), "", "", rows(()))
        held = sorted(packages, key=_package_order) if len(packages) > 1 else packages
        shown = tuple([_shown(package) for package in held[:_MOST_NAMED]])
        first = shown[0]
        self._held[packages] = made = _Held(
            shown,
            self._place(held[0].type or "package", held[0].name, first.name),
            _where(first, len(packages) - 1),
            f"fixed in {first.fixed_in}" if first.fixed_in else "",
            rows(shown),
        )
        return made

    def _place(self, kind: str, name: str, package: str | None) -> tuple[Location, ...]:
        place = self._places.get((kind, name))
        if place is None:
            uri = f"{self._path}/{path_of(kind, name)}"
            place = self._places[kind, name] = (_location(uri, self._reference, package),)
        return place

    def _message(self, index: int, name: str, finding: JudgedFinding, held: _Held) -> str:
        fix = (finding.fix is _FULL and held.fixed) or _FIXES[finding.fix]
        why = self._violated.get(index) or (_ALLOWED if finding.disposition is _COUNTED else _sentence(finding))
        shown = name if len(name) <= _MOST_NAME else told(name, _MOST_NAME)
        text = f"{self._label}: {shown} ({finding.severity.value}){held.where}, {fix}. {why}"
        return text.translate(_PLAINER) if _MARKUP.search(text) else text


def _violated(image: ImageVerdict) -> dict[int, str]:
    """Return, by index, the sentence that names the rules which a finding violates."""
    names: dict[int, str] = {}
    for rule in image.rules:
        if rule.outcome in {RuleOutcome.FAIL, RuleOutcome.WARN}:
            name = told(rule.name, 100)
            for index in rule.findings:
                names[index] = f"{names[index]}, {name}" if index in names else name
    return {index: f"Violates {name[:1_000]}." for index, name in names.items()}


def _indexes(image: ImageVerdict, outcome: RuleOutcome) -> frozenset[int]:
    return frozenset(index for rule in image.rules if rule.outcome is outcome for index in rule.findings)


def _label(image: ImageVerdict) -> str:
    name = told(short_name(image), 255)
    return f"{name} ({told(image.platform, 60)})" if image.platform else name


def _package_order(package: Package) -> tuple[str, str, str]:
    # NOTE: AWS promises no order, and the path of a result is part of what code scanning knows it by.
    return (package.type or "", package.name, package.path or "")


def _where(first: PackageShown, others: int) -> str:
    name = f"{first.name} {first.version}" if first.version else first.name
    return f" in {name} and {others:,} more package{'s' if others > 1 else ''}" if others else f" in {name}"


def _sentence(finding: JudgedFinding) -> str:
    why = told(finding.settled_by, 1_000) or finding.disposition.value
    return f"{why[0].upper()}{why[1:].rstrip('.')}."


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
        base_score=cvss.score if cvss and cvss.version[:1] == "3" else None,
    )


def _shown(package: Package) -> PackageShown:
    return PackageShown(
        name=told(package.name, 200).strip() or "a package without a name",
        version=told(package.version, 100) if package.version else None,
        fixed_in=told(package.fixed_in, 100) if package.fixed_in else None,
        path=told(package.path, 300) if package.path else None,
    )


def _names(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([told(name, 100) for name in names[:_MOST_NAMED]])


def _score(cvss: Cvss) -> Cvss:
    texts = f"{cvss.version}{cvss.source}{cvss.vector}"
    if told(texts, 300) == texts:
        return cvss
    vector = told(cvss.vector, 300) if cvss.vector else None
    return replace(cvss, version=told(cvss.version, 20), source=told(cvss.source, 100), vector=vector)
