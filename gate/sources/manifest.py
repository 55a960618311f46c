"""Manifests: which images an index holds, and whether a manifest is an image at all.

Sources: botocore's service model of ECR (BatchGetImage); the OCI image specification.
"""

import re

import msgspec
from msgspec import Struct

from gate.errors import EvidenceError
from gate.plain import one_line
from gate.sources.aws import Caller
from gate.sources.wire import ImageId, decode

INDEXES = frozenset({
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
})  # fmt: skip
MANIFESTS = frozenset({
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
})  # fmt: skip
# What makes a manifest an image: config and layers both, since signatures and attached SBOMs reuse the real config's
# media type (artifact-keeper/artifact-keeper#2112). Sources: OCI image spec, media types; Docker image manifest v2.2.
CONFIGS = frozenset({
    "application/vnd.docker.container.image.v1+json",
    "application/vnd.oci.image.config.v1+json",
})  # fmt: skip
_LAYER_STEMS = (
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.oci.image.layer.nondistributable.v1.tar",
)
LAYERS = frozenset({
    *(f"{stem}{packed}" for stem in _LAYER_STEMS for packed in ("", "+gzip", "+zstd")),
    "application/vnd.docker.image.rootfs.diff.tar",
    "application/vnd.docker.image.rootfs.diff.tar.gzip",
    "application/vnd.docker.image.rootfs.diff.tar.zstd",
    "application/vnd.docker.image.rootfs.foreign.diff.tar",
    "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
})  # fmt: skip
_IN_TOTO = "application/vnd.in-toto+json"
_ATTESTATION = ("vnd.docker.reference.type", "attestation-manifest")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_MOST_CHILDREN = 200


class Platform(Struct, frozen=True, kw_only=True, rename={"os_version": "os.version"}):
    """The platform of one image in an index."""

    os: str | None = None
    architecture: str | None = None
    variant: str | None = None
    os_version: str | None = None

    @property
    def text(self) -> str | None:
        """As Docker writes it: `linux/arm/v7`; None when the index does not say."""
        if not self.os or not self.architecture:
            return None
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


class Descriptor(Struct, frozen=True, kw_only=True, rename="camel"):
    """What a manifest says of something that it refers to."""

    media_type: str | None = None
    digest: str | None = None
    platform: Platform | None = None
    annotations: dict[str, str] | None = None

    @property
    def platform_text(self) -> str | None:
        """The platform as people write it, or None."""
        return self.platform.text if self.platform else None

    @property
    def is_called_attestation(self) -> bool:
        """Whether its pusher calls it an attestation, and gives it no platform that a runtime would choose."""
        key, value = _ATTESTATION
        return self.has_no_platform and (self.annotations or {}).get(key) == value

    @property
    def has_no_platform(self) -> bool:
        """Whether its platform is `unknown/unknown`."""
        return self.platform_text == "unknown/unknown"


class Manifest(Struct, frozen=True, kw_only=True, rename="camel"):
    """An image manifest or an index, as far as they are read."""

    media_type: str | None = None
    manifests: tuple[Descriptor, ...] | None = None
    config: Descriptor | None = None
    layers: tuple[Descriptor, ...] | None = None

    @property
    def is_image(self) -> bool:
        """Whether config and every layer are of a container image."""
        config = self.config.media_type if self.config else None
        return (
            config in CONFIGS and bool(self.layers) and all(layer.media_type in LAYERS for layer in self.layers or ())
        )

    @property
    def is_attestation(self) -> bool:
        """Whether it holds nothing but in-toto statements."""
        return bool(self.layers) and all(layer.media_type == _IN_TOTO for layer in self.layers or ())

    @property
    def contents(self) -> str:
        """The media types of its config and layers, for messages; what makes it no image comes first."""
        kinds = dict.fromkeys(str(part.media_type) for part in (self.config, *(self.layers or ())) if part)
        strange_first = sorted(kinds, key=lambda kind: kind in CONFIGS | LAYERS)
        return ", ".join(one_line(kind, 80) for kind in strange_first[:3]) or "nothing"


class StoredImage(Struct, frozen=True, rename="camel"):
    """`Image`: a manifest as it was pushed."""

    image_id: ImageId | None = None
    image_manifest: str | None = None


class ImageFailure(Struct, frozen=True, rename="camel"):
    """`ImageFailure`: an image that was asked for and is not answered, and why."""

    failure_code: str | None = None
    failure_reason: str | None = None


class StoredImages(Struct, frozen=True, rename="camel"):
    """One answer of `BatchGetImage`."""

    images: tuple[StoredImage, ...] | None = None
    failures: tuple[ImageFailure, ...] | None = None


_DECODER = msgspec.json.Decoder(Manifest)
_STORED = msgspec.json.Decoder(StoredImages)


class Manifests:
    """The manifests of one repository, by digest."""

    def __init__(self, ecr: Caller, registry: str | None, repository: str) -> None:
        """Ask nothing yet; None is the caller's own registry."""
        self._ecr = ecr
        self._repository = repository
        self._members: dict[str, object] = {"registryId": registry} if registry else {}

    def of(self, digest: str) -> Manifest:
        """Return a manifest; EvidenceError when there is none or it cannot be read."""
        subject = f"{self._repository}@{digest[:19]}… (region {self._ecr.region})"
        answer = self._ecr.call(
            "BatchGetImage",
            _STORED,
            subject,
            repositoryName=self._repository,
            imageIds=[{"imageDigest": digest}],
            # NOTE: without these an index is answered as one of its images.
            acceptedMediaTypes=sorted(INDEXES | MANIFESTS),
            **self._members,
        )
        for stored in answer.images or ():
            if stored.image_id and stored.image_id.image_digest == digest and stored.image_manifest:
                return read_manifest(stored.image_manifest)
        failures = [f"{failure.failure_code}: {failure.failure_reason}" for failure in answer.failures or ()]
        why = one_line("; ".join(failures), 300) or "no reason given"
        raise EvidenceError(f"BatchGetImage for {subject} answered without the manifest ({why})")


def read_manifest(text: str) -> Manifest:
    """Read a manifest; EvidenceError when it is none."""
    try:
        return decode(text.encode("utf-8", "replace"), _DECODER)
    except EvidenceError as err:
        raise EvidenceError(f"the manifest cannot be read: {err.message}") from err


def children(index: Manifest) -> tuple[Descriptor, ...]:
    """Return what an index refers to, in its order; EvidenceError for an entry without digest, or too many."""
    found = index.manifests or ()
    if len(found) > _MOST_CHILDREN:
        raise EvidenceError(f"the index refers to {len(found)} manifests; at most {_MOST_CHILDREN} are judged")
    for number, child in enumerate(found):
        if not _DIGEST.fullmatch(child.digest or ""):
            raise EvidenceError(f"entry {number + 1} of the index has no digest that ECR knows")
    return found
