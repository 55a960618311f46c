"""What other systems read is what they take: the action, workflows, pipelines and the Dockerfile, by their linters."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.ci.runner import ROOT

BIN = Path(sys.executable).parent
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


def test_there_are_workflows_to_look_at() -> None:
    assert WORKFLOWS


def test_the_dockerfile_is_without_fault() -> None:
    passes(BIN / "hadolint", "--failure-threshold", "style", "Dockerfile")
