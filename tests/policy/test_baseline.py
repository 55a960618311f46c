"""The baseline: which image it is, why it may not be used, what it knew, and what is new or worse since."""

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from gate.facts.kev import read_kev
from gate.facts.known import Facts
from gate.model import Finding, FindingStatus, Fix, Image, Kev, Refusal, Scan, ScanState, Severity
from gate.policy.baseline import Candidate, Compared, compare, in_force, is_postponed
from gate.policy.clauses import Baseline
from gate.policy.scalars import Until
from gate.policy.verdict import BaselineUsed, ImageVerdict, Sight
from tests.builders import DIGEST, NOW, OTHER_DIGEST, finding, image, judge, policy, scan
from tests.facts.written import LOG4J, catalogue, entry
from tests.policy.written import compared, policy_of, sight

THERE = image(digest=OTHER_DIGEST, tags=("prod",))
INDEX = "sha256:" + "1d" * 32
ARN = "arn:aws:imagebuilder:eu-west-1:123456789012:image/app/1.0.0/1"
SAME = "it is the same image"
NOT_THE_SAME_REPOSITORY = "the document is not about another digest of the same repository"
LISTED, UNLISTED = Kev(listed=True), Kev(listed=False)


def against(*candidates: Candidate, here: Image | None = None, facts: Facts | None = None) -> Compared:
    return compare(scan(image=here or image()), "prod", candidates, facts or Facts())


def document(*findings: Finding, policy_text: str = "cvss_floor: 9", **fields: Any) -> ImageVerdict:
    """Return an image of a verdict document about another digest of the repository."""
    judged = judge(policy_of(policy_text), scan(*findings, image=THERE)).images[0]
    return replace(judged, **fields)


def test_an_image_is_compared_with_what_another_one_of_its_repository_has() -> None:
    found = finding("CVE-1", fix=Fix.FULL, exploit=True, kev=UNLISTED, first_seen=NOW)

    used = against(scan(found, image=THERE, captured_at=NOW))

    assert used.used == BaselineUsed(target="prod", digest=OTHER_DIGEST, captured_at=NOW)
    assert used.sights == {
        found.key: Sight(severity=Severity.HIGH, fix=Fix.FULL, exploit=True, kev=False, first_seen=NOW)
    }


@pytest.mark.parametrize(
    ("there", "here", "why"),
    [
        (THERE, image(), ""),
        (image(), image(), SAME),
        (image(digest=OTHER_DIGEST, index_digest=INDEX), image(index_digest=INDEX), SAME),
        (image(digest=INDEX), image(index_digest=INDEX), SAME),
        (image(digest=OTHER_DIGEST, index_digest=DIGEST), image(), SAME),
        (image(digest=None, target="b.json"), image(digest=None, target="a.json"), ""),
        (image(digest=None, arn=ARN), image(digest=None, arn=ARN), "it is the same build"),
        (image(digest=None, arn=ARN), image(digest=None, arn=ARN + "2"), ""),
    ],
)
def test_an_image_is_no_baseline_for_itself(there: Image, here: Image, why: str) -> None:
    found = against(scan(finding(), image=there), here=here)

    assert found.used.missing == why
    assert bool(found.sights) is not bool(why)


@pytest.mark.parametrize("state", [state for state in ScanState if state is not ScanState.COMPLETE])
def test_only_a_complete_scan_is_a_baseline(state: ScanState) -> None:
    assert against(scan(finding(), image=THERE, state=state, reason="not\nready")) == compared_missing("not ready")
    assert against(scan(finding(), image=THERE, state=state)) == compared_missing("it has no scan")


def compared_missing(why: str) -> Compared:
    return Compared(used=BaselineUsed(target="prod", missing=why), sights={})


@pytest.mark.parametrize(
    ("candidates", "why"),
    [
        ((), "it has no image"),
        ((Refusal(image=THERE, exit_code=5, reason="AWS refused"),), "AWS refused"),
        ("there is no such tag", "there is no such tag"),
    ],
)
def test_without_a_usable_image_the_baseline_says_why(candidates: Any, why: str) -> None:
    assert compare(scan(), "prod", candidates, Facts()) == compared_missing(why)


