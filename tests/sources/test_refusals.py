"""Whatever AWS or botocore refuses has one exit code, one line, and a hint that says what to do."""

import inspect
import string
from typing import Any

import pytest
from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError

from gate.errors import Exit
from gate.sources.refusals import ACTIONS, DENIED, code_of, translate
from tests.aws_double.shapes import service
from tests.sources.live import IMAGES, REGISTRY, REPOSITORY, SCAN

HOSTILE = "\x1b[31m::error::x\n##[error]y ]]> \ud800\u202e" + "z" * 1_000_000
BUILDER = ("GetImage", "ListImagePipelineImages", "ListImageScanFindings", "ListImageScanFindingAggregations")
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
    response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    if message is None:
        del response["Error"]["Message"]
    return ClientError(response, operation)


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
        ("ForbiddenException", 403, Exit.REFUSED, "Allow ecr:DescribeImages"),
        ("ResourceNotFoundException", 404, Exit.REFUSED, "Check the ARN"),
        ("CallRateLimitExceededException", 429, Exit.NOT_YET, "throttling"),
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


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        *(("ecr", operation) for operation in (IMAGES, SCAN, REGISTRY, REPOSITORY)),
        *(("imagebuilder", operation) for operation in BUILDER),
    ],
)
def test_every_error_that_botocores_model_knows_is_translated(name: str, operation: str) -> None:
    for shape in service(name).operation_model(operation).error_shapes:
        error = translate(client_error(shape.name, operation=operation), operation, "x")
        assert error.exit_code in {Exit.REFUSED, Exit.NOT_YET}


@pytest.mark.parametrize(
    ("operation", "actions"),
    [
        (IMAGES, ["ecr:DescribeImages"]),
        (SCAN, ["ecr:DescribeImageScanFindings", "inspector2:ListFindings", "inspector2:ListCoverage"]),
        (REGISTRY, ["ecr:GetRegistryScanningConfiguration"]),
        (REPOSITORY, ["ecr:BatchGetRepositoryScanningConfiguration"]),
        *((name, [f"imagebuilder:{name}"]) for name in BUILDER),
        ("AssumeRole", ["sts:AssumeRole"]),
        ("AssumeRoleWithWebIdentity", ["sts:AssumeRoleWithWebIdentity"]),
    ],
)
def test_what_is_denied_names_the_actions_to_allow(operation: str, actions: list[str]) -> None:
    hint = translate(client_error("AccessDeniedException", operation=operation), operation, "x").hint
    assert all(action in hint for action in actions)
    assert operation in ACTIONS


@pytest.mark.parametrize("operation", BUILDER)
def test_image_builders_own_errors_have_nothing_to_do_with_enhanced_scanning(operation: str) -> None:
    error = translate(client_error("ServiceException", operation=operation, status=500), operation, "x")
    assert (error.exit_code, error.hint) == (Exit.NOT_YET, "AWS may answer the next run; retry the job.")


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


def test_a_token_with_a_line_break_is_refused_and_never_shown() -> None:
    secret = "FwoGZXIvYXdzEXAMPLE"
    refused = translate(exceptions.HTTPClientError(error=ValueError(f"Invalid header value b'{secret}\\n'")), SCAN, "x")
    assert refused.exit_code is Exit.REFUSED
    assert secret not in f"{refused.message}{refused.hint}"
    assert "no line breaks" in refused.hint


def test_what_an_unknown_client_stumbled_over_is_not_shown() -> None:
    refused = translate(exceptions.HTTPClientError(error=ValueError("Authorization: secret")), SCAN, "x")
    assert refused.exit_code is Exit.NOT_YET
    assert "secret" not in refused.message
