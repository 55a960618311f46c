"""The partition: every finding that AWS lists ends in exactly one place, and each place says why."""

from collections import Counter

from msgspec import Struct

from gate.model import WORST_FIRST, Cvss, Finding, FindingStatus, Severity
from gate.plain import one_line
from gate.policy.document import Policy
from gate.policy.ignores import Ignores
from gate.policy.limits import Counted
from gate.policy.scores import judged_score
from gate.policy.verdict import Counts, Disposition, IgnoredBy, JudgedFinding, Tally

_Settlement = tuple[Disposition, str, IgnoredBy | None]
_Tally = Counter[tuple[Severity, Disposition]]


class Settled(Struct, frozen=True, kw_only=True):
    """The findings of one image, worst first, each with its disposition, and what was counted of each severity."""

    findings: tuple[JudgedFinding, ...]
    counted: Counted
    counts: Counts


class Dispositions:
    """Settles findings by one policy on one day."""

    def __init__(self, policy: Policy, ignores: Ignores) -> None:
        """Keep the policy and its compiled `ignore` list."""
        self._policy = policy
        self._ignores = ignores

    def settle(self, findings: tuple[Finding, ...]) -> Settled:
        """Give every finding one disposition; none is dropped."""
        ordered = sorted(findings, key=lambda finding: (finding.severity.place, finding.key))
        judged: list[JudgedFinding] = []
        counted: list[tuple[int, Finding | JudgedFinding, Cvss | None]] = []
        tally: _Tally = Counter()
        for index, finding in enumerate(ordered):
            disposition, why, ignored_by = self._disposition(finding)
            score = judged_score(finding, self._policy.cvss)
            if disposition is Disposition.COUNTED:
                counted.append((index, finding, score))
            tally[finding.severity, disposition] += 1
            judged.append(_judged(finding, score, (disposition, why, ignored_by)))
        return Settled(findings=tuple(judged), counted=tuple(counted), counts=_counts(tally))

    def _disposition(self, finding: Finding) -> _Settlement:
        if finding.status is FindingStatus.CLOSED:
            return Disposition.CLOSED, "AWS says that it is closed", None
        trusted = self._policy.scan.inspector_suppressed == "trust"
        if finding.status is FindingStatus.SUPPRESSED and trusted:
            return Disposition.SUPPRESSED, "an Inspector suppression rule, trusted by scan.inspector_suppressed", None
        ignored_by = self._ignores.settle(finding)
        if ignored_by is not None:
            return Disposition.IGNORED, _accepted_text(ignored_by), ignored_by
        if finding.status is FindingStatus.SUPPRESSED:
            return Disposition.COUNTED, "suppressed in Inspector, which scan.inspector_suppressed does not trust", None
        return Disposition.COUNTED, "nothing in the policy settles it", None


def _judged(finding: Finding, score: Cvss | None, settled: _Settlement) -> JudgedFinding:
    disposition, why, ignored_by = settled
    return JudgedFinding(
        key=finding.key,
        id=finding.id,
        aliases=finding.aliases,
        severity=finding.severity,
        aws_severity=finding.aws_severity,
        title=finding.title,
        description=finding.description,
        cvss=score,
        scores=finding.scores,
        fix=finding.fix,
        exploit=finding.exploit,
        epss=finding.epss,
        first_seen=finding.first_seen,
        published=finding.published,
        updated=finding.updated,
        packages=finding.packages,
        url=finding.url,
        references=finding.references,
        arn=finding.arn,
        status=finding.status,
        disposition=disposition,
        settled_by=why,
        ignored_by=ignored_by,
    )


def _accepted_text(ignored_by: IgnoredBy) -> str:
    words = [("owner", ignored_by.owner), ("ticket", ignored_by.ticket), ("until", ignored_by.until)]
    said = "".join(f", {name} {one_line(word, 100)}" for name, word in words if word)
    return f"accepted by ignore entry {ignored_by.entries[0] + 1}: {one_line(ignored_by.reason or '-', 300)}{said}"


def _counts(tally: _Tally) -> Counts:
    tallies = {}
    for severity in WORST_FIRST:
        ended = {disposition.value: tally[severity, disposition] for disposition in Disposition}
        tallies[severity.value] = Tally(found=sum(ended.values()), **ended)
    return Counts(**tallies)
