"""A SARIF result says how grave it is, what settled it, and in which image and package it is."""

import pytest
from msgspec.structs import replace

from gate.model import Cvss, Finding, FindingStatus, Fix, Package, Severity
from gate.policy.clauses import Ignore, Max
from gate.policy.document import Policy, ScanDemands
from gate.policy.verdict import Disposition
from tests.builders import finding, fixable, image, judge, package, policy, scan
from tests.reports.sarif_runs import ALL_ALLOWED, NONE_ALLOWED, judged, run_of, with_findings

# Levels, dispositions


@pytest.mark.parametrize(
    ("rules", "severity", "level"),
    [
        (NONE_ALLOWED, Severity.HIGH, "error"),
        (policy(max=Max(informational=0)), Severity.INFORMATIONAL, "error"),
        (policy(max=Max(high=0), mode="warn"), Severity.HIGH, "warning"),
        (policy(max=Max(informational=0), mode="warn"), Severity.INFORMATIONAL, "warning"),
        (ALL_ALLOWED, Severity.HIGH, "warning"),
        (ALL_ALLOWED, Severity.LOW, "warning"),
        (ALL_ALLOWED, Severity.UNKNOWN, "warning"),
        (NONE_ALLOWED, Severity.UNKNOWN, "error"),
        (ALL_ALLOWED, Severity.INFORMATIONAL, "note"),
    ],
)
def test_level(rules: Policy, severity: Severity, level: str) -> None:
    run = judged(finding(severity=severity), rules=rules)

    assert [result["level"] for result in run["results"]] == [level]
    assert run["tool"]["driver"]["rules"][0]["defaultConfiguration"]["level"] == level


@pytest.mark.parametrize("disposition", [Disposition.GRACE, Disposition.BASELINE])
def test_what_is_postponed_is_a_note(disposition: Disposition) -> None:
    verdict = judge(ALL_ALLOWED, scan(finding(severity=Severity.CRITICAL)))
    late = replace(verdict.images[0].findings[0], disposition=disposition, settled_by="3 days of grace are left.")
    run = run_of(with_findings(verdict, late), suppressed=True)

    assert run["results"][0]["level"] == "note"
    assert run["results"][0]["suppressions"] == []
    assert run["results"][0]["message"]["text"].endswith("not known. 3 days of grace are left.")


SETTLED = policy(
    max=Max(critical=0),
    ignore=(Ignore(id="CVE-2026-1", reason="Not reachable.", owner="me"),),
    scan=ScanDemands(inspector_suppressed="trust"),
)
SETTLED_FINDINGS = (
    finding("CVE-2026-1", Severity.CRITICAL),
    finding("CVE-2026-2", Severity.CRITICAL, status=FindingStatus.SUPPRESSED),
    finding("CVE-2026-3", Severity.CRITICAL, status=FindingStatus.CLOSED),
    finding("CVE-2026-4", Severity.LOW),
)


def test_settled_findings_are_left_out() -> None:
    run = judged(*SETTLED_FINDINGS, rules=SETTLED)

    assert [result["ruleId"] for result in run["results"]] == ["CVE-2026-4"]
    assert "suppressions" not in run["results"][0]


def test_settled_findings_are_kept_with_suppressions_if_asked_for() -> None:
    run = run_of(judge(SETTLED, scan(*SETTLED_FINDINGS)), suppressed=True)
    held = {result["ruleId"]: result["suppressions"] for result in run["results"]}

    assert list(held) == ["CVE-2026-4", "CVE-2026-1", "CVE-2026-2", "CVE-2026-3"]
    assert held["CVE-2026-4"] == []
    assert held["CVE-2026-1"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "accepted by ignore entry 1: Not reachable., owner me",
        }
    ]
    assert "Inspector suppression rule" in held["CVE-2026-2"][0]["justification"]
    assert "closed" in held["CVE-2026-3"][0]["justification"]
    assert {result["level"] for result in run["results"][1:]} == {"note"}


