"""`scan.platforms`: each platform that the policy names must be among the images that a target came to."""

from typing import Any

import pytest

from gate.errors import Exit
from gate.model import Refusal, Scan, ScanState, Severity, TagMove, offers
from gate.policy.clauses import Max
from gate.policy.document import Policy, ScanDemands
from gate.policy.platforms import demand_platforms
from gate.policy.rejudge import disagreement
from gate.policy.scalars import PlatformName
from gate.policy.verdict import Outcome, Verdict
from tests.builders import OTHER_DIGEST, finding, fixable, image, judge, policy, scan
from tests.policy.written import policy_of

INDEX = "sha256:" + "1d" * 32


def demanding(*names: str, **fields: Any) -> Policy:
    platforms = tuple(map(PlatformName.parse, names))
    return policy(max=Max(critical=0), scan=ScanDemands(platforms=platforms), **fields)


def of_index(platform: str | None, *findings: Any, **fields: Any) -> Scan:
    return scan(*findings, image=image(platform=platform, index_digest=INDEX), **fields)


@pytest.mark.parametrize(
    ("platform", "wanted", "has"),
    [
        ("linux/amd64", "linux/amd64", True),
        ("linux/amd64", "linux/arm64", False),
        ("linux/arm/v7", "linux/arm", True),
        ("linux/arm", "linux/arm/v7", False),
        ("linux/arm64", "linux/arm", False),
        ("linux/arm64", "linux/arm64/v8", True),
        ("linux/arm64/v8", "linux/arm64", True),
        ("linux/arm64/v9", "linux/arm64", True),
        ("linux/arm64", "linux/arm64/v9", False),
        ("windows/amd64", "linux/amd64", False),
        (None, "linux/amd64", False),
        ("", "linux/amd64", False),
    ],
)
def test_a_platform_offers_what_it_is_and_any_variant_where_none_is_asked_for(
    platform: str | None, wanted: str, *, has: bool
) -> None:
    assert offers(platform, wanted) is has


def test_an_index_with_all_that_is_asked_for_is_judged() -> None:
    both = (of_index("linux/amd64"), of_index("linux/arm64/v8"), of_index("linux/s390x"))
    verdict = judge(demanding("linux/amd64", "linux/arm64"), *both)
    assert (verdict.verdict, verdict.exit_code) == (Outcome.PASS, Exit.PASS)


def test_a_platform_that_is_absent_leaves_no_verdict() -> None:
    verdict = judge(demanding("linux/amd64", "linux/arm64", "linux/s390x"), of_index("linux/amd64"), of_index(None))
    assert (verdict.verdict, verdict.exit_code) == (Outcome.NO_VERDICT, Exit.NO_VERDICT)
    assert {one.reason for one in verdict.images} == {
        "the policy asks for linux/arm64, linux/s390x (scan.platforms), and what there is, is linux/amd64"
    }
    assert verdict.hint == "Push every platform under this name, or change scan.platforms in the policy."


def test_an_unknown_platform_is_none() -> None:
    [one] = judge(demanding("linux/amd64"), scan()).images
    assert (one.verdict, one.exit_code) == (Outcome.NO_VERDICT, Exit.NO_VERDICT)
    assert one.reason == (
        "the policy asks for linux/amd64 (scan.platforms), and the platform of this image is not known"
    )
    assert one.hint == (
        "Push it in an index (docker buildx does), which names its platform, or change scan.platforms in the policy."
    )


def test_a_known_violation_stays_one_and_what_had_no_verdict_keeps_its_reason() -> None:
    bad = of_index("linux/amd64", finding(severity=Severity.CRITICAL))
    failed = of_index("linux/386", state=ScanState.FAILED, reason="the scan failed")
    refused = Refusal(image=image(platform="linux/arm"), exit_code=5, reason="refused")
    verdict = judge(demanding("linux/arm64"), bad, failed, refused)
    assert [one.verdict for one in verdict.images] == [Outcome.FAIL, Outcome.NO_VERDICT, Outcome.NO_VERDICT]
    assert [one.reason for one in verdict.images[1:]] == ["the scan failed", "refused"]
    assert verdict.exit_code == Exit.VIOLATED


def test_upgrades_do_not_bring_a_platform_that_is_absent() -> None:
    verdict = judge(demanding("linux/arm64"), of_index("linux/amd64", fixable(severity=Severity.CRITICAL)))
    assert (verdict.verdict, verdict.verdict_after_upgrades) == (Outcome.FAIL, Outcome.NO_VERDICT)


