"""Printing: stdout is the report, stderr is the talk, and nothing printed is a command to a terminal or a CI system."""

import os
import sys
from typing import TextIO

from gate.plain import neutral


def say(text: str) -> None:
    """Say something to the person who watches: one or more neutral lines on stderr."""
    _write(sys.stderr, neutral(text) + "\n")


def show(text: str) -> None:
    """Print a report on stdout as it is (its writer made it harmless); OSError when stdout takes no more."""
    _write(sys.stdout, text)
    sys.stdout.flush()


def is_terminal(stream: TextIO) -> bool:
    """Tell whether somebody watches this stream on a terminal that moves its cursor."""
    return stream.isatty() and os.environ.get("TERM", "") != "dumb"


def wants_colour(choice: str) -> bool:
    """Tell whether stdout is to be coloured: `always`, `never`, or `auto` (a terminal, and no NO_COLOR)."""
    if choice != "auto":
        return choice == "always"
    return is_terminal(sys.stdout) and not os.environ.get("NO_COLOR")


def _write(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    # NOTE: a log may be ASCII only (LANG=C); a character that it cannot hold is no reason to fail.
    stream.write(text.encode(encoding, "replace").decode(encoding))
