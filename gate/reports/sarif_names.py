"""The names in a SARIF log, made from hostile text: rule ids, paths, fingerprints and categories, all stable."""

import re
from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b
from urllib.parse import quote

from gate.plain import one_line
from gate.policy.verdict import ImageVerdict
from gate.reports.summary import are_several, build_name

_NOT_CATEGORY = re.compile(r"[^A-Za-z0-9._-]+")
_PLAIN_PART = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")
_LINK = re.compile(
    r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(?:/(?:[A-Za-z0-9._~/=&+,;:@-]++|%[0-9A-Fa-f]{2})*+)?"
    r"(?:\?(?:[A-Za-z0-9._~/=&+,;:@?-]++|%[0-9A-Fa-f]{2})*+)?(?:#[A-Za-z0-9._~/=-]*)?"
)
_LONGEST_LINK = 2_048


def told(text: str, most: int) -> str:
    """Return `text` on one line, harmless to show or to print, and at most `most` characters long."""
    # NOTE: nearly all text is plain, and this is called some 25,000 times a report: `one_line` takes ten times as long.
    if len(text) <= most and text.isascii() and text.isprintable() and "##" not in text:
        return text
    cut = text[: most * 4]
    if cut.isascii():
        line = " ".join(cut.split())
        if line.isprintable() and "##" not in line:
            return line if len(line) <= most and len(cut) == len(text) else line[: most - 1].rstrip() + "…"
    return one_line(text, most)


def distinct(text: str, most: int) -> str:
    """Return `text` as it is if it can be shown; else what can be shown of it, and a hash that tells it from others."""
    shown = told(text, most - 13)
    if shown == text and text.strip():
        return text
    return f"{shown.strip()}~{blake2b(text.encode('utf-8', 'surrogatepass'), digest_size=6).hexdigest()}"


def rule_id(vulnerability: str) -> str:
    """Return the id of a rule: the vulnerability's, or one that stands for it where that cannot be shown."""
    return distinct(vulnerability, 255)


def path_of(*parts: str) -> str:
    """Return a relative URI of the given parts: no scheme, no `:` or `@`, no dot segments, never empty."""
    return "/".join([part if _PLAIN_PART.fullmatch(part) else _encoded(part) for part in parts])


def fingerprint(key: str, occurrence: int) -> str:
    """Return what code scanning knows a finding by; `occurrence` counts, from 1, the findings that share a key."""
    # NOTE: 128 bits, since whoever names packages could find two keys that share 64, and hide one behind the other.
    return f"{blake2b(key.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}:{occurrence}"


def categories(images: Iterable[ImageVerdict]) -> list[str]:
    """Return a category for each image, unique, ending with a slash, and without tag or digest.

    Give it all images of a verdict: no image may get the category, and so close the alerts, of one without verdict.
    """
    images = list(images)
    several = are_several(images)
    taken: set[str] = set()
    seen: Counter[str] = Counter()
    found = []
    for image in images:
        base = _category(image, several=several)
        name = f"{base}/" if not seen[base] else f"{base}/{seen[base] + 1}/"
        while name in taken:
            seen[base] += 1
            name = f"{base}/{seen[base] + 1}/"
        seen[base] += 1
        taken.add(name)
        found.append(name)
    return found


def short_name(image: ImageVerdict) -> str:
    """Return what people call the image: its repository, pipeline or build, or the file that its evidence came from."""
    return build_name(image) or image.repository or image.target.rstrip("/").rpartition("/")[2].strip("-") or "image"


def reference(image: ImageVerdict) -> str:
    """Return the full reference of an image, tag and digest included, as far as the evidence tells."""
    if image.arn:
        name = image.arn
    elif image.source == "ecr":
        name = image.target.partition("@")[0]
    else:
        name = short_name(image) + "".join(f":{tag}" for tag in image.tags[:1])
    return told(f"{name}@{image.digest}" if image.digest else name, 1_000).strip() or "image"


def link(url: str | None) -> str | None:
    """Return `url` if it is a plain web address that is safe to follow and to put into Markdown."""
    if url is None or len(url) > _LONGEST_LINK or not _LINK.fullmatch(url):
        return None
    return url


def _encoded(part: str) -> str:
    segments = [segment for segment in distinct(part, 300).split("/") if segment] or ["~"]
    return "/".join([quote(segment if segment.strip(".") else f"{segment}~", safe="") for segment in segments])


def _category(image: ImageVerdict, *, several: bool) -> str:
    known = "-".join(word for word in (image.registry, image.region) if word)
    place = [known] if several and known else []
    platform = [image.platform.replace("/", "-")] if image.platform else []
    parts = [*place, *short_name(image)[:300].split("/"), *platform]
    words = [_NOT_CATEGORY.sub("-", part)[:100].strip(".-") or "image" for part in parts]
    return "/".join(["scan-gate", *words])
