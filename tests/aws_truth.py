"""What may be said of each thing that the double says: a second opinion on the gate, which shares no code with it."""

from datetime import datetime, timedelta

from msgspec import Struct

from tests.aws_double.answers import (
    UNSUPPORTED_OS,
    ScanAnswer,
    bare,
    basic,
    counts_only,
    empty,
    enhanced,
    failed,
    in_progress,
    no_status,
    pending,
    scan_error,
    scan_not_found,
    status,
)
from tests.aws_double.findings import basic_finding, enhanced_finding
from tests.aws_double.shapes import Unknown

_BAD = enhanced_finding("CVE-2026-1", severity="CRITICAL")
_HIDDEN = enhanced_finding("CVE-2026-2", severity="CRITICAL", status="SUPPRESSED")
_LOW = enhanced_finding("CVE-2026-3", severity="LOW")
_AWFUL = enhanced_finding("CVE-2026-4", severity=Unknown("AWFUL"))
_MANY = [enhanced_finding(f"CVE-2026-{number}", severity="LOW") for number in range(100, 230)]


class Said(Struct, frozen=True, eq=False):
    """One thing that AWS may say of an image, and which exit codes are right while it does."""

    name: str
    answer: ScanAnswer
    codes: frozenset[int]
    is_whole: bool = False
    """Ready, readable and whole, so that it may be judged once it has settled."""
    is_bad: bool = False
    """Whether it lists what the policy forbids, `max: {critical: 0}`."""

    def __repr__(self) -> str:
        """As hypothesis prints it."""
        return self.name

    def completed(self, since: float, start: datetime) -> datetime | None:
        """Return when the scan finished, as this answer says, if it is given from `since` seconds after `start`."""
        moment = self.answer.completed
        if moment is None or isinstance(moment, datetime):
            return moment
        return start + timedelta(seconds=since + moment)

    def is_basic(self, registry: str | None) -> bool:
        """Whether it is of basic scanning, which has settled as soon as it is complete."""
        return bool(self.answer.basic) or (not self.answer.enhanced and registry == "BASIC")


def _no(name: str, answer: ScanAnswer, *codes: int) -> Said:
    return Said(name, answer, frozenset(codes))


def _clean(name: str, answer: ScanAnswer) -> Said:
    return Said(name, answer, frozenset({0}), is_whole=True)


def _bad(name: str, answer: ScanAnswer) -> Said:
    return Said(name, answer, frozenset({1}), is_whole=True, is_bad=True)


SAID: tuple[Said, ...] = (
    _no("no scan", scan_not_found(), 3, 4),
    _no("pending", pending(), 4),
    _no("in progress", in_progress(), 4),
    _no("no status", no_status(), 4),
    _no("failed", failed(), 3),
    _no("failed: unsupported", failed(UNSUPPORTED_OS), 3),
    _no("unsupported", status("UNSUPPORTED_IMAGE"), 3),
    _no("too large", status("IMAGE_SIZE_EXCEEDED"), 3),
    _no("expired", status("SCAN_ELIGIBILITY_EXPIRED"), 3),
    _no("unavailable", status("FINDINGS_UNAVAILABLE"), 3),
    _no("limit", status("LIMIT_EXCEEDED"), 3),
    _no("archived", status("IMAGE_ARCHIVED"), 3),
    _no("a new word", status(Unknown("ALMOST_COMPLETE")), 3),
    _no("server trouble", scan_error("ServerException"), 4),
    _no("neither list nor counts", bare(), 3, 4),
    _no("counts without a list", counts_only({"CRITICAL": 1}), 3, 4),
    _no("fewer listed than declared", enhanced([_LOW], counts={"CRITICAL": 1, "LOW": 1}), 3, 4),
    _no("a page lost", enhanced(_MANY, counts="total", lost="page"), 3, 4),
    _no("the last token lost", enhanced(_MANY, counts="total", lost="token"), 3, 4),
    _no("a page for ever", enhanced(_MANY, repeats=True), 3),
    _no("two kinds at once", enhanced([_LOW], with_basic=[basic_finding(severity="LOW")]), 3),
    _no("a severity nobody knows", enhanced([_AWFUL], counts="absent"), 3, 4),
    _clean("clean", enhanced([])),
    _clean("clean for an hour", enhanced([], completed=-3600.0)),
    _clean("low", enhanced([_LOW], status="COMPLETE")),
    _clean("many low", enhanced(_MANY, counts="page")),
    _clean("clean basic", basic([])),
    _clean("low basic", basic([basic_finding(severity="LOW")])),
    _bad("critical", enhanced([_BAD, _LOW])),
    _bad("critical on the last page", enhanced([*_MANY, _BAD], completed=-3600.0)),
    _bad("critical, suppressed", enhanced([_HIDDEN], completed=-3600.0)),
    _bad("critical basic", basic([basic_finding(severity="CRITICAL")])),
    # NOTE: whole, and it never says when it finished: only of basic scanning is it evidence.
    _clean("empty, never finished", empty()),
    _clean("clean, never finished", enhanced([], completed=None)),
    _bad("critical, never finished", enhanced([_BAD], completed=None)),
)
