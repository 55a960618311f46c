"""What an image is called where other tools meet it: its place in a registry, and its digest."""

import re

from gate.errors import UsageError
from gate.policy.verdict import ImageVerdict
from gate.reports.sarif_names import short_name, told
from gate.reports.summary import build_name
from gate.target import EcrTarget, parse_target

_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_NO_DIGEST = "sha256:" + "0" * 64
# The suffix of a registry's host by how its region's name begins. Source: the partitions file of botocore (regionRegex,
# dnsSuffix).
_SUFFIXES = (
    ("cn-", "amazonaws.com.cn"),
    ("eusc-", "amazonaws.eu"),
    ("us-iso-", "c2s.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov"),
    ("eu-isoe-", "cloud.adc-e.uk"),
    ("us-isof-", "csp.hci.ic.gov"),
)


def sha256_of(digest: str | None) -> str | None:
    """Return the hexadecimal digits of a digest; None where there is none, or it is no SHA-256."""
    match = _DIGEST.fullmatch(digest or "")
    return match[1] if match else None


def address(image: ImageVerdict) -> str | None:
    """Return registry host and repository, however the target was written; None where the evidence does not tell.

    The same registry has several hosts (FIPS, dual-stack); this is the plain one, so that one image has one name.
    """
    region = image.region or ""
    suffix = next((suffix for start, suffix in _SUFFIXES if region.startswith(start)), "amazonaws.com")
    place = f"{image.registry}.dkr.ecr.{region}.{suffix}/{image.repository or ''}"
    try:
        target = parse_target(f"{place}@{_NO_DIGEST}")
    except UsageError:
        return None
    is_whole = isinstance(target, EcrTarget) and target.tag is None and target.repository == image.repository
    return place if is_whole else None


def pinned(image: ImageVerdict, digest: str | None) -> str:
    """Return the name of an image with a digest of its, and without tag; never empty, and always with a colon.

    What stands before the last colon is the same for the next build: GitLab knows an image by that part, unless what
    follows looks like a version (so a build of Image Builder's is `web:build-1.2.3/4`).
    """
    if image.arn:
        version = told(image.arn.rpartition(":")[2].partition("/")[2].partition("/")[2], 100)
        return f"{build_name(image) or 'image'}:build-{version}"
    name = address(image) or told(short_name(image), 256).strip() or "image"
    digits = sha256_of(digest)
    return f"{name}@sha256:{digits}" if digits else f"{name}:unknown"
