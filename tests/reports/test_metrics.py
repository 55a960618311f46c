"""The metrics, held against the grammar of OpenMetrics, that of node exporters, and GitLab's own way to read them."""

import re
import shlex
from functools import partial

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from gate.model import Severity
from gate.policy.clauses import Max
from gate.policy.verdict import Outcome, RuleOutcome, Verdict
from gate.reports import metrics
from tests.builders import OTHER_DIGEST, finding, image, judge, policy, scan
from tests.reports.any_text import verdicts
from tests.reports.golden_files import assert_golden
from tests.reports.samples import SAMPLES, many, unfinished
from tests.work import LINEAR, growth

CASES = {**SAMPLES, "unfinished": unfinished()}
NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^\n"\\]|\\[n"\\])*"'
SAMPLE = re.compile(rf"({NAME})(?:\{{((?:{LABEL}(?:,{LABEL})*)?)\}})? (-?[0-9]+)")

Series = dict[tuple[str, tuple[tuple[str, str], ...]], int]


def read(text: str) -> Series:
    """Read an exposition by the ABNF of OpenMetrics 1.0: family after family, every series once, `# EOF` last."""
    assert text.endswith("\n# EOF\n")
    assert "\r" not in text
    found: Series = {}
    family, seen = "", set()
    for line in text.removesuffix("# EOF\n").splitlines():
        if described := re.fullmatch(rf"# (TYPE ({NAME}) gauge|HELP ({NAME}) [^\n\\\"]+)", line):
            if described[2]:
                family = described[2]
                assert family not in seen
                seen.add(family)
            assert (described[2] or described[3]) == family
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample
        assert sample[1] == family
        key = (family, tuple(_labels(sample[2] or "")))
        assert key not in found
        assert len(dict(key[1])) == len(key[1])
        found[key] = int(sample[3])
    return found


def _labels(text: str) -> list[tuple[str, str]]:
    pairs = [part.split("=", 1) for part in re.findall(LABEL, text)]
    return [(name, re.sub(r"\\(.)", lambda one: {"n": "\n"}.get(one[1], one[1]), value[1:-1])) for name, value in pairs]


def read_by_gitlab(text: str) -> dict[str, str]:
    """Read it as GitLab's widget does (ee/lib/gitlab/ci/parsers/metrics/generic.rb): cut at `#`, split like a shell."""
    found: dict[str, str] = {}
    for line in text.split("\n"):
        words = shlex.split(re.sub(r"#.*$", "", line))
        if len(words) > 1:
            found[words[0]] = words[1]
    return found


def value(judged: Verdict, name: str, **labels: str) -> int | None:
    held = read(metrics.render(judged))
    found = [
        number for (family, named), number in held.items() if family == name and labels.items() <= dict(named).items()
    ]
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize("name", ["pass", "fail", "warn", "no_verdict", "hostile", "mixed"])
def test_the_report_is_as_agreed(name: str) -> None:
    assert_golden(f"{name}.metrics.txt", metrics.render(SAMPLES[name]))


@pytest.mark.parametrize("name", CASES)
def test_it_is_openmetrics_and_gitlab_reads_the_same_numbers(name: str) -> None:
    text = metrics.render(CASES[name])
    held = read(text)
    assert held["scan_gate_exit_code", ()] == CASES[name].exit_code
    by_gitlab = read_by_gitlab(text)
    assert len(by_gitlab) == len(held)
    assert sorted(by_gitlab.values()) == sorted(map(str, held.values()))


@pytest.mark.parametrize("name", CASES)
def test_exactly_one_verdict_is_true(name: str) -> None:
    states = {one: value(CASES[name], "scan_gate_verdict", verdict=one.value) for one in Outcome}
    assert states == {one: int(one is CASES[name].verdict) for one in Outcome}


def test_findings_are_told_by_severity_and_by_where_they_ended() -> None:
    def found(severity: str, disposition: str) -> int | None:
        return value(SAMPLES["fail"], "scan_gate_findings", severity=severity, disposition=disposition)

    assert found("critical", "counted") == 2
    assert found("medium", "ignored") == 1
    assert found("low", "counted") == 0
    assert found("low", "ignored") is None