def test_what_was_refused_is_compared_all_the_same() -> None:
    refused = Refusal(image=image(), exit_code=5, reason="refused")

    assert compare(refused, "prod", (scan(image=THERE),), Facts()).used.missing == ""


@pytest.mark.parametrize(
    ("platform", "platforms", "fits"),
    [
        ("linux/amd64", ("linux/arm64", "linux/amd64"), 1),
        ("linux/amd64", (None,), 0),
        (None, ("linux/arm64",), 0),
        ("linux/amd64", ("linux/arm64",), "it has no image for linux/amd64"),
        (None, ("linux/arm64", "linux/amd64"), "it stands for 2 images; expected one that is this one's counterpart"),
        ("linux/amd64", ("linux/amd64",) * 2, "it stands for 2 images; expected one that is this one's counterpart"),
    ],
)
def test_an_image_is_compared_with_the_one_of_its_platform(
    platform: str | None, platforms: tuple[str | None, ...], fits: int | str
) -> None:
    digests = [f"sha256:{number}{'0' * 63}" for number in range(len(platforms))]
    there = [scan(image=image(platform=one, digest=digest)) for one, digest in zip(platforms, digests, strict=True)]

    used = against(*there, here=image(platform=platform)).used

    assert (used.missing or used.digest) == (digests[fits] if isinstance(fits, int) else fits)
    assert used.target == "prod"


@pytest.mark.parametrize(
    ("fields", "here", "why"),
    [
        ({}, image(), ""),
        ({"repository": "team/other"}, image(), NOT_THE_SAME_REPOSITORY),
        ({"registry": "111122223333"}, image(), NOT_THE_SAME_REPOSITORY),
        ({"registry": None}, image(registry=None), ""),
        ({"repository": None}, image(repository=None), NOT_THE_SAME_REPOSITORY),
        ({"digest": None}, image(), NOT_THE_SAME_REPOSITORY),
        ({"digest": DIGEST}, image(), SAME),
    ],
)
def test_a_document_is_a_baseline_only_for_another_digest_of_its_repository(
    fields: dict[str, Any], here: Image, why: str
) -> None:
    assert against(document(finding(), **fields), here=here).used.missing == why


def test_a_document_without_a_verdict_is_no_baseline() -> None:
    pending = judge(policy(), scan(finding(), image=THERE, state=ScanState.PENDING)).images[0]
    uncounted = document(finding(), counts=None)

    for one in (pending, uncounted):
        assert against(one) == compared_missing("the document has no verdict on it")


def test_a_document_says_how_aws_rated_a_finding_and_when_it_was_first_seen_anywhere() -> None:
    adjusted = "cvss_floor: 9\nbaseline: {image: x}\nseverity: {adjust: [{when: {id: CVE-1}, to: low, reason: r}]}"
    found = finding("CVE-1", first_seen=NOW, kev=LISTED)
    earlier = compared({found.key: sight(first_seen=NOW - timedelta(days=40))})
    judged = judge(policy_of(adjusted), scan(found, image=THERE), compared=(earlier,)).images[0]

    used = against(judged)

    assert used.sights == {
        found.key: Sight(severity=Severity.HIGH, fix=Fix.UNKNOWN, kev=True, first_seen=NOW - timedelta(days=40))
    }
    assert used.used.captured_at == NOW
    assert against(replace(judged, scan=None)).used.captured_at is None


def test_what_was_closed_there_is_new_here_and_what_was_hidden_is_not() -> None:
    listed = [finding("CVE-1", status=FindingStatus.CLOSED), finding("CVE-2", status=FindingStatus.SUPPRESSED)]

    for there in (scan(*listed, image=THERE), document(*listed)):
        assert [key.split()[0] for key in against(there).sights] == ["CVE-2"]


def test_the_facts_that_files_give_are_known_of_the_baseline_too() -> None:
    facts = Facts(kev=read_kev(catalogue(entry(LOG4J)), "kev.json"))

    told = {
        one: against(one, facts=facts).sights for one in (scan(finding(LOG4J), image=THERE), document(finding(LOG4J)))
    }

    assert [[seen.kev for seen in sights.values()] for sights in told.values()] == [[True], [None]]


