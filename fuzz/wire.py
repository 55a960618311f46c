"""Bodies of AWS's answers from any bytes, as the hook gets them before botocore's parser, and what is made of them."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from fuzz.checks import check_error
from gate.errors import EvidenceError
from gate.sources import wire, wire_builder, wire_inspector
from gate.sources.listing import Listing, state_of
from gate.sources.manifest import StoredImages, children, read_manifest
from gate.sources.mapping import inspector_finding
from gate.sources.times import to_time
from gate.sources.wire import UndecodableError, decode
from tests.builders import DIGEST, NOW

Shape = type[Struct]
OPERATIONS: Mapping[str, Shape] = {
    "BatchGetFindingDetails": wire_inspector.DetailsPage,
    "BatchGetImage": StoredImages,
    "BatchGetRepositoryScanningConfiguration": wire.RepositoryConfigurations,
    "DescribeImageScanFindings": wire.Page,
    "DescribeImages": wire.ImageDetails,
    "GetImage": wire_builder.GotImage,
    "GetRegistryScanningConfiguration": wire.RegistryConfiguration,
    "ListCoverage": wire_inspector.CoveragePage,
    "ListFindingAggregations": wire_inspector.CountsPage,
    "ListFindings": wire_inspector.InspectorFindings,
    "ListImagePipelineImages": wire_builder.PipelineImages,
    "ListImageScanFindingAggregations": wire_builder.Aggregations,
    "ListImageScanFindings": wire_builder.BuildFindings,
    "error": wire.ErrorBody,
}
"""The shape of every operation's answer; an input begins with a line that names one."""
_DECODERS = {name: msgspec.json.Decoder(shape) for name, shape in OPERATIONS.items()}


def fuzz_wire(data: bytes) -> None:
    """Decode the body of the operation that the first line names, and map what is in it to our words."""
    name, _, body = data.partition(b"\n")
    decoder = _DECODERS.get(name.decode("latin-1"), _DECODERS["DescribeImageScanFindings"])
    try:
        answer = decode(body, decoder)
    except UndecodableError as err:
        check_error(err)
        return
    for use in _USES.get(type(answer), ()):
        try:
            use(answer)
        except EvidenceError as err:
            check_error(err)


def _page(page: wire.Page) -> None:
    listing = Listing(pages=(page,), read_at=NOW)
    state_of(listing.status, listing.description)
    reading = listing.read(DIGEST)
    rows = page.image_scan_findings or wire.ScanFindings()
    listed = len(rows.findings or ()) + len(rows.enhanced_findings or ())
    assert reading.problem or len(reading.findings) == listed, "a finding is lost"
    assert len({finding.key for finding in reading.findings}) == len(reading.findings), "two findings share a key"


def _findings(page: wire_inspector.InspectorFindings | wire_builder.BuildFindings) -> None:
    for row in page.findings or ():
        inspector_finding(row)


def _manifests(answer: StoredImages) -> None:
    for stored in answer.images or ():
        manifest = read_manifest(stored.image_manifest or "")
        for entry in (*children(manifest), *((manifest.config,) if manifest.config else ())):
            assert entry.platform_text is None or "/" in entry.platform_text, "half a platform"
        assert isinstance(manifest.contents, str), "nothing is said of what it holds"
        assert not (manifest.is_image and manifest.is_attestation), "an image that is none"


def _times(answer: wire.ImageDetails | wire_inspector.CoveragePage | wire_inspector.DetailsPage) -> None:
    if isinstance(answer, wire.ImageDetails):
        times = [one.image_pushed_at for one in answer.image_details or ()]
    elif isinstance(answer, wire_inspector.CoveragePage):
        times = [one.last_scanned_at for one in answer.covered_resources or ()]
    else:
        times = [one.cisa_data.date_due for one in answer.finding_details or () if one.cisa_data]
    for time in times:
        to_time(time, "time")


_USES: Mapping[Shape, tuple[Callable[[Any], None], ...]] = {
    wire.Page: (_page,),
    wire.ImageDetails: (_times,),
    wire_inspector.InspectorFindings: (_findings,),
    wire_inspector.CoveragePage: (_times,),
    wire_inspector.DetailsPage: (_times,),
    wire_builder.BuildFindings: (_findings,),
    StoredImages: (_manifests,),
}
