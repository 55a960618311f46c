"""The JUnit file: that it is read back before anyone else reads it."""

import junit_xml
import pytest
from msgspec.structs import replace

from gate.errors import Exit, ReportError
from gate.reports import junit_file
from gate.reports.junit_file import Case, Result, Suite, write

FAILED = Case(classname="c", name="n", result=Result.FAILURE, text="why", kind="k")
SUITE = Suite(name="s", cases=(FAILED,), timestamp="2026-11-20T12:00:00")


def test_a_file_is_indented_and_declares_what_it_is() -> None:
    totals = 'errors="0" failures="1" name="s" skipped="0" tests="1"'
    assert write((SUITE,), comment="note").splitlines() == [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<!-- note -->",
        '<testsuites errors="0" failures="1" tests="1" time="0.000">',
        f'  <testsuite {totals} time="0.000" timestamp="2026-11-20T12:00:00">',
        '    <testcase name="n" classname="c" time="0.000">',
        '      <failure type="k" message="why">why</failure>',
        "    </testcase>",
        "  </testsuite>",
        "</testsuites>",
    ]


def test_a_failure_without_text_would_read_as_a_pass_and_is_refused() -> None:
    with pytest.raises(ReportError, match="would not say what the verdict says") as caught:
        write((replace(SUITE, cases=(replace(FAILED, text=""),)),))
    assert caught.value.exit_code is Exit.FAULT


def test_two_cases_of_one_name_are_refused() -> None:
    with pytest.raises(ReportError, match="would not say what the verdict says"):
        write((replace(SUITE, cases=(FAILED, FAILED)),))


def test_text_that_is_no_xml_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(junit_file, "_DECLARATION", "<")
    with pytest.raises(ReportError, match="would not be XML"):
        write((SUITE,))


def test_a_file_larger_than_its_readers_take_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(junit_file, "MOST_BYTES", 100)
    with pytest.raises(ReportError, match="larger than 100 bytes"):
        write((SUITE,))


def test_counts_that_do_not_add_up_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = junit_xml.to_xml_report_string

    def wrong(*args: object, **options: object) -> str:
        return str(honest(*args, **options)).replace('tests="1"', 'tests="2"')

    monkeypatch.setattr(junit_xml, "to_xml_report_string", wrong)
    with pytest.raises(ReportError, match="would not add up"):
        write((SUITE,))
