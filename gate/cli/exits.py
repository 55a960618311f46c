"""The one boundary: whatever happens below ends here, as an exit code of the table and one line on stderr."""

import os
import signal
import sys
from types import FrameType

import click

from gate.cli.clearing import Leavings
from gate.cli.terminal import say
from gate.errors import Exit, GateError
from gate.plain import one_line

_STDOUT_IS_FULL = "stdout took no more, so the report could not be written"


class Terminated(BaseException):
    """SIGTERM arrived; a BaseException, so that nothing on the way takes it for a fault."""


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code; nothing is raised."""
    signal.signal(signal.SIGTERM, _terminate)
    code = _guarded(arguments)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    return _flushed(code)


def _guarded(arguments: list[str]) -> int:
    try:
        return _cleared(arguments)
    except Terminated:
        return _said("terminated: there is no verdict", Exit.TERMINATED)
    except KeyboardInterrupt:
        return _said("interrupted: there is no verdict", Exit.INTERRUPTED)
    except BrokenPipeError:
        return _said("nobody reads the output any more, so the report could not be written", Exit.FAULT)
    except BaseException as err:  # noqa: BLE001 - the boundary: exit code 1 is the policy's alone
        return _said(_STDOUT_IS_FULL, Exit.FAULT) if _is_from_printing(err) else _fault(err)


def _cleared(arguments: list[str]) -> int:
    """Call the command; where it dies before it has cleared what an earlier run left, clear that here."""
    left = Leavings(arguments)
    try:
        return _called(arguments, left)
    except BaseException:
        left.clear()
        raise


def _called(arguments: list[str], left: Leavings) -> int:
    from gate.cli.root import root

    try:
        # NOTE: not click's `main`, which leaves by itself: with 1 on a broken pipe, with 0 for a shell's completion.
        with root.make_context("gate", list(arguments), obj=left) as context:
            outcome = root.invoke(context)
    except GateError as err:
        return _said(_sentence(err), err.exit_code)
    except click.exceptions.NoArgsIsHelpError as err:
        return _said(err.format_message(), Exit.USAGE)
    except click.UsageError as err:
        left.clear()
        command = err.ctx.command_path if err.ctx else "gate"
        return _said(f"{one_line(err.format_message(), 1_000)} (see {command} --help)", Exit.USAGE)
    except click.exceptions.Exit as err:
        return err.exit_code
    return outcome if isinstance(outcome, int) else int(Exit.PASS)


def _sentence(err: GateError) -> str:
    lines = [one_line(line, 2_000) for line in err.message.splitlines()] or [err.exit_code.name]
    if err.hint:
        lines[-1] += f" — {one_line(err.hint, 1_000)}" if len(lines) == 1 else ""
        lines += [one_line(err.hint, 1_000)] if len(lines) > 1 else []
    return "\n".join(lines)


def _fault(err: BaseException) -> int:
    code = _said(
        f"a fault of the gate itself: {type(err).__name__}: {one_line(str(err), 300)} "
        "(there is no verdict; GATE_TRACEBACK=1 shows where; please report it)",
        Exit.FAULT,
    )
    if os.environ.get("GATE_TRACEBACK"):
        import traceback

        say("".join(traceback.format_exception(err)))
    return code


def _is_from_printing(err: BaseException) -> bool:
    """Tell whether stdout refused what click prints by itself: --help and --version."""
    place = err.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return isinstance(err, OSError) and place is not None and place.tb_frame.f_globals.get("__name__") == "click.utils"


def _said(text: str, code: Exit) -> int:
    say(f"gate: {text}")
    return int(code)


def _flushed(code: int) -> int:
    """Flush both streams; a report that could not be written is no pass, and a known violation stays one."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            # NOTE: Python flushes again while it exits, and would turn a second failure into exit code 120.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            if stream is sys.stdout and code in {Exit.PASS, Exit.WARNED}:
                code = _said(_STDOUT_IS_FULL, Exit.FAULT)
    return code


def _terminate(_number: int, _frame: FrameType | None) -> None:
    # NOTE: a second one would break up what the first has led to, and look like a fault of the gate.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Terminated
