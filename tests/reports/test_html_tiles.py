"""The tiles at the top of the HTML report."""

from datetime import timedelta

from msgspec.structs import replace

from gate.model import Kev
from gate.policy.clauses import Ignore, Max
from gate.policy.verdict import Verdict
from gate.reports.html_findings import rows
from gate.reports.html_stands import stands
from gate.reports.html_tiles import Tile, tiles
from tests.builders import NOW, finding, fixable, judge, policy, scan
from tests.policy.written import policy_of
from tests.reports.samples import SAMPLES, unfinished
from tests.reports.showcase import showcase


def of(verdict: Verdict) -> dict[str, Tile]:
    return {tile.label: tile for tile in tiles(verdict, rows(verdict, stands(verdict)))}


def told(tile: Tile) -> tuple[int | None, str, bool]:
    return tile.count, tile.note, tile.urgent


def test_they_answer_what_fails_what_is_new_what_is_exploited_what_ends_what_is_ignored() -> None:
    found = of(showcase())
    assert {label: told(tile) for label, tile in found.items()} == {
        "violating": (5, "of 48 listed in 3 of 4 images, 5 of them with a fix; 4 more warned about", True),
        "new since the baseline": (12, "5 of them violating", False),
        "known to be exploited": (2, "in CISA's KEV, 2 of them not settled", True),
        "in grace": (4, "the first ends in 5 days", False),
        "ignored": (20, "and 1 settled by VEX", False),
    }


def test_what_nobody_could_know_is_no_zero() -> None:
    found = of(SAMPLES["fail"])
    assert told(found["new since the baseline"]) == (None, "no baseline to compare with", False)
    assert told(found["known to be exploited"]) == (None, "CISA's catalogue was not asked", False)
    assert told(found["in grace"]) == (0, "nothing is waiting", False)


def test_where_nothing_was_counted_there_are_none() -> None:
    assert of(SAMPLES["no_verdict"]) == {}
    assert of(unfinished()) == {}
    assert of(SAMPLES["mixed"])["violating"].count == 3


def test_a_pass_is_not_urgent() -> None:
    assert told(of(SAMPLES["pass"])["violating"]) == (0, "of 3 listed", False)


def test_under_a_policy_that_only_warns_what_it_warns_about_is_counted() -> None:
    found = of(SAMPLES["warn"])
    assert "violating" not in found
    assert told(found["warned about"]) == (3, "of 6 listed, 3 of them with a fix", False)
    assert found["warned about"].shows == "state=warns"
    assert (of(SAMPLES["pass"])["violating"].shows, of(SAMPLES["fail"])["violating"].shows) == ("state=violates",) * 2


def test_an_exploited_finding_that_is_settled_presses_nobody() -> None:
    listed = finding(kev=Kev(listed=True))
    verdict = judge(policy(ignore=(Ignore(id="CVE-*", reason="r"),)), scan(listed))
    assert told(of(verdict)["known to be exploited"]) == (1, "in CISA's KEV, 0 of them not settled", False)


def test_only_violating_findings_with_a_fix_are_counted_as_such() -> None:
    verdict = judge(policy(max=Max(high=0)), scan(finding("CVE-1"), fixable("CVE-2")))
    assert of(verdict)["violating"].note == "of 2 listed, 1 of them with a fix"


def test_grace_that_another_rule_does_not_spare_is_still_grace() -> None:
    text = "max: {high: 0}\ngrace: {high: 7d}\nrules: [{name: all, when: {severity: high}}]"
    found = of(judge(policy_of(text), scan(finding(published=NOW - timedelta(days=1)))))
    assert (found["violating"].count, found["in grace"].count) == (1, 1)


def test_a_baseline_that_could_not_be_used_compares_nothing() -> None:
    verdict = showcase()
    images = tuple(
        replace(image, baseline=replace(image.baseline, missing="it is gone") if image.baseline else None)
        for image in verdict.images
    )
    assert of(replace(verdict, images=images))["new since the baseline"].count is None
