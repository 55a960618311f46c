"""The loopback AWS complains, and fails the test, of whatever its model does not allow, on either side."""

import urllib.request
from urllib.error import HTTPError

import pytest

from tests.aws_double.answers import ScanAnswer, basic, enhanced, scan_error, status
from tests.aws_double.findings import basic_finding, enhanced_finding
from tests.aws_double.one_image import SCAN, TARGET, raw
from tests.aws_double.server import AwsDouble
from tests.aws_double.shapes import COMMON_ERRORS, Unknown, operation
from tests.aws_double.shapes import faults as shape_faults


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
