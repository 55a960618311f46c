"""The SARIF report: valid whatever the text, stable from build to build, and it closes no alert wrongly."""

import random
import re
from datetime import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gate.model import Cvss, Finding, FindingStatus, Fix, Kind, Package, Refusal, Scan, ScanState, Severity, TagMove
from gate.policy.clauses import AcceptUnsupported, Ignore, Max
from gate.policy.document import Policy, ScanDemands
from gate.policy.verdict import Disposition, JudgedFinding, Outcome, Verdict, Warned
from gate.reports import sarif
from gate.reports.sarif import render, render_suppressed
from tests.builders import NOW, OTHER_DIGEST, finding, fixable, image, judge, package, policy, scan
from tests.reports.golden_files import assert_golden
from tests.reports.samples import SAMPLES, many, unfinished
from tests.reports.sarif_faults import faults, log_of

NONE_ALLOWED = policy(max=Max(critical=0, high=0))
ALL_ALLOWED = policy(max=Max(unknown="unlimited"))


def run_of(verdict: Verdict, *, suppressed: bool = False) -> Any:
    text = render_suppressed(verdict) if suppressed else render(verdict)
    assert faults(text) == []
    (run,) = log_of(text)["runs"]
    return run


def judged(*findings: Finding, rules: Policy = ALL_ALLOWED, **fields: Any) -> Any:
    return run_of(judge(rules, scan(*findings, **fields)))


def with_findings(verdict: Verdict, *findings: JudgedFinding) -> Verdict:
    return replace(verdict, images=(replace(verdict.images[0], findings=findings),))


def uris(run: Any) -> list[str]:
    return [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]]


def fingerprints(run: Any) -> list[str]:
    return [result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]]


def notes(run: Any) -> list[str]:
    held = run["invocations"][0].get("toolExecutionNotifications", [])
    return [note["message"]["text"] for note in held]


@pytest.mark.parametrize("name", ["pass", "fail", "warn", "mixed", "hostile"])
def test_samples_look_as_they_did(name: str) -> None:
    for kind, made in (("", render), (".suppressed", render_suppressed)):
        text = made(SAMPLES[name])
        assert faults(text) == []
        assert_golden(f"{name}{kind}.sarif", msgspec.json.format(text.encode(), indent=2).decode() + "\n")


def test_same_verdict_same_bytes() -> None:
    assert render(SAMPLES["mixed"]) == render(SAMPLES["mixed"])


# Which images get a run


def accepted_unsupported() -> Verdict:
    rules = policy(
        max=Max(critical=0),
        scan=ScanDemands(unsupported=AcceptUnsupported(accept=True, repository="team/*", reason="x")),
    )
    return judge(rules, scan(state=ScanState.UNSUPPORTED, status="UNSUPPORTED_IMAGE"))


def moved() -> Verdict:
    return judge(ALL_ALLOWED, scan(finding(), tag_move=TagMove(tag="v1", to=OTHER_DIGEST, pinned=False)))


@pytest.mark.parametrize("verdict", [SAMPLES["no_verdict"], unfinished(), accepted_unsupported(), moved()])
def test_no_file_without_a_judged_image(verdict: Verdict) -> None:
    assert render(verdict) == ""
    assert render_suppressed(verdict) == ""


def test_a_judged_image_without_findings_has_an_empty_run() -> None:
    run = judged()

    assert run["results"] == []
    assert run["tool"]["driver"]["rules"] == []
    assert run["properties"]["verdict"] == "pass"


def test_images_without_verdict_have_no_run() -> None:
    runs = log_of(render(SAMPLES["mixed"]))["runs"]

    assert [run["automationDetails"]["id"] for run in runs] == [
        "scan-gate/payments/api/",
        "scan-gate/payments/web/linux-arm64/",
    ]


