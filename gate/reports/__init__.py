"""The reports: each writes a verdict down in one format, and none decides anything."""

from collections.abc import Callable, Mapping

from gate.policy.verdict import Verdict
from gate.reports import console, json_document, junit, sarif

Render = Callable[[Verdict], str]
"""Writes a verdict down; the empty string means that there is nothing to write, so no file is made."""

REPORTS: Mapping[str, Render] = {
    "console": console.render,
    "json": json_document.render,
    "junit": junit.render,
    "sarif": sarif.render,
    "sarif+suppressed": sarif.render_suppressed,
}
"""Every report by the name that `-o NAME=PATH` knows it by."""
