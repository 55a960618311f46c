"""Draws the terminal picture of README from what `gate check` prints of examples/: `python -m tests.browser.terminal`.

Unlike the pictures of the page it needs no browser, and is the same on every machine; a test holds the file against it.
"""

import io
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "images" / "terminal.svg"
COLUMNS = 100
COMMAND = ("check", "examples/checkout-api.json", "-p", "examples/gate.yaml")
WHEN = ("--captured-at", "2026-11-20T12:00:00Z", "--now", "2026-11-20T12:30:00Z")
SHOWN = {"Violations": 7, "What to upgrade": 5, "Ignored": 0, "Warnings": 0}
"""How many lines of a part are drawn, by what the part begins with; of others all."""
THEME = TerminalTheme(
    (22, 27, 34),
    (230, 237, 243),
    [
        (72, 79, 88),
        (255, 123, 114),
        (86, 211, 100),
        (227, 179, 65),
        (121, 192, 255),
        (210, 168, 255),
        (118, 227, 234),
        (177, 186, 196),
    ],
)
# NOTE: rich's own frame asks a server for its font; here the reader's own monospace is taken, each run of letters set
# to its width by `textLength`.
FRAME = """\
<svg viewBox="0 0 {width} {height}" width="{width}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font: {char_height}px ui-monospace, Menlo, Consolas, monospace; white-space: pre }}
.{unique_id}-title {{ font: 600 16px system-ui, sans-serif }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def printed() -> tuple[str, int]:
    """Return what the command prints on a terminal of that width, and its exit code."""
    command = [sys.executable, "-m", "gate", *COMMAND, *WHEN, "--color", "always"]
    # NOTE: nothing of this machine's environment: a variable must not change the picture.
    surroundings = {"COLUMNS": str(COLUMNS), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, check=False)
    return done.stdout.decode(), done.returncode


def shortened(report: str) -> list[Text]:
    """Return the report's lines, long parts cut, with a line that says so."""
    parts = []
    for part in report.rstrip("\n").split("\n\n"):
        lines = [Text.from_ansi(line) for line in part.split("\n")]
        most = next((most for name, most in SHOWN.items() if lines[0].plain.startswith(name)), len(lines))
        left_out = [Text(f"  ⋮ {len(lines) - most} lines more", "dim")] if most and len(lines) > most else []
        if most:
            parts.append([*lines[:most], *left_out])
    return [line for part in parts for line in (*part, Text())][:-1]


def picture() -> str:
    """Return the picture, the same for the same report."""
    report, code = printed()
    console = Console(file=io.StringIO(), record=True, width=COLUMNS, force_terminal=True, _environ={})
    console.print(Text.assemble(("$ ", "dim"), f"gate {' '.join(COMMAND)} \\\n    {' '.join(WHEN)}"))
    for line in shortened(report):
        console.print(line)
    console.print(Text.assemble(("\n$ ", "dim"), f"echo $?\n{code}"))
    drawn = console.export_svg(title="gate check", theme=THEME, code_format=FRAME, unique_id="terminal")
    return "".join(f"{line.rstrip()}\n" for line in drawn.splitlines() if line.strip())


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
