"""AWS's own shapes, as far as they are used, for decoding bodies straight into types.

Every member is optional here: what is absent is told apart from what is wrong by the code that reads it.
Source: botocore's service model of ECR (API version 2015-09-21).
"""

import json
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Struct

from gate.errors import EvidenceError
from gate.plain import one_line

Time = float | int | str | None
"""Seconds since 1970, or ISO 8601 text, as the protocol or whoever saved the answer writes it."""
T = TypeVar("T")


class UndecodableError(EvidenceError):
    """A body that is no JSON, is cut off, or has a wrong type inside."""


class Attribute(Struct, frozen=True, rename="camel", gc=False):
    """A key and a value of a basic finding."""

    key: str | None = None
    value: str | None = None


class BasicFinding(Struct, frozen=True, rename="camel"):
    """`ImageScanFinding`."""

    name: str | None = None
    description: str | None = None
    uri: str | None = None
    severity: str | None = None
    attributes: tuple[Attribute, ...] | None = None


class CvssScore(Struct, frozen=True, rename="camel", gc=False):
    """`CvssScore`."""

    base_score: float | None = None
    scoring_vector: str | None = None
    source: str | None = None
    version: str | None = None


class VulnerablePackage(Struct, frozen=True, rename="camel", gc=False):
    """`VulnerablePackage`."""

    name: str | None = None
    version: str | None = None
    release: str | None = None
    epoch: int | None = None
    arch: str | None = None
    file_path: str | None = None
    package_manager: str | None = None
    source_layer_hash: str | None = None
    fixed_in_version: str | None = None


class PackageVulnerability(Struct, frozen=True, rename="camel"):
    """`PackageVulnerabilityDetails`, which ECR, Inspector and Image Builder share."""

    vulnerability_id: str | None = None
    cvss: tuple[CvssScore, ...] | None = None
    reference_urls: tuple[str, ...] | None = None
    related_vulnerabilities: tuple[str, ...] | None = None
    source_url: str | None = None
    vendor_created_at: Time = None
    vulnerable_packages: tuple[VulnerablePackage, ...] | None = None


class AdjustedCvss(Struct, frozen=True, rename="camel", gc=False):
    """`CvssScoreDetails`: the score as Inspector adjusted it."""

    score: float | None = None
    scoring_vector: str | None = None
    version: str | None = None


class ScoreDetails(Struct, frozen=True, rename="camel"):
    """`ScoreDetails`."""

    cvss: AdjustedCvss | None = None


class InspectorScoreDetails(Struct, frozen=True, rename="camel"):
    """`InspectorScoreDetails`, as Inspector and Image Builder spell what ECR calls scoreDetails."""

    adjusted_cvss: AdjustedCvss | None = None


class Epss(Struct, frozen=True, rename="camel", gc=False):
    """`EpssDetails`."""

    score: float | None = None


class CodeVulnerability(Struct, frozen=True, rename="camel", gc=False):
    """`CodeVulnerabilityDetails`."""

    detector_id: str | None = None


class ContainerImage(Struct, frozen=True, rename="camel", gc=False):
    """`AwsEcrContainerImage`."""

    image_hash: str | None = None
    in_use_count: int | None = None


class ResourceDetails(Struct, frozen=True, rename="camel"):
    """`ResourceDetails`."""

    aws_ecr_container_image: ContainerImage | None = None


class Resource(Struct, frozen=True, rename="camel"):
    """`Resource`: what a finding is about."""

    id: str | None = None
    details: ResourceDetails | None = None


class EnhancedFinding(Struct, frozen=True, rename="camel"):
    """A finding of Inspector, as ECR, Inspector and Image Builder list it; each leaves out what is not its own.

    `score`, `scoreDetails`: ECR. `inspectorScore`, `inspectorScoreDetails`: the two others. `epss`,
    `codeVulnerabilityDetails`: Inspector. `imageBuildVersionArn`: Image Builder, which has no ARN, status or exploit.
    """

    finding_arn: str | None = None
    type: str | None = None
    title: str | None = None
    description: str | None = None
    severity: str | None = None
    status: str | None = None
    score: float | None = None
    score_details: ScoreDetails | None = None
    inspector_score: float | None = None
    inspector_score_details: InspectorScoreDetails | None = None
    epss: Epss | None = None
    code_vulnerability_details: CodeVulnerability | None = None
    image_build_version_arn: str | None = None
    package_vulnerability_details: PackageVulnerability | None = None
    fix_available: str | None = None
    exploit_available: str | None = None
    first_observed_at: Time = None
    updated_at: Time = None
    resources: tuple[Resource, ...] | None = None


