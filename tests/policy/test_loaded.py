"""A policy with its origin, and the policy that --max makes."""

import re
from hashlib import sha256

import pytest

from gate.errors import UsageError
from gate.policy.loaded import Loaded, canonical, from_maxima, name_of
from gate.policy.loader import loads
from tests.builders import policy

SEVERITIES = "critical, high, medium, low, informational, unknown"


def test_maxima_make_a_policy_of_their_own() -> None:
    loaded = from_maxima(("critical=0", "high=5", "low=unlimited"))
    assert (loaded.name, loaded.files) == ("--max", ())
    limits = loaded.policy.max
    assert (limits.critical, limits.high, limits.medium, limits.low, limits.unknown) == (
        0,
        5,
        "unlimited",
        "unlimited",
        0,
    )
    assert loaded.sha256 == sha256(canonical(loaded.policy)).hexdigest()


def test_the_order_of_maxima_changes_nothing() -> None:
    assert from_maxima(("critical=0", "high=5")) == from_maxima(("high=5", "critical=0"))


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (("critical",), "--max 'critical': expected SEVERITY=N, such as critical=0"),
        (("",), "--max '': expected SEVERITY=N, such as critical=0"),
        (("critcal=0",), "--max 'critcal=0': unknown severity 'critcal'; did you mean 'critical'?"),
        (("CRITICAL=0",), "--max 'CRITICAL=0': unknown severity 'CRITICAL'; did you mean 'critical'?"),
        (("x=0",), f"--max 'x=0': unknown severity 'x'; known are {SEVERITIES}"),
        (("=0",), f"--max '=0': unknown severity ''; known are {SEVERITIES}"),
        (("high=5", "high=5"), "--max high: given twice"),
        *(
            (
                (f"high={number}",),
                f"--max high: got '{number.strip()}'; expected a whole number from 0 to 1000000, or `unlimited`",
            )
            for number in ("", "-1", "+1", "1.0", "007", "1e3", "many", "1000001", "5,low=3", "٣", " 5", "9" * 50)
        ),
        ((), "--max: limits nothing; expected at least one number, such as --max critical=0"),
        (
            ("high=unlimited", "low=unlimited"),
            "--max: limits nothing; expected at least one number, such as --max critical=0",
        ),
    ],
)
def test_what_is_no_maximum_is_refused_with_the_option(pairs: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)) as caught:
        from_maxima(pairs)
    assert caught.value.message == message


def test_a_hostile_maximum_stays_on_one_short_line() -> None:
    with pytest.raises(UsageError) as caught:
        from_maxima(("\x1b[31m\n::error::" + "\udcff" * 1_000_000,))
    assert len(caught.value.message) < 200
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("number", [0, 7, 999_999, 1_000_000])
def test_maxima_go_up_to_a_million(number: int) -> None:
    assert from_maxima((f"low={number}",)).policy.max.low == number


def test_places_are_lines_of_the_file() -> None:
    loaded = loads(b"version: 1\nmax:\n  high: 0\nignore:\n- id: a\n  reason: r\n- reason: r\n  id: b\n", file="p.yaml")
    assert loaded.place() == "p.yaml:1"
    assert loaded.place("max", "high") == "p.yaml:3"
    assert loaded.place("ignore", 0) == "p.yaml:5"
    assert loaded.place("ignore", 1, "id") == "p.yaml:8"
    assert loaded.place("ignore", 1, "owner") == "p.yaml:7"


def test_without_a_file_the_place_is_the_option() -> None:
    assert from_maxima(("high=0",)).place("max", "high") == "--max"


def test_the_verdict_document_gets_what_was_used() -> None:
    loaded = Loaded(policy=policy(), name="a", files=("a.yaml",), sha256="0" * 64)
    used = loaded.used
    assert (used.name, used.files, used.sha256, used.resolved) == ("a", ("a.yaml",), "0" * 64, policy())


@pytest.mark.parametrize(
    ("name", "file", "expected"),
    [("mine", "a/b.yaml", "mine"), (None, "a/b.prod.yaml", "b.prod"), (None, ".yaml", ".yaml"), (None, "", "policy")],
)
def test_a_policy_is_called_by_its_name_or_its_file(name: str | None, file: str, expected: str) -> None:
    assert name_of(policy(name=name), file) == expected
