"""`python -m fuzz` lists the targets; `NAME FILE...` replays inputs; `--minutes N [NAME...]` looks for new ones."""

import argparse
import sys
import traceback
from pathlib import Path

from fuzz.campaign import PROCESSES, run
from fuzz.targets import TARGETS


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks for; 1 when something is found."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, help="how long to look for new inputs, over all targets")
    parser.add_argument("--processes", type=int, default=PROCESSES, help="how many targets at a time")
    parser.add_argument("words", nargs="*", metavar="NAME", help="targets; or one target, and files to replay")
    given = parser.parse_args(arguments)
    names, files = (given.words, []) if given.minutes else (given.words[:1], given.words[1:])
    for name in names:
        if name not in TARGETS:
            parser.error(f"{name!r} is no target; expected one of {', '.join(TARGETS)}")
    if given.minutes:
        return run(tuple(names or TARGETS), given.minutes, given.processes)
    if files:
        return max(_replay(names[0], Path(file)) for file in files)
    for name, target in TARGETS.items():
        sys.stdout.write(f"{name:<17} {target.__doc__}\n")
    return 0


def _replay(name: str, file: Path) -> int:
    try:
        TARGETS[name](file.read_bytes())
    except Exception:  # noqa: BLE001 - whatever gets out is what is looked for
        sys.stdout.write(f"{file}: {traceback.format_exc()}")
        return 1
    sys.stdout.write(f"{file}: nothing\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
