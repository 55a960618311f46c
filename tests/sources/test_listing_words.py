"""Why a listing is not whole is told with the name of what is wrong, cut where a name is longer than any."""

from typing import Any

import msgspec
import pytest

from gate.errors import EvidenceError
from gate.model import Kind
from gate.sources.listing import Listing
from gate.sources.wire import Page
from tests.aws_double.findings import basic_finding, enhanced_finding
from tests.builders import DIGEST, NOW


def listing(*bodies: dict[str, Any]) -> Listing:
    """Return the listing that has these bodies as its pages."""
    pages = [{"imageScanStatus": {"status": "ACTIVE"}, "imageScanFindings": body} for body in bodies]
    return Listing(pages=tuple(msgspec.convert(page, Page) for page in pages), read_at=NOW)


def test_basic_findings_are_read_as_such() -> None:
    read = listing({"findings": [basic_finding("CVE-2026-1"), basic_finding("CVE-2026-2", "LOW")]})

    assert read.kind is Kind.BASIC
    assert [found.id for found in read.read(DIGEST).findings] == ["CVE-2026-1", "CVE-2026-2"]


@pytest.mark.parametrize(("name", "said"), [("a" * 150, "a" * 150), ("a" * 151, "a" * 149 + "…")])
def test_a_finding_that_comes_twice_is_named_by_an_arn_that_is_no_longer_than_those_of_aws(
    name: str, said: str
) -> None:
    page = {"enhancedFindings": [enhanced_finding(arn=name)]}

    assert listing(page, page).read(DIGEST).problem == f"two pages list the same finding, {said}"


@pytest.mark.parametrize(("digest", "said"), [("d" * 80, "d" * 80), ("d" * 81, "d" * 79 + "…")])
def test_another_image_is_named_by_a_digest_that_is_no_longer_than_those_of_aws(digest: str, said: str) -> None:
    details = {"awsEcrContainerImage": {"imageHash": digest}}
    page = {"enhancedFindings": [enhanced_finding(extra={"resources": [{"details": details}]})]}

    assert listing(page).read(DIGEST).problem == f"the answer lists findings of another image, {said}"


@pytest.mark.parametrize(
    ("member", "name"),
    [("imageScanCompletedAt", "completed_at"), ("vulnerabilitySourceUpdatedAt", "data_at")],
)
def test_a_time_that_is_none_is_named_as_aws_names_it(member: str, name: str) -> None:
    read = listing({"enhancedFindings": [], member: "soon"})

    with pytest.raises(EvidenceError) as raised:
        getattr(read, name)
    assert raised.value.message == f"{member} is 'soon', which is no time"
