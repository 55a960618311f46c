"""Runs a command as a process of its own, again and again, and says what it took: wall and CPU seconds, peak memory."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

from msgspec import Struct

MIB = 1024.0
"""KiB in one: what the kernel counts memory in."""


class Took(Struct, frozen=True, kw_only=True):
    """What a run took, or the medians of several."""

    wall: float
    cpu: float
    """Of the process and all that it started, user and system."""
    peak: float
    """MiB of the largest of these processes."""


class Command(Struct, frozen=True, kw_only=True):
    """A command to measure, and which exit code says that it did its work."""

    words: Sequence[str | Path]
    folder: Path
    environment: Mapping[str, str]
    code: int = 0
    check: Callable[[], None] = lambda: None
    """Called after each run: raises where the work was not done."""


def run(command: Command) -> Took:
    """Run it once; RuntimeError with what it said where it did not do its work."""
    said = command.folder / "said.txt"
    with said.open("wb") as out:
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - commands of the benchmark's own
            [str(word) for word in command.words],
            cwd=command.folder,
            env=dict(command.environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != command.code:
        text = said.read_text(encoding="utf-8", errors="replace")[-2_000:]
        raise RuntimeError(f"{command.words[0]}: exit code {process.returncode}, expected {command.code}\n{text}")
    command.check()
    return Took(wall=wall, cpu=usage.ru_utime + usage.ru_stime, peak=usage.ru_maxrss / MIB)


def in_turn(commands: Mapping[str, Command], rounds: int) -> dict[str, Took]:
    """Run all of them in turn, so that whatever else the machine does meets each, and return the medians.

    One run of each comes before and does not count: it fills the caches.
    """
    for command in commands.values():
        run(command)
    runs: dict[str, list[Took]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            runs[name].append(run(command))
    return {name: _median(taken) for name, taken in runs.items()}


def _median(taken: Sequence[Took]) -> Took:
    return Took(
        wall=median(one.wall for one in taken),
        cpu=median(one.cpu for one in taken),
        peak=median(one.peak for one in taken),
    )
