"""The reports to GitHub Actions, read back as its runner reads them."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from gate.errors import ReportError
from gate.model import Fix, Severity
from gate.plain import neutral
from gate.policy.clauses import Ignore, Max
from gate.policy.document import Relaxations
from gate.policy.verdict import Outcome, RuleOutcome, Verdict
from gate.reports import details, summary
from gate.reports.github import MOST_ANNOTATIONS, annotations, outputs
from tests.builders import DIGEST, finding, fixable, image, judge, policy, scan
from tests.reports.any_text import ANY, verdicts
from tests.reports.golden_files import assert_golden
from tests.reports.samples import SAMPLES, many, unfinished
from tests.work import LINEAR, growth

NAMES = ["pass", "fail", "warn", "no_verdict", "hostile", "mixed"]


class Command(Struct, frozen=True):
    """A workflow command as the runner reads it (github.com/actions/runner, ActionCommand.cs)."""

    kind: str
    properties: Mapping[str, str]
    message: str


def commands(text: str) -> list[Command]:
    """Read each line as the runner does; a line that is no command of these kinds is a fault."""
    assert not text or text.endswith("\n")
    return [_command(line) for line in text.splitlines()]


def _command(line: str) -> Command:
    assert line.lstrip().startswith("::")
    head, _, data = line.lstrip()[2:].partition("::")
    kind, _, listed = head.partition(" ")
    assert kind in {"error", "warning"}
    properties = dict(one.split("=", 1) for one in listed.split(",") if one)
    values = {name: _unescaped(value, ":,") for name, value in properties.items()}
    return Command(kind, values, _unescaped(data, ""))


def _unescaped(text: str, more: str) -> str:
    for character in f"\r\n{more}%":
        text = text.replace(f"%{ord(character):02X}", character)
    return text


def delimiters() -> Callable[[], str]:
    numbers = count()
    return lambda: f"delimiter-{next(numbers)}"


def read(text: str) -> dict[str, str]:
    """Read a step's outputs as the runner does: NAME<<DELIMITER, the value, DELIMITER."""
    lines = iter(text.removesuffix("\n").split("\n")) if text else iter(())
    return dict(_outputs(lines))


