"""A policy together with where it came from, and the one that `--max` makes without a file."""

import re
from difflib import get_close_matches
from hashlib import sha256
from pathlib import PurePath

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from gate.errors import UsageError
from gate.model import WORST_FIRST
from gate.policy.clauses import Max
from gate.policy.document import Policy
from gate.policy.nodes import Mapping, depth, locate, quoted
from gate.policy.patterns import matcher
from gate.policy.scalars import encode_scalar
from gate.policy.verdict import PolicyUsed, VexFile
from gate.policy.vex_document import VexDocument, VexStatement

_NUMBER = re.compile(r"0|[1-9][0-9]{0,5}|1000000")
_JOINED = ("ignore", "overrides")
Step = str | int
_SEVERITIES = tuple(severity.value for severity in WORST_FIRST)


class Layer(Struct, frozen=True, kw_only=True):
    """One file of a policy: how messages call it, what stands where in it, and what it says by itself."""

    file: str
    tree: Mapping
    policy: Policy


class Loaded(Struct, frozen=True, kw_only=True):
    """A policy that is without fault, with its name and what it was read from."""

    policy: Policy
    """What all files together say."""
    name: str
    files: tuple[str, ...]
    """The files it was read from, its own first; empty for --max, `(built in)` for the shipped default."""
    sha256: str
    """Of the file; of several, of their hashes, one a line."""
    layers: tuple[Layer, ...] = ()
    """Its files, its own last; none for --max."""
    vex: tuple[VexDocument, ...] = ()

    @property
    def used(self) -> PolicyUsed:
        """The policy as the verdict document names it."""
        return PolicyUsed(
            name=self.name,
            files=self.files,
            sha256=self.sha256,
            resolved=replace(self.policy, extends=None, lock=(), tests=()),
            vex=tuple(
                VexFile(file=one.file, sha256=one.sha256, author=one.author, statements=len(one.statements))
                for one in self.vex
            ),
        )

    @property
    def statements(self) -> tuple[VexStatement, ...]:
        """The statements of all OpenVEX files whose authors count."""
        authors = matcher(self.policy.vex.authors) if self.policy.vex and self.policy.vex.authors else None
        return tuple(
            statement
            for document in self.vex
            if authors is None or authors(document.author)
            for statement in document.statements
        )

    def place(self, *path: Step) -> str:
        """Return where a part of the policy stands, as `file:line`; without a file, the policy's name."""
        if not self.layers:
            return self.name
        layer, below = self._layer(path)
        return f"{layer.file}:{locate(layer.tree, *below).line}"

    def folder_of(self, *path: Step) -> str:
        """Return the folder of the file that a part of the policy stands in, for the paths that it names.

        Where several files say the same, it is the one that is extended: a child may not make another file of its path.
        """
        if not self.layers:
            return "."
        return str(PurePath(max(self.layers, key=lambda layer: depth(layer.tree, *path)).file).parent)

    def _layer(self, path: tuple[Step, ...]) -> tuple[Layer, tuple[Step, ...]]:
        """Return the file that a part comes from, and its path in that file: lists of several files are joined."""
        if len(path) > 1 and path[0] in _JOINED and isinstance(path[1], int):
            index = path[1]
            for layer in self.layers:
                size = len(getattr(layer.policy, path[0]))
                if index < size:
                    return layer, (path[0], index, *path[2:])
                index -= size
        if len(path) > 1 and path[0] == "rules" and isinstance(path[1], int):
            name = self.policy.rules[path[1]].name
            written = (
                (layer, ("rules", index, *path[2:]))
                for layer in reversed(self.layers)
                for index, rule in enumerate(layer.policy.rules)
                if rule.name == name
            )
            return next(written)
        return max(reversed(self.layers), key=lambda layer: depth(layer.tree, *path)), path


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
