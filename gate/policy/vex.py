"""VEX statements as of one moment: which of them settles a finding in an image; the newest about it decides."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cached_property, lru_cache
from itertools import groupby

from gate.errors import UsageError
from gate.model import AHEAD, Finding, Image, Package
from gate.policy.purl import Purl, all_of, any_of, arch_of, names, parse_purl
from gate.policy.vex_document import VexProduct, VexStatement
from gate.target import EcrTarget, parse_target

RELAXING = frozenset({"not_affected", "fixed"})
"""The statuses that settle a finding; the others say that it counts."""
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_NO_DIGEST = "sha256:" + "0" * 64
_Repository = tuple[str, str, str]


class Vex:
    """Settles findings by statements, whatever their order, and remembers which of them decided.

    What relaxes must be known to hold: for the image, or for all packages of the finding. What does not (affected,
    under_investigation) decides already where it may hold for one of them, since unknown tightens.
    """

    def __init__(self, statements: tuple[VexStatement, ...], now: datetime) -> None:
        """Index the statements that say something as of `now` by the vulnerabilities that they name, newest first."""
        self.used: set[int] = set()
        """The indexes of the statements that decided about a finding, for it or against it."""
        self._by_id: dict[str, list[_Compiled]] = {}
        known = [
            _Compiled(index, statement)
            for index, statement in enumerate(statements)
            if statement.timestamp - now <= AHEAD
        ]
        for compiled in sorted(known, key=_timestamp, reverse=True):
            for name in dict.fromkeys(name.casefold() for name in compiled.statement.ids):
                self._by_id.setdefault(name, []).append(compiled)

    def settle(self, finding: Finding, image: Image) -> VexStatement | None:
        """Return the statement by which the finding does not count in this image, or None.

        Of all statements about it the newest decides; of equally new ones one that does not relax; then ties by text.
        """
        for _, equally_new in groupby(self._candidates(finding), _timestamp):
            about = [compiled for compiled in equally_new if compiled.is_about(finding, image)]
            if about:
                against = [compiled for compiled in about if not compiled.relaxes]
                self.used.update(compiled.index for compiled in against or about)
                return None if against else _first_by_text(about)
        return None

    def _candidates(self, finding: Finding) -> "Iterable[_Compiled]":
        """Return the statements of the finding's names, each once, newest first; most meet none."""
        lists = [
            named for name in (finding.id, *finding.aliases) if (named := self._by_id.get(name.casefold())) is not None
        ]
        if len(lists) <= 1:
            return lists[0] if lists else ()
        once = {compiled.index: compiled for found in lists for compiled in found}
        return sorted(once.values(), key=_timestamp, reverse=True)


class _Compiled:
    """A statement and where it stands, with its package URLs parsed when first they are asked for."""

    def __init__(self, index: int, statement: VexStatement) -> None:
        self.index = index
        self.statement = statement
        self.relaxes = statement.status in RELAXING
        self._combined = all_of if self.relaxes else any_of

    @cached_property
    def _products(self) -> "list[_Product]":
        return [_Product(one) for one in self.statement.products if one.purls or one.subcomponents]

    def is_about(self, finding: Finding, image: Image) -> bool:
        """Tell whether the statement is about this finding in this image: known to be, if it relaxes, else maybe."""
        here = any_of(self._is_in(product, finding, image) for product in self._products if product.is_image)
        others = [product for product in self._products if not product.is_image]
        answer = any_of((here, self._names_packages(others, finding) if others else False))
        return answer is True if self.relaxes else answer is not False

    def _is_in(self, product: "_Product", finding: Finding, image: Image) -> bool | None:
        is_it = product.says(lambda purl: _is_image(purl, image))
        if is_it is False or not product.parts:
            return is_it
        return all_of((is_it, self._names_packages(product.parts, finding)))

    def _names_packages(self, named: "list[_Product]", finding: Finding) -> bool | None:
        if not finding.packages:
            return None
        return self._combined(any_of(one.names(package) for one in named) for package in finding.packages)


