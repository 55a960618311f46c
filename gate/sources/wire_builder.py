"""EC2 Image Builder's shapes, as far as they are used.

Source: botocore's service model of imagebuilder (API version 2019-12-02).
"""

from msgspec import Struct

from gate.sources.wire import EnhancedFinding, Time


class ImageState(Struct, frozen=True, rename="camel"):
    """`ImageState` and `ImageScanState`: a status word and why."""

    status: str | None = None
    reason: str | None = None


class ScanningConfiguration(Struct, frozen=True, rename="camel"):
    """`ImageScanningConfiguration`."""

    image_scanning_enabled: bool | None = None
    image_scanning_types: tuple[str, ...] | None = None


class Ami(Struct, frozen=True, rename="camel"):
    """`Ami`: an image that the build made, in one region."""

    region: str | None = None
    image: str | None = None


class Container(Struct, frozen=True, rename="camel"):
    """`Container`: where a container build was pushed."""

    region: str | None = None
    image_uris: tuple[str, ...] | None = None


class OutputResources(Struct, frozen=True, rename="camel"):
    """`OutputResources`."""

    amis: tuple[Ami, ...] | None = None
    containers: tuple[Container, ...] | None = None


class BuiltImage(Struct, frozen=True, rename="camel"):
    """`Image`: one build version."""

    arn: str | None = None
    type: str | None = None
    platform: str | None = None
    os_version: str | None = None
    date_created: Time = None
    state: ImageState | None = None
    scan_state: ImageState | None = None
    image_scanning_configuration: ScanningConfiguration | None = None
    output_resources: OutputResources | None = None
    source_pipeline_arn: str | None = None


class GotImage(Struct, frozen=True, rename="camel"):
    """One answer of `GetImage`."""

    image: BuiltImage | None = None


class BuildFindings(Struct, frozen=True, rename="camel"):
    """One answer of `ListImageScanFindings`; its findings are Inspector's, less status, ARN, exploit and EPSS."""

    findings: tuple[EnhancedFinding, ...] | None = None
    next_token: str | None = None


class SeverityCounts(Struct, frozen=True, rename="camel", gc=False):
    """`SeverityCounts`: low, informational and untriaged are only in `all`."""

    all: int | None = None
    critical: int | None = None
    high: int | None = None
    medium: int | None = None


class ImageAggregation(Struct, frozen=True, rename="camel"):
    """`ImageAggregation`."""

    image_build_version_arn: str | None = None
    severity_counts: SeverityCounts | None = None


class Aggregation(Struct, frozen=True, rename="camel"):
    """`ImageScanFindingAggregation`."""

    image_aggregation: ImageAggregation | None = None


class Aggregations(Struct, frozen=True, rename="camel"):
    """One answer of `ListImageScanFindingAggregations`."""

    responses: tuple[Aggregation, ...] | None = None
    next_token: str | None = None


class ImageSummary(Struct, frozen=True, rename="camel"):
    """`ImageSummary`: one image of a pipeline."""

    arn: str | None = None
    date_created: Time = None


class PipelineImages(Struct, frozen=True, rename="camel"):
    """One answer of `ListImagePipelineImages`."""

    image_summary_list: tuple[ImageSummary, ...] | None = None
    next_token: str | None = None
