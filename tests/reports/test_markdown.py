"""The Markdown report, read back by a Markdown reader."""

import re
from functools import cache, partial

import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from gate.model import Severity
from gate.plain import neutral, one_line
from gate.policy.clauses import Ignore, Max
from gate.policy.verdict import Verdict, Warned
from gate.reports import markdown, summary
from gate.reports.markdown import MOST_BYTES, MOST_BYTES_OF_COMMENT
from tests.builders import finding, image, judge, package, policy, scan
from tests.reports.any_text import verdicts
from tests.reports.golden_files import assert_golden
from tests.reports.markdown_reader import Page, read
from tests.reports.samples import HOSTILE, SAMPLES, decided, flaw, many, many_ignored, unfinished
from tests.reports.showcase import showcase
from tests.work import LINEAR, growth

CASES = {**SAMPLES, "unfinished": unfinished(), "showcase": showcase(), "many ignored": many_ignored()}
WRITERS = {"page": (markdown.render, MOST_BYTES), "comment": (markdown.render_comment, MOST_BYTES_OF_COMMENT)}
ELEMENTS = {f"<{slash}{name}>" for slash in ("", "/") for name in ("span", "code", "details", "summary")}


def harmless(text: str) -> Page:
    """Read a page after making sure that nothing from outside is alive in it, and that every row has all its cells."""
    page = read(text)
    assert page.live == ()
    assert page.elements <= ELEMENTS
    assert page.styles <= {"link_open", "link_close", "strong_open", "strong_close", "em_open", "em_close"}
    assert all(re.fullmatch(r"https://[A-Za-z0-9.-]+(/[!-~]*)?", link) for link in page.links)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) == sum(len(table) + 1 for table in page.tables)
    assert all(row.endswith(" |") for row in rows)
    columns = [row.count("|") for row in rows]
    assert columns == [len(table[0]) + 1 for table in page.tables for _ in range(len(table) + 1)]
    assert neutral(text) == text
    return page


@cache
def ten_thousand() -> Verdict:
    """Return a verdict over 10,000 findings, judged once."""
    return many()


@pytest.mark.parametrize("name", ["pass", "fail", "warn", "no_verdict", "hostile", "mixed"])
def test_the_page_is_as_agreed(name: str) -> None:
    assert_golden(f"{name}.md", markdown.render(SAMPLES[name]))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_comment_that_is_short_is_the_same_page(name: str) -> None:
    assert markdown.render_comment(SAMPLES[name]) == markdown.render(SAMPLES[name])


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("name", CASES)
def test_nothing_from_outside_is_alive_and_every_row_has_all_its_cells(name: str, writer: str) -> None:
    write, most = WRITERS[writer]
    text = write(CASES[name])
    assert len(text.encode()) <= most
    harmless(text)


@pytest.mark.parametrize("name", CASES)
def test_the_verdict_is_a_plain_word_in_the_first_heading_and_the_reason_follows(name: str) -> None:
    verdict = CASES[name]
    page = harmless(markdown.render(verdict))
    mark, _, word = page.headings[0].partition(" ")
    assert mark in {"✅", "⚠️", "❌", "🚫"}
    assert word.split(": ")[0] == summary.WORDS[verdict.verdict]
    before = [summary.CANNOT_FAIL] if summary.cannot_fail(verdict) else []
    assert list(page.paragraphs[: len(before) + 1]) == [*before, f"Why: {one_line(verdict.reason, 800)}"]
    if summary.hints(verdict):
        assert page.paragraphs[len(before) + 1] == f"To do: {summary.hints(verdict)[0]}"


def test_a_policy_that_cannot_fail_says_so_in_the_first_line() -> None:
    assert markdown.render(SAMPLES["warn"]).startswith(f"**{summary.CANNOT_FAIL}**\n\n## ⚠️ WARN: ")


def test_a_run_that_did_not_finish_is_no_verdict() -> None:
    assert markdown.render(unfinished()) == (
        "## 🚫 NO VERDICT\n\n**Why:** the run did not finish\n\n**To do:** Run the check again.\n\n"
        "Policy none: the run did not get that far; judged 2026-11-20 12:00 UTC by scan-gate 0.1.0\n"
    )


def test_a_verdict_without_a_reason_says_so() -> None:
    assert "**Why:** no reason is given\n" in markdown.render(replace(unfinished(), reason="", hint=""))


def test_several_images_have_their_verdicts_and_what_is_to_do_for_each_of_them() -> None:
    text = markdown.render(SAMPLES["mixed"])
    page = harmless(text)
    assert page.headings[0] == "❌ FAIL"
    labels = [summary.image_label(one) for one in SAMPLES["mixed"].images]
    assert [heading for heading in page.headings if heading in labels] == labels
    assert "🚫 **NO VERDICT:** AWS refused ecr:DescribeImages" in text
    todo = next(table for table in page.tables if table[0] == ("to do",))
    assert [cells[0] for cells in todo[1:]] == list(summary.hints(SAMPLES["mixed"])[1:])
    assert "**Upgrades:** All of these together make the verdict NO VERDICT.\n" in text
    warnings = next(table for table in page.tables if table[0] == ("warning",))
    assert [cells[0] for cells in warnings[1:]] == list(summary.warnings(SAMPLES["mixed"]))


