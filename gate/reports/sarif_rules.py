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
_NO_PACKAGE = PackageShown(name="-")


class RuleDraft:
    """A rule while the results that name it are being made."""

    __slots__ = ("_first", "_level", "_more", "_name", "_rows", "_severity", "index")

    def __init__(self, name: str, index: int, first: JudgedFinding, level: Level) -> None:
        """Start the rule; the first finding, which is the worst, gives its texts."""
        self.index = index
        self._name = name
        self._first = first
        self._severity = first.severity
        self._level: Level = level
        self._rows: list[tuple[str, str, str, str]] = []
        self._more = 0

    def add(self, finding: JudgedFinding, packages: tuple[PackageShown, ...]) -> None:
        """Take in a result's finding and packages; the worst rated severity of all is the rule's."""
        severity = finding.severity
        if severity is not self._severity and _weight(severity) > _weight(self._severity):
            self._severity = severity
        for package in packages or (_NO_PACKAGE,):
            if len(self._rows) == _MOST_ROWS:
                self._more += 1
                continue
            fix = package.fixed_in or _FIX[finding.fix]
            self._rows.append((severity.value, package.name, package.version or "-", fix))

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
        more = f"\n\nand {self._more:,} more" if self._more else ""
        lines = [f"{severity}: {name} {version}, fix: {fix}\n" for severity, name, version, fix in self._rows]
        name = _escaped(self._name)
        last = f" | [{name}]({address}) |" if address else f" | {name} |"
        # NOTE: no cell holds a newline, so that the cells of a row can be escaped in one go.
        table = ["\n| " + _escaped("\n".join(row)).replace("\n", " | ") + last for row in self._rows]
        return Text(
            text=f"{self._name}\n{''.join(lines)}{address or ''}{more}",
            markdown=f"{_HEAD}{''.join(table)}{more}",
        )


def _weight(severity: Severity) -> int:
    return 0 if severity is Severity.UNKNOWN else severity.rank


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\g<0>", text) if _MARKDOWN.search(text) else text
