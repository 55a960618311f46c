"""Each state of a scan says why it is no evidence, in AWS's own words too, and what to do."""

import pytest

from gate.errors import EvidenceError
from gate.model import Kind, ScanState
from gate.sources.states import explain, missing_hint, unknown_word

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


def test_a_word_that_nobody_knows_is_told_whole() -> None:
    error = unknown_word("scan status", "WOBBLY\n" + "x" * 60)

    assert isinstance(error, EvidenceError)
    assert error.message == f"AWS answered a scan status that this version does not know: 'WOBBLY {'x' * 52}…'"
    assert error.hint == "Upgrade scan-gate; if this is the newest version, report it."


def test_awss_words_are_cut_where_they_are_longer_than_a_line() -> None:
    assert explain(ScanState.FAILED, "y" * 300, None)[0] == f"AWS could not scan the image ({'y' * 300})"
    assert explain(ScanState.FAILED, "y" * 301, None)[0] == f"AWS could not scan the image ({'y' * 299}…)"


BY_HAND = "This repository is not scanned by itself: {} in the registry's scanning configuration."
OF_AN_INDEX = (
    "Is only the index tagged? Inspector may not find an image without a tag: tag this platform's image too, "
    "and push it again. Is scanning switched on for this repository?"
)
OTHERWISE = (
    "Is scanning switched on for this repository? Was only an index tagged (its platforms are scanned, not it)? Does "
    "the registry belong to another account with enhanced scanning (name a role in that account with --role-arn)?"
)


@pytest.mark.parametrize(
    ("frequency", "kind", "in_index", "hint"),
    [
        ("MANUAL", Kind.BASIC, False, BY_HAND.format("start a scan (--start-scan), or switch on scan on push")),
        ("MANUAL", Kind.ENHANCED, True, BY_HAND.format("add it to the scanning filters")),
        ("SCAN_ON_PUSH", Kind.ENHANCED, True, OF_AN_INDEX),
        (None, Kind.UNKNOWN, False, OTHERWISE),
    ],
)
def test_what_to_do_about_a_missing_scan_is_told_whole(
    frequency: str | None, kind: Kind, hint: str, *, in_index: bool
) -> None:
    assert missing_hint(frequency, kind, in_index=in_index) == hint
