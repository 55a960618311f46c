"""`gate policy init`: a policy to start from, the built-in one or one that what is there now just passes."""

from datetime import datetime
from pathlib import Path

import click

from gate.cli.command import DEFAULT_FILE
from gate.cli.policy_evidence import judged_by
from gate.cli.terminal import say
from gate.cli.values import TimeValue
from gate.errors import Exit, UsageError
from gate.plain import one_line
from gate.policy.loader import built_in_text, loads
from gate.policy.starting_point import fitted

_COUNTING = b"version: 1\nmode: warn\nmax: {unknown: 0}\n"
"""A policy that settles nothing, so that every finding counts."""


@click.command(short_help="Write a policy to start from.")
@click.argument("path", default=DEFAULT_FILE, metavar="[FILE]")
@click.option(
    "--evidence", metavar="FILE", multiple=True, help="Saved evidence that the policy shall just pass; repeat it."
)
@click.option("--captured-at", type=TimeValue(), allow_from_autoenv=False, help="When the evidence was fetched.")
def init(path: str, evidence: tuple[str, ...], captured_at: datetime | None) -> int:
    """Write a policy with comments to FILE (gate.yaml), which must not be there yet.

    With --evidence its limits are what these images have today, so that they pass and nothing gets worse: lower them as
    you go.
    """
    text = built_in_text()
    if evidence:
        text = fitted(judged_by(loads(_COUNTING, file="(init)"), evidence, captured_at=captured_at))
    loads(text.encode(), file=path)
    _write(Path(path), text)
    say(f"gate: wrote {one_line(path, 200)}; check an image with: gate check IMAGE -p {one_line(path, 200)}")
    return int(Exit.PASS)


def _write(path: Path, text: str) -> None:
    """Write a file that is not there yet, whole or not at all."""
    name = one_line(str(path), 200)
    try:
        file = path.open("x", encoding="utf-8")
    except FileExistsError as err:
        raise UsageError(f"{name} is there already", hint="Name another file.") from err
    except (OSError, ValueError) as err:
        why = err.strerror if isinstance(err, OSError) and err.strerror else "this is no path of this system"
        raise UsageError(f"{name} cannot be written: {why}", hint="Name a path that you may write.") from err
    try:
        with file:
            file.write(text)
    except OSError as err:
        path.unlink(missing_ok=True)
        raise UsageError(
            f"{name} cannot be written: {err.strerror}", hint="Free the disk, or write elsewhere."
        ) from err
