"""What an OpenVEX statement says of a settled finding: the words of its `ignore` entry, or of its VEX statement."""

from gate.policy.verdict import Disposition, IgnoredBy, JudgedFinding, VexBy
from gate.policy.vex_document import JUSTIFICATIONS
from gate.reports.details import accepted_text
from gate.reports.openvex_document import Said, Vulnerability
from gate.reports.sarif_names import distinct, told


def said_of(finding: JudgedFinding) -> Said | None:
    """Return what is said of a finding; None for one that neither an `ignore` entry nor VEX settled."""
    vulnerability = Vulnerability(name=distinct(finding.id, 255))
    if finding.disposition is Disposition.IGNORED and finding.ignored_by is not None:
        return _accepted(vulnerability, finding.ignored_by)
    if finding.disposition is Disposition.VEX and finding.vex is not None:
        return _passed_on(vulnerability, finding.vex)
    return None


def _accepted(vulnerability: Vulnerability, by: IgnoredBy) -> Said:
    words = accepted_text(by)
    justification = _known(by.justification)
    if justification is None:
        return Said(vulnerability=vulnerability, status="affected", action_statement=f"Accepted risk: {words}")
    return Said(vulnerability=vulnerability, status="not_affected", justification=justification, impact_statement=words)


def _passed_on(vulnerability: Vulnerability, by: VexBy) -> Said:
    note = told(by.note, 2_000).strip() if by.note else ""
    source = f"Said by {told(by.author, 200)} in {told(by.file, 200)}."
    if by.status == "fixed":
        notes = f"{note} {source}".strip()
        return Said(vulnerability=vulnerability, timestamp=by.timestamp, status="fixed", status_notes=notes)
    justification = _known(by.justification)
    return Said(
        vulnerability=vulnerability,
        timestamp=by.timestamp,
        status="not_affected",
        justification=justification,
        impact_statement=note or (None if justification else "no reason given"),
        status_notes=source,
    )


def _known(justification: str | None) -> str | None:
    return justification if justification in JUSTIFICATIONS else None
