"""What a manifest is: an image, an attestation, an index, or nothing of the kind."""

import json
from typing import Any

import pytest

from gate.errors import AccessError, EvidenceError
from gate.model import ScanState
from gate.sources.manifest import (
    CONFIGS,
    INDEXES,
    LAYERS,
    MANIFESTS,
    Descriptor,
    ImageFailure,
    Manifests,
    Platform,
    StoredImage,
    StoredImages,
    children,
    read_manifest,
)
from gate.sources.wire import ImageId
from tests.aws_double import shapes
from tests.aws_double.answers import empty
from tests.aws_double.faults import access_denied, altered
from tests.aws_double.indexes import IN_TOTO
from tests.aws_double.world import OCI_CONFIG, OCI_LAYER
from tests.sources.live import Live

MANIFEST = "BatchGetImage"
SIGNATURE = "application/vnd.dev.cosign.simplesigning.v1+json"
HELM = "application/vnd.cncf.helm.config.v1+json"
ABSENT = "sha256:" + "0" * 64


def manifest(config: str | None, *layers: str | None) -> str:
    document: dict[str, Any] = {"layers": [{"mediaType": layer} for layer in layers]}
    return json.dumps(document | ({"config": {"mediaType": config}} if config else {}))


@pytest.mark.parametrize("config", sorted(CONFIGS))
@pytest.mark.parametrize("layer", sorted(LAYERS))
def test_a_config_and_layers_of_images_are_an_image(config: str, layer: str) -> None:
    assert read_manifest(manifest(config, layer, OCI_LAYER)).is_image


@pytest.mark.parametrize(
    "text",
    [
        manifest(OCI_CONFIG, SIGNATURE),
        manifest(OCI_CONFIG, OCI_LAYER, "application/vnd.cyclonedx+json"),
        manifest(OCI_CONFIG, IN_TOTO),
        manifest(OCI_CONFIG, None),
        manifest(OCI_CONFIG),
        manifest(HELM, OCI_LAYER),
        manifest(None, OCI_LAYER),
        "{}",
        '{"layers": null, "config": null}',
    ],
)
def test_everything_else_is_none(text: str) -> None:
    assert not read_manifest(text).is_image


def test_what_makes_it_no_image_is_named_first() -> None:
    assert (
        read_manifest(manifest(OCI_CONFIG, OCI_LAYER, SIGNATURE)).contents == f"{SIGNATURE}, {OCI_CONFIG}, {OCI_LAYER}"
    )
    assert read_manifest("{}").contents == "nothing"
    assert read_manifest(manifest("::error::\x1b[31m", None)).contents.isprintable()


@pytest.mark.parametrize(
    ("layers", "is_one"), [((IN_TOTO,), True), ((IN_TOTO, IN_TOTO), True), ((IN_TOTO, OCI_LAYER), False), ((), False)]
)
def test_an_attestation_holds_nothing_but_statements(layers: tuple[str, ...], *, is_one: bool) -> None:
    assert read_manifest(manifest(OCI_CONFIG, *layers)).is_attestation is is_one


@pytest.mark.parametrize(
    "text", ["", "[]", "null", "{", '{"layers": 5}', '{"manifests": [5]}', "<html>", '{"annotations": ' + "[" * 100_000]
)
def test_what_is_no_manifest_is_no_evidence(text: str) -> None:
    with pytest.raises(EvidenceError, match="the manifest cannot be read"):
        read_manifest(text)


def test_a_lone_surrogate_in_a_manifest_harms_nobody() -> None:
    assert not read_manifest('{"config": {"mediaType": "\ud800"}}').is_image


@pytest.mark.parametrize(
    ("platform", "text"),
    [
        (Platform(os="linux", architecture="arm", variant="v7"), "linux/arm/v7"),
        (Platform(os="windows", architecture="amd64", os_version="10.0.1"), "windows/amd64"),
        (Platform(os="linux"), None),
        (Platform(architecture="amd64"), None),
        (None, None),
    ],
)
def test_a_platform_is_written_as_docker_does(platform: Platform | None, text: str | None) -> None:
    assert Descriptor(platform=platform).platform_text == text


@pytest.mark.parametrize("digest", ["null", '""', '"sha256:12"', '"sha512:' + "0" * 64 + '"'])
def test_an_entry_without_a_digest_is_no_evidence(digest: str) -> None:
    index = read_manifest(f'{{"manifests": [{{"digest": "{ABSENT}"}}, {{"digest": {digest}}}]}}')
    with pytest.raises(EvidenceError, match="entry 2 of the index has no digest"):
        children(index)