# Categories


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        ([{}, {"tags": ("v2",)}, {"tags": ("v3",)}], ["team/app/", "team/app/2/", "team/app/3/"]),
        ([{}, {"repository": "team/app/2"}, {}], ["team/app/", "team/app/2/", "team/app/3/"]),
        ([{"platform": "linux/arm64/v8"}] * 2, ["team/app/linux-arm64-v8/", "team/app/linux-arm64-v8/2/"]),
        (
            [{}, {"region": "us-east-1"}, {"registry": "111122223333"}, {"registry": None, "region": None}],
            [
                "123456789012-eu-west-1/team/app/",
                "123456789012-us-east-1/team/app/",
                "111122223333-eu-west-1/team/app/",
                "team/app/",
            ],
        ),
        (
            [{}, {"region": None}, {"region": "us-east-1"}],
            ["123456789012-eu-west-1/team/app/", "123456789012/team/app/", "123456789012-us-east-1/team/app/"],
        ),
        ([{}, {"region": None, "repository": "team/b"}], ["team/app/", "team/b/"]),
        ([{"repository": None, "source": "saved", "target": "/evidence/scan.json"}], ["scan.json/"]),
        ([{"repository": None, "source": "saved", "target": "-"}], ["image/"]),
        ([{"repository": "Été/..//../☃"}], ["t/image/image/image/image/"]),
    ],
)
def test_categories_are_unique_and_stable(images: list[dict[str, Any]], expected: list[str]) -> None:
    verdict = judge(ALL_ALLOWED, *(scan(image=image(**fields)) for fields in images))
    text = render(verdict)

    assert faults(text) == []
    assert [run["automationDetails"]["id"] for run in log_of(text)["runs"]] == [
        f"scan-gate/{name}" for name in expected
    ]


def test_an_image_never_gets_the_category_of_one_without_verdict() -> None:
    pending = Scan(image=image(tags=("v1",)), state=ScanState.PENDING, reason="still scanning")
    run = run_of(judge(ALL_ALLOWED, pending, scan(image=image(tags=("v2",)))))

    assert run["automationDetails"]["id"] == "scan-gate/team/app/2/"


def test_a_refusal_of_one_image_renames_no_other() -> None:
    denied = Refusal(
        image=image(registry=None, region=None, repository="team/b", digest=None), exit_code=5, reason="no"
    )
    for other in (denied, scan(image=image(repository="team/b"))):
        log = log_of(render(judge(ALL_ALLOWED, scan(), other)))

        assert log["runs"][0]["automationDetails"]["id"] == "scan-gate/team/app/"


# Levels, dispositions, severities


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


@pytest.mark.parametrize(
    ("severities", "number"),
    [
        ([Severity.CRITICAL], "9.5"),
        ([Severity.HIGH], "8.0"),
        ([Severity.MEDIUM], "5.5"),
        ([Severity.LOW], "2.0"),
        ([Severity.INFORMATIONAL], None),
        ([Severity.UNKNOWN], None),
        ([Severity.LOW, Severity.HIGH, Severity.MEDIUM], "8.0"),
        ([Severity.UNKNOWN, Severity.LOW], "2.0"),
    ],
)
def test_security_severity_is_that_of_the_severity_judged(severities: list[Severity], number: str | None) -> None:
    found = (
        finding(severity=severity, packages=(package(f"p{n}"),), scores=(Cvss(score=9.9, version="3.1", source="nvd"),))
        for n, severity in enumerate(severities)
    )
    (rule,) = judged(*found)["tool"]["driver"]["rules"]

    assert rule["properties"].get("security-severity") == number


def test_security_severity_is_the_highest_even_if_a_lower_one_violates() -> None:
    found = (
        finding("X", Severity.LOW, packages=(package("a"),)),
        finding("X", Severity.CRITICAL, packages=(package("b"),)),
    )
    run = judged(*found, rules=policy(max=Max(low=0)))

    assert [result["level"] for result in run["results"]] == ["error", "warning"]
    assert run["tool"]["driver"]["rules"][0]["defaultConfiguration"]["level"] == "error"
    assert run["tool"]["driver"]["rules"][0]["properties"]["security-severity"] == "9.5"


