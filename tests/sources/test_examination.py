"""What a caller may do is tried without changing anything, and what the answers say of scanning is read from them."""

from typing import Any

import pytest

from gate.model import Image
from gate.sources.aws import Connections
from gate.sources.examination import NOT_TRIED, Leave, Surroundings, examine
from gate.sources.refusals import ACTIONS
from gate.target import BuildTarget, parse_target
from tests.aws_double.answers import enhanced
from tests.aws_double.builds import BUILD, PIPELINE, building, built
from tests.aws_double.faults import access_denied, altered, reset
from tests.aws_double.findings import enhanced_finding
from tests.sources.live import OLD, Live, ecr_target

DETAILS = "inspector2:BatchGetFindingDetails"
ARN = str(enhanced_finding()["findingArn"])


def of_image(live: Live, finding: str | None = None) -> Surroundings:
    """Examine what a check of team/app:v1 needs."""
    pushed = live.image(enhanced([enhanced_finding()]), pushed_at=OLD)
    image = Image(
        target="team/app:v1",
        source="ecr",
        registry=pushed.registry,
        region="eu-central-1",
        repository="team/app",
        digest=pushed.digest,
    )
    return examine(Connections(live.clock), ecr_target("team/app:v1"), image, finding)


def of_build(live: Live, text: str = BUILD, arn: str | None = BUILD) -> Surroundings:
    """Examine what a check of a build needs."""
    target = parse_target(text)
    assert isinstance(target, BuildTarget)
    return examine(Connections(live.clock), target, Image(target=text, source="imagebuilder", arn=arn))


def leave(seen: Surroundings) -> dict[str, Leave]:
    return {one.action: one.leave for one in seen.tried}


def test_every_action_is_tried_that_changes_nothing(live: Live) -> None:
    actions = {name for name, text in ACTIONS.items() if not text.startswith("imagebuilder:")} - NOT_TRIED
    seen = of_image(live, ARN)
    assert {action.partition(":")[2] for action in leave(seen)} == actions
    assert set(leave(seen).values()) == {Leave.GIVEN}
    assert (seen.registry, seen.scan_type, seen.frequency) == ("123456789012", "ENHANCED", "SCAN_ON_PUSH")
    assert seen.pushed_at == live.double.at(OLD)


def test_what_needs_a_finding_is_tried_with_one_at_hand_only(live: Live) -> None:
    assert DETAILS not in leave(of_image(live))
    live.double.fail("BatchGetFindingDetails", access_denied(DETAILS), times=None)
    seen = of_image(live, ARN)
    [refused] = [one for one in seen.tried if one.leave is Leave.REFUSED]
    assert (refused.action, refused.needed_for) == (DETAILS, "rules on KEV without --kev")
    assert [call.input for call in live.double.called("BatchGetFindingDetails")] == [{"findingArns": [ARN]}]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (built(types=("TEST_INSTANCE_CVE",)), (True, ("TEST_INSTANCE_CVE",))),
        (built(scanning=False), (False, ())),
        (built(scanning=None), (None, ())),
        (building(), (True, ())),
    ],
)
def test_when_a_build_was_made_and_how_it_is_scanned_is_read(live: Live, said: Any, expected: object) -> None:
    live.double.build(said, created_at=-7_200.0)
    seen = of_build(live)
    assert seen.built_at == live.double.at(-7_200.0)
    assert (seen.is_scanned, seen.scan_types) == expected
    assert "imagebuilder:ListImagePipelineImages" not in leave(seen)


def test_of_a_pipeline_without_a_build_only_the_pipeline_is_asked_about(live: Live) -> None:
    seen = of_build(live, PIPELINE, None)
    assert set(leave(seen)) == {"imagebuilder:ListImagePipelineImages"}
    assert (seen.built_at, seen.is_scanned) == (None, None)


@pytest.mark.parametrize(
    "odd", [{"image": None}, {"image": {"dateCreated": "soon"}}, {"image": {"imageScanningConfiguration": 1}}]
)
def test_an_answer_that_makes_no_sense_tells_nothing_of_a_build(live: Live, odd: Any) -> None:
    live.double.build(built())
    live.double.fail("GetImage", altered(lambda _: odd))
    seen = of_build(live)
    assert (seen.built_at, seen.is_scanned, seen.scan_types) == (None, None, ())
    assert leave(seen)["imagebuilder:GetImage"] is Leave.GIVEN


def test_a_push_at_no_time_tells_nothing(live: Live) -> None:
    odd = {"imageDetails": [{"imagePushedAt": "soon", "imageDigest": "sha256:" + "0" * 64}]}
    live.double.fail("DescribeImages", altered(lambda _: odd))
    seen = of_image(live)
    assert (seen.pushed_at, seen.registry) == (None, "")


def test_what_aws_does_not_answer_is_untold(live: Live, no_sdk_sleep: list[float]) -> None:
    live.double.build(built())
    live.double.fail("GetImage", reset(), times=None)
    seen = of_build(live)
    assert leave(seen)["imagebuilder:GetImage"] is Leave.UNTOLD
    assert (seen.built_at, seen.is_scanned) == (None, None)
