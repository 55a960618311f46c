"""The tag is resolved once, the digest is what is judged, and the tag is looked at again at the end."""

from typing import Any

import pytest

from gate.errors import Exit
from gate.model import Refusal, Scan, ScanState, TagMove
from gate.sources.lookup import TAG_LAG
from tests.aws_double.answers import basic, empty, enhanced, in_progress, pending, status
from tests.aws_double.faults import access_denied, altered
from tests.aws_double.findings import basic_finding, enhanced_finding
from tests.aws_double.world import DOCKER_LIST, OCI_INDEX, OCI_LAYER
from tests.sources.live import IMAGES, OLD, SCAN, Live, ecr_target

OTHER = "111122223333"
FOUND = basic([basic_finding()])
HOST = "111122223333.dkr.ecr.us-gov-west-1.amazonaws.com"
HELM = "application/vnd.cncf.helm.config.v1+json"


def test_a_tag_is_resolved_to_the_digest_that_every_later_call_names(live: Live) -> None:
    image = live.image((0, pending()), (10, FOUND), tags=["latest"])
    scan = live.scan()
    assert (scan.image.digest, scan.image.tags, scan.image.target) == (image.digest, ("latest", "v1"), "team/app:v1")
    assert (scan.image.registry, scan.image.region, scan.image.repository) == (
        "123456789012", "eu-central-1", "team/app",
    )  # fmt: skip
    assert (scan.image.source, scan.tag_move) == ("ecr", None)
    assert {str(call.input["imageId"]) for call in live.double.called(SCAN)} == {str({"imageDigest": image.digest})}
    first, last = live.double.called(IMAGES)
    assert first.input["imageIds"] == last.input["imageIds"] == [{"imageTag": "v1"}]
    assert first.input["filter"] == {"imageStatus": "ANY"}


def test_a_digest_is_asked_for_as_it_is_and_no_tag_is_looked_at(live: Live) -> None:
    image = live.image(FOUND)
    scan = live.scan(f"team/app@{image.digest}")
    assert (scan.image.digest, scan.tag_move) == (image.digest, None)
    assert [call.input["imageIds"] for call in live.double.called(IMAGES)] == [[{"imageDigest": image.digest}]]


def test_a_tag_that_moves_meanwhile_is_told(live: Live) -> None:
    live.image((0, in_progress()), (30, FOUND))
    other = live.image(FOUND, tag="v2")
    live.double.move_tag("team/app", "v1", to=other, at=5)
    scan = live.scan()
    assert scan.state is ScanState.COMPLETE
    assert scan.tag_move == TagMove(tag="v1", to=other.digest, pinned=False)
    assert scan.image.digest != other.digest


def test_a_tag_that_is_gone_meanwhile_is_told(live: Live) -> None:
    live.image((0, in_progress()), (30, FOUND))
    live.double.move_tag("team/app", "v1", to=None, at=5)
    assert live.scan().tag_move == TagMove(tag="v1", to=None, pinned=False)


def test_a_tag_given_with_a_digest_is_only_compared(live: Live) -> None:
    image = live.image(FOUND)
    other = live.image(FOUND, tag="v2")
    target = f"team/app:v1@{image.digest}"
    assert live.scan(target).tag_move is None
    live.double.move_tag("team/app", "v1", to=other, at=0)
    scan = live.scan(target)
    assert (scan.state, scan.image.digest) == (ScanState.COMPLETE, image.digest)
    assert scan.tag_move == TagMove(tag="v1", to=other.digest, pinned=True)
    live.double.move_tag("team/app", "v1", to=None, at=0)
    assert live.scan(target).tag_move == TagMove(tag="v1", to=None, pinned=True)


@pytest.mark.usefixtures("no_sdk_sleep")
def test_a_tag_that_cannot_be_looked_at_again_leaves_the_findings_known(live: Live) -> None:
    live.image(enhanced([enhanced_finding()]))
    live.double.fail(IMAGES, access_denied(), first=2, times=5)

    found = live.scan()

    assert (found.state, len(found.findings)) == (ScanState.COMPLETE, 1)
    assert found.tag_move is not None
    assert "AccessDenied" in found.tag_move.unknown


