"""The boundary: whatever happens below ends as an exit code of the table and one line, and 1 is the policy's alone."""

import io
import os
import signal
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import FunctionType

import click
import pytest

from gate.cli.exits import Terminated, run
from gate.cli.root import root
from gate.errors import (
    AccessError,
    EvidenceError,
    Exit,
    GateError,
    NotYetError,
    PolicyError,
    ReportError,
    UsageError,
)
from gate.plain import neutral
from tests.command import Done, gate

REPORT_IT = "(there is no verdict; GATE_TRACEBACK=1 shows where; please report it)"
EVIL = "\x1b[31m\n::error::x ##[error] \ud800"


def raising(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> Done:
    """Run a command whose inside raises `error`."""

    def invoke(_: click.Context) -> None:
        raise error

    monkeypatch.setattr(root, "invoke", invoke)
    return gate("check", "image.json")


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (UsageError("wrong"), Exit.USAGE, "gate: wrong"),
        (UsageError("wrong", hint="Do right."), Exit.USAGE, "gate: wrong — Do right."),
        (PolicyError(("gate.yaml:1:1: wrong",)), Exit.USAGE, "gate: gate.yaml:1:1: wrong"),
        (EvidenceError("empty"), Exit.NO_VERDICT, "gate: empty"),
        (NotYetError("throttled"), Exit.NOT_YET, "gate: throttled"),
        (AccessError("denied"), Exit.REFUSED, "gate: denied"),
        (ReportError("full"), Exit.FAULT, "gate: full"),
        (GateError(""), Exit.FAULT, "gate: FAULT"),
        (click.UsageError("wrong"), Exit.USAGE, "gate: wrong (see gate --help)"),
        (click.BadParameter("a\nb"), Exit.USAGE, "gate: Invalid value: a b (see gate --help)"),
        (click.exceptions.Exit(0), Exit.PASS, ""),
        (KeyboardInterrupt(), Exit.INTERRUPTED, "gate: interrupted: there is no verdict"),
        (Terminated(), Exit.TERMINATED, "gate: terminated: there is no verdict"),
        (BrokenPipeError(), Exit.FAULT, "gate: nobody reads the output any more, so the report could not be written"),
    ],
)
def test_every_error_has_its_exit_code_and_one_line(
    error: BaseException, code: Exit, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = raising(error, monkeypatch)

    assert done == Done(int(code), "", f"{line}\n" if line else "")


@pytest.mark.parametrize(
    "error",
    [
        ValueError("boom"),
        RecursionError("too deep"),
        MemoryError(),
        ImportError("No module named 'yaml'"),
        OSError(28, "No space left on device"),
        SystemExit(0),
        SystemExit(1),
        click.ClickException("exits with 1 by itself"),
        click.FileError("x", "exits with 1 by itself"),
        click.Abort(),
        GeneratorExit(),
        BaseException("anything"),
        AssertionError(EVIL),
        ValueError("x" * 1_000_000),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_nobody_foresaw_is_a_fault_of_the_gate_in_one_short_line(
    error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = raising(error, monkeypatch)

    assert (done.code, done.out) == (70, "")
    assert done.err.startswith(f"gate: a fault of the gate itself: {type(error).__name__}: ")
    assert "GATE_TRACEBACK=1 shows where" in done.err
    assert done.err.count("\n") == 1
    assert len(done.err) < 600


def test_a_stdout_that_takes_no_help_is_no_fault_of_the_gate(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    def echo() -> None:
        raise OSError(28, "No space left on device")

    # NOTE: named like click's own, in which a full disk shows.
    printing = FunctionType(echo.__code__, {"__name__": "click.utils", "OSError": OSError})
    monkeypatch.setattr(root, "invoke", lambda _: printing())

    assert gate("--", "check") == Done(70, "", "gate: stdout took no more, so the report could not be written\n")


def test_a_fault_shows_where_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_TRACEBACK", "1")

    done = raising(ValueError(EVIL), monkeypatch)

    assert done.code == 70
    assert "Traceback (most recent call last):" in done.err
    assert "test_exits.py" in done.err
    assert not [line for line in done.err.splitlines() if line.lstrip().startswith("::")]


def test_where_a_fault_was_is_shown_as_python_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_TRACEBACK", "1")

    said, head, *places, last, _ = raising(ValueError("plain"), monkeypatch).err.splitlines()

    assert said.startswith("gate: a fault of the gate itself: ValueError: plain (")
    assert (head, last) == ("Traceback (most recent call last):", "ValueError: plain")
    assert {line[:2] for line in places} == {"  "}


def test_all_faults_of_a_policy_are_shown_a_line_each_and_the_hint_after(monkeypatch: pytest.MonkeyPatch) -> None:
    done = raising(PolicyError(("a:1:1: first", f"a:2:1: {EVIL}"), hint="Mend them."), monkeypatch)

    assert done.code == 2
    assert done.err.splitlines()[0] == "gate: a:1:1: first"
    assert done.err.splitlines()[-1] == "Mend them."
    assert not [line for line in done.err.splitlines() if line.lstrip().startswith("::")]


def test_a_command_that_returns_nothing_passes_and_one_that_returns_a_code_exits_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for returned, code in ((None, 0), (0, 0), (4, 4)):
        monkeypatch.setattr(root, "invoke", lambda _, returned=returned: returned)
        assert gate("check").code == code


def test_sigterm_ends_a_run_with_143_and_is_given_back_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    def invoke(_: click.Context) -> None:
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(root, "invoke", invoke)

    assert gate("check") == Done(143, "", "gate: terminated: there is no verdict\n")
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


class Full(io.StringIO):
    """A stream over a real descriptor that fails when it is flushed."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self.descriptor = descriptor
        self.fails = True

    def fileno(self) -> int:
        return self.descriptor

    def flush(self) -> None:
        if self.fails:
            raise OSError(28, "No space left on device")


@pytest.mark.parametrize(("code", "expected"), [(0, 70), (10, 70), (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (130, 130)])
def test_a_stdout_that_fails_at_the_end_is_no_pass_and_python_does_not_make_it_120(
    code: int, expected: int, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setattr(root, "invoke", lambda _: code)
    descriptor = os.open(folder / "out", os.O_WRONLY | os.O_CREAT)
    said = io.StringIO()

    with redirect_stdout(Full(descriptor)), redirect_stderr(said):
        ended = run(["check"])

    assert ended == expected
    assert ("stdout took no more, so the report could not be written" in said.getvalue()) is (expected == 70)
    os.write(descriptor, b"lost")
    os.close(descriptor)
    assert (folder / "out").read_bytes() == b""


def test_a_stderr_that_fails_at_the_end_changes_nothing(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(root, "invoke", lambda _: 0)
    descriptor = os.open(folder / "err", os.O_WRONLY | os.O_CREAT)

    with redirect_stderr(Full(descriptor)), redirect_stdout(io.StringIO()):
        assert run(["check"]) == 0

    os.close(descriptor)


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_streams_that_are_closed_from_the_start_break_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(root, "invoke", lambda _: 0)
    monkeypatch.setattr(sys, name, None)

    assert run(["check"]) == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("check", "--bogus"), ("--bogus", "(see gate check --help)")),
        (("check", "--wiat", "5m"), ("--wiat", "--wait", "(see gate check --help)")),
        (("verdict",), ("Missing argument 'VERDICT.json'", "(see gate verdict --help)")),
        (("verdict", "a", "b"), ("unexpected extra argument (b)", "(see gate verdict --help)")),
        (("--bogus",), ("--bogus", "(see gate --help)")),
        (("check", f"--{EVIL}"), ("No such option", "(see gate check --help)")),
    ],
)
def test_a_wrong_command_line_is_one_line_that_names_the_help_that_helps(
    arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    done = gate(*arguments)

    assert (done.code, done.out) == (2, "")
    assert [word for word in words if word not in done.err] == []
    assert done.err.count("\n") == 1
    assert neutral(done.err) == done.err


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PolicyError(("a:1:1: one", "a:2:1: two"), hint="Mend them."), "a:1:1: one\na:2:1: two\nMend them."),
        (PolicyError(("a:1:1: one", "a:2:1: two")), "a:1:1: one\na:2:1: two"),
        (UsageError("x" * 2_001, hint="y" * 1_001), f"{'x' * 1_999}… — {'y' * 999}…"),
        (UsageError("x" * 2_000, hint="y" * 1_000), f"{'x' * 2_000} — {'y' * 1_000}"),
        (PolicyError(("a", "b"), hint="y" * 1_001), f"a\nb\n{'y' * 999}…"),
        (click.UsageError("z" * 1_001), f"{'z' * 999}… (see gate --help)"),
        (
            ValueError("b" * 301),
            f"a fault of the gate itself: ValueError: {'b' * 299}… {REPORT_IT}",
        ),
        (
            ValueError("boom"),
            f"a fault of the gate itself: ValueError: boom {REPORT_IT}",
        ),
    ],
)
def test_what_is_said_is_whole_and_cut_only_where_it_is_long(
    error: BaseException, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert raising(error, monkeypatch).err == f"gate: {said}\n"


def test_without_a_word_the_help_is_said_and_the_command_line_is_wrong() -> None:
    done = gate()

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("gate: Usage: gate [OPTIONS] COMMAND [ARGS]...")
    assert "check" in done.err
