"""Image Builder: GetImage decides when, every word of AWS's has a row, and what is refused is told."""

from typing import Any

import pytest
from botocore.session import get_session

from gate.model import ScanState
from gate.sources.imagebuilder import (
    IMAGE_STATES,
    NOT_ENABLED,
    ON_DEMAND,
    SCAN_STATES,
    SCAN_TYPES,
)
from tests.aws_double.builds import BUILD, PIPELINE, BuildAnswer, build_finding, building, built, scanning
from tests.aws_double.faults import Fault, access_denied, altered, aws_error, html
from tests.aws_double.shapes import Unknown
from tests.sources.builder_calls import COUNT, GET, IMAGES, LIST, OTHER, refusal_of, scan_of
from tests.sources.live import Live

COMPLETE, PENDING, FAILED, MISSING = ScanState.COMPLETE, ScanState.PENDING, ScanState.FAILED, ScanState.MISSING
# Every word of AWS's, and what an image in that state, all else in order, is worth.
IMAGE_WORDS = {
    "PENDING": PENDING, "CREATING": PENDING, "BUILDING": PENDING, "TESTING": PENDING, "DISTRIBUTING": PENDING,
    "INTEGRATING": PENDING, "AVAILABLE": COMPLETE, "DEPRECATED": COMPLETE, "DISABLED": COMPLETE, "CANCELLED": FAILED,
    "FAILED": FAILED, "DELETED": FAILED,
}  # fmt: skip
SCAN_WORDS = {
    "PENDING": PENDING, "SCANNING": PENDING, "COLLECTING": PENDING, "COMPLETED": COMPLETE, "ABANDONED": FAILED,
    "FAILED": FAILED, "TIMED_OUT": FAILED,
}  # fmt: skip


def enum(name: str) -> set[str]:
    return set(get_session().get_service_model("imagebuilder").shape_for(name).enum)  # type: ignore[attr-defined]


def test_every_word_that_botocore_knows_has_a_row() -> None:
    assert IMAGE_STATES.keys() == IMAGE_WORDS.keys() == enum("ImageStatus")
    assert SCAN_STATES.keys() == SCAN_WORDS.keys() == enum("ImageScanStatus")
    assert SCAN_TYPES.keys() == enum("ImageScanningType")


@pytest.mark.parametrize(("word", "state"), IMAGE_WORDS.items())
def test_every_state_of_an_image(word: str, state: ScanState, live: Live) -> None:
    live.double.build(built(build_finding(), state=word, reason="As told."))
    scan = scan_of(live)
    assert scan.state is state
    assert (LIST in live.double.operations) == (state is COMPLETE)
    if state is FAILED:
        assert f"the build is {word}: As told." in scan.reason
    if state is PENDING:
        assert scan.reason == f"after 600 s still waiting for the build, which is {word}"
        assert "--wait" in scan.hint


@pytest.mark.parametrize(("word", "state"), SCAN_WORDS.items())
def test_every_state_of_a_scan(word: str, state: ScanState, live: Live) -> None:
    live.double.build(built(build_finding(), scan=word, scan_reason="As told."))
    scan = scan_of(live)
    assert (scan.state, scan.status, scan.description) == (state, word, "As told.")
    assert (LIST in live.double.operations) == (state is COMPLETE)
    if state is FAILED:
        assert f"the scan of this build is {word}: As told." in scan.reason
        assert "Build again" in scan.hint
    if state is PENDING:
        assert scan.reason == f"after 600 s still waiting for the scan, which is {word}"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"state": Unknown("TELEPORTED")}, "image status"),
        ({"scan": Unknown("TELEPORTED")}, "image scan status"),
        ({"types": (Unknown("TELEPORTED"),)}, "image scanning type"),
    ],
)
def test_a_word_that_nobody_has_seen_is_named(said: dict[str, Any], name: str, live: Live) -> None:
    live.double.build(built(**said))
    scan = scan_of(live)
    assert scan.state is ScanState.INCOMPLETE
    assert scan.reason == f"AWS answered a {name} that this version does not know: 'TELEPORTED'"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"scanning": False, "scan": None}, NOT_ENABLED),
        ({"scanning": False}, NOT_ENABLED),
        ({"scanning": False, "state": "BUILDING", "scan": None}, NOT_ENABLED),
        ({"scanning": None, "scan": None}, NOT_ENABLED),
        ({"scanning": None, "extra": {"scanState": {}}, "scan": None}, NOT_ENABLED),
        ({"types": ("ON_DEMAND_AMI_CVE",)}, ON_DEMAND),
        ({"types": ("TEST_INSTANCE_CVE", "ON_DEMAND_AMI_CVE")}, ON_DEMAND),
    ],
)
def test_a_build_that_is_not_scanned_is_missing_at_once(said: dict[str, Any], reason: str, live: Live) -> None:
    live.double.build(built(**said))
    scan = scan_of(live)
    assert (scan.state, scan.reason, scan.waited_seconds) == (MISSING, reason, 0.0)
    assert "build again" in scan.hint
    assert live.double.operations == (GET,)


