"""Every code and action of the tables of refusals, written out once more: what each comes to is what people act on."""

from typing import Any

import pytest
from botocore.retries import standard

from gate.errors import AccessError, GateError, NotYetError
from gate.sources.refusals import ACTIONS, DeniedError
from tests.sources.test_refusals_words import EXPIRED, PUSHED, RETRY, answered

DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationErrorException")
CREDENTIALS = (
    *("ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId", "UnrecognizedClientException"),
    *("InvalidSignatureException", "SignatureDoesNotMatch", "IncompleteSignature", "IncompleteSignatureException"),
    *("MissingAuthenticationToken", "MissingAuthenticationTokenException", "InvalidAccessKeyId", "NotSignedIn"),
)
CHECKER: Any = standard.ThrottledRetryableChecker
THROTTLED = {*CHECKER._THROTTLED_ERROR_CODES} - {"EC2ThrottledException"}  # noqa: SLF001 - it has no other name
"""What botocore takes for throttling, but for a code of a service that is not asked: a second opinion."""
DELETED = "Check the ARN, its account and its region; was the image deleted?"
ALLOWED = {
    "BatchGetFindingDetails": "inspector2:BatchGetFindingDetails",
    "BatchGetImage": "ecr:BatchGetImage",
    "BatchGetRepositoryScanningConfiguration": "ecr:BatchGetRepositoryScanningConfiguration",
    "DescribeImages": "ecr:DescribeImages",
    "GetImage": "imagebuilder:GetImage",
    "GetRegistryScanningConfiguration": "ecr:GetRegistryScanningConfiguration",
    "ListCoverage": "inspector2:ListCoverage",
    "ListFindingAggregations": "inspector2:ListFindingAggregations",
    "ListFindings": "inspector2:ListFindings",
    "ListImagePipelineImages": "imagebuilder:ListImagePipelineImages",
    "ListImageScanFindingAggregations": "imagebuilder:ListImageScanFindingAggregations",
    "ListImageScanFindings": "imagebuilder:ListImageScanFindings",
    "StartImageScan": "ecr:StartImageScan",
}


@pytest.mark.parametrize(
    ("codes", "kind", "hint"),
    [
        ((*DENIED, "ForbiddenException"), DeniedError, "Allow ecr:DescribeImages to the caller's role."),
        (CREDENTIALS, AccessError, EXPIRED),
        (("RepositoryNotFoundException", "ImageNotFoundException"), AccessError, PUSHED),
        (("ResourceNotFoundException",), AccessError, DELETED),
        (tuple(sorted(THROTTLED)), NotYetError, f"AWS is throttling this account. {RETRY}"),
    ],
)
def test_each_code_comes_to_what_its_kind_comes_to(codes: tuple[str, ...], kind: type[GateError], hint: str) -> None:
    for code in codes:
        error = answered(code)
        assert (type(error), error.hint, code) == (kind, hint, code)


@pytest.mark.parametrize("operation", sorted(ALLOWED))
def test_each_operation_names_the_action_of_its_name(operation: str) -> None:
    assert answered("AccessDenied", operation=operation).hint == f"Allow {ALLOWED[operation]} to the caller's role."


def test_what_needs_more_than_the_action_of_its_name_says_so() -> None:
    more = {operation: ACTIONS[operation] for operation in ACTIONS if operation not in ALLOWED}
    assert more == {
        "AssumeRole": (
            "sts:AssumeRole on the role (whose trust policy must name the caller, and the external id if any)"
        ),
        "AssumeRoleWithWebIdentity": "sts:AssumeRoleWithWebIdentity",
        "DescribeImageScanFindings": (
            "ecr:DescribeImageScanFindings and, for enhanced scanning, inspector2:ListFindings and "
            "inspector2:ListCoverage"
        ),
    }
