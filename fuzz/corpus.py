"""The corpus: small inputs for each target, kept in the folder of its name; what was found once stays in it."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

Inputs = Mapping[str, bytes]
"""The inputs of a target by the names of their files."""
HERE = Path(__file__).parent / "corpus"


@cache
def inputs_of(name: str) -> dict[str, bytes]:
    """Return the inputs of a target by the names of their files, in order."""
    return {path.name: path.read_bytes() for path in sorted((HERE / name).iterdir()) if path.is_file()}
