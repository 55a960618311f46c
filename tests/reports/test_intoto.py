"""The `intoto` report: a statement about exactly the digests that were judged, and no PASSED that was not earned."""

from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from gate.model import ScanState, Severity, TagMove
from gate.policy.choices import SeverityChoice
from gate.policy.clauses import AcceptUnsupported, Max, Override, Rule, Selectors
from gate.policy.conditions import when_of
from gate.policy.document import ScanDemands
from gate.policy.verdict import Outcome, RuleOutcome, Verdict
from gate.reports.intoto import render
from tests.builders import DIGEST, OTHER_DIGEST, finding, image, judge, policy, scan
from tests.reports.any_text import read_back, verdicts
from tests.reports.golden_files import assert_golden
from tests.reports.samples import SAMPLES, many, unfinished

PLACE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app"
STRICT = policy(max=Max(high=0))


def statement(verdict: Verdict) -> Any:
    found = read_back(render(verdict))
    assert found["_type"] == "https://in-toto.io/Statement/v1"
    assert found["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    assert all(set(one) == {"name", "digest"} for one in found["subject"])
    return found


def predicate(verdict: Verdict) -> Any:
    return statement(verdict)["predicate"]


def subjects(verdict: Verdict) -> list[str]:
    return [one["digest"]["sha256"] for one in statement(verdict)["subject"]]


@pytest.mark.parametrize("name", ["pass", "fail", "warn", "hostile", "clean"])
def test_samples_look_as_they_did(name: str) -> None:
    statement(SAMPLES[name])
    text = render(SAMPLES[name])

    assert_golden(f"{name}.intoto.json", msgspec.json.format(text.encode(), indent=2).decode() + "\n")


# What is said


@pytest.mark.parametrize(("name", "result"), [("pass", "PASSED"), ("fail", "FAILED"), ("warn", "WARNED")])
def test_the_result_is_the_verdict(name: str, result: str) -> None:
    assert predicate(SAMPLES[name])["result"] == result


def test_the_policy_is_named_by_name_and_hash() -> None:
    configuration = predicate(SAMPLES["pass"])["configuration"]

    assert configuration == [{"name": "payments", "digest": {"sha256": "ab" * 32}}]


def test_the_tests_are_the_rules() -> None:
    soft = Rule(name="low-findings", when=when_of(severity=SeverityChoice.parse("low")), action="warn")
    rules = policy(max=Max(high=0, critical=0), rules=(soft,))
    found = predicate(judge(rules, scan(finding(), finding(severity=Severity.LOW, id="CVE-2026-2"))))

    assert found["failedTests"] == ["max.high"]
    assert found["warnedTests"] == ["low-findings"]
    assert found["passedTests"] == ["scan-complete", "max.critical", "max.unknown"]


def test_a_rule_is_named_once_by_how_it_fared_worst() -> None:
    verdict = judge(
        STRICT, scan(), scan(finding(), image=image(digest=OTHER_DIGEST)), scan(image=image(repository="b"))
    )
    found = predicate(verdict)

    assert found["failedTests"] == ["max.high"]
    assert "max.high" not in found["passedTests"]
    assert len(found["passedTests"]) == len(set(found["passedTests"]))


def test_a_rule_that_did_not_apply_is_not_named() -> None:
    verdict = judge(STRICT)
    (held,) = verdict.images
    skipped = {"max.high": RuleOutcome.SKIPPED}
    rules = tuple(replace(rule, outcome=skipped.get(rule.name, rule.outcome)) for rule in held.rules)
    found = predicate(replace(verdict, images=(replace(held, rules=rules),)))

    assert "max.high" not in (*found["passedTests"], *found["warnedTests"], *found["failedTests"])


def test_rules_whose_names_look_the_same_stay_two() -> None:
    verdict = judge(STRICT)
    (held,) = verdict.images
    twins = tuple(replace(held.rules[0], name=f"known\x1b[{n}m") for n in (1, 2))

    assert len(predicate(replace(verdict, images=(replace(held, rules=twins),)))["passedTests"]) == 2


# About which digests


def test_the_subject_is_the_digest_that_was_judged() -> None:
    (one,) = statement(judge(STRICT))["subject"]

    assert one == {"name": f"{PLACE}@{DIGEST}", "digest": {"sha256": "ab12" * 16}}


INDEX = "sha256:" + "9" * 64


@pytest.mark.parametrize(("narrowed", "digests"), [(False, ["ab12", "9999", "cd34"]), (True, ["ab12", "cd34"])])
def test_an_index_is_a_subject_where_all_of_its_images_were_judged(narrowed: bool, digests: list[str]) -> None:
    scans = [
        scan(image=image(digest=digest, platform=platform, index_digest=INDEX, narrowed=narrowed))
        for digest, platform in ((DIGEST, "linux/amd64"), (OTHER_DIGEST, "linux/arm64"))
    ]
    found = statement(judge(STRICT, *scans))["subject"]

    assert [one["digest"]["sha256"][:4] for one in found] == digests
    assert len({one["name"] for one in found}) == len(found)


def test_a_digest_judged_twice_is_one_subject() -> None:
    assert subjects(judge(STRICT, scan(), scan(image=image(tags=("v2",))))) == ["ab12" * 16]


@pytest.mark.parametrize("digest", [None, "", "sha256:short", "sha512:" + "ab" * 64])
@pytest.mark.parametrize("others", [(), (scan(),)])
def test_nothing_is_said_where_an_image_has_no_digest(digest: str | None, others: tuple[Any, ...]) -> None:
    assert render(judge(STRICT, *others, scan(image=image(digest=digest)))) == ""


@pytest.mark.parametrize("name", ["no_verdict", "mixed"])
def test_nothing_is_said_where_an_image_has_no_verdict_not_even_that_another_failed(name: str) -> None:
    assert render(SAMPLES[name]) == ""


def test_nothing_is_said_of_an_image_whose_tag_moved_meanwhile() -> None:
    assert render(judge(STRICT, scan(tag_move=TagMove(tag="v1", to=OTHER_DIGEST, pinned=False)))) == ""


def test_nothing_is_said_without_a_policy_or_a_finished_run() -> None:
    verdict = judge(STRICT)
    assert verdict.policy is not None

    assert render(unfinished()) == ""
    assert render(replace(verdict, policy=None)) == ""
    assert render(replace(verdict, policy=replace(verdict.policy, sha256="of nothing"))) == ""


# What is never PASSED


@pytest.mark.parametrize("mode", ["enforce", "warn"])
def test_a_policy_that_cannot_fail_never_passes(mode: Literal["enforce", "warn"]) -> None:
    assert (
        predicate(judge(policy(max=Max(high=0), mode=mode)))["result"] == {"enforce": "PASSED", "warn": "WARNED"}[mode]
    )


def test_one_image_that_cannot_fail_spoils_the_pass_of_all() -> None:
    relaxed = Override(for_=Selectors(tag="dev"), mode="warn", reason="Developers are not stopped.")
    rules = policy(max=Max(high=0), overrides=(relaxed,))
    dev = scan(image=image(tags=("dev",), digest=OTHER_DIGEST))

    assert predicate(judge(rules, scan()))["result"] == "PASSED"
    assert predicate(judge(rules, scan(), dev))["result"] == "WARNED"


def test_a_policy_whose_rules_all_only_warn_never_passes() -> None:
    soft = Rule(name="highs", when=when_of(severity=SeverityChoice.parse("high")), action="warn")
    verdict = judge(policy(max=Max(unknown="unlimited"), rules=(soft,)))

    assert verdict.verdict is Outcome.PASS
    assert predicate(verdict)["result"] == "WARNED"


def test_a_policy_that_asks_for_nothing_never_passes() -> None:
    verdict = judge(policy(max=Max(unknown="unlimited")))

    assert verdict.verdict is Outcome.PASS
    assert predicate(verdict)["result"] == "WARNED"


def test_a_rule_that_did_not_apply_earns_no_pass() -> None:
    verdict = judge(STRICT)
    (held,) = verdict.images
    rules = tuple(replace(rule, outcome=RuleOutcome.SKIPPED) for rule in held.rules)

    assert predicate(replace(verdict, images=(replace(held, rules=rules),)))["result"] == "WARNED"


def test_an_accepted_image_that_cannot_be_scanned_is_warned_of() -> None:
    accepted = AcceptUnsupported(accept=True, repository="team/*", reason="Firmware.")
    rules = policy(max=Max(high=0), scan=ScanDemands(unsupported=accepted))
    found = predicate(judge(rules, scan(state=ScanState.UNSUPPORTED, status="UNSUPPORTED_IMAGE")))

    assert (found["result"], found["passedTests"], found["warnedTests"]) == ("WARNED", [], ["scan-complete"])


# Any size, any text


def test_ten_thousand_findings_do_not_make_it_longer() -> None:
    assert predicate(many())["result"] == "FAILED"
    assert len(render(many(10))) == len(render(many(100)))


@settings(deadline=None, derandomize=True, max_examples=60)
@given(verdicts())
def test_any_text_makes_a_statement_about_known_digests_or_none(verdict: Verdict) -> None:
    digests = {held.digest for held in verdict.images}
    if digests <= {DIGEST, OTHER_DIGEST}:
        assert {f"sha256:{digits}" for digits in subjects(verdict)} == digests
    else:
        assert render(verdict) == ""
