"""`gate doctor`: the first hour of every user in one table, and what to do next in one line."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from gate.sources.examination import NOT_TRIED
from gate.sources.refusals import ACTIONS
from gate.sources.sessions import own_session
from tests.aws_double import faults, security
from tests.aws_double.answers import ScanAnswer, basic, enhanced, in_progress
from tests.aws_double.builds import BUILD, PIPELINE, build_finding, built
from tests.aws_double.clock import VirtualClock
from tests.aws_double.findings import enhanced_findings
from tests.aws_double.server import AwsDouble
from tests.aws_double.shapes import Unknown
from tests.builders import NOW
from tests.command import Done, gate

WEEK_AGO = -7 * 86_400.0
FOUND = enhanced(enhanced_findings(3))
OTHER = "111122223333"
_one_session = cache(own_session)


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch, no_sdk_sleep: list[float]) -> Iterator[AwsDouble]:
    with AwsDouble(VirtualClock(NOW)) as double:
        monkeypatch.setenv("AWS_ENDPOINT_URL", double.url)
        monkeypatch.setattr("gate.sources.aws.own_session", _one_session)
        yield double


def put(double: AwsDouble, answer: ScanAnswer = FOUND, **options: Any) -> None:
    double.image("team/app", tag="v1", pushed_at=WEEK_AGO, steps=[(WEEK_AGO, answer)], **options)


def table(done: Done) -> dict[str, list[str]]:
    """Return the lines below each label."""
    found: dict[str, list[str]] = {}
    label = ""
    for line in done.out.splitlines():
        label = line[:10].strip() or label
        found.setdefault(label, []).append(line[10:].strip())
    return found


def leave(done: Done) -> dict[str, str]:
    """Return what was told of each action."""
    pairs = (line.split(maxsplit=1) for line in table(done)["may"])
    return dict(pair for pair in pairs)


def test_an_image_with_evidence_is_all_well(double: AwsDouble) -> None:
    put(double)
    done = gate("doctor", "team/app:v1")
    told = table(done)
    assert (done.code, done.err) == (0, "")
    assert told["target"] == ["team/app:v1"]
    assert told["who"] == ["arn:aws:sts::123456789012:assumed-role/ci/session (account 123456789012)"]
    assert told["region"] == ["eu-central-1"]
    assert set(leave(done).values()) == {"yes"}
    assert told["scanning"] == ["registry 123456789012: ENHANCED; repository: SCAN_ON_PUSH"]
    assert told["pushed"] == ["2026-11-13 12:00 UTC"]
    assert told["image"][0].startswith("sha256:")
    assert told["scan"] == ["ACTIVE: enhanced, complete; completed 2026-11-13 12:00 UTC; data of 2026-11-13 12:00 UTC"]
    assert told["next"] == ["there is evidence to judge: gate check team/app:v1"]


def test_nothing_is_changed_and_every_action_of_an_ecr_target_is_tried(double: AwsDouble) -> None:
    put(double, on_start=FOUND)
    gate("doctor", "team/app:v1")
    wanted = {name for name, text in ACTIONS.items() if not text.startswith("imagebuilder:")} - NOT_TRIED
    assert set(double.operations) == wanted | {"GetCallerIdentity"}


@pytest.mark.parametrize("target", [BUILD, PIPELINE])
def test_every_action_of_an_image_builder_target_is_tried(target: str, double: AwsDouble) -> None:
    double.build(built(build_finding()))
    done = gate("doctor", target)
    wanted = {name for name, text in ACTIONS.items() if text.startswith("imagebuilder:")}
    tried = {action.partition(":")[2] for action in leave(done)}
    assert done.code == 0
    assert tried == wanted - (set() if target == PIPELINE else {"ListImagePipelineImages"})
    assert table(done)["image"] == [BUILD]
    assert "scanning" not in table(done)


def test_a_pipeline_that_has_built_nothing_leaves_nothing_else_to_try(double: AwsDouble) -> None:
    done = gate("doctor", PIPELINE)
    assert done.code in {3, 5}
    assert table(done)["image"] == ["not found"]
    assert set(leave(done)) == {"imagebuilder:ListImagePipelineImages"}


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ("DescribeImages", 5),
        ("DescribeImageScanFindings", 5),
        ("BatchGetRepositoryScanningConfiguration", 0),
        ("GetRegistryScanningConfiguration", 0),
        ("ListFindings", 0),
    ],
)
def test_what_is_denied_is_named_with_what_it_is_needed_for(operation: str, code: int, double: AwsDouble) -> None:
    put(double)
    double.fail(operation, faults.access_denied(), times=None)
    done = gate("doctor", "team/app:v1")
    refused = {action: said for action, said in leave(done).items() if not said.startswith("yes")}
    assert done.code == code
    assert [action.partition(":")[2] for action in refused] == [operation]
    assert all(said.startswith("no (AccessDenied") for said in refused.values())
    assert all("needed for" in said for said in refused.values())
    if code:
        assert operation in table(done)["next"][0]


def test_an_image_that_is_not_there_says_that_asking_is_allowed(double: AwsDouble) -> None:
    double.repository("team/app")
    done = gate("doctor", "team/app@sha256:" + "0" * 64)
    assert done.code == 5
    assert leave(done)["ecr:DescribeImages"].startswith("yes (ImageNotFoundException)")
    assert table(done)["pushed"] == ["not told"]
    assert table(done)["scan"][0].startswith("not read: ")
    assert "was the image pushed there?" in table(done)["next"][0]


def test_a_scan_that_is_running_is_no_evidence_yet(double: AwsDouble) -> None:
    put(double, in_progress())
    done = gate("doctor", "team/app:v1")
    assert done.code == 3
    assert "pending" in table(done)["scan"][0]
    assert "still waiting" in table(done)["scan"][1]
    assert "--wait" in table(done)["next"][0]


def test_scanning_that_was_never_switched_on_is_said(double: AwsDouble) -> None:
    double.image("team/app", tag="v1", pushed_at=WEEK_AGO)
    double.registry_scanning("BASIC", ())
    done = gate("doctor", "team/app:v1")
    assert done.code == 3
    assert table(done)["scanning"] == ["registry 123456789012: BASIC; repository: MANUAL"]
    assert "--start-scan" in table(done)["next"][0]


def test_a_registry_in_another_account_is_seen_through_a_role(double: AwsDouble) -> None:
    put(double, registry=OTHER)
    target = f"{OTHER}.dkr.ecr.eu-west-1.amazonaws.com/team/app:v1"
    done = gate("doctor", target)
    assert done.code == 3
    assert table(done)["region"] == ["eu-west-1"]
    assert "another registry" in table(done)["scanning"][1]
    assert "--role-arn" in table(done)["next"][0]
    done = gate("doctor", target, "--role-arn", f"arn:aws:iam::{OTHER}:role/gate")
    assert done.code == 0
    assert OTHER in table(done)["who"][0]


def test_a_role_that_is_refused_is_the_next_step(double: AwsDouble) -> None:
    put(double)
    double.fail("AssumeRole", security.denied("sts:AssumeRole"), times=None)
    done = gate("doctor", "team/app:v1", "--role-arn", f"arn:aws:iam::{OTHER}:role/gate")
    assert done.code == 5
    assert table(done)["who"][0].startswith("not told: AssumeRole")
    assert "sts:AssumeRole" in table(done)["next"][0]
    assert all(said.startswith("no (AccessDenied)") for said in leave(done).values())


def test_aws_out_of_reach_is_not_told(double: AwsDouble) -> None:
    put(double)
    double.fail("*", faults.reset(), times=None)
    done = gate("doctor", "team/app:v1")
    assert done.code == 3
    assert all(said.startswith("not told") for said in leave(done).values())
    assert table(done)["scanning"] == ["not told; repository: not told"]


def test_throttling_tells_nothing_of_what_is_allowed(double: AwsDouble) -> None:
    put(double)
    double.fail("ListCoverage", faults.throttled(), times=None)
    done = gate("doctor", "team/app:v1")
    assert leave(done)["inspector2:ListCoverage"].startswith("not told (ThrottlingException)")


@pytest.mark.parametrize(
    "operation", ["DescribeImages", "GetRegistryScanningConfiguration", "BatchGetRepositoryScanningConfiguration"]
)
def test_an_answer_of_another_shape_is_not_believed(operation: str, double: AwsDouble) -> None:
    put(double, basic([]))
    odd = {"imageDetails": 1, "registryId": 1, "scanningConfigurations": 1, "scanningConfiguration": 1}
    double.fail(operation, faults.altered(lambda answer: answer | odd), times=None)
    done = gate("doctor", "team/app:v1")
    assert done.code in {0, 3, 5, 4}
    assert "next" in table(done)


def test_answers_that_hold_nothing_are_not_told(double: AwsDouble) -> None:
    put(double)
    for operation in ("GetRegistryScanningConfiguration", "BatchGetRepositoryScanningConfiguration"):
        double.fail(operation, faults.body(b"{}"), times=None)
    double.fail("DescribeImages", faults.body(b"{}"), first=3, times=None)
    done = gate("doctor", "team/app:v1")
    assert table(done)["scanning"] == ["not told; repository: not told"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("scan.json",), "saved evidence"),
        (("team/app",), "latest"),
        (("team/app:v1", "--external-id", "shared-word"), "no role is named"),
        ((), "Missing argument"),
    ],
)
def test_what_cannot_be_examined_is_a_wrong_command_line(arguments: tuple[str, ...], said: str) -> None:
    done = gate("doctor", *arguments)
    assert done.code == 2
    assert said in done.err


def test_what_the_source_could_not_ask_is_said_beside_the_scan(double: AwsDouble) -> None:
    double.image("team/app", tag="v1", pushed_at=-60.0, steps=[(-10.0, FOUND)])
    double.fail("ListCoverage", faults.access_denied("inspector2:ListCoverage"), times=None)
    done = gate("doctor", "team/app:v1")
    assert done.code == 3
    assert any("inspector2:ListCoverage" in line for line in table(done)["scan"])


def test_hostile_words_stay_words(double: AwsDouble) -> None:
    put(double)
    double.fail("DescribeImageScanFindings", faults.aws_error(Unknown("Odd\x1b[2J"), "\x1b[2J\n::error::x"), times=None)
    done = gate("doctor", "team/app:v1")
    assert "\x1b" not in done.out
    assert not any(line.startswith("::") for line in done.out.splitlines())


def test_the_region_is_taken_from_the_variable_that_jobs_in_aws_are_given(
    double: AwsDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_REGION", "ap-south-1")

    gate("doctor", "team/app:v1")

    assert {call.region for call in double.calls} == {"ap-south-1"}
