"""The page of faults and stages, drawn from the tests' own table."""

from collections.abc import Iterable

from tests.faults.stages import STAGES
from tests.faults.table import FAULTS, SAYINGS, WHEN, Fault, cells, rows

HEAD = """# What breaks, and what a check makes of it

Each cell is a test (`tests/faults/`): the fault in its row strikes at the stage in its column of an otherwise clean
check, over loopback HTTP, or in a process of its own. This page is made from the tests' table by `make golden`.

What holds for every cell, whatever its exit code:

- **One line.** Nothing but the lines below is said on stderr, one for each image without a verdict, and never a
  traceback. (Where SARIF was asked for and there is none, a second line says so.)
- **Nothing of yesterday.** No report of an earlier run is left that reads like a pass: the JSON document is the new
  verdict, or the one that says “the run did not finish” (exit code 3 to `gate verdict`). Where neither the folder nor
  the file in it may be written an old one stays, which nobody can help; exit code 2 and the line name it.
- **Nothing half.** Other reports are whole, empty or absent, and no temporary file is left.
- **An end.** Waiting ends at the deadline (`scan.wait`, `--wait`), and one request within three minutes, however slowly
  its answer comes. After the deadline only a list that was begun is read to its end (2,000 pages at most), the tag is
  looked at once, and what explains a missing verdict is asked for once: how the registry scans, and Inspector's
  coverage.

## Exit codes

A number is the exit code, a letter what is read ([below](#what-is-read)). Where a cell is empty the fault cannot be:
[the faults](#the-faults) say where they can.

"""
NOTES = """
Three errors in a row are what the SDK rides out, and two bodies that cannot be read the gate. Where the table says 0
for a fault that does not end, the request was for something that the verdict can do without: how the registry scans, or
Inspector's coverage, whose word only spares a wait. An image without a scan ends in 3 then, since nobody says that a
scan will come. At the last look at the tag the findings are known, and only whether the tag still names them is not:
with `scan.tag_moved: warn` that is a warning. A known violation stays 1 there, and when a report cannot be written.
"""


def render() -> str:
    """Return the page."""
    return "".join((HEAD, _grid(), NOTES, "\n## What is read\n\n", _sayings(), *_lists()))


def _table(head: tuple[str, ...], body: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *body]
    return "".join(f"| {' | '.join(line)} |\n".replace("|  |", "| |").replace("|  |", "| |") for line in lines)


def _grid() -> str:
    head, *body = rows()
    drawn = [(row[0], *(_cell(word) for word in row[1:])) for row in body]
    return _table(head, drawn)


def _cell(word: str) -> str:
    return "" if word == "." else f"{word[:-1]} {word[-1]}" if word[-1].isalpha() else word


def _sayings() -> str:
    used = {letter: sorted({cell.code for cell in cells() if cell.letter == letter}) for letter in SAYINGS}
    drawn = [(letter, ", ".join(map(str, used[letter])), f"`gate: {text}`") for letter, text in SAYINGS.items()]
    return _table(("letter", "exit code", "line (`…` is what differs)"), drawn)


def _lists() -> tuple[str, ...]:
    stages = [(f"`{one.column}`", one.what, f"`{one.operation}`" if one.operation else "-") for one in STAGES]
    faults = [(f"`{fault.name}`", fault.what, WHEN[fault.needs]) for fault in FAULTS]
    return (
        "\n## The stages\n\n",
        _table(("column", "the gate …", "request"), stages),
        "\n## The faults\n\n",
        _table(("row", "what happens", "it can happen"), faults),
    )


def blanks(fault: Fault) -> tuple[str, ...]:
    """Return the columns in which a fault has no cell."""
    row = next(row for row in rows() if row[0] == fault.name)
    return tuple(stage.column for stage, word in zip(STAGES, row[1:], strict=True) if word == ".")
