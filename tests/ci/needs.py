"""What the tests of CI surfaces need beside Python: where it is not, they are skipped, but never in CI."""

import os
import shutil
from pathlib import Path

import pytest

MODULES = Path(__file__).parent / "node_modules"
"""Made by `npm ci --prefix tests/ci`."""


def needs(*names: str) -> pytest.MarkDecorator:
    """Skip a test where a command, or a package of this folder's, is absent; with SCAN_GATE_NO_SKIPS=1 it fails."""
    missing = ", ".join(name for name in names if shutil.which(name) is None and not (MODULES / name).is_dir())
    forbidden = os.environ.get("SCAN_GATE_NO_SKIPS") == "1"
    return pytest.mark.skipif(bool(missing) and not forbidden, reason=f"not here: {missing}")