def test_a_settled_finding_without_words_is_suppressed_all_the_same() -> None:
    verdict = judge(ALL_ALLOWED, scan(finding()))
    vex = replace(verdict.images[0].findings[0], disposition=Disposition.VEX, settled_by="")
    (result,) = run_of(with_findings(verdict, vex), suppressed=True)["results"]

    assert result["suppressions"][0]["justification"] == "vex"
    assert result["message"]["text"].endswith(" Vex.")


# Properties


@pytest.mark.parametrize(
    ("score", "key"),
    [
        (Cvss(score=7.5, version="3.1", source="nvd", vector="CVSS:3.1/AV:N"), 7.5),
        (Cvss(score=5.0, version="2.0", source="nvd"), None),
        (Cvss(score=5.0, version="", source="\x00", vector="\u202e" * 999), None),
    ],
)
def test_the_real_score_is_in_the_properties_of_the_result(score: Cvss, key: float | None) -> None:
    verdict = judge(ALL_ALLOWED, scan(finding()))
    scored = replace(verdict.images[0].findings[0], cvss=score)
    properties = run_of(with_findings(verdict, scored))["results"][0]["properties"]

    assert properties["cvss"]["score"] == score.score
    assert properties.get("cvssv3_baseScore") == key


def test_properties_of_a_result() -> None:
    properties = judged(fixable(aliases=("GHSA-1\x00", "CVE-1"), exploit=False, names=("a", "b")))["results"][0][
        "properties"
    ]

    assert properties == {
        "severity": "high",
        "disposition": "counted",
        "fix": "full",
        "exploit": False,
        "aliases": ["GHSA-1\ufffd", "CVE-1"],
        "packages": [
            {"name": "a", "version": "1.0-1", "fixedIn": "2.0-1"},
            {"name": "b", "version": "1.0-1", "fixedIn": "2.0-1"},
        ],
    }


# Messages


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (fixable("CVE-2026-1"), "team/app: CVE-2026-1 (high) in openssl 1.0-1, fixed in 2.0-1. "),
        (
            fixable("CVE-2026-1", names=("a", "b", "c")),
            "team/app: CVE-2026-1 (high) in a 1.0-1 and 2 more packages, fixed in 2.0-1. ",
        ),
        (
            finding("X", packages=(package("b"), package("a")), fix=Fix.PARTIAL),
            "team/app: X (high) in a 1.0-1 and 1 more package, a fix exists for some of its packages. ",
        ),
        (finding("X", fix=Fix.FULL), "team/app: X (high) in openssl 1.0-1, a fix exists. "),
        (finding("X", packages=(), fix=Fix.NONE), "team/app: X (high), no fix exists. "),
        (
            finding("X", packages=(Package(name=" "),)),
            "team/app: X (high) in a package without a name, whether a fix exists is not known. ",
        ),
        (
            finding("[x](javascript:y) {0}", packages=(package("celery[redis]"),), fix=Fix.NONE),
            "team/app: (x)(javascript:y) (0) (high) in celery(redis) 1.0-1, no fix exists. ",
        ),
    ],
)
def test_the_first_sentence_names_image_package_and_fix(found: Finding, sentence: str) -> None:
    (result,) = judged(found)["results"]

    assert result["message"]["text"] == f"{sentence}Within what the policy allows."


def test_a_message_names_every_rule_that_is_violated() -> None:
    (result,) = judged(finding(severity=Severity.CRITICAL), rules=policy(max=Max(critical=0), cvss_floor=9.0))[
        "results"
    ]

    assert result["message"]["text"].endswith(" Violates max.critical, cvss_floor.")


def test_a_message_names_the_platform() -> None:
    (result,) = judged(finding(), image=image(platform="linux/arm64"))["results"]

    assert result["message"]["text"].startswith("team/app (linux/arm64): CVE-2026-1000")
