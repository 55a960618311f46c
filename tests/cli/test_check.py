"""`gate check` over saved evidence: which policy, which options, what is printed where, which exit code."""

import json
from pathlib import Path

import pytest

from tests.aws_double.findings import enhanced_finding
from tests.command import CAPTURED, REPLAY, YESTERDAY, gate, saved

CRITICAL = enhanced_finding(severity="CRITICAL")
LOW = enhanced_finding(severity="LOW")
LIMIT = ("--max", "critical=0")
POLICY = "version: 1\nmax: {critical: 0}\n"


@pytest.fixture
def bad() -> Path:
    return saved(Path("bad.json"), CRITICAL)


@pytest.fixture
def good() -> Path:
    return saved(Path("good.json"), LOW)


def document(path: str = "verdict.json") -> dict[str, object]:
    found: dict[str, object] = json.loads(Path(path).read_text(encoding="utf-8"))
    return found


def test_a_violation_exits_with_1_and_a_pass_with_0(bad: Path, good: Path) -> None:
    failed, passed = (gate("check", target, *LIMIT, *REPLAY) for target in (bad, good))

    assert (failed.code, failed.err) == (1, "")
    assert failed.out.startswith("FAIL: team/app:v1@sha256:5c5c5c5c5c5c: max.critical: 1 critical finding, 0 allowed\n")
    assert (passed.code, passed.err) == (0, "")
    assert passed.out.startswith("PASS: team/app:v1@sha256:5c5c5c5c5c5c: ")


def test_one_violation_among_several_targets_is_a_violation(bad: Path, good: Path) -> None:
    done = gate("check", good, bad, "none.json", *LIMIT, *REPLAY, "-o", "json=verdict.json")

    assert done.code == 1
    assert [image["verdict"] for image in document()["images"]] == ["pass", "fail", "no_verdict"]  # type: ignore[attr-defined]


def test_a_target_that_is_named_twice_is_judged_once(good: Path) -> None:
    gate("check", good, good, *LIMIT, *REPLAY, "-o", "json=verdict.json")

    assert len(document()["images"]) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["-", "./bad.json", "file:bad.json", "bad.json.gz"])
def test_evidence_is_read_from_files_and_from_stdin(bad: Path, name: str) -> None:
    import gzip

    Path("bad.json.gz").write_bytes(gzip.compress(bad.read_bytes()))

    assert gate("check", name, *LIMIT, *REPLAY, stdin=bad.read_bytes()).code == 1


def test_a_policy_file_can_be_named(bad: Path) -> None:
    Path("mine.yaml").write_text("version: 1\nname: mine\nmax: {critical: 1}\n", encoding="utf-8")

    done = gate("check", bad, "-p", "mine.yaml", *REPLAY)

    assert done.code == 0
    assert "policy: mine (mine.yaml; sha256 " in done.out
    assert done.err == ""


def test_else_the_policy_is_the_one_in_the_working_directory_even_in_ci(
    bad: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("gate.yaml").write_text("version: 1\nmax: {critical: 1}\n", encoding="utf-8")
    monkeypatch.setenv("CI", "true")

    done = gate("check", bad, *REPLAY)

    assert done.code == 0
    assert done.err == "gate: the policy is gate.yaml in the working directory\n"


def test_else_it_is_the_built_in_one_and_the_first_line_says_so(bad: Path) -> None:
    done = gate("check", bad, *REPLAY)

    assert done.code == 1
    assert done.err.splitlines()[0].startswith("gate: the policy is the built-in default")
    assert "(built in)" in done.out


@pytest.mark.parametrize("word", ["true", "TRUE", "1"])
def test_in_ci_no_policy_is_no_reason_to_judge_by_another(
    good: Path, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", word)

    done = gate("check", good, *REPLAY)

    assert (done.code, done.out) == (2, "")
    assert "no policy is named, and there is no gate.yaml" in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("word", ["", "false"])
def test_outside_of_ci_the_built_in_policy_will_do(good: Path, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", word)

    assert gate("check", good, *REPLAY).code == 0


def test_a_policy_that_is_a_link_to_nowhere_is_a_fault_and_not_absent(good: Path) -> None:
    Path("gate.yaml").symlink_to("gone.yaml")

    done = gate("check", good, *REPLAY)

    assert done.code == 2
    assert "gate.yaml: no such file" in done.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--max", "critical=0", "-p", "gate.yaml"), "--max and --policy exclude each other"),
        (("--max", "critical"), "expected SEVERITY=N, such as critical=0"),
        (("--max", "critcal=0"), "did you mean 'critical'?"),
        (("--max", "critical=-1"), "expected a whole number"),
        (("--max", "high=1", "--max", "high=2"), "--max high: given twice"),
        (("-p", "none.yaml"), "none.yaml: no such file"),
        (("-p", ""), "is a directory"),
        (("--wait", "soon"), "expected a duration"),
        (("--region", ""), "expected the name of a region"),
        (("--registry-id", "1"), "expected the 12 digits"),
        (("--color", "blue"), "'blue' is not one of 'auto', 'always', 'never'"),
        (("--bogus",), "No such option"),
        (("-o",), "requires an argument"),
        (("--now", "tomorrow"), "expected a time such as"),
        (("--now", "2026-11-20T11:00:00Z", "--captured-at", CAPTURED), "--captured-at is after now (2026-11-20T11:00"),
        (("team/app:v1", "--now", CAPTURED), "--now goes with saved evidence only"),
        (("team/app:v1", "--captured-at", CAPTURED), "--captured-at goes with saved evidence only"),
        (("team/app",), "neither a tag nor a digest, and `latest` is never assumed"),
        (("",), "the target is empty"),
        (("-o", "json=good.json"), "good.json is read by this run"),
        (("file:good.json", "-o", "json=./good.json"), "good.json is read by this run"),
        (("-o", "sarif=gate.yaml"), "gate.yaml is read by this run"),
        (("--baseline", "old.json"), "--baseline names an image to compare with, and the policy has no `baseline`"),
        (("--platforms", "linux/amd64"), "No such option"),
    ],
)
def test_a_wrong_command_line_is_refused_in_one_line_before_anything_is_judged(
    good: Path, arguments: tuple[str, ...], said: str
) -> None:
    evidence = good.read_bytes()
    before = Path("verdict.json")
    before.write_text(YESTERDAY, encoding="utf-8")

    done = gate("check", good, "-o", "json=verdict.json", *arguments)

    assert (done.code, done.out) == (2, "")
    assert len(done.lines) == 1
    assert said in done.err
    assert "did not finish" in before.read_text(encoding="utf-8")
    assert good.read_bytes() == evidence


def test_no_target_is_a_wrong_command_line() -> None:
    done = gate("check", *LIMIT)

    assert done.code == 2
    assert "no target is named" in done.err


@pytest.mark.parametrize(
    "target", ["file:good.json", "file://localhost{here}/good.json", "./good.json", "{here}/good.json"]
)
def test_evidence_is_not_overwritten_however_it_is_named(good: Path, target: str, folder: Path) -> None:
    before = good.read_bytes()

    done = gate("check", target.format(here=folder), *LIMIT, *REPLAY, "-o", "json=good.json")

    assert done.code == 2
    assert "good.json is read by this run" in done.err
    assert good.read_bytes() == before
