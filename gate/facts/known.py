"""What the files given say of findings: which are known to be exploited, and how probable it is that others will be."""

import re
from collections.abc import Sized
from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from gate.facts.data_file import CVE
from gate.facts.epss import EpssScores
from gate.facts.kev import KevCatalogue, earliest
from gate.model import Finding, Kev

_CVE = re.compile(CVE)
_NOT_LISTED = Kev(listed=False)


class DataUsed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of facts that was used, as the verdict document names it."""

    file: str
    sha256: str
    dated: Annotated[datetime, Meta(tz=True)]
    """What the file itself says it is of."""
    entries: int


class FactsUsed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which files of facts were used; None where none was given."""

    kev: DataUsed | None = None
    epss: DataUsed | None = None


class Facts(Struct, frozen=True, kw_only=True):
    """Everything that the files given say; None where none was given."""

    kev: KevCatalogue | None = None
    epss: EpssScores | None = None

    @property
    def used(self) -> FactsUsed:
        """Return what the verdict document says of the files."""
        return FactsUsed(
            kev=_used(self.kev, self.kev.released, self.kev.entries) if self.kev else None,
            epss=_used(self.epss, self.epss.scored, self.epss.scores) if self.epss else None,
        )

    def known(self, finding: Finding) -> Finding:
        """Return the finding with what the files say of its CVE ids; the same object when that is nothing new.

        A listing wins over no listing, whoever says it; a score that Inspector gave wins over the file's. A finding
        without any CVE id, among its aliases too, is not in these files' reach: it stays as it is.
        """
        if self.kev is None and self.epss is None:
            return finding
        ids = cve_ids(finding)
        kev = finding.kev
        if self.kev is not None and ids:
            kev = _listing(kev, [entry for name in ids if (entry := self.kev.entries.get(name))])
        epss, source = finding.epss, finding.epss_source
        if self.epss is not None and epss is None:
            found = [score for name in ids if (score := self.epss.scores.get(name)) is not None]
            epss, source = (max(found), "file") if found else (None, source)
        if kev == finding.kev and epss == finding.epss:
            return finding
        return msgspec.structs.replace(finding, kev=kev, epss=epss, epss_source=source)


def cve_ids(finding: Finding) -> list[str]:
    """Return the finding's CVE ids in upper case, its own and its aliases: what KEV and EPSS know findings by."""
    return [name.upper() for name in (finding.id, *finding.aliases) if _CVE.fullmatch(name)]


def _used(data: KevCatalogue | EpssScores, dated: datetime, entries: Sized) -> DataUsed:
    return DataUsed(file=data.file, sha256=data.sha256, dated=dated, entries=len(entries))


def _listing(said: Kev | None, entries: list[Kev]) -> Kev:
    """Return what to say of a finding, given what is said of it already and what the file lists of its ids."""
    every = [said, *entries] if said is not None and said.listed else entries
    return earliest(every) if every else said or _NOT_LISTED