def test_an_image_that_was_refused_is_there() -> None:
    refused = Refusal(image=image(platform="linux/arm64"), exit_code=4, reason="throttled")
    verdict = judge(demanding("linux/amd64", "linux/arm64"), of_index("linux/amd64"), refused)
    assert [one.verdict for one in verdict.images] == [Outcome.PASS, Outcome.NO_VERDICT]
    assert verdict.exit_code == Exit.NOT_YET


def test_each_target_must_have_them() -> None:
    other = scan(image=image(target="team/other:v1", platform="linux/arm64", digest=OTHER_DIGEST))
    verdict = judge(demanding("linux/amd64"), of_index("linux/amd64"), other)
    assert [one.verdict for one in verdict.images] == [Outcome.PASS, Outcome.NO_VERDICT]


def test_a_missing_platform_comes_before_a_tag_that_moved() -> None:
    moved = TagMove(tag="v1", to=None, pinned=False)
    [one] = judge(demanding("linux/arm64"), of_index("linux/amd64", tag_move=moved)).images
    assert one.exit_code == Exit.NO_VERDICT


def test_a_tag_that_moved_is_said_of_the_index() -> None:
    moved = TagMove(tag="v1", to=OTHER_DIGEST, pinned=False)
    [one] = judge(policy(), of_index("linux/amd64", tag_move=moved)).images
    assert one.reason.endswith(f"what was judged is {INDEX}")
    pinned = judge(policy(), of_index("linux/amd64", tag_move=TagMove(tag="v1", to=None, pinned=True)))
    assert pinned.warnings[0].text.endswith(f"what was judged is {INDEX}")


def test_a_hostile_platform_is_one_line() -> None:
    hostile = of_index("linux/\x1b[31m\n::error::x" + "y" * 10_000)
    for one in judge(demanding("linux/arm64"), hostile, hostile).images:
        assert one.reason == (
            f"the policy asks for linux/arm64 (scan.platforms), and what there is, is linux/ ::error::x{'y' * 42}…"
        )


def test_a_document_is_judged_the_same_again() -> None:
    verdict: Verdict = judge(demanding("linux/amd64", "linux/arm64"), of_index("linux/amd64"))
    assert disagreement(verdict) is None


@pytest.mark.parametrize(
    ("override", "outcomes"),
    [
        ("{for: {repository: team/other}, scan: {platforms: [linux/amd64]}}", ["pass", "no_verdict"]),
        ("{for: {repository: team/app}, scan: {platforms: [linux/arm64]}}", ["pass", "pass"]),
        ("{for: {repository: team/*}, scan: {platforms: [linux/arm64]}}", ["pass", "pass"]),
        ("{for: {env: prod}, scan: {platforms: [linux/s390x]}}", ["no_verdict", "no_verdict"]),
        ("{for: {env: dev}, scan: {platforms: [linux/s390x]}}", ["pass", "pass"]),
    ],
)
def test_what_an_override_demands_is_demanded_of_the_targets_that_it_is_for(override: str, outcomes: list[str]) -> None:
    other = scan(image=image(target="o", repository="team/other", platform="linux/arm64", digest=OTHER_DIGEST))

    judged = judge(
        policy_of(f"max: {{critical: 0}}\noverrides: [{override}]"), of_index("linux/arm64"), other, env="prod"
    )

    assert [one.verdict.value for one in judged.images] == outcomes


def test_what_is_demanded_for_one_image_of_a_target_is_demanded_of_all_of_it() -> None:
    rules = policy_of(
        "max: {critical: 0}\noverrides: [{for: {platform: linux/amd64}, scan: {platforms: [linux/amd64, linux/arm64]}}]"
    )

    alone = judge(rules, of_index("linux/amd64"), of_index("linux/s390x"))
    whole = judge(rules, of_index("linux/amd64"), of_index("linux/arm64"))

    assert [one.verdict for one in alone.images] == [Outcome.NO_VERDICT, Outcome.NO_VERDICT]
    assert alone.images[1].reason == (
        "the policy asks for linux/arm64 (scan.platforms), and what there is, is linux/amd64, linux/s390x"
    )
    assert whole.verdict is Outcome.PASS


def test_where_nothing_is_demanded_nothing_is_missing() -> None:
    images = judge(policy(), of_index(None)).images

    assert demand_platforms((None,), images) is images
