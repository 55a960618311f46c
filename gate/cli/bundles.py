"""`--save-evidence DIR`: a bundle for each image, in a directory that was found writable before AWS is asked."""

import hashlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from gate.cli.outputs import replace_file
from gate.errors import ReportError, UsageError
from gate.model import Image, Refusal, Scan
from gate.plain import one_line
from gate.sources.bundle import pack
from gate.sources.recording import Recording

_ODD = re.compile(r"[^A-Za-z0-9._]+")


class Bundles:
    """Where the evidence of this run is kept."""

    def __init__(self, directory: str) -> None:
        """Make the directory; UsageError when nothing can be written there."""
        self.recording = Recording()
        self._directory = Path(directory)
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._directory, prefix=".gate-"):
                pass
        except (OSError, ValueError) as err:
            raise UsageError(
                f"--save-evidence {one_line(directory, 200)}: {_why(err)}",
                hint="Name a directory that this job may write.",
            ) from err

    def save(self, scans: tuple[Scan | Refusal, ...]) -> Iterator[str]:
        """Write what AWS said of each image, and yield where it is; ReportError when that cannot be done.

        Evidence that was saved already, and images of which nothing is known, are left out.
        """
        for scan in scans:
            if isinstance(scan, Refusal) or scan.replayed:
                continue
            place = self._directory / name_of(scan.image)
            try:
                replace_file(place, pack(scan, self.recording.about(scan.image)))
            except OSError as err:
                raise ReportError(
                    f"the evidence {one_line(str(place), 200)} cannot be written: {_why(err)}",
                    hint="Free the disk, or write elsewhere.",
                ) from err
            yield f"gate: the evidence of {one_line(scan.image.target, 200)} is saved as {one_line(str(place), 300)}"


def name_of(image: Image) -> str:
    """Return the file name of an image's bundle: readable, and the same for the same image and target."""
    identity = repr((image.target, image.registry, image.region, image.repository, image.digest, image.arn))
    readable = _ODD.sub("-", image.repository or (image.arn or "").rpartition(":")[2] or "image")
    return f"{readable.strip('-.')[:80]}-{hashlib.sha256(identity.encode()).hexdigest()[:12]}.json.gz"


def _why(err: OSError | ValueError) -> str:
    return err.strerror if isinstance(err, OSError) and err.strerror else "this is no path of this system"
