"""What is said of a refusal is held whole here, line and hint: people act on these words."""

from typing import Any

import pytest
from botocore import exceptions as aws

from gate.errors import AccessError, GateError, NotYetError, UsageError
from gate.sources.refusals import ACTIONS, DeniedError, code_of, translate

SUBJECT = "team/app:v1 (region eu-west-1)"
RETRY = "AWS may answer the next run; retry the job."
SETTINGS = (
    "Name the region with --region and the profile with --profile; check AWS_* variables and the AWS config file."
)
LOG_IN = "Give the job a role (OIDC, instance or task role), or log in again."
NETWORK = f"Check the network and the region's name. {RETRY}"
PARAMETERS = "Check region and target, and AWS_ENDPOINT_URL if it is set."
PUSHED = "Check repository, tag, account and region; was the image pushed there?"
MISSING = "With enhanced scanning, missing inspector2 permissions end in this, too: "
EXPIRED = "The credentials are expired or wrong: log in again, or renew the job's role."


def answered(code: str, message: Any = "words", status: Any = 400, operation: str = "DescribeImages") -> GateError:
    """Return what is made of an answer of AWS's."""
    response: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return translate(aws.ClientError(response, operation), "ListFindings", SUBJECT)


@pytest.mark.parametrize(
    ("err", "kind", "message", "hint"),
    [
        (aws.ProfileNotFound(profile="x"), UsageError, "AWS settings: {said}", SETTINGS),
        (aws.NoRegionError(), UsageError, "AWS settings: {said}", SETTINGS),
        (aws.MissingDependencyException(msg="crt"), UsageError, "AWS settings: {said}", SETTINGS),
        (aws.NoCredentialsError(), AccessError, "no usable AWS credentials: {said}", LOG_IN),
        (aws.UnknownTokenProviderError(name="x"), AccessError, "no usable AWS credentials: {said}", LOG_IN),
        (
            aws.SSLError(endpoint_url="https://a", error=OSError("e")),
            NotYetError,
            "GetImage: TLS to AWS failed: {said}",
            "Behind a proxy that inspects TLS, set AWS_CA_BUNDLE to its certificate.",
        ),
        (
            aws.ProxyConnectionError(proxy_url="http://p", error="e"),
            NotYetError,
            "GetImage: the proxy did not answer: {said}",
            "Check HTTPS_PROXY and NO_PROXY.",
        ),
        (
            aws.EndpointConnectionError(endpoint_url="https://a"),
            NotYetError,
            "GetImage: AWS could not be reached: {said}",
            NETWORK,
        ),
        (
            aws.HTTPClientError(error="e"),
            NotYetError,
            "GetImage: AWS could not be reached: HTTPClientError",
            NETWORK,
        ),
        (
            aws.ParamValidationError(report="r"),
            UsageError,
            f"GetImage cannot be asked about {SUBJECT}: Parameter validation failed: r",
            PARAMETERS,
        ),
        (ValueError("odd"), UsageError, f"GetImage cannot be asked about {SUBJECT}: odd", PARAMETERS),
        (
            OSError("gone"),
            AccessError,
            "no usable AWS credentials: gone",
            "Is the file or the command there that AWS_* variables or the AWS config file name?",
        ),
        (aws.BotoCoreError(), NotYetError, f"GetImage for {SUBJECT} failed: {{said}}", RETRY),
        (RuntimeError("e" * 500), NotYetError, f"GetImage for {SUBJECT} failed: {'e' * 299}…", RETRY),
        (
            ValueError("Invalid header value b'secret\\n'"),
            AccessError,
            "no usable AWS credentials: they hold a character (a line break?) that no request may carry",
            "Look at how AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN are set: no line breaks.",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_what_fails_before_aws_answers_is_told_in_these_words(
    err: Exception, kind: type[GateError], message: str, hint: str
) -> None:
    error = translate(err, "GetImage", SUBJECT)

    assert (type(error), error.message, error.hint) == (kind, message.format(said=err), hint)


@pytest.mark.parametrize(
    ("said", "kind", "hint"),
    [
        ({"code": "AccessDenied"}, DeniedError, "Allow ecr:DescribeImages to the caller's role."),
        ({"code": "ForbiddenException", "operation": "X"}, DeniedError, "Allow X to the caller's role."),
        ({"code": "ExpiredToken"}, AccessError, EXPIRED),
        ({"code": "NotSignedIn"}, AccessError, EXPIRED),
        ({"code": "RepositoryNotFoundException"}, AccessError, PUSHED),
        ({"code": "ImageNotFoundException"}, AccessError, PUSHED),
        (
            {"code": "ResourceNotFoundException"},
            AccessError,
            "Check the ARN, its account and its region; was the image deleted?",
        ),
        ({"code": "SlowDown"}, NotYetError, f"AWS is throttling this account. {RETRY}"),
        ({"code": "Odd", "status": 429}, NotYetError, f"AWS is throttling this account. {RETRY}"),
        (
            {"code": "Odd", "status": 430},
            AccessError,
            "AWS refused the request as it is; check target, account and region.",
        ),
        (
            {"code": "Odd", "status": 499},
            AccessError,
            "AWS refused the request as it is; check target, account and region.",
        ),
        (
            {"code": "Odd", "status": 500},
            NotYetError,
            f"{RETRY} {MISSING}allow ecr:DescribeImages.",
        ),
        (
            {"code": "ServerException", "operation": "X"},
            NotYetError,
            f"{RETRY} {MISSING}allow X.",
        ),
        ({"code": "ServerException", "operation": "GetImage"}, NotYetError, RETRY),
    ],
)
def test_what_aws_refuses_has_this_hint(said: dict[str, Any], kind: type[GateError], hint: str) -> None:
    error = answered(**said)

    assert (type(error), error.hint) == (kind, hint)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"code": "Odd"}, f"DescribeImages for {SUBJECT}: Odd: words"),
        ({"code": "Odd", "message": None}, f"DescribeImages for {SUBJECT}: Odd: no message"),
        ({"code": "Odd", "message": ""}, f"DescribeImages for {SUBJECT}: Odd: no message"),
        ({"code": "Odd", "message": "w" * 500}, f"DescribeImages for {SUBJECT}: Odd: {'w' * 299}…"),
        ({"code": "C" * 500}, f"DescribeImages for {SUBJECT}: {'C' * 79}…: words"),
        ({"code": "Odd", "operation": ""}, f"ListFindings for {SUBJECT}: Odd: words"),
        ({"code": "AccessDenied", "operation": "AssumeRole"}, f"AssumeRole for {SUBJECT}: AccessDenied: words"),
    ],
)
def test_what_aws_says_is_told_with_the_question_and_cut(said: dict[str, Any], message: str) -> None:
    assert answered(**said).message == message


