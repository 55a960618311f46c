"""What a manifest is, by its own words: an image, an attestation, or something else that is named."""

from typing import Any

import pytest
from msgspec import convert

from gate.sources.manifest import Descriptor, Manifest

IN_TOTO = {"mediaType": "application/vnd.in-toto+json"}
BEFORE = {"mediaType": "application/vnd.docker.image.rootfs.diff.tar"}
BEHIND = {"mediaType": "application/vnd.oci.image.layer.v1.tar"}
NOWHERE = {"os": "unknown", "architecture": "unknown"}
KIND = "vnd.docker.reference.type"


@pytest.mark.parametrize(
    ("layers", "is_one"),
    [
        (None, False),
        ([], False),
        ([IN_TOTO], True),
        ([IN_TOTO, IN_TOTO], True),
        ([IN_TOTO, BEFORE], False),
        ([BEHIND, IN_TOTO], False),
    ],
)
def test_an_attestation_holds_in_toto_statements_and_nothing_else(layers: Any, *, is_one: bool) -> None:
    assert convert({"layers": layers}, Manifest).is_attestation is is_one


@pytest.mark.parametrize(
    ("platform", "annotations", "is_called_one"),
    [
        (NOWHERE, {KIND: "attestation-manifest"}, True),
        (NOWHERE, {KIND: "attestation"}, False),
        (NOWHERE, {KIND: "signature"}, False),
        (NOWHERE, {"other": "attestation-manifest"}, False),
        (NOWHERE, {}, False),
        (NOWHERE, None, False),
        ({"os": "linux", "architecture": "amd64"}, {KIND: "attestation-manifest"}, False),
        ({"os": "windows", "architecture": "amd64"}, {KIND: "attestation-manifest"}, False),
        (None, {KIND: "attestation-manifest"}, False),
    ],
)
def test_it_is_called_an_attestation_where_its_annotation_says_so_and_no_runtime_would_choose_it(
    platform: Any, annotations: Any, *, is_called_one: bool
) -> None:
    found = convert({"platform": platform, "annotations": annotations}, Descriptor)

    assert found.is_called_attestation is is_called_one
    assert found.has_no_platform is (platform is NOWHERE)


def test_what_is_strange_is_named_first_and_three_of_all_and_each_in_short() -> None:
    strange = [{"mediaType": f"{letter * 90}"} for letter in "abc"]
    config = {"mediaType": "application/vnd.oci.image.config.v1+json"}

    assert convert({}, Manifest).contents == "nothing"
    assert convert({"config": config, "layers": [BEHIND, IN_TOTO]}, Manifest).contents == ", ".join(
        [IN_TOTO["mediaType"], config["mediaType"], BEHIND["mediaType"]]
    )
    assert convert({"config": config, "layers": strange}, Manifest).contents == ", ".join(
        f"{letter * 79}…" for letter in "abc"
    )
