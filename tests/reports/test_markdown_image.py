"""The images of the Markdown report."""

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from gate.model import Finding, Fix, Kev, Scan, Severity
from gate.policy.clauses import Ignore, Max
from gate.policy.verdict import ImageVerdict, JudgedFinding, RuleOutcome, Verdict
from gate.reports import summary
from gate.reports.markdown_image import finding_cells, sections
from gate.reports.markdown_page import Section, Table
from tests.builders import NOW, OTHER_DIGEST, finding, fixable, image, judge, package, policy, scan
from tests.policy.written import compared, policy_of, sight
from tests.reports.samples import SAMPLES
from tests.reports.showcase import showcase

RULES = policy(max=Max(critical=0, high=0))
INDEX = "sha256:" + "1d" * 32


def tables(section: Section) -> dict[str, Table]:
    """Return the tables of a section by their titles, or by their first header."""
    return {part.title.partition(":")[0] or part.header[0]: part for part in section.parts if isinstance(part, Table)}


def only(verdict: Verdict, most: int = 100) -> dict[str, Table]:
    [section] = sections(verdict, most)
    return tables(section)


def test_an_image_has_its_identity_counts_rules_upgrades_and_violations_in_this_order() -> None:
    [section] = sections(SAMPLES["fail"], 100)
    assert section.parts[0] == "### `payments/api:v1.4.2@sha256:ab12ab12ab12`"
    assert list(tables(section)) == [
        "image", "severity", "outcome", "What to upgrade, what clears most first", "Violations",
        "Ignored by the policy",
    ]  # fmt: skip


def test_identity_and_scan_are_told() -> None:
    rows = {cells[0]: cells[1] for cells in only(SAMPLES["fail"])["image"].rows}
    assert rows["digest"] == f"`{image().digest}`"
    assert rows["registry"] == "123456789012 in eu-west-1"
    assert rows["waited"] == "12 s"


def test_the_counts_are_those_of_every_report() -> None:
    found = only(SAMPLES["fail"])["severity"]
    rows = summary.count_rows(SAMPLES["fail"], SAMPLES["fail"].images[0])
    assert [cells[:4] for cells in found.rows] == [
        (row.severity.value, str(row.found), str(row.counted), str(row.ignored)) for row in rows
    ]
    assert found.rows[1][5] == "0 fixable, 5 unfixable"


def test_violated_rules_come_first_each_with_its_word() -> None:
    words = [cells[0] for cells in only(SAMPLES["fail"])["outcome"].rows]
    assert words == ["❌ FAIL"] * 3 + ["✅ PASS"] * 4 + ["⚪ SKIPPED"] * 2


def test_every_outcome_of_a_rule_has_a_mark_and_its_word() -> None:
    sample = SAMPLES["fail"]
    rules = tuple(replace(sample.images[0].rules[0], outcome=outcome) for outcome in RuleOutcome)
    rows = only(replace(sample, images=(replace(sample.images[0], rules=rules),)))["outcome"].rows
    assert [cells[0].split(" ", 1)[1] for cells in rows] == ["FAIL", "NO VERDICT", "WARN", "PASS", "SKIPPED"]


def test_an_image_that_was_not_judged_has_neither_counts_nor_violations() -> None:
    assert list(only(SAMPLES["no_verdict"])) == ["image", "outcome"]
    bare = replace(SAMPLES["no_verdict"].images[0], rules=())
    assert list(only(replace(SAMPLES["no_verdict"], images=(bare,)))) == ["image"]


def test_upgrades_say_what_clears_how_many_and_whether_that_is_enough() -> None:
    found = only(SAMPLES["fail"])["What to upgrade, what clears most first"]
    assert found.header[4] == "clears"
    assert found.rows[0] == ("`openssl`", "OS", "`3.0.2-0ubuntu1.10`", "`3.0.2-0ubuntu1.18`", "2")
    assert found.note == "All of these together are enough: then the verdict is PASS."


def test_of_several_images_each_has_its_own_upgrades() -> None:
    verdict = judge(
        RULES, scan(fixable(names=("a",))), scan(fixable(names=("b",)), image=image(target="b:1")), scan(fixable())
    )
    found = [tables(one)["What to upgrade, what clears most first"] for one in sections(verdict, 9)]
    assert [[cells[0] for cells in table.rows] for table in found] == [["`a`"], ["`b`"], ["`openssl`"]]
    assert {(table.header[4], table.note) for table in found} == {("clears in all images", "")}


@pytest.mark.parametrize(("upgrade", "cells"), [({"name": ""}, ("`(no name)`", "OS")), ({"type": None}, ("`a`", "-"))])
def test_an_upgrade_of_which_little_is_known(upgrade: dict[str, str | None], cells: tuple[str, str]) -> None:
    verdict = judge(RULES, scan(fixable(names=("a",))))
    verdict = replace(verdict, upgrades=(replace(verdict.upgrades[0], **upgrade),))
    assert only(verdict)["What to upgrade, what clears most first"].rows[0][:2] == cells


def test_more_rows_than_wanted_are_counted() -> None:
    found = [fixable(f"CVE-2026-{n}", names=(f"p{n}",)) for n in range(9)]
    ignored = [finding(f"CVE-2025-{n}") for n in range(9)]
    entries = tuple(Ignore(id=f"CVE-2025-{n}", reason=f"Reason {n}.") for n in range(9))
    held = only(judge(policy(max=Max(high=0), ignore=entries), scan(*found, *ignored)), 4)
    for title in ("What to upgrade, what clears most first", "Violations", "Ignored by the policy"):
        assert (len(held[title].rows), held[title].total) == (4, 9)


