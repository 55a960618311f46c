"""The reports: each writes a verdict down in one format, and none decides anything."""

from collections.abc import Callable, Mapping

from gate.policy.verdict import Verdict
from gate.reports import (
    annotations,
    codequality,
    console,
    dotenv,
    gitlab,
    html,
    intoto,
    json_document,
    junit,
    markdown,
    metrics,
    openvex,
    sarif,
)

Render = Callable[[Verdict], str]
"""Writes a verdict down; the empty string means that there is nothing to write, so no file is made."""

REPORTS: Mapping[str, Render] = {
    "console": console.render,
    "json": json_document.render,
    "junit": junit.render,
    "sarif": sarif.render,
    "sarif+suppressed": sarif.render_suppressed,
    "markdown": markdown.render,
    "markdown+comment": markdown.render_comment,
    "html": html.render,
    "dotenv": dotenv.render,
    "annotations": annotations.render,
    "metrics": metrics.render,
    "gitlab": gitlab.render,
    "codequality": codequality.render,
    "openvex": openvex.render,
    "intoto": intoto.render,
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
