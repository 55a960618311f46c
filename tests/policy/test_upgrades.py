"""What to upgrade: only what clears violations, the package that clears most first."""

import pytest

from gate.model import Finding, Fix, Kind, Severity
from gate.policy.clauses import Budget, Ignore, Max
from gate.policy.document import Policy, ScanDemands
from gate.policy.verdict import Outcome, Upgrade
from tests.builders import OTHER_DIGEST, finding, fixable, image, judge, package, policy, scan

STRICT = policy(max=Max(high=0))


def advised(*listed: Finding) -> list[tuple[str, str, int]]:
    return [(one.name, one.to, one.clears) for one in judge(STRICT, scan(*listed)).upgrades]


def test_the_package_that_clears_most_is_first_and_goes_to_the_highest_version_named() -> None:
    listed = (
        fixable("CVE-1", to="3.0.2-0ubuntu1.9"),
        fixable("CVE-2", to="3.0.2-0ubuntu1.18"),
        fixable("CVE-3", to="1.3", names=("zlib",)),
        fixable("CVE-4", to="1.1", names=("bzip2",)),
    )

    assert advised(*listed) == [("openssl", "3.0.2-0ubuntu1.18", 2), ("bzip2", "1.1", 1), ("zlib", "1.3", 1)]


@pytest.mark.parametrize(
    "listed",
    [
        finding("CVE-1", fix=Fix.NONE),
        finding("CVE-1", fix=Fix.UNKNOWN, packages=(package(fixed_in="2"),)),
        finding("CVE-1", fix=Fix.PARTIAL, packages=(package(fixed_in="2"), package("zlib"))),
        finding("CVE-1", fix=Fix.FULL, packages=(package(fixed_in="2"), package("zlib"))),
        finding("CVE-1", fix=Fix.FULL, packages=(package(),)),
        finding("CVE-1", fix=Fix.FULL, packages=()),
        fixable("CVE-1", Severity.MEDIUM),
    ],
)
def test_nothing_is_advised_that_would_clear_no_violation(listed: Finding) -> None:
    found = judge(STRICT, scan(listed))

    assert found.upgrades == ()
    assert found.verdict_after_upgrades is None


def test_a_finding_in_two_packages_needs_both_upgrades() -> None:
    assert advised(fixable("CVE-1", names=("zlib", "openssl"))) == [("openssl", "2.0-1", 1), ("zlib", "2.0-1", 1)]


def test_one_package_in_several_places_is_one_upgrade() -> None:
    held = tuple(package(path=path, version=version, fixed_in="2") for path, version in (("a", "1.1"), ("b", "1.0")))

    found = judge(STRICT, scan(finding("CVE-1", fix=Fix.FULL, packages=held)))

    assert found.upgrades == (
        Upgrade(name="openssl", type="OS", installed=("1.0", "1.1"), to="2", clears=1, images=(0,)),
    )


def test_packages_of_one_name_and_two_kinds_are_two_upgrades() -> None:
    kinds = [
        finding(f"CVE-{kind}", fix=Fix.FULL, packages=(package(type=kind, version=None, fixed_in="2"),))
        for kind in ("OS", "JAR", None)
    ]

    found = judge(STRICT, scan(*kinds)).upgrades

    assert [(one.type, one.installed) for one in found] == [(None, ()), ("JAR", ()), ("OS", ())]


def test_over_several_images_an_upgrade_names_all_that_need_it() -> None:
    other = scan(fixable("CVE-2"), fixable("CVE-3", names=("zlib",)), image=image(digest=OTHER_DIGEST))

    found = judge(STRICT, scan(fixable("CVE-1")), scan(), other).upgrades

    assert [(one.name, one.clears, one.images) for one in found] == [("openssl", 2, (0, 2)), ("zlib", 1, (2,))]


@pytest.mark.parametrize(
    ("rules", "listed", "after"),
    [
        (STRICT, (fixable("CVE-1"),), Outcome.PASS),
        (STRICT, (fixable("CVE-1"), finding("CVE-2", fix=Fix.NONE)), Outcome.FAIL),
        (policy(max=Max(high=1)), (fixable("CVE-1"), finding("CVE-2", fix=Fix.NONE)), Outcome.PASS),
        (policy(max=Max(high=Budget(fixable=0))), (fixable("CVE-1"), finding("CVE-2", fix=Fix.NONE)), Outcome.PASS),
        (policy(max=Max(high=0), cvss_floor=7.0), (fixable("CVE-1"),), Outcome.PASS),
        (policy(max=Max(high=0), ignore=(Ignore(id="CVE-9"),)), (fixable("CVE-1"),), Outcome.WARN),
        (policy(max=Max(high=0), mode="warn"), (fixable("CVE-1"),), Outcome.PASS),
        (policy(max=Max(high=0), mode="warn"), (fixable("CVE-1"), finding("CVE-2", fix=Fix.NONE)), Outcome.WARN),
        (
            policy(max=Max(high=0), count_by="vulnerability"),
            (fixable("CVE-1"), finding("CVE-1", fix=Fix.NONE, packages=(package("zlib"),))),
            Outcome.FAIL,
        ),
    ],
)
def test_the_verdict_says_what_all_the_upgrades_achieve(
    rules: Policy, listed: tuple[Finding, ...], after: Outcome
) -> None:
    assert judge(rules, scan(*listed)).verdict_after_upgrades is after


def test_an_image_that_stays_without_verdict_keeps_the_run_from_passing() -> None:
    rules = policy(max=Max(high=0), scan=ScanDemands(kind="enhanced"))
    drifted = scan(kind=Kind.BASIC)

    assert judge(rules, scan(fixable("CVE-1")), drifted).verdict_after_upgrades is Outcome.NO_VERDICT
