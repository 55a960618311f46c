"""Reaching AWS: what is refused is asked once, what may pass is retried, and settings that are wrong are named."""

from pathlib import Path
from socket import socket
from typing import Any

import pytest

from gate.errors import AccessError, Exit, UsageError
from gate.sources.aws import Connections
from tests.aws_double import faults
from tests.aws_double.answers import enhanced
from tests.aws_double.clock import VirtualClock
from tests.aws_double.faults import Fault
from tests.aws_double.findings import enhanced_finding
from tests.aws_double.shapes import Unknown
from tests.sources.live import IMAGES, SCAN, Live

DENIALS: list[tuple[Fault, str]] = [
    (faults.access_denied(), "Allow ecr:DescribeImage"),
    (faults.expired_token(), "expired or wrong"),
    (faults.unrecognized_client(), "expired or wrong"),
    (faults.invalid_signature(), "expired or wrong"),
]


@pytest.mark.parametrize("operation", [IMAGES, SCAN])
@pytest.mark.parametrize(("fault", "hint"), DENIALS)
def test_what_is_refused_is_never_asked_for_again(
    live: Live, no_sdk_sleep: list[float], operation: str, fault: Fault, hint: str
) -> None:
    live.image(enhanced([enhanced_finding()]))
    live.double.fail(operation, fault, times=None)
    refusal = live.refusal()
    assert (refusal.exit_code, len(live.double.called(operation))) == (Exit.REFUSED, 1)
    assert hint in refusal.hint
    assert (no_sdk_sleep, live.clock.sleeps) == ([], ())


@pytest.mark.parametrize("operation", [IMAGES, SCAN])
@pytest.mark.parametrize(
    "fault", [faults.throttled(), faults.server_error(), faults.html(502), faults.reset(), faults.hang_up()]
)
def test_what_may_pass_is_retried_by_the_sdk_and_then_no_verdict_yet(
    live: Live, no_sdk_sleep: list[float], operation: str, fault: Fault
) -> None:
    live.image(enhanced([enhanced_finding()]))
    live.double.fail(operation, fault, times=None)
    refusal = live.refusal()
    assert (refusal.exit_code, len(live.double.called(operation))) == (Exit.NOT_YET, 4)
    assert "retry" in refusal.hint
    assert len(no_sdk_sleep) == 3


def test_a_missing_inspector_permission_that_ends_in_a_server_error_is_hinted_at(live: Live, no_sdk_sleep: Any) -> None:
    live.image(enhanced([enhanced_finding()]))
    live.double.fail(SCAN, faults.server_error(), times=None)
    assert "inspector2:ListFindings and inspector2:ListCoverage" in live.refusal().hint


@pytest.fixture
def closed_port() -> int:
    with socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
    return port


@pytest.mark.usefixtures("no_sdk_sleep")
def test_nobody_at_the_endpoint_is_the_network(live: Live, monkeypatch: pytest.MonkeyPatch, closed_port: int) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{closed_port}")
    refusal = live.refusal()
    assert refusal.exit_code == Exit.NOT_YET
    assert "AWS could not be reached" in refusal.reason
    assert "the region's name" in refusal.hint


@pytest.mark.usefixtures("no_sdk_sleep")
def test_a_proxy_that_is_not_there_is_named(live: Live, monkeypatch: pytest.MonkeyPatch, closed_port: int) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://aws.invalid")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port}")
    refusal = live.refusal()
    assert refusal.exit_code == Exit.NOT_YET
    assert "the proxy did not answer" in refusal.reason
    assert "HTTPS_PROXY" in refusal.hint


@pytest.mark.usefixtures("no_sdk_sleep")
def test_tls_that_fails_hints_at_the_bundle_of_authorities(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", live.double.url.replace("http:", "https:"))
    refusal = live.refusal()
    assert refusal.exit_code == Exit.NOT_YET
    assert "TLS to AWS failed" in refusal.reason
    assert "AWS_CA_BUNDLE" in refusal.hint


def without(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    for name in names:
        monkeypatch.delenv(name, raising=False)


def test_no_credentials_at_all_are_the_accounts_owners_to_give(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    refusal = live.refusal()
    assert refusal.exit_code == Exit.REFUSED
    assert refusal.reason == "no usable AWS credentials: Unable to locate credentials"
    assert "Give the job a role" in refusal.hint


def test_half_of_the_credentials_are_none(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "AWS_SECRET_ACCESS_KEY")
    with pytest.raises(AccessError, match="Partial credentials found in env"):
        live.caller()


def test_a_web_identity_token_that_is_not_there_is_no_credential(
    live: Live, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    without(monkeypatch, "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/ci")
    refusal = live.refusal()
    assert refusal.exit_code == Exit.REFUSED
    assert "No such file or directory" in refusal.reason


@pytest.mark.parametrize("region", [None, ""])
def test_no_region_is_a_setting_to_mend(live: Live, monkeypatch: pytest.MonkeyPatch, region: str | None) -> None:
    without(monkeypatch, "AWS_REGION", "AWS_DEFAULT_REGION")
    with pytest.raises(UsageError, match="You must specify a region") as raised:
        live.asked(region=region)
    assert "--region" in raised.value.hint


def test_an_empty_region_in_the_environment_is_a_setting_to_mend(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "AWS_ENDPOINT_URL")
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "")
    with pytest.raises(UsageError) as raised:
        live.asked()
    assert "Check region" in raised.value.hint


@pytest.mark.parametrize("region", ["eu west 1", "x" * 200, "-", "::error::"])
def test_a_region_that_can_be_none_is_a_setting_to_mend(live: Live, region: str) -> None:
    with pytest.raises(UsageError) as raised:
        live.asked(region=region)
    assert raised.value.message.isprintable()


def test_a_profile_that_does_not_exist_is_a_setting_to_mend() -> None:
    with pytest.raises(UsageError, match=r"profile \(absent\) could not be found") as raised:
        Connections(VirtualClock(), profile="absent")
    assert "--profile" in raised.value.hint


@pytest.mark.parametrize("text", [b"[profile", b"\xff\xfe\x00[", b"[default]\nregion = a b\n"])
def test_a_config_file_that_cannot_be_read_is_a_setting_to_mend(
    live: Live, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: bytes
) -> None:
    (tmp_path / "config").write_bytes(text)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    without(monkeypatch, "AWS_REGION", "AWS_DEFAULT_REGION")
    with pytest.raises(UsageError):
        live.asked()


def test_an_endpoint_that_is_none_is_a_setting_to_mend(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "no url")
    with pytest.raises(UsageError, match="Invalid endpoint"):
        live.asked()


def test_an_unknown_code_is_refused(live: Live) -> None:
    live.image(enhanced([enhanced_finding()]))
    live.double.fail(SCAN, faults.aws_error(Unknown("NewException"), "new words"))
    refusal = live.refusal()
    assert (refusal.exit_code, "NewException: new words" in refusal.reason) == (Exit.REFUSED, True)
