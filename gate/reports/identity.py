"""What an image is, in the same words in every report that has room for it: target, digest, build, registry."""

from collections.abc import Iterator

from gate.plain import one_line
from gate.policy.verdict import BaselineUsed, ImageVerdict
from gate.reports.summary import target_text


def identity(image: ImageVerdict) -> tuple[tuple[str, str], ...]:
    """Return what is known of an image's identity as (label, text), each text one line."""
    return tuple(_identity(image))


def _identity(image: ImageVerdict) -> Iterator[tuple[str, str]]:
    yield "target", target_text(image)
    for label, text in (
        ("digest", image.digest),
        ("index", image.index_digest),
        ("platform", image.platform),
        ("build", image.arn),
        ("pipeline", image.pipeline),
        ("made", ", ".join(image.outputs[:20])),
    ):
        if text:
            yield label, one_line(text, 300)
    if image.narrowed:
        yield "not judged", "other images of its index (--platform)"
    if image.baseline is not None:
        yield "baseline", _baseline(image.baseline)
    if image.overrides:
        yield "overrides", one_line(", ".join(str(index + 1) for index in image.overrides), 300)
    place = " in ".join(one_line(word, 100) for word in (image.registry, image.region) if word)
    if place:
        yield "account" if image.source == "imagebuilder" else "registry", place


def _baseline(used: BaselineUsed) -> str:
    if used.missing:
        return f"{one_line(used.target, 150) or 'none'}, which is no baseline: {one_line(used.missing, 300)}"
    return f"{one_line(used.target, 150)} ({one_line(used.digest or 'no digest', 100)})"
