"""What the recipes of examples/ are made of: their systems' schemas take them, and no value is pasted into a shell."""

import ast
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import hcl2
import pytest
import yaml

from tests.ci.recipes import EXAMPLES, azure_steps, document, pipeline
from tests.ci.runner import ROOT, plain_environment

BIN = Path(sys.executable).parent
HOOKS = {one["id"]: one for one in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
GOOD = """
version: 1
max: {critical: 0}
tests:
  - {name: a critical finding blocks, findings: [{id: CVE-2026-1, severity: critical}], expect: fail}
"""


def passes(*command: str | Path) -> None:
    """Run a linter and show what it says where it is not content."""
    done = subprocess.run([str(one) for one in command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_circleci_takes_its_recipe_by_its_schema() -> None:
    passes(BIN / "check-jsonschema", "--builtin-schema", "vendor.circle-ci", EXAMPLES / "circleci-config.yml")


def test_azure_takes_its_recipe_by_its_schema(tmp_path: Path) -> None:
    # The schema knows no task of the marketplace: the one that there is, is held against it as the bash that it runs.
    recipe = document("azure-pipelines.yml")
    [judging] = [step for step in azure_steps(recipe) if step.get("task", "").startswith("AWSShellScript@")]
    judging["bash"] = judging.pop("inputs")["inlineScript"]
    del judging["task"]
    for stage in recipe["stages"]:
        for job in stage["jobs"]:
            job["steps"] = [{"bash": step.pop("bash"), **step} if "bash" in step else step for step in job["steps"]]
    known = tmp_path / "azure-pipelines.yml"
    known.write_text(yaml.safe_dump(recipe, sort_keys=False), encoding="utf-8")

    command = (BIN / "check-jsonschema", "--builtin-schema", "vendor.azure-pipelines")
    passes(*command, "--data-transform", "azure-pipelines", known)


def test_kubernetes_takes_the_hook_of_argo_cd_by_its_schema() -> None:
    hook = EXAMPLES / "argocd-presync.yaml"
    objects = list(yaml.safe_load_all(hook.read_text(encoding="utf-8")))

    for version in ("1.31", "1.34"):
        passes(BIN / "kubernetes-validate", "--strict", "-k", version, hook)
    for one in objects:
        assert one["metadata"]["annotations"]["argocd.argoproj.io/hook"] == "PreSync"
        assert one["metadata"]["annotations"]["argocd.argoproj.io/hook-delete-policy"] == "BeforeHookCreation"
    assert [one["kind"] for one in objects] == ["ServiceAccount", "ConfigMap", "Job"]


def test_the_hook_of_argo_cd_tries_again_after_exit_code_4_alone_and_may_do_nothing_else() -> None:
    *_, job = yaml.safe_load_all((EXAMPLES / "argocd-presync.yaml").read_text(encoding="utf-8"))
    pod = job["spec"]["template"]["spec"]
    [container] = pod["containers"]

    evicted, refused = job["spec"]["podFailurePolicy"]["rules"]
    assert refused == {
        "action": "FailJob",
        "onExitCodes": {"containerName": container["name"], "operator": "NotIn", "values": [4]},
    }
    assert (evicted["action"], evicted["onPodConditions"][0]["type"]) == ("Ignore", "DisruptionTarget")
    assert (job["spec"]["backoffLimit"], pod["restartPolicy"]) == (2, "Never")
    assert pod["securityContext"]["runAsNonRoot"]
    assert not pod["automountServiceAccountToken"]
    secured = container["securityContext"]
    assert (secured["readOnlyRootFilesystem"], secured["privileged"]) == (True, False)
    assert (secured["allowPrivilegeEscalation"], secured["capabilities"]) == (False, {"drop": ["ALL"]})
    assert all("@sha256:" in text for text in (container["image"], container["env"][0]["value"]))


def test_codebuild_judges_in_the_phase_after_which_reports_are_uploaded() -> None:
    spec = document("codebuild-buildspec.yml")
    [group] = spec["reports"].values()

    assert str(spec["version"]) == "0.2"
    assert [any("gate check" in line for line in phase["commands"]) for phase in spec["phases"].values()] == [
        False,
        True,
    ]
    assert list(spec["phases"]) == ["install", "build"]
    assert (group["file-format"], group["files"]) == ("JUNITXML", ["junit.xml"])
    assert all(set(phase) <= {"runtime-versions", "commands"} for phase in spec["phases"].values()), "no on-failure"


def test_codepipeline_judges_between_build_and_deploy_and_deploys_that_digest() -> None:
    template = document("codepipeline-pre-deploy.yml")
    found = pipeline(template)
    gate, deploy = (stage["Actions"][0]["Configuration"] for stage in found["Stages"][2:])

    assert found["PipelineType"] == "V2"
    assert [stage["Name"] for stage in found["Stages"]] == ["Source", "Build", "Gate", "Deploy"]
    assert all(set(stage) == {"Name", "Actions"} for stage in found["Stages"]), "no OnFailure that goes on"
    assert json.loads(gate["EnvironmentVariables"])[0]["value"] == "#{Build.IMAGE_DIGEST}"
    assert json.loads(deploy["ParameterOverrides"])["ImageUri"].endswith("@#{Build.IMAGE_DIGEST}")


def test_codepipelines_roles_may_do_only_what_the_gate_needs() -> None:
    resources = document("codepipeline-pre-deploy.yml")["Resources"]
    [policy] = resources["GateRole"]["Properties"]["Policies"]
    documented = (ROOT / "docs" / "iam.md").read_text(encoding="utf-8")

    for statement in policy["PolicyDocument"]["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not any("*" in action for action in actions)
        about_images = [action for action in actions if action.startswith(("ecr:", "inspector2:"))]
        assert all(action in documented for action in about_images)
        assert statement["Resource"] != "*" or len(about_images) == len(actions)


def test_cloudformation_takes_the_template_by_its_linter() -> None:
    passes(BIN / "cfn-lint", "--non-zero-exit-code", "informational", EXAMPLES / "codepipeline-pre-deploy.yml")


def test_the_jenkinsfile_shows_what_was_found_of_a_build_that_failed() -> None:
    text = (EXAMPLES / "Jenkinsfile").read_text(encoding="utf-8")
    code = re.sub(r"'[^'\n]*'|//[^\n]*", "", text)
    [always] = re.findall(r"always \{\n(.*?)\n {8}\}", text, re.DOTALL)

    assert all(code.count(left) == code.count(right) for left, right in ("{}", "()"))
    assert '"' not in code, "Groovy fills in text that stands in double quotes"
    assert [re.match(r"\s*(\w+)", line)[1] for line in always.splitlines() if "//" not in line] == [  # type: ignore[index]
        "junit",
        "recordIssues",
        "archiveArtifacts",
    ]
    assert "recordIssues enabledForFailure: true, tool: sarif(" in always
    assert not re.search(r"returnStatus|catchError|\|\| true", text)


@pytest.mark.parametrize("name", ["azure-pipelines.yml", "circleci-config.yml", "codebuild-buildspec.yml"])
def test_no_system_fills_values_into_a_script(name: str) -> None:
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    scripts = [
        line for line in text.splitlines() if re.search(r"\bgate check|deploy\.sh|\bpip install|printf|echo", line)
    ]

    assert scripts
    assert not [line for line in scripts if not line.lstrip().startswith("#") and re.search(r"\$\(|\$\{\{|<<", line)]


def test_terraform_refuses_what_did_not_pass_twice() -> None:
    with (EXAMPLES / "terraform" / "main.tf").open(encoding="utf-8") as file:
        found = hcl2.load(file)
    service = found["resource"][0]['"terraform_data"']['"service"']

    assert service["input"] == "${data.external.scan_gate.result.image}"
    [precondition] = service["lifecycle"][0]["precondition"]
    assert precondition["condition"] == "${data.external.scan_gate.result.image == var.image}"


def test_the_program_for_terraform_is_one_file_of_the_standard_library_alone() -> None:
    tree = ast.parse((EXAMPLES / "terraform" / "scan_gate.py").read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "." for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert names <= sys.stdlib_module_names
    assert "shell" not in {
        keyword.arg for node in ast.walk(tree) if isinstance(node, ast.Call) for keyword in node.keywords
    }


def test_pre_commit_offers_the_hooks_that_its_recipe_takes() -> None:
    [repo] = document("pre-commit-config.yaml")["repos"]

    assert [hook["id"] for hook in repo["hooks"]] == list(HOOKS)
    for hook in (*repo["hooks"], *HOOKS.values()):
        files = re.compile(hook["files"])
        assert all(files.search(path) for path in ("gate.yaml", "team/gate.yml"))
        assert not any(files.search(path) for path in ("aggregate.yaml", "gate.yaml.bak", "gate/values.yaml"))
    assert {hook["language"] for hook in HOOKS.values()} == {"python"}


@pytest.mark.parametrize(
    ("name", "policy", "code"),
    [
        ("gate-policy-lint", GOOD, 0),
        ("gate-policy-lint", GOOD.replace("max", "maxx"), 2),
        ("gate-policy-test", GOOD, 0),
        ("gate-policy-test", GOOD.replace("expect: fail", "expect: pass"), 1),
    ],
)
def test_a_hook_of_pre_commit_judges_the_files_that_it_is_given(
    name: str, policy: str, code: int, tmp_path: Path
) -> None:
    for place, text in (("gate.yaml", GOOD), ("$(touch pwned) team/gate.yml", policy)):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text(text, encoding="utf-8")
    program, *arguments = shlex.split(HOOKS[name]["entry"])

    done = subprocess.run(
        [str(BIN / program), *arguments, "gate.yaml", "$(touch pwned) team/gate.yml"],
        cwd=tmp_path,
        env=plain_environment(),
        capture_output=True,
        check=False,
    )

    assert done.returncode == code, done.stdout + done.stderr


def test_pre_commit_takes_both_of_its_files() -> None:
    passes(BIN / "pre-commit", "validate-config", EXAMPLES / "pre-commit-config.yaml")
    passes(BIN / "pre-commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml")
