"""What an image is compared with: a tag, a digest, a file, a verdict document that the policy names; or why nothing."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gate.sources.sessions import own_session
from tests.aws_double.answers import enhanced, failed
from tests.aws_double.clock import VirtualClock
from tests.aws_double.findings import enhanced_finding
from tests.aws_double.indexes import entry, index
from tests.aws_double.server import AwsDouble
from tests.aws_double.world import ImageScript
from tests.builders import NOW
from tests.command import Done, gate

WEEK = -7 * 86_400.0
OLD, ADDED = enhanced_finding("CVE-2026-1"), enhanced_finding("CVE-2026-2")
_one_session = cache(own_session)


def policy(baseline: str, rest: str = "max: {high: 0}") -> str:
    Path("gate.yaml").write_text(f"version: 1\n{rest}\nbaseline: {baseline}\n", encoding="utf-8")
    return "gate.yaml"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, no_sdk_sleep: list[float]) -> Iterator[AwsDouble]:
    """An AWS with a new image that has one finding more than the one in production."""
    clock = VirtualClock(NOW)
    monkeypatch.setattr("gate.cli.check.SystemClock", lambda: clock)
    with AwsDouble(clock) as double:
        monkeypatch.setenv("AWS_ENDPOINT_URL", double.url)
        monkeypatch.setattr("gate.sources.aws.own_session", _one_session)
        put(double, "v1", OLD, ADDED)
        put(double, "prod", OLD)
        put(double, "same", OLD, ADDED)
        yield double


def put(double: AwsDouble, tag: str, *findings: Any, **options: Any) -> ImageScript:
    return double.image("team/app", tag=tag, pushed_at=WEEK, steps=[(WEEK, enhanced(findings))], **options)


def check(*words: str | Path) -> tuple[Done, dict[str, Any]]:
    """Run a check, and return how it ended and the document of its image."""
    done = gate("check", *words, "-p", "gate.yaml", "-q", "-o", "json=verdict.json")
    document = json.loads(Path("verdict.json").read_bytes())
    return done, document["images"][0] if document["images"] else {}


def tag_of(double: AwsDouble, tag: str) -> str:
    """Return the digest that a tag names."""
    return double.tags("123456789012", "team/app")[tag]


def ends(image_: dict[str, Any]) -> dict[str, str]:
    return {one["id"]: one["disposition"] for one in image_["findings"]}


def test_an_image_is_compared_with_a_tag_of_its_repository(aws: AwsDouble) -> None:
    policy("{image: prod, judge: new}")
    before = put(aws, "older", OLD)
    done, judged = check("team/app:v1")

    assert (done.code, ends(judged)) == (1, {"CVE-2026-1": "baseline", "CVE-2026-2": "counted"})
    assert judged["baseline"]["target"] == "team/app:prod"
    assert judged["baseline"]["missing"] == ""
    assert judged["baseline"]["digest"] not in {judged["digest"], before.digest}
    assert {one["id"]: one["sight"] is not None for one in judged["findings"]} == {
        "CVE-2026-1": True,
        "CVE-2026-2": False,
    }
    assert gate("verdict", "verdict.json").code == 1
    assert aws.complaints == ()


def test_a_baseline_that_has_all_of_it_lets_it_pass(aws: AwsDouble) -> None:
    policy("{image: before, judge: new}")
    put(aws, "before", OLD, ADDED, enhanced_finding("CVE-2026-3"))
    done, judged = check("team/app:v1")

    assert (done.code, set(ends(judged).values())) == (0, {"baseline"})
    assert gate("verdict", "verdict.json").code == 0


def test_an_image_is_compared_with_a_digest_of_its_repository(aws: AwsDouble) -> None:
    before = put(aws, "older", OLD)
    policy(f"{{image: '{before.digest}', judge: new}}")
    _, judged = check("team/app:v1")

    assert (judged["baseline"]["digest"], ends(judged)["CVE-2026-1"]) == (before.digest, "baseline")
    assert judged["baseline"]["target"] == f"team/app@{before.digest}"


@pytest.mark.parametrize("target", ["team/other:v9", "123456789012.dkr.ecr.eu-central-1.amazonaws.com/team/other:v9"])
def test_an_image_is_compared_with_another_target(target: str, aws: AwsDouble) -> None:
    policy(f"{{image: '{target}', judge: new}}")
    aws.image("team/other", tag="v9", pushed_at=WEEK, steps=[(WEEK, enhanced([OLD]))])
    _, judged = check("team/app:v1")

    assert ends(judged) == {"CVE-2026-1": "baseline", "CVE-2026-2": "counted"}
    assert judged["baseline"]["target"] == target


def test_the_option_names_one_where_the_policy_names_none(aws: AwsDouble) -> None:
    policy("{judge: new}")
    _, judged = check("team/app:v1", "--baseline", "prod")

    assert ends(judged)["CVE-2026-1"] == "baseline"
    _, alone = check("team/app:v1")
    assert ends(alone)["CVE-2026-1"] == "counted"
    assert alone["baseline"]["missing"] == "the policy names no image for it, and neither does --baseline"


def test_one_that_several_images_are_compared_with_is_fetched_once(aws: AwsDouble) -> None:
    policy("{image: prod, judge: new}")
    put(aws, "v2", OLD)
    gate("check", "team/app:v1", "team/app:v2", "-p", "gate.yaml", "-q")
    tags = [call.input["imageIds"] for call in aws.called("DescribeImages")]

    assert tags.count([{"imageTag": "prod"}]) == tags.count([{"imageTag": "v1"}]) > 0


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("same", None),
        ("gone", "ImageNotFoundException"),
        ("broken", "The scan failed."),
        ("v1", "it is the same image"),
        ("latest!", "'latest!': "),
        ("-", "standard input is no baseline"),
    ],
)
def test_one_that_cannot_be_used_is_missing_and_everything_is_judged(
    name: str, why: str | None, aws: AwsDouble
) -> None:
    policy(f"{{image: '{name}', judge: new}}")
    aws.image("team/app", tag="broken", pushed_at=WEEK, steps=[(WEEK, failed())])
    done, judged = check("team/app:v1")

    assert done.code == (1 if why else 0)
    assert (why or "") in judged["baseline"]["missing"]
    assert (set(ends(judged).values()) == {"counted"}) is (why is not None)
    assert gate("verdict", "verdict.json").code == done.code


def test_the_same_digest_under_another_tag_is_no_baseline(aws: AwsDouble) -> None:
    policy("{image: alias, judge: new}")
    aws.move_tag("team/app", "alias", to=aws.images["123456789012", "team/app"][tag_of(aws, "v1")], at=-1.0)
    _, judged = check("team/app:v1")

    assert judged["baseline"]["missing"] == "it is the same image"


def test_where_the_policy_says_so_a_missing_baseline_is_no_verdict(aws: AwsDouble) -> None:
    policy("{image: gone, judge: new, missing: no_verdict}")
    done, judged = check("team/app:v1")

    assert (done.code, judged["verdict"]) == (3, "no_verdict")
    assert judged["reason"].startswith("there is no baseline to compare with (baseline.missing): ")
    assert gate("verdict", "verdict.json").code == 3


def test_a_baseline_that_ended_is_not_compared_with(aws: AwsDouble) -> None:
    policy("{image: prod, judge: new, reason: r, until: 2026-11-19}")
    done, judged = check("team/app:v1")

    assert (done.code, set(ends(judged).values())) == (1, {"counted"})


def test_an_image_of_an_index_is_compared_with_that_of_its_platform(aws: AwsDouble) -> None:
    policy("{image: many-prod, judge: new}")
    for tag, extra in (("many", [ADDED]), ("many-prod", [])):
        parts = [(put(aws, "", OLD, *extra), "linux/amd64"), (put(aws, "", *extra), "linux/arm64")]
        index(aws, *(entry(part, platform) for part, platform in parts), repository="team/app", tag=tag)
    gate("check", "team/app:many", "-p", "gate.yaml", "-q", "-o", "json=verdict.json")
    images = {one["platform"]: one for one in json.loads(Path("verdict.json").read_bytes())["images"]}

    assert ends(images["linux/amd64"]) == {"CVE-2026-1": "baseline", "CVE-2026-2": "counted"}
    assert ends(images["linux/arm64"]) == {"CVE-2026-2": "counted"}
    assert images["linux/amd64"]["baseline"]["digest"] != images["linux/arm64"]["baseline"]["digest"]


def test_an_image_of_a_platform_that_the_baseline_lacks_has_none(aws: AwsDouble) -> None:
    policy("{image: arm, judge: new}")
    index(aws, entry(put(aws, "", OLD), "linux/amd64"), repository="team/app", tag="amd")
    index(aws, entry(put(aws, "", OLD), "linux/arm64"), repository="team/app", tag="arm")
    _, judged = check("team/app:amd")

    assert judged["baseline"]["missing"] == "it has no image for linux/amd64"


def test_evidence_of_the_baseline_is_not_kept_as_that_of_the_image(aws: AwsDouble) -> None:
    policy("{image: prod, judge: new}")
    gate("check", "team/app:v1", "-p", "gate.yaml", "-q", "--save-evidence", "kept")

    assert len(list(Path("kept").iterdir())) == 1
