"""The findings of the HTML report as rows: what each shows, what it is filtered by, and what it says when opened."""

from collections.abc import Iterator
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from gate.model import WORST_FIRST, Fix, Package
from gate.plain import one_line
from gate.policy.verdict import Disposition, ImageVerdict, JudgedFinding, Verdict
from gate.reports import details, shared, summary
from gate.reports.addresses import secure
from gate.reports.days import SETTLED, far, utc_day
from gate.reports.html_facts import Fact, facts, package_facts, percent
from gate.reports.html_stands import ORDER, Stand, Stands
from gate.reports.sarif_names import told

_SEVERITIES = {severity.value: severity.place for severity in WORST_FIRST}
_FIXABLE = {Fix.FULL: "yes", Fix.PARTIAL: "yes", Fix.NONE: "no", Fix.UNKNOWN: "unknown"}
_MOST_LINKS = 4
_LONGEST_TEXT = 600

Mark = tuple[str, str]
"""What stands out in a finding: its kind (`kev`, `exploit`, `new`, `grace`), and its words."""


class Row(Struct, frozen=True, kw_only=True, array_like=True):
    """A finding of one image, or of several images of an index that have it alike; every text is one line."""

    severity: str
    id: str
    url: str
    title: str
    marks: tuple[Mark, ...]
    package: str
    installed: str
    fixed: str
    fix: str
    """Whether the policy calls it fixable: `yes`, `no`, `unknown`."""
    cvss: str
    epss: str
    state: str
    disposition: str
    said: str
    """What belongs to the state: the rules violated, the days left, who accepted it until when."""
    rules: tuple[str, ...]
    images: tuple[int, ...]
    where: str
    text: str
    facts: tuple[Fact, ...]
    links: tuple[str, ...]


class _Packages(Struct, frozen=True):
    """What the findings in one set of packages share; most findings of an image are in few of them."""

    names: str
    installed: str
    fixed: str
    facts: tuple[Fact, ...]


def rows(verdict: Verdict, stands: Stands) -> tuple[Row, ...]:
    """Return the rows of all images: what violates first, then by where it stands, each the worst first."""
    maker = _Rows(utc_day(verdict.judged_at))
    found: list[Row] = []
    first = 0
    for group in shared.groups(verdict.images):
        held = stands.by_image[first : first + len(group)]
        if len(group) == 1:
            found += maker.single(group[0], first, held[0])
        else:
            found += maker.merged(group, first, held)
        first += len(group)
    return tuple(sorted(found, key=_place))


def _place(row: Row) -> tuple[int, int, float, str, str]:
    return (ORDER[row.state], _SEVERITIES[row.severity], -float(row.cvss or 0), row.id, row.package)


class _Rows:
    """Makes the rows of a verdict that was judged on a day."""

    def __init__(self, today: date) -> None:
        """Remember the day, and nothing of packages yet."""
        self._today = today
        self._packages: dict[tuple[Package, ...], _Packages] = {}

    def single(self, image: ImageVerdict, index: int, stands: tuple[Stand, ...]) -> list[Row]:
        """Return the rows of an image that shares nothing with another one."""
        where = summary.stable_name(image)
        compared = _is_compared(image)
        return [self._row(stand, (index,), where, compared=compared) for stand in stands]

    def merged(self, group: tuple[ImageVerdict, ...], first: int, held: tuple[tuple[Stand, ...], ...]) -> Iterator[Row]:
        """Yield the rows of the images of an index, those that are alike once, with the platforms that have them."""
        found: dict[tuple[str, Row], list[int]] = {}
        for number, (image, stands) in enumerate(zip(group, held, strict=True)):
            compared = _is_compared(image)
            for stand in stands:
                row = self._row(stand, (), "", compared=compared)
                found.setdefault((stand.finding.key, row), []).append(number)
        for (_, row), numbers in found.items():
            names = ", ".join(one_line(group[number].platform or "no platform", 60) for number in numbers)
            where = f"all {len(group)} platforms" if len(numbers) == len(group) else names
            yield replace(row, images=tuple(first + number for number in numbers), where=where)

    def _row(self, stand: Stand, images: tuple[int, ...], where: str, *, compared: bool) -> Row:
        finding = stand.finding
        held = self._packages.get(finding.packages) or self._hold(finding.packages)
        return Row(
            severity=finding.severity.value,
            id=details.finding_name(finding),
            url=secure(finding.url) or "",
            title=_title(finding),
            marks=tuple(_marks(stand, self._today, compared=compared)),
            package=held.names,
            installed=held.installed,
            fixed=held.fixed or details.FIX_WORDS[finding.fix],
            fix=_FIXABLE[finding.fix],
            cvss=f"{finding.cvss.score:.1f}" if finding.cvss else "",
            epss="" if finding.epss is None else percent(finding.epss),
            state=stand.state,
            disposition=finding.disposition.value,
            said=_said(stand, self._today),
            rules=stand.rules,
            images=images,
            where=where,
            text=told(finding.description, _LONGEST_TEXT),
            facts=(*held.facts, *facts(finding, stand.rules, self._today)),
            links=tuple(filter(None, map(secure, finding.references[:_MOST_LINKS]))),
        )

    def _hold(self, packages: tuple[Package, ...]) -> _Packages:
        fixed = details.versions_text(package.fixed_in for package in packages)
        made = _Packages(
            details.package_names(packages),
            details.versions_text(package.version for package in packages),
            "" if fixed == "-" else fixed,
            package_facts(packages),
        )
        self._packages[packages] = made
        return made


def _is_compared(image: ImageVerdict) -> bool:
    return image.baseline is not None and not image.baseline.missing


def _title(finding: JudgedFinding) -> str:
    """Return what it is about: the title, or where that only repeats the id and the package, the text's beginning."""
    title = told(finding.title, 200)
    return told(finding.description, 120) or title if not title or title.startswith(finding.id) else title


def _said(stand: Stand, today: date) -> str:
    finding, rules = stand.finding, stand.rules
    if rules:
        return ", ".join(rules[:3]) + (f" +{len(rules) - 3}" if len(rules) > 3 else "")
    if finding.grace_until is not None and finding.disposition is Disposition.GRACE:
        return f"ends {far(utc_day(finding.grace_until), today)}"
    by = finding.ignored_by
    if by is None:
        return ""
    until = f"until {one_line(by.until, 60)}" if by.until else "without end"
    return f"{until}, {one_line(by.owner, 60)}" if by.owner else until


def _marks(stand: Stand, today: date, *, compared: bool) -> Iterator[Mark]:
    finding, kev = stand.finding, stand.finding.kev
    if kev is not None and kev.listed:
        when = ""
        if kev.due is not None and finding.disposition not in SETTLED:
            when = f", {'overdue since' if kev.due < today else 'due'} {kev.due}"
        yield "kev", f"KEV{when}"
    if finding.exploit:
        yield "exploit", "exploit known"
    if compared and finding.sight is None:
        yield "new", "new"
    if stand.rules and finding.disposition is Disposition.GRACE and finding.grace_until is not None:
        yield "grace", f"grace ends {far(utc_day(finding.grace_until), today)}"
