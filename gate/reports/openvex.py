"""The `openvex` report: what the policy's `ignore` entries and VEX files settle, as OpenVEX 0.2.0 that others can read.

An accepted risk is `affected` with what was decided about it; only an entry that carries a `justification` says
`not_affected`. What a VEX file settled is passed on as it was said. A product is always one image by digest: whoever
reads the document must not relax more than was settled here. For the same reason AWS's related vulnerabilities are no
aliases here (an advisory names several), and a statement that relaxes is left out where it would be about another
finding too, which counts: packages of operating systems have no package URL that could narrow it. `tooling` says so.
"""

import re
from hashlib import sha256

import msgspec
from msgspec.structs import asdict, replace

from gate.model import Package
from gate.policy.verdict import ImageVerdict, JudgedFinding, Verdict
from gate.policy.vex import RELAXING
from gate.reports.image_names import sha256_of
from gate.reports.openvex_document import (
    CONTEXT,
    Component,
    Document,
    Hashes,
    Identifiers,
    Product,
    Said,
    Statement,
)
from gate.reports.openvex_words import said_of
from gate.reports.purls import image_purl, package_purl
from gate.reports.sarif_names import told
from gate.reports.summary import plural

_MOST_BYTES = 15 * 1024 * 1024
"""Of all statements: this project itself reads no document over 16 MiB."""
_MOST_PACKAGES = 50
_ENCODER = msgspec.json.Encoder()
_Parts = dict[str, None]
"""The packages that a statement is narrowed to, in order; empty when it is about the whole image."""
_Products = dict[tuple[str, str], _Parts]
"""By package URL and digest of the image."""


def render(verdict: Verdict) -> str:
    """Return the document; the empty string, which means no file, when there is nothing to say."""
    groups: dict[Said, _Products] = {}
    counting = _Counting(verdict.images)
    left_out = 0
    for image in verdict.images:
        purl, digits = image_purl(image, image.digest), sha256_of(image.digest)
        for finding in image.findings:
            said = said_of(finding)
            if said is None:
                continue
            parts = _parts(finding.packages)
            if purl is None or digits is None or not counting.lets(said, digits, finding, is_narrow=bool(parts)):
                left_out += 1
            else:
                _add(groups.setdefault(said, {}), (purl, digits), parts)
    statements = [_statement(said, products) for said, products in groups.items()]
    kept = statements[: _fitting(statements)]
    return _document(verdict, tuple(kept), left_out + len(statements) - len(kept)) if kept else ""


class _Counting:
    """The findings that nothing relaxes, to see whether a statement would be about one of them too."""

    def __init__(self, images: tuple[ImageVerdict, ...]) -> None:
        # NOTE: by digest, since one may be judged twice, by overrides that select its tags.
        self._packages: dict[tuple[str, str], set[str]] = {}
        for image in images:
            digits = sha256_of(image.digest) or ""
            for finding in image.findings:
                if not _is_relaxed(said_of(finding)):
                    for name in (finding.id, *finding.aliases):
                        held = self._packages.setdefault((digits, _read_as(name)), set())
                        held.update(_read_as(package.name) for package in finding.packages)

    def lets(self, said: Said, digits: str, finding: JudgedFinding, *, is_narrow: bool) -> bool:
        """Tell whether this may be said of a finding: it relaxes none that counts."""
        packages = self._packages.get((digits, _read_as(finding.id)))
        if packages is None or not _is_relaxed(said):
            return True
        return is_narrow and packages.isdisjoint(_read_as(package.name) for package in finding.packages)


def _is_relaxed(said: Said | None) -> bool:
    return said is not None and said.status in RELAXING


def _read_as(name: str) -> str:
    """Return what the most lenient reader takes a name for."""
    return re.sub(r"[-_.]+", "-", name).strip().casefold()


def _add(products: _Products, product: tuple[str, str], parts: _Parts) -> None:
    held = products.setdefault(product, parts)
    if held and parts:
        held.update(parts)
    else:
        products[product] = {}


def _parts(packages: tuple[Package, ...]) -> _Parts:
    """Return the package URLs of the packages, sorted; none unless all of them have one."""
    purls = [package_purl(package) or "" for package in packages[: _MOST_PACKAGES + 1]]
    return dict.fromkeys(sorted(purls)) if all(purls) and len(purls) <= _MOST_PACKAGES else {}


def _statement(said: Said, products: _Products) -> Statement:
    made = tuple(_product(purl, digits, parts) for (purl, digits), parts in products.items())
    return Statement(**asdict(said), products=made)


def _product(purl: str, digits: str, parts: _Parts) -> Product:
    components = tuple(Component(id=part, identifiers=Identifiers(purl=part)) for part in parts)
    return Product(id=purl, identifiers=Identifiers(purl=purl), hashes=Hashes(sha256=digits), subcomponents=components)


def _fitting(statements: list[Statement]) -> int:
    """Return how many statements, from the first, the document has room for."""
    size = 0
    for count, statement in enumerate(statements):
        size += len(_ENCODER.encode(statement))
        if size > _MOST_BYTES:
            return count
    return len(statements)


def _document(verdict: Verdict, statements: tuple[Statement, ...], left_out: int) -> str:
    policy = told(verdict.policy.name, 200).strip() if verdict.policy else ""
    more = f"; {plural(left_out, 'statement')} left out, see the verdict document" if left_out else ""
    document = Document(
        context=CONTEXT,
        id="",
        author=f"scan-gate (policy {policy or 'without a name'})",
        timestamp=verdict.judged_at,
        version=1,
        tooling=f"scan-gate {told(verdict.gate, 100)}{more}",
        statements=statements,
    )
    # NOTE: named after what it says, so that the same verdict makes the same document, and another one never its name.
    name = sha256(_ENCODER.encode(document)).hexdigest()
    named = replace(document, id=f"https://openvex.dev/docs/public/vex-{name}")
    return _ENCODER.encode(named).decode() + "\n"
