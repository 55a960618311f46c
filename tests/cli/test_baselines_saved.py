"""What saved evidence is compared with: a file, a verdict document that the policy itself names; or why nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.aws_double.findings import enhanced_finding
from tests.command import REPLAY, Done, gate, saved

OLD, ADDED = enhanced_finding("CVE-2026-1"), enhanced_finding("CVE-2026-2")
EARLIER = {"imageId": {"imageDigest": "sha256:" + "7e" * 32, "imageTag": "v0"}}


def policy(baseline: str, name: str = "gate.yaml") -> str:
    Path(name).parent.mkdir(exist_ok=True)
    Path(name).write_text(f"version: 1\nmax: {{critical: 0, high: 0}}\nbaseline: {baseline}\n", encoding="utf-8")
    return name


@pytest.fixture(autouse=True)
def files(folder: Path) -> None:
    saved(folder / "image.json", OLD, ADDED)
    saved(folder / "before.json", OLD, **EARLIER)


def check(*words: str, target: str = "image.json", named: str = "gate.yaml") -> tuple[Done, dict[str, Any]]:
    """Run a check, and return how it ended and the document of its image."""
    done = gate("check", target, "-p", named, *REPLAY, "-q", "-o", "json=verdict.json", *words)
    return done, json.loads(Path("verdict.json").read_bytes())["images"][0]


def ends(judged: dict[str, Any]) -> list[str]:
    return [one["disposition"] for one in judged["findings"]]


def judged_before(*findings: Any, **changes: Any) -> str:
    """Write the verdict document of an earlier image, and return its name."""
    saved(Path("older.json"), *findings, **{**EARLIER, **changes})
    gate("check", "older.json", "--max", "high=9", *REPLAY, "-q", "-o", "json=earlier.json")
    return "earlier.json"


@pytest.mark.parametrize("name", ["before.json", "./before.json", "file:before.json"])
def test_evidence_is_compared_with_a_file(name: str) -> None:
    policy(f"{{image: '{name}', judge: new}}")
    done, judged = check()

    assert (done.code, ends(judged)) == (1, ["baseline", "counted"])
    assert judged["baseline"]["target"] == name
    assert judged["baseline"]["digest"] == "sha256:" + "7e" * 32
    assert gate("verdict", "verdict.json").code == 1


def test_the_option_names_a_file_too() -> None:
    policy("{judge: new}")

    assert ends(check("--baseline", "before.json")[1]) == ["baseline", "counted"]


def test_a_file_that_the_policy_names_lies_beside_the_policy() -> None:
    named = policy("{image: before.json, judge: new}", "rules/gate.yaml")
    assert "No such file" in check(named=named)[1]["baseline"]["missing"]
    Path("before.json").rename("rules/before.json")

    assert ends(check(named=named)[1]) == ["baseline", "counted"]


def test_a_file_that_the_option_names_lies_where_the_run_is() -> None:
    named = policy("{judge: new}", "rules/gate.yaml")

    assert ends(check("--baseline", "before.json", named=named)[1]) == ["baseline", "counted"]


def test_a_verdict_document_is_a_baseline_where_the_policy_names_it() -> None:
    document = judged_before(OLD)
    policy(f"{{image: {document}, judge: new}}")
    done, judged = check()

    assert (done.code, ends(judged)) == (1, ["baseline", "counted"])
    assert judged["baseline"]["digest"] == "sha256:" + "7e" * 32
    assert gate("verdict", "verdict.json").code == 1


def test_a_verdict_document_is_none_where_an_option_names_it() -> None:
    document = judged_before(OLD)
    policy("{judge: new}")
    done, judged = check("--baseline", document)

    assert (done.code, ends(judged)) == (1, ["counted", "counted"])
    assert judged["baseline"]["missing"] == ("a verdict document is a baseline only where the policy itself names it")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"repositoryName": "team/other"}, "the document is not about another digest of the same repository"),
        ({"registryId": "111122223333"}, "the document is not about another digest of the same repository"),
        ({"imageId": {"imageDigest": "sha256:" + "5c" * 32}}, "it is the same image"),
        ({"imageScanStatus": {"status": "FAILED"}}, "the document has no verdict on it"),
    ],
)
def test_a_verdict_document_is_about_another_digest_of_the_same_repository(changes: dict[str, Any], why: str) -> None:
    document = judged_before(OLD, **changes)
    policy(f"{{image: {document}, judge: new}}")

    assert check()[1]["baseline"]["missing"] == why


def test_an_unfinished_document_is_no_baseline() -> None:
    gate("check", "image.json", "--bogus", "-o", "json=earlier.json")
    policy("{image: earlier.json, judge: new}")

    assert check()[1]["baseline"]["missing"] == "the document is unfinished"


def test_a_document_that_is_cut_off_is_no_baseline() -> None:
    whole = Path(judged_before(OLD)).read_bytes()
    Path("earlier.json").write_bytes(whole[:-20])
    policy("{image: earlier.json, judge: new}")
    done, judged = check()

    assert (done.code, ends(judged)) == (1, ["counted", "counted"])
    assert judged["baseline"]["missing"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("gone.json", "the evidence cannot be read: No such file or directory"),
        ("image.json", "it is the same image"),
        ("'-'", "standard input is no baseline"),
        ("prod", "a tag or digest alone names an image in ECR only; name a file or another target"),
        ("team/app", "'team/app': neither a tag nor a digest"),
    ],
)
def test_what_cannot_be_compared_with_is_missing_with_the_reason(name: str, why: str) -> None:
    policy(f"{{image: {name}, judge: new}}")
    done, judged = check()

    assert done.code == 1
    assert judged["baseline"]["missing"].startswith(why)
    assert ends(judged) == ["counted", "counted"]


def test_a_missing_baseline_is_a_warning_or_no_verdict() -> None:
    policy("{image: gone.json, judge: new}")
    warned = gate("check", "image.json", "-p", "gate.yaml", *REPLAY)
    policy("{image: gone.json, judge: new, missing: no_verdict}")
    done, judged = check()

    assert "everything is judged, since there is no baseline: the evidence cannot be read" in " ".join(
        warned.out.split()
    )
    assert (done.code, judged["verdict"], judged["exit_code"]) == (3, "no_verdict", 3)
    assert gate("verdict", "verdict.json").code == 3


@pytest.mark.parametrize(
    ("baseline", "option", "said"),
    [
        (None, "prod", "--baseline names an image to compare with, and the policy has no `baseline`"),
        ("{image: before.json}", "prod", "--baseline and the policy's baseline.image exclude each other"),
        ("{judge: new}", "team/app", "'team/app': neither a tag nor a digest"),
        ("{judge: new}", "-", "standard input is no baseline"),
        ("{judge: new}", "", "the target is empty"),
    ],
)
def test_an_option_that_does_not_fit_is_a_wrong_command_line(baseline: str | None, option: str, said: str) -> None:
    policy(baseline) if baseline else Path("gate.yaml").write_text("version: 1\nmax: {critical: 0}\n", encoding="utf-8")
    done = gate("check", "image.json", "-p", "gate.yaml", *REPLAY, "--baseline", option)

    assert (done.code, done.out, len(done.lines)) == (2, "", 1)
    assert said in done.err
