"""Reads the recipes of examples/ as their systems do, and runs what they would run: shells, conditions, variables."""

import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from tests.ci.runner import ROOT

EXAMPLES = ROOT / "examples"
INSTALLS = re.compile(r"pip install --require-hashes --only-binary :all: -r scan-gate\.txt")
"""What is left out of a run, since `gate` is there already: this command and no other."""
_SH, _JENKINS = ("sh", "-e", "-c"), ("sh", "-xe", "-c")
_BASH, _CIRCLE = ("bash", "--noprofile", "--norc", "-c"), ("bash", "-eo", "pipefail", "-c")
_CLOUDFORMATION = {"AWS::AccountId": "123456789012", "AWS::Region": "eu-west-1", "AWS::URLSuffix": "amazonaws.com"}


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a shell is given."""

    shell: tuple[str, ...]
    script: str
    environment: Mapping[str, str] = {}
    always: bool = False
    """It runs where an earlier step has failed, too."""


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """What a recipe runs, and which files its system collects in the end, whatever came of it."""

    steps: tuple[Step, ...]
    kept: tuple[str, ...]
    left_out: tuple[str, ...] = ()


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a run."""

    code: int
    log: str


class _Template(yaml.SafeLoader):
    """Reads CloudFormation's short forms as the text behind them."""


_Template.add_multi_constructor("!", lambda loader, _, node: loader.construct_scalar(node))


def document(name: str) -> dict[Any, Any]:
    """Return a YAML file of examples/ as data."""
    found: dict[Any, Any] = yaml.load((EXAMPLES / name).read_text(encoding="utf-8"), _Template)
    return found


