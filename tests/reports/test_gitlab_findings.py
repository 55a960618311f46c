"""The vulnerabilities of the `gitlab` report: what GitLab knows them by, and what they say."""

import re
from typing import Any

import pytest
from msgspec.structs import replace

from gate.model import Cvss, Finding, Fix, Kev, Package, Severity
from gate.policy.clauses import Max
from gate.policy.verdict import Disposition, Verdict
from gate.reports.gitlab import render
from tests.builders import NOW, OTHER_DIGEST, finding, image, judge, package, policy, scan
from tests.reports.any_text import read_back

ALL_ALLOWED = policy(max=Max(unknown="unlimited"))


def report(verdict: Verdict) -> Any:
    return read_back(render(verdict))


def listed(*findings: Finding, **fields: Any) -> list[Any]:
    found: list[Any] = report(judge(ALL_ALLOWED, scan(*findings, **fields)))["vulnerabilities"]
    return found


def changed(**fields: Any) -> Any:
    """Return the vulnerability of a judged finding of which something is changed."""
    verdict = judge(ALL_ALLOWED, scan(finding()))
    (held,) = verdict.images
    again = replace(verdict, images=(replace(held, findings=(replace(held.findings[0], **fields),)),))
    (one,) = report(again)["vulnerabilities"]
    return one


# What GitLab knows a vulnerability by


def test_the_next_build_keeps_every_id() -> None:
    packages = (package("openssl"), package("libssl3"))
    later = tuple(replace(one, version="1.0-2", fixed_in="1.0-3") for one in reversed(packages))
    new = image(digest=OTHER_DIGEST, tags=("v2",), target="team/app:v2")
    before = listed(finding(packages=packages))
    after = listed(finding(packages=later), image=new)

    assert [one["id"] for one in before] == [one["id"] for one in after]
    assert [one["identifiers"][0] for one in before] == [one["identifiers"][0] for one in after]
    bases = {one["location"]["image"].rpartition(":")[0] for one in (*before, *after)}
    assert bases == {"123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app@sha256"}


def test_ids_are_uuids_and_no_two_are_the_same() -> None:
    twice = judge(ALL_ALLOWED, *(scan(finding(), finding(), finding("CVE-2026-2")) for _ in range(2)))
    same = replace(twice, images=tuple(replace(one, findings=one.findings[:1] * 2) for one in twice.images))
    for verdict in (twice, same):
        ids = [one["id"] for one in report(verdict)["vulnerabilities"]]

        assert len(set(ids)) == len(ids) >= 4
        assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", one) for one in ids)


def test_a_finding_in_several_packages_is_one_vulnerability_for_each_name() -> None:
    jar = Package(name="log4j-core", version="2.14.1", fixed_in="2.17.1", type="jar", path="a.jar")
    held = (package("zlib"), jar, *(replace(jar, version=f"2.1{n}", path=f"{n}.jar") for n in range(4)))
    log4j, zlib = listed(finding(packages=held, fix=Fix.FULL))

    assert log4j["location"]["dependency"] == {
        "package": {"name": "log4j-core"},
        "version": "2.14.1, 2.10, 2.11 +2",
    }
    assert log4j["solution"] == "Upgrade log4j-core to 2.17.1."
    assert log4j["details"]["path"]["value"] == "a.jar, 0.jar, 1.jar and 2 more"
    assert zlib["location"]["dependency"]["package"] == {"name": "zlib"}
    assert "path" not in zlib["details"]


def test_a_finding_without_packages_is_a_vulnerability_all_the_same() -> None:
    (one,) = listed(finding("code:python/xss", packages=()))

    assert one["name"] == "code:python/xss"
    assert one["location"]["dependency"] == {"package": {"name": "no package"}, "version": "unknown"}


def test_a_package_that_has_no_name_or_version_is_named_all_the_same() -> None:
    (one,) = listed(finding(packages=(Package(name="\u200b "),)))
    (other,) = listed(finding(packages=(Package(name=" "),)))

    assert one["location"]["dependency"]["version"] == "unknown"
    assert other["location"]["dependency"]["package"]["name"] == "(no name)"
    assert other["name"] == "CVE-2026-1000 in (no name)"


# What a vulnerability says


@pytest.mark.parametrize(
    ("severity", "word"),
    [
        (Severity.CRITICAL, "Critical"),
        (Severity.HIGH, "High"),
        (Severity.MEDIUM, "Medium"),
        (Severity.LOW, "Low"),
        (Severity.INFORMATIONAL, "Info"),
        (Severity.UNKNOWN, "Unknown"),
    ],
)
def test_the_severity_is_the_one_that_was_judged(severity: Severity, word: str) -> None:
    assert changed(severity=severity)["severity"] == word


