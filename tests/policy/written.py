"""Policies as a file writes them, and what stands beside them: a baseline's sights, a statement of VEX."""

from typing import Any

import pytest
from msgspec.structs import replace

from gate.errors import PolicyError
from gate.model import Fix, Severity
from gate.policy.baseline import Compared
from gate.policy.clauses import VexChoice
from gate.policy.document import Policy
from gate.policy.loader import loads
from gate.policy.verdict import BaselineUsed, Sight
from gate.policy.vex_document import VexProduct, VexStatement
from tests.builders import NOW


def policy_of(text: str) -> Policy:
    """Return the policy of version 1 that a file with these lines is."""
    return loads(f"version: 1\n{text}\n".encode(), file="gate.yaml").policy


def faults_of(text: str) -> tuple[str, ...]:
    """Return what is wrong with a policy of version 1, without the file's name; nothing if it is good."""
    try:
        policy_of(text)
    except PolicyError as err:
        return tuple(fault.removeprefix("gate.yaml:") for fault in err.faults)
    return ()


def refused(text: str) -> str:
    """Return the one thing that is wrong with a policy of version 1."""
    found = faults_of(text)
    if len(found) != 1:
        pytest.fail(f"one fault was expected, and these are there: {found}")
    return found[0]


def naming_vex(rules: Policy) -> Policy:
    """Return a policy that names a file of VEX, too, which nobody reads."""
    return replace(rules, vex=VexChoice(files=("app.vex.json",), reason="r"))


def sight(severity: Severity = Severity.HIGH, **fields: Any) -> Sight:
    """Return how a baseline has a finding: with an unknown fix, as builders make findings, unless told otherwise."""
    return Sight(severity=severity, **{"fix": Fix.UNKNOWN, **fields})


def compared(sights: dict[str, Sight] | None = None, missing: str = "") -> Compared:
    """Return a baseline that has these findings, by their keys."""
    return Compared(used=BaselineUsed(target="team/app:prod", missing=missing), sights=sights or {})


def statement(**fields: Any) -> VexStatement:
    """Return a statement that openssl is not affected by CVE-2026-1000."""
    filled = {
        "file": "app.vex.json",
        "author": "security@example.com",
        "timestamp": NOW,
        "status": "not_affected",
        "ids": ("CVE-2026-1000",),
        "products": (VexProduct(purls=("pkg:deb/debian/openssl@1.0-1",)),),
        "justification": "vulnerable_code_not_present",
        **fields,
    }
    return VexStatement(**filled)
