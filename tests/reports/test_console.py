"""The console report."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gate.model import Severity
from gate.plain import neutral
from gate.policy.clauses import Ignore, Max, MaxChange, Override, Selectors
from gate.policy.scalars import Until
from gate.policy.verdict import RuleVerdict, Verdict, Warned
from gate.reports import console, summary
from tests.builders import NOW, finding, fixable, image, judge, package, policy, scan
from tests.reports.golden_files import assert_golden
from tests.reports.samples import SAMPLES, flaw, many, unfinished

ANSI = re.compile(r"\x1b\[[\d;]*m")


@pytest.mark.parametrize("name", ["pass", "fail", "warn", "no_verdict", "hostile", "mixed"])
def test_the_report_is_as_agreed(name: str) -> None:
    assert_golden(f"{name}.txt", console.render(SAMPLES[name]))


@pytest.mark.parametrize("name", SAMPLES)
def test_it_says_verdict_and_why_first(name: str) -> None:
    lines = console.render(SAMPLES[name]).splitlines()
    assert tuple(lines[: len(summary.opening(SAMPLES[name]))]) == summary.opening(SAMPLES[name])


@pytest.mark.parametrize("name", SAMPLES)
def test_it_is_neutral_and_holds_no_control_character(name: str) -> None:
    text = console.render(SAMPLES[name])
    assert neutral(text) == text
    assert "\x1b" not in text
    assert not re.search(r"^\s*::|##\[|##vso\[", text, re.MULTILINE | re.IGNORECASE)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_terminal_shows_the_same_text_with_colours(name: str) -> None:
    shown = console.render_terminal(SAMPLES[name], width=console.WIDTH)
    assert "\x1b[" in shown
    bare = ANSI.sub("", shown)
    assert [line.rstrip() for line in bare.splitlines()] == console.render(SAMPLES[name]).splitlines()


def test_the_terminal_report_does_not_ask_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    before = console.render_terminal(SAMPLES["fail"], width=80)
    for name, value in {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "20", "FORCE_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    assert console.render_terminal(SAMPLES["fail"], width=80) == before


@pytest.mark.parametrize("width", [1, 40, 80, 200])
def test_the_tables_fit_the_terminal(width: int) -> None:
    lines = ANSI.sub("", console.render_terminal(SAMPLES["fail"], width=width)).splitlines()
    rows = [line for line in lines if re.match(r"  (critical|high|medium|severity) ", line)]
    assert len(rows) == 8
    assert max(map(len, rows)) <= max(width, 70)


def test_meaning_does_not_hang_on_a_symbol_or_a_colour() -> None:
    for name, word in {"pass": "PASS", "fail": "FAIL", "warn": "WARN", "no_verdict": "NO VERDICT"}.items():
        text = console.render(SAMPLES[name]).encode("ascii", "replace").decode()
        assert f"{word}: payments/" in text


def test_a_run_that_did_not_finish_is_no_verdict() -> None:
    assert console.render(unfinished()) == (
        "NO VERDICT: the run did not finish\n"
        "policy: none: the run did not get that far\n"
        "\n"
        "To do: Run the check again.\n"
    )


def test_many_violations_are_cut_and_counted() -> None:
    lines = console.render(many(2_000)).splitlines()
    assert len([line for line in lines if line.startswith("  critical  CVE-")]) == 20
    assert any(re.fullmatch(r"  \d+ more: see the JSON document", line) for line in lines)
    assert len(lines) < 80


def test_many_of_everything_else_are_cut_and_counted() -> None:
    findings = [fixable(f"CVE-2026-{n}", names=(f"package-{n:02}",)) for n in range(30)]
    findings += [finding(f"CVE-2025-{n}", packages=(package(f"other-{n}"),)) for n in range(30)]
    entries = tuple(Ignore(id=f"CVE-2025-{n}", reason=f"Reason {n}.") for n in range(30))
    verdict = judge(policy(max=Max(high=0), ignore=entries), scan(*findings, warnings=("odd",) * 30))
    text = console.render(verdict)
    assert text.count("    - ".strip(" ")) >= 30
    assert text.count("  15 more: see the JSON document") == 2
    assert text.count("  10 more: see the JSON document") == 2


def test_hints_of_many_images_are_cut_and_counted() -> None:
    failed = SAMPLES["no_verdict"].images[0]
    images = tuple(replace(failed, repository=f"team/app-{n}", hint=f"Do {n}.") for n in range(30))
    text = console.render(replace(SAMPLES["no_verdict"], images=images))
    assert text.count("To do: ") == 20
    assert text.endswith("  11 more: see the JSON document\n")


def test_what_is_accepted_says_how_long_still() -> None:
    until = Until.parse(f"{NOW.date() + timedelta(days=3):%Y-%m-%d}")
    entry = Ignore(package="openssl", reason="Not reachable.", owner="me", until=until)
    verdict = judge(policy(ignore=(entry,)), scan(*(finding(f"CVE-2026-{n}") for n in range(8))))
    assert "CVE-2026-0, CVE-2026-1, CVE-2026-2, CVE-2026-3, CVE-2026-4 and 3 more: Not" in console.render(verdict)
    assert "3 days left" in console.render(verdict)
    assert isinstance(until.day, date)


def test_the_index_an_image_came_from_is_named() -> None:
    verdict = judge(policy(), scan(image=image(index_digest="sha256:" + "9" * 64, registry=None, region=None)))
    text = console.render(verdict)
    assert f"  index      sha256:{'9' * 64}\n" in text
    assert "registry" not in text


def test_the_overrides_that_apply_are_named() -> None:
    override = Override(for_=Selectors(repository="team/*"), max=MaxChange(high=0))
    text = console.render(judge(policy(overrides=(Override(for_=Selectors(tag="v2"), mode="warn"), override))))
    assert "  overrides  2\n" in text


def test_a_command_that_wrapping_makes_is_broken_up_on_the_terminal_too() -> None:
    words = "x " * 30 + "::error::owned"
    verdict = replace(SAMPLES["pass"], warnings=tuple(Warned(text=" " * n + words[n:], image=None) for n in range(60)))
    shown = ANSI.sub("", console.render_terminal(verdict, width=60))
    assert ": :error::owned" in shown
    assert not re.search(r"^\s*::", shown, re.MULTILINE)


def test_an_image_without_rules_is_shown() -> None:
    bare = replace(SAMPLES["fail"].images[0], rules=())
    assert "Violations" not in console.render(replace(SAMPLES["fail"], images=(bare,)))


def _with_text(text: str) -> Verdict:
    sample = SAMPLES["fail"]
    rules: tuple[RuleVerdict, ...] = tuple(replace(rule, why=text) for rule in sample.images[0].rules)
    shown = replace(sample.images[0], target=text, repository=text or None, tags=(text,), rules=rules, reason=text)
    return replace(sample, reason=text, hint=text, images=(shown,), warnings=(Warned(text=text, image=0),))


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    shown = console.render(_with_text(text))
    assert neutral(shown) == shown
    assert console.render_terminal(_with_text(text), width=80).count("\x1b[") > 0


def test_a_megabyte_of_text_stays_a_page() -> None:
    assert len(console.render(_with_text("x" * 1_000_000))) < 20_000
    assert len(console.render(judge(policy(max=Max(high=0)), scan(flaw("C" * 1_000_000, Severity.HIGH))))) < 5_000
