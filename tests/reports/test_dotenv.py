"""The verdict as variables for later jobs, read back as GitLab and as a shell read it."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from gate.policy.verdict import Verdict
from gate.reports import dotenv
from gate.reports.dotenv import MOST_BYTES, MOST_VARIABLES
from tests.builders import DIGEST, image, judge, policy, scan
from tests.reports.any_text import verdicts
from tests.reports.golden_files import assert_golden
from tests.reports.samples import HOSTILE, SAMPLES, many, unfinished

CASES = {**SAMPLES, "unfinished": unfinished()}


def read(text: str) -> dict[str, str]:
    """Read the file as GitLab does (ParseDotenvArtifactService), after making sure that GitLab takes it."""
    assert len(text.encode()) <= MOST_BYTES < 5 * 1024
    found: dict[str, str] = {}
    for line in text.splitlines():
        match = re.fullmatch(r"(GATE_[A-Z_]+)=([A-Za-z0-9._:/@+,-]+)", line)
        assert match
        found[match[1]] = match[2]
    assert len(found) == text.count("\n") <= MOST_VARIABLES
    return found


@pytest.mark.parametrize("name", ["pass", "fail", "warn", "no_verdict", "hostile", "mixed"])
def test_the_report_is_as_agreed(name: str) -> None:
    assert_golden(f"{name}.env", dotenv.render(SAMPLES[name]))


@pytest.mark.parametrize("name", CASES)
def test_gitlab_takes_it(name: str) -> None:
    found = read(dotenv.render(CASES[name]))
    assert found["GATE_VERDICT"] == CASES[name].verdict.value
    assert found["GATE_EXIT_CODE"] == str(CASES[name].exit_code)
    assert found["GATE_IMAGES"] == str(len(CASES[name].images))


def test_a_violation_is_told_with_digest_reason_and_counts() -> None:
    found = read(dotenv.render(SAMPLES["fail"]))
    assert found["GATE_DIGEST"] == DIGEST
    assert found["GATE_REASON"].startswith("max.critical:_2_critical_findings,_0_allowed_max.high.fixable:_1_fixable_")
    assert (found["GATE_FOUND_MEDIUM"], found["GATE_COUNTED_MEDIUM"]) == ("2", "1")
    assert len(found) == 17


@pytest.mark.parametrize("name", ["mixed", "no_verdict", "unfinished"])
def test_what_is_not_known_of_every_image_is_left_out(name: str) -> None:
    found = read(dotenv.render(CASES[name]))
    assert not [variable for variable in found if variable.startswith(("GATE_FOUND", "GATE_COUNTED"))]


def test_without_one_digest_there_is_none() -> None:
    verdict = judge(policy(), scan(), scan(image=image(digest="sha256:" + "1" * 64)))
    assert "GATE_DIGEST" not in read(dotenv.render(verdict))


@pytest.mark.parametrize("reason", ["", "'\"$(){}", "\n\n"])
def test_a_reason_of_which_nothing_is_safe_is_left_out(reason: str) -> None:
    assert "GATE_REASON" not in read(dotenv.render(replace(SAMPLES["pass"], reason=reason)))


def test_a_shell_that_sources_it_runs_nothing_of_it(tmp_path: Path) -> None:
    evil = f"$(touch owned) `touch owned`; touch owned & 'x\" {HOSTILE}"
    (tmp_path / "gate.env").write_text(dotenv.render(replace(SAMPLES["fail"], reason=evil)), encoding="utf-8")
    done = subprocess.run(
        ["sh", "-euc", '. ./gate.env; printf %s "$GATE_REASON"'],
        cwd=tmp_path,
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stderr == ""
    assert done.stdout.startswith("touch_owned_touch_owned_touch_owned_x_red_")
    assert [file.name for file in tmp_path.iterdir()] == ["gate.env"]


def test_ten_thousand_findings_and_a_megabyte_of_reason_stay_small() -> None:
    text = dotenv.render(replace(many(), reason="x" * 1_000_000))
    assert len(text) < 1_200
    assert read(text)["GATE_COUNTED_CRITICAL"] == "1000"


@settings(max_examples=60, deadline=None, derandomize=True)
@given(verdicts())
def test_no_text_breaks_it(verdict: Verdict) -> None:
    text = dotenv.render(verdict)
    assert read(text)["GATE_VERDICT"] == verdict.verdict.value
    assert all(shlex.split(line) == [line] for line in text.splitlines())
