"""The GitHub Action: its inputs are the command's options, and its steps do what they say, as a runner runs them."""

import json
import re
import shutil
from pathlib import Path

import pytest

from gate.cli.check import check
from gate.reports import REPORTS, github
from tests.ci.runner import ROOT, action, plain_environment, read_outputs, run
from tests.reports.samples import SAMPLES

CAPTURED = {"captured-at": "2026-11-20T12:00:00Z", "now": "2026-11-20T12:30:00Z"}
NOT_FROM_ENVIRONMENT = {
    "captured-at": "SCAN_GATE_CAPTURED_AT",
    "now": "SCAN_GATE_NOW",
    "exit-zero": "SCAN_GATE_EXIT_ZERO",
}
HOSTILE = 'x\'; touch pwned; echo "$(touch pwned)`touch pwned`" ${{ github.token }} %0A::error::x \\ * ~'


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a blank in its name that holds a copy of the action, as a runner checks it out."""
    folder = tmp_path_factory.mktemp("an action") / "scan gate@v1"
    folder.mkdir()
    for name in ("action", "gate", "policies", "requirements"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "action.yml", folder)
    return folder


@pytest.fixture(scope="module")
def workspace(place: Path) -> Path:
    """Return a workspace beside it, with evidence, a policy, and modules that must not be used."""
    folder = place.parent / "work space"
    folder.mkdir()
    shutil.copytree(ROOT / "examples", folder / "examples")
    (folder / "gate").mkdir()
    (folder / "gate" / "__init__.py").write_text("raise SystemExit(0)\n")
    (folder / "click.py").write_text("raise SystemExit(0)\n")
    return folder


def test_every_option_of_check_is_an_input_and_no_other() -> None:
    options = {
        parameter.opts[-1].removeprefix("--") for parameter in check.params if parameter.name not in {"help", "targets"}
    }
    assert set(action()["inputs"]) == options | {"targets", "python"}


def test_every_input_reaches_the_command_by_the_variable_that_it_reads() -> None:
    [step] = [one for one in action()["runs"]["steps"] if one.get("id") == "check"]
    for name in set(action()["inputs"]) - {"python"}:
        variable = NOT_FROM_ENVIRONMENT.get(name) or f"GATE_CHECK_{name.upper().replace('-', '_')}"
        assert step["env"].pop(variable) == f"${{{{ inputs.{name} }}}}"
    assert step["env"] == {}


def test_every_output_of_the_command_is_one_of_the_action_and_no_other() -> None:
    said = github.outputs(SAMPLES["fail"], dict.fromkeys(REPORTS, "a path"), lambda: "end")
    assert set(action()["outputs"]) == set(read_outputs(said))
    for name, output in action()["outputs"].items():
        assert output["value"] == f"${{{{ steps.check.outputs.{name} }}}}"


def test_no_input_is_part_of_a_script() -> None:
    for step in action()["runs"]["steps"]:
        assert "${{" not in step["run"]
    assert all(one.get("default", "") is not None for one in action()["inputs"].values())


@pytest.mark.parametrize("has_uv", [False, True])
def test_a_violated_policy_fails_the_step_and_says_so_everywhere(place: Path, workspace: Path, *, has_uv: bool) -> None:
    environment = plain_environment()
    if has_uv:
        environment["PATH"] = f"{ROOT / '.venv' / 'bin'}:{environment['PATH']}"
    inputs = {
        "targets": "examples/checkout-api.json\nexamples/batch-worker.json",
        "policy": "examples/gate.yaml",
        "output": "json=out.json\nsarif=scan.sarif",
        **CAPTURED,
    }
    shutil.rmtree(workspace.parent / "runner temp", ignore_errors=True)

    ran = run(inputs, place, workspace, environment)

    assert ran.code == 1, ran.log
    assert (ran.outputs["verdict"], ran.outputs["exit-code"]) == ("fail", "1")
    assert ran.outputs["reason"]
    assert "::error" in ran.log
    assert "FAIL" in ran.summary
    document = json.loads((workspace / ran.outputs["report-json"]).read_text(encoding="utf-8"))
    assert (workspace / ran.outputs["report-sarif"]).is_file()
    assert ran.outputs["report-junit"] == ""
    counts = [image["counts"]["critical"] for image in document["images"]]
    assert ran.outputs["found-critical"] == str(sum(one["found"] for one in counts))
    assert ran.outputs["counted-critical"] == str(sum(one["counted"] for one in counts))
    assert 0 < int(ran.outputs["counted-critical"]) < int(ran.outputs["found-critical"])


def test_uv_is_told_to_trust_what_the_system_trusts(place: Path, workspace: Path, tmp_path: Path) -> None:
    # NOTE: without it uv trusts its own list alone, and a runner behind a company's proxy gets no wheel.
    recorder = tmp_path / "uv"
    recorder.write_text('#!/bin/sh\necho "trust=$UV_SYSTEM_CERTS,$UV_NATIVE_TLS" >&2\nexit 9\n', encoding="utf-8")
    recorder.chmod(0o755)
    shutil.rmtree(workspace.parent / "runner temp", ignore_errors=True)
    inputs = {"targets": "examples/checkout-api.json", "max": "critical=0"}
    environment = plain_environment()

    for said, own in (("trust=true,true", {}), ("trust=false,true", {"UV_SYSTEM_CERTS": "false"})):
        ran = run(inputs, place, workspace, environment | own | {"PATH": f"{tmp_path}:{environment['PATH']}"})
        assert (ran.code, ran.log.splitlines()) == (9, [said])


def test_exit_zero_succeeds_where_the_policy_is_violated(place: Path, workspace: Path) -> None:
    inputs = {"targets": "examples/checkout-api.json", "policy": "examples/gate.yaml", "exit-zero": "true", **CAPTURED}

    ran = run(inputs, place, workspace, plain_environment())

    assert (ran.code, ran.outputs["verdict"], ran.outputs["exit-code"]) == (0, "fail", "1")


def test_without_evidence_the_step_fails_with_its_own_code(place: Path, workspace: Path) -> None:
    ran = run({"targets": "./absent.json", "max": "critical=0"}, place, workspace, plain_environment())

    assert (ran.code, ran.outputs["verdict"]) == (3, "no_verdict")


@pytest.mark.parametrize("name", sorted(set(action()["inputs"]) - {"python", "color", "source"}))
def test_what_stands_in_an_input_is_text(name: str, place: Path, workspace: Path) -> None:
    inputs = {"targets": "examples/checkout-api.json", "policy": "examples/gate.yaml", **CAPTURED, name: HOSTILE}

    ran = run(inputs, place, workspace, plain_environment())

    assert not list(workspace.parent.rglob("pwned"))
    assert ran.code in {1, 2, 3, 5, 70}
    assert not re.search(r"^::error::x", ran.log, re.MULTILINE)


def test_a_python_that_is_too_old_is_named(place: Path, workspace: Path, tmp_path: Path) -> None:
    old = tmp_path / "old python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)

    ran = run({"targets": "x:y", "python": str(old)}, place, workspace, plain_environment())

    assert ran.code == 2
    assert "3.11" in ran.log
