"""The house rules that no other tool checks: names, sizes, docstrings, excepts, clocks, and what no file may hold."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ACCOUNTS = {"123456789012", "111122223333"}
"""The account ids that AWS's documentation uses; no other may stand in a file."""
VAGUE = {"utils", "util", "helpers", "helper", "common", "core", "manager", "misc"}
BOUNDARY = {"gate/__main__.py", "gate/cli/exits.py"}
"""The door: what falls through everything else gets its exit code here."""
CLOCKS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "monotonic"),
    ("time", "perf_counter"),
    ("time", "sleep"),
}
STOPWATCHES = {"process_time", "process_time_ns", "thread_time", "perf_counter", "perf_counter_ns", "timeit"}
SURROUNDINGS = {
    ("os", "environ"),
    ("os", "getenv"),
    ("sys", "argv"),
    ("sys", "stdout"),
    ("sys", "stdin"),
    ("Path", "cwd"),
}
FOREIGN = {
    "an account id that is no example": re.compile(r"(?<![\w.+-])\d{12}(?![\w.])"),
    "a path of somebody's machine": re.compile(r"(?<![\w.)\]}*])/(?:root|home|Users|work|opt)/\w"),
    "a host of somebody's network": re.compile(r"(?i)\b[\w-]+\.(?:corp|intranet|lan|home\.arpa)\b(?![\w(=])"),
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)(?!IOSFODNN7EXAMPLE)[0-9A-Z]{16}\b"),
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
}


@cache
def files() -> tuple[str, ...]:
    """Return every file of the project, committed or about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return tuple(sorted(name for name in listed if (ROOT / name).is_file()))


def modules(*folders: str) -> list[str]:
    """Return the modules of some folders."""
    return [name for name in files() if name.endswith(".py") and name.startswith(folders)]


@cache
def tree(name: str) -> ast.Module:
    """Return a module as syntax."""
    return ast.parse((ROOT / name).read_text(encoding="utf-8"), name)


def attributes(name: str) -> Iterator[tuple[str, str, int]]:
    """Yield each `owner.attribute` of a module with its line."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node.value.id, node.attr, node.lineno


def test_the_project_has_files_to_check() -> None:
    assert "gate/model.py" in files()
    assert "pyproject.toml" in files()


@pytest.mark.parametrize("name", modules("gate/", "tests/", "examples/", "fuzz/"))
def test_a_module_says_in_one_sentence_what_it_is(name: str) -> None:
    docstring = ast.get_docstring(tree(name)) or ""

    first = docstring.split("\n\n")[0]

    assert first.endswith("."), f"{name}: the module's docstring opens with one sentence"


@pytest.mark.parametrize("name", modules("gate/", "examples/", "fuzz/"))
def test_a_module_is_short_enough_to_read_at_once(name: str) -> None:
    lines = (ROOT / name).read_text(encoding="utf-8").count("\n")
    functions = [node for node in ast.walk(tree(name)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = [f"{name}:{f.lineno}: {f.name}" for f in functions if (f.end_lineno or 0) - f.lineno >= 40]

    assert lines <= 300, f"{name} has {lines} lines; split it by what it is about"
    assert long == []


@pytest.mark.parametrize("name", [name for name in modules("gate/") if name not in BOUNDARY])
def test_only_the_boundary_swallows_everything(name: str) -> None:
    handlers = [node for node in ast.walk(tree(name)) if isinstance(node, ast.ExceptHandler)]
    caught = [(node, ast.unparse(node.type) if node.type else "everything") for node in handlers]

    wide = [node for node, what in caught if re.search(r"\b(Base)?Exception\b|^everything$", what)]

    # NOTE: one that tidies up and raises the same again swallows nothing.
    assert [f"{name}:{node.lineno}" for node in wide if ast.unparse(node.body[-1]) != "raise"] == []


@pytest.mark.parametrize("name", [n for n in modules("gate/") if not n.startswith(("gate/cli/", "gate/__main__.py"))])
def test_only_the_command_line_reads_clocks_and_surroundings(name: str) -> None:
    seen = [
        f"{name}:{line}: {owner}.{what}"
        for owner, what, line in attributes(name)
        if (owner, what) in CLOCKS | SURROUNDINGS
    ]

    assert seen == []


@pytest.mark.parametrize("name", modules("tests/"))
def test_no_test_measures_speed(name: str) -> None:
    """A busy machine must not turn a test red: growth is counted by tests/work.py, speed measured by benchmarks/."""
    assert [f"{name}:{line}: {owner}.{what}" for owner, what, line in attributes(name) if what in STOPWATCHES] == []


@pytest.mark.parametrize("name", [name for name in files() if not name.startswith("LICENSE")])
def test_a_file_is_named_after_what_it_holds(name: str) -> None:
    words = {part.rsplit(".", 1)[0].removeprefix("test_") for part in name.split("/")}

    assert words & VAGUE == set()


@pytest.mark.parametrize("name", files())
def test_a_file_holds_nothing_of_anybodys_machine_account_or_network(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8", errors="replace")

    found = [
        f"{name}: {what}: {match.group()}"
        for what, pattern in FOREIGN.items()
        for match in pattern.finditer(text)
        if match.group() not in ACCOUNTS
    ]

    assert found == []


def test_the_entry_point_imports_only_sys_so_that_an_import_error_has_our_exit_code() -> None:
    body = tree("gate/__main__.py").body
    imports = [ast.unparse(node) for node in body if isinstance(node, ast.Import | ast.ImportFrom)]

    assert imports == ["import sys"]


def test_the_package_itself_imports_nothing() -> None:
    assert [node for node in ast.walk(tree("gate/__init__.py")) if isinstance(node, ast.Import | ast.ImportFrom)] == []
