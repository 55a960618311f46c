"""The loopback AWS breaks as it was told to, and only so."""

import gzip
import zlib
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from tests.aws_double import faults
from tests.aws_double.faults import Fault
from tests.aws_double.findings import enhanced_finding
from tests.aws_double.one_image import SCAN, raw, scripted
from tests.aws_double.server import ANY, AwsDouble
from tests.aws_double.shapes import Unknown


@cache
def session() -> boto3.Session:
    return boto3.Session("a", "b", region_name="eu-west-1")


def client(double: AwsDouble, **options: Any) -> Any:
    config = Config(retries={"total_max_attempts": 1, "mode": "standard"}, **options)
    return session().client("ecr", endpoint_url=double.url, config=config)


def scan(double: AwsDouble, **options: Any) -> Any:
    return client(double, **options).describe_image_scan_findings(repositoryName="team/app", imageId={"imageTag": "v1"})


@pytest.mark.parametrize(
    ("fault", "code", "http"),
    [
        (faults.access_denied(), "AccessDeniedException", 400),
        (faults.throttled(), "ThrottlingException", 400),
        (faults.server_error(), "ServerException", 500),
        (faults.expired_token(), "ExpiredTokenException", 400),
        (faults.unrecognized_client(), "UnrecognizedClientException", 400),
        (faults.invalid_signature(), "InvalidSignatureException", 400),
        (faults.aws_error("ServiceUnavailable", status=503), "ServiceUnavailable", 503),
        (faults.aws_error(Unknown("NewException"), "words \ud800"), "NewException", 400),
        (faults.html(502), "502", 502),
        (faults.empty_body(500), "500", 500),
    ],
)
def test_errors_arrive_as_boto3_knows_them(fault: Fault, code: str, http: int) -> None:
    with scripted() as double:
        double.fail(SCAN, fault)
        with pytest.raises(ClientError) as raised:
            scan(double)
        assert raised.value.response["Error"]["Code"] == code
        assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == http
        assert double.calls[0].status == http
        assert scan(double)["imageScanFindings"]["enhancedFindings"]


@pytest.mark.parametrize("fault", [faults.html(), faults.empty_body(), faults.cut_off(), faults.wrong_length(-10)])
def test_spoilt_bodies_that_botocore_takes_for_an_empty_answer(fault: Fault) -> None:
    with scripted() as double:
        double.fail(SCAN, fault)
        assert scan(double).keys() == {"ResponseMetadata"}


@pytest.mark.parametrize(
    ("fault", "raised"),
    [
        (faults.bad_utf8(), UnicodeDecodeError),
        (faults.gzip_garbage(), UnicodeDecodeError),
        (faults.deep_nesting(), RecursionError),
        (faults.altered(lambda _: [1]), AttributeError),
        (faults.reset(), ConnectionClosedError),
        (faults.hang_up(), ConnectionClosedError),
    ],
)
def test_faults_that_botocore_stumbles_over(fault: Fault, raised: type[Exception]) -> None:
    with scripted() as double:
        double.fail(SCAN, fault)
        with pytest.raises(raised):
            scan(double)


def test_bytes_on_the_wire_are_those_of_the_fault() -> None:
    with scripted() as double:
        honest = raw(double).partition(b"\r\n\r\n")[2]
        double.fail(SCAN, faults.cut_off(0.25), first=2)
        double.fail(SCAN, faults.wrong_length(10), first=3)
        double.fail(SCAN, faults.gzip_garbage(), first=4)
        head, _, body = raw(double).partition(b"\r\n\r\n")
        assert body == honest[: len(honest) // 4]
        assert f"Content-Length: {len(honest)}\r\n".encode() in head
        head, _, body = raw(double).partition(b"\r\n\r\n")
        assert (body, f"Content-Length: {len(honest) + 10}\r\n".encode() in head) == (honest, True)
        head, _, body = raw(double).partition(b"\r\n\r\n")
        assert b"\r\nContent-Encoding: gzip" in head
        with pytest.raises(zlib.error):
            gzip.decompress(body)


def test_a_lone_surrogate_passes_through_botocore() -> None:
    with scripted(enhanced_finding(title="\udfff")) as double:
        double.fail(SCAN, faults.lone_surrogate("findingArn"))
        [finding] = scan(double)["imageScanFindings"]["enhancedFindings"]
        assert (finding["findingArn"][0], finding["title"]) == ("\ud800", "\udfff")


def test_an_altered_answer_keeps_the_rest() -> None:
    def spoil(answer: dict[str, Any]) -> dict[str, Any]:
        answer["imageScanFindings"]["findingSeverityCounts"] = {"HIGH": "many"}
        return answer

    with scripted() as double:
        double.fail(SCAN, faults.altered(spoil))
        assert b'"HIGH": "many"' in raw(double)


def test_nothing_to_spoil_is_a_mistake_of_the_test() -> None:
    double = scripted()
    double.fail(SCAN, faults.bad_utf8("absent"))
    with pytest.raises(AssertionError, match="no text called 'absent'"), double:
        assert raw(double) == b""


def test_slow_answers_are_late_by_the_real_clock_and_never_hold_up_the_end() -> None:
    with scripted() as double:
        double.fail(SCAN, faults.slow(60), times=None)
        with pytest.raises(ReadTimeoutError):
            scan(double, read_timeout=0.05)
    assert faults.slow(60)(faults.Reply()).delay == faults.LONGEST_DELAY


def test_faults_hit_the_calls_they_were_planned_for() -> None:
    with scripted() as double:
        double.fail(SCAN, faults.throttled(), first=2, times=2)
        double.fail(ANY, faults.server_error(), first=5, times=None)
        said = [raw(double).split(b" ", 2)[1] for _ in range(6)]
        assert said == [b"200", b"400", b"400", b"200", b"500", b"500"]
        double.forget_faults()
        assert raw(double).startswith(b"HTTP/1.1 200 OK\r\n")
    with pytest.raises(ValueError, match="no operation 'DescribeImage'"):
        double.fail("DescribeImage", faults.throttled())
