"""Whatever AWS or botocore refuses has one exit code, one line, and a hint that says what to do."""

import inspect
import string
from pathlib import Path
from socket import socket
from typing import Any

import pytest
from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError

from gate.errors import AccessError, Exit, UsageError
from gate.sources.aws import Connections
from gate.sources.refusals import ACTIONS, DENIED, code_of, translate
from tests.aws_double import faults
from tests.aws_double.answers import enhanced
from tests.aws_double.clock import VirtualClock
from tests.aws_double.faults import Fault
from tests.aws_double.findings import enhanced_finding
from tests.aws_double.shapes import Unknown, service
from tests.sources.live import IMAGES, REGISTRY, REPOSITORY, SCAN, Live

HOSTILE = "\x1b[31m::error::x\n##[error]y ]]> \ud800\u202e" + "z" * 1_000_000
USAGE = {
    *("ProfileNotFound", "NoRegionError", "InvalidRegionError", "ConfigParseError", "ConfigNotFound"),
    *("UnknownRegionError", "UnknownEndpointError", "UnknownFIPSEndpointError", "EndpointVariantError"),
    *("BaseEndpointResolverError", "EndpointProviderError", "EndpointResolutionError", "ParamValidationError"),
    *("UnknownEndpointResolutionBuiltInName", "InvalidEndpointConfigurationError", "InvalidRetryConfigurationError"),
    *("InvalidRetryModeError", "InvalidMaxRetryAttemptsError", "InvalidDefaultsMode", "InvalidProxiesConfigError"),
    *("InvalidIMDSEndpointError", "InvalidIMDSEndpointModeError", "InvalidSTSRegionalEndpointsConfigError"),
    "MissingDependencyException",
}
REFUSED = {
    *("NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError", "MetadataRetrievalError"),
    *("TokenRetrievalError", "SSOError", "SSOTokenLoadError", "UnauthorizedSSOTokenError", "InvalidConfigError"),
    *("InfiniteLoopConfigError", "LoginError", "LoginTokenLoadError", "LoginRefreshRequired"),
    *("LoginInsufficientPermissions", "LoginAuthorizationCodeError", "NoAuthTokenError"),
    *("RefreshWithMFAUnsupportedError", "UnknownCredentialError", "UnknownTokenProviderError"),
}
CLASSES = [
    found
    for _, found in inspect.getmembers(exceptions, inspect.isclass)
    if issubclass(found, BotoCoreError) and found not in {BotoCoreError, exceptions.WaiterError}
]


def made(kind: type[BotoCoreError], text: str) -> BotoCoreError:
    """Return an error of botocore's with this text in all that it tells."""
    names = {name for _, name, _, _ in string.Formatter().parse(kind.fmt) if name}
    return kind(**dict.fromkeys(names, text))


def client_error(code: str, message: str | None = "words", status: int = 400, operation: str = IMAGES) -> ClientError:
    error = {"Code": code} | ({} if message is None else {"Message": message})
    return ClientError({"Error": error, "ResponseMetadata": {"HTTPStatusCode": status}}, operation)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_every_error_of_botocores_has_an_exit_code_and_one_line(kind: type[BotoCoreError]) -> None:
    error = translate(made(kind, "text"), IMAGES, "team/app:v1")
    name = kind.__name__
    code = Exit.USAGE if name in USAGE else Exit.REFUSED if name in REFUSED else Exit.NOT_YET
    assert error.exit_code is code
    assert error.hint
    hostile = translate(made(kind, HOSTILE), IMAGES, "team/app:v1")
    assert hostile.message.isprintable()
    assert len(hostile.message) < 500
    assert "##[" not in hostile.message


def test_the_table_names_errors_that_botocore_has() -> None:
    assert {kind.__name__ for kind in CLASSES} >= USAGE | REFUSED


