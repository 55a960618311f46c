"""Twelve ways in which well-known gates passed when they should not have."""

from itertools import permutations
from pathlib import Path

import pytest

from gate.model import Severity
from gate.policy.verdict import Outcome
from gate.reports import REPORTS
from tests.aws_double import faults
from tests.aws_double.answers import ScanAnswer, enhanced, in_progress, pending, status
from tests.aws_double.faults import Fault
from tests.aws_double.findings import enhanced_finding, enhanced_findings
from tests.aws_double.server import AwsDouble
from tests.aws_double.shapes import Unknown
from tests.fail_closed.harness import CRITICAL_ONLY, SCAN, WEEK_AGO, ZERO, Gate

BAD = enhanced([enhanced_finding(severity="CRITICAL")])
CLEAN = enhanced([])
WORDS = {
    "critical": "CRITICAL",
    "high": "HIGH",
    "medium": "MEDIUM",
    "low": "LOW",
    "informational": "INFORMATIONAL",
    "unknown": "UNTRIAGED",
}


@pytest.mark.parametrize("answer", [pending(), in_progress()])
def test_a_running_scan_was_reported_clean(answer: ScanAnswer, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/prowler-cloud/prowler: its ECR check reports PASS while the scan still runs."""
    double.image("team/app", tag="v1", steps=[(0, answer)])
    ran = gate.check("--wait", "0s", "--exit-zero")
    assert (ran.code, ran.document.verdict) == (4, Outcome.NO_VERDICT)


def test_an_unsupported_scan_was_reported_clean(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/prowler-cloud/prowler: its ECR check reports PASS for an image that cannot be scanned."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, status("UNSUPPORTED_IMAGE"))])
    ran = gate.check("--exit-zero")
    assert (ran.code, ran.document.verdict) == (3, Outcome.NO_VERDICT)


@pytest.mark.parametrize("limit", WORDS)
def test_a_stricter_setting_named_no_branch(limit: str, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/prowler-cloud/prowler: minimum severity LOW was in no `if`, so everything passed."""
    for name, word in WORDS.items():
        double.image("team/app", tag=name, steps=[(WEEK_AGO, enhanced([enhanced_finding(severity=word)]))])
    allowing = ", ".join(f"{name}: {0 if name == limit else 1}" for name in WORDS)
    ran = gate.check(*(f"team/app:{name}" for name in WORDS), policy=f"version: 1\nmax: {{{allowing}}}\n")
    assert [image.exit_code for image in ran.document.images] == [int(name == limit) for name in WORDS]
    assert ran.code == 1
    assert gate.run("check", f"team/app:{limit}", "--max", f"{limit}=0").code == 1


@pytest.mark.parametrize("word", ["criticl=0", "CRITICAL=-1", "critical=", "critical=none", "=0", "all=0"])
def test_a_setting_that_names_nothing_is_refused(word: str, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/prowler-cloud/prowler: a threshold that no branch knows is an error, not no threshold."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, BAD)])
    assert gate.run("check", "team/app:v1", "--max", word).code == 2


@pytest.mark.parametrize("unit", ["finding", "vulnerability"])
def test_rank_zero_was_falsy_and_critical_became_least(unit: str, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/cloud-custodian/cloud-custodian, c7n_left/core.py: `or` took the first rank for none."""
    assert all(severity.rank for severity in Severity)
    same = [enhanced_finding("CVE-2026-1", word) for word in ("LOW", "CRITICAL", "MEDIUM")]
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced(same))])
    assert gate.check(policy=f"{CRITICAL_ONLY}count_by: {unit}\n").code == 1
    assert gate.check(policy=f"version: 1\nmax: {{critical: 1, high: 0}}\ncount_by: {unit}\n").code == 0


@pytest.mark.parametrize("unit", ["finding", "vulnerability"])
def test_an_unknown_severity_was_the_lowest(unit: str, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/anchore/grype, grype/vulnerability/severity.go: UnknownSeverity is 0."""
    assert max(Severity, key=lambda severity: severity.rank) is Severity.UNKNOWN
    same = [enhanced_finding("CVE-2026-1", word) for word in ("UNTRIAGED", "LOW")]
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced(same))])
    ran = gate.check(policy=f"{CRITICAL_ONLY}count_by: {unit}\n")
    assert ran.code == 1
    assert "unknown" in ran.document.reason