@pytest.mark.parametrize(
    ("fix", "fixed_in", "solution"),
    [
        (Fix.FULL, "2.0-1", "Upgrade openssl to 2.0-1."),
        (Fix.FULL, None, "A fix is available; AWS names no version of this package."),
        (Fix.PARTIAL, None, "A fix is available for some of the packages; AWS names no version of this one."),
        (Fix.NONE, None, "No fix is available yet."),
        (Fix.UNKNOWN, None, None),
        (Fix.FULL, "@all <b>", "Upgrade openssl to `@`all \\<b\\>."),
    ],
)
def test_the_solution_is_the_upgrade(fix: Fix, fixed_in: str | None, solution: str | None) -> None:
    assert changed(fix=fix, packages=(package(fixed_in=fixed_in),)).get("solution") == solution


V3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
V2 = "AV:N/AC:L/Au:N/C:P/I:P/A:P"


def cvss(vector: str | None, source: str = "nvd") -> Cvss:
    return Cvss(score=7.5, version="3.1", source=source, vector=vector)


@pytest.mark.parametrize(
    ("judged", "scores", "vectors"),
    [
        (cvss(V2, "debian"), (cvss(V3), cvss(V2, "debian")), [("debian", V2), ("nvd", V3)]),
        (None, (cvss(V3 + "/E:P/RL:O/RC:C", " "),), [("unknown", V3 + "/E:P/RL:O/RC:C")]),
        (cvss(None), (cvss("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"),), None),
        (None, (cvss("CVSS:3.1/AV:N/AC:L"), cvss(V3 + "\n"), cvss(V3.lower())), None),
        (None, tuple(cvss(V3, f"vendor-{n}") for n in range(12)), [(f"vendor-{n}", V3) for n in range(10)]),
    ],
)
def test_vectors_that_the_schema_knows_are_given_the_judged_one_first(
    judged: Cvss | None, scores: tuple[Cvss, ...], vectors: list[tuple[str, str]] | None
) -> None:
    found = changed(cvss=judged, scores=scores).get("cvss_vectors")

    assert (found and [(one["vendor"], one["vector"]) for one in found]) == vectors


def test_only_plain_web_addresses_become_links() -> None:
    urls = ("https://example.com/b", "javascript:alert(1)", "https://example.com/a", "//example.com")
    one = changed(url="https://example.com/a", references=urls)

    assert one["links"] == [{"url": "https://example.com/a"}, {"url": "https://example.com/b"}]
    assert changed(url=None)["links"] == []
    assert len(changed(references=tuple(f"https://example.com/{n}" for n in range(50)))["links"]) == 20


@pytest.mark.parametrize(
    ("fields", "details"),
    [
        ({}, {}),
        ({"epss": 0.12}, {"epss": 0.12}),
        ({"kev": Kev(listed=False)}, {}),
        ({"kev": Kev(listed=True)}, {"kev": "Listed by CISA."}),
        (
            {"kev": Kev(listed=True, due=NOW.date())},
            {"kev": "Listed by CISA; federal agencies must have acted by 2026-11-20."},
        ),
        ({"exploit": False}, {"exploit": False}),
        ({"settled_by": "in grace", "disposition": Disposition.GRACE}, {"policy": "In grace."}),
        ({"settled_by": "", "disposition": Disposition.BASELINE}, {"policy": "Baseline."}),
    ],
)
def test_details_say_what_the_gate_knows(fields: dict[str, Any], details: dict[str, Any]) -> None:
    found = {key: one["value"] for key, one in changed(**fields)["details"].items()}

    assert found == {"policy": "Within what the policy allows.", **details}


def test_the_rules_that_a_finding_violates_are_named() -> None:
    rules = policy(max=Max(high=0, unknown="unlimited"), cvss_floor=1.0)
    (one,) = report(judge(rules, scan(finding())))["vulnerabilities"]

    assert one["details"]["policy"]["value"] == "Violates max.high, cvss_floor."


def test_a_description_is_text_and_no_markdown() -> None:
    one = changed(description="See [this](https://evil.example.com),\n@all: `rm -rf`, and close #1.")

    assert one["description"] == "See \\[this\\](https://evil.example.com), `@`all: \\`rm -rf\\`, and close `#`1."
