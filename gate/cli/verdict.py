"""`gate verdict`: the exit code of a verdict document, once it has been found to be whole, fresh and true to itself."""

from datetime import datetime, timedelta

import click

from gate.cli.clock import SystemClock
from gate.cli.documents import document as read_document
from gate.cli.terminal import show
from gate.cli.values import DIGEST, DurationValue
from gate.errors import EvidenceError
from gate.model import AHEAD
from gate.plain import one_line
from gate.policy.rejudge import disagreement
from gate.policy.scalars import Duration
from gate.policy.verdict import Verdict
from gate.reports.summary import headline


@click.command(short_help="Exit with the verdict of a document that `check -o json=` wrote.")
@click.argument("document", metavar="VERDICT.json")
@click.option(
    "--max-age", type=DurationValue(), default=Duration(86_400), show_default="24h", help="Refuse an older one."
)
@click.option("--digest", type=DIGEST, help="Refuse one that is about another image.")
def verdict(document: str, max_age: Duration, digest: str | None) -> int:
    """Print the one-line reason of a verdict document and exit with its exit code.

    Refuses (3) a document that is unfinished, unreadable, of another schema, too old, about another digest, or
    that does not agree with itself when it is judged again.
    """
    found = read_document(document)
    refuse_unless_trusted(found, max_age, digest, SystemClock().now())
    show(headline(found) + "\n")
    return found.exit_code


def refuse_unless_trusted(found: Verdict, max_age: Duration, digest: str | None, now: datetime) -> None:
    """Raise EvidenceError, which says why, for a document that is no verdict about this image today."""
    if not found.finished:
        raise EvidenceError(f"the document is unfinished: {one_line(found.reason)}", hint="Run the check again.")
    age = now - found.judged_at
    if age > max_age.delta:
        # NOTE: rounded up, so that no age is said to be what would be taken.
        unit = timedelta(minutes=1) if age >= timedelta(minutes=1) else timedelta(seconds=1)
        old = Duration(int(-(-age // unit) * unit.total_seconds())).plain
        raise EvidenceError(
            f"the document is {old} old, and at most {max_age.plain} is taken", hint="Run the check again."
        )
    if age < -AHEAD:
        raise EvidenceError(f"the document is dated {found.judged_at:%Y-%m-%d %H:%M} UTC, which is after now")
    # NOTE: an index of which only some platforms were judged is nothing that the document is about.
    indexes = {image.index_digest for image in found.images if not image.narrowed}
    about = {image.digest for image in found.images} | indexes
    if digest is not None and digest not in about:
        seen = ", ".join(sorted(one_line(str(one), 80) for one in about if one)) or "no digest"
        raise EvidenceError(f"the document is about {seen}, not about {digest}", hint="Check this image.")
    wrong = disagreement(found)
    if wrong:
        raise EvidenceError(f"the document does not agree with itself: {one_line(wrong)}", hint="Run the check again.")