@pytest.mark.parametrize(
    ("code", "status", "exit_code", "hint"),
    [
        *((code, 400, Exit.REFUSED, "Allow ecr:DescribeImages to the caller's role.") for code in sorted(DENIED)),
        ("AccessDenied", 403, Exit.REFUSED, "Allow ecr:DescribeImages"),
        ("ExpiredTokenException", 400, Exit.REFUSED, "expired or wrong"),
        ("ExpiredToken", 403, Exit.REFUSED, "expired or wrong"),
        ("RequestExpired", 400, Exit.REFUSED, "expired or wrong"),
        ("UnrecognizedClientException", 400, Exit.REFUSED, "expired or wrong"),
        ("InvalidClientTokenId", 403, Exit.REFUSED, "expired or wrong"),
        ("InvalidSignatureException", 400, Exit.REFUSED, "expired or wrong"),
        ("SignatureDoesNotMatch", 403, Exit.REFUSED, "expired or wrong"),
        ("MissingAuthenticationTokenException", 400, Exit.REFUSED, "expired or wrong"),
        ("RepositoryNotFoundException", 400, Exit.REFUSED, "repository, tag, account and region"),
        ("ImageNotFoundException", 400, Exit.REFUSED, "repository, tag, account and region"),
        ("InvalidParameterException", 400, Exit.REFUSED, "check target, account and region"),
        ("ValidationException", 400, Exit.REFUSED, "check target, account and region"),
        ("OptInRequired", 403, Exit.REFUSED, "check target, account and region"),
        ("", 400, Exit.REFUSED, "check target, account and region"),
        ("ThrottlingException", 400, Exit.NOT_YET, "throttling"),
        ("TooManyRequestsException", 429, Exit.NOT_YET, "throttling"),
        ("RequestLimitExceeded", 503, Exit.NOT_YET, "throttling"),
        ("429", 429, Exit.NOT_YET, "throttling"),
        ("ServerException", 500, Exit.NOT_YET, "missing inspector2 permissions"),
        ("ServerException", 400, Exit.NOT_YET, "missing inspector2 permissions"),
        ("InternalFailure", 500, Exit.NOT_YET, "retry"),
        ("502", 502, Exit.NOT_YET, "retry"),
        ("ServiceUnavailable", 503, Exit.NOT_YET, "retry"),
    ],
)
def test_every_code_of_awss_has_an_exit_code_and_a_hint(code: str, status: int, exit_code: Exit, hint: str) -> None:
    error = translate(client_error(code, status=status), IMAGES, "team/app:v1 (region eu-west-1)")
    assert error.exit_code is exit_code
    assert hint in error.hint
    assert error.message == f"DescribeImages for team/app:v1 (region eu-west-1): {code}: words"


@pytest.mark.parametrize("operation", [IMAGES, SCAN, REGISTRY, REPOSITORY])
def test_every_error_that_botocores_model_knows_is_translated(operation: str) -> None:
    for shape in service("ecr").operation_model(operation).error_shapes:
        error = translate(client_error(shape.name, operation=operation), operation, "x")
        assert error.exit_code in {Exit.REFUSED, Exit.NOT_YET}


@pytest.mark.parametrize(
    ("operation", "actions"),
    [
        (IMAGES, ["ecr:DescribeImages"]),
        (SCAN, ["ecr:DescribeImageScanFindings", "inspector2:ListFindings", "inspector2:ListCoverage"]),
        (REGISTRY, ["ecr:GetRegistryScanningConfiguration"]),
        (REPOSITORY, ["ecr:BatchGetRepositoryScanningConfiguration"]),
        ("AssumeRole", ["sts:AssumeRole"]),
        ("AssumeRoleWithWebIdentity", ["sts:AssumeRoleWithWebIdentity"]),
    ],
)
def test_what_is_denied_names_the_actions_to_allow(operation: str, actions: list[str]) -> None:
    hint = translate(client_error("AccessDeniedException", operation=operation), operation, "x").hint
    assert all(action in hint for action in actions)
    assert operation in ACTIONS


def test_an_operation_without_actions_is_named_itself() -> None:
    denied = client_error("AccessDeniedException", operation="GetSessionToken")
    assert translate(denied, "GetSessionToken", "x").hint == "Allow GetSessionToken to the caller's role."


def test_a_role_that_may_not_be_assumed_on_the_way_is_what_is_told() -> None:
    error = translate(client_error("AccessDenied", operation="AssumeRole"), IMAGES, "x")
    assert error.message.startswith("AssumeRole for x: AccessDenied")
    assert "sts:AssumeRole" in error.hint


@pytest.mark.parametrize("message", [HOSTILE, "", None])
def test_what_aws_says_stays_one_short_line(message: str | None) -> None:
    error = translate(client_error(HOSTILE, message), IMAGES, "x")
    assert error.message.isprintable()
    assert len(error.message) < 600
    assert message or error.message.endswith(": no message")


def test_an_answer_without_an_error_has_no_code() -> None:
    assert code_of(ClientError({}, IMAGES)) == ""
    assert translate(ClientError({}, IMAGES), IMAGES, "x").exit_code is Exit.REFUSED


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
        live.source().scan_or_raise = live.caller()  # type: ignore[attr-defined]


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
