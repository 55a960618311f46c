"""AWS's errors to ours: which exit code, one line that says what happened, and what to do."""

from botocore import exceptions as aws

from gate.errors import AccessError, GateError, NotYetError, UsageError
from gate.plain import one_line

# What the caller's role must allow, by operation: enhanced scanning makes ECR call Inspector with the caller's rights.
# Source: Amazon ECR user guide, "Enhanced scanning: required IAM permissions".
ACTIONS = {
    "DescribeImages": "ecr:DescribeImages",
    "BatchGetImage": "ecr:BatchGetImage",
    "DescribeImageScanFindings": (
        "ecr:DescribeImageScanFindings and, for enhanced scanning, inspector2:ListFindings and inspector2:ListCoverage"
    ),
    "ListCoverage": "inspector2:ListCoverage",
    "ListFindings": "inspector2:ListFindings",
    "ListFindingAggregations": "inspector2:ListFindingAggregations",
    "BatchGetFindingDetails": "inspector2:BatchGetFindingDetails",
    "GetRegistryScanningConfiguration": "ecr:GetRegistryScanningConfiguration",
    "BatchGetRepositoryScanningConfiguration": "ecr:BatchGetRepositoryScanningConfiguration",
    "GetImage": "imagebuilder:GetImage",
    "ListImagePipelineImages": "imagebuilder:ListImagePipelineImages",
    "ListImageScanFindings": "imagebuilder:ListImageScanFindings",
    "ListImageScanFindingAggregations": "imagebuilder:ListImageScanFindingAggregations",
    "StartImageScan": "ecr:StartImageScan",
    "AssumeRole": "sts:AssumeRole on the role (whose trust policy must name the caller, and the external id if any)",
    "AssumeRoleWithWebIdentity": "sts:AssumeRoleWithWebIdentity",
}
DENIED = frozenset({
    "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationErrorException",
    "ForbiddenException",
})  # fmt: skip
_CREDENTIALS = frozenset({
    "ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId", "UnrecognizedClientException",
    "InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature", "IncompleteSignatureException",
    "MissingAuthenticationToken", "MissingAuthenticationTokenException", "InvalidAccessKeyId", "NotSignedIn",
})  # fmt: skip
UNWELCOME = DENIED | _CREDENTIALS
"""AWS's codes for a caller who may not do what was asked."""
_THROTTLED = frozenset({
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
    "TooManyRequestsException", "RequestLimitExceeded", "LimitExceededException", "SlowDown", "BandwidthLimitExceeded",
    "ProvisionedThroughputExceededException", "TransactionInProgressException", "PriorRequestNotComplete",
})  # fmt: skip
_ABSENT = {
    "RepositoryNotFoundException": "Check repository, tag, account and region; was the image pushed there?",
    "ImageNotFoundException": "Check repository, tag, account and region; was the image pushed there?",
    "ResourceNotFoundException": "Check the ARN, its account and its region; was the image deleted?",
}
_RETRY = "AWS may answer the next run; retry the job."


class DeniedError(AccessError):
    """An action that the caller's role does not allow, where everything else may be in order."""


def code_of(err: aws.ClientError) -> str:
    """Return AWS's error code."""
    return str(err.response.get("Error", {}).get("Code", ""))


def translate(err: Exception, operation: str, subject: str) -> GateError:
    """Return our error for one of boto's; `subject` names what was asked about, in which registry and region."""
    if isinstance(err, aws.ClientError):
        return _answered(err, operation, subject)
    if "Invalid header value" in str(err):
        # NOTE: what stands in the header is a token or a signature, and is not to be seen in any log.
        return AccessError(
            "no usable AWS credentials: they hold a character (a line break?) that no request may carry",
            hint="Look at how AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN are set: no line breaks.",
        )
    said = type(err).__name__ if type(err) is aws.HTTPClientError else one_line(str(err), 300)
    for kinds, error, text, hint in _FAILURES:
        if isinstance(err, kinds):
            return error(text.format(operation=operation, subject=subject, said=said), hint=hint)
    return NotYetError(f"{operation} for {subject} failed: {said}", hint=_RETRY)