def test_an_answer_that_holds_nothing_is_told_all_the_same() -> None:
    error = translate(aws.ClientError({}, "GetImage"), "GetImage", "x")

    assert (type(error), error.message) == (AccessError, "GetImage for x: : no message")


def test_what_a_role_must_allow_is_named_as_iam_spells_it() -> None:
    assert ACTIONS["DescribeImageScanFindings"] == (
        "ecr:DescribeImageScanFindings and, for enhanced scanning, inspector2:ListFindings and inspector2:ListCoverage"
    )
    assert ACTIONS["AssumeRole"] == (
        "sts:AssumeRole on the role (whose trust policy must name the caller, and the external id if any)"
    )
    others = {name: action for name, action in ACTIONS.items() if " " not in action}
    assert all(action.partition(":")[2] == name for name, action in others.items())
    assert {action.partition(":")[0] for action in others.values()} == {"ecr", "inspector2", "imagebuilder", "sts"}


def test_the_code_of_an_answer_is_a_text() -> None:
    assert code_of(aws.ClientError({"Error": {"Code": "Odd"}}, "GetImage")) == "Odd"
    assert code_of(aws.ClientError({"Error": {}}, "GetImage")) == ""
    number: Any = {"Error": {"Code": 404}}
    assert code_of(aws.ClientError(number, "GetImage")) == "404"
