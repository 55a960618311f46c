"""Which score is judged, and what a finding without one counts as."""

from typing import Any

import pytest

from gate.model import WORST_FIRST, Cvss, Severity
from gate.policy.document import CvssChoice
from gate.policy.scores import IMPLIED, judged_score, reaches_floor
from tests.builders import finding, policy

DEFAULT = CvssChoice()


def cvss(score: float, source: str = "nvd", version: str = "3.1", vector: str | None = None) -> Cvss:
    return Cvss(score=score, version=version, source=source, vector=vector)


INSPECTOR, DEBIAN, NVD = cvss(5.0, "inspector"), cvss(6.0, "debian"), cvss(7.0)


@pytest.mark.parametrize(
    ("sources", "scores", "expected"),
    [
        (("inspector", "vendor", "nvd"), (NVD, DEBIAN, INSPECTOR), INSPECTOR),
        (("inspector", "vendor", "nvd"), (NVD, DEBIAN), DEBIAN),
        (("nvd", "inspector"), (INSPECTOR, NVD), NVD),
        (("nvd",), (INSPECTOR, DEBIAN), None),
        (("vendor",), (INSPECTOR, NVD), None),
        (("vendor",), (cvss(1.0, "redhat"), cvss(2.0, "debian")), cvss(2.0, "debian")),
        (("nvd",), (), None),
        (("nvd",), (cvss(9.0, version="2.0"), cvss(5.0, version="3.1")), cvss(5.0, version="3.1")),
        (("nvd",), (cvss(5.0, version="3.1"), cvss(4.0, version="4.0")), cvss(4.0, version="4.0")),
        (("nvd",), (cvss(5.0, version="3.1"), cvss(6.0, version="3.0")), cvss(5.0, version="3.1")),
        (("nvd",), (cvss(5.0), cvss(6.0)), cvss(6.0)),
        (("nvd",), (cvss(5.0, vector="a"), cvss(5.0, vector="b")), cvss(5.0, vector="b")),
        (("nvd",), (cvss(5.0), cvss(5.0, vector="AV:N")), cvss(5.0, vector="AV:N")),
        (("nvd",), (cvss(1.0),), cvss(1.0)),
        (("nvd",), (cvss(5.0, version="new"), cvss(4.0, version="2.0")), cvss(4.0, version="2.0")),
        (("nvd",), (cvss(5.0, version="9" * 5_000), cvss(4.0, version="2.0")), cvss(5.0, version="9" * 5_000)),
        (("inspector", "nvd"), (cvss(0.0, "inspector"), NVD), NVD),
    ],
)
def test_the_first_source_of_the_order_that_has_a_score_is_judged_in_its_newest_version(
    sources: tuple, scores: tuple[Cvss, ...], expected: Cvss | None
) -> None:
    choice = CvssChoice(sources=sources)

    assert judged_score(finding(scores=scores), choice) == expected
    assert judged_score(finding(scores=scores[::-1]), choice) == expected


@pytest.mark.parametrize("severity", [one for one in Severity if one is not Severity.INFORMATIONAL])
def test_a_score_of_nothing_stands_for_a_score_that_is_missing(severity: Severity) -> None:
    assert judged_score(finding(severity=severity, scores=(cvss(0.0),)), DEFAULT) is None


def test_only_an_informational_finding_really_scores_nothing() -> None:
    assert judged_score(finding(severity=Severity.INFORMATIONAL, scores=(cvss(0.0),)), DEFAULT) == cvss(0.0)


@pytest.mark.parametrize(("score", "reaches"), [(8.9, False), (9.0, True), (9.1, True)])
def test_a_score_that_reaches_the_floor_violates_whatever_the_severity(score: float, *, reaches: bool) -> None:
    low = finding(severity=Severity.LOW)

    assert reaches_floor(low, cvss(score), policy(cvss_floor=9.0)) is reaches
    assert not reaches_floor(low, cvss(score), policy())


@pytest.mark.parametrize(
    ("severity", "violates_up_to"),
    [
        (Severity.CRITICAL, 9.0),
        (Severity.HIGH, 7.0),
        (Severity.MEDIUM, 4.0),
        (Severity.LOW, 0.1),
        (Severity.UNKNOWN, 10.0),
        (Severity.INFORMATIONAL, None),
    ],
)
def test_without_a_score_the_severity_decides(severity: Severity, violates_up_to: float | None) -> None:
    floors = (0.1, 3.9, 4.0, 6.9, 7.0, 8.9, 9.0, 9.1, 10.0)

    violated = [floor for floor in floors if reaches_floor(finding(severity=severity), None, policy(cvss_floor=floor))]

    assert violated == [floor for floor in floors if violates_up_to is not None and floor <= violates_up_to]


@pytest.mark.parametrize(
    ("missing", "reaches"), [("fail", True), (6.9, False), (7.0, True), (10.0, True), (0.0, False)]
)
@pytest.mark.parametrize("severity", Severity)
def test_a_policy_may_say_what_a_missing_score_counts_as(severity: Severity, missing: Any, *, reaches: bool) -> None:
    rules = policy(cvss_floor=7.0, cvss=CvssChoice(missing=missing))

    assert reaches_floor(finding(severity=severity), None, rules) is reaches
    assert reaches_floor(finding(severity=severity), cvss(7.0), rules)
    assert not reaches_floor(finding(severity=severity), cvss(6.9), rules)


def test_without_a_score_a_finding_counts_as_the_least_of_its_severity_and_unknown_as_the_most() -> None:
    assert [IMPLIED[severity] for severity in WORST_FIRST] == [9.0, 7.0, 4.0, 0.1, 0.0, 10.0]
