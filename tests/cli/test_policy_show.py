"""`gate policy show`: one policy that holds by itself, with what overrides make of it for an image."""

from pathlib import Path

import pytest

from gate.plain import neutral
from gate.policy.document import Policy
from gate.policy.loader import load, loads
from tests.aws_double.findings import enhanced_finding
from tests.command import gate, saved

POLICY = """version: 1
name: shop
max: {critical: 0, high: 5}
ignore: [{id: CVE-1, reason: "No: it's not here", until: 2026-12-31}]
overrides:
- for: {env: dev}
  mode: warn
  reason: r
- for: {repository: team/*}
  max: {high: 0}
- for: {platform: linux/arm64}
  max: {low: 0}
- for: {env: old}
  max: {medium: 0}
  until: 2026-11-19
- for: {digest: "sha256:5c*"}
  cvss_floor: 9.5
"""
DIGEST, ZEROS = "sha256:" + "5c" * 32, "sha256:" + "00" * 32
AMD = ("--platform", "linux/amd64")
REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
ARN = "arn:aws:imagebuilder:eu-west-1:123456789012:image/golden/1.2.3/4"


@pytest.fixture(autouse=True)
def policy() -> None:
    Path("gate.yaml").write_text(POLICY, encoding="utf-8")


def show(*words: str) -> tuple[str, Policy]:
    """Return the heading, and the policy that was printed, read as a file."""
    done = gate("policy", "show", "-p", "gate.yaml", *words)
    assert (done.code, done.err) == (0, "")
    heading, _, text = done.out.partition("\n")
    return heading, loads(text.encode(), file="shown.yaml").policy


def test_a_policy_is_printed_as_it_is_without_tests() -> None:
    heading, shown = show()

    assert heading == "# shop, from gate.yaml"
    assert shown == load(Path("gate.yaml")).policy


def test_what_others_say_is_worked_in() -> None:
    Path("child.yaml").write_text(
        "version: 1\nextends: ./gate.yaml\nmax: {high: 2}\ntests: [{name: t, expect: pass}]\n", encoding="utf-8"
    )
    done = gate("policy", "show", "-p", "child.yaml")
    heading, _, text = done.out.partition("\n")
    shown = loads(text.encode(), file="shown.yaml").policy

    assert heading == "# child, from child.yaml, gate.yaml"
    assert (shown.max.critical, shown.max.high, shown.extends, shown.tests) == (0, 2, None, ())
    assert len(shown.overrides) == 5
    assert shown.ignore[0].reason == "No: it's not here"


@pytest.mark.parametrize(
    ("words", "applied", "expected"),
    [
        (("team/app:v1", *AMD), "2, 5 (perhaps)", ("enforce", 0, "unlimited", 9.5)),
        ((f"{REGISTRY}/team/app@{ZEROS}", *AMD), "2", ("enforce", 0, "unlimited", None)),
        (("tools/app:v1", *AMD), "5 (perhaps)", ("enforce", 5, "unlimited", 9.5)),
        ((f"tools/app@{DIGEST}", *AMD), "5", ("enforce", 5, "unlimited", 9.5)),
        ((f"tools/app@{ZEROS}", *AMD), "none", ("enforce", 5, "unlimited", None)),
        ((f"tools/app@{ZEROS}",), "3 (perhaps)", ("enforce", 5, 0, None)),
        ((f"tools/app@{ZEROS}", "--platform", "linux/arm64"), "3", ("enforce", 5, 0, None)),
        ((f"tools/app@{ZEROS}", *AMD, "--env", "dev"), "1", ("warn", 5, "unlimited", None)),
        ((f"tools/app@{ZEROS}", *AMD, "--env", "old"), "none", ("enforce", 5, "unlimited", None)),
        ((ARN,), "2 (perhaps), 3 (perhaps), 5 (perhaps)", ("enforce", 0, 0, 9.5)),
        (("--env", "dev"), "1, 2 (perhaps), 3 (perhaps), 5 (perhaps)", ("warn", 0, 0, 9.5)),
        (("--platform", "linux/arm64"), "2 (perhaps), 3, 5 (perhaps)", ("enforce", 0, 0, 9.5)),
    ],
)  # fmt: skip
def test_overrides_that_select_the_image_are_worked_in(
    words: tuple[str, ...], applied: str, expected: tuple[object, ...]
) -> None:
    heading, shown = show(*words)

    assert heading.removeprefix("# shop, from gate.yaml; overrides that apply: ") == applied
    assert (shown.mode, shown.max.high, shown.max.low, shown.cvss_floor) == expected
    assert shown.overrides == ()


def test_what_may_not_apply_loosens_nothing() -> None:
    loosening = "version: 1\nmax: {high: 0}\noverrides: [{for: {repository: team/*}, max: {high: 9}, reason: r}]\n"
    Path("gate.yaml").write_text(loosening, encoding="utf-8")

    assert show("--platform", "linux/amd64")[1].max.high == 0
    assert show("team/app:v1")[1].max.high == 9
    assert show("team/app:v1")[0].endswith("overrides that apply: 1")


def test_saved_evidence_says_which_image_it_is_of() -> None:
    saved(Path("image.json"), enhanced_finding())

    assert show("image.json", *AMD)[0].endswith("overrides that apply: 2, 5")
    assert show("image.json")[0].endswith("overrides that apply: 2, 3 (perhaps), 5")


def test_evidence_that_cannot_be_read_says_nothing() -> None:
    done = gate("policy", "show", "gone.json")

    assert (done.code, done.out, len(done.lines)) == (3, "", 1)
    assert "gone.json: the evidence cannot be read: No such file or directory" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--env", "prd"), "--env prd: the policy has no override for this environment; it names dev, old"),
        (("--platform", "arm"), "expected a platform such as linux/amd64"),
        (("team/app",), "neither a tag nor a digest"),
        (("",), "the target is empty"),
        (("-p", "none.yaml"), "none.yaml: no such file"),
        (("-p", "gate.yaml", "--max", "high=1"), "--max and --policy exclude each other"),
    ],
)
def test_what_cannot_be_shown_is_a_wrong_command_line(words: tuple[str, ...], said: str) -> None:
    done = gate("policy", "show", *words)

    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_without_a_name_it_is_the_policy_that_a_check_would_take(monkeypatch: pytest.MonkeyPatch) -> None:
    assert gate("policy", "show").lines == []
    assert gate("policy", "show").out.startswith("# shop, from gate.yaml\n")
    Path("gate.yaml").unlink()
    assert gate("policy", "show").out.startswith("# default, from (built in)\n")
    assert gate("policy", "show", "--max", "high=1").out.startswith("# --max, from the command line\nversion: 1\n")
    monkeypatch.setenv("CI", "true")
    assert gate("policy", "show").code == 2


def test_hostile_names_and_words_are_printed_harmless() -> None:
    name = "x\n::error::##[y].yaml"
    evil = '"b\\n::error::##[z]\\u202e"'
    text = f"version: 1\nname: {evil}\nmax: {{high: 0}}\nignore: [{{id: CVE-1, reason: {evil}}}]\n"
    Path(name).write_text(text, encoding="utf-8")
    done = gate("policy", "show", "-p", name)

    assert done.code == 0
    assert neutral(done.out) == done.out
