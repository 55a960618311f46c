"""Runs of SARIF logs as the tests ask for them: rendered from what is judged, free of faults, and read."""

from typing import Any

from msgspec.structs import replace

from gate.model import Finding
from gate.policy.clauses import Max
from gate.policy.document import Policy
from gate.policy.verdict import JudgedFinding, Verdict
from gate.reports.sarif import render, render_suppressed
from tests.builders import judge, policy, scan
from tests.reports.sarif_faults import faults, log_of

NONE_ALLOWED = policy(max=Max(critical=0, high=0))
ALL_ALLOWED = policy(max=Max(unknown="unlimited"))


def run_of(verdict: Verdict, *, suppressed: bool = False) -> Any:
    """Return the only run of a verdict's log, after making sure that nothing is wrong with the log."""
    text = render_suppressed(verdict) if suppressed else render(verdict)
    assert faults(text) == []
    (run,) = log_of(text)["runs"]
    return run


def judged(*findings: Finding, rules: Policy = ALL_ALLOWED, **fields: Any) -> Any:
    """Return the run of one image with these findings, judged by a policy that allows all of them unless told."""
    return run_of(judge(rules, scan(*findings, **fields)))


def with_findings(verdict: Verdict, *findings: JudgedFinding) -> Verdict:
    """Return a verdict whose only image has these findings instead of its own."""
    return replace(verdict, images=(replace(verdict.images[0], findings=findings),))


def uris(run: Any) -> list[str]:
    """Return the path of each result."""
    return [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in run["results"]]


def notes(run: Any) -> list[str]:
    """Return what the run notes of its making."""
    held = run["invocations"][0].get("toolExecutionNotifications", [])
    return [note["message"]["text"] for note in held]
