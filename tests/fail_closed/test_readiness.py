"""What was not ready, not there yet, or no longer there, and other gates took for clean."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.model import StringShape
from msgspec.structs import replace

from gate.model import Kind, ScanState, Severity
from gate.policy.verdict import Outcome
from tests.aws_double.answers import ScanAnswer, bare, basic, empty, enhanced, in_progress, pending, status
from tests.aws_double.faults import access_denied, altered
from tests.aws_double.findings import JsonObject, basic_finding, enhanced_finding, enhanced_findings
from tests.aws_double.server import AwsDouble
from tests.aws_double.shapes import Unknown, operation
from tests.fail_closed.harness import CRITICAL_ONLY, SCAN, WEEK_AGO, Gate

BAD = enhanced_finding(severity="CRITICAL")


def status_words() -> list[str]:
    """Return every scan status that botocore's model of ECR knows."""
    model = operation(SCAN)
    assert model is not None
    shape = model.service_model.shape_for("ScanStatus")
    assert isinstance(shape, StringShape)
    return list(shape.enum)


def test_complete_came_minutes_before_the_findings(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws/aws-sdk/issues/289: COMPLETE, `findings: []`, no counts, and then the findings came."""
    double.image("team/app", tag="v1", steps=[(-5, empty(completed=0)), (40, enhanced([BAD], status="COMPLETE"))])
    double.registry_scanning("ENHANCED")
    ran = gate.check()
    assert (ran.code, ran.found(Severity.CRITICAL)) == (1, 1)


def test_complete_and_the_findings_never_came(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws/aws-sdk/issues/289: an empty answer that never says when it finished is never a pass."""
    double.image("team/app", tag="v1", steps=[(-5, empty())])
    double.registry_scanning(None)
    ran = gate.check()
    assert (ran.code, ran.document.verdict) == (4, Outcome.NO_VERDICT)
    assert "not settled" in ran.reason


def test_an_active_scan_is_ready_though_the_sdk_waits_for_complete(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws/aws-sdk/issues/288: the SDK's waiter knows COMPLETE only, and timed out on ACTIVE."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced([BAD], status="ACTIVE"))])
    ran = gate.check()
    assert (ran.code, ran.found(Severity.CRITICAL), gate.clock.sleeps) == (1, 1, ())


@pytest.mark.parametrize("word", ["COMPLETE", "ACTIVE"])
def test_the_status_told_the_wrong_kind_of_scan(word: str, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/theam/facility/pull/127: COMPLETE with enhanced findings was judged by the rules for basic."""
    unfixable = enhanced_finding(severity="CRITICAL", fix="NO")
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced([unfixable], status=word))])
    ran = gate.check(policy="version: 1\nmax: {critical: {fixable: 0}}\nscan: {kind: enhanced}\n")
    assert (ran.code, ran.image.kind) == (0, Kind.ENHANCED)
    assert gate.check().code == 1


@pytest.mark.parametrize("answer", [basic([basic_finding(severity="CRITICAL")]), enhanced([BAD])])
def test_findings_of_the_other_shape_were_not_seen(answer: ScanAnswer, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/alexjurkiewicz/ecr-scan-image/issues/45: enhanced findings have another shape."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, answer)])
    ran = gate.check(policy=CRITICAL_ONLY)
    assert (ran.code, ran.found(Severity.CRITICAL)) == (1, 1)


def test_a_pending_scan_lists_both_kinds_empty(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/alexjurkiewicz/ecr-scan-image/issues/51: PENDING came with two empty lists, and passed."""
    double.image("team/app", tag="v1", steps=[(0, replace(pending(), basic=(), enhanced=(), counts={}))])
    ran = gate.check("--wait", "1m")
    assert (ran.code, ran.document.verdict, ran.image.counts) == (4, Outcome.NO_VERDICT, None)
    assert "PENDING" in ran.reason


@pytest.mark.parametrize("word", [*status_words(), Unknown("SCANNING_SOON"), Unknown("complete")])
def test_a_status_word_nobody_expected(word: str, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/ecperth/check-aws-inspector/pull/13: IN_PROGRESS was unknown; two pulls later ACTIVE was."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, bare(word))])
    ran = gate.check("--wait", "30s")
    assert ran.code in {3, 4}
    assert word in ran.reason


def test_counts_grew_after_complete(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/ecperth/check-aws-inspector#readme: {HIGH 1, MEDIUM 1}, then 14 critical, then 97 high."""
    stages = ((-5, 2), (50, 80), (70, 340))
    steps = [(at, enhanced(enhanced_findings(number), status="COMPLETE")) for at, number in stages]
    double.image("team/app", tag="v1", steps=steps)
    ran = gate.check()
    assert (ran.code, len(ran.image.findings)) == (1, 340)


@pytest.mark.parametrize(("appears", "code"), [(85, 1), (None, 3)])
def test_no_scan_record_for_a_minute_after_the_push(
    appears: float | None, code: int, double: AwsDouble, gate: Gate
) -> None:
    """https://github.com/aws/deep-learning-containers: its gate waits 30 to 90 s until a scan record exists."""
    steps = [] if appears is None else [(appears, enhanced([BAD]))]
    double.image("team/app", tag="v1", steps=steps)
    double.fail("GetRegistryScanningConfiguration", access_denied(), times=None)
    ran = gate.check("--wait", "20m")
    assert ran.code == code
    assert gate.clock.monotonic() >= 85
    if code == 3:
        assert ran.image.scan is not None
        assert ran.image.scan.state is ScanState.MISSING


@pytest.mark.parametrize(("registry", "code"), [("ENHANCED", 4), ("BASIC", 0)])
def test_the_registry_moved_to_enhanced(registry: str, code: int, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws/aws-for-fluent-bit/pull/1105: then findings lag, and an empty answer says nothing."""
    double.image("team/app", tag="v1", steps=[(-5, empty(completed=0))])
    double.registry_scanning(registry)
    assert gate.check("--wait", "30s").code == code
    assert "GetRegistryScanningConfiguration" in double.operations


def test_scan_not_found_was_a_null_reference(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/alexjurkiewicz/ecr-scan-image/issues/50: a missing scan is a named outcome, not a crash."""
    double.image("team/app", tag="v1")
    double.repository_scanning("team/app", "MANUAL")
    ran = gate.check()
    assert (ran.code, gate.clock.sleeps) == (3, ())
    assert "AWS has no scan of this image" in ran.reason


def test_a_scan_on_push_raced_with_the_gate(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/alexjurkiewicz/ecr-scan-image/issues/3: wait for the scan on push; nobody grants a start."""
    found = basic([basic_finding(severity="CRITICAL")])
    double.image("team/app", tag="v1", steps=[(30, in_progress()), (60, found)])
    assert gate.check().code == 1
    assert "StartImageScan" not in double.operations


ACCEPTING = """version: 1
max: {critical: 0}
scan: {unsupported: {accept: true, repository: "team/*", reason: No package manager.}}
"""


@pytest.mark.parametrize("word", ["SCAN_ELIGIBILITY_EXPIRED", "IMAGE_ARCHIVED"])
def test_aws_stopped_scanning_the_image(word: str, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws/containers-roadmap/issues/1722: eligibility expired, and there is no way to rescan."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, status(word, "Too old."))])
    ran = gate.check(policy=ACCEPTING)
    assert ran.code == 3
    assert word in ran.reason
    assert "a new push starts a new scan" in ran.reason


def test_nobody_knows_how_long_a_scan_takes(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws/containers-roadmap/issues/1600: the wait is the user's, with its own exit code."""
    double.image("team/app", tag="v1", steps=[(0, in_progress())])
    ran = gate.check("--wait", "90s")
    assert (ran.code, gate.clock.monotonic()) == (4, 90.0)
    assert "after 90 s" in ran.reason
    assert "IN_PROGRESS" in ran.err


def _without(*path: str) -> Callable[[JsonObject], object]:
    """Return what takes a member out of an answer."""

    def spoil(answer: Any) -> object:
        inner = answer
        for name in path[:-1]:
            inner = inner[name]
        del inner[path[-1]]
        return answer

    return spoil


@pytest.mark.parametrize(
    "spoil",
    [
        _without("imageScanStatus"),
        _without("imageScanStatus", "status"),
        _without("imageScanFindings"),
        lambda answer: answer | {"imageScanStatus": None},
        lambda answer: answer | {"imageScanFindings": None},
        lambda answer: answer | {"imageScanFindings": {}},
        lambda answer: {},
        lambda answer: [],
        lambda answer: None,
        lambda answer: "COMPLETE",
    ],
)
def test_a_field_was_null_and_the_script_passed(
    spoil: Callable[[JsonObject], object], double: AwsDouble, gate: Gate
) -> None:
    """https://kuryzhev.cloud/?p=673: shell runbooks pass on null and on errors."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, basic([basic_finding(severity="LOW")]))])
    assert gate.check(policy=CRITICAL_ONLY).code == 0
    double.fail(SCAN, altered(spoil), times=None)
    assert gate.check("--wait", "30s", policy=CRITICAL_ONLY).code in {3, 4}


@pytest.mark.parametrize(
    ("frequency", "code", "words"),
    [("MANUAL", 3, "not scanned by itself"), ("SCAN_ON_PUSH", 3, "no scan of this image")],
)
def test_scanning_was_never_switched_on(frequency: str, code: int, words: str, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/chanzuckerberg/happy/pull/2489: tell "no scan configured" from "not yet scanned"."""
    double.image("team/app", tag="v1", pushed_at=WEEK_AGO)
    double.repository_scanning("team/app", frequency)
    ran = gate.check("--wait", "2m")
    assert ran.code == code
    assert words in ran.reason


@pytest.mark.parametrize(("appears", "code"), [(15, 1), (600, 5)])
def test_the_tag_was_not_visible_right_after_the_push(appears: float, code: int, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/cultureamp/ecr-scan-results-buildkite-plugin: commit c1e174e retries ImageNotFound."""
    double.repository("team/app")
    double.image("team/app", tag="v1", appears_at=appears, pushed_at=appears, steps=[(WEEK_AGO, enhanced([BAD]))])
    ran = gate.check()
    assert ran.code == code
    assert gate.clock.monotonic() <= 20