@pytest.mark.parametrize("said", [{"types": ("TEST_INSTANCE_CVE",)}, {"types": ()}, {"scanning": None}])
def test_a_build_that_was_scanned_is_judged_whatever_its_settings_leave_out(said: dict[str, Any], live: Live) -> None:
    live.double.build(built(**said))
    assert scan_of(live).state is COMPLETE


def test_a_build_and_its_scan_are_waited_for(live: Live) -> None:
    live.double.build(
        (-10, BuildAnswer(state=None, scan=None, scanning=None, amis=())),
        (20, building("CREATING")),
        (60, scanning("PENDING")),
        (90, BuildAnswer(scan=None)),
        (120, scanning("COLLECTING")),
        (200, built(build_finding())),
    )
    scan = scan_of(live)
    assert scan.state is COMPLETE
    assert 200 <= scan.waited_seconds <= 215
    assert {text for text, _ in live.told} == {
        "the build, which has no status yet",
        "the build, which is CREATING",
        "the scan, which is PENDING",
        "the scan, which has no status yet",
        "the scan, which is COLLECTING",
    }
    assert scan.captured_at == scan.ready_since == live.clock.now().replace(microsecond=0)
    assert scan.completed_at is None
    assert scan.data_at is None


def test_the_identity_is_the_build_and_what_it_made(live: Live) -> None:
    amis = (("us-east-1", "ami-2"), ("eu-west-1", "ami-1"))
    live.double.build(built(amis=amis, uris=("b.example/x:1", "a.example/x:1")))
    image = scan_of(live).image
    assert (image.arn, image.pipeline, image.source) == (BUILD, None, "imagebuilder")
    assert (image.registry, image.region, image.digest) == ("123456789012", "eu-central-1", None)
    assert image.outputs == ("eu-west-1:ami-1", "us-east-1:ami-2", "a.example/x:1", "b.example/x:1")


@pytest.mark.parametrize(
    "made", [None, {}, {"amis": None}, {"amis": [{}]}, {"containers": [{}]}, {"amis": [{"region": "eu-west-1"}]}]
)
def test_a_build_may_say_nothing_of_what_it_made(made: Any, live: Live) -> None:
    live.double.build(built())
    live.double.fail(GET, altered(lambda body: {"image": body["image"] | {"outputResources": made}}))  # type: ignore[operator]
    assert scan_of(live).image.outputs == ()


@pytest.mark.parametrize("operation", [GET, LIST, IMAGES])
@pytest.mark.parametrize("denied", [access_denied(), aws_error("ForbiddenException", "You may not.", 403)])
def test_what_is_denied_names_the_action(operation: str, denied: Fault, live: Live) -> None:
    live.double.build(built(build_finding()))
    live.double.fail(operation, denied)
    refusal = refusal_of(live, PIPELINE if operation == IMAGES else BUILD)
    assert refusal.exit_code == 5
    assert refusal.hint == f"Allow imagebuilder:{operation} to the caller's role."
    assert len(live.double.called(operation)) == 1


