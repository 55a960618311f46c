"""Files beside the policy from any bytes: VEX, KEV and EPSS, and the text that names a target."""

import gzip
from collections.abc import Callable
from typing import TypeVar

from msgspec.structs import replace

from fuzz.checks import check_error, check_verdict, fixed_scan
from gate.errors import PolicyError, UsageError
from gate.facts.epss import EpssScores, read_epss
from gate.facts.kev import KevCatalogue, read_kev
from gate.facts.known import Facts
from gate.policy.clauses import Max, VexChoice
from gate.policy.evaluate import Beside, evaluate
from gate.policy.loader import loads
from gate.policy.verdict import Disposition
from gate.policy.vex import RELAXING
from gate.policy.vex_document import read_vex
from gate.target import EcrTarget, parse_target
from tests.builders import NOW

_HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
F = TypeVar("F", KevCatalogue, EpssScores)
_POLICY = loads(
    b"version: 1\nmax: {critical: 0, unknown: unlimited}\nfacts: {kev_max_age: 36500d, epss_max_age: 36500d}\n"
    b"rules:\n- {name: kev, when: {kev: true}}\n- {name: due, when: {kev_due: 7d}}\n"
    b"- {name: epss, when: {epss: 0.1+}}\n",
    file="gate.yaml",
).used


def fuzz_vex(data: bytes) -> None:
    """Read an OpenVEX file and judge by what it says."""
    try:
        document = read_vex(data, "fuzz.vex.json")
    except PolicyError as err:
        check_error(err)
        return
    rules = replace(_POLICY.resolved, max=Max(critical=0), rules=(), vex=VexChoice(files=("fuzz.vex.json",)))
    policy = replace(_POLICY, resolved=rules)
    verdict = check_verdict(evaluate(policy, (fixed_scan(),), NOW, Beside(vex=document.statements)))
    settled = [finding for finding in verdict.images[0].findings if finding.disposition is Disposition.VEX]
    relaxing = {name.casefold() for one in document.statements if one.status in RELAXING for name in one.ids}
    for finding in settled:
        names = {name.casefold() for name in (finding.id, *finding.aliases)}
        assert names & relaxing, f"{finding.id} is settled, and no statement says so"


def fuzz_kev(data: bytes) -> None:
    """Read CISA's catalogue and judge by what it says."""
    catalogue = _packed_or_not(read_kev, data)
    if catalogue is not None:
        _judge(Facts(kev=catalogue))


def fuzz_epss(data: bytes) -> None:
    """Read FIRST's scores and judge by what they say."""
    scores = _packed_or_not(read_epss, data)
    if scores is not None:
        assert all(0 <= score <= 1 for score in scores.scores.values()), "no probability"
        _judge(Facts(epss=scores))


def fuzz_target(data: bytes) -> None:
    """Tell what a text names; an image is named by a tag, a digest or both, and never by what nobody wrote."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        target = parse_target(text)
    except UsageError as err:
        check_error(err)
        return
    assert target.text == text, "the text is another"
    if isinstance(target, EcrTarget):
        assert target.tag or target.digest, "neither tag nor digest"
        name = target.repository + (f":{target.tag}" if target.tag else "")
        name += f"@{target.digest}" if target.digest else ""
        assert text.endswith(name), f"{name} is not what was written"
        whole = f"{_HOST}/{name}"
        again = replace(target, text=whole, registry="123456789012", region="eu-west-1")
        assert parse_target(whole) == again, "in another registry, it is another image"


def _packed_or_not(read: Callable[[bytes, str], F], data: bytes) -> F | None:
    """Read bytes as they are and packed, which must come to the same."""
    plain, packed = _read(read, data), _read(read, gzip.compress(data, mtime=0))
    if not data.startswith(b"\x1f\x8b"):
        assert (plain is None) == (packed is None), "packed, it is read otherwise"
        assert plain is None or packed is None or replace(packed, sha256=plain.sha256) == plain, "packed, it is another"
    return plain


def _read(read: Callable[[bytes, str], F], data: bytes) -> F | None:
    try:
        return read(data, "fuzz.data")
    except UsageError as err:
        check_error(err)
        return None


def _judge(facts: Facts) -> None:
    found = tuple(map(facts.known, fixed_scan().findings))
    check_verdict(evaluate(_POLICY, (replace(fixed_scan(), findings=found),), NOW, Beside(facts=facts)))
