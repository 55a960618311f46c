"""Mutants that cosmic-ray makes, of what mutmut passes over: properties, decorated functions, constants of modules."""

import ast
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from mutation.outcome import Mutant
from mutation.tree import PYTEST, bounded_memory, patience

_BIN = Path(sys.executable).parent
_UNION = "core/ReplaceBinaryOperator_BitOr_"
"""Nearly all of these are unions of types, whose mutants die at the import, a second each."""


def run(
    place: Path, module: str, tests: Sequence[str], more_tests: Sequence[str], is_explained: Callable[[Mutant], bool]
) -> tuple[int, tuple[Mutant, ...]]:
    """Return how many mutants there were, and which of them no test noticed; more tests meet what nobody explains."""
    lines = passed_over((place / module).read_text(encoding="utf-8"))
    judged = _judged(place, module, tests, lambda mutation: _is_wanted(mutation, lines))
    alive = [one for one in judged if one.lives]
    open_ = {one.key for one in alive if not is_explained(one.mutant)}
    if more_tests and open_:
        again = _judged(place, module, more_tests, lambda mutation: _key(mutation) in open_)
        killed = {one.key for one in again if not one.lives}
        alive = [one for one in alive if one.key not in killed]
    return len(judged), tuple(one.mutant for one in alive)


_Key = tuple[str, int]


class _Judged(Struct, frozen=True, kw_only=True):
    key: _Key
    """The same of a change in every session, which numbers its jobs anew."""
    mutant: Mutant
    lives: bool


def _judged(place: Path, module: str, tests: Sequence[str], is_wanted: Callable[[Any], bool]) -> list[_Judged]:
    """Make the mutants that are wanted, and ask these tests about each."""
    from cosmic_ray.work_db import WorkDB, use_db
    from cosmic_ray.work_item import WorkerOutcome, WorkResult

    session = place / "cosmic.sqlite"
    session.unlink(missing_ok=True)
    _configure(place, module, tests, 0.0)
    _tool(place, "init", "cosmic.toml", session.name)
    source = (place / module).read_text(encoding="utf-8")
    with use_db(str(session), WorkDB.Mode.open) as work:
        items = tuple(work.work_items)
        unwanted = [item for item in items if not all(map(is_wanted, item.mutations))]
        for item in unwanted:
            work.set_result(item.job_id, WorkResult(WorkerOutcome.SKIPPED))
    if len(unwanted) < len(items):
        _configure(place, module, tests, patience(place, module, tests))
    with bounded_memory():
        _tool(place, "exec", "cosmic.toml", session.name)
    with use_db(str(session), WorkDB.Mode.open) as work:
        judged = [(item, result) for item, result in work.completed_work_items if result.worker_outcome != "skipped"]
    if strange := {str(result.worker_outcome) for _, result in judged} - {str(WorkerOutcome.NORMAL)}:
        raise RuntimeError(f"{module}: mutants were not judged: {', '.join(sorted(strange))}")
    return [
        _Judged(
            key=_key(item.mutations[0]),
            mutant=_mutant(module, source, item, result),
            lives=result.test_outcome == "survived",
        )
        for item, result in judged
    ]


def _configure(place: Path, module: str, tests: Sequence[str], seconds: float) -> None:
    (place / "cosmic.toml").write_text(
        f'[cosmic-ray]\nmodule-path = "{module}"\ntimeout = {seconds}\nexcluded-modules = []\n'
        f'test-command = "{" ".join([*PYTEST, *tests])}"\n[cosmic-ray.distributor]\nname = "local"\n',
        encoding="utf-8",
    )


def _key(mutation: Any) -> _Key:  # noqa: ANN401 - as below
    return mutation.operator_name, mutation.occurrence


def passed_over(source: str) -> frozenset[int]:
    """Return the lines that are for cosmic-ray: not those of plain functions and methods, nor what only mypy reads."""
    tree = ast.parse(source)
    lines = set(range(1, source.count("\n") + 2))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.Expr) and _is_left_out(node):
            lines -= _lines(node)
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and node.value is None:
            lines -= _lines(node)
        elif isinstance(node, ast.ClassDef):
            # NOTE: how a class is made (frozen=True, gc=False) is mypy's business, and a matter of speed.
            lines -= set(range(node.lineno, node.body[0].lineno))
            if any(isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases):
                lines -= _lines(node)
    return frozenset(lines)


def _is_left_out(node: ast.FunctionDef | ast.Expr) -> bool:
    return not node.decorator_list if isinstance(node, ast.FunctionDef) else isinstance(node.value, ast.Constant)


def _lines(node: ast.stmt) -> set[int]:
    return set(range(node.lineno, (node.end_lineno or node.lineno) + 1))


def _is_wanted(mutation: Any, lines: Iterable[int]) -> bool:  # noqa: ANN401 - cosmic-ray ships no types
    return mutation.start_pos[0] in lines and not mutation.operator_name.startswith(_UNION)


def _mutant(module: str, source: str, item: Any, result: Any) -> Mutant:  # noqa: ANN401 - as above
    mutation = item.mutations[0]
    changed = [line for line in (result.diff or "").splitlines() if line[:1] in "+-" and line[:3] not in {"+++", "---"}]
    place = _place(source.splitlines(), mutation.start_pos[0] - 1)
    return Mutant(module=module, place=place, change=" ".join(" ".join(changed).split()) or mutation.operator_name)


def _place(lines: Sequence[str], index: int) -> str:
    """Return the line; a decorator with what it decorates, since it says too little by itself."""
    line = lines[index].strip()
    return f"{line} {_place(lines, index + 1).partition('  #')[0]}" if line.startswith("@") else line


def _tool(place: Path, *words: str) -> None:
    done = subprocess.run([_BIN / "cosmic-ray", *words], cwd=place, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(
            f"cosmic-ray {words[0]} ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
