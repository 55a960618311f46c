"""`gate check` with KEV, EPSS, an environment, VEX and a baseline: what is asked, refused, told in the document."""

import gzip
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gate.sources.sessions import own_session
from tests.aws_double.answers import basic, enhanced
from tests.aws_double.builds import BUILD, build_finding, built
from tests.aws_double.clock import VirtualClock
from tests.aws_double.findings import basic_finding, enhanced_finding
from tests.aws_double.server import AwsDouble
from tests.builders import NOW
from tests.command import REPLAY, Done, gate, saved
from tests.facts.written import catalogue, entry, scores

WEEK = -7 * 86_400.0
MAX = "version: 1\nmax: {critical: 0}\n"
KNOWN = "rules: [{name: known, when: {kev: true}}]\n"
LIKELY = "rules: [{name: likely, when: {epss: 0.5+}}]\n"
_one_session = cache(own_session)


@pytest.fixture(autouse=True)
def files(folder: Path) -> None:
    (folder / "kev.json").write_bytes(catalogue(entry("CVE-2026-1001")))
    (folder / "epss.csv.gz").write_bytes(gzip.compress(scores("CVE-2026-1001,0.9,1", "CVE-2026-1002,0.1,1")))
    saved(folder / "image.json", enhanced_finding("CVE-2026-1001"), enhanced_finding("CVE-2026-1002"))


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, no_sdk_sleep: list[float]) -> Iterator[AwsDouble]:
    clock = VirtualClock(NOW)
    monkeypatch.setattr("gate.cli.check.SystemClock", lambda: clock)
    with AwsDouble(clock) as double:
        monkeypatch.setenv("AWS_ENDPOINT_URL", double.url)
        monkeypatch.setattr("gate.sources.aws.own_session", _one_session)
        yield double


def policy(text: str) -> None:
    Path("gate.yaml").write_text(MAX + text, encoding="utf-8")


def check(*words: str, target: str = "image.json") -> Done:
    replay = REPLAY if target.endswith(".json") else ()
    return gate("check", target, "-p", "gate.yaml", *replay, "-q", "-o", "json=verdict.json", *words)


def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Path("verdict.json").read_bytes())
    return found


def rule(name: str) -> tuple[str, list[int]]:
    """Return how a rule came out for the one image of the document, and which findings it counts."""
    [found] = [one for one in document()["images"][0]["rules"] if one["name"] == name]
    return found["outcome"], found["findings"]


def test_files_of_facts_are_judged_and_named_in_the_document() -> None:
    policy("rules: [{name: known, when: {kev: true}}, {name: likely, when: {epss: 0.5+}, action: warn}]\n")
    done = check("--kev", "kev.json", "--epss", "epss.csv.gz")
    said = document()

    assert (done.code, rule("known"), rule("likely")) == (1, ("fail", [0]), ("warn", [0]))
    assert (said["facts"]["kev"]["file"], said["facts"]["kev"]["entries"]) == ("kev.json", 1)
    assert (said["facts"]["epss"]["file"], said["facts"]["epss"]["entries"]) == ("epss.csv.gz", 2)
    assert [one["kev"]["listed"] for one in said["images"][0]["findings"]] == [True, False]
    assert [one["epss_source"] for one in said["images"][0]["findings"]] == ["file", "file"]
    assert gate("verdict", "verdict.json").code == 1


def test_the_environment_chooses_the_overrides_and_is_named() -> None:
    policy("overrides: [{for: {env: prod}, max: {high: 0}}, {for: {env: dev}, mode: warn, reason: r}]\n")

    assert (check("--env", "prod").code, document()["env"]) == (1, "prod")
    assert document()["images"][0]["overrides"] == [0]
    assert gate("verdict", "verdict.json").code == 1
    assert (check("--env", "dev", "--warn-exit").code, document()["images"][0]["mode"]) == (0, "warn")
    assert (check().code, document()["env"]) == (0, None)
    assert "the policy differs by environment (prod, dev), and no --env was given" in str(document()["warnings"])


@pytest.mark.parametrize(
    ("selectors", "words", "code"),
    [
        ("env: prod", ("--env", "dev"), 0),
        ("env: prod", (), 0),
        ("env: prod", ("--env", "prod"), 2),
        ("repository: other/*", (), 0),
        ("repository: team/*", (), 2),
    ],
)
def test_rules_of_an_override_ask_for_data_only_where_it_selects_the_image(
    selectors: str, words: tuple[str, ...], code: int
) -> None:
    rules = "rules: [{name: known, when: {kev: true}}]"
    policy(f"overrides: [{{for: {{{selectors}}}, {rules}}}, {{for: {{env: dev}}, max: {{high: 5}}, reason: r}}]\n")

    done = check(*words)

    assert done.code == code, done.err
    assert ("asks for `kev`, and there is no data for it" in done.err) is (code == 2)


