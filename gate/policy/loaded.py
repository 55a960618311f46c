"""A policy together with where it came from, and the one that `--max` makes without a file."""

import re
from difflib import get_close_matches
from hashlib import sha256
from pathlib import PurePath

import msgspec
from msgspec import Struct

from gate.errors import UsageError
from gate.model import WORST_FIRST
from gate.policy.document import Max, Policy
from gate.policy.nodes import Mapping, locate, quoted
from gate.policy.scalars import encode_scalar
from gate.policy.verdict import PolicyUsed

_NUMBER = re.compile(r"0|[1-9][0-9]{0,5}|1000000")
_SEVERITIES = tuple(severity.value for severity in WORST_FIRST)


class Loaded(Struct, frozen=True, kw_only=True):
    """A policy that is without fault, with its name and what it was read from."""

    policy: Policy
    name: str
    files: tuple[str, ...]
    """The files it was read from, harmless to print; empty for --max, `(built in)` for the shipped default."""
    sha256: str
    tree: Mapping | None = None
    """The file as nodes, for places; None for --max."""

    @property
    def used(self) -> PolicyUsed:
        """The policy as the verdict document names it."""
        return PolicyUsed(name=self.name, files=self.files, sha256=self.sha256, resolved=self.policy)

    def place(self, *path: str | int) -> str:
        """Return where a part of the policy stands, as `file:line`; without a file, the policy's name."""
        if self.tree is None:
            return self.name
        return f"{self.files[0]}:{locate(self.tree, *path).line}"


def name_of(policy: Policy, file: str) -> str:
    """Return how a policy is called: the name that it gives itself, or its file's name without the ending."""
    return policy.name or PurePath(file).stem or "policy"


def canonical(policy: Policy) -> bytes:
    """Return the resolved policy as JSON that is the same for equal policies."""
    return msgspec.json.encode(policy, enc_hook=encode_scalar, order="deterministic")


def from_maxima(pairs: tuple[str, ...]) -> Loaded:
    """Make the policy that `--max SEVERITY=N` options stand for; UsageError names the option that is wrong."""
    limits: dict[str, int | str] = {}
    for pair in pairs:
        severity, limit = _pair(pair)
        if severity in limits:
            raise UsageError(f"--max {severity}: given twice", hint="Give each severity once.")
        limits[severity] = limit
    if all(limit == "unlimited" for limit in limits.values()):
        raise UsageError(
            "--max: limits nothing; expected at least one number, such as --max critical=0",
            hint="For a report that never fails use a policy with `mode: warn`.",
        )
    policy = Policy(version=1, max=msgspec.convert(limits, Max))
    return Loaded(policy=policy, name="--max", files=(), sha256=sha256(canonical(policy)).hexdigest())


def _pair(pair: str) -> tuple[str, int | str]:
    severity, equals, number = pair.partition("=")
    if not equals:
        raise UsageError(f"--max {quoted(pair)}: expected SEVERITY=N, such as critical=0")
    if severity not in _SEVERITIES:
        near = get_close_matches(severity[:60].casefold(), _SEVERITIES, n=1)
        known = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(_SEVERITIES)}"
        raise UsageError(f"--max {quoted(pair)}: unknown severity {quoted(severity)}; {known}")
    if number == "unlimited":
        return severity, number
    if not _NUMBER.fullmatch(number):
        raise UsageError(
            f"--max {severity}: got {quoted(number)}; expected a whole number from 0 to 1000000, or `unlimited`",
            hint="To limit several severities, repeat --max.",
        )
    return severity, int(number)