@pytest.mark.parametrize(("fault", "code"), [(faults.access_denied(), 5), (faults.server_error(), 4)])
def test_a_failed_lookup_was_skipped_while_deciding(fault: Fault, code: int, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/anchore/grype, grype/vulnerability_matcher.go: a lookup error is skipped, the finding too."""
    low = [enhanced_finding(f"CVE-2026-{number}", "LOW") for number in range(100)]
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, enhanced([*low, *enhanced_findings(50)]))])
    double.fail(SCAN, fault, first=2, times=None)
    ran = gate.check(policy=CRITICAL_ONLY)
    assert (ran.code, ran.document.verdict, ran.image.findings) == (code, Outcome.NO_VERDICT, ())


EMPTY_POLICIES = ("", "# nothing\n", "---\n", "{}\n", "[]\n", "version: 1\n", "version: 1\nmax: {}\n", "null\n")


@pytest.mark.parametrize("policy", [*EMPTY_POLICIES, "version: 1\nmax: {critical: unlimited}\n", "verison: 1\n"])
def test_no_policy_matched_and_nothing_failed(policy: str, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/open-policy-agent/conftest/issues/181: no policy was loaded, and the exit code was 0."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, BAD)])
    ran = gate.check(policy=policy)
    assert (ran.code, double.operations) == (2, ())
    assert ran.document.verdict is Outcome.NO_VERDICT


def test_the_policy_was_not_where_the_pipeline_looked(
    double: AwsDouble, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """https://github.com/runatlantis/atlantis/issues/1550: a policy that is not found is no policy that holds."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, CLEAN)])
    assert gate.run("check", "team/app:v1", "-p", "gone.yaml").code == 2
    monkeypatch.setenv("CI", "true")
    assert gate.run("check", "team/app:v1").code == 2


TROUBLES: dict[str, tuple[Fault, int]] = {
    "denied": (faults.access_denied(), 5),
    "expired": (faults.expired_token(), 5),
    "signature": (faults.invalid_signature(), 5),
    "new error": (faults.aws_error(Unknown("BrandNewException")), 5),
    "throttled": (faults.throttled(), 4),
    "server error": (faults.server_error(), 4),
    "unavailable": (faults.aws_error("ServiceUnavailable", status=503), 4),
    "HTML": (faults.html(), 4),
    "HTML 502": (faults.html(502), 4),
    "no body": (faults.empty_body(), 4),
    "cut off": (faults.cut_off(), 4),
    "no UTF-8": (faults.body(b'{"\xff\xfe'), 4),
    "nested": (faults.deep_nesting(), 4),
    "reset": (faults.reset(), 4),
    "hung up": (faults.hang_up(), 4),
}


@pytest.mark.parametrize("operation", ["DescribeImages", SCAN])
@pytest.mark.parametrize(("fault", "code"), TROUBLES.values(), ids=TROUBLES)
def test_an_api_error_was_logged_and_the_result_empty(
    fault: Fault, code: int, operation: str, double: AwsDouble, gate: Gate
) -> None:
    """https://github.com/prowler-cloud/prowler, ecr_service.py: errors are logged, and the list stays empty."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, CLEAN)])
    double.fail(operation, fault, times=None)
    ran = gate.check("--exit-zero")
    assert (ran.code, ran.document.verdict) == (code, Outcome.NO_VERDICT)
    assert ran.reason.startswith(operation)


@pytest.mark.parametrize("crash", [KeyError, SystemExit, RecursionError, MemoryError])
def test_a_crash_over_the_policy_was_exit_code_zero(
    crash: type[BaseException], gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """https://github.com/semgrep/semgrep, error_handler.py: and yesterday's report, which nobody had touched yet?"""

    def fall(*_: object, **__: object) -> None:
        raise crash(0)

    stale = gate.folder / "verdict.json"
    stale.write_text("{}", encoding="utf-8")
    monkeypatch.setattr("gate.cli.chosen.load", fall)

    assert gate.check("--exit-zero").code == 70
    assert not stale.exists()


@pytest.mark.parametrize("place", ["gate.cli.check.evaluate", "gate.sources.ecr.EcrSource.scans"])
@pytest.mark.parametrize("crash", [KeyError, SystemExit, RecursionError, MemoryError])
def test_a_crash_was_exit_code_zero(
    place: str, crash: type[BaseException], double: AwsDouble, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """https://github.com/semgrep/semgrep, error_handler.py: "will succeed because there were no blocking findings"."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, CLEAN)])

    def fall(*_: object, **__: object) -> None:
        raise crash(0)

    monkeypatch.setattr(place, fall)
    ran = gate.check("--exit-zero")
    assert (ran.code, ran.document.finished) == (70, False)
    assert ran.err.splitlines()[-1].startswith(f"gate: a fault of the gate itself: {crash.__name__}")


@pytest.mark.parametrize(
    "entry",
    [
        "{id: CVE-2026-1}",
        "{reason: All of it.}",
        "{id: '*', reason: x}",
        "{id: A, reason: x, until: 2026-02-30}",
        "oops",
    ],
)
def test_an_invalid_waiver_file_became_the_default(entry: str, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/google/osv-scanner, internal/config/manager.go: "ignored invalid config file"."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, CLEAN)])
    ran = gate.check(policy=f"{CRITICAL_ONLY}ignore:\n  - {entry}\n")
    assert (ran.code, ran.document.verdict, double.operations) == (2, Outcome.NO_VERDICT, ())


@pytest.mark.parametrize("order", [*permutations(["bad", "clean", "pending"])], ids="-".join)
def test_the_last_target_overwrote_the_exit_code(order: tuple[str, ...], double: AwsDouble, gate: Gate) -> None:
    """https://github.com/open-policy-agent/conftest/issues/108: only the last file's result became the exit code."""
    for name, answer in {"bad": BAD, "clean": CLEAN, "pending": pending()}.items():
        double.image("team/app", tag=name, steps=[(WEEK_AGO, answer)])
    targets = [f"team/app:{name}" for name in order]
    ran = gate.check(*targets, "--wait", "0s")
    assert (ran.code, [image.target for image in ran.document.images]) == (1, targets)
    assert gate.check(*(target for target in targets if "bad" not in target), "--wait", "0s").code == 4


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize(("answer", "code"), [(CLEAN, 0), (BAD, 1), (status("FAILED"), 3), (pending(), 4)])
def test_the_format_of_the_report_changed_the_exit_code(
    name: str, answer: ScanAnswer, code: int, double: AwsDouble, gate: Gate, tmp_path: Path
) -> None:
    """https://github.com/zizmorcore/zizmor, crates/zizmor/src/main.rs: with SARIF the exit code is always 0."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, answer)])
    policy = tmp_path / "gate.yaml"
    policy.write_text(ZERO, encoding="utf-8")
    for place in (str(tmp_path / "report"), "-"):
        assert gate.run("check", "team/app:v1", "--wait", "0s", "-o", f"{name}={place}").code == code
