"""Listings, made from the pages that a test writes out."""

from datetime import datetime
from typing import Any

import msgspec

from gate.sources.listing import Listing
from gate.sources.wire import Page
from tests.builders import NOW


def body(**members: Any) -> dict[str, Any]:
    """Return one page as JSON; `None` leaves `imageScanFindings` or `imageScanStatus` out."""
    status = members.pop("status", "ACTIVE")
    page = {"imageScanFindings": members.pop("found", {"enhancedFindings": []}), **members}
    return page | ({"imageScanStatus": {"status": status}} if status else {})


def listing(*bodies: dict[str, Any], read_at: datetime = NOW) -> Listing:
    """Return the listing that has these pages."""
    return Listing(pages=tuple(msgspec.convert(page, Page) for page in bodies), read_at=read_at)


def found(*findings: Any, **members: Any) -> dict[str, Any]:
    """Return one page that lists these enhanced findings, and has these members beside them."""
    return body(found={"enhancedFindings": findings, **members})
