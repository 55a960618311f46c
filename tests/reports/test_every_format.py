"""Every format renders every verdict of a set, and what it wrote is read back by a reader of that format."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from junitparser import JUnitXml

from gate.plain import neutral
from gate.policy.verdict import Verdict
from gate.reports import REPORTS, UNWRITTEN, json_document
from tests.reports import html_reading, markdown_reader, test_dotenv, test_metrics
from tests.reports.samples import SAMPLES, many, unfinished

VERDICTS = {**SAMPLES, "unfinished": unfinished(), "0 findings": many(0), "10,000 findings": many()}
MOST = {"markdown": 900 * 1024, "markdown+comment": 60 * 1024, "junit": 30 * 1024**2}
"""Bytes that those who read it take at most."""


def lines_of(text: str) -> list[str]:
    assert neutral(text) == text
    return text.splitlines()


def runs_of(text: str) -> list[Any]:
    document = json.loads(text)
    assert document["version"] == "2.1.0"
    runs: list[Any] = document["runs"]
    assert all(len(run["results"]) <= 5_000 for run in runs)
    return runs


READERS: dict[str, Callable[[str], object]] = {
    "console": lines_of,
    "json": lambda text: json_document.read(text.encode()),
    "junit": lambda text: list(JUnitXml.fromstring(text.encode())),
    "sarif": runs_of,
    "sarif+suppressed": runs_of,
    "markdown": markdown_reader.read,
    "markdown+comment": markdown_reader.read,
    "html": html_reading.read,
    "dotenv": test_dotenv.read,
    "annotations": json.loads,
    "metrics": test_metrics.read,
    "gitlab": json.loads,
    "codequality": json.loads,
    "openvex": json.loads,
    "intoto": json.loads,
}


def test_every_format_has_a_reader() -> None:
    assert list(READERS) == list(REPORTS)


@pytest.mark.parametrize("verdict", VERDICTS.values(), ids=VERDICTS)
@pytest.mark.parametrize("name", REPORTS)
def test_it_is_written_and_read(name: str, verdict: Verdict) -> None:
    text = REPORTS[name](verdict)

    assert len(text.encode("utf-8", "surrogatepass")) <= MOST.get(name, 64 * 1024**2)
    if text:
        assert READERS[name](text) or name == "codequality"
    else:
        assert name in UNWRITTEN
