"""What the registry's configuration tells of a scan that is not there: wait for it, or say at once that none comes."""

from datetime import timedelta
from typing import Any

import pytest

from gate.errors import Exit
from gate.model import Scan, ScanState
from gate.sources.configuration import Configuration
from tests.aws_double.answers import basic, scan_not_found
from tests.aws_double.faults import Fault, access_denied, altered, aws_error, html, server_error, throttled
from tests.aws_double.findings import basic_finding
from tests.sources.live import REGISTRY, REPOSITORY, SCAN, Live

OTHER = "111122223333"
YOUNG, AGED = 0.0, -3_600.0
NOT_FOUND = aws_error("ImageNotFoundException", "The image does not exist")


def unscanned(live: Live, **options: Any) -> None:
    live.image((-7_200, scan_not_found()), **options)


@pytest.mark.parametrize(
    ("pushed_at", "state", "reason"),
    [
        (YOUNG, ScanState.PENDING, "after 200 s still waiting for a scan to begin"),
        (AGED, ScanState.MISSING, "AWS has no scan of this image"),
    ],
)
@pytest.mark.parametrize(
    ("scan_type", "frequency"),
    [("BASIC", "SCAN_ON_PUSH"), ("ENHANCED", "SCAN_ON_PUSH"), ("ENHANCED", "CONTINUOUS_SCAN")],
)
def test_a_scan_that_is_known_to_come_is_waited_for_to_the_deadline(
    live: Live, scan_type: str, frequency: str, pushed_at: float, state: ScanState, reason: str
) -> None:
    unscanned(live, pushed_at=pushed_at)
    live.double.registry_scanning(scan_type, [(frequency, "*")])
    scan = live.scan(wait=200)
    not_covered = "; Inspector does not cover this image" if scan_type == "ENHANCED" else ""
    assert (scan.state, scan.reason) == (state, f"{reason}{not_covered}")
    assert live.clock.monotonic() == pytest.approx(200)


def test_a_scan_that_comes_is_judged(live: Live) -> None:
    live.image((40, basic([basic_finding()])))
    assert live.scan().state is ScanState.COMPLETE


@pytest.mark.parametrize("pushed_at", [YOUNG, AGED])
@pytest.mark.parametrize(
    ("scan_type", "hint"), [("BASIC", "start a scan (--start-scan), or switch on"), ("ENHANCED", "scanning filters")]
)
def test_a_repository_that_is_not_scanned_by_itself_is_missing_at_once(
    live: Live, scan_type: str, hint: str, pushed_at: float
) -> None:
    unscanned(live, pushed_at=pushed_at)
    live.double.registry_scanning(scan_type, [("SCAN_ON_PUSH", "other/*")])
    scan = live.scan()
    assert (scan.state, live.clock.sleeps) == (ScanState.MISSING, ())
    assert hint in scan.hint


def configured(**configuration: Any) -> Fault:
    """Let the registry say this of its scanning."""
    return altered(lambda answer: answer | {"scanningConfiguration": configuration})


def repositories(*rows: Any) -> Fault:
    """Let the answer for the repository hold these rows."""
    return altered(lambda _: {"scanningConfigurations": list(rows)})


UNKNOWN: dict[str, tuple[str, Fault]] = {
    "no scan type": (REGISTRY, configured()),
    "a new scan type": (REGISTRY, configured(scanType="QUANTUM")),
    "no configuration": (REGISTRY, altered(lambda answer: {"registryId": answer["registryId"]})),
    "another registry": (REGISTRY, altered(lambda answer: answer | {"registryId": OTHER})),
    "registry denied": (REGISTRY, access_denied()),
    "registry throttled": (REGISTRY, throttled()),
    "registry unreadable": (REGISTRY, html()),
    "registry broken": (REGISTRY, server_error()),
    "no frequency": (REPOSITORY, repositories({"repositoryName": "team/app"})),
    "a new frequency": (REPOSITORY, repositories({"repositoryName": "team/app", "scanFrequency": "SOMETIMES"})),
    "repository not listed": (REPOSITORY, altered(lambda _: {"failures": []})),
    "another repository": (REPOSITORY, repositories({"repositoryName": "team/app2", "scanFrequency": "MANUAL"})),
    "a shorter name": (REPOSITORY, repositories({"repositoryName": "team/ap", "scanFrequency": "MANUAL"})),
    "repository denied": (REPOSITORY, access_denied()),
    "repository throttled": (REPOSITORY, throttled()),
    "repository unreadable": (REPOSITORY, html()),
}


def unknown(live: Live, how: str) -> None:
    """Let nobody say whether the repository is scanned."""
    operation, fault = UNKNOWN[how]
    live.double.fail(operation, fault, times=None)


@pytest.mark.usefixtures("no_sdk_sleep")
@pytest.mark.parametrize("how", UNKNOWN)
def test_where_nobody_says_whether_a_scan_comes_an_old_image_has_none(live: Live, how: str) -> None:
    unscanned(live, pushed_at=AGED)
    unknown(live, how)
    scan = live.scan()
    assert scan.state is ScanState.MISSING
    assert "Is scanning switched on" in scan.hint
    assert live.clock.monotonic() <= 6  # seconds: bodies that cannot be read are asked for again


