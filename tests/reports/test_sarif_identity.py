"""What identifies a SARIF result stays from build to build, and no two results share it."""

from typing import Any

from msgspec.structs import replace

from tests.builders import OTHER_DIGEST, finding, image, judge, package, scan
from tests.reports.sarif_runs import ALL_ALLOWED, judged, run_of, uris, with_findings


def fingerprints(run: Any) -> list[str]:
    return [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]


def test_a_finding_without_packages_has_a_path_of_its_own() -> None:
    run = judged(finding("code:sql", packages=()), finding("code:xss", packages=()))

    assert uris(run) == ["team/app/finding/code%3Asql", "team/app/finding/code%3Axss"]
    assert run["results"][0]["locations"][0]["logicalLocations"][0]["kind"] == "image"


def test_the_order_of_packages_changes_nothing_that_identifies_a_result() -> None:
    one = judged(finding(packages=(package("a"), package("b"))))
    other = judged(finding(packages=(package("b"), package("a"))))

    assert uris(one) == uris(other) == ["team/app/OS/a"]
    assert fingerprints(one) == fingerprints(other)


def test_a_new_build_keeps_paths_fingerprints_and_category() -> None:
    def build(version: str, **fields: Any) -> Any:
        held = (finding("X", packages=(package("a", version=version),)), finding("Y", packages=(package("b"),)))
        return judged(*held, image=image(**fields))

    old, new = build("1.0"), build("1.1", target="team/app:v2", tags=("v2",), digest=OTHER_DIGEST)

    assert (uris(old), fingerprints(old)) == (uris(new), fingerprints(new))
    assert old["automationDetails"] == new["automationDetails"]
    assert old["results"] != new["results"]


def test_two_results_never_share_a_fingerprint() -> None:
    twice = scan(finding("X"), finding("X"), finding("X", packages=(package("other"),)))
    verdict = judge(ALL_ALLOWED, twice)
    forged = tuple(replace(found, key="the same") for found in verdict.images[0].findings)

    assert len(set(fingerprints(run_of(verdict)))) == 3
    assert [mark.partition(":")[2] for mark in fingerprints(run_of(with_findings(verdict, *forged)))] == ["1", "2", "3"]
