"""A command whose reports are cleared even when its command line is wrong, so that none of an earlier run is left."""

import contextlib
from pathlib import Path

import click

from gate.cli.clearing import Leavings
from gate.cli.clock import SystemClock
from gate.cli.outputs import claim
from gate.errors import GateError, UsageError
from gate.target import SavedTarget, parse_target

DEFAULT_FILE = "gate.yaml"
"""The policy that is taken from the working directory when none is named."""
_FILES = ("kev", "epss", "baseline")
"""The options that name further files."""


class ClearingCommand(click.Command):
    """A command with TARGETS, --policy and --output."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the command line; before a fault of it is raised, clear the reports that it names."""
        written = list(args)
        try:
            return super().parse_args(ctx, args)
        except click.UsageError:
            found = click.Context(self, parent=ctx.parent, info_name=ctx.info_name, resilient_parsing=True)
            found.ignore_unknown_options = found.allow_extra_args = True
            super().parse_args(found, written)
            with contextlib.suppress(UsageError):
                named = (found.params[name] for name in _FILES)
                read = inputs(found.params["targets"] or (), found.params["policy"], *named)
                read += _named_by(found.params["policy"] or DEFAULT_FILE)
                claim(found.params["output"] or (), read, SystemClock().now())
            note_claimed(ctx)
            raise


def note_claimed(ctx: click.Context) -> None:
    """Tell the boundary that no report of an earlier run is left."""
    left: Leavings = ctx.obj
    left.claimed()


def _named_by(policy: str) -> tuple[str, ...]:
    """Return the files that a policy consists of and names; none where nobody can tell."""
    from gate.cli.beside import files_of
    from gate.policy.loader import load

    with contextlib.suppress(GateError):
        return files_of(load(Path(policy), Path.cwd()))
    return ()


def inputs(targets: tuple[str, ...], policy: str | None, *files: str | None) -> tuple[str, ...]:
    """Return the paths that a run may read: its targets', its policy, and other files, some named like a target."""
    paths = [policy or DEFAULT_FILE, *filter(None, files)]
    for text in (*targets, *filter(None, files)):
        with contextlib.suppress(UsageError):
            target = parse_target(text)
            paths += [target.path] if isinstance(target, SavedTarget) and target.path != "-" else []
    return tuple(paths)
