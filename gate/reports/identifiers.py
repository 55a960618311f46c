"""The names of a vulnerability with their kinds and pages, as GitLab wants them: CVE, GHSA, advisories, weaknesses."""

import re

from gate.policy.verdict import JudgedFinding
from gate.reports.gitlab_report import Identifier
from gate.reports.sarif_names import distinct

_MOST = 20
"""GitLab keeps no more."""
# How an id of each kind is written, GitLab's word for the kind, and the page that tells about it.
_KINDS = (
    (re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}"), "cve", "https://nvd.nist.gov/vuln/detail/{}"),
    (re.compile(r"GHSA(?:-[0-9a-z]{4}){3}"), "ghsa", "https://github.com/advisories/{}"),
    (re.compile(r"RH[SBE]A-[0-9]{4}:[0-9]{1,9}"), "rhsa", "https://access.redhat.com/errata/{}"),
    (re.compile(r"USN-[0-9]{1,9}-[0-9]{1,9}"), "usn", "https://ubuntu.com/security/notices/{}"),
    (re.compile(r"ELSA-[0-9]{4}-[0-9]{1,9}"), "elsa", "https://linux.oracle.com/errata/{}.html"),
    (re.compile(r"ALAS[0-9A-Z.]*-[0-9A-Z.-]{1,60}"), "alas", ""),
)
_OTHER = "scan-gate"
_CWE = re.compile(r"CWE-([0-9]{1,9})")
_ORDER = (*(kind for _, kind, _ in _KINDS), _OTHER)


def identifiers(finding: JudgedFinding) -> tuple[Identifier, ...]:
    """Return the names of a finding: its own id first, then the CVE ids among the others, and its weaknesses last.

    GitLab knows a vulnerability by the first one. It is the id that AWS gives it, as in `Finding.key`: the others come
    and go as advisories are linked.
    """
    first = _identifier(finding.id)
    if not finding.aliases and not finding.cwes:
        return (first,)
    others = sorted(map(_identifier, set(finding.aliases)), key=_order)
    weaknesses = [_weakness(match[1]) for word in sorted(set(finding.cwes)) if (match := _CWE.fullmatch(word))]
    return tuple(dict.fromkeys((first, *others, *weaknesses)))[:_MOST]


def _identifier(name: str) -> Identifier:
    for pattern, kind, page in _KINDS:
        if pattern.fullmatch(name):
            return Identifier(type=kind, name=name, value=name, url=page.format(name) if page else None)
    shown = distinct(name, 255)
    return Identifier(type=_OTHER, name=shown, value=shown)


def _order(identifier: Identifier) -> tuple[int, str]:
    return _ORDER.index(identifier.type), identifier.value


def _weakness(number: str) -> Identifier:
    url = f"https://cwe.mitre.org/data/definitions/{number}.html"
    return Identifier(type="cwe", name=f"CWE-{number}", value=number, url=url)
