"""The shapes of Image Builder, and what three services share, are botocore's by name and by kind of value."""

from typing import Any

import msgspec
import pytest
from botocore.loaders import create_loader

from gate.sources import wire, wire_builder

BUILDER = {
    wire_builder.ImageState: ("ImageState", "ImageScanState"),
    wire_builder.ScanningConfiguration: ("ImageScanningConfiguration",),
    wire_builder.Ami: ("Ami",),
    wire_builder.Container: ("Container",),
    wire_builder.OutputResources: ("OutputResources",),
    wire_builder.BuiltImage: ("Image",),
    wire_builder.GotImage: ("GetImageResponse",),
    wire_builder.BuildFindings: ("ListImageScanFindingsResponse",),
    wire_builder.SeverityCounts: ("SeverityCounts",),
    wire_builder.ImageAggregation: ("ImageAggregation",),
    wire_builder.Aggregation: ("ImageScanFindingAggregation",),
    wire_builder.Aggregations: ("ListImageScanFindingAggregationsResponse",),
    wire_builder.ImageSummary: ("ImageSummary",),
    wire_builder.PipelineImages: ("ListImagePipelineImagesResponse",),
}
SHARED = {
    wire.CvssScore: {"ecr": "CvssScore", "inspector2": "CvssScore", "imagebuilder": "CvssScore"},
    wire.VulnerablePackage: dict.fromkeys(("ecr", "inspector2", "imagebuilder"), "VulnerablePackage"),
    wire.PackageVulnerability: dict.fromkeys(("ecr", "inspector2", "imagebuilder"), "PackageVulnerabilityDetails"),
    wire.AdjustedCvss: dict.fromkeys(("ecr", "inspector2", "imagebuilder"), "CvssScoreDetails"),
    wire.ScoreDetails: {"ecr": "ScoreDetails"},
    wire.InspectorScoreDetails: dict.fromkeys(("inspector2", "imagebuilder"), "InspectorScoreDetails"),
    wire.Epss: {"inspector2": "EpssDetails"},
    wire.CodeVulnerability: {"inspector2": "CodeVulnerabilityDetails"},
    wire.Resource: dict.fromkeys(("ecr", "inspector2"), "Resource"),
    wire.ResourceDetails: dict.fromkeys(("ecr", "inspector2"), "ResourceDetails"),
    wire.ContainerImage: {"ecr": "AwsEcrContainerImageDetails", "inspector2": "AwsEcrContainerImageDetails"},
    wire.EnhancedFinding: {
        "ecr": "EnhancedImageScanFinding",
        "inspector2": "Finding",
        "imagebuilder": "ImageScanFinding",
    },
}
ABSENT = {
    "ecr": {
        "inspectorScore", "inspectorScoreDetails", "epss", "codeVulnerabilityDetails", "imageBuildVersionArn",
    },
    "inspector2": {"score", "scoreDetails", "imageBuildVersionArn"},
    "imagebuilder": {
        "findingArn", "status", "score", "scoreDetails", "epss", "codeVulnerabilityDetails", "exploitAvailable",
        "resources",
    },
}  # fmt: skip
"""What a service's finding does not have, of the shape that three share; all else it must have."""


def members(service: str, shape: str) -> set[str]:
    shapes = create_loader().load_service_model(service, "service-2")["shapes"]
    return set(shapes[shape]["members"])


def ours(kind: Any) -> set[str]:
    return {field.encode_name for field in msgspec.structs.fields(kind)}


@pytest.mark.parametrize("kind", BUILDER, ids=lambda kind: kind.__name__)
def test_every_member_of_image_builders_shapes_is_botocores(kind: Any) -> None:
    for shape in BUILDER[kind]:
        assert ours(kind) <= members("imagebuilder", shape)


def test_every_shape_of_image_builder_is_in_the_table() -> None:
    kinds = {value for value in vars(wire_builder).values() if isinstance(value, type) and value is not msgspec.Struct}
    assert {kind for kind in kinds if kind.__module__ == wire_builder.__name__} == set(BUILDER)


@pytest.mark.parametrize(
    ("kind", "service"),
    [(kind, service) for kind, services in SHARED.items() for service in services],
    ids=lambda part: getattr(part, "__name__", part),
)
def test_a_shared_shape_has_the_members_of_each_service(kind: Any, service: str) -> None:
    absent = ABSENT[service] if kind is wire.EnhancedFinding else set()
    known = members(service, SHARED[kind][service])
    assert ours(kind) - absent <= known
    assert not absent & known
