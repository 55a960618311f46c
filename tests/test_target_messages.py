"""What is said of a target that is none, whole: which, what was seen, what was expected, what to do."""

import pytest

from gate.errors import UsageError
from gate.model import offers
from gate.target import SavedTarget, parse_target

EXPECTED = (
    "Expected REPOSITORY:TAG, REPOSITORY@sha256:…, the same behind a registry host, the ARN of an Image Builder build "
    "or pipeline, or a path to saved evidence."
)
ARNS = (
    "Expected arn:aws:imagebuilder:REGION:ACCOUNT:image/NAME/1.2.3/4, or …:image-pipeline/NAME. Name a container image "
    "in ECR as REPOSITORY:TAG or with its registry host."
)
COPY = "Name the copy in your own registry; behind its host, if a pull-through cache has this prefix."
BUILD = "arn:aws:imagebuilder:eu-west-1:123456789012:image/app/1.2.3"
HOST = "123456789012.dkr.ecr.eu-west-1"
LONG = "x" * 119


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("", "the target is empty", EXPECTED),
        (" \t", "the target is empty", EXPECTED),
        ("a\0b:v1", "the target 'a\ufffdb:v1' is no image and no file name", EXPECTED),
        (f"{'y' * 60}\0", f"the target '{'y' * 59}…' is no image and no file name", EXPECTED),
        ("https://x/y:v1", "'https://x/y:v1': an image is named without a scheme", EXPECTED),
        ("GHCR.io/x/y:v1", "'GHCR.io/x/y:v1': ghcr.io is not a private ECR registry, so AWS scans nothing there", COPY),
        ("file://far/x.json", "'file://far/x.json': a file URL with a host is not read", "Write file:///PATH."),
        ("file:", "'file:': no path after file:", "Write file:PATH."),
        ("arn:aws:s3:::x", "'arn:aws:s3:::x': this ARN is of no image that is judged", ARNS),
        (
            BUILD,
            f"'{BUILD}': this names a version, and one version has many builds",
            "Add the build number, without x: …:image/NAME/1.2.3/4.",
        ),
        (
            f"1234.dkr.ecr.eu-west-1.amazonaws.com/a{'b' * 10}:v1",
            f"'1234.dkr.ecr.eu-west-1.amazonaws.com/a{'b' * 10}:v1': the account '1234' is not 12 digits",
            "",
        ),
        (
            "x.dkr.y/app:v1",
            "'x.dkr.y/app:v1': 'x.dkr.y' looks like a registry host and is none",
            "Expected ACCOUNT.dkr.ecr.REGION.amazonaws.com.",
        ),
        (
            "X.DKR-ECR/app:v1",
            "'X.DKR-ECR/app:v1': 'x.dkr-ecr' looks like a registry host and is none",
            "Expected ACCOUNT.dkr.ecr.REGION.amazonaws.com.",
        ),
        ("a:v1@sha256:12", "'a:v1@sha256:12': 'a' is not the name of an ECR repository", EXPECTED),
        ("ab:v 1", "'ab:v 1': 'v 1' is not a tag", "Letters, digits, `_`, `.` and `-`, at most 128."),
        ("ab@sha256:12", "'ab@sha256:12': 'sha256:12' is not a digest", "Expected sha256: and 64 hexadecimal digits."),
        ("team/app", "'team/app': neither a tag nor a digest, and `latest` is never assumed", EXPECTED),
        (f"{LONG}y", f"'{LONG}y': neither a tag nor a digest, and `latest` is never assumed", EXPECTED),
        (f"{LONG}yz", f"'{LONG}…': neither a tag nor a digest, and `latest` is never assumed", EXPECTED),
    ],
)
def test_it_is_said_whole(text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse_target(text)
    assert (raised.value.message, raised.value.hint) == (message, hint)


def test_a_region_and_a_suffix_that_are_none_are_named_with_what_they_may_be() -> None:
    for host, message, hint in (
        (
            f"{HOST}.example.com",
            "'example.com' is not the suffix of an AWS registry",
            "Expected one of amazonaws.com, ",
        ),
        ("123456789012.dkr.ecr.west.amazonaws.com", "'west' is not the name of a region", "Such as eu-west-1."),
    ):
        with pytest.raises(UsageError) as raised:
            parse_target(f"{host}/app:v1")
        assert raised.value.message == f"'{host}/app:v1': {message}"
        assert (raised.value.hint or "").startswith(hint)


def test_the_longest_text_that_is_looked_at_is_a_path() -> None:
    longest = "./" + "x" * 4_094
    assert isinstance(parse_target(longest), SavedTarget)
    with pytest.raises(UsageError, match="is no image and no file name"):
        parse_target(f"{longest}x")


@pytest.mark.parametrize(
    ("platform", "wanted", "is_offered"),
    [
        ("linux/amd64", "linux/amd64", True),
        ("linux/amd64", "linux/arm64", False),
        ("linux/arm64/v8", "linux/arm64", True),
        ("linux/arm64", "linux/arm64/v8", True),
        ("linux/arm/v7", "linux/arm", True),
        ("linux/arm", "linux/arm/v7", False),
        ("linux/arm/v7", "linux/arm/v6", False),
        ("linux/arm64", "linux/arm", False),
        ("windows/amd64", "linux/amd64", False),
        ("linux/arm/v8", "linux/arm", True),
        ("linux/arm/v8", "linux/arm/v7", False),
        ("linux/arm", "linux/arm/v8", False),
        ("", "linux/amd64", False),
        (None, "linux/amd64", False),
    ],
)
def test_a_platform_offers_what_it_is_and_what_it_is_a_variant_of(
    platform: str | None, wanted: str, *, is_offered: bool
) -> None:
    assert offers(platform, wanted) is is_offered
