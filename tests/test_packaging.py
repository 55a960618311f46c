"""What is shipped: exactly the package and its default policy; and dependencies that the lock files pin by hash."""

import email
import email.message
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import gate

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
STEM = f"scan_gate-{gate.__version__}"
NO_MODULES = {"py.typed", "reports/page/page.css", "reports/page/page.html.j2", "reports/page/page.js"}
"""All that the package holds beside modules; what else lies in gate/ has no business in a release."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and the source archive, offline, and return their folder."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> zipfile.ZipFile:
    """Return the built wheel."""
    return zipfile.ZipFile(built / f"{STEM}-py3-none-any.whl")


@pytest.fixture(scope="module")
def metadata(wheel: zipfile.ZipFile) -> email.message.Message:
    """Return the wheel's metadata."""
    return email.message_from_bytes(wheel.read(f"{STEM}.dist-info/METADATA"))


def package_files() -> set[str]:
    """Return what the package should hold: the modules that git knows or is about to, and the four files beside."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "gate/*.py"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return {name for name in listed if (ROOT / name).is_file()} | {f"gate/{name}" for name in NO_MODULES}


def pins(name: str) -> dict[str, str]:
    """Return the versions that a lock file pins, by package."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    return {canonicalize_name(found[1]): found[2] for found in re.finditer(r"(?m)^([\w.-]+)==([^\s;]+)", text)}


def test_the_wheel_holds_the_package_its_default_policy_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    about = {
        f"{STEM}.dist-info/{name}" for name in ("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE")
    }

    assert sorted(wheel.namelist()) == sorted(package_files() | about | {"gate/policies/default.yaml"})


def test_the_wheel_is_pure_and_runs_nothing_by_being_installed(wheel: zipfile.ZipFile) -> None:
    assert b"Root-Is-Purelib: true\nTag: py3-none-any\n" in wheel.read(f"{STEM}.dist-info/WHEEL")
    assert not [name for name in wheel.namelist() if ".data/" in name or name.endswith((".pth", ".so"))]
    assert {entry.external_attr >> 16 & 0o7777 for entry in wheel.infolist()} == {0o644}


def test_the_wheels_default_policy_is_the_one_in_policies(wheel: zipfile.ZipFile) -> None:
    assert wheel.read("gate/policies/default.yaml") == (ROOT / "policies" / "default.yaml").read_bytes()


def test_the_source_archive_is_lean(built: Path) -> None:
    with tarfile.open(built / f"{STEM}.tar.gz") as archive:
        names = [name.removeprefix(f"{STEM}/") for name in archive.getnames()]
        kinds = {(member.isreg(), member.mode, member.uid, member.uname) for member in archive}
    about = {".gitignore", "CHANGELOG.md", "LICENSE", "PKG-INFO", "README.md", "pyproject.toml"}

    assert sorted(names) == sorted(package_files() | about | {"policies/default.yaml"})
    assert kinds == {(True, 0o644, 0, "")}


def test_the_wheel_can_be_built_from_the_source_archive(built: Path, wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    with tarfile.open(built / f"{STEM}.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "dist")]

    subprocess.run(command, cwd=tmp_path / STEM, capture_output=True, check=True)

    again = zipfile.ZipFile(tmp_path / "dist" / f"{STEM}-py3-none-any.whl")
    assert {name: again.read(name) for name in again.namelist()} == {
        name: wheel.read(name) for name in wheel.namelist()
    }


def test_the_console_script_is_gate(wheel: zipfile.ZipFile) -> None:
    entry_points = wheel.read(f"{STEM}.dist-info/entry_points.txt").decode()

    assert entry_points.split("\n")[:2] == ["[console_scripts]", "gate = gate.__main__:main"]


def test_the_metadata_says_name_version_licence_and_python(metadata: email.message.Message) -> None:
    said = {key: metadata[key] for key in ("Name", "Version", "License-Expression", "Requires-Python")}

    assert said == {
        "Name": "scan-gate",
        "Version": gate.__version__,
        "License-Expression": "Apache-2.0",
        "Requires-Python": ">=3.11",
    }


def test_the_wheel_asks_for_the_runtime_dependencies_and_no_others(metadata: email.message.Message) -> None:
    asked = {canonicalize_name(Requirement(text).name) for text in metadata.get_all("Requires-Dist", [])}

    assert asked == {"boto3", "click", "jinja2", "junit-xml", "msgspec", "packaging", "pyyaml", "rich"}


def test_the_unpacked_wheel_finds_its_own_default_policy(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    code = "import gate; from gate.policy.loader import built_in; print(gate.__file__); print(built_in().sha256)"
    found = {"PYTHONPATH": str(tmp_path), "PATH": os.environ["PATH"]}

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=found, capture_output=True, text=True, check=True
    )

    where, digest = done.stdout.split()
    assert Path(where).is_relative_to(tmp_path)
    assert re.fullmatch(r"[0-9a-f]{64}", digest)


def test_the_runtime_lock_fits_what_the_project_asks_for() -> None:
    locked = pins("runtime")
    asked = [Requirement(text) for text in PROJECT["project"]["dependencies"]]

    assert [str(a) for a in asked if not a.specifier.contains(locked[canonicalize_name(a.name)])] == []


def test_every_dependency_has_an_honest_lower_bound() -> None:
    locked = pins("runtime")
    for text in PROJECT["project"]["dependencies"]:
        (bound,) = Requirement(text).specifier

        assert bound.operator == ">="
        assert Version(bound.version) <= Version(locked[canonicalize_name(Requirement(text).name)])


def test_the_development_lock_holds_the_runtime_pins_and_every_tool() -> None:
    runtime, dev = pins("runtime"), pins("dev")
    tools = {canonicalize_name(Requirement(text).name) for text in PROJECT["dependency-groups"]["dev"]}

    assert runtime.items() <= dev.items()
    assert tools <= dev.keys()


def test_the_changelog_has_a_place_for_what_comes_next() -> None:
    headings = re.findall(r"(?m)^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))

    assert headings[0] == "[Unreleased]"


def test_make_lists_what_contributors_run() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)

    listed = {line.split()[1] for line in done.stdout.splitlines()}
    everyday = {"help", "setup", "demo", "test", "lint", "format", "docs", "clean"}
    assert listed == everyday | {"lock", "audit", "wheel", "sbom", "golden", "pictures", "mutate", "fuzz", "bench"}


def test_the_ci_script_can_be_run() -> None:
    script = ROOT / ".ci" / "run"

    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", str(script)], check=True)
