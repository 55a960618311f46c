"""`gate policy`: policies without AWS."""

import click

from gate.cli.lazy import LazyCommands

COMMANDS = {
    "lint": ("gate.cli.policy_lint:lint", "Check policy files: faults exit with 2, notes do not."),
    "show": ("gate.cli.policy_show:show_policy", "Print the policy that holds, with all that it takes from others."),
    "test": ("gate.cli.policy_test:test", "Run the tests that stand in policy files."),
    "diff": ("gate.cli.policy_diff:diff", "Say what another policy would change over saved evidence."),
    "init": ("gate.cli.policy_init:init", "Write a policy to start from."),
    "schema": ("gate.cli.policy_lint:schema", "Print the JSON Schema of the policy file."),
}


@click.group(cls=LazyCommands, places=COMMANDS, short_help="Work with policies, without AWS.")
def policy() -> None:
    """Work with policies, without AWS."""