def test_an_ignored_finding_does_not_raise_the_severity_of_its_rule() -> None:
    rules = policy(max=Max(critical=0), ignore=(Ignore(package="a", reason="x"),))
    same = "CVE-2026-1"
    found = (
        finding(same, Severity.CRITICAL, packages=(package("a"),)),
        finding(same, Severity.LOW, packages=(package("b"),)),
    )
    (rule,) = judged(*found, rules=rules)["tool"]["driver"]["rules"]

    assert rule["properties"]["security-severity"] == "2.0"


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


# Identity: rule ids, paths, fingerprints


@pytest.mark.parametrize(
    ("vulnerability", "expected"),
    [
        ("CVE-2026-1", "CVE-2026-1"),
        ("ALAS2-2026-1/x y", "ALAS2-2026-1/x y"),
        ("", "~[0-9a-f]{12}"),
        ("   ", "~[0-9a-f]{12}"),
        ("CVE\x00-1", "CVE\ufffd-1~[0-9a-f]{12}"),
        ("\x1b[2JCVE-1", "CVE-1~[0-9a-f]{12}"),
        ("A" * 9_999, "A{241}…~[0-9a-f]{12}"),
        ("\ud800", "\ufffd~[0-9a-f]{12}"),
        ("##[error]x", r"# #\[error\]x~[0-9a-f]{12}"),
    ],
)
def test_rule_ids(vulnerability: str, expected: str) -> None:
    (rule,) = judged(finding(vulnerability, title="", description=""))["tool"]["driver"]["rules"]

    assert re.fullmatch(expected, rule["id"])
    assert rule["shortDescription"]["text"] == rule["id"]


def test_ids_that_look_the_same_stay_two_rules() -> None:
    rules = judged(finding("CVE-1"), finding("CVE-1 "), finding("CVE\x00-1"), finding("CVE\x01-1"))["tool"]["driver"][
        "rules"
    ]

    assert len(rules) == 4


def test_an_id_made_to_equal_another_rule_s_id_joins_that_rule() -> None:
    (rule,) = judged(finding("CVE\x00-1"))["tool"]["driver"]["rules"]
    both = judged(finding("CVE\x00-1"), finding(rule["id"]))

    assert [held["id"] for held in both["tool"]["driver"]["rules"]] == [rule["id"]]
    assert len(both["results"]) == 2


@pytest.mark.parametrize(
    ("kind", "name", "path"),
    [
        ("OS", "openssl", "OS/openssl"),
        (None, "openssl", "package/openssl"),
        ("OS", "libstdc++6", "OS/libstdc%2B%2B6"),
        ("NPM", "@scope/x", "NPM/%40scope/x"),
        ("GOBINARY", "github.com/a/b", "GOBINARY/github.com/a/b"),
        ("JAR", "org.x:y", "JAR/org.x%3Ay"),
        ("OS", "../..", "OS/..~/..~"),
        ("OS", "...", "OS/...~"),
        ("OS", "a/./b//c", "OS/a/.~/b/c"),
        ("OS", "/etc/passwd", "OS/etc/passwd"),
        ("OS", "/", "OS/~"),
        ("OS", "C:\\x", "OS/C%3A%5Cx"),
        ("OS", "javascript:alert(1)", "OS/javascript%3Aalert%281%29"),
        ("http://", "%2e%2e", "http%3A/%252e%252e"),
        ("OS", "😀", "OS/%F0%9F%98%80"),
        ("OS", "\ud800", "OS/%EF%BF%BD~[0-9a-f]{12}"),
        ("OS", "a\nb", "OS/a%20b~[0-9a-f]{12}"),
        ("OS", "", "OS/~[0-9a-f]{12}"),
        ("OS", "x" * 1_000_000, "OS/x{286}%E2%80%A6~[0-9a-f]{12}"),
    ],
)
def test_paths(kind: str | None, name: str, path: str) -> None:
    run = judged(finding(packages=(Package(name=name, type=kind),)))

    assert re.fullmatch(f"team/app/{path}", uris(run)[0])


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


