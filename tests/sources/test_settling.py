"""Findings arrive after the status says ready: a listing is believed once it is old, or watched and unchanged."""

from typing import Any

import pytest

from gate.model import Kind, ScanState
from tests.aws_double.answers import (
    basic,
    empty,
    enhanced,
    failed,
    in_progress,
)
from tests.aws_double.faults import altered
from tests.aws_double.findings import basic_finding, enhanced_finding, enhanced_findings
from tests.sources.live import REGISTRY, SCAN, Live

FOUND = [enhanced_finding(), enhanced_finding("CVE-2026-10002", "LOW")]


def test_a_basic_scan_is_settled_at_once(live: Live) -> None:
    live.image((0, basic([basic_finding()])))
    scan = live.scan()
    assert (scan.state, live.clock.sleeps, scan.declared) == (ScanState.COMPLETE, (), {"HIGH": 1})


def test_a_fresh_enhanced_scan_is_watched_for_a_minute(live: Live) -> None:
    live.image((0, enhanced(FOUND)))
    scan = live.scan()
    assert (scan.state, len(scan.findings)) == (ScanState.COMPLETE, 2)
    assert live.listings() == [0, 15, 30, 45, 60]
    assert {text for text, _ in live.told} == {"the findings to settle"}
    assert scan.ready_since == live.double.at(0)
    assert scan.captured_at == live.double.at(60)


def test_a_scan_becomes_old_while_it_is_watched(live: Live) -> None:
    live.image((-290, enhanced(FOUND)))
    assert live.scan().state is ScanState.COMPLETE
    assert live.listings() == [0, 15]


@pytest.mark.parametrize(("settle", "listings"), [(30, [0]), (31, [0, 15])])
def test_how_old_is_old_is_the_policys_to_say(live: Live, settle: float, listings: list[float]) -> None:
    live.image((-31, enhanced(FOUND)))
    assert live.scan(settle=settle).state is ScanState.COMPLETE
    assert live.listings() == listings


def test_findings_that_arrive_in_parts_are_waited_for(live: Live) -> None:
    done = live.double.at(0)
    parts = [(14 * n, enhanced(enhanced_findings(n * 10), completed=done)) for n in range(6)]
    live.image(*parts)
    scan = live.scan()
    assert (scan.state, len(scan.findings)) == (ScanState.COMPLETE, 50)
    assert live.listings()[-1] == 90


def test_an_empty_scan_that_fills_up_later_is_not_a_clean_one(live: Live) -> None:
    done = live.double.at(0)
    live.image((0, enhanced([], completed=done)), (50, enhanced(FOUND, completed=done)))
    scan = live.scan()
    assert (scan.state, len(scan.findings)) == (ScanState.COMPLETE, 2)
    assert live.listings()[-1] == 75


@pytest.mark.parametrize(
    "later",
    [
        enhanced([FOUND[0], FOUND[1] | {"status": "CLOSED"}], completed=None),
        enhanced([FOUND[0], FOUND[1] | {"updatedAt": 1_770_000_001}], completed=None),
        enhanced(FOUND, counts={"HIGH": 1, "LOW": 1, "MEDIUM": 0}, completed=None),
    ],
)
def test_any_change_of_status_update_or_count_starts_the_comparison_again(live: Live, later: Any) -> None:
    done = live.double.at(0)
    live.image(
        (0, enhanced(FOUND, completed=done)), (50, enhanced(later.enhanced, counts=later.counts, completed=done))
    )
    assert live.scan().state is ScanState.COMPLETE
    assert live.listings()[-1] == 75


def test_a_scan_that_never_says_when_it_finished_never_settles(live: Live) -> None:
    live.image(enhanced(FOUND, completed=None))
    scan = live.scan(wait=120)
    assert (scan.state, scan.findings) == (ScanState.PENDING, ())
    assert scan.reason.endswith("have not settled yet (AWS does not say when it finished)")
    assert live.clock.monotonic() == pytest.approx(120)


def test_findings_that_never_stop_changing_never_settle(live: Live) -> None:
    done = live.double.at(0)
    live.image(*((10 * n, enhanced(enhanced_findings(n), completed=done)) for n in range(40)))
    scan = live.scan(wait=200)
    assert (scan.state, scan.kind) == (ScanState.PENDING, Kind.ENHANCED)
    assert "AWS says that it finished at 12:00:00 UTC" in scan.reason
    assert "--wait" in scan.hint


def test_a_completion_time_in_the_future_is_no_old_scan(live: Live) -> None:
    live.image(enhanced(FOUND, completed=live.double.at(86_400)))
    assert live.scan().state is ScanState.COMPLETE
    assert live.listings()[-1] == 60


