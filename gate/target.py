"""TARGET text: what a user names on the command line, told apart by syntax alone."""

import re

from msgspec import Struct

from gate.errors import UsageError
from gate.plain import one_line

# Where ECR's registries live: the suffix of the host, for `dkr.ecr` and for dual-stack `dkr-ecr` names, by partition.
# Source: the partitions file of botocore (dnsSuffix), and "Dual-stack endpoints" in the Amazon ECR user guide.
SUFFIXES = {
    "amazonaws.com": "aws",
    "amazonaws.com.cn": "aws-cn",
    "amazonaws.eu": "aws-eusc",
    "c2s.ic.gov": "aws-iso",
    "sc2s.sgov.gov": "aws-iso-b",
    "cloud.adc-e.uk": "aws-iso-e",
    "csp.hci.ic.gov": "aws-iso-f",
}
DUAL_STACK_SUFFIXES = {
    "on.aws": "aws",
    "on.amazonwebservices.com.cn": "aws-cn",
    "on.amazonwebservices.eu": "aws-eusc",
}
_OTHER_REGISTRIES = frozenset({
    "docker.io", "gcr.io", "ghcr.io", "index.docker.io", "mcr.microsoft.com", "public.ecr.aws", "quay.io",
    "registry.k8s.io",
})  # fmt: skip
_HOST = re.compile(r"(?P<account>[^./]*)\.dkr(?P<joint>[.-])ecr(?P<fips>-fips)?\.(?P<region>[^./]+)\.(?P<suffix>[^/]+)")
_REGION = re.compile(r"[a-z]{2,5}(?:-[a-z0-9]+){1,3}-[0-9]{1,2}")
_REPOSITORY = re.compile(r"(?:[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*/)*[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_SAVED = re.compile(r"(?:\./|\.\./|/|file:).*|.*\.json(?:\.gz)?", re.DOTALL)
_BUILDER_ARN = re.compile(
    r"arn:aws[a-z-]*:imagebuilder:(?P<region>[a-z]{2,5}(?:-[a-z0-9]+){1,3}-[0-9]{1,2}):(?P<account>[0-9]{12}|aws(?:-[a-z-]+)?):"
    r"(?:image/[a-z0-9_-]+/(?P<version>(?:[0-9]+|x)\.(?:[0-9]+|x)\.(?:[0-9]+|x))(?P<build>/(?:[0-9]+|x))?"
    r"|(?P<pipeline>image-pipeline/[a-z0-9_-]+))"
)
_LONGEST = 4_096


class EcrTarget(Struct, frozen=True, kw_only=True, tag="ecr"):
    """An image in an ECR registry; None for registry and region means the caller's own."""

    text: str
    repository: str
    tag: str | None
    digest: str | None
    registry: str | None = None
    region: str | None = None


class SavedTarget(Struct, frozen=True, kw_only=True, tag="saved"):
    """Evidence saved earlier: a path, or `-` for standard input."""

    text: str
    path: str


class BuildTarget(Struct, frozen=True, kw_only=True, tag="build"):
    """An image that EC2 Image Builder made: a build version, or the newest image of a pipeline."""

    text: str
    arn: str
    region: str
    account: str | None
    """None for images of Amazon's own."""
    is_pipeline: bool


Target = EcrTarget | SavedTarget | BuildTarget


def parse_target(text: str) -> Target:
    """Tell what `text` names; UsageError says what is wrong with it and what is expected."""
    if not text.strip():
        raise UsageError("the target is empty", hint=_EXPECTED)
    if len(text) > _LONGEST or "\x00" in text:
        raise UsageError(f"the target {one_line(text, 60)!r} is no image and no file name", hint=_EXPECTED)
    if text == "-" or _SAVED.fullmatch(text):
        return SavedTarget(text=text, path=_path(text))
    if text.startswith("arn:"):
        return _parse_arn(text)
    if "://" in text:
        raise UsageError(f"{_shown(text)}: an image is named without a scheme", hint=_EXPECTED)
    host, slash, path = text.partition("/")
    if slash and _looks_like_ecr(host):
        registry, region = _parse_host(text, host.lower())
        return _parse_reference(text, path, registry=registry, region=region)
    if slash and host.lower() in _OTHER_REGISTRIES:
        raise UsageError(
            f"{_shown(text)}: {host.lower()} is not a private ECR registry, so AWS scans nothing there",
            hint="Name the copy in your own registry; behind its host, if a pull-through cache has this prefix.",
        )
    return _parse_reference(text, text)


_EXPECTED = (
    "Expected REPOSITORY:TAG, REPOSITORY@sha256:…, the same behind a registry host, the ARN of an Image Builder build "
    "or pipeline, or a path to saved evidence."
)


def _path(text: str) -> str:
    if not text.startswith("file:"):
        return text
    path = text.removeprefix("file:")
    if path.startswith("//"):
        authority, slash, rest = path[2:].partition("/")
        if authority not in {"", "localhost"}:
            raise UsageError(f"{_shown(text)}: a file URL with a host is not read", hint="Write file:///PATH.")
        path = slash + rest
    if not path:
        raise UsageError(f"{_shown(text)}: no path after file:", hint="Write file:PATH.")
    return path


def _parse_arn(text: str) -> BuildTarget:
    match = _BUILDER_ARN.fullmatch(text)
    if not match:
        raise UsageError(
            f"{_shown(text)}: this ARN is of no image that is judged",
            hint="Expected arn:aws:imagebuilder:REGION:ACCOUNT:image/NAME/1.2.3/4, or …:image-pipeline/NAME. "
            "Name a container image in ECR as REPOSITORY:TAG or with its registry host.",
        )
    if match["version"] and (not match["build"] or "x" in f"{match['version']}{match['build']}"):
        raise UsageError(
            f"{_shown(text)}: this names a version, and one version has many builds",
            hint="Add the build number, without x: …:image/NAME/1.2.3/4.",
        )
    account = match["account"] if match["account"].isdecimal() else None
    return BuildTarget(
        text=text, arn=text, region=match["region"], account=account, is_pipeline=match["pipeline"] is not None
    )


def is_build_version(arn: str) -> bool:
    """Tell whether `arn` names one build of Image Builder's, as a target must."""
    match = _BUILDER_ARN.fullmatch(arn)
    return match is not None and match["build"] is not None and "x" not in f"{match['version']}{match['build']}"


def _looks_like_ecr(host: str) -> bool:
    return ".dkr." in host.lower() or ".dkr-ecr" in host.lower()


def _parse_host(text: str, host: str) -> tuple[str, str]:
    match = _HOST.fullmatch(host)
    if not match:
        raise UsageError(
            f"{_shown(text)}: {_shown(host)} looks like a registry host and is none",
            hint="Expected ACCOUNT.dkr.ecr.REGION.amazonaws.com.",
        )
    account, region, suffix = match["account"], match["region"], match["suffix"]
    if not re.fullmatch(r"[0-9]{12}", account):
        raise UsageError(f"{_shown(text)}: the account {_shown(account)} is not 12 digits")
    known = SUFFIXES if match["joint"] == "." else DUAL_STACK_SUFFIXES
    if suffix not in known:
        raise UsageError(
            f"{_shown(text)}: {_shown(suffix)} is not the suffix of an AWS registry",
            hint=f"Expected one of {', '.join(known)}.",
        )
    if not _REGION.fullmatch(region):
        raise UsageError(f"{_shown(text)}: {_shown(region)} is not the name of a region", hint="Such as eu-west-1.")
    return account, region


def _parse_reference(text: str, path: str, *, registry: str | None = None, region: str | None = None) -> EcrTarget:
    name, at, digest = path.partition("@")
    repository, colon, tag = name.partition(":")
    if not _REPOSITORY.fullmatch(repository) or not 2 <= len(repository) <= 256:
        raise UsageError(f"{_shown(text)}: {_shown(repository)} is not the name of an ECR repository", hint=_EXPECTED)
    if at and not _DIGEST.fullmatch(digest):
        raise UsageError(
            f"{_shown(text)}: {_shown(digest)} is not a digest", hint="Expected sha256: and 64 hexadecimal digits."
        )
    if colon and not _TAG.fullmatch(tag):
        raise UsageError(
            f"{_shown(text)}: {_shown(tag)} is not a tag", hint="Letters, digits, `_`, `.` and `-`, at most 128."
        )
    if not at and not colon:
        raise UsageError(f"{_shown(text)}: neither a tag nor a digest, and `latest` is never assumed", hint=_EXPECTED)
    return EcrTarget(
        text=text, repository=repository, tag=tag or None, digest=digest or None, registry=registry, region=region
    )


def _shown(text: str) -> str:
    return repr(one_line(text, 120))
