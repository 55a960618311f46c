"""What is said of Image Builder's images that are not ready, refused or odd, word for word."""

from typing import Any

import pytest

from gate.model import Kind, Scan, ScanState
from gate.sources.aws import Connections
from gate.sources.imagebuilder import NO_IMAGE_HINT, ImageBuilderSource
from gate.sources.states import PENDING_HINT
from gate.sources.waiting import Waiting
from gate.target import BuildTarget, parse_target
from tests.aws_double.builds import BUILD, PIPELINE, build_finding, building, built, scanning
from tests.aws_double.faults import altered, aws_error
from tests.sources.builder_calls import GET, IMAGES, LIST, OTHER, refusal_of, scan_of
from tests.sources.live import Live

LONG = "arn:aws:imagebuilder:" + "x" * 300
CUT = f"{LONG[:199]}…"


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (building("BUILDING"), PENDING_HINT),
        (building("FAILED", reason="A test failed."), "Look at the build's log, and build again."),
        (scanning("SCANNING"), PENDING_HINT),
        (scanning("FAILED", reason="Gone wrong."), "Build again to have it scanned again."),
    ],
)
def test_what_to_do_about_a_build_that_is_not_ready(live: Live, answer: Any, hint: str) -> None:
    live.double.build(answer)
    scan = scan_of(live, wait=0)
    assert scan.hint == hint
    assert scan.kind is Kind.ENHANCED
    assert scan.captured_at == live.double.at(0)


def test_a_build_that_is_ready_needs_nothing(live: Live) -> None:
    live.double.build(built(build_finding()))
    scan = scan_of(live)
    assert (scan.hint, scan.kind, scan.status) == ("", Kind.ENHANCED, "COMPLETED")
    live.double.fail(LIST, altered(lambda _: {"findings": [{"imageBuildVersionArn": OTHER}]}), times=None)
    assert scan_of(live).hint == "Retry later; if it stays so, ask AWS support."


def test_before_there_is_a_scan_the_status_is_the_builds(live: Live) -> None:
    live.double.build(building("TESTING"))
    assert scan_of(live, wait=0).status == "TESTING"


def test_evidence_is_as_of_its_last_answer(live: Live) -> None:
    def slow(answer: Any) -> Any:
        live.clock.sleep(7.0)
        return answer

    live.double.build(built(build_finding()))
    live.double.fail(LIST, altered(slow))
    scan = scan_of(live)
    assert (scan.ready_since, scan.captured_at) == (live.double.at(0), live.double.at(7))


def test_how_long_it_took_is_told_in_tenths_of_a_second(live: Live) -> None:
    live.double.build(building())
    assert scan_of(live, wait=16.26).waited_seconds == 16.3


def test_how_long_it_took_is_told_of_this_image_alone(live: Live) -> None:
    live.double.build(building())
    live.double.build(built(), arn=OTHER)
    source = ImageBuilderSource(Connections(live.clock), Waiting(live.clock, 30.0, lambda *_: None))
    found = [source.scan(target) for target in map(parse_target, (BUILD, OTHER)) if isinstance(target, BuildTarget)]
    assert [one.waited_seconds for one in found if isinstance(one, Scan)] == [30.0, 0.0]


def test_a_fault_of_the_evidence_says_what_to_do(live: Live) -> None:
    assert scan_of(live, PIPELINE).hint == NO_IMAGE_HINT
    live.double.build(built())
    live.double.fail(
        IMAGES, altered(lambda _: {"imageSummaryList": [{"arn": BUILD, "dateCreated": "soon"}]}), times=None
    )
    assert scan_of(live, PIPELINE).reason == "dateCreated is 'soon', which is no time"
    live.double.forget_faults()
    live.double.fail(IMAGES, altered(lambda _: {"imageSummaryList": [{"arn": BUILD}]}), times=None)
    assert scan_of(live, PIPELINE).reason == "the pipeline lists an image without the ARN of a build, or without date"


@pytest.mark.parametrize(("operation", "target"), [(GET, BUILD), (IMAGES, PIPELINE)])
def test_a_refusal_names_what_was_asked_for(live: Live, operation: str, target: str) -> None:
    live.double.build(built())
    live.double.fail(operation, aws_error("InvalidRequestException", "No such thing."))
    assert refusal_of(live, target).reason.startswith(f"{operation} for {target}: ")


def test_names_from_aws_are_cut(live: Live) -> None:
    live.double.build(built(build_finding(), scan_reason="x" * 400, scan="FAILED"))
    assert scan_of(live).reason.endswith(f": {'x' * 299}…")
    live.double.fail(GET, altered(lambda _: {"image": {"arn": LONG}}), times=None)
    assert scan_of(live).reason == f"GetImage for {BUILD} answered with another image, {CUT}"


def test_a_region_that_is_not_named_is_a_question(live: Live) -> None:
    live.double.build(built())
    amis = [{"image": "ami-1"}, {"region": "eu-west-1", "image": "ami-2"}]
    live.double.fail(GET, altered(lambda body: {"image": body["image"] | {"outputResources": {"amis": amis}}}))  # type: ignore[operator]
    assert scan_of(live).image.outputs == ("?:ami-1", "eu-west-1:ami-2")


def test_a_pipelines_newer_image_is_told_with_its_name_cut(live: Live) -> None:
    newer = OTHER.replace("image/", f"image/{'x' * 300}")
    live.double.build(built())
    late = {"arn": newer, "dateCreated": "2099-03-02T12:00:00Z"}
    live.double.fail(IMAGES, altered(lambda body: {"imageSummaryList": [*body["imageSummaryList"], late]}), first=2)  # type: ignore[misc]
    assert scan_of(live, PIPELINE).warnings == (f"the pipeline made a newer image meanwhile, {newer[:199]}…",)


def test_a_state_is_no_word_for_more_than_a_build_that_failed(live: Live) -> None:
    live.double.build(building("CANCELLED"))
    scan = scan_of(live)
    assert (scan.state, scan.reason) == (ScanState.FAILED, "the build is CANCELLED")
