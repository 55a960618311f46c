"""A long run: every target for its share of the time, two processes side by side, and what came of it."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from msgspec import Struct

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "build" / "fuzz"
PROCESSES = 2
_GRACE = 120
"""Seconds that a target may take longer than its share, before it is said to hang."""
_LEAST = 5


class Ran(Struct, frozen=True, kw_only=True):
    """What became of one target."""

    name: str
    driver: str
    seconds: int
    executions: int
    before: int | None
    """Edges of the code covered by the corpus; None where nobody counts them."""
    after: int | None
    finds: tuple[Path, ...]
    fault: str = ""
    """What the process said when it ended otherwise than it should."""


def run(names: tuple[str, ...], minutes: float, processes: int = PROCESSES) -> int:
    """Fuzz these targets for so many minutes together; print a line for each, and return 1 if anything was found."""
    seconds = max(_LEAST, round(minutes * 60 * processes / len(names)))
    with ThreadPoolExecutor(processes) as pool:
        ran = [_told(one) for one in pool.map(partial(_run, seconds=seconds), names)]
    finds = [path for one in ran for path in one.finds]
    for path in finds:
        sys.stdout.write(f"found: python -m fuzz {path.parent.name} {path.relative_to(ROOT)}\n")
    return 1 if finds or any(one.fault for one in ran) else 0


def _run(name: str, *, seconds: int) -> Ran:
    folder = FOLDER / name
    command = [sys.executable, "-m", "fuzz.driver", name, str(seconds), str(folder)]
    said, code = "", None
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=seconds + _GRACE,
        )
        said, code = done.stdout.decode("utf-8", "replace"), done.returncode
    except subprocess.TimeoutExpired as err:
        said = (err.stdout or b"").decode("utf-8", "replace") + "\nit did not end"
    finds = tuple(path for path in sorted(folder.glob("*-*")) if path.is_file() and path.suffix != ".txt")
    covered = [int(number) for number in re.findall(r"\bcov: (\d+)", said)]
    return Ran(
        name=name,
        driver=_last(r"driver: (\w+)", said) or "none",
        seconds=seconds,
        executions=int(_last(r"(?:executions|number_of_executed_units): (\d+)", said) or 0),
        before=covered[0] if covered else None,
        after=covered[-1] if covered else None,
        finds=finds,
        fault="" if code == 0 else said[-2_000:],
    )


def _last(pattern: str, text: str) -> str:
    found = re.findall(pattern, text)
    return found[-1] if found else ""


def _told(one: Ran) -> Ran:
    rate = one.executions / one.seconds
    covered = f", {one.before} edges covered, then {one.after}" if one.before is not None else ""
    sys.stdout.write(
        f"{one.name:<17} {one.driver:<9} {one.executions:>9,} executions ({rate:,.0f}/s)"
        f"{covered}, {len(one.finds)} finds\n{one.fault}"
    )
    sys.stdout.flush()
    return one
