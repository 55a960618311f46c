"""Image indexes for the double: what they hold, as buildx and others push it."""

from collections.abc import Mapping

import msgspec

from tests.aws_double.findings import JsonObject
from tests.aws_double.world import OCI_CONFIG, OCI_IMAGE, OCI_INDEX, ImageScript, Steps, World

IN_TOTO = "application/vnd.in-toto+json"
CALLED_ATTESTATION = {"vnd.docker.reference.type": "attestation-manifest"}
NO_PLATFORM = "unknown/unknown"


def entry(
    image: ImageScript | str,
    platform: str | None = "linux/amd64",
    *,
    annotations: Mapping[str, str] | None = None,
    media_type: str | None = None,
) -> JsonObject:
    """Return how an index names an image, or a digest behind which there is none; None leaves the platform out."""
    digest, kind = (image, OCI_IMAGE) if isinstance(image, str) else (image.digest, image.media_type)
    named: JsonObject = {"mediaType": media_type or kind, "digest": digest, "size": 1024}
    if platform is not None:
        named["platform"] = dict(zip(("os", "architecture", "variant"), platform.split("/"), strict=False))
    return named | ({"annotations": dict(annotations)} if annotations else {})


def attestation(world: World, repository: str = "team/app", *, called: bool = True, **options: object) -> JsonObject:
    """Push what buildx attests of an image, and return its entry; `called` is whether the annotation says so."""
    layers = options.pop("layers", (IN_TOTO,))
    image = world.image(repository, config_media_type=OCI_CONFIG, layer_media_types=layers, **options)  # type: ignore[arg-type]
    return entry(image, NO_PLATFORM, annotations=CALLED_ATTESTATION if called else None)


def index(
    world: World,
    *entries: JsonObject,
    repository: str = "team/app",
    tag: str | None = "v1",
    media_type: str = OCI_INDEX,
    **options: object,
) -> ImageScript:
    """Push an index that holds these entries."""
    manifest = {"schemaVersion": 2, "mediaType": media_type, "manifests": list(entries)}
    text = msgspec.json.encode(manifest).decode()
    return world.image(repository, tag=tag, manifest=text, media_type=media_type, **options)  # type: ignore[arg-type]


def platforms(world: World, steps: Mapping[str, Steps], repository: str = "team/app", **options: object) -> ImageScript:
    """Push an index with one image a platform, each with its own timeline."""
    named = [
        entry(world.image(repository, steps=timeline, **options), platform)  # type: ignore[arg-type]
        for platform, timeline in steps.items()
    ]
    return index(world, *named, repository=repository)