def test_a_host_says_registry_and_region(live: Live) -> None:
    image = live.image(FOUND, registry=OTHER)
    scan = live.scan(f"{HOST}/team/app:v1")
    assert (scan.image.registry, scan.image.region, scan.image.digest) == (OTHER, "us-gov-west-1", image.digest)
    asked = [call for call in live.double.calls if call.operation in {IMAGES, SCAN}]
    assert {call.input["registryId"] for call in asked} == {OTHER}
    assert {call.region for call in live.double.calls} == {"us-gov-west-1"}


def test_a_short_name_is_in_the_callers_own_registry_and_region(live: Live) -> None:
    live.image(FOUND)
    scan = live.scan(region="ap-south-1")
    assert scan.image.region == "ap-south-1"
    assert "registryId" not in live.double.called(IMAGES)[0].input
    assert live.double.called(SCAN)[0].input["registryId"] == "123456789012"
    assert {call.region for call in live.double.calls} == {"ap-south-1"}


def test_a_registry_may_be_named_for_short_names_and_never_overrules_a_host(live: Live) -> None:
    live.image(FOUND, registry=OTHER)
    assert live.scan(registry_id=OTHER).image.registry == OTHER
    assert live.scan(f"{HOST}/team/app:v1", registry_id="123456789012").image.registry == OTHER


def test_a_tag_that_lags_behind_its_push_is_waited_for(live: Live) -> None:
    live.image(FOUND, appears_at=12.0)
    assert live.scan().state is ScanState.COMPLETE
    assert 12 <= live.clock.monotonic() < TAG_LAG
    assert {text for text, _ in live.told} == {"the image to be visible"}


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("team/app:absent", "team/app:absent (region eu-central-1)"),
        (f"team/app@sha256:{'0' * 64}", "team/app@sha256:0000"),
        (f"{HOST}/team/app:absent", f"team/app:absent (registry {OTHER}, region us-gov-west-1)"),
    ],
)
def test_an_image_that_does_not_exist_is_refused_after_twenty_seconds(live: Live, target: str, said: str) -> None:
    live.image(FOUND)
    live.image(FOUND, registry=OTHER)
    refusal = live.refusal(target)
    assert refusal.exit_code == Exit.REFUSED
    assert "ImageNotFoundException" in refusal.reason
    assert said in refusal.reason
    assert "Check repository, tag, account and region" in refusal.hint
    assert live.clock.monotonic() == pytest.approx(TAG_LAG)


def test_the_registry_that_was_named_apart_is_in_the_refusal(live: Live) -> None:
    live.double.repository("team/app", OTHER)
    assert f"(registry {OTHER}, region" in live.refusal(registry_id=OTHER).reason


def test_the_deadline_may_come_before_the_lag(live: Live) -> None:
    live.double.repository("team/app")
    assert live.refusal(wait=3).exit_code == Exit.REFUSED
    assert live.clock.monotonic() == pytest.approx(3)


def test_a_repository_that_does_not_exist_is_refused_at_once(live: Live) -> None:
    refusal = live.refusal()
    assert refusal.exit_code == Exit.REFUSED
    assert "RepositoryNotFoundException" in refusal.reason
    assert live.clock.sleeps == ()


def test_an_archived_image_is_there_and_has_expired(live: Live) -> None:
    live.image(status("IMAGE_ARCHIVED"), image_status="ARCHIVED")
    scan = live.scan()
    assert (scan.state, scan.status, scan.image.tags) == (ScanState.EXPIRED, "IMAGE_ARCHIVED", ("v1",))
    assert "archived" in scan.reason
    assert "a new push" in scan.hint
    assert live.double.called(SCAN) == ()


@pytest.mark.parametrize("media_type", [OCI_INDEX, DOCKER_LIST])
def test_an_index_is_never_judged_by_its_first_child(live: Live, media_type: str) -> None:
    live.image(FOUND, media_type=media_type)
    scan = live.scan()
    assert (scan.state, scan.findings, scan.image.platform) == (ScanState.INCOMPLETE, (), "linux/amd64")
    assert "which is not in the repository" in scan.reason
    assert live.double.called(SCAN) == ()


def test_an_artifact_that_is_no_image_is_not_clean(live: Live) -> None:
    live.image(empty(), config_media_type=HELM)
    live.double.registry_scanning("BASIC")
    scan = live.scan()
    assert scan.state is ScanState.INCOMPLETE
    assert scan.reason == f"this is no container image (it holds {HELM}, {OCI_LAYER})"