class ScanFindings(Struct, frozen=True, rename="camel"):
    """`ImageScanFindings`."""

    image_scan_completed_at: Time = None
    vulnerability_source_updated_at: Time = None
    finding_severity_counts: dict[str, Annotated[int, msgspec.Meta(ge=0)]] | None = None
    findings: tuple[BasicFinding, ...] | None = None
    enhanced_findings: tuple[EnhancedFinding, ...] | None = None


class ScanStatus(Struct, frozen=True, rename="camel"):
    """`ImageScanStatus`."""

    status: str | None = None
    description: str | None = None


class ImageId(Struct, frozen=True, rename="camel"):
    """`ImageIdentifier`."""

    image_digest: str | None = None
    image_tag: str | None = None


class Page(Struct, frozen=True, rename="camel"):
    """One answer of `DescribeImageScanFindings`."""

    registry_id: str | None = None
    repository_name: str | None = None
    image_id: ImageId | None = None
    image_scan_status: ScanStatus | None = None
    image_scan_findings: ScanFindings | None = None
    next_token: str | None = None


class ImageDetail(Struct, frozen=True, rename="camel"):
    """`ImageDetail`."""

    registry_id: str | None = None
    image_digest: str | None = None
    image_tags: tuple[str, ...] | None = None
    image_pushed_at: Time = None
    image_status: str | None = None
    image_manifest_media_type: str | None = None
    artifact_media_type: str | None = None


class ImageDetails(Struct, frozen=True, rename="camel"):
    """One answer of `DescribeImages`."""

    image_details: tuple[ImageDetail, ...] | None = None


class RegistryScanning(Struct, frozen=True, rename="camel"):
    """`RegistryScanningConfiguration`."""

    scan_type: str | None = None


class RegistryConfiguration(Struct, frozen=True, rename="camel"):
    """One answer of `GetRegistryScanningConfiguration`."""

    registry_id: str | None = None
    scanning_configuration: RegistryScanning | None = None


class RepositoryScanning(Struct, frozen=True, rename="camel"):
    """`RepositoryScanningConfiguration`."""

    repository_name: str | None = None
    scan_frequency: str | None = None


class RepositoryConfigurations(Struct, frozen=True, rename="camel"):
    """One answer of `BatchGetRepositoryScanningConfiguration`."""

    scanning_configurations: tuple[RepositoryScanning, ...] | None = None


class ErrorBody(Struct, frozen=True):
    """The body of an error, as far as botocore relies on its types."""

    code: str | None = msgspec.field(default=None, name="__type")


def decode(body: bytes, decoder: "msgspec.json.Decoder[T]") -> T:
    """Decode a body; UndecodableError says in one line why it is not what was expected."""
    try:
        # NOTE: msgspec looks only at text that it keeps; what it skips, such as a broken `nextToken`, may not be UTF-8.
        if not body.isascii():
            body.decode()
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as err:
        return _decode_mended(body, decoder, err)


def _decode_mended(body: bytes, decoder: "msgspec.json.Decoder[T]", first: Exception) -> T:
    """Try once more with lone surrogates replaced, which msgspec refuses and AWS passes on from package metadata."""
    if isinstance(first, msgspec.ValidationError | RecursionError):
        raise UndecodableError(_why(body, first)) from first
    try:
        plain: Any = json.loads(body.decode())
        return decoder.decode(json.dumps(plain, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError) as err:
        # NOTE: the standard library's words for bad JSON say less than msgspec's.
        told = first if isinstance(err, json.JSONDecodeError) else err
        raise UndecodableError(_why(body, told)) from err


def _why(body: bytes, err: Exception) -> str:
    start = body[:64].lstrip()
    if not start:
        return "it is empty"
    if isinstance(err, RecursionError):
        return "it is nested too deeply"
    if start.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return "it begins with a byte order mark (saved by PowerShell?); it must be plain UTF-8"
    if start.startswith(b"<"):
        return "it is HTML or XML, not JSON (a proxy's page?)"
    return one_line(str(err), 200)
