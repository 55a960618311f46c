"""What comes of starting a scan is told in these words, of this image, and the scan is told from one before it."""

from typing import Any

import msgspec
import pytest

from gate.errors import AccessError, EvidenceError, GateError, NotYetError
from gate.model import ScanState
from gate.sources.aws import Connections
from gate.sources.starting import DISABLED, LIMITED, OPERATION, Begun, Starting
from gate.sources.wire import Page
from tests.aws_double.answers import basic
from tests.aws_double.faults import Fault, access_denied, aws_error, html
from tests.aws_double.findings import basic_finding
from tests.builders import image
from tests.sources.live import OLD, Live

SUBJECT = "team/app:v1 (region eu-central-1)"


def starting(live: Live, **fields: Any) -> Starting:
    """Return the start of the scan of an image that was never scanned."""
    script = live.image(on_start=basic([basic_finding()]), pushed_at=OLD)
    once = Connections(live.clock).caller("ecr", None, once=True)
    return Starting(once, image(digest=script.digest, **fields), SUBJECT)


def page(done: Any) -> Page:
    """Return a page of a scan that finished at this time."""
    return msgspec.convert({"imageScanFindings": {"imageScanCompletedAt": done}}, Page)


def test_a_scan_is_started_once_and_waited_for(live: Live) -> None:
    start = starting(live)
    assert live.double.called(OPERATION) == ()
    assert start.start() == Begun(state=ScanState.PENDING, reason="the scan that was started")
    assert start.start() is start.start()
    assert len(live.double.called(OPERATION)) == 1
    assert (start.notes, start.is_disabled) == ((), False)


@pytest.mark.parametrize("registry", ["123456789012", None])
def test_the_registry_is_named_where_it_is_known(live: Live, registry: str | None) -> None:
    starting(live, registry=registry).start()
    assert [call.input.get("registryId") for call in live.double.called(OPERATION)] == [registry]


@pytest.mark.parametrize(
    ("fault", "state", "reason", "notes"),
    [
        (aws_error("LimitExceededException"), ScanState.PENDING, "the scan of the last 24 hours", (LIMITED,)),
        (
            aws_error("UnsupportedImageTypeException", "It is disabled."),
            ScanState.UNSUPPORTED,
            "AWS cannot scan this type of image",
            (),
        ),
        (aws_error("ImageArchivedException"), ScanState.EXPIRED, "the image is archived", ()),
        (
            aws_error("ValidationException", "This feature is disabled"),
            ScanState.MISSING,
            "AWS has no scan of this image",
            (DISABLED,),
        ),
    ],
)
def test_what_ecr_says_instead_is_told_of_the_image(
    live: Live, fault: Fault, state: ScanState, reason: str, notes: tuple[str, ...]
) -> None:
    start = starting(live)
    live.double.fail(OPERATION, fault, times=None)
    assert start.start() == Begun(state=state, reason=reason)
    assert (start.notes, start.is_disabled) == (notes, notes == (DISABLED,))
    # NOTE: a scan that was not started is nothing that another could have finished before.
    assert not start.is_before(page(0))


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        (html(), NotYetError, "the answer cannot be read: "),
        (access_denied("ecr:StartImageScan"), AccessError, "AccessDeniedException: "),
        (aws_error("ValidationException", "Nobody knows why."), AccessError, "ValidationException: Nobody knows why."),
    ],
)
def test_a_refusal_that_says_nothing_of_the_image_names_it(
    live: Live, fault: Fault, kind: type[GateError], said: str
) -> None:
    start = starting(live)
    live.double.fail(OPERATION, fault, times=None)
    with pytest.raises(kind) as raised:
        start.start()
    assert raised.value.message.startswith(f"{OPERATION} for {SUBJECT}: {said}")
    assert start.notes == ()


@pytest.mark.parametrize(("seconds", "is_before"), [(-1, True), (0, False), (1, False)])
def test_a_scan_that_finished_before_this_one_was_started_is_another(
    live: Live, seconds: int, *, is_before: bool
) -> None:
    start = starting(live)
    done = live.double.at(seconds).timestamp()
    assert not start.is_before(page(done))
    start.start()
    assert start.is_before(page(done)) is is_before


def test_a_page_that_does_not_say_when_its_scan_finished_is_of_none_before(live: Live) -> None:
    start = starting(live)
    start.start()
    assert not start.is_before(page(None))
    assert not start.is_before(Page())
    with pytest.raises(EvidenceError) as raised:
        start.is_before(page("soon"))
    assert raised.value.message == "imageScanCompletedAt is 'soon', which is no time"
