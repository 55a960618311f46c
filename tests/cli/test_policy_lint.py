"""`gate policy lint`: every fault of every file with its place, notes on what may surprise, and the exit code."""

from pathlib import Path

import pytest

from gate.plain import neutral
from tests.command import gate

GOOD = "version: 1\nmax: {critical: 0, high: 0}\n"


def file(name: str, text: str) -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def test_a_policy_without_fault_passes() -> None:
    done = gate("policy", "lint", file("gate.yaml", GOOD))

    assert done == type(done)(0, "gate.yaml: no faults\n", "")


def test_notes_are_printed_and_do_not_fail() -> None:
    text = f"{GOOD}ignore:\n  - id: CVE-2026-1\n    reason: late\n    until: 2026-11-19\n"

    done = gate("policy", "lint", file("gate.yaml", text))

    assert (done.code, done.err) == (0, "")
    note, last = done.out.splitlines()
    assert note.startswith("gate.yaml:6: ignore entry 1 (CVE-2026-1) expired on 2026-11-19")
    assert last == "gate.yaml: no faults"


def test_every_fault_has_its_line_and_column() -> None:
    done = gate("policy", "lint", file("gate.yaml", "version: 1\nmax: {critcal: 0, high: -1}\nnmae: x\n"))

    assert (done.code, done.out) == (2, "")
    assert [line.split(": ")[0] for line in done.err.splitlines()] == [
        "gate.yaml:2:7", "gate.yaml:2:25", "gate.yaml:3:1",
    ]  # fmt: skip
    assert "did you mean 'critical'?" in done.err


def test_one_faulty_file_among_several_is_a_fault_and_all_are_checked() -> None:
    done = gate("policy", "lint", file("a.yaml", GOOD), file("b.yaml", "[]"), "none.yaml", file("c.yaml", GOOD))

    assert done.code == 2
    assert done.out == "a.yaml: no faults\nc.yaml: no faults\n"
    assert [line.split(":")[0] for line in done.err.splitlines()] == ["b.yaml", "none.yaml"]


def test_a_policy_that_needs_another_gate_is_refused() -> None:
    done = gate("policy", "lint", file("gate.yaml", f"required_version: '>=99'\n{GOOD}"))

    assert done.code == 2
    assert "this policy needs scan-gate >=99" in done.err


def test_without_a_file_the_command_line_is_wrong() -> None:
    done = gate("policy", "lint")

    assert done.code == 2
    assert "Missing argument" in done.err


def test_an_empty_name_is_named_as_such() -> None:
    done = gate("policy", "lint", "", file("gate.yaml", GOOD))

    assert done == type(done)(2, "gate.yaml: no faults\n", "a file name is empty; expected a policy file\n")


@pytest.mark.parametrize("text", [GOOD, "version: 1\n\x1b[31m: 0\n", '"::error::": 1\n', "max: {'##[error]': 0}\n"])
def test_what_a_policy_and_its_name_say_is_printed_harmless(text: str) -> None:
    done = gate("policy", "lint", file("x\n::error::##[y]\x1b[31m.yaml", text))

    for printed in (done.out, done.err):
        assert neutral(printed) == printed
    assert "Traceback" not in done.err


ASKING = f"{GOOD}rules:\n- {{name: r, when: {{exploit: true}}}}\n- {{name: s, when: {{kev: true}}}}\n"


def test_a_rule_that_can_never_match_with_a_source_is_a_fault() -> None:
    done = gate("policy", "lint", "--for", "ecr-basic", file("a.yaml", ASKING), file("b.yaml", GOOD))

    assert done.code == 2
    assert done.err == (
        "a.yaml:4: rule r asks for `exploit`, which basic scanning of ECR does not know; it takes enhanced scanning; "
        "no finding there is ever known to match\n"
    )
    assert done.out == "b.yaml: no faults\n"


def test_what_the_source_lacks_and_something_else_supplies_is_a_note() -> None:
    text = f"{GOOD}rules: [{{name: s, when: {{epss: 0.1+}}}}]\n"
    done = gate("policy", "lint", "--for", "ecr-enhanced", file("a.yaml", text))

    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "a.yaml:3: rule s asks for `epss`, which enhanced scanning does not know; it takes --epss FILE\n"
        "a.yaml: no faults\n"
    )
    assert gate("policy", "lint", "--for", "inspector", "a.yaml").out == "a.yaml: no faults\n"


def test_a_source_that_there_is_not_is_refused() -> None:
    done = gate("policy", "lint", "--for", "trivy", file("gate.yaml", GOOD))

    assert done.code == 2
    assert "'ecr-basic', 'ecr-enhanced', 'inspector', 'imagebuilder'" in done.err


def test_the_schema_is_printed() -> None:
    done = gate("policy", "schema")

    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("{\n")
    assert '"known-exploited"' not in done.out
    assert '"overrides"' in done.out
