"""Runs the `gate` command, in this process or as one of its own, over evidence that it writes."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import SimpleNamespace

from msgspec import Struct

import gate as package
from gate.cli.exits import run
from tests.aws_double.findings import JsonObject, severities

ROOT = Path(__file__).parent.parent
DIGEST = "sha256:" + "5c" * 32
CAPTURED = "2026-11-20T12:00:00Z"
REPLAY = ("--captured-at", CAPTURED, "--now", CAPTURED)
"""Judges saved evidence as of one moment, whatever today is."""
YESTERDAY = '{"verdict": "pass", "of": "yesterday"}'
"""What an earlier run left behind."""
_NOBODY = 65_534


class Done(Struct, frozen=True):
    """A run that has ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """What was said, without the line that only tells which policy is used."""
        return [line for line in self.err.splitlines() if not line.startswith("gate: the policy is ")]


def gate(*arguments: str | Path, stdin: bytes | None = None) -> Done:
    """Run the command line in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors=how) for how in ("strict", "backslashreplace"))
    kept = sys.stdin
    if stdin is not None:
        sys.stdin = SimpleNamespace(buffer=io.BytesIO(stdin))
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = run([str(argument) for argument in arguments])
    finally:
        sys.stdin = kept
    return Done(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))


def process(*arguments: str | Path | bytes, **settings: str) -> subprocess.CompletedProcess[bytes]:
    """Run `python -m gate` to its end."""
    return subprocess.run(
        [sys.executable, "-m", "gate", *arguments],
        env=environment(**settings),
        capture_output=True,
        check=False,
        timeout=60,
    )


def environment(**settings: str) -> dict[str, str]:
    """Return this environment with the project importable from any directory, and with `settings`.

    Coverage is not measured there: every line is run in this process too, and a measured process writes files.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    return {**kept, "PYTHONPATH": str(ROOT), **settings}


def answer(*findings: JsonObject, **changes: object) -> JsonObject:
    """Return an enhanced answer as the AWS command line writes it, completed two hours before CAPTURED."""
    found: JsonObject = {
        "imageScanCompletedAt": "2026-11-20T10:00:00+00:00",
        "vulnerabilitySourceUpdatedAt": "2026-11-20T10:00:00+00:00",
        "findingSeverityCounts": severities(findings),
        "enhancedFindings": list(findings),
    }
    return {
        "registryId": "123456789012",
        "repositoryName": "team/app",
        "imageId": {"imageDigest": DIGEST, "imageTag": "v1"},
        "imageScanStatus": {"status": "ACTIVE", "description": "Continuous scan is selected for image."},
        "imageScanFindings": found,
        **changes,
    }


def saved(place: Path, *findings: JsonObject, **changes: object) -> Path:
    """Write such an answer to a file and return its path."""
    place.write_text(json.dumps(answer(*findings, **changes)), encoding="utf-8")
    return place


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be nobody for a while, where this process is root: root may write everywhere."""
    if os.geteuid() != 0:
        yield
        return
    # NOTE: nobody may not enter a checkout in a folder that is root's alone, as `mktemp -d` makes one, and could not
    # load what the gate imports when it is used.
    for module in walk_packages(package.__path__, "gate."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
