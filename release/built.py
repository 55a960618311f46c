"""Prints the sha256 of the wheel and the source archive of this version: `python -m release.built dist`."""

import hashlib
import sys
from pathlib import Path

import gate


def built(folder: Path) -> dict[str, str]:
    """Return the sha256 of what was built of this version, by file name."""
    names = (f"scan_gate-{gate.__version__}-py3-none-any.whl", f"scan_gate-{gate.__version__}.tar.gz")
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


def main() -> None:
    """Print them as sha256sum does, so that its --check reads them."""
    for name, digest in built(Path(sys.argv[1])).items():
        sys.stdout.write(f"{digest}  {name}\n")


if __name__ == "__main__":
    main()