def test_statements_of_vex_settle_findings_and_stand_in_the_document() -> None:
    statement = {
        "vulnerability": {"name": "CVE-2026-1001"},
        "products": [{"@id": "pkg:oci/app@sha256:" + "5c" * 32}],
        "status": "not_affected",
        "justification": "component_not_present",
    }
    head = {"@context": "https://openvex.dev/ns/v0.2.0", "author": "a@example.com", "timestamp": "2026-11-01T00:00:00Z"}
    Path("app.vex.json").write_text(json.dumps({**head, "statements": [statement]}), encoding="utf-8")
    policy("vex: {files: ['*.vex.json'], reason: r}\n")
    done = check()
    said = document()

    assert done.code == 0
    assert [one["disposition"] for one in said["images"][0]["findings"]] == ["vex", "counted"]
    assert [(one["file"], one["statements"]) for one in said["policy"]["vex"]] == [("app.vex.json", 1)]
    assert [one["ids"] for one in said["vex"]] == [["CVE-2026-1001"]]
    assert gate("verdict", "verdict.json").code == 0


def test_the_baseline_stands_in_the_document() -> None:
    saved(Path("before.json"), enhanced_finding("CVE-2026-1001"), imageId={"imageDigest": "sha256:" + "7e" * 32})
    Path("gate.yaml").write_text("version: 1\nmax: {critical: 0, high: 0}\nbaseline: {judge: new}\n", encoding="utf-8")
    done = check("--baseline", "before.json")

    assert (done.code, rule("max.high")) == (1, ("fail", [1]))
    assert document()["images"][0]["baseline"]["target"] == "before.json"
    assert gate("verdict", "verdict.json").code == 1


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("", ("--env", "prd"), "--env prd: the policy has no override for this environment; it names none"),
        ("overrides: [{for: {env: prod}, max: {high: 0}}]\n", ("--env", "prd"), "it names prod"),
        (KNOWN, (), "gate.yaml:3: rule known asks for `kev`, and there is no data for it: give it with --kev FILE"),
        (KNOWN, ("--epss", "epss.csv.gz"), "rule known asks for `kev`"),
        (LIKELY, ("--kev", "kev.json"), "asks for `epss`, and there is no data for it: give it with --epss FILE"),
        ("relaxations: {never: {kev: true}}\n", (), "gate.yaml:3: relaxations.never asks for `kev`"),
        (KNOWN, ("--kev", "none.json"), "--kev none.json cannot be read: No such file or directory"),
        (KNOWN, ("--kev", "epss.csv.gz"), "epss.csv.gz: is not JSON"),
        (KNOWN, ("--kev", ""), "--kev cannot be read: Is a directory"),
        ("", ("--baseline", "prod"), "--baseline names an image to compare with, and the policy has no `baseline`"),
    ],
)  # fmt: skip
def test_what_does_not_fit_or_is_not_known_is_refused(text: str, words: tuple[str, ...], said: str) -> None:
    policy(text)
    done = check(*words)

    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert document()["finished"] is False


def test_where_no_finding_hangs_on_it_no_data_is_needed() -> None:
    policy("rules: [{name: known, when: {kev: true, severity: critical}}]\n")

    assert (check().code, rule("known")) == (0, ("pass", []))


@pytest.mark.parametrize(
    ("text", "words", "why"),
    [
        (KNOWN, ("--kev", "old.json"), "the KEV data (old.json) is 1w1d1h old (of 2026-11-12)"),
        (f"{KNOWN}facts: {{kev_max_age: 18h}}\n", ("--kev", "kev.json"), "the policy allows 18h (facts.kev_max_age)"),
        (LIKELY, ("--epss", "old.csv"), "the EPSS data (old.csv) is 1w1d12h old"),
        (f"{LIKELY}facts: {{epss_max_age: 11h}}\n", ("--epss", "epss.csv.gz"), "allows 11h (facts.epss_max_age)"),
        (KNOWN, ("--kev", "ahead.json"), "the KEV data (ahead.json) is dated"),
    ],
)  # fmt: skip
def test_data_that_is_too_old_is_no_verdict(text: str, words: tuple[str, ...], why: str) -> None:
    Path("old.json").write_bytes(catalogue(entry(), dateReleased="2026-11-12T11:59:00Z"))
    Path("ahead.json").write_bytes(catalogue(entry(), dateReleased="2026-11-21T00:00:00Z"))
    first = "#model_version:v2025.03.14,score_date:2026-11-12T00:00:00+0000"
    Path("old.csv").write_bytes(scores("CVE-2026-1001,0.1,1", first=first))
    policy(text)
    done = check(*words)

    assert (done.code, document()["verdict"]) == (3, "no_verdict")
    assert why in document()["images"][0]["reason"]
    assert gate("verdict", "verdict.json").code == 3