def test_a_violation_is_told_with_its_rules_and_a_link() -> None:
    found = only(SAMPLES["fail"])["Violations"]
    assert found.title == "Violations: 3, worst first"
    assert found.header == ("severity", "vulnerability", "CVSS", "package", "installed", "fixed in", "rules")
    assert found.rows[0] == (
        "critical", "[CVE-2026-0001](https://nvd.nist.gov/vuln/detail/CVE-2026-0001)", "9.8", "`openssl, libssl3`",
        "`3.0.2-0ubuntu1.10`", "`3.0.2-0ubuntu1.18`", "max.critical, cvss_floor",
    )  # fmt: skip


def test_a_violation_of_many_rules_names_three_of_them() -> None:
    sample = judge(RULES, scan(finding()))
    rule = next(rule for rule in sample.images[0].rules if rule.findings)
    rules = tuple(replace(rule, name=f"rule-{n}") for n in range(5))
    found = only(replace(sample, images=(replace(sample.images[0], rules=rules),)))["Violations"]
    assert found.rows[0][-1] == "rule-0, rule-1, rule-2 +2"
    assert found.rows[0][2] == "-"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"kev": Kev(listed=True)}, "KEV"),
        ({"kev": Kev(listed=True, due=date(2026, 12, 1)), "exploit": True}, "KEV, due 2026-12-01; exploit known"),
        ({"epss": 0.4321, "kev": Kev(listed=False), "exploit": False}, "EPSS 43.2 %"),
    ],
)
def test_what_is_known_to_be_exploited_has_a_column_where_anything_is(facts: dict[str, Any], said: str) -> None:
    found = only(judge(RULES, scan(finding(**facts), finding("CVE-2"))))["Violations"]
    assert found.header[3] == "exploited"
    assert sorted(cells[3] for cells in found.rows) == ["", said]


def platform(name: str, digest: str, *found: Finding) -> Scan:
    return scan(*found, image=image(platform=name, digest=digest, index_digest=INDEX))


def test_the_images_of_one_index_share_one_table_that_names_their_platforms() -> None:
    everywhere = finding("CVE-2026-0001", Severity.CRITICAL, packages=(package(),))
    verdict = judge(
        RULES,
        platform("linux/amd64", OTHER_DIGEST, everywhere),
        platform("linux/arm64", str(image().digest), everywhere, fixable("CVE-2026-0002")),
    )
    [section] = sections(verdict, 100)
    assert section.images == 2
    assert "### The 2 images of `sha256:1d1d1d1d1d1…` together" in section.parts
    found = tables(section)["Violations"]
    assert [cells[-1] for cells in found.rows] == ["all 2", "linux/arm64"]
    assert tables(section)["What to upgrade, what clears most first"].header[4] == "clears"


def test_an_index_whose_digest_is_gone_is_shown_all_the_same() -> None:
    verdict = showcase()
    group = tuple(replace(one, index_digest=None) for one in verdict.images[:2])
    assert len(sections(replace(verdict, images=group, upgrades=(), warnings=()), 5)) == 2


def test_what_waits_is_folded_new_grace_baseline_ignored_and_vex() -> None:
    found = [tables(one) for one in sections(showcase(), 500)]
    for title in (
        "New since the baseline",
        "In grace",
        "In the baseline too",
        "Ignored by the policy",
        "Settled by VEX",
    ):
        held = [one[title] for one in found if title in one]
        assert held
        assert all(table.is_folded and table.rows for table in held)


def grace(*found: Finding) -> dict[str, Table]:
    rules = policy_of("max: {high: 0}\ngrace: {high: 7d}")
    return only(judge(rules, scan(*found)))


def test_grace_says_the_day_and_how_far_off_it_is_the_first_to_end_first() -> None:
    held = grace(
        finding("CVE-2026-0001", published=NOW - timedelta(days=2)),
        finding("CVE-2026-0002", published=NOW - timedelta(days=6)),
    )["In grace"]
    assert held.title == "In grace: 2, the first to end first"
    assert [(cells[1], cells[3]) for cells in held.rows] == [
        ("CVE-2026-0002", "2026-11-21, tomorrow"),
        ("CVE-2026-0001", "2026-11-25, in 5 days"),
    ]


def test_without_a_baseline_nothing_is_new() -> None:
    rules = policy_of("max: {high: 0}\nbaseline: {image: prod}")
    old, new = finding("CVE-2026-0001"), finding("CVE-2026-0002")
    with_one = only(judge(rules, scan(old, new), compared=(compared({old.key: sight()}),)))
    missing = only(judge(rules, scan(old, new), compared=(compared(missing="it is not there"),)))
    none_new = only(judge(rules, scan(old), compared=(compared({old.key: sight()}),)))
    assert [cells[1] for cells in with_one["New since the baseline"].rows] == ["CVE-2026-0002"]
    assert "New since the baseline" not in missing
    assert "New since the baseline" not in none_new


def test_many_accepted_in_the_same_words_are_named_in_part() -> None:
    entry = Ignore(package="openssl", reason="Not reachable.")
    held = only(judge(policy(ignore=(entry,)), scan(*(finding(f"CVE-2026-{n}") for n in range(11)))))
    [cells] = held["Ignored by the policy"].rows
    assert cells[0].endswith(" and 3 more")
    assert held["Ignored by the policy"].title == "Ignored by the policy: 11"


@pytest.mark.parametrize(
    ("url", "is_link"), [("https://example.com/a", True), ("http://example.com/a", False), (None, False)]
)
def test_an_id_is_a_link_only_to_a_secure_address(url: str | None, is_link: bool) -> None:
    judged: ImageVerdict = judge(policy(), scan(finding(url=url, fix=Fix.NONE))).images[0]
    one: JudgedFinding = judged.findings[0]
    assert finding_cells(one)[1] == ("[CVE-2026-1000](https://example.com/a)" if is_link else "CVE-2026-1000")
