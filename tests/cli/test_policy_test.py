"""`gate policy test`: runs what stands under `tests:`, side by side, as JUnit too, and names what nothing tests."""

from pathlib import Path

import pytest
from junitparser import JUnitXml

from gate.plain import neutral
from tests.command import YESTERDAY, gate

GOOD = """version: 1
max: {critical: 0}
tests:
- {name: nothing found passes, expect: pass}
- {name: a critical one blocks, findings: [{id: CVE-1, severity: critical}], expect: fail, by: [max.critical]}
"""
BAD = """version: 1
max: {high: 0, low: 3}
rules: [{name: known, when: {kev: true}}]
tests:
- name: wrong
  findings: [{id: CVE-1}]
  expect: pass
  by: [known]
- {name: right, expect: pass}
"""
BARE = "version: 1\nmax: {high: 0}\n"


@pytest.fixture(autouse=True)
def files(folder: Path) -> None:
    put("good.yaml", GOOD)
    put("bad.yaml", BAD)


def put(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


def test_tests_that_hold_are_named_and_pass() -> None:
    done = gate("policy", "test", "good.yaml")

    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "good.yaml: 2 tests\n  ok      nothing found passes\n  ok      a critical one blocks\n2 passed, 0 failed\n"
    )


def test_one_that_fails_shows_expected_and_got_side_by_side_and_exits_with_1() -> None:
    done = gate("policy", "test", "good.yaml", "bad.yaml")

    assert (done.code, done.err) == (1, "")
    assert done.out.splitlines()[3:] == [
        "bad.yaml: 2 tests",
        "  FAILED  wrong",
        "          at        bad.yaml:5",
        "          expected  pass, by known",
        "          got       fail, by max.high",
        "          because   max.high: 1 high finding, 0 allowed",
        "  ok      right",
        "3 passed, 1 failed",
    ]


@pytest.mark.parametrize(("by", "said"), [("", "pass"), ("  by: []\n", "pass, by nothing")])
def test_only_what_a_test_says_is_shown_as_expected(by: str, said: str) -> None:
    put("one.yaml", f"{BARE}tests:\n- name: t\n  findings: [{{id: CVE-1}}]\n  expect: pass\n{by}")
    lines = gate("policy", "test", "one.yaml").out.splitlines()

    assert lines[0] == "one.yaml: 1 test"
    assert lines[3:5] == [f"          expected  {said}", "          got       fail, by max.high"]


def test_all_policies_of_a_folder_are_tested_each_once() -> None:
    put("policies/b.yml", GOOD)
    put("policies/deep/a.yaml", GOOD)
    put("policies/notes.txt", "no policy")
    put("policies/bare.yaml", BARE)
    done = gate("policy", "test", "policies", "policies/b.yml", "policies/")

    assert done.code == 0
    assert [line for line in done.out.splitlines() if not line.startswith(" ")] == [
        "policies/b.yml: 2 tests",
        "policies/bare.yaml: no tests",
        "policies/deep/a.yaml: 2 tests",
        "4 passed, 0 failed",
    ]


def test_coverage_names_what_no_test_makes_fire_and_fails() -> None:
    done = gate("policy", "test", "good.yaml", "bad.yaml", "--coverage")

    assert done.code == 1
    assert [line for line in done.out.splitlines() if "bare" in line] == [
        "  bare    max.low: no test makes it fire",
        "  bare    known: no test makes it fire",
    ]
    assert done.out.endswith("3 passed, 1 failed, 2 rules not covered\n")


