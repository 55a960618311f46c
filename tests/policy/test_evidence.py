"""Whether a scan is evidence: its state, its kind, its age, and who may accept that there is none."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gate.errors import Exit
from gate.model import Kind, ScanState
from gate.policy.clauses import AcceptUnsupported
from gate.policy.document import ScanDemands
from gate.policy.evidence import Accepted, Unacceptable, judge_evidence
from gate.policy.scalars import Duration, Until
from tests.builders import NOW, finding, image, policy, scan

DAY = Duration(86_400)


def judged(demands: dict[str, Any], **fields: Any) -> Unacceptable | Accepted | None:
    return judge_evidence(policy(scan=ScanDemands(**demands)), scan(finding(), **fields), NOW)


def refused(demands: dict[str, Any], **fields: Any) -> Unacceptable:
    found = judged(demands, **fields)
    assert isinstance(found, Unacceptable)
    return found


def test_a_complete_scan_is_evidence() -> None:
    assert judged({}) is None


@pytest.mark.parametrize(
    ("state", "replayed", "exit_code"),
    [
        (ScanState.PENDING, False, Exit.NOT_YET),
        (ScanState.PENDING, True, Exit.NO_VERDICT),
        (ScanState.FAILED, False, Exit.NO_VERDICT),
        (ScanState.UNSUPPORTED, False, Exit.NO_VERDICT),
        (ScanState.EXPIRED, False, Exit.NO_VERDICT),
        (ScanState.INCOMPLETE, False, Exit.NO_VERDICT),
        (ScanState.MISSING, False, Exit.NO_VERDICT),
        (ScanState.MISSING, True, Exit.NO_VERDICT),
    ],
)
def test_nothing_but_a_complete_scan_is_evidence(state: ScanState, exit_code: Exit, *, replayed: bool) -> None:
    said = refused({}, state=state, replayed=replayed, reason="AWS said so", hint="do this")
    bare = refused({}, state=state, replayed=replayed)

    assert (said.exit_code, said.reason, said.hint) == (exit_code, "AWS said so", "do this")
    assert (bare.exit_code, bare.reason) == (exit_code, f"the scan is {state.value}")


def test_every_state_is_judged() -> None:
    evidence = [state for state in ScanState if judged({}, state=state) is None]

    assert evidence == [ScanState.COMPLETE]


@pytest.mark.parametrize(
    ("wanted", "kind", "reason"),
    [
        ("any", Kind.UNKNOWN, None),
        ("any", Kind.BASIC, None),
        ("enhanced", Kind.ENHANCED, None),
        ("basic", Kind.BASIC, None),
        ("enhanced", Kind.BASIC, "the scan is basic, and the policy demands enhanced (scan.kind)"),
        ("enhanced", Kind.UNKNOWN, "the scan is of unknown kind, and the policy demands enhanced (scan.kind)"),
        ("basic", Kind.ENHANCED, "the scan is enhanced, and the policy demands basic (scan.kind)"),
    ],
)
def test_a_registry_that_drifts_to_another_kind_gives_no_verdict(wanted: str, kind: Kind, reason: str | None) -> None:
    found = judged({"kind": wanted}, kind=kind)

    assert (found.reason if found else None) == reason
    assert found is None or (isinstance(found, Unacceptable) and found.exit_code is Exit.NO_VERDICT)


@pytest.mark.parametrize(
    ("key", "field", "what"),
    [("max_age", "completed_at", "scan"), ("max_data_age", "data_at", "vulnerability data")],
)
@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(), None),
        (timedelta(hours=24), None),
        (timedelta(hours=24, microseconds=1), "1d1m old"),
        (timedelta(hours=24, seconds=30), "1d1m old"),
        (timedelta(hours=24, minutes=1), "1d1m old"),
        (timedelta(days=9, hours=3), "1w2d3h old"),
        (timedelta(minutes=-5), None),
        (timedelta(minutes=-5, seconds=-1), "after now"),
        (timedelta(days=-400), "after now"),
        (None, "AWS does not say when"),
    ],
)
def test_evidence_is_judged_by_its_age_now(
    key: str, field: str, what: str, age: timedelta | None, words: str | None
) -> None:
    found = judged({key: DAY}, **{field: None if age is None else NOW - age})

    if words is None:
        assert found is None
        return
    assert isinstance(found, Unacceptable)
    assert found.exit_code is Exit.NO_VERDICT
    assert words in found.reason
    assert f"the {what} is" in found.reason
    assert f"scan.{key}" in found.reason
    assert f"scan.{key}" in found.hint


def test_an_old_scan_says_its_age_its_date_and_what_is_allowed() -> None:
    found = refused({"max_age": DAY}, completed_at=datetime(2026, 11, 18, 9, 30, tzinfo=UTC))

    assert found.reason == (
        "the scan is 2d2h30m old (from 2026-11-18 09:30 UTC), and the policy allows 1d (scan.max_age)"
    )


@pytest.mark.parametrize(
    ("status", "completed", "data", "acceptable"),
    [
        ("ACTIVE", 48, 1, True),
        ("ACTIVE", 1, 48, True),
        ("ACTIVE", None, 1, True),
        ("ACTIVE", 48, 48, False),
        ("ACTIVE", None, None, False),
        ("COMPLETE", 48, 1, False),
        ("COMPLETE", None, 1, False),
        (None, 48, 1, False),
        ("COMPLETE", 1, None, True),
    ],
)
def test_a_continuous_scan_is_as_old_as_its_latest_news_and_any_other_as_its_end(
    status: str | None, completed: int | None, data: int | None, *, acceptable: bool
) -> None:
    times = [None if hours is None else NOW - timedelta(hours=hours) for hours in (completed, data)]

    found = judged({"max_age": DAY}, status=status, completed_at=times[0], data_at=times[1])

    assert (found is None) is acceptable


@pytest.mark.parametrize(("status", "acceptable"), [("ACTIVE", True), ("COMPLETE", False)])
def test_inspectors_last_look_is_news_of_a_continuous_scan_alone(status: str, *, acceptable: bool) -> None:
    found = judged(
        {"max_age": DAY},
        status=status,
        completed_at=NOW - timedelta(hours=48),
        data_at=None,
        scanned_at=NOW - timedelta(hours=1),
    )

    assert (found is None) is acceptable


def test_ages_are_not_judged_unless_the_policy_asks() -> None:
    assert judged({}, completed_at=None, data_at=None) is None
    assert judged({}, completed_at=NOW - timedelta(days=9_000)) is None


def accept(**fields: Any) -> dict[str, Any]:
    return {"unsupported": AcceptUnsupported(accept=True, **{"repository": "team/*", "reason": "no OS", **fields})}


def test_an_unsupported_image_is_accepted_on_somebodys_word() -> None:
    demands = accept(owner="team", ticket="SEC-1", until=Until.parse("2026-11-20"), since=date(2026, 11, 20))

    found = judged(demands, state=ScanState.UNSUPPORTED, reason="UnsupportedImageError")

    assert found == Accepted(
        reason="UnsupportedImageError; accepted by scan.unsupported: no OS, until 2026-11-20, owner team, ticket SEC-1"
    )


def test_an_unsupported_image_may_be_accepted_without_words() -> None:
    found = judged(accept(reason=None), state=ScanState.UNSUPPORTED)

    assert found == Accepted(reason="the scan is unsupported; accepted by scan.unsupported: no reason given")


@pytest.mark.parametrize(
    ("demands", "repository", "words"),
    [
        ({}, "team/app", ""),
        (accept(repository="tools/*"), "team/app", ""),
        (accept(repository="team"), "team/app", ""),
        (accept(repository="TEAM/*"), "team/app", ""),
        (accept(repository="*"), None, ""),
        (accept(until=Until.parse("2026-11-19")), "team/app", "scan.unsupported expired (until 2026-11-19)"),
        (accept(since=date(2026, 11, 21)), "team/app", "is not in force yet (since 2026-11-21)"),
        (accept(until=Until.parse("fixed")), "team/app", "ends with a fix, which nobody can see"),
        (accept(until=Until.parse(["2026-11-19", "fixed"])), "team/app", "expired (until 2026-11-19 or fixed)"),
    ],
)
def test_an_unsupported_image_is_refused_unless_the_policy_accepts_just_that_today(
    demands: dict[str, Any], repository: str | None, words: str
) -> None:
    found = refused(demands, state=ScanState.UNSUPPORTED, image=image(repository=repository))

    assert found.exit_code is Exit.NO_VERDICT
    assert found.reason.startswith("the scan is unsupported")
    assert words in found.reason
    assert found.hint


@pytest.mark.parametrize("state", [state for state in ScanState if state is not ScanState.UNSUPPORTED])
def test_only_an_unsupported_image_can_be_accepted(state: ScanState) -> None:
    assert not isinstance(judged(accept(repository="*"), state=state), Accepted)


def test_what_aws_says_stays_on_its_line() -> None:
    found = refused({}, state=ScanState.FAILED, reason="a\n::error::b\x1b[2J" + "x" * 1_000_000)

    assert found.reason.isprintable()
    assert len(found.reason) <= 1_000
