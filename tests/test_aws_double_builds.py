"""The loopback AWS is Image Builder to a real boto3 client, and complains of what no Image Builder would say."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.aws_double.builds import BUILD, PIPELINE, BuildAnswer, build_finding, building, built, scanning
from tests.aws_double.clock import NOON, VirtualClock
from tests.aws_double.faults import aws_error
from tests.aws_double.server import AwsDouble

BY_BUILD = {"name": "imageBuildVersionArn", "values": [BUILD]}


def client(double: AwsDouble) -> Any:
    config = Config(retries={"total_max_attempts": 1, "mode": "standard"})
    return boto3.client("imagebuilder", "eu-central-1", endpoint_url=double.url, config=config)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def double(clock: VirtualClock) -> Iterator[AwsDouble]:
    with AwsDouble(clock) as running:
        yield running


@pytest.fixture
def builder(double: AwsDouble) -> Any:
    return client(double)


def code(raised: pytest.ExceptionInfo[ClientError]) -> str:
    return str(raised.value.response["Error"]["Code"])


def test_a_build_is_told_by_the_clock(clock: VirtualClock, double: AwsDouble, builder: Any) -> None:
    double.build(building(), (30, scanning("SCANNING", reason="Soon.")), (60, built(uris=("a.example/x:1",))))
    words = []
    for _ in range(3):
        image = builder.get_image(imageBuildVersionArn=BUILD)["image"]
        words.append((image["state"]["status"], image.get("scanState", {}).get("status"), image["type"]))
        clock.advance(30)
    assert words == [("BUILDING", None, "AMI"), ("AVAILABLE", "SCANNING", "AMI"), ("AVAILABLE", "COMPLETED", "DOCKER")]
    assert image["imageScanningConfiguration"] == {"imageScanningEnabled": True}
    assert image["outputResources"]["containers"][0]["imageUris"] == ["a.example/x:1"]


def test_findings_come_in_pages_of_25_unless_asked_otherwise(double: AwsDouble, builder: Any) -> None:
    double.build(built(*(build_finding(f"CVE-2026-{n}") for n in range(60))))
    pages = list(builder.get_paginator("list_image_scan_findings").paginate(filters=[BY_BUILD]))
    assert [len(page["findings"]) for page in pages] == [25, 25, 10]
    first = builder.list_image_scan_findings(filters=[BY_BUILD], maxResults=50)["findings"]
    assert len(first) == 50
    assert (first[0]["imageBuildVersionArn"], first[0]["imagePipelineArn"]) == (BUILD, PIPELINE)
    assert first[0]["inspectorScoreDetails"]["adjustedCvss"]["score"] == 7.5
    assert not {"findingArn", "status", "exploitAvailable"} & set(first[0])


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ([{"name": "severity", "values": ["HIGH"]}], "no filter severity"),
        ([{"name": "imageBuildVersionArn", "values": [BUILD, BUILD]}], "one filter with one value"),
    ],
)
def test_only_one_filter_is_known(filters: Any, said: str, double: AwsDouble, builder: Any) -> None:
    double.build(built())
    with pytest.raises(ClientError, match=said) as raised:
        builder.list_image_scan_findings(filters=filters)
    assert code(raised) == "InvalidRequestException"


def test_counts_are_those_of_all_pages_unless_scripted(double: AwsDouble, builder: Any) -> None:
    found = [build_finding(f"CVE-2026-{n}", word) for n, word in enumerate(("CRITICAL", "LOW", "UNTRIAGED", "LOW"))]
    double.build(built(*found))
    double.build(built(counts={"all": 7}), arn=BUILD[:-1] + "7")
    double.build(built(counts="absent"), arn=BUILD[:-1] + "8")
    counted = {}
    for build in "4789":
        wanted = {**BY_BUILD, "values": [BUILD[:-1] + build]}
        answer = builder.list_image_scan_finding_aggregations(filter=wanted)
        counted[build] = [one["imageAggregation"]["severityCounts"] for one in answer["responses"]]
    assert counted == {"4": [{"critical": 1, "high": 0, "medium": 0, "all": 4}], "7": [{"all": 7}], "8": [], "9": []}
    with pytest.raises(ClientError, match="wants the filter"):
        builder.list_image_scan_finding_aggregations()


def test_a_pipeline_lists_its_builds(clock: VirtualClock, double: AwsDouble, builder: Any) -> None:
    double.build(built(), created_at=-10.0)
    double.build(building(), arn=BUILD[:-1] + "5", created_at=5.0, appears_at=5.0)
    double.build(built(), arn=BUILD[:-1] + "6", pipeline=None)
    listed = builder.list_image_pipeline_images(imagePipelineArn=PIPELINE)["imageSummaryList"]
    assert [(one["arn"], one["dateCreated"]) for one in listed] == [(BUILD, "2026-03-02T11:59:50.000Z")]
    assert NOON.hour == 12
    clock.advance(5)
    pages = builder.get_paginator("list_image_pipeline_images").paginate(
        imagePipelineArn=PIPELINE, PaginationConfig={"PageSize": 1}
    )
    assert [len(page["imageSummaryList"]) for page in pages] == [1, 1]
    assert builder.list_image_pipeline_images(imagePipelineArn=PIPELINE + "-2")["imageSummaryList"] == []


def test_what_does_not_exist_is_named(double: AwsDouble, builder: Any) -> None:
    with pytest.raises(ClientError, match=BUILD) as raised:
        builder.get_image(imageBuildVersionArn=BUILD)
    assert code(raised) == "ResourceNotFoundException"
    assert builder.list_image_scan_findings(filters=[BY_BUILD])["findings"] == []
    with pytest.raises(ClientError) as raised:
        builder.list_image_scan_findings(filters=[BY_BUILD], nextToken="of somebody else")
    assert code(raised) == "InvalidPaginationTokenException"
    double.fail("GetImage", aws_error("ForbiddenException", "No.", 403), first=2)
    with pytest.raises(ClientError) as raised:
        builder.get_image(imageBuildVersionArn=BUILD)
    assert code(raised) == "ForbiddenException"


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        (BuildAnswer(state="TELEPORTED"), "$.image.state.status: expected one of"),
        (BuildAnswer(scan="TELEPORTED"), "$.image.scanState.status: expected one of"),
        (BuildAnswer(types=("MAGIC",)), "$.image.imageScanningConfiguration.imageScanningTypes[0]: expected one of"),
        (BuildAnswer(extra={"invented": 1}), "$.image.invented: no such member"),
    ],
)
def test_a_script_that_no_aws_would_follow_is_a_complaint(answer: BuildAnswer, what: str) -> None:
    double = AwsDouble(VirtualClock()).start()
    double.build(answer)
    client(double).get_image(imageBuildVersionArn=BUILD)
    with pytest.raises(AssertionError) as raised:
        double.stop()
    assert what in str(raised.value)


def test_a_finding_with_members_of_another_service_is_a_complaint() -> None:
    double = AwsDouble(VirtualClock()).start()
    double.build(built(build_finding(extra={"epss": {"score": 0.5}}, fix="SOON")))
    client(double).list_image_scan_findings(filters=[BY_BUILD])
    with pytest.raises(AssertionError) as raised:
        double.stop()
    assert "findings[0].epss: no such member in botocore's ImageScanFinding" in str(raised.value)
    assert "findings[0].fixAvailable: expected one of ['NO', 'PARTIAL', 'YES']" in str(raised.value)
