"""The rules of a SARIF run: one for each vulnerability, with what a reader needs to know of it."""

import re

from gate.model import Fix, Severity
from gate.policy.verdict import JudgedFinding
from gate.reports.sarif_log import Configuration, Level, PackageShown, Rule, RuleProperties, Text
from gate.reports.sarif_names import link, told

# NOTE: code scanning shows one number a rule. It is the severity's, not the CVSS score's, so that it never disagrees
# with the verdict. The figures are Trivy's; 9.0 would be on the edge of critical. What nobody rated gets no number.
_SECURITY_SEVERITY = {
    Severity.CRITICAL: "9.5",
    Severity.HIGH: "8.0",
    Severity.MEDIUM: "5.5",
    Severity.LOW: "2.0",
}
_PROPERTIES = {
    severity: RuleProperties(
        tags=("security", "vulnerability", "container", severity.value),
        precision="very-high",
        security_severity=_SECURITY_SEVERITY.get(severity),
    )
    for severity in Severity
}
_LEVELS: tuple[Level, ...] = ("error", "warning", "note")
_CONFIGURATIONS = {level: Configuration(level=level) for level in _LEVELS}
_MOST_TEXT = 1_024
_MOST_ROWS = 10
_HEAD = "| Severity | Package | Version | Fix | Link |\n| --- | --- | --- | --- | --- |"
_MARKDOWN = re.compile(r"[\\`*_\[\]<>|~$&!#{}@]")
_FIX = {Fix.FULL: "yes", Fix.PARTIAL: "partial", Fix.NONE: "none", Fix.UNKNOWN: "unknown"}

Rows = tuple[tuple[str, str], ...]
"""The cells of each package, escaped and joined, and the version that fixes it, empty if none is named."""


class RuleDraft:
    """A rule while the results that name it are being made."""

    __slots__ = ("_first", "_level", "_more", "_name", "_severity", "_table", "index")

    def __init__(self, name: str, index: int, first: JudgedFinding, level: Level) -> None:
        """Start the rule; the first finding, which is the worst, gives its texts."""
        self.index = index
        self._name = name
        self._first = first
        self._severity = first.severity
        self._level: Level = level
        self._table: list[str] = []
        self._more = 0

    def add(self, finding: JudgedFinding, packages: Rows) -> None:
        """Take in a result's finding and packages; the worst rated severity of all is the rule's."""
        severity = finding.severity
        if severity is not self._severity and severity.place < self._severity.place:
            self._severity = severity
        for cells, fix in packages:
            if len(self._table) < _MOST_ROWS:
                self._table.append(f"\n| {severity.value} | {cells} | {fix or _FIX[finding.fix]} | ")
            else:
                self._more += 1

    def rule(self) -> Rule:
        """Return the rule."""
        first = self._first
        short = told(first.title, _MOST_TEXT).strip() or self._name
        address = link(first.url)
        return Rule(
            id=self._name,
            short_description=Text(text=short),
            full_description=Text(text=told(first.description, _MOST_TEXT).strip() or short),
            default_configuration=_CONFIGURATIONS[self._level],
            help_uri=address,
            help=self._help(address),
            properties=_PROPERTIES[self._severity],
        )

    def _help(self, address: str | None) -> Text:
        name = _escaped(self._name)
        last = f"[{name}]({address}) |" if address else f"{name} |"
        more = f"\n\nand {self._more:,} more" if self._more else ""
        text = f"{self._name}: {address}" if address else f"{self._name}: no link is known"
        return Text(text=text, markdown=f"{_HEAD}{last.join(self._table)}{last}{more}")


def rows(packages: tuple[PackageShown, ...]) -> Rows:
    """Return what the help's table says of packages; a finding without any has one row all the same."""
    if not packages:
        return (("- | -", ""),)
    return tuple([(_cells(package), _escaped(package.fixed_in or "")) for package in packages])


def _cells(package: PackageShown) -> str:
    return f"{_escaped(package.name)} | {_escaped(package.version or '-')}"


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\g<0>", text) if _MARKDOWN.search(text) else text
