"""What can go wrong and who must act: the exit codes, and one error class for each that is not a verdict."""

from enum import IntEnum
from typing import ClassVar


class Exit(IntEnum):
    """The exit codes of every command; each names one person who must act. README's table is held against this."""

    PASS = 0
    VIOLATED = 1
    USAGE = 2
    NO_VERDICT = 3
    NOT_YET = 4
    REFUSED = 5
    WARNED = 10
    FAULT = 70
    INTERRUPTED = 130
    TERMINATED = 143


class GateError(Exception):
    """The root of what this program raises on purpose: one line that says what was seen, and a hint what to do."""

    exit_code: ClassVar[Exit] = Exit.FAULT

    def __init__(self, message: str, *, hint: str = "") -> None:
        """Keep the one-line message and the optional hint."""
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(GateError):
    """The command line, or a file that it names, is wrong; the pipeline's author must act."""

    exit_code = Exit.USAGE


class PolicyError(UsageError):
    """The policy file is wrong; carries every fault found in it, each with its place."""

    def __init__(self, faults: tuple[str, ...], *, hint: str = "") -> None:
        """Keep all faults; the message is one fault a line."""
        super().__init__("\n".join(faults), hint=hint)
        self.faults = faults


class EvidenceError(GateError):
    """The evidence is not acceptable, and asking again will not change it; the platform team must act."""

    exit_code = Exit.NO_VERDICT


class NotYetError(GateError):
    """There is no verdict yet (throttled, network, still scanning); a retry may help."""

    exit_code = Exit.NOT_YET


class AccessError(GateError):
    """AWS refused (credentials, permission, no such thing); the account's owner must act."""

    exit_code = Exit.REFUSED


class ReportError(GateError):
    """A report could not be written, or would not be one that its readers accept."""

    exit_code = Exit.FAULT
