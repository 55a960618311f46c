"""Judges `scan.platforms`: every platform that the policy names must be among the images that a target came to."""

from collections import defaultdict

import msgspec

from gate.errors import Exit
from gate.model import offers
from gate.plain import one_line
from gate.policy.scalars import PlatformName
from gate.policy.verdict import ImageVerdict, Outcome

_PUSH = "Push every platform under this name, or change scan.platforms in the policy."
_UNKNOWN = "Push it in an index (docker buildx does), which names its platform, or change scan.platforms in the policy."


def demand_platforms(
    demanded: tuple[tuple[PlatformName, ...] | None, ...], images: tuple[ImageVerdict, ...]
) -> tuple[ImageVerdict, ...]:
    """Return the images, without their verdicts where a target lacks a platform; a known violation stays one.

    `demanded` is what the policy for each image asks of its target.
    """
    if not any(demanded):
        return images
    held: dict[str, list[str | None]] = defaultdict(list)
    wanted: dict[str, dict[str, None]] = defaultdict(dict)
    for image, platforms in zip(images, demanded, strict=True):
        held[image.target].append(image.platform)
        wanted[image.target].update((platform.plain, None) for platform in platforms or ())
    missing = {
        target: [name for name in wanted[target] if not any(offers(platform, name) for platform in platforms)]
        for target, platforms in held.items()
    }
    return tuple(_without(image, missing[image.target], held[image.target]) for image in images)


def _without(image: ImageVerdict, missing: list[str], held: list[str | None]) -> ImageVerdict:
    if not missing or image.verdict in {Outcome.FAIL, Outcome.NO_VERDICT}:
        return image
    known = ", ".join(dict.fromkeys(one_line(platform, 60) for platform in held if platform))
    seen = f"what there is, is {known}" if known else "the platform of this image is not known"
    return msgspec.structs.replace(
        image,
        verdict=Outcome.NO_VERDICT,
        exit_code=int(Exit.NO_VERDICT),
        reason=f"the policy asks for {', '.join(missing)} (scan.platforms), and {seen}",
        hint=_PUSH if known else _UNKNOWN,
    )
