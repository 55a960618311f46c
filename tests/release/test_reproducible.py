"""Whoever builds a commit gets the same wheel and the same source archive, to the last byte."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from release.built import built

ROOT = Path(__file__).parents[2]
SOURCES = ("gate", "policies", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", ".gitignore")
LONG_AGO = 86_400
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def copied(place: Path, *, mode: int, mtime: int | None) -> Path:
    """Copy what is built into another folder, with other times and other permissions."""
    place.mkdir(parents=True)
    for name in reversed(SOURCES):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, place)
    for path in place.rglob("*"):
        path.chmod(mode | (0o111 if path.is_dir() else 0))
        if mtime is not None:
            os.utime(path, (mtime, mtime))
    return place


def build(checkout: Path, *, umask: int, **surroundings: str) -> dict[str, str]:
    """Build there and return the sha256 of what was built, by file name."""
    kept = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", "out"],
        cwd=checkout,
        env=kept | surroundings,
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return built(checkout / "out")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the hashes of a build of today's checkout."""
    folder = copied(tmp_path_factory.mktemp("first") / "checkout", mode=0o644, mtime=None)
    return build(folder, umask=0o022, LC_ALL="C.UTF-8", TZ="UTC")


def test_another_folder_time_umask_and_locale_build_the_same_bytes(first: dict[str, str], tmp_path: Path) -> None:
    elsewhere = copied(tmp_path / "some other place" / "scan gate", mode=0o600, mtime=LONG_AGO)

    assert build(elsewhere, umask=0o077, LC_ALL="C", TZ="Asia/Tokyo", PYTHONHASHSEED="7") == first


def test_what_is_not_the_same_has_not_the_same_hash(first: dict[str, str], tmp_path: Path) -> None:
    other = copied(tmp_path / "checkout", mode=0o644, mtime=None)
    (other / "gate" / "py.typed").write_text("\n", encoding="utf-8")

    again = build(other, umask=0o022)

    assert {name for name in first if first[name] == again[name]} == set()


def test_the_makefile_lets_no_time_of_the_surroundings_into_a_build() -> None:
    assert re.search(r"^unexport SOURCE_DATE_EPOCH$", MAKEFILE, re.MULTILINE)
    assert re.search(r"^wheel:.+\n\t@\$\(BIN\)/hatchling build -d dist$", MAKEFILE, re.MULTILINE)
