"""What holds for every test of the command line: an empty working directory, and a clock that stands still."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.cli.clock import SystemClock
from tests.builders import NOW


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty directory, at noon of 2026-11-20."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(SystemClock, "now", lambda _: NOW)
    return tmp_path


@pytest.fixture
def deaf(folder: Path) -> Iterator[str]:
    """Return a path that is no file and that nobody can write.

    Not /dev/full: a gate that is broken, run by root, would replace the device by a file.
    """
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("deaf")
        yield "deaf"