def test_old_data_that_no_condition_asks_for_is_no_matter() -> None:
    Path("old.json").write_bytes(catalogue(entry(), dateReleased="2026-01-01T00:00:00Z"))
    policy("")

    assert check("--kev", "old.json").code == 0


@pytest.mark.parametrize(
    ("option", "variable", "value"),
    [
        ("kev", "GATE_CHECK_KEV", "kev.json"),
        ("epss", "GATE_CHECK_EPSS", "epss.csv.gz"),
        ("env", "GATE_CHECK_ENV", "prod"),
        ("baseline", "GATE_CHECK_BASELINE", "before.json"),
    ],
)
def test_each_option_may_come_from_the_environment_and_is_named(
    option: str, variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(Path("before.json"), enhanced_finding("CVE-2026-1001"), imageId={"imageDigest": "sha256:" + "7e" * 32})
    policy("baseline: {judge: new}\noverrides: [{for: {env: prod}, max: {low: 0}}]\n")
    monkeypatch.setenv(variable, value)
    done = check()
    said = document()

    assert done.code == 0
    assert said["settings"] == [{"name": option, "variable": variable}]
    told = {
        "kev": said["facts"]["kev"] and said["facts"]["kev"]["file"],
        "epss": said["facts"]["epss"] and said["facts"]["epss"]["file"],
        "env": said["env"],
        "baseline": said["images"][0]["baseline"]["target"] or None,
    }
    assert told == {**dict.fromkeys(told), option: value}


def test_a_variable_that_is_empty_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KEV", "EPSS", "ENV", "BASELINE"):
        monkeypatch.setenv(f"GATE_CHECK_{name}", "")
    policy("")

    assert (check().code, document()["settings"]) == (0, [])


def put(double: AwsDouble, *findings: Any, kind: Any = enhanced) -> None:
    double.image("team/app", tag="v1", pushed_at=WEEK, steps=[(WEEK, kind(findings))])


@pytest.mark.parametrize(
    "text", [KNOWN.replace("kev", "exploit"), KNOWN, LIKELY, KNOWN.replace("kev: true", "kev_due: 7d, severity: low")]
)
def test_what_image_builder_lacks_is_refused_before_aws_is_asked(text: str, aws: AwsDouble) -> None:
    aws.build(built(build_finding()))
    policy(text)
    done = check(target=BUILD)

    assert (done.code, aws.calls) == (2, ())
    assert "which Image Builder does not know; it takes " in done.err


def test_a_build_is_judged_by_what_a_file_says(aws: AwsDouble) -> None:
    aws.build(built(build_finding("CVE-2026-1001")))
    policy(KNOWN)
    done = check("--kev", "kev.json", target=BUILD)

    assert (done.code, rule("known")[0]) == (1, "fail")
    assert gate("verdict", "verdict.json").code == 1


def test_an_exploit_over_a_basic_scan_is_a_wrong_policy(aws: AwsDouble) -> None:
    put(aws, basic_finding(), kind=basic)
    policy(KNOWN.replace("kev", "exploit"))
    done = check(target="team/app:v1")

    assert done.code == 2
    assert "gate.yaml:3: rule known asks for `exploit`, which basic scanning of ECR does not know" in done.err
    assert document()["finished"] is False


def test_without_a_file_inspector_is_asked_about_what_a_rule_hangs_on_alone(aws: AwsDouble) -> None:
    listed, other = enhanced_finding("CVE-2026-1001"), enhanced_finding("CVE-2026-1002", "LOW")
    put(aws, listed, other)
    aws.inspector.details(listed, kev=(NOW, NOW))
    policy("rules: [{name: known, when: {kev: true, severity: high}}]\n")
    done = check(target="team/app:v1")
    [asked] = aws.called("BatchGetFindingDetails")

    assert (done.code, rule("known")) == (1, ("fail", [0]))
    assert len(asked.input["findingArns"]) == 1  # type: ignore[arg-type]  # a list
    assert document()["images"][0]["findings"][0]["kev"]["source"] == "inspector"
    assert (document()["facts"], gate("verdict", "verdict.json").code) == ({"kev": None, "epss": None}, 1)


def test_with_a_file_inspector_is_not_asked(aws: AwsDouble) -> None:
    put(aws, enhanced_finding("CVE-2026-1001"))
    policy(f"rules:\n- {KNOWN[8:-2]}\n- {LIKELY[8:-2]}\n")
    done = check("--kev", "kev.json", "--epss", "epss.csv.gz", target="team/app:v1")

    assert (done.code, rule("known")[0], rule("likely")[0]) == (1, "fail", "fail")
    assert set(aws.operations) == {"DescribeImages", "DescribeImageScanFindings"}