@pytest.mark.parametrize("wait", [0, 10, 59])
def test_a_fresh_scan_does_not_settle_before_its_minute(live: Live, wait: float) -> None:
    live.image((0, enhanced(FOUND)))
    assert live.scan(wait=wait).state is ScanState.PENDING
    assert live.clock.monotonic() == pytest.approx(wait)


def test_a_minute_is_a_minute_however_long_the_listings_take(live: Live) -> None:
    def slow(answer: Any) -> Any:
        live.clock.sleep(4.6)
        return answer

    live.image((0, enhanced(FOUND)))
    live.double.fail(SCAN, altered(slow), times=None)
    assert live.scan().state is ScanState.COMPLETE
    assert live.listings()[-1] > 60


def test_two_listings_closer_than_fifteen_seconds_prove_nothing(live: Live) -> None:
    done = live.double.at(0)
    live.image((0, enhanced(FOUND, completed=done)), (59, enhanced(FOUND[:1], completed=done)))
    assert live.scan(wait=74).state is ScanState.PENDING
    assert live.listings()[-2:] == [60, 74]


def test_there_is_one_more_listing_at_the_deadline_that_may_find_the_scan_old(live: Live) -> None:
    live.image((-280, enhanced(FOUND)))
    scan = live.scan(wait=21)
    assert (scan.state, live.listings()) == (ScanState.COMPLETE, [0, 15, 21])


@pytest.mark.parametrize(
    ("scan_type", "kind", "listings"),
    [("BASIC", Kind.BASIC, 1), ("ENHANCED", Kind.ENHANCED, 5), (None, Kind.UNKNOWN, 5)],
)
def test_an_empty_scan_settles_by_what_the_registry_says(
    live: Live, scan_type: str | None, kind: Kind, listings: int
) -> None:
    live.image((0, empty(completed=0.0)))
    live.double.registry_scanning(scan_type)
    scan = live.scan()
    assert (scan.state, scan.kind, len(live.listings())) == (ScanState.COMPLETE, kind, listings)


def test_complete_with_an_empty_list_and_nothing_else_is_never_clean(live: Live) -> None:
    live.image(empty())
    live.double.registry_scanning("ENHANCED")
    scan = live.scan(wait=300)
    assert (scan.state, scan.kind) == (ScanState.PENDING, Kind.ENHANCED)


def test_the_registry_is_not_asked_where_a_finding_tells_the_kind(live: Live) -> None:
    live.image(enhanced(FOUND, status="COMPLETE"))
    assert live.scan().kind is Kind.ENHANCED
    assert live.double.called(REGISTRY) == ()


def test_a_ready_scan_that_begins_again_is_watched_from_the_start(live: Live) -> None:
    done = live.double.at(0)
    live.image(
        (0, enhanced(FOUND, completed=done)),
        (40, in_progress()),
        (70, enhanced(FOUND[:1], completed=live.double.at(70))),
    )
    scan = live.scan()
    assert (scan.state, len(scan.findings)) == (ScanState.COMPLETE, 1)
    assert scan.ready_since is not None
    assert scan.ready_since >= live.double.at(70)
    assert scan.captured_at is not None
    assert (scan.captured_at - scan.ready_since).total_seconds() >= 60


def test_a_listing_that_says_unready_once_starts_the_watch_again(live: Live) -> None:
    live.image((0, enhanced(FOUND)))
    unready = altered(lambda page: page | {"imageScanStatus": {"status": "PENDING"}})
    live.double.fail(SCAN, unready, first=4)  # the listing at 45 s
    scan = live.scan()
    assert scan.state is ScanState.COMPLETE
    assert scan.ready_since == live.double.at(47)
    assert scan.captured_at == live.double.at(107)


def test_servers_that_disagree_about_the_status_are_not_asked_for_ever(live: Live) -> None:
    def unready(answer: Any) -> Any:
        return answer | {"imageScanStatus": {"status": "IN_PROGRESS"}}

    live.image((0, enhanced(FOUND)))
    for listing in range(3, 2_000, 2):  # the first poll is a listing; then poll, listing, poll, listing
        live.double.fail(SCAN, altered(unready), first=listing)
    live.double.fail(SCAN, altered(unready), first=1)
    scan = live.scan(wait=60)
    assert scan.state is ScanState.PENDING
    assert "began again" in scan.reason
    assert len(live.double.called(SCAN)) < 100
    assert live.clock.monotonic() == pytest.approx(60)


def test_a_scan_that_fails_while_it_settles_has_failed(live: Live) -> None:
    live.image((0, enhanced(FOUND)), (20, failed("gone wrong")))
    assert live.scan().state is ScanState.FAILED
