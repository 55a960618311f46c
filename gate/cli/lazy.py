"""A group of commands that are imported when they are asked for."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click

Places = Mapping[str, tuple[str, str]]
"""Each command: where it is, as `module:name`, and what the list of commands says of it."""


class LazyCommands(click.Group):
    """A group whose commands are imported when they are asked for."""

    def __init__(self, *args: Any, places: Places, **kwargs: Any) -> None:  # noqa: ANN401 - click's own
        """Keep where the commands are."""
        super().__init__(*args, **kwargs)
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names, in the order of use."""
        return list(self._places)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Return a command, imported now."""
        if cmd_name not in self._places:
            return None
        module, _, name = self._places[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self._places.items()])