def test_several_images_without_an_upgrade_have_no_word_on_it() -> None:
    verdict = judge(policy(), scan(), scan(image=image(target="team/b:v1")))
    assert "Upgrades" not in markdown.render(verdict)


@pytest.mark.parametrize(("writer", "least", "rows"), [("page", 100_000, 2_000), ("comment", 30_000, 200)])
def test_ten_thousand_findings_are_cut_by_whole_rows_and_counted(writer: str, least: int, rows: int) -> None:
    write, most = WRITERS[writer]
    text = write(ten_thousand())
    assert least < len(text.encode()) <= most
    page = harmless(text)
    violations = next(table for table in page.tables if table[0][:2] == ("severity", "vulnerability"))
    assert len(violations) - 1 == rows
    assert f"*{3_000 - rows} more: see the JSON document*" in text
    assert "Violations: 3000, worst first" in page.headings


@pytest.mark.parametrize("writer", WRITERS)
def test_the_work_of_a_page_grows_as_the_findings_do(writer: str) -> None:
    write, _ = WRITERS[writer]
    assert growth(lambda size: partial(write, many(size)), 1_000) < LINEAR


def test_rows_that_are_long_are_cut_to_what_fits() -> None:
    found = [flaw(f"CVE-2026-{n:05} {'@' * 60}", Severity.CRITICAL, package("#" * 80)) for n in range(600)]
    verdict = judge(policy(max=Max(critical=0)), scan(*found))
    for write, most in WRITERS.values():
        text = write(verdict)
        assert most - 8_000 < len(text.encode()) <= most
        left = re.search(r"\*(\d+) more: see the JSON document\*\n\Z", text)
        assert left is not None
        assert int(left[1]) + text.count("| critical | CVE-2026-") == 600
    harmless(markdown.render_comment(verdict))


def test_many_images_are_cut_to_those_that_matter_most() -> None:
    bad = scan(flaw("CVE-2026-0001", Severity.CRITICAL), image=image(target="bad/app:v1", repository="bad/app"))
    good = tuple(
        scan(image=image(target=f"team/app-{n}:v1", repository=f"team/app-{n}", platform="linux/amd64"))
        for n in range(400)
    )
    verdict = judge(policy(max=Max(critical=0)), *good, bad)
    text = markdown.render_comment(verdict)
    assert MOST_BYTES_OF_COMMENT - 2_000 < len(text.encode()) <= MOST_BYTES_OF_COMMENT
    page = harmless(text)
    assert any("bad/app" in heading for heading in page.headings)
    shown = sum("/app" in heading for heading in page.headings)
    assert f"*{401 - shown} images more: see the JSON document*" in text


def test_the_most_hostile_text_of_all_keeps_within_the_limits_and_keeps_the_verdict() -> None:
    evil = "@" * 3_000
    sample = SAMPLES["fail"]
    rules = tuple(replace(rule, name=evil, why=evil) for rule in sample.images[0].rules)
    shown = replace(
        sample.images[0], target=evil, repository=evil, tags=(evil,), platform=evil, digest=evil, arn=None,
        index_digest=evil, pipeline=evil, outputs=(evil,) * 30, registry=evil, region=evil, rules=rules,
    )  # fmt: skip
    verdict = replace(
        sample, reason=evil, hint=evil, gate=evil, images=(shown,), warnings=(Warned(text=evil, image=0),) * 50
    )
    for write, most in WRITERS.values():
        text = write(verdict)
        assert len(text.encode()) <= most
        assert text.startswith("## ❌ FAIL: ")
    harmless(markdown.render_comment(verdict))


def test_what_ends_is_listed_the_earliest_first() -> None:
    page = harmless(markdown.render(showcase()))
    ends = next(table for table in page.tables if table[0] == ("day", "when", "what", "why"))
    days = [cells[0] for cells in ends[1:]]
    assert days == sorted(days)
    assert any("Grace ends for" in cells[2] for cells in ends)
    assert any("Ignore entry 1" in cells[2] for cells in ends)


def test_a_hostile_reason_of_an_accepted_risk_is_shown_as_it_is() -> None:
    entry = Ignore(id="CVE-2026-1000", reason=HOSTILE)
    page = harmless(markdown.render(decided(policy(ignore=(entry,)), scan(finding()))))
    accepted = next(table for table in page.tables if table[0] == ("vulnerabilities", "why"))
    assert accepted[1] == ("CVE-2026-1000", one_line(HOSTILE, 300))


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(verdicts())
def test_no_text_breaks_it(verdict: Verdict) -> None:
    for write, most in WRITERS.values():
        text = write(verdict)
        assert len(text.encode()) <= most
        harmless(text)
