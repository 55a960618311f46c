"""Asks the loopback AWS about one target of Image Builder."""

from typing import Any

from gate.model import Refusal, Scan, ScanState
from gate.sources.aws import Connections
from gate.sources.build_listing import THROTTLED
from gate.sources.imagebuilder import ImageBuilderSource
from gate.sources.waiting import Waiting
from gate.target import BuildTarget, parse_target
from tests.aws_double.builds import BUILD
from tests.aws_double.faults import Fault, aws_error
from tests.sources.live import Live

GET = "GetImage"
LIST = "ListImageScanFindings"
COUNT = "ListImageScanFindingAggregations"
IMAGES = "ListImagePipelineImages"
OTHER = BUILD.replace("1.2.3/4", "1.2.3/5")
"""The next build of the same version."""


def throttled() -> Fault:
    """Return what Image Builder answers to who asks too often."""
    return aws_error(THROTTLED, "You have exceeded the permitted request rate.", 429)


def asked(live: Live, target: str = BUILD, *, wait: float = 600.0) -> Scan | Refusal:
    """Return what is said of one target."""
    parsed = parse_target(target)
    assert isinstance(parsed, BuildTarget)
    waiting = Waiting(live.clock, wait, lambda *said: live.told.append(said))
    [found] = ImageBuilderSource(Connections(live.clock), waiting).scans(parsed)
    return found


def scan_of(live: Live, target: str = BUILD, **options: Any) -> Scan:
    """Return the scan of a target of which something can be said; only a complete one has findings."""
    found = asked(live, target, **options)
    assert isinstance(found, Scan), found
    assert found.reason.isprintable()
    assert (found.state is ScanState.COMPLETE) == (not found.reason)
    assert found.state is ScanState.COMPLETE or not found.findings
    return found


def refusal_of(live: Live, target: str = BUILD, **options: Any) -> Refusal:
    """Return why nothing can be said of a target, in one line."""
    found = asked(live, target, **options)
    assert isinstance(found, Refusal), found
    assert found.reason.isprintable()
    return found
