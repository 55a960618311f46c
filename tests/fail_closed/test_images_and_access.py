"""Images that cannot be scanned, tags that move, accounts that refuse, and AWS when it has had enough."""

import pytest

from gate.model import ScanState, Severity
from gate.policy.verdict import Outcome
from tests.aws_double.answers import UNSUPPORTED_OS, ScanAnswer, basic, enhanced, failed, in_progress, status
from tests.aws_double.faults import access_denied, server_error, throttled
from tests.aws_double.findings import basic_finding, enhanced_finding, enhanced_findings
from tests.aws_double.security import denied
from tests.aws_double.server import ANY, AwsDouble
from tests.fail_closed.harness import CRITICAL_ONLY, SCAN, WEEK_AGO, Gate

BAD = enhanced([enhanced_finding(severity="CRITICAL")])
ACCEPTING = """version: 1
max: {critical: 0}
scan: {unsupported: {accept: true, repository: "team/*", reason: Built from scratch.}}
"""


@pytest.mark.parametrize("answer", [status("UNSUPPORTED_IMAGE"), failed(UNSUPPORTED_OS), status("IMAGE_SIZE_EXCEEDED")])
def test_an_image_that_aws_cannot_scan(answer: ScanAnswer, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws/containers-roadmap/issues/2301: busybox is UNSUPPORTED_IMAGE, or FAILED in basic."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, answer)])
    ran = gate.check()
    assert ran.code == 3
    assert ran.image.scan is not None
    assert ran.image.scan.state is ScanState.UNSUPPORTED
    ran = gate.check("--warn-exit", policy=ACCEPTING)
    assert (ran.code, ran.document.verdict) == (10, Outcome.WARN)
    assert "Built from scratch." in ran.out
    assert gate.check(policy=ACCEPTING.replace("team", "tools")).code == 3


def test_a_failed_scan_is_not_an_unsupported_image(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws/containers-roadmap/issues/2066: only UnsupportedImageError makes FAILED acceptable."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, failed("The scan timed out."))])
    ran = gate.check(policy=ACCEPTING)
    assert ran.code == 3
    assert "The scan timed out." in ran.reason


def test_the_tag_of_an_unsupported_image_moved(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws/deep-learning-containers/issues/6517: what was accepted is not what the tag names now."""
    double.image("team/app", tag="v1", steps=[(0, in_progress()), (30, status("UNSUPPORTED_IMAGE"))])
    other = double.image("team/app", steps=[(WEEK_AGO, BAD)])
    double.move_tag("team/app", "v1", to=other, at=10)
    ran = gate.check(policy=ACCEPTING)
    assert (ran.code, ran.document.verdict) == (4, Outcome.NO_VERDICT)
    assert other.digest in ran.out


@pytest.mark.parametrize("answer", [status("UNSUPPORTED_IMAGE"), basic([])])
def test_what_is_no_image_was_accepted_as_one(answer: ScanAnswer, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/artifact-keeper/artifact-keeper/issues/2112: a Helm chart is not an image without findings."""
    helm = "application/vnd.cncf.helm.config.v1+json"
    double.image("team/app", tag="v1", config_media_type=helm, steps=[(WEEK_AGO, answer)])
    ran = gate.check(policy=ACCEPTING)
    assert ran.code == 3
    assert helm in ran.reason


def test_distroless_was_complete_and_empty(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws/containers-roadmap/issues/2228: basic scanning sees nothing there, and that is said."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, basic([]))])
    ran = gate.check("--warn-exit")
    assert (ran.code, ran.document.verdict) == (10, Outcome.WARN)
    assert "distroless" in ran.document.warnings[0].text
    assert gate.check(policy=f"{CRITICAL_ONLY}scan: {{kind: enhanced}}\n").code == 3


@pytest.mark.parametrize(
    ("answer", "choice", "code"),
    [(enhanced([]), "no_verdict", 4), (enhanced([]), "warn", 0), (BAD, "no_verdict", 1), (BAD, "warn", 1)],
)
def test_the_tag_moved_while_the_gate_waited(
    answer: ScanAnswer, choice: str, code: int, double: AwsDouble, gate: Gate
) -> None:
    """https://github.com/aws/deep-learning-containers/issues/6517: the gate judged another image than it was given."""
    first = double.image("team/app", tag="v1", steps=[(0, in_progress()), (30, answer)])
    other = double.image("team/app", steps=[(WEEK_AGO, enhanced(enhanced_findings(3)))])
    double.move_tag("team/app", "v1", to=other, at=10)
    ran = gate.check(policy=f"{CRITICAL_ONLY}scan: {{tag_moved: {choice}}}\n")
    assert (ran.code, ran.image.digest) == (code, first.digest)
    assert {str(call.input["imageId"]) for call in double.called(SCAN)} == {str({"imageDigest": first.digest})}
    assert first.digest in ran.out
    if code != 1:
        assert other.digest in ran.out


def test_a_tag_given_with_its_digest_only_warns_when_it_moves(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws/deep-learning-containers/pull/6520: a digest that is given is the image that is meant."""
    first = double.image("team/app", tag="v1", steps=[(0, in_progress()), (30, enhanced([]))])
    double.move_tag("team/app", "v1", to=None, at=10)
    ran = gate.check(f"team/app:v1@{first.digest}")
    assert (ran.code, ran.document.verdict) == (0, Outcome.WARN)


@pytest.mark.parametrize(
    "target",
    ["", " ", "team/app", "team/app:", "team/app@", "team/app:v1@", "team/app@sha256:", ":v1", "@sha256:" + "a" * 64],
)
def test_tag_and_digest_were_empty(target: str, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/kubescape/kubescape/issues/3058: an empty tag and digest; `latest` is never assumed."""
    double.image("team/app", tag="latest", steps=[(WEEK_AGO, enhanced([]))])
    ran = gate.run("check", "--max", "critical=0", "--", target)
    assert (ran.code, double.operations) == (2, ())


def test_missing_rights_came_as_an_internal_server_error(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/alexjurkiewicz/ecr-scan-image/issues/19: ServerException hid missing inspector2 rights."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced([]))])
    double.fail(SCAN, server_error(), times=None)
    ran = gate.check()
    assert (ran.code, len(double.called(SCAN))) == (4, 4)
    assert "inspector2:ListFindings" in ran.reason


def test_another_accounts_enhanced_scan_is_never_found(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws/containers-roadmap/issues/2541: with registryId, ScanNotFoundException for ever."""
    double.image("team/app", tag="v1", registry="111122223333", pushed_at=WEEK_AGO)
    target = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/app:v1"
    ran = gate.check(target)
    assert ran.code == 3
    assert "another account with enhanced scanning" in ran.reason
    assert {call.input["registryId"] for call in double.called(SCAN)} == {"111122223333"}
    assert "--role-arn" in ran.reason


def test_a_role_in_the_other_account_finds_the_enhanced_scan(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws/containers-roadmap/issues/2541: what is never found across accounts is found within."""
    double.image("team/app", tag="v1", registry="111122223333", pushed_at=WEEK_AGO, steps=[(WEEK_AGO, BAD)])
    target = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/app:v1"
    assert gate.check(target).code == 3
    ran = gate.check(target, "--role-arn", "arn:aws:iam::111122223333:role/gate")
    assert (ran.code, ran.found(Severity.CRITICAL)) == (1, 1)
    double.fail("AssumeRole", denied("sts:AssumeRole"), times=None)
    ran = gate.check(target, "--role-arn", "arn:aws:iam::111122223333:role/gate")
    assert (ran.code, ran.document.verdict) == (5, Outcome.NO_VERDICT)
    assert "sts:AssumeRole" in ran.reason


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("DescribeImages", "ecr:DescribeImages"),
        (SCAN, "ecr:DescribeImageScanFindings"),
        (SCAN, "inspector2:ListFindings"),
        (SCAN, "inspector2:ListCoverage"),
    ],
)
def test_read_only_access_lacks_inspector(operation: str, action: str, double: AwsDouble, gate: Gate) -> None:
    """https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-enhanced-iam.html: name the actions."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced([]))])
    double.fail(operation, access_denied(action), times=None)
    ran = gate.check()
    assert ran.code == 5
    assert action in ran.image.hint


@pytest.mark.parametrize("first", [1, 2])
def test_access_denied_was_asked_again_and_again(
    first: int, double: AwsDouble, gate: Gate, no_sdk_sleep: list[float]
) -> None:
    """https://github.com/aws/aws-for-fluent-bit/pull/1105: a refusal is final, on the first page and on the last."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced(enhanced_findings(150)))])
    double.fail(SCAN, access_denied("inspector2:ListFindings"), first=first, times=None)
    ran = gate.check()
    assert (ran.code, ran.document.verdict) == (5, Outcome.NO_VERDICT)
    assert len(double.called(SCAN)) == first
    assert (no_sdk_sleep, gate.clock.sleeps) == ([], ())


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com", "eu-west-1"),
        ("123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("123456789012.dkr-ecr.eu-west-1.on.aws", "eu-west-1"),
        ("123456789012.dkr-ecr-fips.us-east-1.on.aws", "us-east-1"),
        ("123456789012.dkr-ecr.cn-north-1.on.amazonwebservices.com.cn", "cn-north-1"),
    ],
)
def test_the_host_was_not_of_the_commercial_partition(host: str, region: str, double: AwsDouble, gate: Gate) -> None:
    """https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html: a pattern knew amazonaws.com alone."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, BAD)])
    ran = gate.check(f"{host}/team/app:v1")
    assert (ran.code, ran.image.registry, ran.image.region) == (1, "123456789012", region)
    assert {call.region for call in double.calls} == {region}


def test_a_host_of_no_partition_is_refused(double: AwsDouble, gate: Gate) -> None:
    """https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-requests.html: no host is a repository's name."""
    ran = gate.check("123456789012.dkr.ecr.eu-west-1.amazonaws.example/team/app:v1")
    assert (ran.code, double.operations) == (2, ())
    assert "amazonaws.example" in ran.err


def test_ecr_throttled_the_pipeline(double: AwsDouble, gate: Gate, no_sdk_sleep: list[float]) -> None:
    """https://github.com/concourse/docker-image-resource/issues/115: many jobs ask at once: ask little, out of step."""
    found = basic([basic_finding(severity="CRITICAL")])
    double.image("team/app", tag="v1", steps=[(0, in_progress()), (60, found)])
    double.fail(SCAN, throttled(), first=2, times=2)
    assert gate.check().code == 1
    assert len(no_sdk_sleep) == 2
    waiting = [call.input["maxResults"] for call in double.called(SCAN) if call.seconds < 60]
    assert set(waiting[1:]) == {1}
    sleeps = gate.clock.sleeps
    assert max(sleeps) <= 15
    assert len(set(sleeps)) == len(sleeps)


def test_throttling_that_does_not_end_is_no_verdict(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/buildkite-plugins/ecr-buildkite-plugin/issues/7: throttled for good is exit 4, and a retry."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced([]))])
    double.fail(ANY, throttled(), times=None)
    ran = gate.check()
    assert (ran.code, ran.document.verdict) == (4, Outcome.NO_VERDICT)
    assert "throttling" in ran.reason
