"""`gate policy`: its commands, listed without importing them, each saying of itself what the list says."""

import subprocess
import sys

import click
import pytest

from gate.cli.policy import COMMANDS, policy
from tests.command import environment, gate


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_says_of_a_command_what_the_command_says_of_itself(name: str) -> None:
    command = policy.get_command(click.Context(policy), name)

    assert command is not None
    assert command.name == name
    assert name in policy.list_commands(click.Context(policy))
    assert command.short_help == COMMANDS[name][1]


def test_help_lists_every_command_in_the_order_of_use() -> None:
    done = gate("policy", "--help")

    assert (done.code, done.err) == (0, "")
    listed = [line.split()[0] for line in done.out.partition("Commands:\n")[2].splitlines() if line[2:3].strip()]
    assert listed == list(COMMANDS) == ["lint", "show", "test", "diff", "init", "schema"]


def test_the_list_imports_no_command() -> None:
    script = "import sys\nfrom gate.cli.exits import run\nrun(['policy', '--help'])\nprint('IMPORTED', *sys.modules)"
    run = [sys.executable, "-c", script]
    done = subprocess.run(run, env=environment(), capture_output=True, check=True, timeout=60, text=True)
    modules = set(done.stdout.rpartition("IMPORTED ")[2].split())

    assert "gate.cli.policy" in modules
    assert modules & {"gate.cli.policy_lint", "gate.policy.loader", "yaml", "msgspec"} == set()


@pytest.mark.parametrize("words", [("lnt",), ("",), ("\x1b[31m\n::error::",)])
def test_a_command_that_there_is_not_is_refused_in_one_line(words: tuple[str, ...]) -> None:
    done = gate("policy", *words)

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("gate: No such command ")
    assert done.err.count("\n") == 1
