"""The table of findings in the HTML report: its rows, those that only its script shows, and what it is filtered by."""

from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec import Struct

from gate.model import WORST_FIRST
from gate.policy.verdict import Verdict
from gate.reports.html_findings import Row
from gate.reports.html_stands import STATES
from gate.reports.summary import image_label

MOST_ROWS = 1_000
"""How many findings are rows of the page; the others are in it as data, for its script to show."""
_BLANK = Row(
    severity="unknown", id="", url="", title="", marks=(), package="", installed="", fixed="", fix="", cvss="", epss="",
    state="counted", disposition="counted", said="", rules=(), images=(), where="", text="", facts=(), links=(),
)  # fmt: skip
_FIXES = {"yes": "a fix exists", "no": "no fix yet", "unknown": "fix not known"}
_MARKS = {"kev": "known to be exploited (KEV)", "exploit": "an exploit is known", "new": "new since the baseline"}


class Choice(Struct, frozen=True):
    """One value that findings may be narrowed to, how it reads, and how many findings have it."""

    value: str
    text: str
    count: int


class Filter(Struct, frozen=True):
    """What the findings can be narrowed by."""

    name: str
    label: str
    choices: tuple[Choice, ...]


class Rest(Struct, frozen=True):
    """The findings beyond the first: the names of a row's fields, and the rows as lists."""

    fields: tuple[str, ...]
    rows: tuple[Row, ...]
    states: dict[str, str]


class Table(Struct, frozen=True, kw_only=True):
    """The table; the severities are chosen from as a row of boxes, the filters each from a list."""

    count: int
    rows: tuple[Row, ...]
    rest: Rest
    blank: Row
    """A row that says nothing, of which the script makes those that it shows."""
    states: dict[str, str]
    severities: Filter
    filters: tuple[Filter, ...]
    names_images: bool
    knows_epss: bool


def table_of(verdict: Verdict, rows: tuple[Row, ...]) -> Table:
    """Return the table over all rows of a verdict."""
    several = len(verdict.images) > 1
    filters = (
        Filter(
            "state",
            "Where it stands",
            _choices(STATES, (word for row in rows for word in {row.state, row.disposition})),
        ),
        Filter("fix", "Fix", _choices(_FIXES, (row.fix for row in rows))),
        Filter("rule", "Rule violated", tuple(_rules(rows))),
        Filter("mark", "Stands out", _choices(_MARKS, (kind for row in rows for kind, _ in row.marks))),
        Filter("image", "Image", tuple(_images(verdict, rows)) if several else ()),
    )
    words = {severity.value: severity.value for severity in WORST_FIRST}
    return Table(
        count=len(rows),
        rows=rows[:MOST_ROWS],
        rest=Rest(Row.__struct_fields__, rows[MOST_ROWS:], STATES),
        blank=_BLANK,
        states=STATES,
        severities=Filter("severity", "Severity", _choices(words, (row.severity for row in rows))),
        filters=tuple(one for one in filters if one.choices),
        names_images=several,
        knows_epss=any(row.epss for row in rows),
    )


def _choices(words: dict[str, str], values: Iterable[str]) -> tuple[Choice, ...]:
    """Return those of the words that any finding has, in their order."""
    counts = Counter(values)
    return tuple(Choice(value, text, counts[value]) for value, text in words.items() if counts[value])


def _rules(rows: tuple[Row, ...]) -> Iterator[Choice]:
    counts = Counter(rule for row in rows for rule in frozenset(row.rules))
    yield from (Choice(name, name, counts[name]) for name in sorted(counts))


def _images(verdict: Verdict, rows: tuple[Row, ...]) -> Iterator[Choice]:
    counts = Counter(index for row in rows for index in row.images)
    for index, image in enumerate(verdict.images):
        if counts[index]:
            yield Choice(str(index), image_label(image), counts[index])
