"""What is mutated by which tool, and whose survival is explained."""

import re
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from msgspec.structs import replace

from mutation import with_cosmic_ray, with_mutmut, with_tables
from mutation.__main__ import SURVIVORS, asked_again, idle_reasons, is_explained
from mutation.chosen import DECIDING, ROOT, everything, mirrored
from mutation.outcome import Mutant, Outcome
from mutation.page import page
from mutation.with_tables import changed

Run = Callable[..., tuple[int, tuple[Mutant, ...]]]

SOURCE = '''"""Says."""

LIMIT = 3


class A(Base, frozen=True):
    """Says."""

    place: int
    word: str = "a"

    @property
    def double(self):
        return self.place * 2

    def plain(self):
        return self.place * 2


class B(Protocol):
    """Says."""

    @property
    def double(self):
        """Says."""
'''


def test_what_mutmut_passes_over_is_for_the_other_tool() -> None:
    lines = ["", *SOURCE.splitlines(), ""]

    assert [lines[number].strip() for number in sorted(with_cosmic_ray.passed_over(SOURCE)) if lines[number]] == [
        "LIMIT = 3",
        'word: str = "a"',
        "@property",
        "def double(self):",
        "return self.place * 2",
    ]


def test_each_row_of_a_table_is_taken_out_once_and_has_another_value_once() -> None:
    source = 'A = {"x": 1, "y": 2}\nB: set = frozenset({"p", "q"})\nC = {"z": 1}\ndef f():\n    return {"k": 1}\n'

    found = list(changed(source))

    assert [(one.table, one.change) for one in found] == [
        ("A", "- 'x': 1"),
        ("A", "- 'x': 1 + 'x': 2"),
        ("A", "- 'y': 2"),
        ("A", "- 'y': 2 + 'y': 1"),
        ("B", "- 'p'"),
        ("B", "- 'q'"),
        ("C", "- 'z': 1"),
    ]
    assert len({one.source for one in found}) == len(found)
    held = [_values(one.source) for one in found]
    assert held[0] == ({"y": 2}, {"p", "q"}, {"z": 1})
    assert held[3] == ({"x": 1, "y": 1}, {"p", "q"}, {"z": 1})
    assert held[5] == ({"x": 1, "y": 2}, {"p"}, {"z": 1})
    assert held[6] == ({"x": 1, "y": 2}, {"p", "q"}, {})


def test_a_set_of_one_becomes_one_of_none() -> None:
    [one] = changed("A = {1}\nB = set()\nC = None")
    assert _values(one.source)[0] == set()


def _values(source: str) -> tuple[object, ...]:
    names: dict[str, object] = {}
    exec(source, names)
    return names["A"], names["B"], names["C"]


def nobody(_: Mutant) -> bool:
    """Explain nothing."""
    return False


@pytest.fixture
def _no_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pytest start four times as fast."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def project(folder: Path, source: str) -> None:
    """Make a project whose test b notices what becomes of row 3 and of the limit, and whose test a notices nothing."""
    (folder / "m.py").write_text(source)
    (folder / "test_a.py").write_text("import m\n\ndef test():\n    assert 7\n")
    (folder / "test_b.py").write_text("import m\n\ndef test():\n    assert m.A[3]\n    assert m.LIMIT < 8\n")


TABLES = "LIMIT = 7\nA = {1: 2, 3: 2}\n"
NUMBERS = "LIMIT = 7\nA = 'four'\n"


@pytest.mark.usefixtures("_no_plugins")
@pytest.mark.parametrize(("tests", "more"), [("a", "b"), ("b", "a")])
@pytest.mark.parametrize(
    ("run", "source", "place", "change"),
    [
        (with_tables.run, TABLES, "A", "- 1: 2"),
        (with_cosmic_ray.run, NUMBERS, "LIMIT = 7", "-LIMIT = 7 +LIMIT = 6"),
    ],
    ids=["a row", "a constant"],
)
def test_what_no_test_notices_lives_whichever_tests_are_asked_first(
    tmp_path: Path, run: Run, source: str, place: str, change: str, tests: str, more: str
) -> None:
    project(tmp_path, source)

    total, left = run(tmp_path, "m.py", [f"test_{tests}.py"], [f"test_{more}.py"], nobody)

    assert total == 2
    assert [(one.place, one.change) for one in left] == [(place, change)]
    assert (tmp_path / "m.py").read_text() == source


@pytest.mark.usefixtures("_no_plugins")
def test_a_decorator_is_named_with_what_it_decorates(tmp_path: Path) -> None:
    project(
        tmp_path, "import functools\n\nLIMIT, A = 1, 'four'\n\n@functools.cache\ndef f():  # says\n    return 'a'\n"
    )

    _, left = with_cosmic_ray.run(tmp_path, "m.py", ["test_a.py"], [], nobody)

    assert "@functools.cache def f():" in {one.place for one in left}


