"""A bundle holds one image's evidence as AWS gave it, says the same again, and is refused when it was changed."""

import gzip
import hashlib
import json
from datetime import timedelta
from threading import Thread
from typing import Any

import msgspec
import pytest

from gate.errors import EvidenceError
from gate.model import Image, Kev, Scan, ScanState
from gate.sources.aws import Connections
from gate.sources.bundle import is_bundle, pack, unpack
from gate.sources.ecr import EcrSource
from gate.sources.recording import Answer, Recording
from gate.sources.saved import Capture, read_saved
from gate.sources.waiting import Waiting
from gate.target import SavedTarget
from tests.aws_double import faults
from tests.aws_double.answers import ScanAnswer, basic, empty, enhanced, failed, in_progress
from tests.aws_double.findings import basic_findings, enhanced_finding, enhanced_findings
from tests.builders import NOW, finding, image, scan
from tests.sources.live import SCAN, Live, ecr_target

SETTLE = timedelta(minutes=5)
DIGEST = "sha256:" + "5c" * 32


def recorded(live: Live, **options: Any) -> tuple[Scan, Recording]:
    """Ask about team/app:v1, and keep what AWS says."""
    recording = Recording()
    connections = Connections(live.clock, recording=recording)
    source = EcrSource(connections, live.clock, Waiting(live.clock, 120.0, lambda *_: None), SETTLE, **options)
    [found] = source.scans(ecr_target("team/app:v1"))
    assert isinstance(found, Scan)
    return found, recording


def replayed(before: Scan) -> Scan:
    return msgspec.structs.replace(before, replayed=True)


def unpacked(bundle: bytes) -> dict[str, Any]:
    opened: dict[str, Any] = json.loads(gzip.decompress(bundle))
    return opened


@pytest.mark.parametrize(
    "answer",
    [
        enhanced(enhanced_findings(250)),
        basic(basic_findings(3)),
        enhanced([enhanced_finding(title="\udfff<b>")]),
        empty(completed=0.0),
        failed("Nobody knows why."),
    ],
    ids=["pages", "basic", "surrogate", "empty", "failed"],
)
def test_what_was_saved_is_the_same_evidence_again(live: Live, answer: ScanAnswer) -> None:
    live.image(answer)
    found, recording = recorded(live)
    bundle = pack(found, recording.about(found.image))
    assert unpack(gzip.decompress(bundle)) == replayed(found)
    assert bundle == pack(found, recording.about(found.image))


def test_a_scan_that_was_running_stays_one(live: Live) -> None:
    live.image(in_progress())
    found, recording = recorded(live)
    again = unpack(gzip.decompress(pack(found, recording.about(found.image))))
    assert (again.state, again.replayed) == (ScanState.PENDING, True)


def test_findings_are_read_from_the_answers_as_aws_sent_them(live: Live) -> None:
    live.image(enhanced(enhanced_findings(150)))
    found, recording = recorded(live)
    content = unpacked(pack(found, recording.about(found.image)))["content"]
    assert content["from_answers"] is True
    assert content["scan"]["findings"] == []
    assert [answer["operation"] for answer in content["answers"]].count(SCAN) == 2
    bodies = [json.loads(answer["body"]) for answer in content["answers"] if answer["operation"] == SCAN]
    assert sum(len(body["imageScanFindings"]["enhancedFindings"]) for body in bodies) == 150


def test_what_inspectors_listing_and_details_added_is_there_again(live: Live) -> None:
    one, two, three = enhanced_findings(3)
    pushed = live.image(enhanced([one, two]))
    live.double.inspector.lists(pushed, [one | {"epss": {"score": 0.5}}, two, three])
    live.double.inspector.details(one, kev=(NOW, NOW), cwes=["CWE-79"])
    live.double.inspector.details(three, epss=0.25)
    found, recording = recorded(live, epss=True, undecided=lambda scan: tuple(str(one.arn) for one in scan.findings))
    answers = recording.about(found.image)
    again = unpack(gzip.decompress(pack(found, answers)))
    assert again == replayed(found)
    assert {finding.kev for finding in again.findings} == {
        None,
        Kev(listed=False, source="inspector"),
        Kev(listed=True, added=NOW.date(), due=NOW.date(), source="inspector"),
    }
    assert sorted(finding.epss or 0 for finding in again.findings) == [0, 0.25, 0.5]
    assert [line for line in again.warnings if "for want of details" in line]
    assert {"ListFindings", "ListFindingAggregations", "BatchGetFindingDetails"} <= {one.operation for one in answers}


def test_details_are_kept_of_the_image_whose_findings_they_are_of(live: Live) -> None:
    rows = enhanced_findings(12)
    live.image(enhanced(rows))
    found, recording = recorded(live, undecided=lambda scan: tuple(str(one.arn) for one in scan.findings))
    kept = [answer for answer in recording.about(found.image) if answer.operation == "BatchGetFindingDetails"]
    assert [len(json.loads(answer.asked)["findingArns"]) for answer in kept] in ([10, 2], [2, 10])
    assert [json.loads(answer.body)["findingDetails"] for answer in kept] == [[], []]
    assert recording.about(image(digest=DIGEST)) == ()


