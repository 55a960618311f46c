"""`gate policy`: policies without AWS."""

from pathlib import Path

import click
import msgspec

from gate.cli.clock import SystemClock
from gate.cli.terminal import say, show
from gate.errors import Exit, PolicyError
from gate.plain import neutral, one_line
from gate.policy.lint import lint as notes_of
from gate.policy.loader import load
from gate.policy.schema import policy_schema


@click.group(short_help="Work with policies, without AWS.")
def policy() -> None:
    """Work with policies, without AWS."""


@policy.command(short_help="Check policy files: faults exit with 2, notes do not.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
def lint(files: tuple[str, ...]) -> int:
    """Check policy files: every fault with its line and column (exit 2), and notes on what may surprise (exit 0)."""
    today = SystemClock().now().date()
    faulty = 0
    for file in files:
        if not file:
            faulty += 1
            say("a file name is empty; expected a policy file")
            continue
        try:
            notes = notes_of(load(Path(file)), today)
        except PolicyError as err:
            faulty += 1
            say("\n".join([*err.faults, *([err.hint] if err.hint else [])]))
        else:
            show(neutral("".join(f"{note}\n" for note in (*notes, f"{one_line(file)}: no faults"))))
    return int(Exit.USAGE if faulty else Exit.PASS)


@policy.command(short_help="Print the JSON Schema of the policy file.")
def schema() -> None:
    """Print the JSON Schema of the policy file, for editors."""
    show(msgspec.json.format(msgspec.json.encode(policy_schema()), indent=2).decode() + "\n")
