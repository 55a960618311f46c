"""When a verdict is complete: every image was judged, and its findings were counted."""

from gate.model import ScanState
from gate.policy.clauses import AcceptUnsupported
from gate.policy.document import ScanDemands
from gate.policy.verdict import Outcome
from gate.reports.completeness import is_judged, is_wholly_judged
from tests.builders import judge, policy, scan
from tests.reports.samples import SAMPLES, unfinished


def test_judged_images_make_a_complete_verdict_whatever_it_is() -> None:
    assert {name for name, verdict in SAMPLES.items() if is_wholly_judged(verdict)} == set(SAMPLES) - {
        "no_verdict",
        "mixed",
    }


def test_a_verdict_about_nothing_is_not_complete() -> None:
    assert not is_wholly_judged(unfinished())


def test_one_image_without_verdict_makes_the_whole_incomplete() -> None:
    assert [is_judged(image) for image in SAMPLES["mixed"].images] == [True, True, False, False]


def test_an_accepted_image_that_cannot_be_scanned_has_a_verdict_and_was_not_judged() -> None:
    accepted = AcceptUnsupported(accept=True, repository="team/*", reason="Firmware.")
    verdict = judge(
        policy(scan=ScanDemands(unsupported=accepted)),
        scan(state=ScanState.UNSUPPORTED, status="UNSUPPORTED_IMAGE"),
    )

    assert verdict.verdict is Outcome.WARN
    assert not is_wholly_judged(verdict)
