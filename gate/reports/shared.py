"""Findings that images of one index share: said once, with the platforms that have them."""

from collections import Counter
from itertools import groupby

from msgspec import Struct

from gate.model import Package
from gate.plain import one_line
from gate.policy.verdict import ImageVerdict
from gate.reports import details

Key = tuple[str, tuple[Package, ...], tuple[str, ...]]


class Shared(Struct, frozen=True, kw_only=True):
    """A violation, and in which of the images it is."""

    violation: details.Violation
    where: tuple[str, ...]


def groups(images: tuple[ImageVerdict, ...]) -> tuple[tuple[ImageVerdict, ...], ...]:
    """Return the images in their order, those of one index together, every other one by itself."""
    numbered = enumerate(images)
    grouped = groupby(numbered, lambda one: (one[1].target, one[1].index_digest or one[0]))
    return tuple(tuple(image for _, image in group) for _, group in grouped)


def shared(images: tuple[ImageVerdict, ...]) -> tuple[Shared, ...]:
    """Return the violations of the images, worst first, equal ones (finding, versions and rules) as one."""
    found: dict[Key, tuple[details.Violation, list[str]]] = {}
    for name, image in zip(_names(images), images, strict=True):
        for violation in details.violations(image):
            key = (violation.finding.key, violation.finding.packages, violation.rules)
            found.setdefault(key, (violation, []))[1].append(name)
    ordered = sorted(found.values(), key=lambda one: details.badness(one[0].finding))
    return tuple(Shared(violation=violation, where=tuple(names)) for violation, names in ordered)


def where_text(one: Shared, images: tuple[ImageVerdict, ...]) -> str:
    """Return the platforms that have a violation, or how many they are when all have it."""
    return f"all {len(images)}" if len(one.where) == len(images) else ", ".join(one.where)


def _names(images: tuple[ImageVerdict, ...]) -> tuple[str, ...]:
    platforms = [one_line(image.platform, 60) if image.platform else "" for image in images]
    twice = {name for name, count in Counter(platforms).items() if count > 1 or not name}
    digests = [one_line(image.digest or "-", 15).removeprefix("sha256:") for image in images]
    return tuple(
        f"{platform}@{digest}".removeprefix("@") if platform in twice else platform
        for platform, digest in zip(platforms, digests, strict=True)
    )
