"""Removes the reports of an earlier run where this one dies before it can; imports nothing that may be missing."""

import os

_FLAGS = "qvh"
"""The short options without a value, which may stand before `-o` in one word."""

_OTHERS = frozenset({"doctor", "explain", "policy", "render", "schema", "verdict"})
"""The commands that are no check."""
_READ = ("--policy=", "--kev=", "--epss=", "--baseline=")
"""How options begin that name a file to be read, in one word with it."""
_VARIABLES = ("GATE_CHECK_POLICY", "GATE_CHECK_KEV", "GATE_CHECK_EPSS", "GATE_CHECK_BASELINE")


class Leavings:
    """The reports of an earlier run that a command line names, until this run has taken their places."""

    def __init__(self, arguments: list[str]) -> None:
        """Remember the command line."""
        self._arguments = arguments
        self._claimed = False

    def claimed(self) -> None:
        """Note that each place holds nothing of an earlier run any more."""
        self._claimed = True

    def clear(self) -> None:
        """Remove them, unless they are gone."""
        if not self._claimed:
            clear(self._arguments)


def clear(arguments: list[str]) -> None:
    """Remove each file that a `check` with these arguments would have written, if it can be; nothing is raised.

    What the arguments name to be read stays. The command line may be wrong, so it is read more loosely than by `check`.
    """
    command = next((word for word in arguments if not word.startswith("-")), "")
    if "check" not in arguments or command in _OTHERS:
        return
    paths, read = _sorted_out(arguments)
    paths = paths or [line.strip().partition("=")[2] for line in os.environ.get("GATE_CHECK_OUTPUT", "").splitlines()]
    lines = os.environ.get("GATE_CHECK_TARGETS", "").splitlines()
    read += [*(line.strip() for line in lines), *(os.environ.get(name, "") for name in _VARIABLES), "gate.yaml"]
    kept = {_real(path.removeprefix("file:")) for path in read}
    for place in {_real(path) for path in paths} - kept:
        try:
            if place and os.path.isfile(place):  # noqa: PTH113 - pathlib is one more import that could fail
                remove(place)
        except (OSError, ValueError):
            pass  # NOTE: the run has failed already, and its exit code says so


def remove(place: str) -> None:
    """Remove a file, or empty it where its folder may not be written and it may; OSError when neither can be done."""
    try:
        os.unlink(place)  # noqa: PTH108 - pathlib is one more import that could fail
    except PermissionError:
        os.truncate(place, 0)


def _sorted_out(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Return the paths that are to be written, and every other word, of which some are paths to be read."""
    written: list[str] = []
    read: list[str] = []
    words = iter(arguments)
    for word in words:
        short = word[1:].lstrip(_FLAGS) if word.startswith("-") and not word.startswith("--") else ""
        if word == "--output" or short == "o":
            written.append(next(words, "").partition("=")[2])
        elif word.startswith("--output="):
            written.append(word.removeprefix("--output=").partition("=")[2])
        elif short.startswith("o"):
            written.append(short[1:].partition("=")[2])
        elif word.startswith(_READ):
            read.append(word.partition("=")[2])
        else:
            read.append(short[1:] if short.startswith("p") else word)
    return [path for path in written if path], read


def _real(path: str) -> str:
    try:
        return os.path.realpath(path) if path else ""
    except (OSError, ValueError):
        return ""
