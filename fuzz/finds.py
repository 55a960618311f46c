"""What a run finds: each exception once, with the input and the traceback, in files that the next run tries again."""

import re
import traceback
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

_OWN = re.compile(r"[\\/](?:gate|fuzz)[\\/]")
_ENDING = ".txt"


class Finds:
    """The finds of one target, in a folder."""

    def __init__(self, target: Callable[[bytes], None], folder: Path) -> None:
        """Try again what is in the folder from earlier runs: what is mended is forgotten."""
        self._target = target
        self._folder = folder
        self._seen: set[str] = set()
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(folder.glob("crash-*")):
            if path.suffix != _ENDING:
                data = path.read_bytes()
                path.unlink()
                path.with_name(path.name + _ENDING).unlink(missing_ok=True)
                self.attempt(data)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._seen)

    def attempt(self, data: bytes) -> None:
        """Run the target over an input; an exception is a find, and new if it comes from another place."""
        try:
            self._target(data)
        except Exception as err:  # noqa: BLE001 - whatever gets out is what is looked for
            mark = _mark(err)
            if mark not in self._seen:
                self._seen.add(mark)
                place = self._folder / f"crash-{mark}"
                place.write_bytes(data)
                text = "".join(traceback.format_exception(err))
                place.with_name(place.name + _ENDING).write_text(text, encoding="utf-8", errors="backslashreplace")


def _mark(err: Exception) -> str:
    """Return what two exceptions of one cause share: their kind, and the last lines of ours that they went through."""
    frames = [frame for frame in traceback.extract_tb(err.__traceback__) if _OWN.search(frame.filename)]
    notes = getattr(err, "__notes__", ())
    text = f"{type(err).__name__} {[(frame.filename, frame.lineno) for frame in frames[-2:]]} {notes}"
    return sha256(text.encode()).hexdigest()[:12]