def run(recipe: Recipe, workspace: Path, environment: Mapping[str, str]) -> Ran:
    """Run the steps in order; after the first that fails, only those that always run; its code is the run's."""
    log, code = "", 0
    for step in recipe.steps:
        if code and not step.always:
            continue
        around = {**environment, "CI": "true", **step.environment}
        done = subprocess.run(
            [*step.shell, step.script],
            cwd=workspace,
            env=around,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        log += done.stdout + done.stderr
        code = code or done.returncode
    return Ran(code=code, log=log)


def codebuild(variables: Mapping[str, str]) -> Recipe:
    """Read the buildspec; `variables` are those that the build was started with, which win over its own."""
    return _buildspec(document("codebuild-buildspec.yml"), variables)


def codepipeline(variables: Mapping[str, str]) -> Recipe:
    """Read the template: what the stage's project runs, then the image that the deployment would get."""
    template = document("codepipeline-pre-deploy.yml")
    project = template["Resources"]["Gate"]["Properties"]
    own = {one["Name"]: _substituted(one["Value"]) for one in project["Environment"]["EnvironmentVariables"]}
    stages = {stage["Name"]: stage["Actions"][0] for stage in pipeline(template)["Stages"]}
    for one in msgspec.json.decode(stages["Gate"]["Configuration"]["EnvironmentVariables"]):
        own[one["name"]] = _filled(one["value"], variables)
    gate = _buildspec(
        yaml.safe_load(project["Source"]["BuildSpec"]),
        own | {"REPOSITORY": variables.get("REPOSITORY", own["REPOSITORY"])},
    )
    overrides = msgspec.json.decode(_substituted(stages["Deploy"]["Configuration"]["ParameterOverrides"]))
    deployed = {"IMAGE": _filled(overrides["ImageUri"], variables)}
    deploy = Step(shell=_SH, script='./deploy.sh "$IMAGE"', environment=deployed)
    return msgspec.structs.replace(gate, steps=(*gate.steps, deploy))


def pipeline(template: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties of the template's pipeline."""
    found: dict[str, Any] = template["Resources"]["Pipeline"]["Properties"]
    return found


def jenkins(variables: Mapping[str, str]) -> Recipe:
    """Read the Jenkinsfile: its `sh` steps in single quotes, which Groovy leaves as they are."""
    text = (EXAMPLES / "Jenkinsfile").read_text(encoding="utf-8")
    own = dict(re.findall(r"^ +([A-Z]+) = '([^']*)'$", text, re.MULTILINE))
    scripts = re.findall(r"^ +sh '([^'\\]*)'$", text, re.MULTILINE)
    assert len(scripts) == len(re.findall(r"^ *sh\b", text, re.MULTILINE)), "an sh step that is not in single quotes"
    kept = (*re.findall(r"\bjunit testResults: '([^']*)'", text), *re.findall(r"\bsarif\(pattern: '([^']*)'", text))
    steps = (Step(shell=_JENKINS, script=script, environment=own | dict(variables)) for script in scripts)
    return Recipe(steps=tuple(steps), kept=kept)


def azure(variables: Mapping[str, str]) -> Recipe:
    """Read the pipeline: each `bash` step, and the AWS toolkit's, with what `env:` gives it and its condition."""
    pipeline_ = document("azure-pipelines.yml")
    named = pipeline_["variables"] | {name.lower(): value for name, value in variables.items()}
    steps, kept = [], []
    for found in azure_steps(pipeline_):
        script = found.get("bash") or found.get("inputs", {}).get("inlineScript")
        if script:
            given = {name: _azure_value(value, named) for name, value in found.get("env", {}).items()}
            always = found.get("condition") == "succeededOrFailed()"
            steps.append(Step(shell=_BASH, script=script, environment=given, always=always))
        elif found.get("condition") == "succeededOrFailed()":
            kept.append(found.get("publish") or found["inputs"]["testResultsFiles"])
    return _without_installs(steps, kept)


def azure_steps(pipeline_: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the steps of all jobs of all stages in order."""
    for stage in pipeline_["stages"]:
        for job in stage["jobs"]:
            yield from job["steps"]


def circleci(variables: Mapping[str, str]) -> Recipe:
    """Read the workflow: the jobs in the order that `requires` makes, each `run` with its job's environment."""
    config = document("circleci-config.yml")
    [first, second] = config["workflows"]["release"]["jobs"]
    assert second["deploy"]["requires"] == [first]
    steps, kept = [], []
    for job in (config["jobs"][first], config["jobs"]["deploy"]):
        given = {
            name: value.replace("<< pipeline.parameters.digest >>", variables["DIGEST"])
            for name, value in job["environment"].items()
        } | {name: value for name, value in variables.items() if name != "DIGEST"}
        for step in job["steps"]:
            for kind, what in step.items() if isinstance(step, dict) else ():
                if kind == "run":
                    steps.append(Step(shell=_CIRCLE, script=what["command"], environment=given))
                else:
                    kept.append(what["path"])
    return _without_installs(steps, kept)


SHELLS: Mapping[str, Callable[[Mapping[str, str]], Recipe]] = {
    "codebuild": codebuild,
    "codepipeline": codepipeline,
    "jenkins": jenkins,
    "azure": azure,
    "circleci": circleci,
}
"""The recipes that are shell, by name."""


def _buildspec(spec: Mapping[str, Any], variables: Mapping[str, str]) -> Recipe:
    # A phase is one shell in which the first command that fails is the last.
    given = spec.get("env", {}).get("variables", {}) | dict(variables)
    assert set(spec["phases"]) == {"install", "build"}, "this knows no other phases"
    commands = [spec["phases"][phase]["commands"] for phase in ("install", "build")]
    steps = [Step(shell=_SH, script="\n".join(lines), environment=given) for lines in commands]
    groups = spec["reports"].values()
    kept = [str(Path(group.get("base-directory", ".")) / file) for group in groups for file in group["files"]]
    return _without_installs(steps, kept)


def _without_installs(steps: list[Step], kept: list[str]) -> Recipe:
    installing = tuple(step for step in steps if INSTALLS.fullmatch(step.script))
    return Recipe(
        steps=tuple(step for step in steps if step not in installing),
        kept=tuple(kept),
        left_out=tuple(step.script for step in installing),
    )


def _substituted(text: str) -> str:
    # The only parameter that the recipe's values need has a default.
    repository = document("codepipeline-pre-deploy.yml")["Parameters"]["Repository"]["Default"]
    known = _CLOUDFORMATION | {"Repository": repository}
    return re.sub(r"\$\{([\w:]+)\}", lambda match: known[match[1]], text)


def _filled(text: str, variables: Mapping[str, str]) -> str:
    return text.replace("#{Build.IMAGE_DIGEST}", variables["DIGEST"])


def _azure_value(text: str, named: Mapping[str, str]) -> str:
    match = re.fullmatch(r"\$\((\w+)\)|\$\{\{ parameters\.(\w+) \}\}", text)
    return named[match[1] or match[2]] if match else text
