"""What is mutated by which tool, and whose survival is explained."""

import re
import tomllib
from pathlib import Path

import pytest

from mutation.__main__ import SURVIVORS, is_explained
from mutation.chosen import DECIDING, ROOT, everything, mirrored
from mutation.outcome import Mutant
from mutation.with_cosmic_ray import passed_over

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
'''


def test_what_mutmut_passes_over_is_for_the_other_tool() -> None:
    lines = ["", *SOURCE.splitlines(), ""]

    assert [lines[number].strip() for number in sorted(passed_over(SOURCE)) if lines[number]] == [
        "LIMIT = 3",
        'word: str = "a"',
        "@property",
        "def double(self):",
        "return self.place * 2",
    ]


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

    assert is_explained(mutant, place)
    for other in (entry.replace("a.py", "b.py"), entry.replace('"f"', '"g"'), entry.replace("<= 1", "<= 2"), ""):
        place.write_text(other)
        assert not is_explained(mutant, place)


def test_every_entry_names_a_module_that_decides_and_a_reason() -> None:
    for entry in tomllib.loads(SURVIVORS.read_text(encoding="utf-8")).get("survivor", []):
        assert set(entry) == {"module", "place", "change", "reason"}
        assert entry["module"] in DECIDING
        assert re.fullmatch(r"[A-Z].+\.", entry["reason"])