def test_an_index_of_too_many_is_no_evidence() -> None:
    index = read_manifest(json.dumps({"manifests": [{"digest": ABSENT}] * 201}))
    with pytest.raises(EvidenceError, match="201 manifests; at most 200"):
        children(index)
    assert len(children(read_manifest(json.dumps({"manifests": [{"digest": ABSENT}] * 200})))) == 200
    assert children(read_manifest("{}")) == ()


def test_the_members_that_are_read_are_those_of_botocores_model() -> None:
    model = shapes.operation(MANIFEST)
    assert model is not None
    assert model.output_shape is not None
    members: Any = model.output_shape.members
    for kind, known in (
        (StoredImages, members),
        (StoredImage, members["images"].member.members),
        (ImageId, members["images"].member.members["imageId"].members),
        (ImageFailure, members["failures"].member.members),
    ):
        assert set(kind.__struct_encode_fields__) <= set(known)


def test_a_manifest_is_asked_for_with_every_kind_that_there_is(live: Live) -> None:
    image = live.image(registry="111122223333")
    found = Manifests(live.caller(), "111122223333", "team/app").of(image.digest)
    assert found.is_image
    [call] = live.double.called(MANIFEST)
    assert set(call.input["acceptedMediaTypes"]) == INDEXES | MANIFESTS  # type: ignore[call-overload]
    assert call.input["registryId"] == "111122223333"


def test_a_manifest_that_is_not_there_is_no_evidence(live: Live) -> None:
    live.image()
    with pytest.raises(EvidenceError, match=r"without the manifest \(ImageNotFound: .*does not exist"):
        Manifests(live.caller(), None, "team/app").of(ABSENT)


@pytest.mark.parametrize(
    "images",
    [
        None,
        [],
        [{}],
        [{"imageId": {"imageDigest": ABSENT}, "imageManifest": "{}"}],
        [{"imageId": {}, "imageManifest": "{}"}],
    ],
)
def test_an_answer_with_another_manifest_is_no_evidence(live: Live, images: Any) -> None:
    image = live.image()
    live.double.fail(MANIFEST, altered(lambda _: {"images": images}), times=None)
    with pytest.raises(EvidenceError, match=r"without the manifest \(no reason given"):
        Manifests(live.caller(), None, "team/app").of(image.digest)


def test_why_there_is_no_manifest_is_said_whole(live: Live) -> None:
    live.image()
    failures = [{"failureCode": "A", "failureReason": "b" * 100}, {"failureCode": "C", "failureReason": "d" * 300}]
    live.double.fail(MANIFEST, altered(lambda _: {"failures": failures}), times=None)
    with pytest.raises(EvidenceError) as raised:
        Manifests(live.caller(), None, "team/app").of(ABSENT)
    why = f"A: {'b' * 100}; C: {'d' * 191}…"
    assert raised.value.message == (
        f"BatchGetImage for team/app@sha256:{'0' * 12}… (region eu-central-1) answered without the manifest ({why})"
    )


def test_whose_manifest_is_refused_is_said(live: Live) -> None:
    live.image()
    live.double.fail(MANIFEST, access_denied("ecr:BatchGetImage"), times=None)
    with pytest.raises(AccessError, match=rf"team/app@sha256:{'0' * 12}… \(region eu-central-1\)"):
        Manifests(live.caller(), None, "team/app").of(ABSENT)


def test_an_empty_manifest_in_the_answer_is_none(live: Live) -> None:
    image = live.image()
    stored = {"imageId": {"imageDigest": image.digest}, "imageManifest": ""}
    live.double.fail(MANIFEST, altered(lambda _: {"images": [stored]}), times=None)
    with pytest.raises(EvidenceError, match="without the manifest"):
        Manifests(live.caller(), None, "team/app").of(image.digest)


def test_who_may_not_read_the_manifest_of_an_empty_scan_is_told_what_to_allow(live: Live) -> None:
    live.image(empty())
    live.double.registry_scanning("BASIC")
    live.double.fail(MANIFEST, access_denied("ecr:BatchGetImage"), times=None)
    refusal = live.refusal()
    assert (refusal.exit_code, "ecr:BatchGetImage" in refusal.hint) == (5, True)


def test_a_signature_that_lists_nothing_is_not_clean(live: Live) -> None:
    live.image(empty(), layer_media_types=(SIGNATURE,))
    live.double.registry_scanning("BASIC")
    scan = live.scan()
    assert scan.state is ScanState.INCOMPLETE
    assert scan.reason.startswith(f"this is no container image (it holds {SIGNATURE}")
