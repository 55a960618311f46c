"""The scatter chart of the HTML report."""

from typing import Any

import pytest

from gate.model import Cvss, Finding, Severity
from gate.policy.clauses import Ignore, Max
from gate.policy.document import Policy
from gate.policy.verdict import Verdict
from gate.reports.html_scatter import BOTTOM, LEFT, RIGHT, TOP, Scatter, across, scatter, up
from gate.reports.html_stands import stands
from tests.builders import finding, judge, policy, scan
from tests.reports.samples import SAMPLES, unfinished
from tests.reports.showcase import showcase


def of(verdict: Verdict) -> Scatter:
    return scatter(verdict, stands(verdict).distinct)


def scored(name: str, score: float, epss: float, severity: Severity = Severity.HIGH, **fields: Any) -> Finding:
    return finding(
        name,
        severity,
        scores=(Cvss(score=score, version="3.1", source="nvd"),),
        epss=epss,
        epss_source="file",
        **fields,
    )


def drawn(*findings: Finding, rules: Policy | None = None) -> Scatter:
    return of(judge(rules or policy(max=Max(high=0)), scan(*findings)))


def test_a_point_says_all_that_its_place_shape_and_colour_say() -> None:
    (point,) = drawn(scored("CVE-1", 9.8, 0.312)).points
    assert point.text == "CVE-1: CVSS 9.8, EPSS 31.2 %, high, violating"
    assert (point.kind, point.severity, point.only, point.size) == ("violates", "high", "CVE-1", 1.0)
    assert point.x == across(9.8)
    assert point.y == pytest.approx(up(0.312), abs=(BOTTOM - TOP) / 56)


@pytest.mark.parametrize(
    ("score", "x"), [(0.0, LEFT), (10.0, RIGHT), (5.0, (LEFT + RIGHT) / 2), (-3, LEFT), (99, RIGHT)]
)
def test_scores_lie_between_the_edges(score: float, x: float) -> None:
    assert across(score) == x


@pytest.mark.parametrize(
    ("probability", "y"),
    [(1.0, TOP), (0.0001, BOTTOM), (0.01, (TOP + BOTTOM) / 2), (0.0, BOTTOM), (1e-9, BOTTOM), (7.0, TOP)],
)
def test_probabilities_are_drawn_by_their_decades(probability: float, y: float) -> None:
    assert up(probability) == y


def test_findings_in_one_place_are_one_larger_point_that_names_the_first() -> None:
    (point,) = drawn(*(scored(f"CVE-{n}", 7.5, 0.02) for n in range(5))).points
    assert point.text == "5 findings (CVE-0, CVE-1, CVE-2, …): CVSS 7.5, EPSS 2 %, high, violating"
    assert point.size > 1
    assert point.only == ""
    assert (
        drawn(*(scored(f"CVE-{n}", 7.5, 0.02) for n in range(2))).points[0].text.startswith("2 findings (CVE-0, CVE-1)")
    )


def test_what_violates_is_drawn_last_over_everything_else() -> None:
    rules = policy(max=Max(high=0), ignore=(Ignore(id="CVE-IGNORED", reason="r"),))
    found = drawn(
        scored("CVE-VIOLATES", 5.0, 0.1),
        scored("CVE-IGNORED", 5.0, 0.1),
        scored("CVE-CALM", 5.0, 0.1, Severity.LOW),
        rules=rules,
    )
    assert [point.kind for point in found.points] == ["settled", "counted", "violates"]


def test_what_has_not_both_scores_is_counted() -> None:
    found = drawn(scored("CVE-1", 7.5, 0.02), finding("CVE-2", epss=0.5), finding("CVE-3"))
    assert (found.shown, found.without) == (1, 2)
    assert (of(SAMPLES["fail"]).points, of(SAMPLES["fail"]).shown) == ((), 0)


def test_the_axes_are_labelled_from_end_to_end() -> None:
    found = of(showcase())
    assert [tick.text for tick in found.across] == ["0", "2", "4", "6", "8", "10"]
    assert [tick.text for tick in found.up] == ["100 %", "10 %", "1 %", "0.1 %", "0.01 %"]
    assert (found.across[0].at, found.across[-1].at, found.up[0].at, found.up[-1].at) == (LEFT, RIGHT, TOP, BOTTOM)


def test_the_policys_floor_is_drawn_where_there_is_one() -> None:
    floor = of(showcase()).floor
    assert floor is not None
    assert (floor.at, floor.text) == (across(9.0), "cvss_floor 9.0")
    assert drawn().floor is None
    assert of(unfinished()).floor is None


def test_thousands_of_findings_stay_a_chart_and_keep_what_violates() -> None:
    calm = (scored(f"CVE-{n}", n % 97 / 10, 0.9 ** (n % 89), Severity.LOW) for n in range(8_000))
    bad = tuple(scored(f"CVE-BAD-{n}", 9.0, 0.9**n) for n in range(40))
    found = drawn(*calm, *bad)
    assert len(found.points) == 1_500
    assert found.shown < 8_040
    assert found.points[-len(drawn(*bad).points) :] == drawn(*bad).points
