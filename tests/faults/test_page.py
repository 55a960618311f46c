"""The table is whole, blank by rule alone, fits the exit codes, and the page is made from it."""

import os
from pathlib import Path

import pytest

from gate.errors import Exit
from tests.faults.breaking import BREAKS
from tests.faults.page import blanks, render
from tests.faults.stages import STAGES
from tests.faults.table import FAULTS, SAYINGS, Fault, can_be, cells, rows

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
REFUSAL = {"c": Exit.REFUSED, "m": Exit.NO_VERDICT, "o": Exit.NO_VERDICT, "d": Exit.NO_VERDICT}
ELSEWHERE = {"sigterm", "sigint", "disk-full", "permission", "two-gates"}
"""The faults that are no matter of AWS's answers."""
BY_NAME = {
    *("sigterm-claim", "sigterm-write", "sigterm-print", "sigint-claim", "sigint-write", "sigint-print"),
    *("disk-full-claim", "disk-full-write", "disk-full-print", "permission-claim", "permission-write"),
    *("two-gates-claim", "two-gates-write"),
}
"""The cells whose tests are written out, in test_writing.py and test_signals.py; all others are run from the table."""


def test_rows_and_columns_are_the_faults_and_the_stages() -> None:
    head, *body = rows()

    assert head == ("fault", *(stage.column for stage in STAGES))
    assert [row[0] for row in body] == [fault.name for fault in FAULTS]
    assert {len(row) for row in body} == {len(head)}
    assert {fault.name for fault in FAULTS} == {*BREAKS, *ELSEWHERE}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_cell_is_blank_where_the_fault_cannot_be_and_nowhere_else(fault: Fault) -> None:
    assert blanks(fault) == tuple(stage.column for stage in STAGES if not can_be(fault, stage))


def test_every_cell_fits_the_table_of_exit_codes() -> None:
    for cell in cells():
        assert cell.code in set(Exit) - {Exit.VIOLATED}, cell.name
        assert bool(cell.letter) is (cell.code != Exit.PASS), cell.name
        assert cell.code != Exit.FAULT or cell.fault.needs in {"bytes", "files"}, cell.name
        assert cell.code == REFUSAL.get(cell.letter, cell.code), cell.name


def test_every_cell_has_a_test() -> None:
    assert {cell.name for cell in cells(*ELSEWHERE) if not cell.stage.operation} == BY_NAME
    for name in BY_NAME:
        tests = "".join(
            (Path(__file__).parent / f"test_{part}.py").read_text("utf-8") for part in ("writing", "signals")
        )
        assert name in tests or f"{{name}}-{name.partition('-')[2]}" in tests, name


def test_every_saying_is_used() -> None:
    assert {cell.letter for cell in cells()} - {""} == set(SAYINGS)


def test_the_page_is_made_from_the_table() -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        PAGE.write_text(render(), encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") == render()
