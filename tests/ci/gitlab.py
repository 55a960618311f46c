"""Runs the GitLab component in a project of its own, by gitlab-ci-local: real jobs, in a shell, with artifacts."""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
import yaml

from tests.aws_double.answers import enhanced, failed
from tests.aws_double.clock import SystemClock
from tests.aws_double.findings import enhanced_finding
from tests.aws_double.server import AwsDouble
from tests.ci.needs import MODULES, needs
from tests.ci.runner import ROOT
from tests.command import environment

TEMPLATE = ROOT / "templates" / "scan-gate.yml"
needs_gitlab = needs("node", "git", "rsync", "gitlab-ci-local")
POLICY = "version: 1\nmax: {critical: 0}\n"
DIGESTS = {"clean": "sha256:" + "aa" * 32, "bad": "sha256:" + "bb" * 32, "broken": "sha256:" + "cc" * 32}
RUNNING = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": "eu-central-1"}
_DAY = 86_400
_ENDED = re.compile(r"^(\S+:\S+) +finished in [^ ]+ m?s(?: +(FAIL|WARN) (\d+))?", re.MULTILINE)
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_GIT = ("git", "-c", "user.name=nobody", "-c", "user.email=nobody@example.com", "-c", "init.defaultBranch=main")


class Pipeline(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a pipeline."""

    log: str
    codes: dict[str, int]
    """The exit code of each job that ran, by its name."""
    folder: Path
    """The project, with the artifacts of its jobs."""

    def report(self, name: str) -> Path:
        """Return where the report of this name is, or would be."""
        return self.folder / "scan-gate" / name


@contextmanager
def account() -> Iterator[AwsDouble]:
    """An account with an image that is clean, one that is bad, and one that is broken: its scan failed."""
    images = {
        "clean": enhanced([enhanced_finding(severity="LOW")]),
        "bad": enhanced([enhanced_finding(severity="CRITICAL")]),
        "broken": failed("the scan broke"),
    }
    with AwsDouble(SystemClock()) as double:
        for tag, answer in images.items():
            double.image("team/app", tag=tag, digest=DIGESTS[tag], pushed_at=-8 * _DAY, steps=[(-7 * _DAY, answer)])
        yield double


def check(
    double: AwsDouble,
    folder: Path,
    tag: str,
    inputs: Mapping[str, str] = {},
    policy: str = POLICY,
    config: str = "",
    **variables: str,
) -> Pipeline:
    """Run the component on `team/app:TAG` of that account, or `config`, in a folder with a blank in its name."""
    machine = {**RUNNING, "AWS_ENDPOINT_URL": double.url, "CI": "true"}
    given = {"IMAGE": f"team/app:{tag}", **variables}
    local = {
        "local": f"templates/{TEMPLATE.name}",
        "inputs": {"image": "registry.example.com/gate", "target": "$IMAGE", **inputs},
    }
    return pipeline(folder / "a project", config or yaml.safe_dump({"include": [local]}), policy, given, machine)


def pipeline(
    folder: Path,
    config: str,
    policy: str,
    variables: Mapping[str, str],
    settings: Mapping[str, str],
) -> Pipeline:
    """Run what .gitlab-ci.yml says, in a project that holds the component and gate.yaml, and has these variables.

    `settings` are of the machine that the jobs run on. What GitLab does with `image` and `id_tokens` is not done here.
    """
    (folder / "templates").mkdir(parents=True)
    (folder / "templates" / TEMPLATE.name).write_bytes(TEMPLATE.read_bytes())
    (folder / "gate.yaml").write_text(policy, encoding="utf-8")
    (folder / ".gitlab-ci.yml").write_text(config, encoding="utf-8")
    for command in (["init", "-q"], ["remote", "add", "origin", "git@gitlab.example.com:team/app.git"], ["add", "-A"]):
        subprocess.run([*_GIT, *command], cwd=folder, check=True, capture_output=True)
    subprocess.run([*_GIT, "commit", "-qm", "A project"], cwd=folder, check=True, capture_output=True)
    given = [part for name, value in variables.items() for part in ("--variable", f"{name}={value}")]
    binaries = os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ["PATH"]])
    done = subprocess.run(
        [MODULES / ".bin" / "gitlab-ci-local", "--force-shell-executor", *given],
        cwd=folder,
        env=environment(**{"PATH": binaries, "HOME": str(folder.parent), **settings}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    log = _COLOURS.sub("", done.stdout + done.stderr)
    # NOTE: its own exit code is 0 where a job with `allow_failure: exit_codes` fails with another one; the log tells.
    codes = {name: int(code or 0) for name, _, code in _ENDED.findall(log)}
    return Pipeline(log=log, codes=codes, folder=folder)