@pytest.mark.parametrize(
    "config", ["application/vnd.docker.container.image.v1+json", "application/vnd.oci.image.config.v1+json", None]
)
def test_an_image_with_nothing_listed_is_clean(live: Live, config: str | None) -> None:
    def typed(answer: Any) -> Any:
        answer["imageDetails"][0]["artifactMediaType"] = config
        return answer

    live.image(empty())
    live.double.registry_scanning("BASIC")
    live.double.fail(IMAGES, altered(typed), times=None)
    assert live.scan().state is ScanState.COMPLETE


def test_an_artifact_that_aws_cannot_scan_is_no_image_either(live: Live) -> None:
    live.image(status("UNSUPPORTED_IMAGE"), config_media_type=HELM)
    scan = live.scan()
    assert (scan.state, "no container image" in scan.reason) == (ScanState.INCOMPLETE, True)


def test_the_tag_of_an_image_that_cannot_be_scanned_is_looked_at_again_too(live: Live) -> None:
    live.image((0, in_progress()), (30, status("UNSUPPORTED_IMAGE")))
    live.double.move_tag("team/app", "v1", to=None, at=5)
    scan = live.scan()
    assert (scan.state, scan.tag_move) == (ScanState.UNSUPPORTED, TagMove(tag="v1", to=None, pinned=False))


def test_an_artifact_with_findings_is_judged_by_them(live: Live) -> None:
    live.image(FOUND, config_media_type=HELM)
    assert live.scan().state is ScanState.COMPLETE
    assert live.double.called("BatchGetImage") == ()


@pytest.mark.parametrize("details", ["absent", None, [], [{}], [{"imageDigest": None}], [{"imageDigest": ""}]])
def test_an_answer_without_a_digest_is_no_evidence(live: Live, details: Any) -> None:
    live.image(FOUND)
    answer = {} if details == "absent" else {"imageDetails": details}
    live.double.fail(IMAGES, altered(lambda _: answer), times=None)
    scan = live.scan()
    assert scan.state is ScanState.INCOMPLETE
    assert "answered without a digest" in scan.reason


def test_an_image_whose_registry_aws_does_not_name_is_asked_about_without_one(live: Live) -> None:
    def anonymous(answer: Any) -> Any:
        del answer["imageDetails"][0]["registryId"]
        return answer

    live.image(FOUND)
    live.double.fail(IMAGES, altered(anonymous), times=None)
    assert live.scan().image.registry is None
    assert "registryId" not in live.double.called(SCAN)[0].input


def test_a_push_time_that_is_none_is_no_evidence(live: Live) -> None:
    def spoilt(answer: Any) -> Any:
        answer["imageDetails"][0]["imagePushedAt"] = "yesterday"
        return answer

    live.image(FOUND)
    live.double.fail(IMAGES, altered(spoilt))
    assert "imagePushedAt is 'yesterday'" in live.scan().reason


def test_several_targets_share_one_deadline_and_each_is_asked_about(live: Live) -> None:
    live.image((0, in_progress()))
    live.double.image("team/b", tag="v1", steps=[(0, in_progress())])
    live.double.image("team/c", tag="v1", steps=[(OLD, enhanced([enhanced_finding()]))])
    source = live.source(wait=60)
    scans: list[Scan | Refusal] = [source.scans(ecr_target(f"team/{name}:v1"))[0] for name in ("app", "b", "c")]
    assert [scan.state for scan in scans if isinstance(scan, Scan)] == [
        ScanState.PENDING, ScanState.PENDING, ScanState.COMPLETE,
    ]  # fmt: skip
    assert live.clock.monotonic() == pytest.approx(60)
    assert [scan.waited_seconds for scan in scans if isinstance(scan, Scan)] == [60.0, 0.0, 0.0]


def test_targets_of_one_region_share_a_client_and_regions_do_not(live: Live) -> None:
    connections = live.source()._connections  # noqa: SLF001 - that they are the same is the point
    assert connections.caller("ecr", "eu-west-1") is connections.caller("ecr", "eu-west-1")
    assert connections.caller("ecr", "eu-west-1") is not connections.caller("ecr", "eu-west-2")
    assert connections.caller("ecr", None) is connections.caller("ecr", "eu-central-1")
