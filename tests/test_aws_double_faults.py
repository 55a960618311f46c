"""The loopback AWS breaks as it was told to, and only so; what its model does not allow is a complaint."""

import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
import zlib
from datetime import timedelta
from functools import cache
from pathlib import Path
from threading import Event
from typing import Any
from urllib.error import HTTPError

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from tests.aws_double import __main__ as process
from tests.aws_double import faults
from tests.aws_double.answers import ScanAnswer, basic, enhanced, scan_error, status
from tests.aws_double.clock import SystemClock, VirtualClock
from tests.aws_double.faults import Fault
from tests.aws_double.findings import basic_finding, enhanced_finding
from tests.aws_double.server import ANY, AwsDouble
from tests.aws_double.shapes import COMMON_ERRORS, Unknown, operation
from tests.aws_double.shapes import faults as shape_faults

ROOT = Path(__file__).parents[1]
SCAN = "DescribeImageScanFindings"
TARGET = f"AmazonEC2ContainerRegistry_V20150921.{SCAN}"


@cache
def session() -> boto3.Session:
    return boto3.Session("a", "b", region_name="eu-west-1")


def client(double: AwsDouble, **options: Any) -> Any:
    config = Config(retries={"total_max_attempts": 1, "mode": "standard"}, **options)
    return session().client("ecr", endpoint_url=double.url, config=config)


def scan(double: AwsDouble, **options: Any) -> Any:
    return client(double, **options).describe_image_scan_findings(repositoryName="team/app", imageId={"imageTag": "v1"})


def raw(
    double: AwsDouble, target: str = TARGET, body: bytes = b'{"repositoryName":"team/app","imageId":{"imageTag":"v1"}}'
) -> bytes:
    """Return all bytes of one answer, as they came over the wire."""
    with socket.create_connection(("127.0.0.1", int(double.url.rpartition(":")[2]))) as connection:
        headers = ["Host: x", "Connection: close", f"X-Amz-Target: {target}", f"Content-Length: {len(body)}"]
        connection.sendall("\r\n".join(["POST / HTTP/1.1", *headers, "", ""]).encode() + body)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def scripted(*findings: dict[str, object]) -> AwsDouble:
    double = AwsDouble()
    double.image("team/app", tag="v1", steps=[(0, enhanced(findings or [enhanced_finding()]))])
    return double


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


def test_the_date_is_the_clocks_unless_skewed_replaced_or_dropped() -> None:
    clock = VirtualClock()
    with AwsDouble(clock, skew=timedelta(minutes=10)) as double:
        clock.advance(5)
        assert b"\r\nDate: Mon, 02 Mar 2026 12:10:05 GMT\r\n" in raw(double)
        double.fail(SCAN, faults.dated("soon"), first=2)
        double.fail(SCAN, faults.dated(None), first=3)
        assert b"\r\nDate: soon\r\n" in raw(double)
        assert b"\r\nDate: " not in raw(double)


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (enhanced([enhanced_finding(extra={"epssScore": 0.5})]), r"\[0\]\.epssScore: no such member"),
        (enhanced([enhanced_finding(extra={"score": "7.5"})]), r"score: expected a double .*'7.5' \(str\)"),
        (enhanced([enhanced_finding(extra={"score": True})]), "score: expected a double"),
        (enhanced([enhanced_finding(severity="UNDEFINED")]), "severity: expected one of"),
        (enhanced([enhanced_finding(fix="MAYBE")]), "fixAvailable: expected one of"),
        (enhanced([enhanced_finding(extra={"resources": {}})]), "resources: expected a list"),
        (enhanced([enhanced_finding(extra={"remediation": []})]), "remediation: expected an object"),
        (basic([basic_finding(severity="UNTRIAGED")]), "severity: expected one of"),
        (basic([basic_finding()], counts={"SEVERE": 1}), "findingSeverityCounts key: expected one of"),
        (
            basic([basic_finding()], extra={"imageScanFindings": {"findingSeverityCounts": 1}}),
            "Counts: expected an object",
        ),
        (basic([basic_finding()], extra={"fixable": 1}), r"\$\.fixable: no such member"),
        (status("BRAND_NEW"), "status: expected one of"),
        (scan_error("LimitExceededException"), "never answers with LimitExceededException"),
    ],
)
def test_what_aws_would_not_say_fails_the_test(answer: ScanAnswer, complaint: str) -> None:
    double = AwsDouble()
    double.image("team/app", tag="v1", steps=[(0, answer)])
    with pytest.raises(AssertionError, match=complaint), double:
        raw(double)