# Help


def test_help_is_a_table_of_packages() -> None:
    found = finding(
        "CVE-2026-1_a",
        packages=(package("a|b`<i>", version=None), package("c", fixed_in="2")),
        url="https://nvd.nist.gov/vuln/detail/CVE-2026-1",
    )
    (rule,) = judged(found)["tool"]["driver"]["rules"]
    link = r"[CVE-2026-1\_a](https://nvd.nist.gov/vuln/detail/CVE-2026-1)"

    assert rule["help"]["markdown"].split("\n") == [
        "| Severity | Package | Version | Fix | Link |",
        "| --- | --- | --- | --- | --- |",
        rf"| high | a\|b\`\<i\> | - | unknown | {link} |",
        f"| high | c | 1.0-1 | 2 | {link} |",
    ]
    assert rule["help"]["text"] == "CVE-2026-1_a: https://nvd.nist.gov/vuln/detail/CVE-2026-1"


def test_help_of_many_packages_says_how_many_more() -> None:
    found = [finding("X", packages=(package(f"p{n:03}"), package(f"q{n:03}"))) for n in range(30)]
    (rule,) = judged(*found, finding("X", packages=()))["tool"]["driver"]["rules"]

    assert rule["help"]["markdown"].count("\n| high") == 10
    assert rule["help"]["markdown"].endswith("\n\nand 51 more")
    assert rule["help"]["text"] == "X: no link is known"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://nvd.nist.gov/vuln/detail/CVE-2026-1", True),
        ("http://a.example/x?y=1&z=%20#frag", True),
        ("https://a.example?q", True),
        ("https://a.example", True),
        (None, False),
        ("", False),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("https://a.example/x y", False),
        ("https://a.example/)[x](http://b.example", False),
        ("https://a.example/%zz", False),
        ("https://a.example/#a#b", False),
        ("https://user@a.example/", False),
        ("https://a.example/\n", False),
        ("https://a.example/" + "x" * 2_048, False),
    ],
)
def test_only_plain_web_addresses_become_links(url: str | None, kept: bool) -> None:
    (rule,) = judged(finding(url=url))["tool"]["driver"]["rules"]

    assert rule.get("helpUri") == (url if kept else None)
    assert ("](" in rule["help"]["markdown"]) is kept


# What a run says of itself


def test_properties_of_a_run() -> None:
    run = judged(image=image(platform="linux/amd64"))

    assert run["properties"] == {
        "image": f"team/app:v1@{image().digest}",
        "digest": image().digest,
        "tags": ["v1"],
        "platform": "linux/amd64",
        "account": "123456789012",
        "region": "eu-west-1",
        "kind": "enhanced",
        "scanCompletedAt": "2026-11-20T10:00:00Z",
        "policyName": "test",
        "policySha256": "0" * 64,
        "verdict": "pass",
    }


@pytest.mark.parametrize(
    ("fields", "reference"),
    [
        ({"target": "team/app@sha256:1"}, f"team/app@{image().digest}"),
        ({"source": "saved", "target": "a/b.json", "tags": ("v7", "v8")}, f"team/app:v7@{image().digest}"),
        ({"source": "saved", "target": "a/b.json", "tags": (), "digest": None, "repository": None}, "b.json"),
    ],
)
def test_the_full_reference_is_in_properties_and_logical_locations(fields: dict[str, Any], reference: str) -> None:
    run = judged(finding(), image=image(**fields))

    assert run["properties"]["image"] == reference
    assert run["results"][0]["locations"][0]["logicalLocations"] == [
        {"name": "openssl", "fullyQualifiedName": reference, "kind": "package"}
    ]


def test_what_the_evidence_does_not_say_is_left_out() -> None:
    verdict = judge(ALL_ALLOWED, scan(completed_at=None, kind=Kind.BASIC))
    bare = replace(verdict, policy=None, images=(replace(verdict.images[0], scan=None, digest=None),))

    assert run_of(verdict)["properties"]["kind"] == "basic"
    assert "scanCompletedAt" not in run_of(verdict)["properties"]
    assert {"policyName", "policySha256", "digest", "scanCompletedAt"}.isdisjoint(run_of(bare)["properties"])


