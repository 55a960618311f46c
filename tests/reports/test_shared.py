"""Findings that the images of one index share are said once, with the platforms that have them."""

import pytest

from gate.model import Severity
from gate.policy.clauses import Ignore, Max
from gate.policy.verdict import Verdict
from gate.reports import console
from gate.reports.shared import groups, shared, where_text
from tests.builders import OTHER_DIGEST, finding, image, judge, package, policy, scan

INDEX = "sha256:" + "1d" * 32
THIRD = "sha256:" + "3c" * 32
EVERYWHERE = finding("CVE-2026-0001", Severity.CRITICAL, packages=(package(),))
ONE_ONLY = finding("CVE-2026-0002", Severity.HIGH, packages=(package("zlib"),))
RULES = policy(max=Max(critical=0, high=0))


def judged(*named: tuple[str | None, tuple[object, ...]], rules: object = RULES) -> Verdict:
    digests = (image().digest, OTHER_DIGEST, THIRD)
    scans = [
        scan(*found, image=image(platform=platform, digest=digest, index_digest=INDEX))  # type: ignore[arg-type]
        for (platform, found), digest in zip(named, digests, strict=False)
    ]
    return judge(rules, *scans)  # type: ignore[arg-type]


def said(verdict: Verdict) -> list[tuple[str, str]]:
    [images] = groups(verdict.images)
    return [(one.violation.finding.id, where_text(one, images)) for one in shared(images)]


def test_what_all_have_is_said_once_and_what_one_has_with_its_platform() -> None:
    verdict = judged(("linux/amd64", (EVERYWHERE,)), ("linux/arm64", (ONE_ONLY, EVERYWHERE)))
    assert said(verdict) == [("CVE-2026-0001", "all 2"), ("CVE-2026-0002", "linux/arm64")]


def test_two_of_three_are_both_named() -> None:
    verdict = judged(("linux/amd64", (EVERYWHERE,)), ("linux/arm64", (EVERYWHERE,)), (None, ()))
    assert said(verdict) == [("CVE-2026-0001", "linux/amd64, linux/arm64")]


@pytest.mark.parametrize(("platform", "where"), [("linux/amd64", "linux/amd64@ab12ab1…"), (None, "ab12ab1…")])
def test_images_of_one_platform_are_told_apart_by_digest(platform: str | None, where: str) -> None:
    assert said(judged((platform, (EVERYWHERE,)), (platform, ()))) == [("CVE-2026-0001", where)]


def test_a_hostile_platform_is_one_line() -> None:
    [(_, where)] = said(judged(("linux/\x1b[31m\n::error::" + "x" * 9_999, (EVERYWHERE,)), ("linux/arm64", ())))
    assert where.isprintable()
    assert len(where) <= 60


def test_other_versions_of_a_package_are_no_equal_findings() -> None:
    older = finding("CVE-2026-0001", Severity.CRITICAL, packages=(package(version="0.9"),))
    verdict = judged(("linux/amd64", (EVERYWHERE,)), ("linux/arm64", (older,)))
    assert sorted(where for _, where in said(verdict)) == ["linux/amd64", "linux/arm64"]


def test_images_of_different_indexes_and_targets_stand_alone() -> None:
    images = judge(
        RULES,
        scan(image=image(index_digest=INDEX)),
        scan(image=image(index_digest=INDEX)),
        scan(image=image(index_digest=INDEX, target="team/app:v2")),
        scan(),
        scan(),
    ).images
    assert [len(group) for group in groups(images)] == [2, 1, 1, 1]
    assert groups(()) == ()


def test_the_console_names_the_platforms_of_each_violation() -> None:
    text = console.render(judged(("linux/amd64", (EVERYWHERE,)), ("linux/arm64", (ONE_ONLY, EVERYWHERE))))
    assert text.count("Violations in ") == 1
    assert "Violations in the 2 images of sha256:1d1d1d1d1d1…: 2, worst first" in text
    rows = [row.split() for row in text.splitlines() if "CVE-2026-000" in row and row.startswith("  critical")]
    assert rows[0][-2:] == ["all", "2"]
    assert " linux/arm64" in next(row for row in text.splitlines() if row.startswith("  high") and "CVE" in row)


def test_the_console_names_the_image_whose_findings_are_ignored() -> None:
    rules = policy(max=Max(critical=0), ignore=(Ignore(id="CVE-2026-0001", reason="Known."),))
    text = console.render(judged(("linux/amd64", (EVERYWHERE,)), ("linux/arm64", ()), rules=rules))
    assert "Violations" not in text
    assert "Ignored by the policy in team/app:v1@sha256:" in text
    assert "(linux/amd64): 1" in text
