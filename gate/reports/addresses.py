"""Web addresses in reports: which of AWS's are safe to link to, and where the AWS console shows an image."""

import re

from gate.policy.verdict import ImageVerdict
from gate.reports.image_names import address, sha256_of
from gate.reports.sarif_names import link

_ABROAD = re.compile(r"(?:cn|us-gov|us-iso[a-z]*|eu-isoe|eusc)-")


def secure(url: str | None) -> str | None:
    """Return `url` if it is a plain https address, of which no reader makes anything but a link, else None."""
    found = link(url)
    return found if found is not None and found.startswith("https://") else None


def console_page(image: ImageVerdict) -> str | None:
    """Return the address of the ECR console's page on an image, None where the evidence does not tell all its parts.

    In the partition `aws` only: the consoles of the others have hosts of their own.
    """
    digits, region = sha256_of(image.digest), image.region or ""
    if digits is None or address(image) is None or _ABROAD.match(region):
        return None
    path = f"private/{image.registry}/{image.repository}/_/image/sha256:{digits}/details"
    return f"https://{region}.console.aws.amazon.com/ecr/repositories/{path}?region={region}"
