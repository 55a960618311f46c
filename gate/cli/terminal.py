"""Printing: stdout is the report, stderr is the talk, and nothing printed is a command to a terminal or a CI system."""

import contextlib
import os
import sys
from typing import TextIO

from gate.errors import ReportError
from gate.plain import neutral


def say(text: str) -> None:
    """Say something to the person who watches: one or more neutral lines on stderr."""
    talk(neutral(text) + "\n")


def talk(text: str) -> None:
    """Write on stderr as it is; one that is closed, full or gone costs the talk, never the verdict."""
    with contextlib.suppress(OSError):
        if sys.stderr is not None:
            _write(sys.stderr, text)
            sys.stderr.flush()


def show(text: str) -> None:
    """Print a report on stdout as it is (its writer made it harmless); ReportError when stdout does not take it."""
    if sys.stdout is None:
        raise ReportError("there is no standard output, so the report could not be printed")
    try:
        _write(sys.stdout, text)
        sys.stdout.flush()
    except BrokenPipeError as err:
        raise ReportError("nobody reads the output any more, so the report could not be printed") from err
    except OSError as err:
        raise ReportError(f"the report could not be printed: {err.strerror or type(err).__name__}") from err


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether somebody watches this stream on a terminal that moves its cursor."""
    return stream is not None and stream.isatty() and os.environ.get("TERM", "") != "dumb"


def wants_colour(choice: str) -> bool:
    """Tell whether stdout is to be coloured: `always`, `never`, or `auto` (a terminal, and no NO_COLOR)."""
    if choice != "auto":
        return choice == "always"
    return is_terminal(sys.stdout) and not os.environ.get("NO_COLOR")


def _write(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    # NOTE: a log may be ASCII only (LANG=C); a character that it cannot hold is no reason to fail.
    stream.write(text.encode(encoding, "replace").decode(encoding))