@pytest.mark.parametrize("text", ["2026-11-20T10:00:00", "2026-11-20T10:00:00+00:00", "2026-11-20T15:30:00+05:30"])
def test_times_are_in_utc(text: str) -> None:
    verdict = judge(ALL_ALLOWED, scan())
    facts = verdict.images[0].scan
    assert facts is not None
    done = replace(verdict.images[0], scan=replace(facts, completed_at=datetime.fromisoformat(text)))

    assert run_of(replace(verdict, images=(done,)))["properties"]["scanCompletedAt"] == "2026-11-20T10:00:00Z"


def test_invocation_says_how_the_gate_ended() -> None:
    (invocation,) = judged(finding(severity=Severity.CRITICAL), rules=NONE_ALLOWED)["invocations"]

    assert invocation["executionSuccessful"] is True
    assert invocation["exitCode"] == 1
    assert invocation["exitCodeDescription"].startswith("FAIL: team/app:v1@sha256:")
    assert "toolConfigurationNotifications" not in invocation


def test_a_policy_that_cannot_fail_says_so_first() -> None:
    (invocation,) = run_of(SAMPLES["warn"])["invocations"]

    assert invocation["exitCodeDescription"].startswith("This policy cannot fail (mode: warn)")
    assert invocation["toolConfigurationNotifications"][0]["message"]["text"].startswith("This policy cannot fail")


def test_warnings_stand_with_the_image_that_they_are_about() -> None:
    texts = (("a", 0), ("b", 1), ("c", None), ("", 0))
    made = judge(ALL_ALLOWED, scan(), scan(image=image(repository="other")))
    verdict = replace(made, warnings=tuple(Warned(text=text, image=number) for text, number in texts))
    runs = log_of(render(verdict))["runs"]

    assert [notes(run) for run in runs] == [["a", "c", "a warning without text"], ["b", "c"]]


@pytest.mark.parametrize(("version", "semantic"), [("1.2.3", "1.2.3"), ("1.2.3.dev4", None), ("\x1b[2J", None)])
def test_only_a_semantic_version_is_given_as_one(version: str, semantic: str | None) -> None:
    run = run_of(replace(judge(ALL_ALLOWED), gate=version))

    assert run["tool"]["driver"].get("semanticVersion") == semantic


# Limits


def test_no_more_than_5000_results_and_the_first_notification_says_so() -> None:
    verdict = many(10_000)
    run = run_of(verdict)

    assert len(run["results"]) == 5_000
    assert notes(run)[0] == (
        "5,000 of 10,000 results are in this run, the worst first; left out: 5,000 allowed. "
        "The verdict document has all of them."
    )
    assert sum(result["level"] == "error" for result in run["results"]) == len(
        {index for rule in verdict.images[0].rules for index in rule.findings}
    )


def test_violations_stay_when_something_must_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "_CUTS", ((3, 3),))
    found = [finding(f"CVE-2026-{n}", Severity.CRITICAL) for n in range(3)] + [finding("CVE-2026-9", Severity.LOW)]
    run = judged(*found, rules=policy(max=Max(low=0)))

    assert [(result["ruleId"], result["level"]) for result in run["results"]] == [
        ("CVE-2026-9", "error"),
        ("CVE-2026-0", "warning"),
        ("CVE-2026-1", "warning"),
    ]
    assert "left out: 1 allowed." in notes(run)[0]


def test_more_violations_than_a_run_may_hold_are_counted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "_CUTS", ((3, 2),))
    found = [finding(f"CVE-2026-{n}") for n in range(4)] + [finding("A", Severity.INFORMATIONAL)]
    run = judged(*found, finding("B", Severity.LOW), rules=NONE_ALLOWED)

    assert [result["level"] for result in run["results"]] == ["error"] * 3
    assert (
        "3 of 6 results are in this run, the worst first; left out: 1 violating, 1 allowed, 1 minor." in notes(run)[0]
    )


