"""Amazon Inspector's shapes, as far as they are used.

Source: botocore's service model of inspector2 (API version 2020-06-08).
"""

from msgspec import Struct

from gate.sources.wire import EnhancedFinding, Time


class CoverageStatus(Struct, frozen=True, rename="camel", gc=False):
    """`ScanStatus`: whether a resource is scanned, and why (not)."""

    status_code: str | None = None
    reason: str | None = None


class CoveredResource(Struct, frozen=True, rename="camel"):
    """`CoveredResource`."""

    resource_id: str | None = None
    scan_status: CoverageStatus | None = None
    last_scanned_at: Time = None


class CoveragePage(Struct, frozen=True, rename="camel"):
    """One answer of `ListCoverage`."""

    covered_resources: tuple[CoveredResource, ...] | None = None
    next_token: str | None = None


class InspectorFindings(Struct, frozen=True, rename="camel"):
    """One answer of `ListFindings`."""

    findings: tuple[EnhancedFinding, ...] | None = None
    next_token: str | None = None


class InspectorCounts(Struct, frozen=True, rename="camel", gc=False):
    """`SeverityCounts`, as Inspector counts; the words that are not here are only in `all`."""

    all: int | None = None
    critical: int | None = None
    high: int | None = None
    medium: int | None = None


class ImageCounts(Struct, frozen=True, rename="camel"):
    """`AwsEcrContainerAggregationResponse`."""

    resource_id: str | None = None
    severity_counts: InspectorCounts | None = None


class CountedResource(Struct, frozen=True, rename="camel"):
    """`AggregationResponse`."""

    aws_ecr_container_aggregation: ImageCounts | None = None


class CountsPage(Struct, frozen=True, rename="camel"):
    """One answer of `ListFindingAggregations`."""

    responses: tuple[CountedResource, ...] | None = None
    next_token: str | None = None


class CisaData(Struct, frozen=True, rename="camel", gc=False):
    """`CisaData`: what CISA's catalogue of known exploited vulnerabilities says; absent where it lists nothing."""

    date_added: Time = None
    date_due: Time = None


class FindingDetail(Struct, frozen=True, rename="camel"):
    """`FindingDetail`: what Inspector knows of one finding beyond its listing."""

    finding_arn: str | None = None
    cisa_data: CisaData | None = None
    cwes: tuple[str, ...] | None = None
    epss_score: float | None = None


class UndetailedFinding(Struct, frozen=True, rename="camel", gc=False):
    """`FindingDetailsError`: a finding of which no details are given, and why."""

    finding_arn: str | None = None
    error_code: str | None = None


class DetailsPage(Struct, frozen=True, rename="camel"):
    """One answer of `BatchGetFindingDetails`, which has no further pages."""

    finding_details: tuple[FindingDetail, ...] | None = None
    errors: tuple[UndetailedFinding, ...] | None = None
