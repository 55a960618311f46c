"""Whether a verdict is complete: what readers that take a missing finding for a fixed one must know first."""

from gate.policy.verdict import ImageVerdict, Outcome, Verdict


def is_judged(image: ImageVerdict) -> bool:
    """Tell whether the findings of an image were counted and led to a verdict.

    Not so for one that cannot be scanned and is accepted as such: it has a verdict, and nobody knows its findings.
    """
    return image.verdict is not Outcome.NO_VERDICT and image.counts is not None


def is_wholly_judged(verdict: Verdict) -> bool:
    """Tell whether there is an image, and every image was judged."""
    return bool(verdict.images) and all(map(is_judged, verdict.images))
