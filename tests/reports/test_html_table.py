"""The table of findings in the HTML report."""

from gate.model import Kev, Severity
from gate.policy.clauses import Max
from gate.policy.verdict import Verdict
from gate.reports.html_findings import Row, rows
from gate.reports.html_stands import stands
from gate.reports.html_table import MOST_ROWS, Table, table_of
from tests.builders import finding, judge, policy, scan
from tests.reports.samples import SAMPLES, many
from tests.reports.showcase import showcase


def of(verdict: Verdict) -> Table:
    return table_of(verdict, rows(verdict, stands(verdict)))


def choices(table: Table) -> dict[str, dict[str, int]]:
    return {one.name: {choice.text: choice.count for choice in one.choices} for one in table.filters}


def test_the_first_findings_are_rows_and_the_others_data_and_none_is_both() -> None:
    table = of(many(MOST_ROWS + 5))
    assert (table.count, len(table.rows), len(table.rest.rows)) == (MOST_ROWS + 5, MOST_ROWS, 5)
    assert not set(table.rows) & set(table.rest.rows)
    assert table.rest.fields == Row.__struct_fields__


def test_findings_can_be_narrowed_by_what_any_of_them_has_with_how_many() -> None:
    found = choices(of(SAMPLES["fail"]))
    assert found == {
        "state": {"Violates": 3, "Within limits": 5, "Ignored": 1},
        "fix": {"a fix exists": 4, "no fix yet": 2},
        "rule": {"cvss_floor": 2, "max.critical": 2, "max.high.fixable": 1},
    }
    assert [choice.value for choice in of(SAMPLES["fail"]).severities.choices] == ["critical", "high", "medium"]


def test_a_choice_finds_as_many_as_it_says() -> None:
    table = of(showcase())
    for one in table.filters:
        for choice in one.choices:
            held = [row for row in table.rows if choice.value in _values(one.name, row)]
            assert (one.name, choice.text, choice.count) == (one.name, choice.text, len(held))


def _values(name: str, row: Row) -> set[str]:
    return {
        "state": {row.state, row.disposition},
        "fix": {row.fix},
        "rule": set(row.rules),
        "mark": {kind for kind, _ in row.marks},
        "image": set(map(str, row.images)),
    }[name]


def test_marks_and_images_are_choices_where_there_are_any() -> None:
    found = choices(of(showcase()))
    assert list(found["mark"]) == ["known to be exploited (KEV)", "an exploit is known", "new since the baseline"]
    assert len(found["image"]) == 3
    assert of(showcase()).names_images
    assert not of(SAMPLES["fail"]).names_images
    assert of(showcase()).knows_epss
    assert not of(SAMPLES["fail"]).knows_epss


def test_a_finding_has_each_mark_once() -> None:
    listed = finding(severity=Severity.LOW, kev=Kev(listed=True), exploit=True)
    assert choices(of(judge(policy(max=Max(high=0)), scan(listed))))["mark"] == {
        "known to be exploited (KEV)": 1,
        "an exploit is known": 1,
    }


def test_without_findings_there_is_nothing_to_choose_from() -> None:
    table = of(SAMPLES["clean"])
    assert (table.count, table.filters, table.severities.choices) == (0, (), ())
