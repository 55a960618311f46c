"""Does what a proposed change says, read from its words alone: to the policy as a document, or to what was listed."""

import re
from typing import Any

import msgspec
from msgspec.structs import replace

from gate.model import Finding, Fix, Scan
from gate.policy.document import Policy
from gate.policy.scalars import decode_scalar, encode_scalar
from gate.policy.verdict import Verdict

IN = r"(?: in override (?P<override>\d+) \(for [^)]*\))?"
LIMIT = re.compile(rf"raise max\.(?P<severity>[a-z]+)(?:\.(?P<part>[a-z]+))? to (?P<count>\d+){IN}")
RULE = re.compile(rf"raise max of rule (?P<rule>[a-z0-9-]+) to (?P<count>\d+){IN}")
FLOOR = re.compile(rf"(?:raise cvss_floor to (?P<floor>[0-9.]+)|remove cvss_floor){IN}")
IGNORE = re.compile(r"ignore (?P<what>.+?) until (?P<until>[0-9-]{10})(?: \(which takes [a-z, ]+\))?")
UPGRADE = re.compile(r"upgrade (?P<what>.+) \(clears (?P<count>\d+) findings?\)")


def raised(policy: Policy, text: str) -> Policy:
    """Return the policy with every limit that a text names at the number that it names."""
    document = msgspec.to_builtins(policy, enc_hook=encode_scalar)
    for part in text.split(" and "):
        match = LIMIT.fullmatch(part) or RULE.fullmatch(part) or FLOOR.fullmatch(part)
        assert match, part
        place = document["overrides"][int(match["override"]) - 1] if match["override"] else document
        _raise(place, match.groupdict())
    return msgspec.convert(document, Policy, dec_hook=decode_scalar)


def _raise(place: dict[str, Any], named: dict[str, str | None]) -> None:
    if "severity" in named:
        limits, key = (
            (place["max"][named["severity"]], named["part"]) if named["part"] else (place["max"], named["severity"])
        )
        limits[key] = int(named["count"] or 0)
    elif "rule" in named:
        for rule in place["rules"]:
            rule["max"] = int(named["count"] or 0) if rule["name"] == named["rule"] else rule["max"]
    else:
        place["cvss_floor"] = float(named["floor"]) if named["floor"] else None


def accepted(policy: Policy, text: str, verdict: Verdict) -> Policy:
    """Return the policy with an entry for what a text names: one id, or all vulnerabilities that violate."""
    match = IGNORE.fullmatch(text)
    assert match, text
    ids = [match["what"]]
    if match["what"].startswith("all "):
        ids = sorted({finding.id for finding in violating(verdict)})
        assert match["what"] == f"all {len(ids)} vulnerabilities that violate"
    document = msgspec.to_builtins(policy, enc_hook=encode_scalar)
    document["ignore"] = [*document["ignore"], {"id": ids, "reason": "tried", "until": match["until"]}]
    return msgspec.convert(document, Policy, dec_hook=decode_scalar)


def upgraded(seen: Scan, text: str, verdict: Verdict) -> Scan:
    """Return the scan without what is gone once the packages that a text names are upgraded."""
    if text.startswith("make all upgrades: "):
        gone = {one.key for one in violating(verdict) if _is_fixed(one)}
    else:
        match = UPGRADE.fullmatch(text)
        assert match, text
        names = {words.partition(" to ")[0] for words in match["what"].split(" and ")}
        gone = {one.key for one in seen.findings if _is_fixed(one) and {held.name for held in one.packages} <= names}
        assert len(gone) == int(match["count"])
    assert gone
    return replace(seen, findings=tuple(one for one in seen.findings if one.key not in gone))


def violating(verdict: Verdict) -> list[Any]:
    """Return the findings in rules that are violated."""
    return [
        image.findings[index]
        for image in verdict.images
        for rule in image.rules
        if rule.outcome.value in {"fail", "warn"}
        for index in rule.findings
    ]


def _is_fixed(one: Finding) -> bool:
    return one.fix is Fix.FULL and bool(one.packages) and all(held.fixed_in for held in one.packages)