@pytest.mark.parametrize(
    ("fault", "code", "hint"),
    [
        (aws_error("InvalidRequestException", "No such thing."), 5, "check target, account and region"),
        (aws_error("ClientException", "No such thing."), 5, "check target, account and region"),
        (aws_error("ServiceException", "Our fault.", 500), 4, "AWS may answer the next run; retry the job."),
        (aws_error("ServiceUnavailableException", "Our fault.", 503), 4, "AWS may answer the next run; retry the job."),
        (aws_error("ExpiredTokenException", "It is over."), 5, "expired or wrong"),
        (html(), 4, "proxy"),
    ],
)
@pytest.mark.parametrize("operation", [GET, LIST, COUNT])
def test_what_goes_wrong_on_the_way(
    operation: str, fault: Fault, code: int, hint: str, live: Live, no_sdk_sleep: list[float]
) -> None:
    live.double.build(built(build_finding()))
    live.double.fail(operation, fault, times=None)
    refusal = refusal_of(live)
    assert refusal.exit_code == code
    assert hint in refusal.hint
    assert "inspector2" not in refusal.hint
    assert refusal.image.arn == BUILD


def test_a_build_that_does_not_exist_is_refused(live: Live) -> None:
    refusal = refusal_of(live)
    assert refusal.exit_code == 5
    assert BUILD in refusal.reason
    assert "Check the ARN" in refusal.hint


@pytest.mark.parametrize(
    ("operation", "body", "reason"),
    [
        (GET, {}, f"GetImage for {BUILD} answered without an image"),
        (GET, {"image": {"arn": OTHER}}, f"GetImage for {BUILD} answered with another image, {OTHER}"),
        (LIST, {}, "ListImageScanFindings answered without a list of findings"),
        (LIST, {"findings": [{"imageBuildVersionArn": OTHER}]}, f"the answer lists findings of another image, {OTHER}"),
        (
            LIST,
            {"findings": [{"severity": "AWFUL"}]},
            "AWS answered a finding severity that this version does not know",
        ),
        (LIST, {"findings": [{"fixAvailable": "SOON"}]}, "AWS answered a fixAvailable that this version does not know"),
        (LIST, {"findings": [{"updatedAt": "soon"}]}, "updatedAt is 'soon', which is no time"),
    ],
)
def test_an_answer_that_makes_no_sense(operation: str, body: dict[str, Any], reason: str, live: Live) -> None:
    live.double.build(built(build_finding()))
    live.double.fail(operation, altered(lambda _: body), times=None)
    scan = scan_of(live)
    assert scan.state is ScanState.INCOMPLETE
    assert scan.reason.startswith(reason)


@pytest.mark.parametrize("members", [{}, {"arn": None}, {"state": None}, {"state": {}}])
def test_an_image_that_says_too_little_is_waited_for(members: dict[str, Any], live: Live) -> None:
    live.double.build(built(scanning=None))
    live.double.fail(GET, altered(lambda _: {"image": members}), times=None)
    scan = scan_of(live, wait=10.0)
    assert (scan.state, scan.status) == (PENDING, None)


def test_the_region_of_the_arn_is_asked(live: Live) -> None:
    arn = BUILD.replace("eu-central-1", "ap-south-1")
    live.double.build(built(), arn=arn)
    assert scan_of(live, arn).image.region == "ap-south-1"
    assert {call.region for call in live.double.calls} == {"ap-south-1"}


def test_findings_of_hostile_text_do_no_harm(live: Live) -> None:
    hostile = "\x1b[31m]]>::error::##[x]|<b>\u202e" + "A" * 100_000
    live.double.build(built(build_finding(hostile, description=hostile, title=hostile), scan_reason=hostile))
    scan = scan_of(live)
    assert scan.findings[0].id == hostile
    live.double.build(scanning("FAILED", reason=hostile))
    assert len(scan_of(live).reason) < 500
