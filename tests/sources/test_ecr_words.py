"""What ECR's scans say of themselves: whom they are about, why there is none, what to do, how long it took."""

from typing import Any

import pytest

from gate.errors import Exit
from gate.model import Refusal, Scan, ScanState, TagMove
from tests.aws_double.answers import basic, empty, enhanced, in_progress
from tests.aws_double.faults import access_denied
from tests.aws_double.findings import basic_finding, enhanced_finding
from tests.aws_double.indexes import attestation, entry, index, platforms
from tests.sources.live import IMAGES, OLD, Live

OTHER = "111122223333"
FOUND = enhanced([enhanced_finding()])
ABSENT = "sha256:" + "0" * 64
HOST = f"{OTHER}.dkr.ecr.eu-west-3.amazonaws.com"


def child(live: Live, answer: Any = FOUND, **options: Any) -> Any:
    """Put an image without a tag there, scanned last week."""
    return live.double.image("team/app", steps=[(OLD, answer)], pushed_at=OLD, **options)


@pytest.mark.parametrize(
    ("target", "registry_id", "registry", "region", "digest", "tags"),
    [
        ("team/none:v1", None, None, None, None, ("v1",)),
        ("team/none:v1", OTHER, OTHER, None, None, ("v1",)),
        (f"team/none@{ABSENT}", None, None, None, ABSENT, ()),
        (f"{HOST}/team/none:v1", "123456789012", OTHER, "eu-west-3", None, ("v1",)),
    ],
)
def test_a_refusal_is_about_what_the_target_names(
    live: Live,
    target: str,
    registry_id: str | None,
    registry: str | None,
    region: str | None,
    digest: str | None,
    tags: tuple[str, ...],
) -> None:
    image = live.refusal(target, registry_id=registry_id).image
    assert (image.target, image.source, image.repository) == (target, "ecr", "team/none")
    assert (image.registry, image.region, image.digest, image.tags) == (registry, region, digest, tags)


def test_how_long_it_took_is_told_in_tenths_of_a_second(live: Live) -> None:
    live.image((0, in_progress()))
    assert live.scan(wait=16.26).waited_seconds == 16.3


def test_a_platform_of_a_single_image_cannot_be_asked_for(live: Live) -> None:
    live.image(FOUND)
    scan = live.scan(platforms=("linux/amd64", "linux/arm64"))
    assert scan.reason == (
        "linux/amd64, linux/arm64 was asked for (--platform), and this is a single image, whose platform AWS does not "
        "say"
    )
    assert scan.hint == "Leave --platform out, or push an index that names the platform (docker buildx does)."


def test_an_artifact_that_is_no_image_says_what_to_name(live: Live) -> None:
    live.image(empty(), config_media_type="application/vnd.cncf.helm.config.v1+json")
    live.double.registry_scanning("BASIC")
    assert live.scan().hint == "Name a container image: AWS scans nothing else."


def test_what_an_index_names_and_nobody_has_says_what_to_push(live: Live) -> None:
    inner = index(live.double, entry(child(live)), tag=None)
    index(live.double, entry(ABSENT, "linux/arm64"), entry(inner))
    absent, nested = live.all()
    assert isinstance(absent, Scan)
    assert isinstance(nested, Scan)
    assert absent.hint == "Push the index again, with all of its images."
    assert nested.hint == "Push an index that names its images directly."


def test_an_archived_image_is_told_in_the_words_for_a_scan_of_one(live: Live) -> None:
    live.image(FOUND, image_status="ARCHIVED")
    assert live.scan().reason == "AWS no longer scans this image (IMAGE_ARCHIVED: the image is archived)"


def test_an_image_without_a_platform_is_told_by_the_beginning_of_its_digest(live: Live) -> None:
    image = live.double.image("team/app", steps=[(0, in_progress())])
    index(live.double, entry(image, None))
    live.all(wait=30)
    assert {text for text, _ in live.told} == {f"{image.digest[:18]}…: the scan (IN_PROGRESS)"}


