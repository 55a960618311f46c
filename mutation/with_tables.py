"""Mutants of tables: a row gone, or with another row's value. No tool makes them, and AWS's words are such rows."""

import ast
import copy
from collections.abc import Callable, Iterator, Sequence
from importlib.util import cache_from_source
from pathlib import Path

from msgspec import Struct

from mutation.outcome import Mutant
from mutation.tree import passes, patience

Table = ast.Dict | ast.Set


class Changed(Struct, frozen=True, kw_only=True):
    """A module with one row of one table changed."""

    table: str
    change: str
    source: str


def run(
    place: Path, module: str, tests: Sequence[str], more_tests: Sequence[str], is_explained: Callable[[Mutant], bool]
) -> tuple[int, tuple[Mutant, ...]]:
    """Return how many mutants there were, and which of them no test noticed; more tests meet what nobody explains."""
    path = place / module
    source = path.read_text(encoding="utf-8")
    mutants = list(changed(source))
    try:
        # NOTE: without comments, as every mutant is.
        plain = ast.unparse(ast.parse(source))
        alive = _alive(place, module, plain, mutants, tests)
        open_ = [one for one in alive if not is_explained(_mutant(module, one))]
        if more_tests:
            left = _alive(place, module, plain, open_, more_tests)
            alive = [one for one in alive if one in left or one not in open_]
    finally:
        _write(path, source)
    return len(mutants), tuple(_mutant(module, one) for one in alive)


def _alive(place: Path, module: str, plain: str, mutants: Sequence[Changed], tests: Sequence[str]) -> list[Changed]:
    """Return the mutants that tests let live, which must pass where the module is as it was."""
    if not mutants:
        return []
    path = place / module
    _write(path, plain)
    seconds = patience(place, module, tests)
    alive = []
    for mutant in mutants:
        _write(path, mutant.source)
        if passes(place, tests, seconds):
            alive.append(mutant)
    return alive


def _write(path: Path, source: str) -> None:
    path.write_text(source, encoding="utf-8")
    # NOTE: Python knows a module that has changed by size and second, and two mutants may have both in common.
    Path(cache_from_source(str(path))).unlink(missing_ok=True)


def _mutant(module: str, one: Changed) -> Mutant:
    return Mutant(module=module, place=one.table, change=one.change)


def changed(source: str) -> Iterator[Changed]:
    """Change each row of each table that stands at the top of a module."""
    tree = ast.parse(source)
    for index, node in enumerate(tree.body):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            name = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
            for number, table in enumerate(_tables(node)):
                for change, rows in _other_rows(table):
                    other = copy.deepcopy(tree)
                    _take(_tables(other.body[index])[number], rows)
                    yield Changed(table=name, change=change, source=ast.unparse(other))


def _tables(node: ast.stmt) -> list[Table]:
    return [one for one in ast.walk(node) if isinstance(one, ast.Dict | ast.Set)]


Row = tuple[ast.expr | None, ast.expr]
"""A key, which a set has none of, and a value."""


def _other_rows(table: Table) -> Iterator[tuple[str, list[Row]]]:
    rows = _rows(table)
    for number, (key, value) in enumerate(rows):
        said = ast.unparse(value) if key is None else f"{ast.unparse(key)}: {ast.unparse(value)}"
        if key is not None or isinstance(table, ast.Set):
            yield f"- {said}", [*rows[:number], *rows[number + 1 :]]
        others = [other for _, other in rows if ast.dump(other) != ast.dump(value)]
        if key is not None and others:
            other = others[number % len(others)]
            yield (
                f"- {said} + {ast.unparse(key)}: {ast.unparse(other)}",
                [
                    *rows[:number],
                    (key, other),
                    *rows[number + 1 :],
                ],
            )


def _rows(table: Table) -> list[Row]:
    if isinstance(table, ast.Set):
        return [(None, value) for value in table.elts]
    return list(zip(table.keys, table.values, strict=True))


def _take(table: Table, rows: list[Row]) -> None:
    if isinstance(table, ast.Set):
        # NOTE: a set of nothing is written as one that unpacks nothing; `{}` would be a table of another kind.
        table.elts = [value for _, value in rows] or [ast.Starred(ast.Tuple([], ast.Load()), ast.Load())]
    else:
        table.keys, table.values = [key for key, _ in rows], [value for _, value in rows]