def test_rules_are_told_with_count_and_limit() -> None:
    def rule(family: str, name: str) -> int | None:
        return value(SAMPLES["fail"], f"scan_gate_rule_{family}", image="payments/api", rule=name)

    assert (rule("violated", "max.critical"), rule("findings", "max.critical"), rule("limit", "max.critical")) == (
        1,
        2,
        0,
    )
    assert (rule("violated", "max.medium"), rule("limit", "max.medium")) == (0, 10)
    assert rule("limit", "scan-complete") is None
    assert rule("violated", "max.low") is None


def test_an_image_without_verdict_has_no_number_that_reads_like_a_pass() -> None:
    held = read(metrics.render(SAMPLES["no_verdict"]))
    assert {family for family, labels in held if "image" in dict(labels)} == {"scan_gate_image_verdict"}
    assert value(SAMPLES["no_verdict"], "scan_gate_image_verdict", verdict="no_verdict") == 1
    judged = SAMPLES["fail"].images[0]
    moved = replace(SAMPLES["fail"], images=(replace(judged, verdict=Outcome.NO_VERDICT),))
    assert {family for family, labels in read(metrics.render(moved)) if "image" in dict(labels)} == {
        "scan_gate_image_verdict"
    }


def test_a_rule_that_was_not_judged_has_no_number() -> None:
    sample = SAMPLES["fail"].images[0]
    rules = tuple(replace(sample.rules[1], outcome=outcome) for outcome in RuleOutcome)
    held = read(metrics.render(replace(SAMPLES["fail"], images=(replace(sample, rules=rules),))))
    assert sum(family == "scan_gate_rule_violated" for family, _ in held) == 3


def test_the_next_build_has_the_same_series() -> None:
    def series(tag: str, digest: str) -> list[str]:
        verdict = judge(
            policy(max=Max(high=1)), scan(finding(), image=image(target=f"team/app:{tag}", digest=digest, tags=(tag,)))
        )
        return [line.rpartition(" ")[0] for line in metrics.render(verdict).splitlines()]

    assert series("v1", OTHER_DIGEST) == series("v2", str(image().digest))


def test_images_and_rules_that_share_a_name_are_numbered() -> None:
    verdict = judge(policy(), scan(), scan(), scan(image=image(repository="team/app (2)")))
    names = dict.fromkeys(
        dict(labels)["image"] for _, labels in read(metrics.render(verdict)) if labels and "image" in dict(labels)
    )
    assert list(names) == ["team/app", "team/app (2)", "team/app (2) (2)"]
    sample = SAMPLES["fail"].images[0]
    rules = tuple(replace(sample.rules[1], name=name) for name in ("#1", "_1", "#1"))
    held = read(metrics.render(replace(SAMPLES["fail"], images=(replace(sample, rules=rules),))))
    assert [dict(labels)["rule"] for family, labels in held if family == "scan_gate_rule_violated"] == [
        "_1",
        "_1 (2)",
        "_1 (3)",
    ]


def test_images_of_several_registries_are_told_apart_by_them() -> None:
    verdict = judge(policy(), scan(), scan(image=image(registry="111122223333", region=None)))
    names = {dict(labels)["image"] for _, labels in read(metrics.render(verdict)) if "image" in dict(labels)}
    assert names == {"123456789012 eu-west-1 team/app", "111122223333 team/app"}


def test_hostile_names_are_values_of_labels_and_nothing_else() -> None:
    evil = 'a"} 1\n# EOF\nb{c="\\"} # x \'y `z`'
    held = metrics.render(judge(policy(), scan(image=image(repository=evil))))
    assert {dict(labels).get("image") for _, labels in read(held)} == {None, 'a"} 1 _ EOF b{c="\\"} _ x \'y `z`'}
    assert len(read_by_gitlab(held)) == len(read(held))


def test_ten_thousand_findings_are_as_many_lines_as_ten() -> None:
    verdict = many()
    assert len(metrics.render(verdict).splitlines()) < 100
    assert value(verdict, "scan_gate_findings", severity=Severity.CRITICAL.value, disposition="counted") == 1_000


@settings(max_examples=60, deadline=None, derandomize=True)
@given(verdicts())
def test_no_text_breaks_it(verdict: Verdict) -> None:
    text = metrics.render(verdict)
    assert len(read_by_gitlab(text)) == len(read(text))
    assert text.encode()


def test_the_work_of_the_metrics_grows_as_the_findings_do() -> None:
    assert growth(lambda size: partial(metrics.render, many(size)), 1_000) < LINEAR
