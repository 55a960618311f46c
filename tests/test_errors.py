"""What can go wrong: each error names the person who must act by its exit code, in one place."""

import pytest

from gate.errors import (
    AccessError,
    EvidenceError,
    Exit,
    GateError,
    NotYetError,
    PolicyError,
    ReportError,
    UsageError,
)


def test_the_exit_codes_are_those_that_pipelines_were_promised() -> None:
    assert {code.name: int(code) for code in Exit} == {
        "PASS": 0,
        "VIOLATED": 1,
        "USAGE": 2,
        "NO_VERDICT": 3,
        "NOT_YET": 4,
        "REFUSED": 5,
        "WARNED": 10,
        "FAULT": 70,
        "INTERRUPTED": 130,
        "TERMINATED": 143,
    }


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (GateError, 70),
        (ReportError, 70),
        (UsageError, 2),
        (EvidenceError, 3),
        (NotYetError, 4),
        (AccessError, 5),
    ],
)
def test_every_error_keeps_its_line_and_its_hint_and_knows_its_code(kind: type[GateError], code: int) -> None:
    error = kind("what was seen", hint="what to do")

    assert (error.message, error.hint, str(error)) == ("what was seen", "what to do", "what was seen")
    assert error.exit_code == code
    assert not kind("bare").hint


def test_no_error_has_the_codes_of_a_verdict() -> None:
    kinds: list[type[GateError]] = [GateError, *GateError.__subclasses__(), *UsageError.__subclasses__()]

    assert {kind.exit_code for kind in kinds}.isdisjoint({Exit.PASS, Exit.VIOLATED, Exit.WARNED})


def test_a_policy_error_carries_every_fault_a_line_each() -> None:
    error = PolicyError(("gate.yaml:1: a", "gate.yaml:2: b"), hint="mend them")

    assert error.faults == ("gate.yaml:1: a", "gate.yaml:2: b")
    assert error.message == "gate.yaml:1: a\ngate.yaml:2: b"
    assert (error.exit_code, error.hint) == (Exit.USAGE, "mend them")
    assert PolicyError(("gate.yaml:1: a",)).hint == ""
