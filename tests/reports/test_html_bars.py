"""The bar charts of the HTML report."""

import pytest
from msgspec.structs import replace

from gate.model import Cvss, Finding, Severity
from gate.policy.clauses import Ignore, Max
from gate.policy.verdict import Disposition, Verdict
from gate.reports.html_bars import KINDS, Bar, PackageBar, kind_of, package_bars, score_bars, severity_bars
from gate.reports.html_stands import STATES, stands
from tests.builders import finding, fixable, image, judge, package, policy, scan
from tests.reports.samples import SAMPLES, many
from tests.reports.showcase import showcase


def severities(verdict: Verdict, index: int = 0) -> dict[str, Bar]:
    held = stands(verdict).by_image[index]
    return {one.row.severity.value: one.bar for one in severity_bars(verdict, verdict.images[index], held)}


def packages(verdict: Verdict, most: int = 15) -> tuple[PackageBar, ...]:
    return package_bars(verdict, stands(verdict).distinct, most)


def lengths(bar: Bar) -> dict[str, float]:
    return {piece.kind: piece.width for piece in bar.pieces}


def test_every_state_has_a_piece_that_the_legend_names() -> None:
    assert {kind_of(state) for state in STATES} == set(KINDS)
    assert kind_of(Disposition.VEX.value) == kind_of(Disposition.CLOSED.value) == "settled"


def test_a_bar_is_cut_by_where_its_findings_stand_the_longest_fills_its_place() -> None:
    bars = severities(SAMPLES["fail"])
    assert lengths(bars["critical"]) == {"violates": 100.0}
    assert lengths(bars["high"]) == {"violates": 50.0, "counted": 50.0}
    assert bars["medium"].text == "1 within the limits, 1 ignored, settled by VEX, suppressed or closed"


@pytest.mark.parametrize("verdict", [SAMPLES["fail"], SAMPLES["mixed"], showcase()], ids=["fail", "mixed", "showcase"])
def test_pieces_stand_one_after_another_and_the_words_count_all(verdict: Verdict) -> None:
    for index, shown in enumerate(verdict.images):
        for severity, bar in severities(verdict, index).items():
            x = 0.0
            for piece in bar.pieces:
                assert piece.x == pytest.approx(x, abs=0.02)
                x += piece.width
            counted = sum(int(word) for word in bar.text.split() if word.isdecimal())
            assert counted == sum(one.severity.value == severity for one in shown.findings)


def test_a_severity_with_a_limit_and_no_finding_has_an_empty_bar() -> None:
    bars = severities(judge(policy(max=Max(critical=0, high=1)), scan(finding())))
    assert (bars["critical"].pieces, bars["critical"].text) == ((), "none")


def test_where_nothing_was_counted_there_is_no_bar() -> None:
    assert severities(SAMPLES["no_verdict"]) == {}
    assert {bar.pieces for bar in severities(SAMPLES["clean"]).values()} == {()}


def test_one_finding_among_thousands_is_still_seen() -> None:
    bars = packages(judge(policy(max=Max(high=0)), scan(*_spread())))
    assert min(piece.width for bar in bars for piece in bar.bar.pieces) >= 1.2


def _spread() -> list[Finding]:
    common = [finding(f"CVE-{n}", Severity.LOW, packages=(package("common"),)) for n in range(500)]
    return [*common, finding("CVE-RARE", packages=(package("rare"),))]


def test_packages_come_by_what_violates_then_how_bad_then_how_many() -> None:
    findings = (
        finding("CVE-1", Severity.LOW, packages=(package("many"),)),
        finding("CVE-2", Severity.LOW, packages=(package("many"),)),
        finding("CVE-3", Severity.MEDIUM, packages=(package("bad"),)),
        finding("CVE-4", Severity.HIGH, packages=(package("violating"),)),
        finding("CVE-5", Severity.LOW, packages=(package("a-single"),)),
    )
    found = packages(judge(policy(max=Max(high=0)), scan(*findings)))
    assert [(one.name, one.count, one.worst) for one in found] == [
        ("violating", 1, "high"),
        ("bad", 1, "medium"),
        ("many", 2, "low"),
        ("a-single", 1, "low"),
    ]


def test_a_package_knows_its_type_and_what_to_upgrade_to() -> None:
    found = packages(judge(policy(max=Max(high=0)), scan(fixable(names=("openssl", "libssl3")))))
    assert [(one.name, one.type, one.upgrade) for one in found] == [
        ("libssl3", "OS", "2.0-1"),
        ("openssl", "OS", "2.0-1"),
    ]
    (odd,) = packages(judge(policy(), scan(finding(packages=(package("", type=None),)))))
    assert (odd.name, odd.type, odd.upgrade) == ("(no name)", "", "")


def test_a_package_that_a_finding_names_twice_and_equal_findings_of_two_images_count_once() -> None:
    one = finding(packages=(package("a", path="x"), package("a", path="y")))
    verdict = judge(policy(max=Max(high=0)), scan(one), scan(one, image=image(repository="other")))
    assert [(bar.name, bar.count) for bar in packages(verdict)] == [("a", 1)]


def test_the_worst_of_a_package_is_that_of_any_of_its_findings() -> None:
    findings = (finding("CVE-1", Severity.LOW), finding("CVE-2", Severity.CRITICAL), finding("CVE-3", Severity.UNKNOWN))
    (bar,) = packages(judge(policy(max=Max(unknown=5), ignore=(Ignore(id="CVE-2", reason="r"),)), scan(*findings)))
    assert (bar.worst, lengths(bar.bar)) == ("critical", {"counted": 66.67, "settled": 33.33})


def test_the_longest_of_those_shown_fills_its_place() -> None:
    found = packages(many(1_000), 3)
    assert len(found) == 400
    assert max(sum(lengths(one.bar).values()) for one in found[:3]) == pytest.approx(100, abs=3)


def test_without_findings_there_is_no_package() -> None:
    assert packages(SAMPLES["clean"]) == ()
    assert packages(replace(SAMPLES["clean"], images=())) == ()


def bands(*scores: float | None) -> dict[str, int]:
    findings = [
        finding(f"CVE-{n}", scores=() if score is None else (Cvss(score=score, version="3.1", source="nvd"),))
        for n, score in enumerate(scores)
    ]
    return {one.band: one.count for one in score_bars(stands(judge(policy(max=Max(high=0)), scan(*findings))).distinct)}


def test_scores_are_counted_in_bands_down_to_the_lowest_that_there_is() -> None:
    assert bands(10.0, 9.0, 8.9, 6.5) == {"9.0 to 10.0": 2, "8.0 to 8.9": 1, "7.0 to 7.9": 0, "6.0 to 6.9": 1}


def test_what_has_no_score_comes_last_and_nothing_gets_lost() -> None:
    assert bands(None, 9.5) == {"9.0 to 10.0": 1, "no score": 1}
    assert bands(None) == {"no score": 1}
    assert bands() == {}
    assert sum(bands(*(n / 10 for n in range(101)), -1.0, 11.0).values()) == 103


def test_a_band_is_cut_like_every_bar() -> None:
    first = score_bars(stands(SAMPLES["fail"]).distinct)[0]
    assert (first.bar.text, lengths(first.bar)) == ("2 violating", {"violates": 100.0})
