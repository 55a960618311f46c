"""Reads the files of facts that the command line names: --kev and --epss."""

from pathlib import Path

from gate.errors import UsageError
from gate.facts.data_file import MOST_BYTES
from gate.facts.epss import read_epss
from gate.facts.kev import read_kev
from gate.facts.known import Facts
from gate.plain import one_line


def read_facts(kev: str | None, epss: str | None) -> Facts:
    """Return what the files given say; UsageError when one cannot be read, or is something else."""
    return Facts(
        kev=None if kev is None else read_kev(_bytes("--kev", kev), kev),
        epss=None if epss is None else read_epss(_bytes("--epss", epss), epss),
    )


def _bytes(option: str, path: str) -> bytes:
    """Return the bytes of a file: one more than may be, at most."""
    try:
        with Path(path).open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as err:
        why = err.strerror if isinstance(err, OSError) and err.strerror else "this is no path of this system"
        raise UsageError(
            f"{option} {one_line(path, 200)} cannot be read: {why}", hint="Did the step that fetches the file succeed?"
        ) from err
