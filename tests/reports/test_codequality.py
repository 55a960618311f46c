"""The `codequality` report: what violates, known again in the next build, and nothing that looks mended wrongly."""

import re
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from gate.model import Cvss, ScanState, Severity, TagMove
from gate.policy.choices import SeverityChoice
from gate.policy.clauses import AcceptUnsupported, Ignore, Max, Rule
from gate.policy.conditions import when_of
from gate.policy.document import Relaxations, ScanDemands
from gate.policy.verdict import RuleOutcome, Verdict
from gate.reports import codequality
from gate.reports.codequality import render
from tests.builders import OTHER_DIGEST, finding, image, judge, package, policy, scan
from tests.reports.any_text import read_back, verdicts
from tests.reports.golden_files import assert_golden
from tests.reports.samples import SAMPLES, many, unfinished

NONE_ALLOWED = policy(max=Max(critical=0, high=0, medium=0, low=0, informational=0))
# Written after the page "Code Quality report format" of GitLab's documentation, and stricter than the schema by which
# GitLab reads the entries: it stops at the first one that does not fit.
SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "additionalProperties": False,
        "properties": {
            "description": {"type": "string", "minLength": 1, "maxLength": 2_000},
            "check_name": {"type": "string", "minLength": 1, "maxLength": 255},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "additionalProperties": False,
                "properties": {
                    "path": {"type": "string", "pattern": "^(?!\\.{0,2}/)[A-Za-z0-9._~%/-]+$"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def issues(verdict: Verdict) -> list[Any]:
    found: list[Any] = read_back(render(verdict))
    jsonschema.Draft7Validator(SCHEMA).validate(found)
    fingerprints = {one["fingerprint"] for one in found}
    assert len(fingerprints) == len(found)
    return found


@pytest.mark.parametrize("name", ["pass", "fail", "warn", "hostile", "clean"])
def test_samples_look_as_they_did(name: str) -> None:
    issues(SAMPLES[name])
    text = render(SAMPLES[name])

    assert_golden(f"{name}.codequality.json", msgspec.json.format(text.encode(), indent=2).decode() + "\n")


# What is written, and what is not


def moved() -> Verdict:
    return judge(policy(), scan(finding(), tag_move=TagMove(tag="v1", to=OTHER_DIGEST, pinned=False)))


def accepted_unsupported() -> Verdict:
    accepted = AcceptUnsupported(accept=True, repository="team/*", reason="Firmware.")
    rules = policy(scan=ScanDemands(unsupported=accepted))
    return judge(rules, scan(state=ScanState.UNSUPPORTED, status="UNSUPPORTED_IMAGE"))


@pytest.mark.parametrize(
    "verdict", [SAMPLES["no_verdict"], SAMPLES["mixed"], unfinished(), moved(), accepted_unsupported()]
)
def test_nothing_is_written_where_an_image_was_not_judged_since_its_violations_would_look_mended(
    verdict: Verdict,
) -> None:
    assert render(verdict) == ""


def test_only_what_violates_is_listed() -> None:
    rules = policy(max=Max(high=0, unknown="unlimited"), ignore=(Ignore(id="CVE-2026-3", reason="Not reachable."),))
    found = (finding("CVE-2026-1"), finding("CVE-2026-2", Severity.LOW), finding("CVE-2026-3"))
    (one,) = issues(judge(rules, scan(*found)))

    assert one["description"] == "team/app: HIGH CVE-2026-1: openssl 1.0-1; fix not known. Violates max.high."
    assert one["check_name"] == "max.high"
    assert one["location"] == {"path": "team/app/OS/openssl", "lines": {"begin": 1}}


def test_a_finding_that_violates_several_rules_is_listed_once_and_names_all() -> None:
    rules = policy(max=Max(high=0), cvss_floor=9.0)
    found = finding(scores=(Cvss(score=9.8, version="3.1", source="nvd"),))
    (one,) = issues(judge(rules, scan(found)))

    assert one["description"].endswith("Violates max.high, cvss_floor.")
    assert one["check_name"] == "max.high"


@pytest.mark.parametrize(
    ("severity", "weight"),
    [
        (Severity.CRITICAL, "blocker"),
        (Severity.HIGH, "critical"),
        (Severity.MEDIUM, "major"),
        (Severity.LOW, "minor"),
        (Severity.INFORMATIONAL, "info"),
        (Severity.UNKNOWN, "blocker"),
    ],
)
def test_the_weight_is_the_severity_s(severity: Severity, weight: str) -> None:
    (one,) = issues(judge(NONE_ALLOWED, scan(finding(severity=severity))))

    assert one["severity"] == weight


@pytest.mark.parametrize(("mode", "weight"), [("enforce", "blocker"), ("warn", "minor")])
def test_a_violated_rule_that_counts_no_findings_is_listed_too(mode: str, weight: str) -> None:
    rules = policy(mode=mode, relaxations=Relaxations(unused="fail"), ignore=(Ignore(id="CVE-1", reason="Gone."),))
    found = [one for one in issues(judge(rules)) if one["check_name"] != "mode"]

    assert [(one["check_name"], one["severity"]) for one in found] == [("relaxations.unused", weight)]
    assert found[0]["description"].startswith("team/app: relaxations.unused: 1 unused: ")
    assert found[0]["location"]["path"] == "team/app/rule/relaxations.unused"


def test_a_policy_that_cannot_fail_says_so_first() -> None:
    found = issues(judge(policy(mode="warn", max=Max(high=0)), scan(finding())))

    assert [one["check_name"] for one in found] == ["mode", "max.high"]
    assert found[0]["description"].startswith("This policy cannot fail")
    assert found[0]["severity"] == "info"


def test_a_rule_without_name_or_reason_is_named_all_the_same() -> None:
    verdict = judge(policy(max=Max(high=0)), scan(finding()))
    (held,) = verdict.images
    named = next(rule for rule in held.rules if rule.findings)
    rules = (replace(named, name="", why=""), replace(named, name="", why="", findings=()))
    found = issues(replace(verdict, images=(replace(held, rules=rules),)))

    assert [one["check_name"] for one in found] == ["rule", "rule"]
    assert found[0]["description"] == "team/app: rule: violated"


def test_a_finding_without_packages_has_a_path_of_its_own() -> None:
    (one,) = issues(judge(NONE_ALLOWED, scan(finding("code:python/xss", packages=()))))

    assert one["location"]["path"] == "team/app/finding/code%3Apython/xss"


# What GitLab knows an entry by


def test_the_next_build_keeps_path_and_fingerprint() -> None:
    packages = (package("openssl"), package("libssl3"))
    new = image(digest=OTHER_DIGEST, tags=("v2",), target="team/app:v2")
    later = tuple(replace(one, version="1.0-2") for one in reversed(packages))
    (before,) = issues(judge(NONE_ALLOWED, scan(finding(packages=packages))))
    (after,) = issues(judge(NONE_ALLOWED, scan(finding(packages=later), image=new)))

    assert (before["fingerprint"], before["location"]) == (after["fingerprint"], after["location"])
    assert before["location"]["path"] == "team/app/OS/libssl3"


def test_the_rule_that_is_violated_is_no_part_of_the_fingerprint() -> None:
    rule = Rule(name="all", when=when_of(severity=SeverityChoice.parse("high")))
    (before,) = issues(judge(NONE_ALLOWED, scan(finding())))
    (after,) = issues(judge(policy(rules=(rule,)), scan(finding())))

    assert before["check_name"] != after["check_name"]
    assert before["fingerprint"] == after["fingerprint"]


def test_no_two_entries_share_a_fingerprint() -> None:
    twice = judge(NONE_ALLOWED, *(scan(finding(), finding(), finding("CVE-2026-2")) for _ in range(2)))
    (first, *_) = twice.images
    same = replace(first, findings=first.findings[:1] * 3)

    assert len(issues(twice)) == 6
    assert len(issues(replace(twice, images=(same, same)))) == 6


def test_the_platform_tells_the_images_of_an_index_apart() -> None:
    scans = [scan(finding(), image=image(platform=name)) for name in ("linux/amd64", "linux/arm64")]
    found = issues(judge(NONE_ALLOWED, *scans))

    assert [one["description"].partition(":")[0] for one in found] == [
        "team/app (linux/amd64)",
        "team/app (linux/arm64)",
    ]


# Order and sizes


def test_the_worst_comes_first_whichever_image_it_is_in() -> None:
    rules = policy(max=Max(critical=0, low=0))
    low, bad = finding("CVE-2026-1", Severity.LOW), finding("CVE-2026-2", Severity.CRITICAL)
    found = issues(judge(rules, scan(low), scan(bad, low)))

    assert [one["severity"] for one in found] == ["blocker", "minor", "minor"]


def test_ten_thousand_violations_are_cut_at_whole_entries_and_the_last_one_says_so() -> None:
    verdict = many()
    (held,) = verdict.images
    rules = tuple(
        replace(rule, findings=tuple(range(10_000))) for rule in held.rules if rule.outcome is RuleOutcome.FAIL
    )
    found = issues(replace(verdict, images=(replace(held, rules=rules),)))

    assert len(found) == 5_001
    assert found[-1]["description"] == "5000 violations more: see the JSON document"
    assert found[-1]["severity"] == "minor"
    assert len(render(verdict)) < 5_000_000


def test_one_more_than_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codequality, "_MOST", 1)
    found = issues(judge(NONE_ALLOWED, scan(finding("CVE-2026-1"), finding("CVE-2026-2"))))

    assert [one["check_name"] for one in found] == ["max.high", "more"]
    assert found[-1]["description"] == "1 violation more: see the JSON document"


@settings(deadline=None, derandomize=True, max_examples=60)
@given(verdicts())
def test_any_text_makes_a_list_that_can_be_read(verdict: Verdict) -> None:
    found = issues(verdict)

    named = sum(len({index for rule in held.rules for index in rule.findings}) for held in verdict.images)
    assert len(found) == named
    assert all(not re.search(r"(?:^|/)\.{1,2}(?:/|$)", one["location"]["path"]) for one in found)
