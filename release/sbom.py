"""Writes what a release is made of as a CycloneDX document: `make sbom`, which runs `python -m release.sbom dist`.

cyclonedx-py describes a clean environment with the pins of requirements/runtime.txt (names, versions, licences, who
needs whom) and, apart from that, the lock file (hashes). The two are joined by package, and the outcome is validated.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.utils import canonicalize_name

import gate
from release.built import built

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements" / "runtime.txt"
Json = dict[str, Any]


def described(dist: Path) -> str:
    """Return the document for the wheel and the source archive in `dist`: the same text whenever it is made."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        document = _cyclonedx("environment", str(_installed(folder)), "--pyproject", str(_project(folder)))
    hashes = {one["name"]: one["externalReferences"] for one in _cyclonedx("requirements", str(LOCK))["components"]}
    for component in document["components"]:
        _refer(component, hashes[canonicalize_name(component["name"])])
    root = document["metadata"]["component"]
    _refer(root, [_file(name, digest) for name, digest in built(dist).items()])
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise ValueError(f"what was made is no CycloneDX 1.6: {error}")
    return text


def _installed(folder: Path) -> Path:
    """Install the pins, and nothing else, into an environment of their own; return its Python."""
    python = folder / "env" / "bin" / "python"
    _run(sys.executable, "-m", "venv", "--without-pip", str(folder / "env"))
    words = ("--quiet", "--no-config", "--system-certs", "--no-deps", "--require-hashes", "--only-binary", ":all:")
    _run(sys.executable, "-m", "uv", "pip", "install", *words, "--python", str(python), "-r", str(LOCK))
    return python


def _project(folder: Path) -> Path:
    """Write pyproject.toml with the version in it: cyclonedx-py asks no build backend for one that is dynamic."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    place = folder / "pyproject.toml"
    place.write_text(text.replace('dynamic = ["version"]', f'version = "{gate.__version__}"'), encoding="utf-8")
    return place


def _cyclonedx(*words: str) -> Json:
    options = ("--spec-version", "1.6", "--output-reproducible", "--no-validate", "--output-format", "JSON")
    # NOTE: a warning that the lock file alone says nothing of who needs whom is right, and of no use here.
    document: Json = json.loads(_run(sys.executable, "-W", "ignore", "-m", "cyclonedx_py", *words, *options))
    return document


def _run(*command: str) -> str:
    # NOTE: PYTHONPATH would put more into the environment, and SOURCE_DATE_EPOCH a time into the document.
    own = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH" and name[:6] != "PYTHON"}
    done = subprocess.run(command, env=own, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[1:4])} failed: {done.stderr.strip()}")
    return done.stdout


def _refer(component: Json, more: list[Json]) -> None:
    references = [*component.get("externalReferences", ()), *more]
    component["externalReferences"] = sorted(references, key=lambda one: (one["type"], one["url"]))


def _file(name: str, digest: str) -> Json:
    return {"type": "distribution", "url": name, "hashes": [{"alg": "SHA-256", "content": digest}]}


def main() -> None:
    """Write the document beside what was built, and say where."""
    dist = Path(sys.argv[1])
    place = dist / f"scan-gate-{gate.__version__}.cdx.json"
    place.write_text(described(dist), encoding="utf-8")
    sys.stdout.write(f"{place}\n")


if __name__ == "__main__":
    main()
