"""Options from the environment: which, how they are split, what the document says of them, and which never."""

import json
from pathlib import Path

import pytest

from tests.aws_double.clock import VirtualClock
from tests.aws_double.findings import enhanced_finding
from tests.aws_double.server import AwsDouble
from tests.command import REPLAY, Done, gate, saved

LIMIT = ("--max", "critical=0")


@pytest.fixture
def bad() -> Path:
    return saved(Path("bad image.json"), enhanced_finding(severity="CRITICAL"))


def settings(done: Done) -> dict[str, str]:
    return {setting["name"]: setting["variable"] for setting in json.loads(done.out)["settings"]}


def test_targets_are_split_at_newlines_and_not_at_blanks(bad: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved(Path("good image.json"))
    monkeypatch.setenv("GATE_CHECK_TARGETS", f"\n./{bad}\n  ./good image.json\n\n")

    done = gate("check", *LIMIT, *REPLAY, "-o", "json=-")

    assert [image["target"] for image in json.loads(done.out)["images"]] == ["./bad image.json", "./good image.json"]
    assert settings(done) == {"targets": "GATE_CHECK_TARGETS"}


def test_outputs_are_split_at_newlines_and_not_at_blanks(bad: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_CHECK_OUTPUT", "json=my verdict.json\nsarif=my report.sarif\n")

    done = gate("check", bad, *LIMIT, *REPLAY)

    assert done.code == 1
    assert json.loads(Path("my verdict.json").read_bytes())["settings"] == [
        {"name": "output", "variable": "GATE_CHECK_OUTPUT"}
    ]
    assert Path("my report.sarif").exists()


@pytest.mark.parametrize("value", ["critical=1 high=0", "critical=1\nhigh=0"])
def test_limits_come_from_the_environment_by_the_options_name(
    bad: Path, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATE_CHECK_MAX", value)

    done = gate("check", bad, *REPLAY, "-o", "json=-")

    assert done.code == 0
    assert settings(done) == {"max": "GATE_CHECK_MAX"}
    assert json.loads(done.out)["policy"]["resolved"]["max"]["critical"] == 1


@pytest.mark.parametrize(
    ("variable", "value", "name"),
    [
        ("GATE_CHECK_WAIT", "1m", "wait"),
        ("GATE_CHECK_REGION", "eu-west-1", "region"),
        ("GATE_CHECK_PROFILE", "ci", "profile"),
        ("GATE_CHECK_REGISTRY_ID", "123456789012", "registry-id"),
        ("GATE_CHECK_WARN_EXIT", "true", "warn-exit"),
        ("GATE_CHECK_QUIET", "1", "quiet"),
        ("GATE_CHECK_VERBOSE", "1", "verbose"),
        ("GATE_CHECK_COLOR", "always", "color"),
    ],
)
def test_every_other_option_has_a_variable_that_the_document_names(
    bad: Path, variable: str, value: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)

    done = gate("check", bad, *LIMIT, *REPLAY, "-o", "json=-")

    assert done.code == 1
    assert settings(done) == {name: variable}


def test_the_policy_can_come_from_the_environment(bad: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("my policy.yaml").write_text("version: 1\nmax: {critical: 1}\n", encoding="utf-8")
    monkeypatch.setenv("GATE_CHECK_POLICY", "my policy.yaml")

    done = gate("check", bad, *REPLAY, "-o", "json=-")

    assert done.code == 0
    assert settings(done) == {"policy": "GATE_CHECK_POLICY"}


def test_the_command_line_wins_over_the_environment(bad: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("TARGETS", "./none.json"), ("OUTPUT", "json=x.json"), ("MAX", "critical=9")):
        monkeypatch.setenv(f"GATE_CHECK_{name}", value)

    done = gate("check", bad, *LIMIT, *REPLAY, "-o", "json=-")

    assert done.code == 1
    assert settings(done) == {}
    assert not Path("x.json").exists()


@pytest.mark.parametrize(
    "name",
    [
        "TARGETS",
        "POLICY",
        "MAX",
        "OUTPUT",
        "WAIT",
        "REGION",
        "PROFILE",
        "REGISTRY_ID",
        "WARN_EXIT",
        "QUIET",
        "VERBOSE",
        "COLOR",
    ],
)
def test_an_empty_variable_is_unset(bad: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"GATE_CHECK_{name}", "")

    done = gate("check", bad, *LIMIT, *REPLAY, "-o", "json=-")

    assert done.code == 1
    assert settings(done) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NOW", "2020-01-01T00:00:00Z"),
        ("CAPTURED_AT", "2020-01-01T00:00:00Z"),
        ("EXIT_ZERO", "1"),
        ("HELP", "1"),
    ],
)
def test_some_options_are_never_taken_from_the_environment(
    bad: Path, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"GATE_CHECK_{name}", value)

    done = gate("check", bad, *LIMIT, *REPLAY, "-o", "json=-")

    assert done.code == 1
    assert settings(done) == {}
    assert json.loads(done.out)["judged_at"] == "2026-11-20T12:00:00Z"


@pytest.mark.parametrize("value", ["1", "true", "yes", "0.1.0"])
@pytest.mark.parametrize("name", ["GATE_VERSION", "GATE_HELP", "GATE_CHECK_VERSION"])
def test_a_variable_that_pipelines_may_well_have_for_the_gates_version_passes_nothing(
    bad: Path, name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    assert gate("check", bad, *LIMIT, *REPLAY).code == 1


@pytest.mark.parametrize("word", ["bash_source", "bash_complete", "zsh_source"])
def test_a_shells_completion_passes_nothing(bad: Path, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_GATE_COMPLETE", word)

    assert gate("check", bad, *LIMIT, *REPLAY).code == 1


def test_a_wrong_variable_is_a_wrong_command_line(bad: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_CHECK_WAIT", "\x1b[31m\n::error::soon")

    done = gate("check", bad, *LIMIT, *REPLAY)

    assert done.code == 2
    assert "expected a duration" in done.err
    assert done.err.count("\n") == 1


def test_the_region_is_taken_from_the_variable_that_jobs_in_aws_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("AWS_REGION", "ap-south-1")

    with AwsDouble(VirtualClock()) as double:
        monkeypatch.setenv("AWS_ENDPOINT_URL", double.url)
        done = gate("check", "team/app@sha256:" + "0" * 64, *LIMIT, "--wait", "0s")

    assert done.code == 5
    assert {call.region for call in double.calls} == {"ap-south-1"}


ENDPOINT = "AWS_ENDPOINT_URL"
BOTH = {"AWS_REGION": "ap-south-1", "AWS_DEFAULT_REGION": "eu-west-1"}


@pytest.mark.parametrize(
    ("variables", "options", "named"),
    [
        (BOTH, (), ["AWS_REGION"]),
        ({"AWS_DEFAULT_REGION": "eu-west-1", "AWS_REGION": ""}, (), ["AWS_DEFAULT_REGION"]),
        (BOTH, ("--region", "us-east-1"), []),
        ({**BOTH, "AWS_PROFILE": "ci"}, (), ["AWS_PROFILE", "AWS_REGION"]),
        ({**BOTH, "AWS_PROFILE": "none"}, ("--profile", "ci"), ["AWS_REGION"]),
        (
            {**BOTH, "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:9", "AWS_ENDPOINT_URL_ECR": ""},
            (),
            ["AWS_ENDPOINT_URL_STS", "AWS_REGION"],
        ),
    ],
)
def test_the_document_names_the_variables_that_say_which_aws_is_asked(
    variables: dict[str, str], options: tuple[str, ...], named: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("config").write_text(
        "[profile ci]\nregion = eu-west-1\naws_access_key_id = x\naws_secret_access_key = x\n", encoding="utf-8"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", "config")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with AwsDouble(VirtualClock()) as double:
        monkeypatch.setenv(ENDPOINT, double.url)
        done = gate("check", "team/app@sha256:" + "0" * 64, *LIMIT, *options, "--wait", "0s", "-o", "json=-")

    assert double.calls
    assert settings(done) == {name.lower().replace("_", "-"): name for name in (*named, ENDPOINT)}
    assert double.url not in done.out


def test_where_aws_is_not_asked_no_variable_of_it_is_named(bad: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_PROFILE", ENDPOINT):
        monkeypatch.setenv(name, "x")

    assert settings(gate("check", bad, *LIMIT, *REPLAY, "-o", "json=-")) == {}
