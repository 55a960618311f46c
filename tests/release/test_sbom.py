"""The SBOM: a CycloneDX document of exactly what is pinned to run the gate, the same whenever it is made."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

import gate
from release.pins import pin, pinned

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements" / "runtime.txt"


@pytest.fixture(scope="module")
def texts(dist: Path) -> list[str]:
    """Make the document twice, the second time elsewhere, at another time and in another environment."""
    made = []
    for surroundings in ({}, {"SOURCE_DATE_EPOCH": "1", "PYTHONPATH": str(ROOT), "TZ": "Asia/Tokyo", "LC_ALL": "C"}):
        command = [sys.executable, "-m", "release.sbom", str(dist)]
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **surroundings}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        made.append(Path(done.stdout.strip()).read_text(encoding="utf-8"))
    return made


@pytest.fixture(scope="module")
def document(texts: list[str]) -> dict[str, Any]:
    """Return the document as data."""
    read: dict[str, Any] = json.loads(texts[0])
    return read


def test_it_is_cyclonedx_by_the_schema(texts: list[str]) -> None:
    validator = JsonStrictValidator(SchemaVersion.V1_6)

    assert validator.validate_str(texts[0]) is None
    assert validator.validate_str('{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": "many"}') is not None


def test_it_is_the_same_whenever_and_wherever_it_is_made(texts: list[str]) -> None:
    assert texts[0] == texts[1]


def test_its_components_are_the_pins_of_the_runtime_lock_and_nothing_else(document: dict[str, Any]) -> None:
    components = document["components"]

    assert {pin(one["name"], one["version"]) for one in components} == pinned(LOCK)
    assert len(components) == len(pinned(LOCK))
    assert {one["purl"] for one in components} == {f"pkg:pypi/{one.name}@{one.version}" for one in pinned(LOCK)}


def test_every_component_has_its_licence_and_the_hashes_of_the_lock(document: dict[str, Any]) -> None:
    entries = re.split(r"(?m)^(?=[\w.-]+==)", LOCK.read_text(encoding="utf-8"))[1:]
    locked = {entry.partition("==")[0]: set(re.findall(r"sha256:([0-9a-f]{64})", entry)) for entry in entries}

    for one in document["components"]:
        hashes = {each["content"] for reference in one["externalReferences"] for each in reference.get("hashes", ())}
        assert hashes == locked[pin(one["name"], one["version"]).name]
        assert one["licenses"]


def test_its_root_is_the_release_with_the_hashes_of_its_files(document: dict[str, Any], dist: Path) -> None:
    root = document["metadata"]["component"]
    files = {one["url"]: one["hashes"][0]["content"] for one in root["externalReferences"]}

    assert (root["name"], root["version"]) == ("scan-gate", gate.__version__)
    assert root["licenses"][0]["license"]["id"] == "Apache-2.0"
    assert files == {
        name.name: hashlib.sha256(name.read_bytes()).hexdigest() for name in dist.iterdir() if name.suffix != ".json"
    }


def test_it_says_who_needs_whom_from_the_root_on(document: dict[str, Any]) -> None:
    needs = {one["ref"]: set(one.get("dependsOn", ())) for one in document["dependencies"]}
    reached, wanted = set[str](), {document["metadata"]["component"]["bom-ref"]}
    while wanted:
        reached |= wanted
        wanted = {each for one in wanted for each in needs[one]} - reached

    assert reached == {one["bom-ref"] for one in document["components"]} | {"root-component"}


def test_it_holds_nothing_of_the_machine_that_made_it(texts: list[str]) -> None:
    places = {str(ROOT), str(Path.home()), sys.prefix, f"//{os.uname().nodename}"}

    assert [place for place in places if re.search(rf"{re.escape(place)}\b", texts[0])] == []
    assert not re.search(r"file:|localhost|127\.0\.0\.1|\"/|(?i:timestamp|serialNumber)", texts[0])


def test_the_hashes_are_printed_as_sha256sum_reads_them(dist: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "release.built", str(dist)], cwd=ROOT, capture_output=True, text=True, check=True
    )

    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "-"],
        cwd=dist,
        input=done.stdout,
        capture_output=True,
        text=True,
        check=True,
    )
    assert checked.stdout.count(": OK\n") == 2