def _outputs(lines: Iterator[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, found, delimiter = line.partition("<<")
        assert found
        value: list[str] = []
        while (one := next(lines)) != delimiter:
            value.append(one)
        yield name, "\n".join(value)


@pytest.mark.parametrize("name", NAMES)
def test_the_annotations_are_as_agreed(name: str) -> None:
    assert_golden(f"{name}.annotations.txt", annotations(SAMPLES[name]))


@pytest.mark.parametrize("name", NAMES)
def test_the_outputs_are_as_agreed(name: str) -> None:
    paths = {"json": "verdict.json", "sarif+suppressed": "out/all scans.sarif"}
    assert_golden(f"{name}.outputs.txt", outputs(SAMPLES[name], paths, delimiters()))


@pytest.mark.parametrize("name", SAMPLES)
def test_each_violated_rule_and_each_image_without_verdict_is_one_annotation(name: str) -> None:
    verdict = SAMPLES[name]
    found = commands(annotations(verdict))
    failed = [rule.name for one in verdict.images for rule in one.rules if rule.outcome is RuleOutcome.FAIL]
    missing = sum(one.verdict is Outcome.NO_VERDICT for one in verdict.images)
    errors = [one.properties["title"] for one in found if one.kind == "error"]
    assert sorted(title.split(":")[0] for title in errors) == sorted([*failed, *["no verdict"] * missing])


def test_the_worst_comes_first_and_what_only_warns_last() -> None:
    titles = [one.properties["title"].split(":")[0] for one in commands(annotations(SAMPLES["mixed"]))]
    assert titles == ["max.critical", "cvss_floor", "max.high.fixable", "no verdict", "no verdict"]
    sample = SAMPLES["fail"]
    first = next(n for n, rule in enumerate(sample.images[0].rules) if rule.name == "max.critical")
    rules = list(sample.images[0].rules)
    rules[first] = replace(rules[first], outcome=RuleOutcome.WARN)
    softened = replace(sample, images=(replace(sample.images[0], rules=tuple(rules)),))
    found = commands(annotations(softened))
    assert [one.kind for one in found] == ["error", "error", "warning"]
    assert found[-1].properties["title"].startswith("max.critical")


def test_an_annotation_says_why_which_findings_and_what_to_do() -> None:
    [first, *_] = commands(annotations(SAMPLES["fail"]))
    assert first.properties == {"title": "max.critical: payments/api:v1.4.2@sha256:ab12ab12ab12"}
    lines = first.message.splitlines()
    assert lines[0] == "max.critical: 2 critical findings, 0 allowed"
    assert lines[2] == "- CRITICAL CVE-2026-0002 (CVSS 9.1): log4j-core 2.14.1 -> 2.17.1; fix available"
    assert lines[3].startswith("To do: upgrade openssl (OS) ")


def test_many_findings_are_cut_and_counted_and_without_an_upgrade_something_else_can_be_done() -> None:
    found = [finding(f"CVE-2026-{n}", fix=Fix.NONE) for n in range(9)]
    [only] = commands(annotations(judge(policy(max=Max(high=0)), scan(*found))))
    assert only.message.splitlines()[-2:] == ["4 more: see the JSON document", f"To do: {details.NO_UPGRADE}"]


def test_a_rule_without_findings_has_no_remedy_and_comes_after_those_with_findings() -> None:
    rules = policy(max=Max(high=0), ignore=(Ignore(id="CVE-1", reason="Old."),), relaxations=Relaxations(unused="fail"))
    found = commands(annotations(judge(rules, scan(fixable()))))
    assert [one.properties["title"].split(":")[0] for one in found] == ["max.high", "relaxations.unused"]
    assert "\n" not in found[-1].message


def test_no_verdict_says_why_and_what_to_do() -> None:
    [only] = commands(annotations(SAMPLES["no_verdict"]))
    assert only.kind == "error"
    assert only.properties["title"].startswith("no verdict: payments/worker:v1.4.2@")
    assert only.message.splitlines() == [
        "the scan failed; AWS says: The scan could not be completed.",
        "To do: Push the image again, or ask AWS support.",
    ]
    bare = replace(SAMPLES["no_verdict"].images[0], reason="", hint="")
    [told] = commands(annotations(replace(SAMPLES["no_verdict"], images=(bare,))))
    assert told.message == "no reason is given"


def test_a_pass_says_nothing() -> None:
    assert annotations(replace(SAMPLES["pass"], warnings=())) == ""


def test_a_policy_that_cannot_fail_says_so_first() -> None:
    found = commands(annotations(SAMPLES["warn"]))
    assert {one.kind for one in found} == {"warning"}
    assert found[0] == Command("warning", {"title": "scan-gate"}, summary.CANNOT_FAIL)
    assert len(found) == 4


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.NO_VERDICT])
def test_a_verdict_that_blocks_always_has_an_error(outcome: Outcome) -> None:
    odd = replace(SAMPLES["pass"], verdict=outcome, reason="odd")
    for verdict in (odd, replace(odd, images=()), replace(unfinished(), verdict=outcome)):
        [only] = commands(annotations(verdict))
        assert (only.kind, only.properties["title"]) == ("error", "scan-gate")
        assert only.message == summary.headline(verdict)


@pytest.mark.parametrize(("images", "left"), [(9, 0), (10, 2), (40, 32)])
def test_at_most_nine_are_written_and_the_last_counts_the_rest(images: int, left: int) -> None:
    scans = (scan(finding(), image=image(target=f"team/app-{n}:v1")) for n in range(images))
    found = commands(annotations(judge(policy(max=Max(high=0)), *scans)))
    assert len(found) == MOST_ANNOTATIONS
    assert {one.kind for one in found} == {"error"}
    more = f"{left} {details.MORE}, or the summary of this step"
    assert (found[-1].message == more) is bool(left)


@pytest.mark.parametrize("write", [annotations, lambda verdict: outputs(verdict, {}, delimiters())])
def test_the_work_of_a_step_grows_as_the_findings_do(write: Callable[[Verdict], object]) -> None:
    assert growth(lambda size: partial(write, many(size)), 1_000) < LINEAR


