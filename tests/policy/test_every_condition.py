"""Every condition, true, false and unknown, in every place: what is unknown tightens, and never helps to pass."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec import Struct

from gate.model import Finding, Severity
from gate.policy.baseline import Compared
from gate.policy.clauses import RATED, Adjust, Baseline, Grace, Ignore, Rated, Rule, SeverityChanges, VexChoice
from gate.policy.conditions import CONDITIONS, When, when_of
from gate.policy.document import Relaxations
from gate.policy.loader import loads
from gate.policy.scalars import Duration
from gate.policy.settling import scope_of
from gate.policy.verdict import BaselineUsed, Disposition, ImageVerdict, RuleOutcome, Sight
from gate.policy.vex_document import VexProduct, VexStatement
from tests.builders import DIGEST, NOW, judge, policy, scan
from tests.policy.every_condition import ALWAYS_KNOWN, ROWS, when_of_row

SCOPES = ("id", "package", "version", "package_type", "path")
"""The conditions that an `ignore` entry has as keys of its own; the others reach it through `unless`."""
EVERYTHING = when_of(id="*")
COUNTED, IGNORED = Disposition.COUNTED, Disposition.IGNORED
FAIL, WARN, PASS = RuleOutcome.FAIL, RuleOutcome.WARN, RuleOutcome.PASS


class Case(Struct, frozen=True, kw_only=True):
    """One condition and one finding, with the answer."""

    key: str
    when: When
    truth: bool | None
    finding: Finding

    @property
    def tightens(self) -> bool:
        """Whether what tightens takes hold: what is unknown is as good as true."""
        return self.truth is not False


def cases(*keys: str) -> list[Any]:
    """Return every finding of every row, named after the condition and the answer."""
    return [
        pytest.param(
            Case(key=key, when=when_of_row(key, row), truth=truth, finding=found),
            id=f"{key}: {row.value} {truth} {number}",
        )
        for key in keys
        for row in ROWS[key]
        for truth in (True, False, None)
        for number, found in enumerate(row.of(truth), start=1)
    ]


everywhere = pytest.mark.parametrize("case", cases(*ROWS))


def image_of(
    case: Case, *, compared: Compared | None = None, statements: tuple[VexStatement, ...] = (), **fields: Any
) -> ImageVerdict:
    """Judge the finding of a case by a policy with these keys."""
    return judge(policy(**fields), scan(case.finding), compared=(compared,), vex=statements).images[0]


def ended(case: Case, **fields: Any) -> Disposition:
    """Return where the finding of a case ends under a policy with these keys."""
    return image_of(case, **fields).findings[0].disposition


def test_every_condition_has_a_row() -> None:
    assert tuple(ROWS) == tuple(CONDITIONS), "a condition without a row in every_condition.py is one without a test"


@pytest.mark.parametrize("key", CONDITIONS)
def test_a_condition_has_findings_for_each_answer_that_it_can_give(key: str) -> None:
    for truth in (True, False, None):
        can = truth is not None or key not in ALWAYS_KNOWN
        assert any(row.of(truth) for row in ROWS[key]) is can


@pytest.mark.parametrize(("key", "value"), [(key, row.value) for key, rows in ROWS.items() for row in rows])
def test_a_condition_is_written_the_same_wherever_it_may_stand(key: str, value: str) -> None:
    when = f"{{{key}: {value}}}"
    text = f"""version: 1
