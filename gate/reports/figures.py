"""The few figures of a verdict that other programs read: of which image it is, and how many findings there are."""

from msgspec import Struct

from gate.model import WORST_FIRST, Severity
from gate.policy.verdict import Verdict
from gate.reports.completeness import is_judged
from gate.reports.image_names import sha256_of


class Total(Struct, frozen=True, kw_only=True):
    """How many findings of one severity all images together have, and how many of them count."""

    severity: Severity
    found: int
    counted: int


def subject_digest(verdict: Verdict) -> str | None:
    """Return the one digest that the verdict is about: of the image, or of the index whose images were all judged.

    None when it is about several, or when an image's digest is not known: `gate verdict --digest` takes it.
    """
    digests = {image.digest if image.narrowed else image.index_digest or image.digest for image in verdict.images}
    digits = sha256_of(digests.pop()) if len(digests) == 1 else None
    return f"sha256:{digits}" if digits else None


def totals(verdict: Verdict) -> tuple[Total, ...]:
    """Return the totals of each severity, worst first; none at all unless every image was judged.

    A number that leaves images out would read like a better verdict than there is.
    """
    counts = [image.counts for image in verdict.images if image.counts is not None and is_judged(image)]
    if not counts or len(counts) != len(verdict.images):
        return ()
    return tuple(
        Total(
            severity=severity,
            found=sum(one.of(severity).found for one in counts),
            counted=sum(one.of(severity).counted for one in counts),
        )
        for severity in WORST_FIRST
    )