@pytest.mark.parametrize(
    "name", [{"registry_id": OTHER}, {"target": f"{OTHER}.dkr.ecr.eu-central-1.amazonaws.com/team/app:v1"}]
)
def test_all_of_an_index_is_asked_for_in_the_registry_that_is_named(live: Live, name: dict[str, str]) -> None:
    image = child(live, basic([basic_finding()]), registry=OTHER)
    index(live.double, entry(image), attestation(live.double, called=False, registry=OTHER), registry=OTHER)
    [found] = live.all(**name)
    assert isinstance(found, Scan)
    assert (found.state, found.image.digest, found.image.registry) == (ScanState.COMPLETE, image.digest, OTHER)
    asked = [call for call in live.double.calls if call.operation.startswith(("DescribeImage", "BatchGetImage"))]
    assert {call.operation for call in asked} == {"DescribeImages", "DescribeImageScanFindings", "BatchGetImage"}
    assert {call.input["registryId"] for call in asked} == {OTHER}
    assert asked[-1].input["imageIds"] == [{"imageTag": "v1"}]


@pytest.mark.usefixtures("no_sdk_sleep")
def test_a_scan_is_started_where_the_image_is_and_a_refusal_names_it(live: Live) -> None:
    image = live.image(registry=OTHER)
    live.double.fail("StartImageScan", access_denied("ecr:StartImageScan"), times=None)
    refusal = live.refusal(f"{HOST}/team/app:v1", start_scan=True)
    assert refusal.reason.startswith(f"StartImageScan for team/app@{image.digest} (region eu-west-3): ")
    [asked] = live.double.called("StartImageScan")
    assert (asked.region, asked.input["registryId"]) == ("eu-west-3", OTHER)


@pytest.mark.usefixtures("no_sdk_sleep")
def test_an_entry_of_an_index_that_may_not_be_seen_is_named_by_its_digest_alone(live: Live) -> None:
    image = child(live)
    index(live.double, entry(image))
    live.double.fail(IMAGES, access_denied(), first=2, times=5)
    [refusal] = live.all()
    assert isinstance(refusal, Refusal)
    assert refusal.reason.startswith(f"DescribeImages for team/app@{image.digest[:19]}… (region eu-central-1): ")


def test_a_tag_that_moved_is_told_of_what_is_known_alone(live: Live) -> None:
    platforms(live.double, {"linux/amd64": [(OLD, FOUND)], "linux/arm64": [(0.0, in_progress())]})
    other = index(live.double, entry(ABSENT), tag=None)
    live.double.move_tag("team/app", "v1", to=other, at=5)
    known, pending = live.all(wait=30)
    assert isinstance(known, Scan)
    assert isinstance(pending, Scan)
    assert (known.state, known.tag_move) == (ScanState.COMPLETE, TagMove(tag="v1", to=other.digest, pinned=False))
    assert (pending.state, pending.tag_move) == (ScanState.PENDING, None)


@pytest.mark.usefixtures("no_sdk_sleep")
@pytest.mark.parametrize("pinned", [False, True])
def test_a_tag_that_cannot_be_looked_at_again_is_told_by_its_name(live: Live, *, pinned: bool) -> None:
    image = live.image(FOUND)
    live.double.fail(IMAGES, access_denied(), first=2, times=5)
    move = live.scan(f"team/app:v1@{image.digest}" if pinned else "team/app:v1").tag_move
    assert move is not None
    assert (move.tag, move.to, move.pinned) == ("v1", None, pinned)


def test_where_inspector_is_refused_for_epss_a_file_is_named_as_the_other_way(live: Live) -> None:
    live.image((OLD, FOUND))
    live.double.fail("ListFindings", access_denied("inspector2:ListFindings"), times=None)
    refusal = live.asked(epss=True)
    assert isinstance(refusal, Refusal)
    assert refusal.exit_code == Exit.REFUSED
    assert refusal.reason.startswith("ListFindings for ")
    assert refusal.hint.startswith("Allow inspector2:ListFindings")
    assert refusal.hint.endswith(
        " A rule needs EPSS: it may be given as a file (--epss FILE), for which Inspector need not be asked."
    )


def test_inspector_lists_what_is_suppressed_too_unless_nobody_wants_it(live: Live) -> None:
    live.image((OLD, FOUND))
    live.scan(inspector=True)
    asked = [call.input["filterCriteria"] for call in live.double.called("ListFindings")]
    live.scan(inspector=True, with_suppressed=True)
    assert [call.input["filterCriteria"] for call in live.double.called("ListFindings")] == asked * 2
    live.scan(inspector=True, with_suppressed=False)
    assert [call.input["filterCriteria"] for call in live.double.called("ListFindings")][len(asked) * 2 :] != asked