rules: [{{name: asked, when: {when}}}]
ignore: [{{id: CVE-1, reason: accepted, unless: {when}}}]
relaxations: {{never: {when}}}
severity: {{adjust: [{{when: {when}, to: low, reason: not reachable}}]}}
"""
    read = loads(text.encode(), file="gate.yaml").policy

    standing = [read.ignore[0].unless, read.relaxations.never, read.severity.adjust[0].when]
    assert standing == [read.rules[0].when] * 3


@everywhere
def test_a_rule_is_violated_by_what_matches_and_by_what_may(case: Case) -> None:
    [told] = [one for one in image_of(case, rules=(Rule(name="asked", when=case.when),)).rules if one.name == "asked"]

    assert told.outcome is (FAIL if case.tightens else PASS)
    assert (told.count, told.unknown) == (int(case.tightens), int(case.truth is None))


@everywhere
def test_a_rule_that_says_so_only_warns_of_what_may_match(case: Case) -> None:
    rules = (Rule(name="asked", when=case.when, if_unknown="warn"),)

    [told] = [one for one in image_of(case, rules=rules).rules if one.name == "asked"]

    assert told.outcome is {True: FAIL, False: PASS, None: WARN}[case.truth]


@pytest.mark.parametrize("case", cases(*SCOPES))
def test_an_ignore_entry_takes_only_what_it_is_known_to_name(case: Case) -> None:
    entry = Ignore(**{case.key: getattr(case.when, case.key)}, reason="accepted")

    assert scope_of(entry) == case.when
    assert ended(case, ignore=(entry,)) is (IGNORED if case.truth is True else COUNTED)


def test_an_ignore_entry_has_no_other_scope() -> None:
    assert set(Ignore.__struct_fields__) & set(CONDITIONS) == set(SCOPES)


@everywhere
def test_unless_keeps_an_ignore_entry_from_what_it_names_and_from_what_it_may_name(case: Case) -> None:
    entry = Ignore(id="*", reason="accepted", unless=case.when)

    assert ended(case, ignore=(entry,)) is (COUNTED if case.tightens else IGNORED)


def by_ignore(_: Case) -> dict[str, Any]:
    return {"ignore": (Ignore(id="*", reason="accepted"),)}


def by_vex(case: Case) -> dict[str, Any]:
    statement = VexStatement(
        file="a.vex.json",
        author="security@example.com",
        timestamp=NOW - timedelta(days=1),
        status="not_affected",
        ids=(case.finding.id,),
        products=(VexProduct(purls=(f"pkg:oci/app@{DIGEST}",)),),
    )
    return {"vex": VexChoice(files=("a.vex.json",), reason="analysed"), "statements": (statement,)}


def by_baseline(case: Case) -> dict[str, Any]:
    sight = Sight(severity=case.finding.severity, fix=case.finding.fix)
    compared = Compared(used=BaselineUsed(target="prod"), sights={case.finding.key: sight})
    return {"baseline": Baseline(image="prod", judge="new"), "compared": compared}


def by_grace(case: Case) -> dict[str, Any]:
    """Give grace from the publication; for a condition on that, from a first sight in a baseline that is no excuse."""
    time = Duration(10 * 86_400)
    given: dict[str, Any] = dict.fromkeys(RATED, time)
    if case.key != "published":
        return {"grace": Grace(**given)}
    sight = Sight(severity=Severity.INFORMATIONAL, fix=case.finding.fix, first_seen=NOW - timedelta(days=1))
    compared = Compared(used=BaselineUsed(target="prod"), sights={case.finding.key: sight})
    return {"grace": Grace(**given, begins="first_seen"), "baseline": Baseline(image="prod"), "compared": compared}


Relaxing = Callable[[Case], dict[str, Any]]
RELAXATIONS: dict[Disposition, Relaxing] = {
    IGNORED: by_ignore,
    Disposition.VEX: by_vex,
    Disposition.BASELINE: by_baseline,
    Disposition.GRACE: by_grace,
}


@everywhere
@pytest.mark.parametrize("how", RELAXATIONS)
def test_never_keeps_every_relaxation_from_what_it_names_and_from_what_it_may_name(
    case: Case, how: Disposition
) -> None:
    # NOTE: nobody knows how long the grace of an unknown severity would be.
    applies = COUNTED if how is Disposition.GRACE and case.finding.severity is Severity.UNKNOWN else how

    fields = RELAXATIONS[how](case)
    assert ended(case, **fields) is applies
    assert ended(case, **fields, relaxations=Relaxations(never=case.when)) is (COUNTED if case.tightens else applies)


def severity_after(case: Case, when: When, to: Rated, never: When | None = None) -> Severity:
    """Return the severity that a finding is judged with."""
    changes = SeverityChanges(adjust=(Adjust(when=when, to=to, reason="rated here"),))
    return image_of(case, severity=changes, relaxations=Relaxations(never=never)).findings[0].severity


@everywhere
@pytest.mark.parametrize("to", ["informational", "critical"])
def test_a_severity_is_lowered_where_the_condition_is_known_to_hold_and_raised_where_it_may(
    case: Case, to: Rated
) -> None:
    after = severity_after(case, case.when, to)

    raises = Severity(to).rank > case.finding.severity.rank
    assert after is (Severity(to) if case.truth is True or (raises and case.tightens) else case.finding.severity)


@everywhere
def test_never_keeps_a_severity_from_being_lowered(case: Case) -> None:
    assert severity_after(case, EVERYTHING, "informational") is Severity.INFORMATIONAL

    after = severity_after(case, EVERYTHING, "informational", case.when)

    assert after is (case.finding.severity if case.tightens else Severity.INFORMATIONAL)
