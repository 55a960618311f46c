"""The reports: each writes a verdict down in one format, and none decides anything."""

from collections.abc import Callable, Mapping
from importlib import import_module

from gate.policy.verdict import Verdict

Render = Callable[[Verdict], str]
"""Writes a verdict down; the empty string means that there is nothing to write, so no file is made."""


def _later(module: str, name: str = "render") -> Render:
    """Return a report's writer that is imported when it is first used: a run writes few of them."""

    def render(verdict: Verdict) -> str:
        text: str = getattr(import_module(f"gate.reports.{module}"), name)(verdict)
        return text

    return render


REPORTS: Mapping[str, Render] = {
    "console": _later("console"),
    "json": _later("json_document"),
    "junit": _later("junit"),
    "sarif": _later("sarif"),
    "sarif+suppressed": _later("sarif", "render_suppressed"),
    "markdown": _later("markdown"),
    "markdown+comment": _later("markdown", "render_comment"),
    "html": _later("html"),
    "dotenv": _later("dotenv"),
    "annotations": _later("annotations"),
    "metrics": _later("metrics"),
    "gitlab": _later("gitlab"),
    "codequality": _later("codequality"),
    "openvex": _later("openvex"),
    "intoto": _later("intoto"),
}
"""Every report by the name that `-o NAME=PATH` knows it by."""

_NOT_EVERY = "not every image was judged, and what it lacks would look mended"
UNWRITTEN: Mapping[str, str] = {
    "sarif": "no image has findings that were judged",
    "sarif+suppressed": "no image has findings that were judged",
    "gitlab": _NOT_EVERY,
    "codequality": _NOT_EVERY,
    "openvex": "there is nothing that a statement could be about: no accepted risk of an image with a digest",
    "intoto": "an image has no verdict, or no digest that a statement could be about",
}
"""Why a report has nothing to write, for those that may have nothing."""
