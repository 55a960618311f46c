"""Package URLs: how they are read, and whether one names a package that a finding lists.

Source: ECMA-427 and the type definitions of https://github.com/package-url/purl-spec.
"""

import re
from collections.abc import Iterable
from urllib.parse import unquote

from msgspec import Struct

from gate.model import Package

OS_TYPES = frozenset({"alpm", "apk", "deb", "rpm"})
# AWS's words for a package manager, in lower case, to the types of package URLs. Source: Inspector's PackageManager in
# botocore's model; `dpkg` to `generic` are not in it and are listed all the same (ECR's member is a free string).
TYPES: dict[str | None, frozenset[str]] = {
    None: OS_TYPES,  # basic scanning lists the packages of operating systems, and no type
    "os": OS_TYPES,
    "bundler": frozenset({"gem"}),
    "cargo": frozenset({"cargo"}),
    "composer": frozenset({"composer"}),
    "dotnet_core": frozenset({"nuget"}),
    "gemspec": frozenset({"gem"}),
    "gobinary": frozenset({"golang"}),
    "gomod": frozenset({"golang"}),
    "jar": frozenset({"maven"}),
    "nodepkg": frozenset({"npm"}),
    "npm": frozenset({"npm"}),
    "nuget": frozenset({"nuget"}),
    "pip": frozenset({"pypi"}),
    "pipenv": frozenset({"pypi"}),
    "poetry": frozenset({"pypi"}),
    "pom": frozenset({"maven"}),
    "pythonpkg": frozenset({"pypi"}),
    "yarn": frozenset({"npm"}),
    "dpkg": frozenset({"deb"}),
    "rpm": frozenset({"rpm"}),
    "apk": frozenset({"apk"}),
    "go": frozenset({"golang"}),
    "java": frozenset({"maven"}),
    "node": frozenset({"npm"}),
    "python": frozenset({"pypi"}),
    "generic": frozenset({"generic"}),
}
_GO_LIBRARY = "go/stdlib"
"""What Inspector calls Go's standard library, of package manager GENERIC; its package URL is pkg:golang/stdlib."""
_ARCHES = {"aarch64": "arm64", "all": "noarch", "x86_64": "amd64"}
_FOLDED = frozenset({"composer", "golang", "nuget"})
_SEPARATORS = {"maven": ":"}
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9.+-]*")
_KEY = re.compile(r"[a-z][a-z0-9._-]*")
_BAD = re.compile(r"[\s\x00-\x1f\x7f]|%(?![0-9A-Fa-f]{2})")
_GO_VERSION = re.compile(r"^(?:v|go)(?=[0-9])")


class Purl(Struct, frozen=True, kw_only=True):
    """A package URL in its parts, percent-decoded; of its letters only the type's and the keys' are made small."""

    type: str
    namespace: str | None = None
    name: str
    version: str | None = None
    qualifiers: tuple[tuple[str, str], ...] = ()
    """Keys and values, sorted by key; those without a value are left out, as the specification says."""
    subpath: str | None = None

    def qualifier(self, key: str) -> str | None:
        """Return the value of a qualifier."""
        return next((value for name, value in self.qualifiers if name == key), None)


def is_purl(text: str) -> bool:
    """Tell whether a text claims to be a package URL, by its scheme."""
    return text[:4].lower() == "pkg:"


def parse_purl(text: str) -> Purl | None:
    """Return the parts of a package URL, or None for a text that is none.

    Stricter than most readers where that could widen what is named: a bad escape, bytes that are no UTF-8, a blank, a
    qualifier that stands twice, a namespace whose parts hold an escaped slash.
    """
    # NOTE: not packageurl-python, which lets the last of two equal qualifiers win, turns bytes that are no UTF-8 into
    # U+FFFD and takes what stands before a colon for a scheme: what identifies a relaxation may not be guessed.
    if not is_purl(text) or _BAD.search(text):
        return None
    rest, _, subpath = text[4:].partition("#")
    rest, _, query = rest.partition("?")
    type_, _, path = rest.strip("/").partition("/")
    try:
        return _parsed(type_, path.strip("/"), query, subpath)
    except ValueError:  # NOTE: UnicodeDecodeError is one.
        return None


def _parsed(type_: str, path: str, query: str, subpath: str) -> Purl:
    if not _TYPE.fullmatch(type_):
        raise ValueError(type_)
    head, at, version = path.rpartition("@")
    # NOTE: the @ that begins a scope, as in pkg:npm/@scope/name, should be escaped and often is not.
    if not at or (not head and "/" in version):
        head, version = path, ""
    namespace, _, name = head.rpartition("/")
    if not name:
        raise ValueError(path)
    inside = (_decoded(part) for part in subpath.split("/"))
    return Purl(
        type=type_.lower(),
        namespace="/".join(_part(part) for part in namespace.split("/") if part) or None,
        name=_decoded(name),
        version=_decoded(version) or None,
        qualifiers=_qualifiers(query),
        subpath="/".join(part for part in inside if part not in {"", ".", ".."}) or None,
    )


