"""Every row of the table of exit codes, reached through the real command, over a loopback AWS."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gate.errors import Exit
from tests.aws_double.answers import basic, enhanced, failed, in_progress, pending, scan_not_found, status
from tests.aws_double.clock import VirtualClock
from tests.aws_double.faults import (
    Fault,
    access_denied,
    cut_off,
    empty_body,
    expired_token,
    html,
    reset,
    server_error,
    throttled,
    unrecognized_client,
)
from tests.aws_double.findings import enhanced_finding
from tests.aws_double.server import AwsDouble
from tests.aws_double.world import OCI_INDEX
from tests.builders import NOW
from tests.command import YESTERDAY, Done, gate

WEEK = 7 * 86_400.0
CRITICAL = enhanced_finding(severity="CRITICAL")
LIMIT = ("--max", "critical=0", "--wait", "2m")
FIND = "DescribeImageScanFindings"


@pytest.fixture(autouse=True)
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_sdk_sleep: list[float]) -> VirtualClock:
    """Give every command the same clock, which nobody waits for, and an empty directory."""
    monkeypatch.chdir(tmp_path)
    clock = VirtualClock(NOW)
    for module in ("check", "command", "verdict", "policy_lint"):
        monkeypatch.setattr(f"gate.cli.{module}.SystemClock", lambda: clock)
    return clock


@pytest.fixture
def aws(clock: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsDouble]:
    """An AWS with one image that is clean and one that is not."""
    with AwsDouble(clock) as double:
        monkeypatch.setenv("AWS_ENDPOINT_URL", double.url)
        double.image("clean", tag="v1", pushed_at=-WEEK, steps=[(-WEEK, enhanced(completed=0.0))])
        double.image("bad", tag="v1", pushed_at=-WEEK, steps=[(-WEEK, enhanced([CRITICAL]))])
        yield double


def check(*arguments: str) -> Done:
    """Run `gate check`, hold what it leaves against its exit code, and return how it ended."""
    for name in ("verdict.json", "report.sarif"):
        Path(name).write_text(YESTERDAY, encoding="utf-8")

    done = gate("check", *LIMIT, "-o", "json=verdict.json", "-o", "sarif=report.sarif", *arguments)

    document = json.loads(Path("verdict.json").read_bytes())
    code = document["exit_code"]
    assert document["finished"] is (done.code not in {2, 70, 130, 143})
    assert done.code == code or not document["finished"] or "--exit-zero" in arguments
    assert not Path("report.sarif").exists() or YESTERDAY not in Path("report.sarif").read_text(encoding="utf-8")
    assert "Traceback" not in done.err
    if document["finished"]:
        assert gate("verdict", "verdict.json").code == code
    return done


def test_0_is_a_pass(aws: AwsDouble) -> None:
    done = check("clean:v1")

    assert (done.code, done.err) == (Exit.PASS, "")
    assert done.out.startswith("PASS: clean:v1@sha256:")


def test_0_is_a_pass_with_warnings_too(aws: AwsDouble) -> None:
    aws.registry_scanning("BASIC")
    aws.image("small", tag="v1", pushed_at=-WEEK, steps=[(-WEEK, basic())])

    done = check("small:v1")

    assert done.code == Exit.PASS
    assert done.out.startswith("WARN: small:v1@sha256:")


def test_1_is_a_violation(aws: AwsDouble) -> None:
    assert check("bad:v1").code == Exit.VIOLATED


def test_10_is_a_warning_when_asked_for(aws: AwsDouble) -> None:
    assert check("clean:v1", "--warn-exit").code == Exit.PASS

    aws.registry_scanning("BASIC")
    aws.image("small", tag="v1", pushed_at=-WEEK, steps=[(-WEEK, basic())])

    assert check("small:v1", "--warn-exit").code == Exit.WARNED
    assert check("small:v1", "--warn-exit", "--exit-zero").code == Exit.PASS


@pytest.mark.parametrize(
    "arguments", [(), ("clean",), ("clean:v1", "--bogus"), ("clean:v1", "-p", "none.yaml"), ("clean:v1", "--max", "x")]
)
def test_2_is_a_wrong_command_line_or_policy_and_aws_is_not_asked(aws: AwsDouble, arguments: tuple[str, ...]) -> None:
    assert check(*arguments).code == Exit.USAGE
    assert aws.calls == ()


@pytest.mark.parametrize("setting", [("--profile", "nobody"), ()], ids=["an unknown profile", "no region"])
def test_2_is_a_wrong_setting_of_aws(aws: AwsDouble, setting: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)

    done = check("clean:v1", *setting)

    assert done.code == Exit.USAGE
    assert done.err.startswith("gate: AWS settings: ")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (failed(), "The scan failed."),
        (failed("UnsupportedImageError: no package manager"), "UnsupportedImageError"),
        (status("UNSUPPORTED_IMAGE"), "UNSUPPORTED_IMAGE"),
        (status("SCAN_ELIGIBILITY_EXPIRED"), "SCAN_ELIGIBILITY_EXPIRED"),
        (scan_not_found(), "AWS has no scan of this image"),
        (enhanced([CRITICAL], counts={"CRITICAL": 2}), "2 declared and 1 listed"),
        (enhanced([CRITICAL] * 3, repeats=True, page_size=1), "the same page token twice"),
    ],
)
def test_3_is_evidence_that_is_not_acceptable(aws: AwsDouble, answer: object, said: str) -> None:
    aws.registry_scanning("BASIC", [("MANUAL", "*")])
    aws.image("odd", tag="v1", pushed_at=-WEEK, steps=[(-WEEK, answer)])  # type: ignore[list-item]

    done = check("odd:v1")

    assert done.code == Exit.NO_VERDICT
    assert len(done.lines) == 2
    assert said in done.err


def test_3_is_an_index_of_platforms_and_never_its_first_child(aws: AwsDouble) -> None:
    aws.image("many", tag="v1", pushed_at=-WEEK, media_type=OCI_INDEX, steps=[(-WEEK, enhanced(completed=0.0))])

    done = check("many:v1")

    assert done.code == Exit.NO_VERDICT
    assert "linux/amd64" in done.err


@pytest.mark.parametrize("answer", [pending(), in_progress(), enhanced([CRITICAL], completed=None)])
def test_4_is_a_scan_that_is_not_done_at_the_deadline(aws: AwsDouble, clock: VirtualClock, answer: object) -> None:
    aws.image("slow", tag="v1", pushed_at=0.0, steps=[(-1.0, answer)])  # type: ignore[list-item]

    done = check("slow:v1")

    assert done.code == Exit.NOT_YET
    assert 100 < sum(clock.sleeps) <= 120
    assert "gate: waiting for " in done.err


@pytest.mark.parametrize("fault", [throttled(), server_error(), html(), html(502), cut_off(), empty_body(), reset()])
@pytest.mark.parametrize("operation", ["DescribeImages", FIND])
def test_4_is_an_aws_that_does_not_answer_and_a_retry_may_help(aws: AwsDouble, operation: str, fault: Fault) -> None:
    aws.fail(operation, fault, times=None)

    done = check("clean:v1")

    assert done.code == Exit.NOT_YET
    assert len(done.lines) == 2
    assert done.lines[0].startswith("gate: no verdict: clean:v1: ")


def test_4_is_a_tag_that_moved_while_it_was_judged(aws: AwsDouble) -> None:
    first = aws.image(
        "moving", tag="v1", pushed_at=-WEEK, steps=[(0.0, in_progress()), (30.0, enhanced(completed=-WEEK))]
    )
    aws.move_tag("moving", "v1", to=aws.image("moving", tag="v2"), at=20.0)

    done = check("moving:v1")

    assert done.code == Exit.NOT_YET
    assert f"what was judged is {first.digest}" in done.err


@pytest.mark.parametrize("fault", [access_denied(), expired_token(), unrecognized_client()])
@pytest.mark.parametrize("operation", ["DescribeImages", FIND])
def test_5_is_what_aws_refuses(aws: AwsDouble, operation: str, fault: Fault) -> None:
    aws.fail(operation, fault, times=None)

    done = check("clean:v1")

    assert done.code == Exit.REFUSED
    assert len(done.lines) == 2
    assert len(aws.called(operation)) == 1


@pytest.mark.parametrize("target", ["clean:v9", "nobody:v1", f"clean@sha256:{'0' * 64}"])
def test_5_is_an_image_that_there_is_not(aws: AwsDouble, target: str) -> None:
    done = check(target)

    assert done.code == Exit.REFUSED
    assert f"no verdict: {target}: " in done.err


def test_5_is_a_job_without_credentials(aws: AwsDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    done = check("clean:v1")

    assert done.code == Exit.REFUSED
    assert "no usable AWS credentials" in done.err


TARGETS = {0: "clean:v1", 1: "bad:v1", 3: "./none.json", 4: "slow:v1", 5: "nobody:v1"}


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ((0, 1, 3, 4, 5), 1),
        ((5, 1), 1),
        ((0, 3, 4, 5), 5),
        ((3, 4), 3),
        ((4, 3), 3),
        ((4, 5), 5),
        ((0, 4), 4),
        ((0, 3), 3),
    ],
)
def test_over_several_targets_a_violation_wins_then_5_then_3_then_4(
    aws: AwsDouble, codes: tuple[int, ...], expected: int
) -> None:
    aws.image("slow", tag="v1", steps=[(-1.0, pending())])

    assert check(*(TARGETS[code] for code in codes)).code == expected


@pytest.mark.parametrize("code", [1, 3, 4, 5])
def test_exit_zero_is_for_violations_only(aws: AwsDouble, code: int) -> None:
    aws.image("slow", tag="v1", steps=[(-1.0, pending())])

    assert check(TARGETS[code], "--exit-zero").code == (0 if code == 1 else code)


def raising(error: BaseException) -> Callable[..., None]:
    """Return a function that raises."""

    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("place", "error", "code"),
    [
        ("gate.cli.check.evaluate", RuntimeError("boom"), Exit.FAULT),
        ("gate.cli.check.collect", ImportError("No module named 'boto3'"), Exit.FAULT),
        ("gate.cli.check.evaluate", MemoryError(), Exit.FAULT),
        ("gate.cli.check.collect", KeyboardInterrupt(), Exit.INTERRUPTED),
        ("gate.cli.check.write_files", KeyboardInterrupt(), Exit.INTERRUPTED),
    ],
)
def test_70_is_a_fault_of_the_gate_and_130_an_interruption_and_neither_leaves_a_verdict(
    aws: AwsDouble, place: str, error: BaseException, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, raising(error))

    done = check("clean:v1", "--exit-zero")

    assert done.code == code
    assert done.err.count("\n") == 1


def test_verbose_says_how_a_fresh_scan_was_found_to_be_settled(aws: AwsDouble) -> None:
    aws.image("new", tag="v1", pushed_at=-60.0, steps=[(-30.0, enhanced([enhanced_finding(severity="LOW")]))])

    done = check("new:v1", "-v")

    assert done.code == Exit.PASS
    assert "settled: two listings in a row were the same, waited " in done.err
    assert "registry 123456789012, region eu-central-1, repository new, digest sha256:" in done.err


def test_the_table_of_exit_codes_is_whole() -> None:
    assert sorted(Exit) == [0, 1, 2, 3, 4, 5, 10, 70, 130, 143]