@pytest.mark.usefixtures("_no_plugins")
@pytest.mark.parametrize(("run", "source"), [(with_tables.run, TABLES), (with_cosmic_ray.run, NUMBERS)])
def test_no_more_tests_are_asked_about_what_is_explained(tmp_path: Path, run: Run, source: str) -> None:
    project(tmp_path, source)
    asked: list[str] = []

    def is_explained(mutant: Mutant) -> bool:
        asked.append(mutant.change)
        return True

    total, left = run(tmp_path, "m.py", ["test_a.py"], ["test_b.py"], is_explained)

    assert (total, [one.change for one in left]) == (len(asked), asked)
    assert asked


def test_what_lived_is_asked_about_again_and_nothing_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    alive = tuple(Mutant(module="gate/model.py", place="f", change=name, name=name) for name in ("one", "two"))
    before = Outcome(module="gate/model.py", tool="mutmut", sha256="old", mutants=9, killed=7, alive=alive)
    asked: list[object] = []

    def run(*given: object) -> dict[str, bool]:
        asked.extend(given[1:])
        return {"one": True, "two": False}

    monkeypatch.setattr("mutation.__main__.made", lambda _: tmp_path)
    monkeypatch.setattr(with_mutmut, "run", run)

    after = asked_again(before, "new")
    none_left = asked_again(replace(after, alive=(), killed=9), "newer")

    assert (after.sha256, after.killed, after.alive) == ("new", 8, alive[1:])
    assert asked == [["gate/model.py"], mirrored("gate/model.py"), ["one", "two"]]
    assert (none_left.sha256, none_left.killed) == ("newer", 9)


@pytest.mark.usefixtures("_no_plugins")
@pytest.mark.parametrize("run", [with_tables.run, with_cosmic_ray.run])
def test_tests_that_fail_by_themselves_kill_nothing(tmp_path: Path, run: Run) -> None:
    project(tmp_path, TABLES)
    (tmp_path / "test_a.py").write_text("def test():\n    assert not 7\n")

    with pytest.raises(RuntimeError, match=r"^m.py: its tests fail where nothing is changed: test_a.py$"):
        run(tmp_path, "m.py", ["test_a.py"], [], nobody)
    assert (tmp_path / "m.py").read_text() == TABLES


def test_the_page_adds_up_and_names_what_lives() -> None:
    made = partial(Outcome, sha256="", alive=())
    outcomes = [
        made(module="gate/b.py", tool="mutmut", mutants=10, killed=9),
        made(module="gate/b.py", tool="tables", mutants=10, killed=10),
        made(module="gate/a.py", tool="mutmut", mutants=0, killed=0),
    ]
    entry = {"module": "gate/b.py", "place": "f", "change": "x | y", "reason": "The same."}

    text = page(outcomes, {"gate/b.py": 1}, [entry], ("mutmut", "tables"))

    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert rows == [
        "| module | mutmut | tables | killed | explained |",
        "|---|--:|--:|--:|--:|",
        "| `gate/a.py` |  | ? | - |  |",
        "| `gate/b.py` | 9 of 10 | 10 of 10 | 95.0% | 1 |",
        "| **all** | 9 of 10 | 10 of 10 | 95.0% | 1 |",
    ]
    assert text.endswith("\n### `gate/b.py`\n\n- `` f ``: `` x | y ``: The same.\n")


@pytest.mark.parametrize("module", DECIDING)
def test_each_module_that_decides_is_there_and_so_are_its_tests(module: str) -> None:
    assert (ROOT / module).is_file()
    for place in {*mirrored(module), *everything(module)}:
        assert (ROOT / place).exists()


def test_a_survivor_is_explained_by_module_place_and_change(tmp_path: Path) -> None:
    mutant = Mutant(module="gate/a.py", place="f", change="- x < 1 + x <= 1")
    entry = '[[survivor]]\nmodule = "gate/a.py"\nplace = "f"\nchange = "+ x <= 1"\nreason = "The same."\n'
    place = tmp_path / "survivors.toml"
    place.write_text(entry)

    lived = [Outcome(module="gate/a.py", tool="mutmut", sha256="", mutants=2, killed=1, alive=(mutant,))]
    assert is_explained(mutant, place)
    assert idle_reasons(lived, place) == []
    for other in (entry.replace("a.py", "b.py"), entry.replace('"f"', '"g"'), entry.replace("<= 1", "<= 2"), ""):
        place.write_text(other)
        assert not is_explained(mutant, place)
        assert [one["reason"] for one in idle_reasons(lived, place)] == ["The same."] * bool(other)


def test_every_entry_names_a_module_that_decides_and_a_reason() -> None:
    for entry in tomllib.loads(SURVIVORS.read_text(encoding="utf-8")).get("survivor", []):
        assert set(entry) == {"module", "place", "change", "reason"}
        assert entry["module"] in DECIDING
        assert re.fullmatch(r"[A-Z].+\.", entry["reason"])
