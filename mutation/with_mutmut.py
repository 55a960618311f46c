"""Mutants that mutmut makes: of functions and methods without decorators."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from mutation.outcome import Mutant
from mutation.tree import bounded_memory, configured

_TOOL = str(Path(sys.executable).parent / "mutmut")
_ALIVE = {0, 5, 33}
"""Exit codes of a mutant that no test noticed, or that no test reaches."""
_LOST = {2, 34, 35}
_UNTESTED = "could not find any test case"
"""What mutmut says where the tests reach nothing that it changed; it then judges no mutant."""
_NAME = re.compile(r".*\.x[_ǁ](?:(?P<owner>\w+)ǁ)?(?P<function>\w+?)__mutmut_\d+")


def run(place: Path, modules: Sequence[str], tests: Iterable[str], only: Sequence[str] = ()) -> dict[str, bool]:
    """Return of each mutant whether it was killed; RuntimeError with mutmut's words where it could not work."""
    configured(place, modules, tests)
    if not only:
        shutil.rmtree(place / "mutants", ignore_errors=True)
    command = [_TOOL, "run", "--max-children", "2", *only]
    with bounded_memory():
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    found: dict[str, bool] = {}
    for module in modules:
        meta = place / "mutants" / f"{module}.meta"
        codes = json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"] if meta.exists() else {}
        for name, code in codes.items():
            if only and name not in only:
                continue
            if code in _LOST or (code is None and _UNTESTED not in done.stdout):
                raise RuntimeError(f"{name} was not judged ({code}): {done.stdout[-2000:]}{done.stderr[-2000:]}")
            found[name] = code is not None and code not in _ALIVE
    nothing = "no mutants" in done.stdout.lower() or _UNTESTED in done.stdout
    if not found and not nothing and done.returncode:
        raise RuntimeError(f"mutmut ended with {done.returncode}: {done.stdout[-3000:]}{done.stderr[-3000:]}")
    return found


def described(place: Path, module: str, name: str) -> Mutant:
    """Return what a mutant changes, by mutmut's own account of it."""
    shown = subprocess.run([_TOOL, "show", name], cwd=place, capture_output=True, text=True, check=True).stdout
    lines = [line for line in shown.splitlines() if line[:1] in "+-" and line[:3] not in {"+++", "---"}]
    match = _NAME.fullmatch(name)
    function = ".".join(filter(None, match.groups())) if match else name
    return Mutant(module=module, place=function, change=" ".join(" ".join(lines).split()), name=name)
