"""The few figures that other programs read: which digest the verdict is about, and how many findings there are."""

import pytest
from msgspec.structs import replace

from gate.model import Refusal, Severity, TagMove
from gate.policy.clauses import AcceptUnsupported, Max
from gate.policy.document import ScanDemands
from gate.policy.verdict import Outcome, Verdict
from gate.reports.figures import subject_digest, totals
from tests.builders import DIGEST, OTHER_DIGEST, finding, image, judge, policy, scan
from tests.reports.samples import BAD, SAMPLES, scanned, unfinished

INDEX = "sha256:" + "1d" * 32


def about(*images: dict[str, object]) -> str | None:
    return subject_digest(judge(policy(), *(scan(image=image(**fields)) for fields in images)))


@pytest.mark.parametrize(
    ("images", "digest"),
    [
        ([{}], DIGEST),
        ([{}, {}], DIGEST),
        ([{}, {"digest": OTHER_DIGEST}], None),
        ([{"digest": None}], None),
        ([{}, {"digest": None}], None),
        ([{"digest": "sha256:1"}], None),
        ([{"index_digest": INDEX}, {"index_digest": INDEX, "digest": OTHER_DIGEST}], INDEX),
        ([{"index_digest": INDEX, "narrowed": True}], DIGEST),
        ([{"index_digest": INDEX}, {}], None),
    ],
)
def test_the_digest_is_the_one_that_all_images_are_of(images: list[dict[str, object]], digest: str | None) -> None:
    assert about(*images) == digest


def test_without_an_image_there_is_neither_digest_nor_total() -> None:
    assert subject_digest(unfinished()) is None
    assert totals(unfinished()) == ()


def test_totals_are_over_all_images_the_worst_first() -> None:
    verdict = judge(policy(max=Max(critical=0)), scanned(*BAD), scan(finding(severity=Severity.HIGH)))
    found = {one.severity: (one.found, one.counted) for one in totals(verdict)}
    assert list(found)[:2] == [Severity.CRITICAL, Severity.HIGH]
    assert list(found) == sorted(found, key=lambda severity: severity.place)
    assert found[Severity.CRITICAL] == (2, 2)
    assert found[Severity.HIGH] == (3, 3)
    assert found[Severity.LOW] == (0, 0)


def test_what_is_ignored_is_found_and_not_counted() -> None:
    found = {one.severity: (one.found, one.counted) for one in totals(SAMPLES["fail"])}
    assert found[Severity.MEDIUM] == (2, 1)


UNSUPPORTED = ScanDemands(unsupported=AcceptUnsupported(accept=True, repository="*", reason="Scratch."))


@pytest.mark.parametrize(
    "verdict",
    [
        SAMPLES["mixed"],
        SAMPLES["no_verdict"],
        judge(policy(), scan(), Refusal(image=image(), exit_code=5, reason="no")),
        judge(policy(), scan(tag_move=TagMove(tag="v1", to=OTHER_DIGEST, pinned=False))),
    ],
)
def test_a_number_that_would_leave_an_image_out_is_not_told(verdict: Verdict) -> None:
    assert totals(verdict) == ()


def test_an_image_that_cannot_be_scanned_and_is_accepted_has_no_numbers_either() -> None:
    verdict = judge(policy(scan=UNSUPPORTED), scan())
    accepted = replace(verdict.images[0], verdict=Outcome.WARN, counts=None)
    assert totals(replace(verdict, images=(accepted,))) == ()
