"""Which policy a run is judged by: the one that is named, else the one in the working directory, else the built-in."""

import os
from pathlib import Path

from gate.cli.command import DEFAULT_FILE
from gate.cli.terminal import say
from gate.errors import GateError, UsageError
from gate.policy.loader import Loaded, built_in, from_maxima, load


def chosen(policy: str | None, maxima: tuple[str, ...]) -> Loaded:
    """Return the policy, and say on stderr which one it is when nobody named it."""
    if policy is not None and maxima:
        raise UsageError("--max and --policy exclude each other", hint="Put the limits into the policy file.")
    if maxima:
        return from_maxima(maxima)
    if policy is not None:
        return load(Path(policy), Path.cwd())
    # NOTE: not `exists`: a link that leads nowhere is a fault, and no reason to judge by another policy.
    if os.path.lexists(DEFAULT_FILE):
        say(f"gate: the policy is {DEFAULT_FILE} in the working directory")
        return load(Path(DEFAULT_FILE), Path.cwd())
    if os.environ.get("CI", "").lower() in {"true", "1"}:
        raise UsageError(
            f"no policy is named, and there is no {DEFAULT_FILE}; in CI the built-in policy is not taken by itself",
            hint="Name one with --policy, or limits with --max.",
        )
    say("gate: the policy is the built-in default (name another with --policy)")
    return built_in()


def chosen_or_fault(policy: str | None, maxima: tuple[str, ...]) -> Loaded | GateError:
    """Return the policy, or the error that says what is wrong with it, for a command that has something to do first."""
    try:
        return chosen(policy, maxima)
    except GateError as err:
        return err
