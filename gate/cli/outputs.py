"""Output files: found writable before the run, cleared of yesterday's verdict, and written whole or not at all."""

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterable
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path

from msgspec import Struct

from gate import __version__
from gate.cli.clearing import remove
from gate.errors import Exit, ReportError, UsageError
from gate.plain import one_line
from gate.policy.verdict import Outcome, Verdict
from gate.reports import REPORTS
from gate.reports.json_document import render as render_json

STDOUT = "-"
_STDOUT_NAMES = frozenset({"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"})


class Output(Struct, frozen=True):
    """One report that was asked for."""

    format: str
    path: str


def claim(texts: Iterable[str], inputs: Iterable[str], now: datetime) -> tuple[Output, ...]:
    """Read FORMAT=PATH texts, make sure that each file can be written, and leave no earlier verdict in its place.

    A JSON document is replaced by one that says that the run did not finish; other reports are removed, so that a job
    that dies leaves nothing behind that reads like a pass. UsageError names the first that is wrong: a format that is
    unknown, a path that is used twice, read from (`inputs`), or not writable. The others are cleared all the same.
    """
    taken = {_real(path): f"{one_line(path, 200)} is read by this run" for path in inputs}
    outputs: list[Output] = []
    faults: list[UsageError] = []
    for text in texts:
        try:
            output = _parse(text)
            _take(output, taken)
            if output.path != STDOUT:
                _clear(output, now)
            outputs.append(output)
        except UsageError as err:
            faults.append(err)
    if faults:
        raise faults[0]
    return tuple(outputs)


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
            _write(output.path, text)
        except OSError as err:
            raise ReportError(_cannot(output, err), hint="Free the disk, or write elsewhere.") from err


def _parse(text: str) -> Output:
    name, equals, path = text.partition("=")
    if not equals or not path:
        raise UsageError(f"--output {one_line(text, 200)!r}: expected FORMAT=PATH, such as json=verdict.json")
    if name not in REPORTS:
        close = get_close_matches(name[:60], REPORTS, 1)
        meant = f"; did you mean {close[0]!r}?" if close else ""
        raise UsageError(
            f"--output: {one_line(name, 60)!r} is no report format{meant} (there are {', '.join(REPORTS)})"
        )
    return Output(name, STDOUT if path in _STDOUT_NAMES else path)


def _take(output: Output, taken: dict[str, str]) -> None:
    """Note which place a report takes; UsageError when it is taken already."""
    shown = one_line(output.path, 200)
    place, used = _real(output.path), f"{shown} is written by two reports"
    if output.path == STDOUT:
        place, used = STDOUT, "two reports cannot both go to stdout"
    if place in taken:
        raise UsageError(f"--output {output.format}={shown}: {taken[place]}")
    taken[place] = used


def _clear(output: Output, now: datetime) -> None:
    """Put nothing, or a document that says so, where the report will stand; UsageError when that cannot be done."""
    try:
        if _is_special(output.path):
            return  # NOTE: a pipe or a device holds nothing old, and may block whoever opens it
        place = Path(_real(output.path))
        if place.is_dir():
            raise IsADirectoryError(21, "it is a directory")
        place.parent.mkdir(parents=True, exist_ok=True)
        if output.format == "json":
            replace_file(place, _encoded(render_json(unfinished(now))))
        else:
            place.unlink(missing_ok=True)
            with tempfile.NamedTemporaryFile(dir=place.parent, prefix=".gate-"):
                pass
    except (OSError, ValueError) as err:
        _forget(output.path)
        raise UsageError(_cannot(output, err), hint="Name a path that this job may write.") from err


def _forget(path: str) -> None:
    """Remove or empty what stands where nothing new can be written, so that it is not taken for this run's."""
    with contextlib.suppress(OSError, ValueError):
        remove(_real(path))


def _write(path: str, text: str) -> None:
    if _is_special(path):
        Path(path).write_bytes(_encoded(text))
    else:
        replace_file(Path(_real(path)), _encoded(text))


def _is_special(path: str) -> bool:
    """Tell whether a pipe or a device stands there; OSError when nobody may know."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - one call, and links are followed
    except FileNotFoundError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def replace_file(place: Path, content: bytes) -> None:
    """Write a file by way of a temporary one beside it; OSError when that cannot be done."""
    handle, temporary = tempfile.mkstemp(dir=place.parent, prefix=".gate-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(place)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _real(path: str) -> str:
    try:
        return os.path.realpath(path)
    except ValueError:  # NOTE: it holds NUL, or what cannot be encoded; nothing can be read or written there
        return path


def _cannot(output: Output, err: OSError | ValueError) -> str:
    why = err.strerror if isinstance(err, OSError) and err.strerror else "this is no path of this system"
    return f"{output.format}={one_line(output.path, 200)} cannot be written: {why}"