@pytest.mark.usefixtures("no_sdk_sleep")
@pytest.mark.parametrize("how", ["registry denied", "another registry", "repository denied"])
def test_where_nobody_says_whether_a_scan_comes_a_young_image_is_given_90_seconds(live: Live, how: str) -> None:
    unscanned(live, pushed_at=YOUNG)
    unknown(live, how)
    scan = live.scan()
    assert (scan.state, scan.reason) == (ScanState.MISSING, "AWS has no scan of this image")
    assert 90 <= live.clock.monotonic() <= 90 + 15


def test_a_young_image_is_pending_when_the_deadline_comes_first(live: Live) -> None:
    unscanned(live, pushed_at=YOUNG)
    live.double.registry_scanning(None)
    assert live.scan(wait=60).state is ScanState.PENDING


@pytest.mark.parametrize("begun", [0.0, 1_000.0])
def test_an_image_that_does_not_say_when_it_was_pushed_is_given_90_seconds_of_this_run(
    live: Live, begun: float
) -> None:
    live.clock.sleep(begun)

    def without_push(answer: Any) -> Any:
        del answer["imageDetails"][0]["imagePushedAt"]
        return answer

    unscanned(live)
    live.double.registry_scanning(None)
    live.double.fail("DescribeImages", altered(without_push), times=None)
    assert live.scan().state is ScanState.MISSING
    assert 90 <= live.clock.monotonic() - begun <= 90 + 15


@pytest.mark.parametrize("hours", [-1, 1])
def test_how_young_an_image_is_goes_by_awss_clock(live: Live, hours: float) -> None:
    live.double.skew = timedelta(hours=hours)
    unscanned(live, pushed_at=3_600.0 * hours - 60)
    live.double.registry_scanning(None)
    assert live.scan().state is ScanState.MISSING
    assert 30 <= live.clock.monotonic() <= 30 + 15


def test_another_accounts_registry_is_not_judged_by_the_callers_own(live: Live) -> None:
    unscanned(live, registry=OTHER, pushed_at=AGED)
    live.double.registry_scanning("ENHANCED", [("CONTINUOUS_SCAN", "*")])
    scan = live.scan(f"{OTHER}.dkr.ecr.eu-central-1.amazonaws.com/team/app:v1")
    assert scan.state is ScanState.MISSING
    assert "another account with enhanced scanning" in scan.hint
    assert live.double.called(REPOSITORY) == ()


def test_the_configuration_is_asked_for_once(live: Live) -> None:
    unscanned(live)
    live.scan(wait=200)
    assert len(live.double.called(SCAN)) > 10
    assert [len(live.double.called(name)) for name in (REGISTRY, REPOSITORY)] == [1, 1]
    assert live.double.called(REPOSITORY)[0].input == {"repositoryNames": ["team/app"]}


def test_a_configuration_of_no_registry_is_unknown(live: Live) -> None:
    live.double.repository("team/app")
    assert Configuration(live.caller(), None, "team/app").scans_by_itself is None


def test_a_denied_configuration_is_never_asked_again(live: Live) -> None:
    unscanned(live, pushed_at=AGED)
    live.double.fail(REGISTRY, access_denied(), times=None)
    live.scan()
    assert len(live.double.called(REGISTRY)) == 1


def test_the_image_may_be_unknown_to_the_scanner_for_a_moment(live: Live) -> None:
    live.image(basic([basic_finding()]))
    live.double.fail(SCAN, NOT_FOUND, times=4)
    assert live.scan().state is ScanState.COMPLETE
    assert live.told[0] == ("the image to be visible", 0.0)


@pytest.mark.parametrize(("wait", "is_waited_for"), [(19.5, True), (20.5, False)])
def test_the_scanner_is_given_twenty_seconds(live: Live, wait: float, *, is_waited_for: bool) -> None:
    live.image(basic([basic_finding()]))
    live.double.fail(SCAN, NOT_FOUND, times=None)
    assert isinstance(live.asked(wait=wait), Scan) is is_waited_for


def test_an_image_that_stays_unknown_to_the_scanner_is_refused(live: Live) -> None:
    live.image(basic([basic_finding()]))
    live.double.fail(SCAN, NOT_FOUND, times=None)
    refusal = live.refusal()
    assert refusal.exit_code == Exit.REFUSED
    assert "ImageNotFoundException" in refusal.reason
    assert 20 <= live.clock.monotonic() <= 20 + 15


@pytest.mark.parametrize(
    ("scan_type", "rules", "by_hand"),
    [
        ("BASIC", [], True),
        ("BASIC", [("SCAN_ON_PUSH", "*")], False),
        ("ENHANCED", [], False),
        ("ENHANCED", [("CONTINUOUS_SCAN", "*")], False),
        (None, [], False),
    ],
)
def test_scans_are_started_by_hand_where_basic_scanning_starts_none(
    live: Live, scan_type: str | None, rules: list[tuple[str, str]], *, by_hand: bool
) -> None:
    live.double.repository("team/app")
    live.double.registry_scanning(scan_type, rules)
    assert Configuration(live.caller(), "123456789012", "team/app").is_by_hand is by_hand


def test_where_nobody_says_when_scans_are_started_none_is_known_to_be_by_hand(live: Live) -> None:
    live.double.repository("team/app")
    live.double.registry_scanning("BASIC", [])
    live.double.fail(REPOSITORY, access_denied(), times=None)
    assert Configuration(live.caller(), "123456789012", "team/app").is_by_hand is False
