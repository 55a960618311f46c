"""Verdict documents that the command line is given: read from a file, or from standard input."""

import sys
from pathlib import Path

from gate.errors import EvidenceError, UsageError
from gate.plain import one_line
from gate.policy.verdict import Verdict
from gate.reports.json_document import LARGEST, read


def name_of(path: str) -> str:
    """Return what messages call the document: its path, or that it is standard input."""
    return "standard input" if path == "-" else path


def document(path: str) -> Verdict:
    """Read a verdict document, finished or not, `-` from stdin; EvidenceError says why it is none."""
    return read(_bytes(path), file=name_of(path))


def finished(path: str) -> Verdict:
    """Read a verdict document; EvidenceError too for one of a run that did not finish."""
    found = document(path)
    if not found.finished or found.policy is None:
        raise EvidenceError(f"{one_line(name_of(path), 200)}: the document is unfinished", hint="Run the check again.")
    return found


def _bytes(path: str) -> bytes:
    try:
        if path == "-":
            if sys.stdin is None:
                raise UsageError("the document is `-`, and there is no standard input")
            return sys.stdin.buffer.read(LARGEST + 1)
        with Path(path).open("rb") as file:
            return file.read(LARGEST + 1)
    except (OSError, ValueError) as err:
        why = err.strerror if isinstance(err, OSError) and err.strerror else "this is no path of this system"
        raise EvidenceError(
            f"{one_line(path, 200)} cannot be read: {why}", hint="Did the job that runs the check finish?"
        ) from err
