"""`gate doctor` says of a build what it says of an image in ECR: when it was made, and how it is scanned."""

from collections.abc import Iterator
from functools import cache

import pytest

from gate.sources.sessions import own_session
from tests.aws_double import faults
from tests.aws_double.answers import enhanced
from tests.aws_double.builds import BUILD, BuildAnswer, built
from tests.aws_double.clock import VirtualClock
from tests.aws_double.findings import enhanced_finding
from tests.aws_double.server import AwsDouble
from tests.builders import NOW
from tests.command import gate

_one_session = cache(own_session)


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch, no_sdk_sleep: list[float]) -> Iterator[AwsDouble]:
    with AwsDouble(VirtualClock(NOW)) as double:
        monkeypatch.setenv("AWS_ENDPOINT_URL", double.url)
        monkeypatch.setattr("gate.sources.aws.own_session", _one_session)
        yield double


@pytest.mark.parametrize(
    ("said", "code", "line"),
    [
        (built(types=("TEST_INSTANCE_CVE",)), 0, "2026-11-20 10:00 UTC; image scanning: enabled (TEST_INSTANCE_CVE)"),
        (built(), 0, "2026-11-20 10:00 UTC; image scanning: enabled"),
        (built(scanning=False), 3, "2026-11-20 10:00 UTC; image scanning: not enabled"),
        (built(extra={"dateCreated": "\x1b[2Jsoon"}), 0, "not told; image scanning: not told"),
    ],
)
def test_when_a_build_was_made_and_how_it_is_scanned_is_said(
    said: BuildAnswer, code: int, line: str, double: AwsDouble
) -> None:
    double.build(said, created_at=-7_200.0)
    done = gate("doctor", BUILD)
    assert (done.code, f"built     {line}" in done.out.splitlines()) == (code, True), done.out


def test_details_of_a_finding_are_tried_where_one_was_listed(double: AwsDouble) -> None:
    double.fail("BatchGetFindingDetails", faults.access_denied("inspector2:BatchGetFindingDetails"), times=None)
    double.image("team/app", tag="v1", pushed_at=-86_400.0, steps=[(-86_400.0, enhanced([]))])
    assert "BatchGetFindingDetails" not in gate("doctor", "team/app:v1").out
    found = enhanced([enhanced_finding()])
    double.image("team/app", tag="v2", pushed_at=-86_400.0, steps=[(-86_400.0, found)])
    done = gate("doctor", "team/app:v2")
    [line] = [line for line in done.out.splitlines() if "BatchGetFindingDetails" in line]
    assert done.code == 0
    assert line.endswith("no (AccessDeniedException); needed for rules on KEV without --kev")
