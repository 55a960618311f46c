"""The list of commands, help and version: always harmless, never a pass by accident."""

import pytest

from gate import __version__
from gate.cli.root import COMMANDS
from tests.command import gate

IN_THE_DESIGN = {
    ("check",), ("doctor",), ("explain",), ("verdict",), ("schema", "verdict"), ("policy", "lint"), ("policy", "show"),
    ("policy", "test"), ("policy", "schema"), ("policy", "init"), ("policy", "diff"), ("render",),
}  # fmt: skip
LATER = [("attest",)]


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_names_every_command_and_every_exit_code(option: str) -> None:
    done = gate(option)

    assert (done.code, done.err) == (0, "")
    assert [name for name in COMMANDS if f"  {name} " in done.out] == list(COMMANDS)
    text = " ".join(done.out.split())
    assert (
        "0 pass, 1 policy violated, 2 usage or policy file, 3 no verdict, 4 not yet (retry), 5 AWS refused, "
        "10 only warnings (--warn-exit), 70 fault of the gate, 130 interrupted, 143 terminated."
    ) in text


@pytest.mark.parametrize("command", sorted(IN_THE_DESIGN))
def test_every_command_has_help(command: tuple[str, ...]) -> None:
    done = gate(*command, "--help")

    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: gate {' '.join(command)} ")


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_of_a_command_what_the_command_says_of_itself(name: str) -> None:
    from gate.cli.root import root

    command = root.get_command(None, name)  # type: ignore[arg-type]

    assert command is not None
    if name != "policy":
        assert command.short_help == COMMANDS[name][1]
    assert root.list_commands(None) == list(COMMANDS)  # type: ignore[arg-type]


def test_the_version_is_told() -> None:
    done = gate("--version")

    assert (done.code, done.out) == (0, f"scan-gate, version {__version__}\n")


@pytest.mark.parametrize("words", [(), ("policy",), ("schema",)])
def test_without_a_command_help_is_shown_and_the_command_line_is_wrong(words: tuple[str, ...]) -> None:
    done = gate(*words)

    assert (done.code, done.out) == (2, "")
    assert f"Usage: gate{''.join(f' {word}' for word in words)} [OPTIONS] COMMAND" in done.err


@pytest.mark.parametrize("command", [("chek",), ("",), ("\x1b[31m\n::error::",), ("x" * 100_000,), *LATER])
def test_a_command_that_there_is_not_is_refused_in_one_line(command: tuple[str, ...]) -> None:
    done = gate(*command)

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("gate: No such command ")
    assert done.err.count("\n") == 1
    assert len(done.err) < 1_200