def test_findings_that_no_answer_of_ecrs_holds_are_kept_themselves() -> None:
    found = scan(finding())
    content = unpacked(pack(found, ()))["content"]
    assert content["from_answers"] is False
    assert unpack(gzip.decompress(pack(found, ()))) == replayed(found)


def test_findings_without_a_time_are_kept_themselves() -> None:
    found = msgspec.structs.replace(scan(finding()), captured_at=None)
    page = Answer(operation=SCAN, asked="{}", body="{}")
    assert unpack(gzip.decompress(pack(found, (page,)))) == replayed(found)


def changed_scan(opened: dict[str, Any]) -> None:
    opened["content"]["scan"]["state"] = "failed"


def changed_seal(opened: dict[str, Any]) -> None:
    opened["sha256"] = "0" * 64


def newer(opened: dict[str, Any]) -> None:
    opened["version"] = 2


def more(opened: dict[str, Any]) -> None:
    opened["more"] = 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (changed_scan, "was changed"),
        (changed_seal, "was changed"),
        (newer, "of version 2"),
        (more, "cannot be read"),
    ],
)
def test_a_bundle_that_was_changed_is_refused_in_one_line(change: Any, said: str) -> None:
    opened = unpacked(pack(scan(), ()))
    change(opened)
    with pytest.raises(EvidenceError, match=said) as refused:
        unpack(json.dumps(opened, separators=(",", ":")).encode())
    assert refused.value.message.isprintable()
    assert refused.value.hint


def test_a_bundle_that_was_only_written_anew_is_refused_too() -> None:
    opened = unpacked(pack(scan(), ()))
    with pytest.raises(EvidenceError, match="was changed"):
        unpack(json.dumps(opened, indent=2).encode())


@pytest.mark.parametrize("content", [b'{"gate":1}', b"[]", b"\xff"])
def test_a_seal_over_something_else_is_no_bundle(content: bytes) -> None:
    seal = hashlib.sha256(content).hexdigest()
    sealed = b'{"format":"scan-gate evidence","version":1,"sha256":"%s","content":%s}' % (seal.encode(), content)
    assert is_bundle(sealed)
    with pytest.raises(EvidenceError):
        unpack(sealed)


def test_times_without_a_zone_are_not_what_was_saved() -> None:
    bare = pack(scan(completed_at=NOW.replace(tzinfo=None)), ())
    with pytest.raises(EvidenceError, match="no zone"):
        unpack(gzip.decompress(bare))


def test_a_bundle_says_itself_when_it_was_captured() -> None:
    target = SavedTarget(text="x.json.gz", path="x.json.gz")
    bundle = pack(scan(), ())
    assert read_saved(target, bundle, Capture(at=NOW, stated=False), 300.0) == replayed(scan())
    with pytest.raises(EvidenceError, match="says itself"):
        read_saved(target, bundle, Capture(at=NOW, stated=True), 300.0)


def test_only_the_last_listing_is_kept(live: Live) -> None:
    live.image((0.0, in_progress()), (20.0, enhanced(enhanced_findings(150))))
    found, recording = recorded(live)
    kept = [answer for answer in recording.about(found.image) if answer.operation == SCAN]
    assert len(kept) == 2
    assert len(live.double.called(SCAN)) > 4


def test_an_answer_that_could_not_be_read_is_not_kept(live: Live) -> None:
    live.image(enhanced(enhanced_findings(1)))
    live.double.fail(SCAN, faults.html(), times=1)
    found, recording = recorded(live)
    assert not any("<html" in answer.body for answer in recording.about(found.image))


def test_only_what_is_about_the_image_is_its_evidence() -> None:
    recording = Recording()
    recording.keep("GetImage", {"imageBuildVersionArn": "arn:a/1"}, b"{}")
    recording.keep("GetImage", {"imageBuildVersionArn": "arn:b/1"}, b"{}")
    recording.keep("GetImage", {"imageBuildVersionArn": "arn:a/10"}, b"{}")
    recording.keep(SCAN, {"imageId": {"imageDigest": DIGEST}, "maxResults": 1}, b"{}")
    built = Image(target="x", source="imagebuilder", arn="arn:a/1")
    assert [answer.asked for answer in recording.about(built)] == ['{"imageBuildVersionArn":"arn:a/1"}']
    [kept] = recording.about(image(digest=DIGEST))
    assert kept == Answer(operation=SCAN, asked=f'{{"imageId":{{"imageDigest":"{DIGEST}"}}}}', body="{}")
    assert recording.about(Image(target="x", source="ecr")) == ()


def test_threads_may_share_a_recording() -> None:
    recording = Recording()

    def work(number: int) -> None:
        for page in range(50):
            token: dict[str, object] = {"nextToken": str(page)} if page else {}
            members = token | {"digest": f"{DIGEST} {number}"}
            recording.keep(SCAN, members, b"{}")

    threads = [Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(recording.about(image(digest=DIGEST))) == 200