def _decoded(text: str) -> str:
    return unquote(text, errors="strict")


def _part(text: str) -> str:
    if "/" in (decoded := _decoded(text)):
        raise ValueError(text)
    return decoded


def _qualifiers(query: str) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for pair in query.split("&") if query else ():
        key, equals, value = pair.partition("=")
        key = key.lower()
        if not equals or not _KEY.fullmatch(key) or key in found:
            raise ValueError(pair)
        found[key] = _decoded(value)
    return tuple(sorted((key, value) for key, value in found.items() if value))


def all_of(answers: Iterable[bool | None]) -> bool | None:
    """Return True if all hold, False if one does not, else None: it is not known (Kleene's logic)."""
    result: bool | None = True
    for answer in answers:
        if answer is False:
            return False
        if answer is None:
            result = None
    return result


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """Return True if one holds, False if none does, else None: it is not known (Kleene's logic)."""
    result: bool | None = False
    for answer in answers:
        if answer:
            return True
        if answer is None:
            result = None
    return result


def names(purl: Purl, package: Package) -> bool | None:
    """Tell whether a package URL names this package; None where that is not known.

    The namespace of an operating system's package (its distribution) and the qualifiers but `arch` and `epoch` are not
    compared: no scan says them. A subpath is a part of the package, and no scan says which part a finding is in.
    """
    if purl.subpath:
        return False if all_of(test(purl, package) for test in _TESTS) is False else None
    return all_of(test(purl, package) for test in _TESTS)


def _has_type(purl: Purl, package: Package) -> bool | None:
    if _is_go_library(package):
        return purl.type == "golang"
    word = package.type.lower() if package.type else None
    types = TYPES.get(word)
    if types is None:
        return None
    return True if purl.type in types else None if word is None else False


def _has_name(purl: Purl, package: Package) -> bool | None:
    seen = "stdlib" if _is_go_library(package) else package.name
    if purl.type in OS_TYPES:
        return purl.name == seen
    if purl.type == "pypi":
        return _python_name(purl.name) == _python_name(seen)
    full = _SEPARATORS.get(purl.type, "/").join(filter(None, (purl.namespace, purl.name)))
    if purl.type in _FOLDED:
        full, seen = full.casefold(), seen.casefold()
    if purl.type == "maven" and (":" not in seen or purl.namespace is None):
        # NOTE: a jar without its group, as it is listed where nothing in the jar says it.
        return None if purl.name == seen.rpartition(":")[2] else False
    return full == seen


def _has_version(purl: Purl, package: Package) -> bool | None:
    if purl.version is None:
        return True
    if package.version is None:
        return None
    if purl.type in OS_TYPES:
        return _is_os_version(purl.version, purl.qualifier("epoch"), package.version)
    if purl.type == "golang":
        return _GO_VERSION.sub("", purl.version) == _GO_VERSION.sub("", package.version)
    return purl.version == package.version


def _is_os_version(wanted: str, qualifier: str | None, seen: str) -> bool | None:
    """Compare versions of which one may leave out the epoch; zero and no epoch are the same."""
    (wanted_epoch, wanted), (seen_epoch, seen) = _split_epoch(wanted), _split_epoch(seen)
    if wanted != seen:
        return False
    epochs = {text.lstrip("0") for text in (wanted_epoch, qualifier) if text} or {""}
    installed = seen_epoch.lstrip("0")
    if epochs == {installed}:
        return True
    # NOTE: an epoch that only one of the two names may have been left out by the other.
    return None if installed in epochs or "" in {installed, *epochs} else False


def _split_epoch(version: str) -> tuple[str, str]:
    epoch, colon, rest = version.partition(":")
    return (epoch, rest) if colon and epoch.isdecimal() else ("", version)


def _has_arch(purl: Purl, package: Package) -> bool:
    wanted = purl.qualifier("arch")
    return not wanted or not package.arch or arch_of(wanted) == arch_of(package.arch)


def arch_of(word: str) -> str:
    """Return one name for an architecture, whoever names it: Docker, Debian, RPM or Inspector."""
    folded = word.lower()
    return _ARCHES.get(folded, folded)


_TESTS = (_has_name, _has_type, _has_version, _has_arch)


def _is_go_library(package: Package) -> bool:
    return package.name == _GO_LIBRARY


def _python_name(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