@pytest.mark.parametrize(
    ("target", "body", "complaint"),
    [
        (TARGET, b'{"repositoryName":"team/app"}', r"\$\.imageId: missing"),
        (TARGET, b'{"repositoryName":"Team App","imageId":{}}', "repositoryName: expected text like"),
        (TARGET, b'{"repositoryName":"team/app","imageId":{},"maxResults":1001}', "maxResults: expected 1 to 1000"),
        (TARGET, b'{"repositoryName":"team/app","imageId":{"imageTag":""}}', "imageTag: expected 1 to 300"),
        (TARGET, b"{", "the double itself failed: JSONDecodeError"),
        ("X.DeleteRepository", b"{}", "no operation 'DeleteRepository'"),
    ],
)
def test_what_no_client_should_ask_fails_the_test(target: str, body: bytes, complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint), AwsDouble() as double:
        raw(double, target, body)


def test_complaints_do_not_hide_what_the_test_raised() -> None:
    with pytest.raises(KeyError) as raised, AwsDouble() as double:  # noqa: PT012
        double.complain("odd")
        raise KeyError("the test's own")
    assert "odd" in raised.value.__notes__[0]


def test_a_get_is_a_complaint() -> None:
    double = AwsDouble().start()
    with pytest.raises(HTTPError, match="404") as raised:
        urllib.request.urlopen(f"{double.url}/x")
    raised.value.close()
    with pytest.raises(AssertionError, match="GET /x"):
        double.stop()


def test_words_that_no_model_has_pass_when_marked() -> None:
    finding = enhanced_finding(severity=Unknown("DIRE"), fix=Unknown("LATER"))
    model = operation(SCAN)
    assert model is not None
    answer = {"imageScanFindings": {"enhancedFindings": [finding], "findingSeverityCounts": {Unknown("DIRE"): 1}}}
    assert shape_faults(answer, model.output_shape) == ()
    assert shape_faults({}, None) == ()
    assert shape_faults({"a": 1}, None) == ("$: nothing expected, got {'a': 1}",)
    assert operation("InventedOperation") is None
    assert "ThrottlingException" in COMMON_ERRORS


def test_clocks_agree_on_what_a_clock_is() -> None:
    clock = VirtualClock()
    with pytest.raises(ValueError, match="cannot go back"):
        clock.sleep(-1)
    assert (clock.sleeps, clock.monotonic()) == ((), 0.0)
    assert SystemClock().now().tzinfo is not None
    assert SystemClock().monotonic() > 0


@pytest.mark.parametrize("kind", ["basic", "enhanced"])
def test_the_process_says_where_it_listens(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    stop = Event()
    stop.set()
    assert process.main(["--findings", "120", "--kind", kind, "--age", "1"], stop) == 0
    assert capsys.readouterr().out.startswith("http://127.0.0.1:")


def test_an_answer_made_beforehand_is_the_one_served() -> None:
    double = scripted()
    image = double.image("team/app", tag="v2", steps=[(0, basic([basic_finding()]))])
    request = {"repositoryName": "team/app", "imageId": {"imageDigest": image.digest}}
    baked = double.bake(SCAN, request)
    with double:
        assert json.loads(raw(double, body=json.dumps(request).encode()).partition(b"\r\n\r\n")[2]) == baked
    assert double.operations == (SCAN,)


def test_the_process_ends_on_sigterm() -> None:
    command = [sys.executable, "-m", "tests.aws_double", "--findings", "3"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONWARNINGS": "error"}, cwd=ROOT
    ) as running:
        assert running.stdout is not None
        url = running.stdout.readline().strip()
        ecr = boto3.client("ecr", "eu-west-1", endpoint_url=url, aws_access_key_id="a", aws_secret_access_key="b")
        answer = ecr.describe_image_scan_findings(repositoryName="team/app", imageId={"imageTag": "v1"})
        assert len(answer["imageScanFindings"]["enhancedFindings"]) == 3
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=10) == 0
