"""`gate schema`: the JSON Schemas of what this program writes."""

import click
import msgspec

from gate.cli.terminal import show
from gate.policy.schema import verdict_schema


@click.group(short_help="Print the JSON Schema of the verdict document.")
def schema() -> None:
    """Print the JSON Schemas of what this program writes."""


@schema.command(short_help="The verdict document.")
def verdict() -> None:
    """Print the JSON Schema of the verdict document that `check -o json=PATH` writes."""
    show(msgspec.json.format(msgspec.json.encode(verdict_schema()), indent=2).decode() + "\n")
