"""Output files: found writable before the run, cleared of yesterday's verdict, and written whole or not at all."""

import os
import stat
import tempfile
from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

from msgspec import Struct

from gate import __version__
from gate.errors import Exit, ReportError, UsageError
from gate.plain import one_line
from gate.policy.verdict import Outcome, Verdict
from gate.reports import REPORTS
from gate.reports.json_document import render as render_json

STDOUT = "-"


class Output(Struct, frozen=True):
    """One report that was asked for."""

    format: str
    path: str


def parse_outputs(texts: Iterable[str], inputs: Iterable[str]) -> tuple[Output, ...]:
    """Read FORMAT=PATH texts; UsageError names a format that is unknown, or a path that is used twice or read from."""
    outputs = tuple(map(_parse, texts))
    taken = {_real(path): f"{path} is read by this run" for path in inputs}
    for output in outputs:
        if output.path == STDOUT:
            place, used = STDOUT, "two reports cannot both go to stdout"
        else:
            place, used = _real(output.path), f"{one_line(output.path, 200)} is written by two reports"
        if place in taken:
            raise UsageError(f"--output {output.format}={one_line(output.path, 200)}: {taken[place]}")
        taken[place] = used
    return outputs


def prepare(outputs: tuple[Output, ...], now: datetime) -> None:
    """Make sure that every file can be written, and leave no earlier verdict in its place.

    A JSON document is replaced by one that says that the run did not finish; other reports are removed, so that a job
    that dies leaves nothing behind that reads like a pass. UsageError names the path that cannot be written.
    """
    files = [output for output in outputs if output.path != STDOUT]
    for output in files:
        _probe(output)
    for output in files:
        try:
            if output.format == "json":
                _replace(output.path, render_json(unfinished(now)))
            elif _is_plain_file(output.path):
                Path(output.path).unlink()
        except OSError as err:
            raise UsageError(_cannot(output, err)) from err


def unfinished(now: datetime) -> Verdict:
    """Return the document that stands while a run has not finished."""
    return Verdict(
        gate=__version__,
        finished=False,
        judged_at=now,
        replayed=False,
        verdict=Outcome.NO_VERDICT,
        exit_code=int(Exit.NO_VERDICT),
        reason="the run did not finish",
        hint="Look at the log of the job that wrote this, and run it again.",
    )


def rendered(outputs: tuple[Output, ...], verdict: Verdict) -> tuple[tuple[Output, str], ...]:
    """Return the text of every report, all of them before the first is written; empty text means no file."""
    return tuple((output, REPORTS[output.format](verdict)) for output in outputs)


def write_files(texts: tuple[tuple[Output, str], ...]) -> None:
    """Write the reports that go to files, the JSON document last: once it stands, all stand. ReportError names one."""
    for output, text in sorted(texts, key=lambda pair: pair[0].format == "json"):
        if output.path == STDOUT or not text:
            continue
        try:
            _replace(output.path, text)
        except OSError as err:
            raise ReportError(_cannot(output, err), hint="Free the disk, or write elsewhere.") from err


def _parse(text: str) -> Output:
    name, equals, path = text.partition("=")
    if not equals or not path:
        raise UsageError(f"--output {one_line(text, 200)!r}: expected FORMAT=PATH, such as json=verdict.json")
    if name not in REPORTS:
        close = get_close_matches(name, REPORTS, 1)
        meant = f"; did you mean {close[0]!r}?" if close else ""
        raise UsageError(
            f"--output: {one_line(name, 60)!r} is no report format{meant} (there are {', '.join(REPORTS)})"
        )
    if "\x00" in path:
        raise UsageError(f"--output {name}: a path cannot hold a NUL character")
    return Output(name, path)


def _real(path: str) -> str:
    return os.path.realpath(path)


def _probe(output: Output) -> None:
    path = Path(_real(output.path))
    try:
        if path.is_dir():
            raise IsADirectoryError(21, "it is a directory")
        if path.exists() and not _is_plain_file(output.path):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".gate-"):
            pass
    except OSError as err:
        raise UsageError(_cannot(output, err), hint="Name a path that this job may write.") from err


def _is_plain_file(path: str) -> bool:
    try:
        return stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116 - one call, and links are followed
    except OSError:
        return False


def _replace(path: str, text: str) -> None:
    """Write a file by way of a temporary one beside it; a pipe or a device is written straight."""
    data = text.encode("utf-8", "replace")
    place = Path(_real(path))
    if place.exists() and not _is_plain_file(path):
        place.write_bytes(data)
        return
    handle, temporary = tempfile.mkstemp(dir=place.parent, prefix=".gate-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(place)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _cannot(output: Output, err: OSError) -> str:
    return f"{output.format}={one_line(output.path, 200)} cannot be written: {err.strerror or type(err).__name__}"
