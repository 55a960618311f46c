"""The image: what its Dockerfile installs works, is compiled and holds nothing more; no engine builds it here."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.ci.runner import ROOT, plain_environment

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what the Dockerfile's first stage leaves, made from what it copies and nothing else."""
    source, target = tmp_path_factory.mktemp("src"), tmp_path_factory.mktemp("opt") / "scan-gate"
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        *names, to = line.split()
        for name in names:
            place = source / to / (Path(name).name if to.endswith("/") else "") if to != name else source / to
            place.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, place)
    command = ["sh", "docker/install.sh", str(target)]
    done = subprocess.run(
        command, cwd=source, env=plain_environment(), capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return target


def test_the_installed_gate_judges(installed: Path, tmp_path: Path) -> None:
    command = [
        str(installed / "bin" / "gate"),
        "check",
        str(ROOT / "examples" / "checkout-api.json"),
        "--max",
        "critical=0",
        "-q",
    ]
    times = ["--captured-at", "2026-11-20T12:00:00Z", "--now", "2026-11-20T12:30:00Z"]

    done = subprocess.run([*command, *times], cwd=tmp_path, env=plain_environment(), capture_output=True, check=False)

    assert done.returncode == 1, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_what_is_installed_is_compiled_and_holds_neither_pip_nor_build_tools(installed: Path) -> None:
    packages = next(installed.glob("lib/python3*/site-packages"))

    assert list((packages / "gate").rglob("evaluate*.pyc"))
    assert list((packages / "botocore" / "__pycache__").glob("session*.pyc"))
    assert (packages / "gate" / "policies" / "default.yaml").is_file()
    assert not any((packages / name).exists() for name in ("pip", "hatchling", "moto", "pytest", "tests"))
    assert not (installed / ".build").exists()


def test_the_image_runs_as_nobody_and_has_a_shell_for_gitlab() -> None:
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", DOCKERFILE, re.MULTILINE)
    assert "ENTRYPOINT" not in DOCKERFILE
    assert re.search(r"^ARG BASE=.+-?slim@sha256:[0-9a-f]{64}$", DOCKERFILE, re.MULTILINE)