def test_code_scanning_takes_20_runs_so_the_most_urgent_are_kept() -> None:
    scans = [scan(image=image(repository=f"team/app{n:02}")) for n in range(21)]
    bad = scan(finding(severity=Severity.CRITICAL), image=image(repository="team/bad"))
    text = render(judge(NONE_ALLOWED, *scans, bad))
    runs = log_of(text)["runs"]

    assert faults(text) == []
    assert [run["automationDetails"]["id"] for run in runs] == [
        *(f"scan-gate/team/app{n:02}/" for n in range(19)),
        "scan-gate/team/bad/",
    ]
    assert notes(runs[0]) == ["Code scanning takes 20 runs a file: 2 more images were judged and are not in it."]


def test_a_file_that_would_be_too_large_is_cut_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "_MOST_BYTES", 90_000)
    chance = random.Random(5)
    bad, fair = (
        [finding(f"{word}-{n}", severity, description=chance.randbytes(500).hex()) for n in range(150)]
        for word, severity in (("BAD", Severity.CRITICAL), ("FAIR", Severity.LOW))
    )
    run = judged(*bad, *fair, rules=NONE_ALLOWED)

    assert [result["level"] for result in run["results"]] == ["error"] * 100
    assert "left out: 50 violating, 150 allowed." in notes(run)[0]


def test_a_file_is_never_cut_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "_MOST_BYTES", 10)
    run = judged(finding("A"), finding("B"), rules=NONE_ALLOWED)

    assert [result["ruleId"] for result in run["results"]] == ["A"]


def test_the_worst_that_can_be_named_still_fits() -> None:
    wild = "".join(map(chr, random.Random(7).sample(range(0x4E00, 0x9FA5), 2_000)))
    held = tuple(Package(name=f"{n}{wild}", version=wild, fixed_in=wild, type=wild, path=wild) for n in range(30))
    found = [
        finding(f"{n}{wild}", packages=held, title=wild, description=wild, aliases=(wild,) * 50) for n in range(20)
    ]
    verdict = judge(NONE_ALLOWED, *(scan(*found, image=image(repository=f"{n}/{wild}")) for n in range(4)))

    assert faults(render(verdict)) == []


# Any text


ANY = st.text(st.characters(exclude_categories=()), max_size=30) | st.sampled_from(
    ["", "/", "..", "@a/b", "C:\\x", "x:y", "##[error]", "::error::", "]]>", "a|b", "[x](y)", "{0}", "\ud800", "~", "%"]
)
PACKAGES = st.builds(
    Package, name=ANY, version=st.none() | ANY, fixed_in=st.none() | ANY, type=st.none() | ANY, path=ANY
)
FINDINGS = st.builds(
    finding,
    ANY,
    st.sampled_from(Severity),
    packages=st.lists(PACKAGES, max_size=3).map(tuple),
    title=ANY,
    description=ANY,
    url=st.none() | ANY,
    aliases=st.lists(ANY, max_size=2).map(tuple),
    fix=st.sampled_from(Fix),
    scores=st.lists(st.builds(Cvss, score=st.just(5.0), version=ANY, source=ANY, vector=ANY), max_size=1).map(tuple),
)
IMAGES = st.builds(
    image, target=ANY, repository=st.none() | ANY, registry=ANY, tags=st.lists(ANY).map(tuple), platform=ANY, digest=ANY
)


@settings(deadline=None, max_examples=60)
@given(st.lists(FINDINGS, max_size=6), st.lists(IMAGES, min_size=1, max_size=3))
def test_any_text_makes_a_valid_log(found: list[Finding], images: list[Any]) -> None:
    verdict = judge(NONE_ALLOWED, *(scan(*found, image=held) for held in images), now=NOW)

    assert verdict.verdict is not Outcome.NO_VERDICT
    assert faults(render(verdict)) == []
    assert faults(render_suppressed(verdict)) == []
