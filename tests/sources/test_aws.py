"""AWS is called through botocore, and believed only in answers that can be read; its clock is the Date header."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import msgspec
import pytest

from gate import __version__
from gate.errors import Exit, NotYetError, UsageError
from gate.model import Scan, ScanState
from gate.sources import aws
from gate.sources.aws import Connections
from gate.sources.wire import ImageDetails, Page
from tests.aws_double import faults
from tests.aws_double.answers import basic, empty, enhanced, scan_not_found
from tests.aws_double.clock import NOON, VirtualClock
from tests.aws_double.faults import Fault
from tests.aws_double.findings import basic_finding, enhanced_finding, enhanced_findings
from tests.aws_double.shapes import Unknown
from tests.sources.live import IMAGES, REGISTRY, REPOSITORY, SCAN, Live

FOUND = enhanced([enhanced_finding()])
NAMED = {"repositoryName": "team/app", "imageIds": [{"imageTag": "v1"}]}
DETAILS = msgspec.json.Decoder(ImageDetails)
PAGES = msgspec.json.Decoder(Page)


def reset_of(member: str, value: object) -> Fault:
    """Give one member of an answer another type."""
    return faults.altered(lambda answer: answer | {member: value})


UNREADABLE: dict[str, Fault] = {
    "HTML": faults.html(),
    "empty": faults.empty_body(),
    "cut off": faults.cut_off(),
    "shorter than promised": faults.wrong_length(-20),
    "bad UTF-8": faults.bad_utf8("registryId"),
    "no gzip": faults.gzip_garbage(),
    "deep": faults.deep_nesting(member="invented"),
    "list": faults.altered(lambda answer: [answer]),
    "null": faults.body(b"null"),
    "HTML refusal": faults.html(403),
    "HTML redirect": faults.html(302),
    "empty refusal": faults.empty_body(400),
    "refusal in bad UTF-8": faults.body(b'{"__type": "\xff"}', 400),
    "deep refusal": faults.body(b'{"a":' * 100_000, 400),
    "list for a refusal": faults.body(b"[]", 400),
    "refusal with a wrong type": faults.body(b'{"__type": 5}', 400),
}
"""What no AWS says. In 5xx answers the status alone counts, which botocore retries."""


@pytest.mark.parametrize("operation", [IMAGES, SCAN])
@pytest.mark.parametrize("fault", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_cannot_be_read_is_asked_for_twice_more_and_is_then_no_verdict_yet(
    live: Live, operation: str, fault: Fault
) -> None:
    live.image(FOUND)
    live.double.fail(operation, fault, times=None)
    refusal = live.refusal()
    assert refusal.exit_code == Exit.NOT_YET
    assert refusal.reason.startswith(f"{operation} for team/app")
    assert "cannot be read" in refusal.reason
    assert "proxy" in refusal.hint
    assert len(live.double.called(operation)) == 3
    assert live.clock.sleeps == (1.0, 2.0)


@pytest.mark.parametrize("fault", ["HTML", "bad UTF-8", "empty refusal"])
def test_what_can_be_read_the_third_time_is_evidence(live: Live, fault: str) -> None:
    live.image(FOUND)
    live.double.fail(SCAN, UNREADABLE[fault], times=2)
    assert live.scan().state is ScanState.COMPLETE


@pytest.mark.parametrize(
    "fault", [reset_of("imageScanFindings", []), reset_of("imageScanStatus", "ACTIVE"), reset_of("nextToken", 7)]
)
def test_wrong_types_inside_are_said_with_their_place(live: Live, fault: Fault) -> None:
    live.image(FOUND)
    live.double.fail(SCAN, fault, times=None)
    assert "Expected `" in live.refusal().reason


@pytest.mark.parametrize("content", [b"", b"<html>", b"\xff", b"[]", b'{"a":' * 100_000, b'{"__type": 5}'])
def test_an_error_of_the_server_counts_by_its_status_whatever_its_body(
    live: Live, no_sdk_sleep: list[float], content: bytes
) -> None:
    live.image(FOUND)
    live.double.fail(IMAGES, faults.body(content, 503), times=None)
    assert live.refusal().exit_code == Exit.NOT_YET
    assert (len(live.double.called(IMAGES)), len(no_sdk_sleep)) == (4, 3)


@pytest.mark.parametrize(("operation", "member"), [(IMAGES, "repositoryName"), (SCAN, "description")])
def test_lone_surrogates_are_no_reason_to_refuse(live: Live, operation: str, member: str) -> None:
    live.image(enhanced([enhanced_finding(title="\udfff<b>")]))
    live.double.fail(operation, faults.lone_surrogate(member), times=None)
    scan = live.scan()
    assert scan.state is ScanState.COMPLETE
    assert scan.findings[0].title == "?<b>"


def test_a_refusal_with_a_lone_surrogate_is_a_refusal_in_one_line(live: Live) -> None:
    live.image(FOUND)
    live.double.fail(IMAGES, faults.aws_error(Unknown("Odd"), "\ud800\x1b[2J::error::x\n" + "y" * 1_000_000))
    refusal = live.refusal()
    assert refusal.exit_code == Exit.REFUSED
    assert "::error" not in refusal.reason.split(": Odd: ")[1][:3]


NAMES = ("app", "basic", "empty", "none")


def everything(live: Live) -> None:
    """Put images there that lead to each of the operations used."""
    answers = (enhanced(enhanced_findings(150)), basic([basic_finding()]), empty(completed=0.0), scan_not_found())
    for name, answer in zip(NAMES, answers, strict=True):
        live.double.image(f"team/{name}", tag="v1", pushed_at=-3_600.0, steps=[(-7_200, answer)])
    live.double.repository_scanning("team/none", "MANUAL")


def all_scans(live: Live) -> list[Scan]:
    return [live.scan(f"team/{name}:v1") for name in NAMES]


def test_the_body_is_decoded_before_botocore_parses_it_for_every_operation(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aws, "_encoded", lambda answer: pytest.fail(f"botocore parsed {answer}"))
    everything(live)
    assert [len(scan.findings) for scan in all_scans(live)] == [150, 1, 0, 0]
    assert set(live.double.operations) == {IMAGES, SCAN, REGISTRY, REPOSITORY, "BatchGetImage", "ListCoverage"}


def test_threads_share_a_caller_and_each_has_the_time_of_its_own_answer(live: Live) -> None:
    live.image(FOUND)
    caller = live.caller()
    ready = Barrier(8, timeout=10)

    def ask() -> int:
        ready.wait()
        page = caller.call(SCAN, PAGES, "it", repositoryName="team/app", imageId={"imageTag": "v1"})
        assert caller.now == NOON
        return len(page.image_scan_findings.enhanced_findings or ()) if page.image_scan_findings else 0

    with ThreadPoolExecutor(8) as pool:
        found = [pool.submit(ask) for _ in range(8)]
    assert [one.result() for one in found] == [1] * 8
    live.clock.advance(60)
    assert caller.now == NOON + timedelta(seconds=60), "this thread has no answer yet"


def test_threads_share_one_client_for_each_service_and_region(live: Live) -> None:
    connections = Connections(live.clock)
    with ThreadPoolExecutor(8) as pool:
        callers = [pool.submit(connections.caller, "ecr", None) for _ in range(8)]
    assert len({id(one.result()) for one in callers}) == 1


def test_botocores_own_parse_says_the_same_where_the_hook_does_not_fire(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything(live)
    hooked = all_scans(live)
    monkeypatch.setattr(aws, "_typed_by", lambda _: lambda **_: None)
    assert all_scans(live) == hooked


@pytest.mark.parametrize("fault", ["bad UTF-8", "no gzip", "deep", "list", "deep refusal", "refusal with a wrong type"])
def test_without_the_hook_too_what_cannot_be_read_is_no_verdict_yet(
    live: Live, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(aws, "_typed_by", lambda _: lambda **_: None)
    live.image(FOUND)
    live.double.fail(SCAN, UNREADABLE[fault], times=None)
    assert live.refusal().exit_code == Exit.NOT_YET
    assert len(live.double.called(SCAN)) == 3


def test_without_the_hook_lone_surrogates_are_accepted_too(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    live.image(enhanced([enhanced_finding(title="\udfff<b>")]))
    hooked = live.scan()
    monkeypatch.setattr(aws, "_typed_by", lambda _: lambda **_: None)
    assert live.scan() == hooked


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_of_this_machine_that_is_off_settles_nothing_early_or_late(live: Live, hours: float) -> None:
    live.double.skew = timedelta(hours=hours)
    offset = 3_600.0 * hours
    live.image((-7_200, enhanced([enhanced_finding()], completed=live.double.at(offset - 10))))
    scan = live.scan()
    assert live.listings() == [0, 15, 30, 45, 60]
    assert scan.captured_at == live.double.at(60 + offset)
    assert scan.ready_since == live.double.at(offset)


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_off_does_not_make_an_old_scan_young(live: Live, hours: float) -> None:
    live.double.skew = timedelta(hours=hours)
    live.image((-7_200, enhanced([enhanced_finding()], completed=live.double.at(3_600.0 * hours - 301))))
    assert live.scan().state is ScanState.COMPLETE
    assert live.clock.sleeps == ()


@pytest.mark.parametrize(
    ("header", "ahead"),
    [
        ("Mon, 02 Mar 2026 13:00:00 GMT", 3_600),
        ("Mon, 02 Mar 2026 13:00:00 +0100", 0),
        ("Mon, 02 Mar 2026 13:00:00 -0000", 3_600),
        ("Mon, 02 Mar 2026 13:00:00", 3_600),
        (None, 0),
        ("soon", 0),
        (" ", 0),
        ("Mon, 02 Mar 99999999999999999999 12:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 -0500", 0),
        ("Mon, 02 Mar 2026 12:00:00 +9999", 0),
        ("9" * 5_000, 0),
    ],
)
def test_the_date_of_the_answer_is_now_and_a_bad_one_is_none(live: Live, header: str | None, ahead: float) -> None:
    live.image(FOUND)
    live.double.fail(IMAGES, faults.dated(header))
    caller = live.caller()
    assert caller.now == NOON
    caller.call(IMAGES, DETAILS, "x", **NAMED)
    assert caller.now == NOON + timedelta(seconds=ahead)


def test_a_refusal_has_a_date_too(live: Live) -> None:
    live.double.skew = timedelta(hours=2)
    caller = live.caller()
    with pytest.raises(Exception, match="RepositoryNotFoundException"):
        caller.call(IMAGES, DETAILS, "x", **NAMED)
    assert caller.now == NOON + timedelta(hours=2)


def test_a_call_says_who_calls(live: Live) -> None:
    live.image(FOUND)
    live.caller().call(IMAGES, DETAILS, "x", **NAMED)
    assert f"scan-gate/{__version__}" in live.double.calls[0].user_agent


def test_throttling_is_retried_by_the_sdk_and_then_evidence(live: Live, no_sdk_sleep: list[float]) -> None:
    live.image(FOUND)
    live.double.fail(SCAN, faults.throttled(), times=3)
    assert live.scan().state is ScanState.COMPLETE
    assert (len(live.double.called(SCAN)), len(no_sdk_sleep), live.clock.sleeps) == (4, 3, ())


@pytest.mark.parametrize("fault", [faults.reset(), faults.hang_up()])
def test_a_connection_that_breaks_is_made_again(live: Live, no_sdk_sleep: list[float], fault: Fault) -> None:
    live.image(FOUND)
    live.double.fail(SCAN, fault, times=2)
    assert live.scan().state is ScanState.COMPLETE
    assert len(no_sdk_sleep) == 2


def test_a_request_that_botocore_will_not_send_is_the_users_mistake(live: Live) -> None:
    with pytest.raises(UsageError, match="DescribeImages cannot be asked about x"):
        live.caller().call(IMAGES, DETAILS, "x", repositoryName=5)
    assert live.double.calls == ()


def test_an_answer_that_is_no_page_is_undecodable_to_a_caller(live: Live) -> None:
    live.double.repository("team/app")
    live.double.fail(REGISTRY, faults.body(b'{"nextToken": []}'), times=None)
    with pytest.raises(NotYetError, match=r"for the registry: the answer cannot be read: Expected `str \| null`"):
        live.caller().call(REGISTRY, msgspec.json.Decoder(Page), "the registry")


def test_a_region_is_that_of_the_settings_unless_named() -> None:
    assert Connections(VirtualClock()).region == "eu-central-1"
    named = Connections(VirtualClock(), region="us-east-2")
    assert (named.region, named.caller("ecr", None).region, named.caller("ecr", "eu-west-1").region) == (
        "us-east-2", "us-east-2", "eu-west-1",
    )  # fmt: skip
