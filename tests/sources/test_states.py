"""Each state of a scan says why it is no evidence, in AWS's own words too, and what to do."""

import pytest

from gate.model import Kind, ScanState
from gate.sources.states import explain, missing_hint

HOSTILE = "\x1b[31m::error::x\n##[error]y\ud800" + "z" * 1_000_000


@pytest.mark.parametrize(
    ("state", "why", "what"),
    [
        (ScanState.PENDING, "is not ready", "--wait"),
        (ScanState.FAILED, "could not scan the image", "Push the image again"),
        (ScanState.UNSUPPORTED, "cannot scan this image", "scan.unsupported"),
        (ScanState.EXPIRED, "no longer scans this image", "a new push starts a new scan"),
        (ScanState.MISSING, "has no scan of this image", ""),
    ],
)
def test_a_state_has_a_reason_and_a_hint(state: ScanState, why: str, what: str) -> None:
    reason, hint = explain(state, None, None)
    assert why in reason
    assert what in hint
    assert "(" not in reason


def test_a_state_without_words_of_its_own_is_named() -> None:
    assert explain(ScanState.INCOMPLETE, None, None) == ("the scan is incomplete", "")


def test_awss_own_status_and_description_are_told() -> None:
    reason, _ = explain(ScanState.FAILED, "FAILED", "The scanner timed out.")
    assert reason == "AWS could not scan the image (FAILED: The scanner timed out.)"


def test_what_aws_says_stays_one_harmless_line() -> None:
    reason, _ = explain(ScanState.FAILED, "FAILED", HOSTILE)
    assert reason.isprintable()
    assert "##[" not in reason
    assert len(reason) < 500


@pytest.mark.parametrize(
    ("frequency", "kind", "hint"),
    [
        ("MANUAL", Kind.BASIC, "start a scan (--start-scan), or switch on"),
        ("MANUAL", Kind.ENHANCED, "add it to the scanning filters"),
        (None, Kind.UNKNOWN, "Was only an index tagged"),
        (None, Kind.UNKNOWN, "another account with enhanced scanning"),
        (None, Kind.UNKNOWN, "Is scanning switched on"),
    ],
)
def test_a_missing_scan_hints_at_what_the_configuration_tells(frequency: str | None, kind: Kind, hint: str) -> None:
    assert hint in missing_hint(frequency, kind)
