"""The media types that make a manifest an image or an index, written out as the specifications have them."""

from gate.sources.manifest import CONFIGS, INDEXES, LAYERS, MANIFESTS

OCI, DOCKER = "application/vnd.oci.image", "application/vnd.docker"


def test_an_index_has_one_of_two_types_and_so_has_a_manifest() -> None:
    assert {f"{OCI}.index.v1+json", f"{DOCKER}.distribution.manifest.list.v2+json"} == INDEXES
    assert {f"{OCI}.manifest.v1+json", f"{DOCKER}.distribution.manifest.v2+json"} == MANIFESTS
    assert {f"{OCI}.config.v1+json", f"{DOCKER}.container.image.v1+json"} == CONFIGS


def test_a_layer_is_a_tar_packed_or_not() -> None:
    assert {
        f"{OCI}.layer.v1.tar",
        f"{OCI}.layer.v1.tar+gzip",
        f"{OCI}.layer.v1.tar+zstd",
        f"{OCI}.layer.nondistributable.v1.tar",
        f"{OCI}.layer.nondistributable.v1.tar+gzip",
        f"{OCI}.layer.nondistributable.v1.tar+zstd",
        f"{DOCKER}.image.rootfs.diff.tar",
        f"{DOCKER}.image.rootfs.diff.tar.gzip",
        f"{DOCKER}.image.rootfs.diff.tar.zstd",
        f"{DOCKER}.image.rootfs.foreign.diff.tar",
        f"{DOCKER}.image.rootfs.foreign.diff.tar.gzip",
    } == LAYERS
