"""The shapes of Inspector are botocore's by name, and each operation's body goes straight into them."""

from typing import Any

import pytest
from botocore.loaders import create_loader
from msgspec import Struct

from gate.sources import wire_inspector as wire

SHAPES: dict[str, Any] = create_loader().load_service_model("inspector2", "service-2")["shapes"]
NAMES = {
    wire.CoverageStatus: "ScanStatus",
    wire.CoveredResource: "CoveredResource",
    wire.CoveragePage: "ListCoverageResponse",
    wire.InspectorFindings: "ListFindingsResponse",
    wire.InspectorCounts: "SeverityCounts",
    wire.ImageCounts: "AwsEcrContainerAggregationResponse",
    wire.CountedResource: "AggregationResponse",
    wire.CountsPage: "ListFindingAggregationsResponse",
    wire.CisaData: "CisaData",
    wire.FindingDetail: "FindingDetail",
    wire.UndetailedFinding: "FindingDetailsError",
    wire.DetailsPage: "BatchGetFindingDetailsResponse",
}


@pytest.mark.parametrize(("kind", "name"), NAMES.items(), ids=NAMES.values())
def test_every_member_is_one_of_inspectors(kind: type[Struct], name: str) -> None:
    assert set(kind.__struct_encode_fields__) <= set(SHAPES[name]["members"])


def test_every_shape_is_held_against_the_model() -> None:
    kinds = {one for one in vars(wire).values() if isinstance(one, type) and one.__module__ == wire.__name__}
    assert kinds == set(NAMES)


def test_a_page_holds_what_is_asked_for_at_most() -> None:
    assert SHAPES["ListFindingsMaxResults"]["max"] == 100
