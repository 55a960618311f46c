"""The recipes of examples/, run against a loopback AWS: the gate decides, reports stay, only a pass is deployed."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hcl2
import msgspec
import pytest
import yaml

from tests.aws_double.answers import enhanced, status
from tests.aws_double.clock import SystemClock
from tests.aws_double.findings import enhanced_finding
from tests.aws_double.server import AwsDouble
from tests.ci.recipes import EXAMPLES, INSTALLS, SHELLS, Ran, run
from tests.ci.runner import plain_environment

REPOSITORY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app"
HOUR_AGO = -3600.0
"""Long settled, so that nothing waits."""
HOSTILE = "$(touch pwned)\";touch pwned;\"`touch pwned`''\ntouch pwned\n*"
"""Its quotes are balanced, so that it would work wherever it were pasted into a script, or read by one again."""
OUTCOMES = {"pass": 0, "fail": 1, "no verdict": 3}


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where recipes run: a workspace, what is around it, and the digests of three images."""

    workspace: Path
    environment: dict[str, str]
    digests: dict[str, str]

    @property
    def deployed(self) -> str | None:
        """What deploy.sh was called with, if it was."""
        file = self.workspace / "deployed"
        return file.read_text(encoding="utf-8") if file.exists() else None


@pytest.fixture(scope="module")
def aws() -> Iterator[tuple[str, dict[str, str]]]:
    """Serve one repository with an image for each outcome; return where, and their digests."""
    with AwsDouble(SystemClock()) as double:
        answers = {
            "pass": enhanced(),
            "fail": enhanced([enhanced_finding(severity="CRITICAL")]),
            "no verdict": status("UNSUPPORTED_IMAGE"),
        }
        digests = {
            name: double.image("team/app", tag=name[:2], pushed_at=HOUR_AGO, steps=[(HOUR_AGO, answer)]).digest
            for name, answer in answers.items()
        }
        yield double.url, digests


