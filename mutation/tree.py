"""A copy of the project in which code may be changed, so that who works on the project meanwhile meets no mutant."""

import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mutation.chosen import ROOT

PYTEST = (sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov")
_UNNEEDED = ("docs/images/", "fuzz/corpus/")
_MEMORY = 5 << 28
"""Bytes that a run of the tests may take, twice what it needs: a mutant may collect without end."""
_SECONDS = 1_800.0
_LONGER = 10.0
_MORE = 20.0
"""Ten times as long as without a change, and 20 seconds more: then a mutant is taken for one that never ends."""


def made(place: Path) -> Path:
    """Copy what git knows, and what it would take, to `place`, which is emptied first; return it."""
    shutil.rmtree(place, ignore_errors=True)
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],  # noqa: S607 - the git of PATH
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.splitlines():
        if not name.startswith(_UNNEEDED) and (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, place / name)
    return place


def configured(place: Path, modules: Iterable[str], tests: Iterable[str]) -> None:
    """Tell mutmut in the copy's pyproject.toml what to change, and which tests to ask."""
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    copied = ["policies", "examples", "docs", "requirements", "README.md", "CHANGELOG.md", "action.yml", "Makefile"]
    settings = {
        "source_paths": ["gate/"],
        "only_mutate": sorted(modules),
        "also_copy": [name for name in copied if (place / name).exists()],
        "pytest_add_cli_args_test_selection": sorted(set(tests)),
        "pytest_add_cli_args": ["-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:cov"],
    }
    lines = [f"{name} = {value}".replace("'", '"') for name, value in settings.items()]
    text = "\n".join([project, "[tool.mutmut]", "use_git_change_detection = false", *lines, ""])
    (place / "pyproject.toml").write_text(text, encoding="utf-8")


@contextmanager
def bounded_memory() -> Iterator[None]:
    """Hold what is started meanwhile to a size at which a mutant dies and the machine does not."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def passes(place: Path, tests: Sequence[str], seconds: float) -> bool:
    """Run tests in the copy, and tell whether they pass before so many seconds are over."""
    try:
        with bounded_memory():
            done = subprocess.run(
                [*PYTEST, *tests],
                cwd=place,
                capture_output=True,
                check=False,
                timeout=seconds,
            )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def patience(place: Path, module: str, tests: Sequence[str]) -> float:
    """Return how many seconds tests may take about a mutant.

    RuntimeError where they fail though nothing is changed: every mutant would count as killed.
    """
    began = time.monotonic()
    if not passes(place, tests, _SECONDS):
        raise RuntimeError(f"{module}: its tests fail where nothing is changed: {' '.join(tests)}")
    return (time.monotonic() - began) * _LONGER + _MORE
