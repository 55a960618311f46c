"""Printing: neutral on stderr, whole on stdout, and robust against streams that take nothing."""

import io
import sys
from types import SimpleNamespace

import pytest

from gate.cli.terminal import is_terminal, say, show, talk, wants_colour
from gate.errors import ReportError


class Watched(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


class Deaf(io.StringIO):
    """A stream that fails at every write."""

    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error = error

    def write(self, _: str) -> int:
        raise self.error


def stream(encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict")


def written(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    return stream.buffer.getvalue()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("gate: fine", "gate: fine\n"),
        ("::error::owned", ": :error::owned\n"),
        ("first\n  ::error::owned", "first\n  : :error::owned\n"),
        ("x ##[error]y", "x # #[error]y\n"),
        ("x ##vso[task.complete]", "x # #vso[task.complete]\n"),
        ("\x1b[31mred\x1b[0m", "red\n"),
        ("a\rb\x07\x08", "a\ufffdb\ufffd\ufffd\n"),
        ("\u202eevil", "\ufffdevil\n"),
        ("half \ud800", "half \ufffd\n"),
    ],
)
def test_what_is_said_is_no_command_to_a_terminal_or_a_ci_system(
    text: str, seen: str, capsys: pytest.CaptureFixture[str]
) -> None:
    say(text)

    assert capsys.readouterr() == ("", seen)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_log_that_cannot_hold_a_character_gets_another_one(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    out, err = stream(encoding), stream(encoding)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)

    show("a → b … c\n")
    say("d → e")

    expected = {"utf-8": "a → b … c\n"}.get(encoding, "a ? b ? c\n")
    assert written(out).decode(encoding) == expected
    assert written(err).startswith(b"d ")


def test_what_is_shown_is_not_changed_and_not_ended_with_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    show('{"a": "::"}')

    assert capsys.readouterr().out == '{"a": "::"}'


@pytest.mark.parametrize("stderr", [None, Deaf(BrokenPipeError()), Deaf(OSError(28, "full"))])
def test_a_stderr_that_takes_nothing_costs_the_talk_and_nothing_else(
    stderr: io.StringIO | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stderr", stderr)

    say("nobody hears this")
    talk("nor this")

    assert sys.stderr is stderr


@pytest.mark.parametrize(
    ("stdout", "said"),
    [
        (None, "there is no standard output, so the report could not be printed"),
        (Deaf(BrokenPipeError()), "nobody reads the output any more, so the report could not be printed"),
        (Deaf(OSError(28, "No space left on device")), "the report could not be printed: No space left on device"),
        (Deaf(OSError()), "the report could not be printed: OSError"),
    ],
)
def test_a_stdout_that_takes_nothing_is_a_report_that_could_not_be_written(
    stdout: io.StringIO | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", stdout)

    with pytest.raises(ReportError) as caught:
        show("report")

    assert caught.value.message == said
    assert caught.value.exit_code == 70


@pytest.mark.parametrize(
    ("stream", "term", "expected"),
    [
        (Watched(), "xterm", True),
        (Watched(), "", True),
        (Watched(), "dumb", False),
        (io.StringIO(), "xterm", False),
        (None, "xterm", False),
    ],
)
def test_a_terminal_is_one_that_moves_its_cursor(
    stream: io.StringIO | None, term: str, *, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)

    assert is_terminal(stream) is expected


@pytest.mark.parametrize(
    ("choice", "watched", "no_color", "expected"),
    [
        ("always", False, "1", True),
        ("never", True, "", False),
        ("auto", True, "", True),
        ("auto", True, "1", False),
        ("auto", False, "", False),
    ],
)
def test_colour_is_for_terminals_unless_somebody_says_otherwise(
    choice: str, no_color: str, *, watched: bool, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(isatty=lambda: watched))

    assert wants_colour(choice) is expected
