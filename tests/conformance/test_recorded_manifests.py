"""Indexes and manifests, as others recorded them, are read as what the corpus' index calls them."""

import json
from pathlib import Path

import msgspec
import pytest

from gate.sources.manifest import Manifest, StoredImages, children, read_manifest
from tests.conformance.validators import SHARED, needs_shared

pytestmark = needs_shared
FOLDER = Path(SHARED, "corpus", "oci-index")


def recorded(name: str, *path: str) -> Manifest:
    """Read a recording, or what lies at a path inside it."""
    document = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    for step in path:
        document = document[step]
    return read_manifest(json.dumps(document))


@pytest.mark.parametrize(
    ("name", "path"), [("buildx-attest-amd64.json", ()), ("buildx-full-inspect.json", ("manifest",))]
)
def test_buildx_puts_an_image_and_its_attestation_into_an_index(name: str, path: tuple[str, ...]) -> None:
    entries = children(recorded(name, *path))
    assert [(entry.platform_text, entry.is_called_attestation) for entry in entries] == [
        ("linux/amd64", False),
        ("unknown/unknown", True),
    ]


def test_a_manifest_list_of_docker_has_six_platforms() -> None:
    entries = children(recorded("buildx-docker-manifest-list.json"))
    assert len({entry.digest for entry in entries}) == len({entry.platform_text for entry in entries}) == 6
    assert {entry.platform_text for entry in entries} >= {"linux/amd64", "linux/arm/v7", "linux/arm64", "linux/s390x"}
    assert not any(entry.is_called_attestation for entry in entries)


def test_an_attestation_is_one_and_no_image() -> None:
    manifest = recorded("buildkit-attestation-manifest.json")
    assert (manifest.is_attestation, manifest.is_image) == (True, False)


def test_the_manifest_in_an_answer_of_ecrs_is_an_image() -> None:
    answer = msgspec.json.decode((FOLDER / "aws-cli-batch-get-image-1.json").read_bytes(), type=StoredImages)
    [stored] = answer.images or ()
    manifest = read_manifest(stored.image_manifest or "")
    assert (manifest.is_image, manifest.is_attestation, children(manifest)) == (True, False, ())


def test_every_recording_of_the_folder_is_read() -> None:
    assert len(list(FOLDER.iterdir())) == 5