def test_full_coverage_passes_and_a_lack_of_it_is_enough_to_fail() -> None:
    put("bare.yaml", BARE)

    assert gate("policy", "test", "good.yaml", "--coverage").out.endswith("2 passed, 0 failed, 0 rules not covered\n")
    assert gate("policy", "test", "good.yaml", "--coverage").code == 0
    done = gate("policy", "test", "good.yaml", "bare.yaml", "--coverage")
    assert (done.code, done.out.splitlines()[-1]) == (1, "2 passed, 0 failed, 1 rule not covered")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("none.yaml",), "none.yaml: no such file; expected a policy file"),
        (("empty",), "empty: there is no policy file in this folder"),
        (("bare.yaml",), "there is no test in these policies"),
        (("good.yaml", "-o", "json=report.json"), "--output 'json=report.json': expected junit=PATH"),
        (("good.yaml", "-o", "report.xml"), "--output 'report.xml': expected junit=PATH"),
        (("good.yaml", "-o", "junit="), "expected FORMAT=PATH"),
        (("good.yaml", "-o", "junit=good.yaml"), "good.yaml is read by this run"),
        (("good.yaml", "-o", "junit=./empty"), "it is a directory"),
        (("good.yaml", "--now", "today"), "expected a time such as"),
        ((), "Missing argument"),
        (("good.yaml", ""), "a path is empty; expected a policy file, or a folder of them"),
    ],
)
def test_what_cannot_be_run_is_a_wrong_command_line(words: tuple[str, ...], said: str) -> None:
    put("bare.yaml", BARE)
    Path("empty").mkdir()
    done = gate("policy", "test", *words)

    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert Path("good.yaml").read_text(encoding="utf-8") == GOOD


def test_the_faults_of_all_policies_are_told() -> None:
    put("one.yaml", "version: 1\nmx: 1\n")
    put("two.yaml", "version: 1\nmax: {high: -1}\n")
    done = gate("policy", "test", "one.yaml", "good.yaml", "two.yaml")

    assert (done.code, done.out) == (2, "")
    assert [line.removeprefix("gate: ").split(":")[0] for line in done.err.splitlines()] == ["one.yaml", "two.yaml"]


def test_a_junit_report_is_written_where_it_is_wanted() -> None:
    done = gate("policy", "test", "good.yaml", "bad.yaml", "-o", "junit=out/deep/report.xml")
    report = JUnitXml.fromfile("out/deep/report.xml")

    assert done.code == 1
    assert done.out.endswith("3 passed, 1 failed\n")
    assert (report.tests, report.failures) == (4, 1)
    assert [suite.name for suite in report] == ["scan-gate policy good.yaml", "scan-gate policy bad.yaml"]


@pytest.mark.parametrize("name", ["-", "/dev/stdout"])
def test_a_junit_report_on_stdout_is_alone_there(name: str) -> None:
    done = gate("policy", "test", "bad.yaml", "-o", f"junit={name}")

    assert (done.code, done.err) == (1, "")
    assert JUnitXml.fromstring(done.out.encode()).failures == 1


def test_a_run_that_comes_to_nothing_leaves_no_report_of_yesterday() -> None:
    put("report.xml", YESTERDAY)
    put("one.yaml", "version: 1\nmx: 1\n")

    assert gate("policy", "test", "one.yaml", "-o", "junit=report.xml").code == 2
    assert not Path("report.xml").exists()


@pytest.mark.parametrize(
    ("now", "code"), [((), 0), (("--now", "2026-12-31T23:59:59Z"), 0), (("--now", "2027-01-01"), 1)]
)
def test_it_is_judged_as_of_today_or_of_the_time_that_is_named(now: tuple[str, ...], code: int) -> None:
    put(
        "dated.yaml",
        "version: 1\nrules: [{name: r, when: {severity: high}, enforce_from: 2027-01-01}]\n"
        "tests:\n- {name: it warns, findings: [{id: CVE-1}], expect: warn}\n"
        "- {name: on its day, findings: [{id: CVE-1}], today: 2027-01-01, expect: fail}\n",
    )

    assert gate("policy", "test", "dated.yaml", *now).code == code


def test_the_time_never_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_POLICY_TEST_NOW", "not a time")

    assert gate("policy", "test", "good.yaml").code == 0


def test_hostile_names_are_printed_harmless() -> None:
    name = "x\n::error::##[y].yaml"
    put(name, BARE + 'tests:\n- {name: "a\\n::error::\\u202e", findings: [{id: CVE-1}], expect: pass}\n')
    done = gate("policy", "test", name, "--coverage")

    assert done.code == 1
    assert neutral(done.out) == done.out
    assert not any(line.startswith("::") for line in done.out.splitlines())
