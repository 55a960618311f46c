"""`gate render`: any report from a verdict document, later, as `check` would have written it."""

from shutil import get_terminal_size

import click

from gate.cli.clock import SystemClock
from gate.cli.documents import finished
from gate.cli.outputs import STDOUT, claim, rendered, write_files
from gate.cli.terminal import say, show, wants_colour
from gate.cli.values import Lines
from gate.errors import Exit
from gate.policy.verdict import Verdict
from gate.reports import UNWRITTEN, console


@click.command(short_help="Write any report from a verdict document that `check -o json=` wrote.")
@click.argument("path", metavar="VERDICT.json")
@click.option(
    "-o", "--output", metavar="FORMAT=PATH", multiple=True, type=Lines(), help="A report; `-` is stdout; repeat it."
)
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour on stdout.")
def render(path: str, output: tuple[str, ...], color: str) -> int:
    """Write reports from a verdict document (- for stdin), or print the console report when no -o is given.

    Exits with 0 when they are written, whatever the verdict: `gate verdict` exits with that. Refuses (3) what is no
    verdict document, and one of a run that did not finish.
    """
    outputs = claim(output, () if path == "-" else (path,), SystemClock().now())
    verdict = finished(path)
    texts = rendered(outputs, verdict)
    write_files(texts)
    for one, text in texts:
        if not text:
            say(f"gate: {one.format} is not written: {UNWRITTEN[one.format]}")
        elif one.path == STDOUT:
            show(text)
    if not outputs:
        show(_console(verdict, color))
    return int(Exit.PASS)


def _console(verdict: Verdict, color: str) -> str:
    if not wants_colour(color):
        return console.render(verdict)
    return console.render_terminal(verdict, width=max(60, get_terminal_size((console.WIDTH, 25)).columns))