class _Product:
    """A product of a statement, or a part of one, by the package URLs that name it."""

    def __init__(self, product: VexProduct) -> None:
        parsed = [parse_purl(text) for text in product.purls]
        self._purls = [purl for purl in parsed if purl is not None]
        self._is_readable = None not in parsed
        self.parts = [_Product(VexProduct(purls=(text,))) for text in product.subcomponents]
        self.is_image = any(purl.type == "oci" for purl in self._purls)

    def says(self, test: Callable[[Purl], bool | None]) -> bool | None:
        """Return what its names say together; unknown if one of them cannot be read, which might narrow it."""
        return one_thing(map(test, self._purls)) if self._is_readable else None

    def names(self, package: Package) -> bool | None:
        """Tell whether this names the package.

        Where a statement narrows a package to parts of it (the helm module inside of trivy), that is never known: no
        scan says which package is a part of which.
        """
        itself = self.says(lambda purl: names(purl, package))
        if not self.parts:
            return itself
        return None if any_of((itself, *(part.names(package) for part in self.parts))) is not False else False


def one_thing(answers: Iterable[bool | None]) -> bool | None:
    """Return what several names of one thing say together: names that contradict each other leave it unknown."""
    said = set(answers)
    if False in said:
        return None if said - {False} else False
    return True if True in said else None if None in said else False


def _first_by_text(equals: list[_Compiled]) -> VexStatement:
    statements = [compiled.statement for compiled in equals]
    return min(statements, key=repr) if len(statements) > 1 else statements[0]


def _timestamp(compiled: _Compiled) -> datetime:
    return compiled.statement.timestamp


def _is_image(purl: Purl, image: Image) -> bool | None:
    """Tell whether a package URL names this image: by digest, else by the repository that it lies in."""
    if purl.type != "oci":
        return False
    version = (purl.version or "").lower()
    if _DIGEST.fullmatch(version):
        same = _has_digest(version, purl, image)
    else:
        # NOTE: a tag moves, so nobody knows whether it named this image when the statement was made.
        moves = bool(version or purl.qualifier("tag"))
        same = all_of((_is_repository(purl, image), _is_platform(purl, image), None if moves else True))
    return None if same and purl.subpath else same


def _has_digest(digest: str, purl: Purl, image: Image) -> bool | None:
    if digest == image.digest:
        return True
    if digest == image.index_digest:
        return _is_platform(purl, image)
    return None if image.digest is None else False


def _is_repository(purl: Purl, image: Image) -> bool | None:
    url = purl.qualifier("repository_url")
    if url is None:
        # NOTE: a name alone is anybody's image; it can be this one, and that never helps a finding pass.
        return None if image.repository is None or _last(image.repository) == purl.name.lower() else False
    named = _repository(url)
    if named is None:
        return False
    seen = (image.registry, image.region, image.repository)
    same = all_of(None if have is None else have == wanted for have, wanted in zip(seen, named, strict=True))
    return None if same and _last(named[2]) != purl.name.lower() else same


def _last(repository: str) -> str:
    return repository.rpartition("/")[2]


@lru_cache(maxsize=1_024)
def _repository(url: str) -> _Repository | None:
    """Return account, region and repository of a `repository_url` in ECR; None for any other registry's."""
    try:
        target = parse_target(f"{url}@{_NO_DIGEST}")
    except UsageError:
        return None
    if not isinstance(target, EcrTarget) or target.tag or not target.registry or not target.region:
        return None
    return target.registry, target.region, target.repository


def _is_platform(purl: Purl, image: Image) -> bool | None:
    wanted = [purl.qualifier("os"), purl.qualifier("arch")]
    if not any(wanted):
        return True
    seen = (image.platform or "").split("/")
    if len(seen) < 2:
        return None
    return all(not want or arch_of(want) == arch_of(have) for want, have in zip(wanted, seen[:2], strict=True))