def test_ten_thousand_findings_make_short_annotations() -> None:
    verdict = many()
    found = commands(annotations(verdict))
    text = outputs(verdict, {}, delimiters())
    assert max(len(one.message) for one in found) <= 4_096
    assert read(text)["found-critical"] == "1000"


@settings(max_examples=60, deadline=None, derandomize=True)
@given(verdicts())
def test_no_text_makes_another_command(verdict: Verdict) -> None:
    text = annotations(verdict)
    found = commands(text)
    assert len(found) <= MOST_ANNOTATIONS
    assert all(set(one.properties) == {"title"} and len(one.message) <= 4_096 for one in found)
    for one in found:
        assert neutral(one.message) == one.message
        assert neutral(one.properties["title"]) == one.properties["title"]
    assert not re.search(r"##\[|##vso\[", text, re.IGNORECASE)
    assert text.encode().decode() == text


def test_hostile_text_is_read_as_it_was_and_is_no_property() -> None:
    evil = "a%0Ab,file=x::y\n::error::%25 100%"
    rule = replace(SAMPLES["fail"].images[0].rules[1], name=evil, why=evil)
    verdict = replace(SAMPLES["fail"], images=(replace(SAMPLES["fail"].images[0], rules=(rule,)),))
    [only] = commands(annotations(verdict))
    line = "a%0Ab,file=x::y ::error::%25 100%"
    assert only.properties["title"].startswith(f"{line}: payments/api")
    assert only.message.splitlines()[0] == f"{line}: {line}"


def test_the_outputs_hold_verdict_exit_code_digest_reason_and_counts() -> None:
    found = read(outputs(SAMPLES["fail"], {}, delimiters()))
    assert found["verdict"] == "fail"
    assert found["exit-code"] == "1"
    assert found["digest"] == DIGEST
    assert found["reason"] == SAMPLES["fail"].reason
    assert (found["found-medium"], found["counted-medium"]) == ("2", "1")
    assert len(found) == 4 + 2 * len(Severity)


def test_what_is_not_known_is_empty_and_never_zero() -> None:
    found = read(outputs(SAMPLES["mixed"], {}, delimiters()))
    assert found["digest"] == ""
    assert {value for name, value in found.items() if name.startswith(("found-", "counted-"))} == {""}


def test_the_paths_of_reports_are_named_after_their_formats() -> None:
    paths = {"json": "verdict.json", "sarif+suppressed": "a\nb<<x"}
    found = read(outputs(SAMPLES["pass"], paths, delimiters()))
    assert found["report-json"] == "verdict.json"
    assert found["report-sarif-suppressed"] == "a\nb<<x"


def test_names_are_those_that_expressions_may_hold() -> None:
    found = read(outputs(SAMPLES["pass"], {"sarif+suppressed": "x", "markdown+comment": "y"}, delimiters()))
    assert [name for name in found if not re.fullmatch(r"[a-z][a-z-]*", name)] == []


def test_a_delimiter_that_the_value_holds_is_not_taken() -> None:
    evil = replace(SAMPLES["pass"], reason="delimiter-3 delimiter-4")
    text = outputs(evil, {"json": "x\ndelimiter-18\nverdict<<EOF"}, delimiters())
    assert "reason<<delimiter-5\n" in text
    found = read(text)
    assert found["verdict"] == "pass"
    assert found["report-json"] == "x\ndelimiter-18\nverdict<<EOF"


def test_where_no_delimiter_is_to_be_had_it_is_a_fault() -> None:
    with pytest.raises(ReportError, match="no delimiter was found that the step's output verdict does not hold"):
        outputs(SAMPLES["pass"], {}, lambda: "pass")


@settings(max_examples=60, deadline=None, derandomize=True)
@given(verdicts(), st.dictionaries(st.sampled_from(["json", "sarif"]), ANY))
def test_any_text_is_read_back_as_one_value(verdict: Verdict, paths: dict[str, str]) -> None:
    found = read(outputs(verdict, paths, delimiters()))
    assert found["verdict"] == verdict.verdict.value
    assert {name.removeprefix("report-"): value for name, value in found.items() if name.startswith("report-")} == paths
    assert "\n" not in found["reason"]