@pytest.fixture
def place(aws: tuple[str, dict[str, str]], tmp_path: Path) -> Place:
    """Return a workspace as it is checked out, with `gate` on PATH and nothing else of this environment's."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "gate").symlink_to(Path(sys.executable).parent / "gate")
    workspace = tmp_path / "a workspace"
    workspace.mkdir()
    (workspace / "gate.yaml").write_text("version: 1\nmax: {critical: 0}\n", encoding="utf-8")
    deploy = workspace / "deploy.sh"
    deploy.write_text('#!/bin/sh\nprintf %s "$1" > deployed\n', encoding="utf-8")
    deploy.chmod(0o755)
    plain = plain_environment()
    credentials = {
        "AWS_ENDPOINT_URL": aws[0],
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_EC2_METADATA_DISABLED": "true",
        "HOME": str(tmp_path),
        "PATH": f"{tmp_path / 'bin'}:{plain['PATH']}",
    }
    return Place(workspace=workspace, environment=plain | credentials, digests=aws[1])


def shell(name: str, place: Place, **variables: str) -> Ran:
    """Run one of the recipes that are shell."""
    # CircleCI's token goes to a file that the recipe names; here it must be one of this test's.
    own = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(place.workspace / "token"), "CIRCLE_OIDC_TOKEN_V2": "token"}
    return run(SHELLS[name](own | variables if name == "circleci" else variables), place.workspace, place.environment)


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("name", SHELLS)
def test_the_verdict_decides_and_its_reports_stay(name: str, outcome: str, place: Place) -> None:
    digest = place.digests[outcome]

    ran = shell(name, place, DIGEST=digest)

    assert ran.code == OUTCOMES[outcome], ran.log
    assert place.deployed == (f"{REPOSITORY}@{digest}" if outcome == "pass" else None)
    kept = SHELLS[name]({"DIGEST": digest}).kept
    missing = {path for path in kept if not (place.workspace / path).exists()}
    # An image without a verdict writes no SARIF, so that what was open before stays open.
    assert missing == ({path for path in kept if path.endswith(".sarif")} if outcome == "no verdict" else set())
    assert any("junit" in path or (place.workspace / path).is_dir() for path in kept)
    if name == "azure":
        shown = re.findall(r"^##vso\[task\.uploadsummary\](.+)$", ran.log, re.MULTILINE)
        assert shown == [str(place.workspace / "scan-gate" / "summary.md")]
        assert Path(shown[0]).read_text(encoding="utf-8")
    assert not (place.workspace / "token").exists() or (place.workspace / "token").stat().st_mode & 0o77 == 0


@pytest.mark.parametrize("variable", ["DIGEST", "REPOSITORY"])
@pytest.mark.parametrize("name", SHELLS)
def test_a_hostile_value_stays_text(name: str, variable: str, place: Place) -> None:
    values = {"DIGEST": place.digests["pass"], variable: HOSTILE}

    ran = shell(name, place, **values)

    assert ran.code == 2, ran.log
    assert place.deployed is None
    assert not list(place.workspace.parent.rglob("pwned"))


@pytest.mark.parametrize("name", SHELLS)
def test_what_is_not_run_here_is_the_installing_alone(name: str) -> None:
    left_out = SHELLS[name]({"DIGEST": "sha256:"}).left_out

    assert left_out == (() if name == "jenkins" else (left_out[0],))
    assert all(INSTALLS.fullmatch(script) for script in left_out)


def test_azure_shows_no_summary_where_there_is_none(place: Place) -> None:
    assert "uploadsummary" not in shell("azure", place, DIGEST="none").log


def hook(place: Place, image: str) -> subprocess.CompletedProcess[str]:
    """Run the container of Argo CD's hook: no shell, variables put in as Kubernetes does, the policy mounted."""
    documents = yaml.safe_load_all((EXAMPLES / "argocd-presync.yaml").read_text(encoding="utf-8"))
    found = {one["kind"]: one for one in documents}
    mounted = place.workspace.parent / "policy"
    mounted.mkdir()
    for name, text in found["ConfigMap"]["data"].items():
        (mounted / name).write_text(text, encoding="utf-8")
    [container] = found["Job"]["spec"]["template"]["spec"]["containers"]
    values = {one["name"]: one["value"] for one in container["env"]} | {"IMAGE": image}
    words = [re.sub(r"\$\((\w+)\)", lambda match: values[match[1]], word) for word in container["args"]]
    return subprocess.run(
        [*container["command"], *(word.replace("/policy/", f"{mounted}/") for word in words)],
        cwd=place.workspace,
        env=place.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_the_hook_of_argo_cd_ends_with_the_verdict_and_writes_no_file(outcome: str, place: Place) -> None:
    before = set(place.workspace.rglob("*"))

    done = hook(place, f"{REPOSITORY}@{place.digests[outcome]}")

    assert done.returncode == OUTCOMES[outcome], done.stderr
    assert done.stdout.startswith({"pass": "PASS", "fail": "FAIL"}.get(outcome, "NO VERDICT"))
    assert set(place.workspace.rglob("*")) == before


def test_a_hostile_image_is_one_argument_of_the_hook(place: Place) -> None:
    assert hook(place, f"{REPOSITORY}:{HOSTILE}").returncode == 2
    assert not list(place.workspace.parent.rglob("pwned"))


def scan_gate() -> dict[str, Any]:
    """Return the data source of the example for Terraform."""
    with (EXAMPLES / "terraform" / "main.tf").open(encoding="utf-8") as file:
        found: dict[str, Any] = hcl2.load(file)["data"][0]['"external"']['"scan_gate"']
    return found


def external(place: Place, image: str) -> subprocess.CompletedProcess[str]:
    """Run the program of Terraform's data source as its provider does: the query on stdin, the answer on stdout."""
    source = scan_gate()
    values = {"path.module": str(EXAMPLES / "terraform"), "path.root": str(place.workspace), "var.image": image}

    def value(text: str) -> str:
        return re.sub(r"\$\{([\w.]+)\}", lambda match: values[match[1]], text.removeprefix('"').removesuffix('"'))

    query = {name: value(text) for name, text in source["query"].items() if not name.startswith("__")}
    query["policy"] = str(place.workspace / "gate.yaml")
    program = [value(word) for word in source["program"]]
    return subprocess.run(
        program,
        cwd=place.workspace,
        env=place.environment,
        input=json.dumps(query),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_terraform_gets_a_flat_answer_and_an_image_only_where_it_passed(outcome: str, place: Place) -> None:
    image = f"{REPOSITORY}@{place.digests[outcome]}"

    done = external(place, image)

    assert done.returncode == 0, done.stderr
    answer = msgspec.json.decode(done.stdout, type=dict[str, str])
    assert answer["exit_code"] == str(OUTCOMES[outcome])
    assert answer["image"] == (image if outcome == "pass" else "")
    assert answer["verdict"] == outcome.replace(" ", "_")
    assert answer["reason"]
    [condition] = re.findall(
        r'self\.result\.(\w+) == "(.*)"', scan_gate()["lifecycle"][0]["postcondition"][0]["condition"]
    )
    assert (answer[condition[0]] == condition[1]) == (outcome == "pass")
    assert (place.workspace / "scan-gate.json").is_file()


@pytest.mark.parametrize(
    "image", [HOSTILE, f"{REPOSITORY}:v1", "--exit-zero", "./scan.json", f"{REPOSITORY}@{HOSTILE}"]
)
def test_terraform_is_told_of_an_image_that_is_no_digest(image: str, place: Place) -> None:
    done = external(place, image)

    assert (done.returncode, done.stdout) == (2, "")
    assert "sha256" in done.stderr
    assert not list(place.workspace.parent.rglob("pwned"))


def test_terraform_fails_with_the_gate_where_it_left_no_document(place: Place) -> None:
    (place.workspace / "scan-gate.json").write_text('{"verdict": "pass"}', encoding="utf-8")
    (place.workspace / "gate.yaml").write_text("version: 1\nmax: {critcal: 0}\n", encoding="utf-8")

    done = external(place, f"{REPOSITORY}@{place.digests['pass']}")

    assert (done.returncode, done.stdout) == (2, "")
    assert "critcal" in done.stderr
