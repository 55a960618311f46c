"""With SCAN_GATE_NO_SKIPS=1, as CI sets it beside the validators, a conformance test that is skipped has failed."""

import os
from collections.abc import Generator
from typing import TypeVar

import pytest

_Report = TypeVar("_Report", pytest.TestReport, pytest.CollectReport)
_NO_SKIPS = os.environ.get("SCAN_GATE_NO_SKIPS") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a test's skip into a failure that says so."""
    report = yield
    return _refuse(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn the skip of a whole module into a failure that says so."""
    report = yield
    return _refuse(report)


def _refuse(report: _Report) -> _Report:
    if _NO_SKIPS and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and SCAN_GATE_NO_SKIPS=1 forbids it: {report.longrepr}"
    return report
