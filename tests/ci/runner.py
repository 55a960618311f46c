"""Runs the steps of a composite action as GitHub's runner does: its shell, its environment, its files for outputs."""

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

ROOT = Path(__file__).parents[2]
_INPUT = re.compile(r"\$\{\{ inputs\.([a-z-]+) \}\}")
_SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail")


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a run of the action."""

    code: int
    log: str
    outputs: dict[str, str]
    """The action's own outputs, by the names that it gives them."""
    summary: str


def action() -> dict[str, Any]:
    """Return action.yml as data."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    return found


def run(inputs: Mapping[str, str], folder: Path, workspace: Path, environment: Mapping[str, str]) -> Ran:
    """Run the action's steps in order, from a copy of it in `folder`; the first that fails ends it."""
    definition = action()
    given = {name: one.get("default", "") for name, one in definition["inputs"].items()} | dict(inputs)
    temp = workspace.parent / "runner temp"
    temp.mkdir(exist_ok=True)
    outputs: dict[str, dict[str, str]] = {}
    log, code = "", 0
    for number, step in enumerate(definition["runs"]["steps"]):
        files = {
            name: temp / f"{name} {number}"
            for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH")
        }
        for file in files.values():
            file.write_text("", encoding="utf-8")
        own = {name: _filled(value, given) for name, value in step.get("env", {}).items()}
        around = {
            **environment,
            "GITHUB_ACTIONS": "true",
            "CI": "true",
            "RUNNER_TEMP": str(temp),
            "GITHUB_ACTION_PATH": str(folder),
            "GITHUB_WORKSPACE": str(workspace),
            **{name: str(file) for name, file in files.items()},
            **own,
        }
        script = temp / f"step {number}.sh"
        script.write_text(step["run"], encoding="utf-8")
        done = subprocess.run(
            [*_SHELL, str(script)], cwd=workspace, env=around, capture_output=True, text=True, check=False, timeout=300
        )
        log += done.stdout + done.stderr
        outputs[step.get("id", str(number))] = read_outputs(files["GITHUB_OUTPUT"].read_text(encoding="utf-8"))
        summary = files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        code = done.returncode
        if code:
            break
    return Ran(code=code, log=log, outputs=_named(definition, outputs), summary=summary)


def read_outputs(text: str) -> dict[str, str]:
    """Read `name=value` and `name<<DELIMITER` as the runner does; what is neither is an error there, and here."""
    found: dict[str, str] = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, heredoc, delimiter = line.partition("<<")
        if heredoc and "=" not in name:
            value = []
            for inner in lines:
                if inner == delimiter:
                    break
                value.append(inner)
            else:
                raise AssertionError(f"the value of {name} never ends")
            found[name] = "\n".join(value)
        else:
            name, equals, value_ = line.partition("=")
            assert equals, f"no output: {line!r}"
            found[name] = value_
    return found


def plain_environment() -> dict[str, str]:
    """Return what a runner's machine has, without anything of this test run's."""
    kept = ("PATH", "HOME", "PIP_CONFIG_FILE", "PIP_INDEX_URL", "UV_INDEX_URL", "SSL_CERT_FILE", "PIP_CERT")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"LANG": "C.UTF-8"}


def _filled(value: str, given: Mapping[str, str]) -> str:
    return _INPUT.sub(lambda match: given[match[1]], value)


def _named(definition: Mapping[str, Any], outputs: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    found = {}
    for name, one in definition["outputs"].items():
        match = re.fullmatch(r"\$\{\{ steps\.([a-z-]+)\.outputs\.([a-z-]+) \}\}", one["value"])
        assert match, one["value"]
        found[name] = outputs.get(match[1], {}).get(match[2], "")
    return found