# What fails before AWS answers: boto's errors, ours, the line, and what to do. The first that fits counts.
_FAILURES: tuple[tuple[tuple[type[Exception], ...], type[GateError], str, str], ...] = (
    (
        (
            aws.ProfileNotFound,
            aws.BaseEndpointResolverError,
            aws.EndpointProviderError,
            aws.InvalidEndpointConfigurationError,
            aws.InvalidRegionError,
            aws.UnknownRegionError,
            aws.ConfigParseError,
            aws.ConfigNotFound,
            aws.InvalidRetryConfigurationError,
            aws.InvalidDefaultsMode,
            aws.InvalidProxiesConfigError,
            aws.InvalidIMDSEndpointError,
            aws.InvalidIMDSEndpointModeError,
            aws.InvalidSTSRegionalEndpointsConfigError,
            aws.MissingDependencyException,
        ),
        UsageError,
        "AWS settings: {said}",
        "Name the region with --region and the profile with --profile; check AWS_* variables and the AWS config file.",
    ),
    (
        (
            aws.NoCredentialsError,
            aws.PartialCredentialsError,
            aws.CredentialRetrievalError,
            aws.MetadataRetrievalError,
            aws.TokenRetrievalError,
            aws.SSOError,
            aws.UnauthorizedSSOTokenError,
            aws.InvalidConfigError,
            aws.LoginError,
            aws.NoAuthTokenError,
            aws.RefreshWithMFAUnsupportedError,
            aws.UnknownCredentialError,
            aws.UnknownTokenProviderError,
        ),
        AccessError,
        "no usable AWS credentials: {said}",
        "Give the job a role (OIDC, instance or task role), or log in again.",
    ),
    (
        (aws.SSLError,),
        NotYetError,
        "{operation}: TLS to AWS failed: {said}",
        "Behind a proxy that inspects TLS, set AWS_CA_BUNDLE to its certificate.",
    ),
    (
        (aws.ProxyConnectionError,),
        NotYetError,
        "{operation}: the proxy did not answer: {said}",
        "Check HTTPS_PROXY and NO_PROXY.",
    ),
    (
        (aws.ConnectionError, aws.HTTPClientError),
        NotYetError,
        "{operation}: AWS could not be reached: {said}",
        f"Check the network and the region's name. {_RETRY}",
    ),
    (
        (aws.ParamValidationError, ValueError),
        UsageError,
        "{operation} cannot be asked about {subject}: {said}",
        "Check region and target, and AWS_ENDPOINT_URL if it is set.",
    ),
    (
        # NOTE: a web identity token or a credential process that is not there; the network's errors come wrapped, and
        # some of them are OSErrors too, so this is the last.
        (OSError,),
        AccessError,
        "no usable AWS credentials: {said}",
        "Is the file or the command there that AWS_* variables or the AWS config file name?",
    ),
)


def _answered(err: aws.ClientError, operation: str, subject: str) -> GateError:
    code = code_of(err)
    said = one_line(str(err.response.get("Error", {}).get("Message") or "no message"), 300)
    status = err.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    # NOTE: credentials may be fetched on the way (sts:AssumeRole of a profile), and then that is what was refused.
    operation = err.operation_name or operation
    line = f"{operation} for {subject}: {one_line(code, 80)}: {said}"
    if code in DENIED:
        return DeniedError(line, hint=f"Allow {ACTIONS.get(operation, operation)} to the caller's role.")
    if code in _CREDENTIALS:
        return AccessError(line, hint="The credentials are expired or wrong: log in again, or renew the job's role.")
    if code in _ABSENT:
        return AccessError(line, hint=_ABSENT[code])
    if code in _THROTTLED or status == 429:
        return NotYetError(line, hint=f"AWS is throttling this account. {_RETRY}")
    if code == "ServerException" or status >= 500:
        needed = ACTIONS.get(operation, operation)
        why = f" With enhanced scanning, missing inspector2 permissions end in this, too: allow {needed}."
        return NotYetError(line, hint=f"{_RETRY}{'' if 'imagebuilder' in needed else why}")
    return AccessError(line, hint="AWS refused the request as it is; check target, account and region.")
