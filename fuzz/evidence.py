"""Saved evidence from any bytes: only an EvidenceError may come out, and nothing passes that AWS did not call ready."""

import hashlib
import json
from datetime import timedelta
from typing import Any

from fuzz.checks import check_error, check_judged
from gate.errors import EvidenceError
from gate.model import Scan, ScanState
from gate.packed import unpacked
from gate.policy.verdict import Outcome
from gate.sources.bundle import is_bundle, unpack
from gate.sources.saved import Capture, read_saved
from gate.target import SavedTarget
from tests.builders import NOW

_TARGET = SavedTarget(text="fuzz.json", path="fuzz.json")
_CAPTURES = (Capture(at=NOW, stated=True), Capture(at=NOW - timedelta(minutes=1), stated=False))
_READY = {"COMPLETE", "ACTIVE"}
_GOOD = {Outcome.PASS, Outcome.WARN}
_MOST = 1 << 24


def fuzz_saved_evidence(data: bytes) -> None:
    """Read saved answers, fetched just now or nobody knows when, and judge what they hold."""
    for capture in _CAPTURES:
        try:
            scan = read_saved(_TARGET, data, capture, 300.0)
        except EvidenceError as err:
            check_error(err)
            continue
        outcome = _judged(scan)
        answers = unpacked(data, _MOST)
        if outcome in _GOOD and not is_bundle(answers):
            _check_earned(answers, capture)


def fuzz_bundle(data: bytes) -> None:
    """Unpack a bundle as it is, and one that holds these bytes under a seal that is right."""
    for bundle in (data, sealed(data.strip())):
        try:
            scan = unpack(bundle)
        except EvidenceError as err:
            check_error(err)
            continue
        assert scan.replayed, "a bundle that is not replayed"
        _judged(scan)


def sealed(content: bytes) -> bytes:
    """Return a bundle that holds this content, whatever it is."""
    seal = hashlib.sha256(content).hexdigest().encode()
    return b'{"format":"scan-gate evidence","version":1,"sha256":"' + seal + b'","content":' + content + b"}"


def _judged(scan: Scan) -> Outcome:
    verdict = check_judged((scan,))
    assert verdict.verdict not in _GOOD or scan.state is ScanState.COMPLETE, f"{scan.state} is taken for evidence"
    return verdict.verdict


def _check_earned(answers: bytes, capture: Capture) -> None:
    """Make sure by another reader of JSON that what passed is called ready, and lists nothing critical that is open."""
    try:
        body: Any = json.loads(answers, strict=False, parse_int=float)
    except RecursionError:  # NOTE: in a member that nobody looks at
        return
    pages = body if isinstance(body, list) else [body]
    if not {"imageScanStatus", "imageScanFindings"} & set().union(*pages):
        assert capture.stated, "a listing without a status passed, and nobody says when it was fetched"
        assert any(page.get("findings") for page in pages), "a listing of nothing passed"
        return
    words = [(page.get("imageScanStatus") or {}).get("status") for page in pages if page.get("imageScanStatus")]
    assert words, "what has no status passed"
    assert set(words) <= _READY, f"{words} passed"
    bodies = [page.get("imageScanFindings") or {} for page in pages]
    listed = [row for one in bodies for name in ("findings", "enhancedFindings") for row in one.get(name) or ()]
    severe = [row for row in listed if row.get("severity") == "CRITICAL"]
    assert all(row.get("status") in {"SUPPRESSED", "CLOSED"} for row in severe), "a critical finding passed"
