"""Package URLs as reports write them: of images, and of packages whose type is known.

Source: ECMA-427 and the type definitions of https://github.com/package-url/purl-spec.
"""

import re
from urllib.parse import quote

from gate.model import Package
from gate.policy.purl import TYPES, Purl, names, parse_purl
from gate.policy.verdict import ImageVerdict
from gate.reports.image_names import address, sha256_of
from gate.reports.sarif_names import short_name, told

_LONGEST = 1_000
_GO_LIBRARY = "go/stdlib"
_FOLDED = frozenset({"composer", "golang"})
_WITH_NAMESPACE = frozenset({"composer", "golang", "npm"})


def write_purl(purl: Purl) -> str:
    """Return a package URL as text; UnicodeEncodeError when a part holds a lone surrogate."""
    # NOTE: the colon is escaped, as the examples of type oci have it; every reader takes both.
    namespace = "".join(f"{_quoted(part)}/" for part in (purl.namespace or "").split("/") if part)
    version = f"@{_quoted(purl.version)}" if purl.version else ""
    pairs = "&".join(f"{key}={_quoted(value)}" for key, value in sorted(purl.qualifiers) if value)
    inside = "/".join(_quoted(part) for part in (purl.subpath or "").split("/") if part)
    ends = f"{'?' if pairs else ''}{pairs}{'#' if inside else ''}{inside}"
    return f"pkg:{purl.type}/{namespace}{_quoted(purl.name)}{version}{ends}"


def image_purl(image: ImageVerdict, digest: str | None) -> str | None:
    """Return the package URL of an image by a digest of its; None without one.

    Never one without digest, which would be about every image of the repository. The name says less than the digest:
    where no repository is known, it is what people call the image.
    """
    digits, place = sha256_of(digest), address(image)
    if digits is None:
        return None
    name = told(short_name(image).rpartition("/")[2], 100).strip().lower() or "image"
    qualifiers = (("repository_url", place),) if place else ()
    return write_purl(Purl(type="oci", name=name, version=f"sha256:{digits}", qualifiers=qualifiers))


def package_purl(package: Package) -> str | None:
    """Return the package URL of a package; None where its type is not known, or none of that type would name it.

    Packages of an operating system have none: AWS does not say whether they are Debian's, Alpine's or others.
    """
    purl = _purl_of(package)
    try:
        text = write_purl(purl) if purl else ""
    except UnicodeEncodeError:
        return None
    read = parse_purl(text) if len(text) <= _LONGEST else None
    # NOTE: what this text is for is to name the package, to readers as strict as this project's own.
    return text if read is not None and names(read, package) is True else None


def _purl_of(package: Package) -> Purl | None:
    if package.name == _GO_LIBRARY:
        return Purl(type="golang", name="stdlib", version=package.version)
    types = TYPES.get(package.type.lower() if package.type else None, frozenset())
    if len(types) != 1:
        return None
    (kind,) = types
    name = package.name.lower() if kind in _FOLDED else package.name
    namespace = ""
    if kind == "pypi":
        name = re.sub(r"[-_.]+", "-", name).lower()
    elif kind == "maven":
        namespace, _, name = name.rpartition(":")
    elif kind in _WITH_NAMESPACE:
        namespace, _, name = name.rpartition("/")
    return Purl(type=kind, namespace=namespace or None, name=name, version=package.version)


def _quoted(text: str) -> str:
    return quote(text, safe="")
