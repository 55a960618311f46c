"""What a condition is, and how one reads the facts of findings and packages."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from msgspec import Meta, Struct, defstruct

from gate.model import Cvss, Finding, Package
from gate.policy.choices import METRICS, MetricChoice
from gate.policy.patterns import matcher, texts

Text = Annotated[str, Meta(min_length=1, max_length=2_000)]
Patterns = Text | Annotated[tuple[Text, ...], Meta(min_length=1, max_length=10_000)]
Truth = Literal[True, False]
Knower = Literal["ecr-basic", "ecr-enhanced", "inspector", "imagebuilder"]
KNOWERS: tuple[Knower, ...] = ("ecr-basic", "ecr-enhanced", "inspector", "imagebuilder")
"""The sources that may know a fact: ECR's two kinds of scanning, Inspector's own listing, Image Builder."""
Holds = Callable[[Any], bool | None]
"""Tells of a fact whether the condition holds; None when that cannot be known."""


class _Metrics(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base metrics of the CVSS vector that was judged, each with the letters that it may have."""

    def metrics(self) -> "Iterator[tuple[str, MetricChoice]]":
        """Yield the metrics that are named, with their letters."""
        for name in METRICS:
            letters = getattr(self, name)
            if letters is not None:
                yield name, letters


if TYPE_CHECKING:
    Vector: TypeAlias = _Metrics
else:
    Vector = defstruct(
        "Vector",
        [(name, MetricChoice | None, None) for name in METRICS],
        bases=(_Metrics,),
        namespace={"__doc__": _Metrics.__doc__},
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
        omit_defaults=True,
        module=__name__,
    )


class View(Struct, frozen=True, kw_only=True):
    """As of when, and by whose score, the facts of a finding are read."""

    now: datetime
    score: Callable[[Finding], Cvss | None]
    first_seen: Callable[[Finding], datetime | None]
    """The earliest sight of the finding: here, or under the same key in the baseline."""


Read = Callable[[Any, View], Any]
"""Reads a fact of a finding (or of one of its packages); None when it is not known."""


class Condition(Struct, frozen=True, kw_only=True):
    """One word of the vocabulary."""

    kind: Any
    """The type of its value in the policy."""
    values: str
    """How its values are written, for the documentation."""
    doc: str
    read: Read
    holds: Callable[[Any], Holds]
    """Makes the test of a value as the policy writes it; called once a run."""
    fold: bool = False
    """Whether names are compared whatever their case; for conditions whose kind is Patterns."""
    of: Literal["finding", "package"] = "finding"
    known: frozenset[str] = frozenset(KNOWERS)
    """The sources that know the fact."""
    absent: Any = None
    """What is read where the source does not know the fact."""
    supply: str = ""
    """What supplies the fact where the source does not: an option of `check`, or a change of scanning."""
    worse: Literal["higher", "true", ""] = ""
    """The direction in which the fact is worse, where it has one: lint says when a rule leaves out the worse end."""
    show: Callable[[Any], str] = str
    """Says the fact as people read it."""


def names_of(finding: Finding, _: View) -> tuple[str, ...]:
    """Return the id and the aliases of a finding."""
    return (finding.id, *finding.aliases)


def text_of(name: str) -> Read:
    """Return what reads a text of a package as the names that patterns are compared with."""

    def read(package: Package, _: View) -> tuple[str, ...] | None:
        text = getattr(package, name)
        return None if text is None else (text,)

    return read


def called(value: Any) -> Holds:  # noqa: ANN401 - a text or several, as Patterns says
    """Return the test that one of the names is what a pattern names."""
    match = matcher(texts(value))
    return lambda names: any(map(match, names))


def called_whatever_the_case(value: Any) -> Holds:  # noqa: ANN401 - as above
    """Return the same test, whatever the case."""
    match = matcher(texts(value), fold=True)
    return lambda names: any(map(match, names))


def among(value: Any) -> Holds:  # noqa: ANN401 - any of the choices
    """Return the test of a value that knows itself what is among it."""
    found: Holds = value.holds
    return found


def exactly(value: Any) -> Holds:  # noqa: ANN401 - true or false
    """Return the test that a fact is just this one."""
    return lambda seen: seen is value


def truth_text(seen: object) -> str:
    """Return true or false as the policy writes them."""
    return str(seen).lower()


def score_of(finding: Finding, view: View) -> float | None:
    """Return the CVSS score that is judged."""
    judged = view.score(finding)
    return None if judged is None else judged.score


def vector_of(finding: Finding, view: View) -> str | None:
    """Return the vector of the CVSS score that is judged."""
    judged = view.score(finding)
    return judged.vector if judged else None


def has_metrics(value: Vector) -> Holds:
    """Return the test that a vector has these letters for its metrics; a metric that it lacks is not known."""
    wanted = tuple(value.metrics())

    def holds(vector: str) -> bool | None:
        parts = dict(part.split(":", 1) for part in vector.strip("()").split("/") if ":" in part)
        # NOTE: a letter that the metric has in no version says nothing of it: the `S` of CVSS 4.0 is no scope.
        told = [letters.holds(parts[name]) if parts.get(name) in [*METRICS[name]] else None for name, letters in wanted]
        return False if False in told else None if None in told else True

    return holds


def since(moment: datetime | None, view: View) -> timedelta | None:
    """Return how long ago it was; a time that lies ahead tells nothing."""
    return None if moment is None or moment > view.now else view.now - moment


def kev_of(finding: Finding, _: View) -> bool | None:
    """Tell whether CISA lists the finding."""
    return None if finding.kev is None else finding.kev.listed


def kev_due_of(finding: Finding, view: View) -> timedelta | None:
    """Return the time left until the end of the due day (UTC); forever for what is not listed."""
    kev = finding.kev
    if kev is None:
        return None
    if not kev.listed:
        return timedelta.max
    if kev.due is None:
        return None
    return datetime.combine(kev.due, time.max, UTC) - view.now


def due_text(left: timedelta) -> str:
    """Return how far off a due date is, in words."""
    if left == timedelta.max:
        return "not listed"
    return f"passed {-left.days} days ago" if left < timedelta(0) else f"in {left.days} days"
