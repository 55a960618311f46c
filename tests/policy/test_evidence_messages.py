"""What is said of a scan that is no evidence, word by word: why there is no verdict, and what to do about it."""

from datetime import date, timedelta
from typing import Any

import pytest

from gate.errors import Exit
from gate.model import Kind, ScanState
from gate.policy.clauses import AcceptUnsupported
from gate.policy.document import ScanDemands
from gate.policy.evidence import Accepted, Unacceptable, judge_evidence
from gate.policy.scalars import Duration, Until
from tests.builders import NOW, finding, policy, scan

DAY = Duration(86_400)
UNSUPPORTED = {"state": ScanState.UNSUPPORTED}
REBUILD = "Rebuild on a base image that AWS can scan, or accept it with scan.unsupported in the policy."
AGAIN = "Have the image scanned again (push it again, or start a scan), or change {} in the policy."


def judged(demands: dict[str, Any], **fields: Any) -> Unacceptable | Accepted | None:
    return judge_evidence(policy(scan=ScanDemands(**demands)), scan(finding(), **fields), NOW)


def accept(**fields: Any) -> dict[str, Any]:
    return {"unsupported": AcceptUnsupported(accept=True, **{"repository": "team/*", "reason": "no OS", **fields})}


@pytest.mark.parametrize(
    ("demands", "fields", "reason", "hint"),
    [
        ({}, {"state": ScanState.FAILED}, "the scan is failed", ""),
        ({}, UNSUPPORTED, "the scan is unsupported", REBUILD),
        ({}, {**UNSUPPORTED, "reason": "no OS", "hint": "do this"}, "no OS", "do this"),
        (accept(repository="other"), UNSUPPORTED, "the scan is unsupported", REBUILD),
        (
            accept(until=Until.parse("2026-11-19")),
            UNSUPPORTED,
            "the scan is unsupported; the policy's scan.unsupported expired (until 2026-11-19)",
            REBUILD,
        ),
        (
            accept(since=date(2026, 11, 21)),
            {**UNSUPPORTED, "reason": "no OS", "hint": "do this"},
            "no OS; the policy's scan.unsupported is not in force yet (since 2026-11-21)",
            "do this",
        ),
        (
            accept(since=date(2026, 11, 20), until=Until.parse("fixed")),
            UNSUPPORTED,
            (
                "the scan is unsupported; the policy's scan.unsupported ends with a fix, which nobody can see where "
                "nothing is scanned; it needs a date"
            ),
            REBUILD,
        ),
        (
            {"kind": "enhanced"},
            {"kind": Kind.BASIC},
            "the scan is basic, and the policy demands enhanced (scan.kind)",
            "Switch the registry to enhanced scanning, or change scan.kind in the policy.",
        ),
        (
            {"max_age": DAY},
            {"completed_at": None},
            "AWS does not say when the scan is from, and the policy limits its age to 1d (scan.max_age)",
            AGAIN.format("scan.max_age"),
        ),
        (
            {"max_data_age": DAY},
            {"data_at": NOW + timedelta(days=1)},
            (
                "the vulnerability data is dated 2026-11-21 12:00 UTC, after now (2026-11-20 12:00 UTC), so its age "
                "cannot be judged (scan.max_data_age)"
            ),
            AGAIN.format("scan.max_data_age"),
        ),
        (
            {"max_data_age": DAY},
            {"data_at": NOW - timedelta(days=2, seconds=1)},
            (
                "the vulnerability data is 2d1m old (from 2026-11-18 11:59 UTC), and the policy allows 1d "
                "(scan.max_data_age)"
            ),
            AGAIN.format("scan.max_data_age"),
        ),
    ],
)
def test_a_scan_that_is_no_evidence_says_why_and_what_to_do(
    demands: dict[str, Any], fields: dict[str, Any], reason: str, hint: str
) -> None:
    assert judged(demands, **fields) == Unacceptable(exit_code=Exit.NO_VERDICT, reason=reason, hint=hint)


def test_words_of_any_length_are_cut_before_they_are_said() -> None:
    long = "x" * 9_000

    failed = judged({}, state=ScanState.FAILED, reason=long)
    accepted = judged(accept(reason=long, owner=long, ticket=long), state=ScanState.UNSUPPORTED, reason="no OS")

    assert failed == Unacceptable(exit_code=Exit.NO_VERDICT, reason=f"{'x' * 999}…")
    assert accepted == Accepted(
        reason=f"no OS; accepted by scan.unsupported: {'x' * 299}…, owner {'x' * 99}…, ticket {'x' * 99}…"
    )