UNKNOWN, HIGH, LOW, CRITICAL = Severity.UNKNOWN, Severity.HIGH, Severity.LOW, Severity.CRITICAL


@pytest.mark.parametrize(
    ("here", "there", "worse"),
    [
        ({}, {}, False),
        ({"severity": CRITICAL}, {"severity": HIGH}, True),
        ({"severity": LOW}, {"severity": HIGH}, False),
        ({"severity": UNKNOWN}, {"severity": HIGH}, True),
        ({"severity": LOW}, {"severity": UNKNOWN}, True),
        ({"severity": UNKNOWN}, {"severity": UNKNOWN}, False),
        ({"fix": Fix.FULL}, {"fix": Fix.NONE}, True),
        ({"fix": Fix.PARTIAL}, {"fix": Fix.NONE}, True),
        ({"fix": Fix.FULL}, {"fix": Fix.UNKNOWN}, True),
        ({"fix": Fix.FULL}, {"fix": Fix.PARTIAL}, False),
        ({"fix": Fix.PARTIAL}, {"fix": Fix.FULL}, False),
        ({"fix": Fix.UNKNOWN}, {"fix": Fix.NONE}, True),
        ({"fix": Fix.UNKNOWN}, {"fix": Fix.UNKNOWN}, False),
        ({"fix": Fix.UNKNOWN}, {"fix": Fix.FULL}, False),
        ({"fix": Fix.NONE}, {"fix": Fix.FULL}, False),
        ({"exploit": True}, {"exploit": False}, True),
        ({"exploit": True}, {"exploit": None}, True),
        ({"exploit": True}, {"exploit": True}, False),
        ({"exploit": None}, {"exploit": False}, True),
        ({"exploit": None}, {"exploit": None}, False),
        ({"exploit": None}, {"exploit": True}, False),
        ({"exploit": False}, {"exploit": None}, False),
        ({"exploit": False}, {"exploit": True}, False),
        ({"kev": LISTED}, {"kev": False}, True),
        ({"kev": LISTED}, {"kev": None}, True),
        ({"kev": LISTED}, {"kev": True}, False),
        ({"kev": None}, {"kev": False}, True),
        ({"kev": None}, {"kev": None}, False),
        ({"kev": UNLISTED}, {"kev": None}, False),
        ({"kev": UNLISTED}, {"kev": True}, False),
    ],
)
def test_a_finding_is_worse_if_its_severity_rose_or_a_fix_an_exploit_or_a_listing_may_have_appeared(
    here: dict[str, Any], there: dict[str, Any], *, worse: bool
) -> None:
    found, seen = finding(**{"severity": HIGH, **here}), sight(**{"severity": HIGH, **there})

    assert is_postponed(found, seen, Baseline(judge="worse")) is not worse
    assert is_postponed(found, seen, Baseline(judge="new"))
    assert not is_postponed(found, None, Baseline(judge="new"))


@pytest.mark.parametrize(
    ("baseline", "holds"),
    [
        (None, False),
        (Baseline(), True),
        (Baseline(until=Until(date(2026, 11, 20), fixed=False)), True),
        (Baseline(until=Until(date(2026, 11, 19), fixed=False)), False),
        (Baseline(since=date(2026, 11, 21)), False),
    ],
)
def test_a_baseline_holds_on_the_days_that_the_policy_says(baseline: Baseline | None, *, holds: bool) -> None:
    assert in_force(baseline, NOW.date()) is (baseline if holds else None)


def test_a_hostile_reason_for_having_none_stays_on_one_line() -> None:
    here: Scan | Refusal = Refusal(image=THERE, exit_code=4, reason="a\n\x1b[31m::error::" + "x" * 5_000)
    strange = image(platform="linux/\x1b[31m\n" + "y" * 5_000)

    assert against(here).used.missing == f"a ::error::{'x' * 288}…"
    assert against(scan(image=image(platform="a/b")), here=strange).used.missing == (
        f"it has no image for linux/ {'y' * 52}…"
    )
