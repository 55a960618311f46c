"""The SARIF report: valid whatever the text, stable from build to build, and it closes no alert wrongly."""

from datetime import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gate.model import Cvss, Finding, Fix, Kind, Package, ScanState, Severity, TagMove
from gate.policy.clauses import AcceptUnsupported, Max
from gate.policy.document import ScanDemands
from gate.policy.verdict import Outcome, Verdict, Warned
from gate.reports.sarif import render, render_suppressed
from tests.builders import NOW, OTHER_DIGEST, finding, image, judge, policy, scan
from tests.reports.golden_files import assert_golden
from tests.reports.samples import SAMPLES, unfinished
from tests.reports.sarif_faults import faults, log_of
from tests.reports.sarif_runs import ALL_ALLOWED, NONE_ALLOWED, judged, notes, run_of


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
