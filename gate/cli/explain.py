"""`gate explain`: why a finding counts or not, and the smallest changes that would turn the verdict."""

from difflib import get_close_matches

import click

from gate.cli.documents import finished
from gate.cli.terminal import show
from gate.errors import EvidenceError, Exit, UsageError
from gate.plain import one_line
from gate.policy.changes import Changes
from gate.policy.explain import explain as explained
from gate.policy.rejudge import disagreement
from gate.policy.verdict import Verdict
from gate.reports.explanation import render
from gate.reports.summary import plural


@click.command(short_help="Say why a finding counts or not, and what would turn the verdict.")
@click.argument("name", metavar="ID")
@click.argument("path", metavar="VERDICT.json")
def explain(name: str, path: str) -> int:
    """Say for each finding of that id in a verdict document why it counts or not.

    Its way through the stages of the policy, every rule with every condition (✓ holds, ✗ does not, ? not known), the
    value seen and where it came from, and the smallest changes that would turn the verdict, each of them tried.

    Exits with 2 when the document has no such finding, and with 3 when it is none, or does not agree with itself.
    """
    verdict = finished(path)
    wrong = disagreement(verdict)
    if wrong:
        raise EvidenceError(f"the document does not agree with itself: {one_line(wrong)}", hint="Run the check again.")
    found = explained(verdict, name)
    if not found:
        raise UsageError(
            f"{one_line(name, 100)}: no finding in the document has this id or alias", hint=_known(verdict, name)
        )
    changes = Changes(verdict)
    show("\n".join(render(verdict, one, changes.of(one.image, one.finding)) for one in found))
    return int(Exit.PASS)


def _known(verdict: Verdict, name: str) -> str:
    """Return which ids are like this one; else that some images list nothing, since they have no verdict."""
    ids = {finding.id: None for image in verdict.images for finding in image.findings}
    near = get_close_matches(name[:100], ids, n=3)
    if near:
        return f"Did you mean {' or '.join(one_line(one, 60) for one in near)}?"
    without = sum(image.counts is None for image in verdict.images)
    return f"{plural(without, 'image')} in it without a verdict, of which nothing is listed." if without else ""
