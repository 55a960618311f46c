"""The loopback AWS answers real boto3 clients as it was scripted, and complains of scripts that no AWS would follow."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.aws_double import answers
from tests.aws_double.answers import ScanAnswer, basic, enhanced, in_progress, scan_not_found
from tests.aws_double.clock import NOON, VirtualClock
from tests.aws_double.findings import basic_finding, basic_findings, enhanced_finding, enhanced_findings
from tests.aws_double.server import AwsDouble
from tests.aws_double.shapes import Unknown, service
from tests.aws_double.world import OCI_INDEX

OTHER = "111122223333"
IMAGE = {"imageTag": "v1"}


@cache
def session() -> boto3.Session:
    return boto3.Session("a", "b", region_name="eu-west-1")


def client(double: AwsDouble, name: str = "ecr", **options: Any) -> Any:
    config = Config(retries={"total_max_attempts": 1, "mode": "standard"}, **options)
    return session().client(name, endpoint_url=double.url, config=config)


def scan(ecr: Any, **more: Any) -> Any:
    return ecr.describe_image_scan_findings(**{"repositoryName": "team/app", "imageId": IMAGE, **more})


def images(ecr: Any, **more: Any) -> Any:
    return ecr.describe_images(repositoryName="team/app", **more)["imageDetails"]


def code(raised: pytest.ExceptionInfo[ClientError]) -> str:
    return raised.value.response["Error"]["Code"]


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def double(clock: VirtualClock) -> Iterator[AwsDouble]:
    with AwsDouble(clock) as running:
        yield running


@pytest.fixture
def ecr(double: AwsDouble) -> Any:
    return client(double)


def test_a_timeline_is_told_by_the_injected_clock(clock: VirtualClock, double: AwsDouble, ecr: Any) -> None:
    found = enhanced([enhanced_finding(severity="HIGH")])
    double.image("team/app", tag="v1", steps=[(0, scan_not_found()), (30, in_progress()), (60, found)])
    with pytest.raises(ecr.exceptions.ScanNotFoundException):
        scan(ecr)
    clock.sleep(30)
    assert scan(ecr)["imageScanStatus"] == {"status": "IN_PROGRESS"}
    clock.sleep(30)
    answer = scan(ecr)
    assert answer["imageScanStatus"]["status"] == "ACTIVE"
    assert answer["imageScanFindings"]["imageScanCompletedAt"] == NOON + timedelta(seconds=60)
    assert clock.sleeps == (30, 30)


def test_an_image_without_steps_was_never_scanned(double: AwsDouble, ecr: Any) -> None:
    double.image("team/app", tag="v1")
    with pytest.raises(ClientError, match="Image scan does not exist") as raised:
        scan(ecr)
    assert code(raised) == "ScanNotFoundException"


def test_enhanced_pages_hold_100_and_count_themselves(double: AwsDouble, ecr: Any) -> None:
    double.image("team/app", tag="v1", steps=[(0, enhanced(enhanced_findings(250)))])
    pages = [scan(ecr, maxResults=1000)]
    while token := pages[-1].get("nextToken"):
        pages.append(scan(ecr, maxResults=1000, nextToken=token))
    found = [page["imageScanFindings"] for page in pages]
    assert [len(one["enhancedFindings"]) for one in found] == [100, 100, 50]
    assert [sum(one["findingSeverityCounts"].values()) for one in found] == [100, 100, 50]
    assert len({finding["findingArn"] for one in found for finding in one["enhancedFindings"]}) == 250
    resource = found[0]["enhancedFindings"][0]["resources"][0]["details"]["awsEcrContainerImage"]
    assert resource["imageHash"] == images(ecr)[0]["imageDigest"]


@pytest.mark.parametrize(
    ("asked", "sizes"), [({}, [100, 50]), ({"maxResults": 149}, [149, 1]), ({"maxResults": 1000}, [150])]
)
def test_basic_pages_hold_what_is_asked_for_and_count_all(
    double: AwsDouble, ecr: Any, asked: dict[str, int], sizes: list[int]
) -> None:
    double.image("team/app", tag="v1", steps=[(0, basic(basic_findings(150)))])
    pages = [scan(ecr, **asked)]
    while token := pages[-1].get("nextToken"):
        pages.append(scan(ecr, nextToken=token, **asked))
    assert [len(page["imageScanFindings"]["findings"]) for page in pages] == sizes
    assert {sum(page["imageScanFindings"]["findingSeverityCounts"].values()) for page in pages} == {150}


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ("page", {"HIGH": 1, "LOW": 1}),
        ("total", {"HIGH": 1, "LOW": 2}),
        ("page-active", {"HIGH": 1}),
        ("total-active", {"HIGH": 1, "LOW": 1}),
        ("absent", None),
        ({"CRITICAL": 7}, {"CRITICAL": 7}),
    ],
)
def test_counts_are_those_of_the_script(double: AwsDouble, ecr: Any, counts: Any, expected: Any) -> None:
    found = [
        enhanced_finding("CVE-1"),
        enhanced_finding("CVE-2", "LOW", status="CLOSED"),
        enhanced_finding("CVE-3", "LOW"),
    ]
    double.image("team/app", tag="v1", steps=[(0, enhanced(found, counts=counts, page_size=2))])
    assert scan(ecr)["imageScanFindings"].get("findingSeverityCounts") == expected


@pytest.mark.parametrize(
    ("oddity", "sizes"),
    [
        ({"repeats": True}, [2, 2, 2, 2, 2, 2]),
        ({"endless": True}, [2, 2, 1, 0, 0, 0]),
        ({"lost": "token"}, [2, 2]),
        ({"lost": "page"}, [2, 2, 0]),
    ],
)
def test_pages_go_astray_as_scripted(double: AwsDouble, ecr: Any, oddity: dict[str, Any], sizes: list[int]) -> None:
    double.image("team/app", tag="v1", steps=[(0, enhanced(enhanced_findings(5), page_size=2, **oddity))])
    pages = [scan(ecr)]
    while (token := pages[-1].get("nextToken")) and len(pages) < 6:
        pages.append(scan(ecr, nextToken=token))
    tokens = [page["nextToken"] for page in pages if "nextToken" in page]
    assert [len(page["imageScanFindings"]["enhancedFindings"]) for page in pages] == sizes
    assert (len(set(tokens)) < len(tokens)) == ("repeats" in oddity)


@pytest.mark.parametrize("token", ["nonsense", "é", answers.write_token(answers.Place(9))])
def test_a_token_of_another_is_refused(double: AwsDouble, ecr: Any, token: str) -> None:
    double.image("team/app", tag="v1", steps=[(0, basic())])
    with pytest.raises(ClientError) as raised:
        scan(ecr, nextToken=token)
    assert code(raised) == "InvalidParameterException"


@pytest.mark.parametrize("word", service().shape_for("ScanStatus").metadata["enum"])
def test_every_status_word_can_be_said(double: AwsDouble, ecr: Any, word: str) -> None:
    double.image("team/app", tag="v1", steps=[(0, answers.status(word, "why"))])
    assert scan(ecr)["imageScanStatus"] == {"status": word, "description": "why"}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (answers.pending(), {"imageScanStatus": {"status": "PENDING", "description": answers.WAITING}}),
        (answers.failed("No."), {"imageScanStatus": {"status": "FAILED", "description": "No."}}),
        (answers.status(Unknown("BRAND_NEW")), {"imageScanStatus": {"status": "BRAND_NEW"}}),
        (answers.no_status(), {}),
        (answers.bare(description=None), {"imageScanStatus": {"status": "COMPLETE"}}),
        (answers.empty(), {"imageScanStatus": {"status": "COMPLETE"}, "imageScanFindings": {"findings": []}}),
        (
            answers.counts_only({"HIGH": 2}, completed=None),
            {"imageScanStatus": {"status": "COMPLETE"}, "imageScanFindings": {"findingSeverityCounts": {"HIGH": 2}}},
        ),
        (
            basic(status=None, completed=None, data=datetime(2026, 1, 1, tzinfo=UTC)),
            {
                "imageScanFindings": {
                    "findings": [],
                    "findingSeverityCounts": {},
                    "vulnerabilitySourceUpdatedAt": datetime(2026, 1, 1, tzinfo=UTC),
                }
            },
        ),
    ],
)
def test_other_answers_say_just_what_they_should(
    double: AwsDouble, ecr: Any, answer: ScanAnswer, expected: Any
) -> None:
    double.image("team/app", tag="v1", steps=[(0, answer)])
    said = scan(ecr)
    assert {key: said[key] for key in ("imageScanStatus", "imageScanFindings") if key in said} == expected


def test_kinds_can_be_mixed_and_scans_can_be_refused(clock: VirtualClock, double: AwsDouble, ecr: Any) -> None:
    mixed = enhanced([enhanced_finding()], with_basic=[basic_finding()])
    double.image("team/app", tag="v1", steps=[(0, mixed), (9, answers.scan_error("ValidationException", "disabled"))])
    assert {"findings", "enhancedFindings"} <= scan(ecr)["imageScanFindings"].keys()
    clock.advance(9)
    with pytest.raises(ecr.exceptions.ValidationException, match="disabled"):
        scan(ecr)


def test_tags_appear_move_and_go(clock: VirtualClock, double: AwsDouble, ecr: Any) -> None:
    first = double.image("team/app", tag="v1", tags=["latest"], appears_at=5)
    second = double.image("team/app", tag="v2")
    double.move_tag("team/app", "v1", to=second, at=10)
    double.move_tag("team/app", "v1", to=None, at=15)
    with pytest.raises(ecr.exceptions.ImageNotFoundException, match="imageTag:'v1'"):
        images(ecr, imageIds=[IMAGE])
    clock.advance(5)
    [detail] = images(ecr, imageIds=[IMAGE])
    assert (detail["imageDigest"], detail["imageTags"]) == (first.digest, ["latest", "v1"])
    clock.advance(5)
    assert images(ecr, imageIds=[IMAGE])[0]["imageDigest"] == second.digest
    with pytest.raises(ecr.exceptions.ImageNotFoundException):
        images(ecr, imageIds=[IMAGE | {"imageDigest": first.digest}])
    clock.advance(5)
    with pytest.raises(ecr.exceptions.ImageNotFoundException):
        images(ecr, imageIds=[IMAGE])
    assert images(ecr, imageIds=[{"imageDigest": first.digest}])[0]["imageTags"] == ["latest"]


def test_archived_images_are_only_shown_when_asked_for(double: AwsDouble, ecr: Any) -> None:
    double.image("team/app", tag="v1", image_status="ARCHIVED")
    with pytest.raises(ecr.exceptions.ImageNotFoundException):
        images(ecr, imageIds=[IMAGE])
    assert images(ecr) == []
    assert images(ecr, imageIds=[IMAGE], filter={"imageStatus": "ANY"})[0]["imageStatus"] == "ARCHIVED"


def test_a_repository_is_listed_in_pages(double: AwsDouble, ecr: Any) -> None:
    double.image("team/app", tag="v1")
    double.image("team/app", pushed_at=-60.0)
    double.image("team/app", tag="v2", media_type=OCI_INDEX)
    pages = list(
        ecr.get_paginator("describe_images").paginate(repositoryName="team/app", PaginationConfig={"PageSize": 2})
    )
    assert [len(page["imageDetails"]) for page in pages] == [2, 1]
    assert "artifactMediaType" not in pages[1]["imageDetails"][0]
    [untagged] = images(ecr, filter={"tagStatus": "UNTAGGED"})
    assert untagged["imagePushedAt"] == NOON - timedelta(minutes=1)
    with pytest.raises(ecr.exceptions.InvalidParameterException):
        images(ecr, imageIds=[IMAGE], maxResults=2)


def test_what_does_not_exist_is_named(double: AwsDouble, ecr: Any) -> None:
    double.image("team/app", tag="v1", registry=OTHER)
    with pytest.raises(ecr.exceptions.RepositoryNotFoundException, match=r"'team/app'.*'123456789012'"):
        images(ecr)
    assert images(ecr, registryId=OTHER)[0]["registryId"] == OTHER
    with pytest.raises(ecr.exceptions.InvalidParameterException):
        scan(ecr, registryId=OTHER, imageId={})


def test_scanning_configuration_fits_the_timelines_unless_set(double: AwsDouble, ecr: Any) -> None:
    double.image("team/app", tag="v1", steps=[(0, basic())])
    assert ecr.get_registry_scanning_configuration()["scanningConfiguration"]["scanType"] == "BASIC"
    double.image("team/web", tag="v1", steps=[(0, enhanced())])
    assert ecr.get_registry_scanning_configuration()["scanningConfiguration"]["scanType"] == "ENHANCED"
    double.registry_scanning(None, [("SCAN_ON_PUSH", "team/*"), ("CONTINUOUS_SCAN", "we")])
    assert "scanType" not in ecr.get_registry_scanning_configuration()["scanningConfiguration"]
    double.repository_scanning("base", "MANUAL")
    names = ["team/app", "team/web", "base", "absent"]
    answer = ecr.batch_get_repository_scanning_configuration(repositoryNames=names)
    said = [one["scanFrequency"] for one in answer["scanningConfigurations"]]
    assert said == ["SCAN_ON_PUSH", "CONTINUOUS_SCAN", "MANUAL"]
    assert [one["repositoryName"] for one in answer["failures"]] == ["absent"]


def test_manifests_are_handed_out(double: AwsDouble, ecr: Any) -> None:
    image = double.image("team/app", tag="v1", manifest='{"schemaVersion":2}')
    answer = ecr.batch_get_image(repositoryName="team/app", imageIds=[IMAGE, {"imageTag": "absent"}])
    assert answer["images"][0]["imageManifest"] == '{"schemaVersion":2}'
    assert answer["images"][0]["imageId"] == {"imageTag": "v1", "imageDigest": image.digest}
    assert answer["failures"][0]["failureCode"] == "ImageNotFound"


def test_every_request_is_on_record(clock: VirtualClock, double: AwsDouble, ecr: Any) -> None:
    double.image("team/app", tag="v1")
    clock.advance(3)
    images(client(double, user_agent_extra="scan-gate/0"), imageIds=[IMAGE])
    with pytest.raises(ecr.exceptions.ScanNotFoundException):
        scan(ecr)
    assert client(double, "sts").get_caller_identity()["Account"] == "123456789012"
    assert double.operations == ("DescribeImages", "DescribeImageScanFindings", "GetCallerIdentity")
    [call] = double.called("DescribeImages")
    assert call.input == {"repositoryName": "team/app", "imageIds": [IMAGE]}
    assert (call.region, call.seconds, call.status, call.error) == ("eu-west-1", 3.0, 200, None)
    assert "scan-gate/0" in call.user_agent
    assert double.calls[1].error == "ScanNotFoundException"
