"""What is seen of waiting: a live line on a terminal, few lines in a log, nothing when quiet."""

import io
import sys

import pytest

from gate.cli.progress import Progress


class Watched(io.StringIO):
    """A stderr that is a terminal."""

    def isatty(self) -> bool:
        return True


def told(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch, *calls: tuple[str, float], quiet: bool = False) -> str:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", stream)
    progress = Progress(quiet=quiet)
    for waited_for, seconds in calls:
        progress(waited_for, seconds)
    progress.close()
    progress.close()
    return stream.getvalue()


def test_a_log_gets_a_line_when_the_status_changes_and_at_most_one_a_minute_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = [("the scan (PENDING)", float(seconds)) for seconds in range(0, 130, 10)]
    calls += [("the scan (IN_PROGRESS)", 131.0), ("the scan (IN_PROGRESS)", 190.0), ("the scan (IN_PROGRESS)", 191.0)]

    assert told(io.StringIO(), monkeypatch, *calls).splitlines() == [
        "gate: waiting for the scan (PENDING), 0:00 so far",
        "gate: waiting for the scan (PENDING), 1:00 so far",
        "gate: waiting for the scan (PENDING), 2:00 so far",
        "gate: waiting for the scan (IN_PROGRESS), 2:11 so far",
        "gate: waiting for the scan (IN_PROGRESS), 3:11 so far",
    ]


def test_a_terminal_gets_one_line_that_changes_and_goes_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = told(Watched(), monkeypatch, ("the scan (PENDING)", 0.0), ("the findings to settle", 65.4))

    assert seen == (
        "\r\x1b[Kwaiting for the scan (PENDING), 0:00 so far"
        "\r\x1b[Kwaiting for the findings to settle, 1:05 so far"
        "\r\x1b[K"
    )


@pytest.mark.parametrize("stream", [io.StringIO(), Watched()])
def test_nothing_is_seen_when_quiet(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(stream, monkeypatch, ("the scan", 0.0), ("the scan", 90.0), quiet=True) == ""


@pytest.mark.parametrize("stream", [io.StringIO(), Watched()])
def test_a_status_that_is_hostile_stays_harmless(stream: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = told(stream, monkeypatch, ("\x1b]0;owned\x07\n::error::x\r##[error]" + "y" * 1_000_000, 0.0))

    text = seen.replace("\r\x1b[K", "")
    assert len(text) < 150
    assert not {"\x1b", "\x07", "\r"} & set(text)
    assert "##[" not in text
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]


def test_without_a_stderr_nothing_is_told_and_nothing_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)

    progress = Progress(quiet=False)
    progress("the scan", 0.0)
    progress.close()

    assert sys.stderr is None
