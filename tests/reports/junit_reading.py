"""Reads a JUnit report back: its cases by name, and how each of them ended."""

from xml.etree import ElementTree as ET


def cases_of(text: str) -> dict[tuple[str, str], ET.Element]:
    """Return the cases of a report by class and name, after making sure that no two have the same."""
    found = list(ET.fromstring(text).iter("testcase"))
    named = {(case.get("classname", ""), case.get("name", "")): case for case in found}
    assert len(named) == len(found)
    return named


def results_of(text: str) -> dict[tuple[str, str], str]:
    """Return how each case ended: `failure`, `error`, `skipped`, or nothing where it passed."""
    tags = ("failure", "error", "skipped")
    return {name: " ".join(child.tag for child in case if child.tag in tags) for name, case in cases_of(text).items()}


def with_result(results: dict[tuple[str, str], str], result: str) -> list[str]:
    """Return the names of the cases that ended so."""
    return [name for (_, name), found in results.items() if found == result]
