"""A reader for each format of report, which takes what the format's own readers take, and nothing that is alive."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from junitparser import JUnitXml
from lxml import etree

from gate.plain import neutral
from gate.policy.verdict import Verdict
from gate.reports import console, html, json_document
from gate.reports.github import MOST_ANNOTATIONS, annotations, outputs
from tests.ci.runner import read_outputs
from tests.reports import html_reading, sarif_faults, test_dotenv, test_github, test_metrics
from tests.reports.any_text import read_back
from tests.reports.html_reading import Element
from tests.reports.samples import SAMPLES
from tests.reports.showcase import showcase
from tests.reports.test_markdown import harmless

_SHARED = os.environ.get("SCAN_GATE_SHARED", "")
"""The folder with other projects' validators; without it XML is only read."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_DELIMITERS = ("gate-0", "gate-1")
_MARKDOWN = {"markdown": 900 * 1024, "markdown+comment": 60 * 1024}


def check_console(text: str) -> None:
    """Read what a terminal and a CI log show: no control sequence, no command."""
    assert neutral(text) == text, "not harmless"
    assert "\x1b" not in text, "a control sequence"
    assert not re.search(r"(?m)^\s*::|##\[|##vso\[", text), "a command"


def check_terminal(verdict: Verdict) -> None:
    """Read what a terminal shows in colour: nothing but colours is added."""
    check_console(_COLOUR.sub("", console.render_terminal(verdict, width=80)))


def check_github(verdict: Verdict) -> None:
    """Read annotations and outputs as GitHub's runner does."""
    found = test_github.commands(annotations(verdict))
    assert len(found) <= MOST_ANNOTATIONS, "too many annotations"
    marks = iter([*_DELIMITERS * 40])
    paths = {"json": "a.json\nb<<c", "html": "x=y"}
    read = read_outputs(outputs(verdict, paths, lambda: next(marks)))
    assert read["verdict"] == verdict.verdict.value, "another verdict"
    assert read["exit-code"] == str(verdict.exit_code), "another exit code"
    assert read["report-json"] == paths["json"], "another path"


def _json(text: str) -> None:
    read_back(text)


def _document(text: str) -> None:
    read_back(text)
    json_document.read(text.encode())


def _junit(text: str) -> None:
    data = text.encode()
    tree = etree.fromstring(data)
    assert list(JUnitXml.fromstring(data)), "no suite"
    assert neutral(text) == text, "not harmless"
    if _SHARED:
        _junit_schema().assertValid(tree)


def _sarif(text: str) -> None:
    assert sarif_faults.faults(text) == []


def _codequality(text: str) -> None:
    marks = [entry["fingerprint"] for entry in read_back(text)]
    assert len(set(marks)) == len(marks), "two entries share a fingerprint"


def _markdown(most: int) -> Callable[[str], None]:
    def check(text: str) -> None:
        assert len(text.encode()) <= most, "too large"
        harmless(text)

    return check


def _page(text: str) -> None:
    document = html_reading.read(text)
    assert neutral(text) == text, "not harmless"
    # NOTE: one is the page's own, and where findings are listed, the other holds them as data.
    assert len(document.all("script")) == 1 + bool(document.all("script", id="rest")), "another script"
    strange = {pair for one in document.walk() for pair in _names(one)} - _ours()
    assert not strange, f"not of the page: {strange}"
    links = [one.attributes["href"] or "" for one in document.all("a") if "href" in one.attributes]
    assert all(link.startswith(("https://", "#")) for link in links), "a link that is not https"


def _dotenv(text: str) -> None:
    test_dotenv.read(text)


def _metrics(text: str) -> None:
    held = test_metrics.read(text)
    assert len(test_metrics.read_by_gitlab(text)) == len(held), "GitLab reads other series"


READERS: Mapping[str, Callable[[str], None]] = {
    "console": check_console,
    "json": _document,
    "junit": _junit,
    "sarif": _sarif,
    "sarif+suppressed": _sarif,
    "markdown": _markdown(_MARKDOWN["markdown"]),
    "markdown+comment": _markdown(_MARKDOWN["markdown+comment"]),
    "html": _page,
    "dotenv": _dotenv,
    "annotations": _json,
    "metrics": _metrics,
    "gitlab": _json,
    "codequality": _codequality,
    "openvex": _json,
    "intoto": _json,
}
"""Raises AssertionError, or what the reader raises, over a report that its readers would not take as it is meant."""


@cache
def _junit_schema() -> Any:  # noqa: ANN401 - lxml has no types
    return etree.XMLSchema(etree.parse(Path(_SHARED, "schemas", "jenkins.junit-10.xsd")))


@cache
def _ours() -> frozenset[tuple[str, str]]:
    """Return the names of elements, each with every name of an attribute of its, on pages without hostile text."""
    known = (showcase(), *(SAMPLES[name] for name in ("pass", "fail", "warn", "no_verdict", "mixed", "clean")))
    documents = [html_reading.read(html.render(one)) for one in known]
    return frozenset(pair for document in documents for one in document.walk() for pair in _names(one))


def _names(one: Element) -> Iterator[tuple[str, str]]:
    yield one.name, ""
    yield from ((one.name, name) for name in one.attributes)
