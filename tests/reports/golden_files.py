"""Golden files: what each report says of each sample, byte for byte; `UPDATE_GOLDEN=1` writes them anew."""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def assert_golden(name: str, text: str) -> None:
    """Compare a report with its golden file, after writing the file if that was asked for."""
    path = FOLDER / name
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.write_text(text, encoding="utf-8", newline="")
    held = path.read_bytes().decode() if path.exists() else ""
    assert text == held, f"{path.name} differs; look at it, then run with UPDATE_GOLDEN=1"
