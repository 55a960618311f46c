"""The Markdown report: a page for a step's summary, or a shorter one for a comment on a merge request."""

from collections.abc import Iterator

from gate.policy.verdict import Verdict
from gate.reports import details, summary
from gate.reports.markdown_page import Section, Table, page
from gate.reports.markdown_text import MARKS, code, escaped

MOST_BYTES = 900 * 1024
"""GitHub shows nothing of a step's summary that is over 1,024 KiB (docs.github.com, "Workflow commands")."""
MOST_BYTES_OF_COMMENT = 60 * 1024
"""GitHub refuses a comment of over 65,536 characters; GitLab takes a million."""
_MOST_ROWS = 2_000
_MOST_ROWS_OF_COMMENT = 200


def render(verdict: Verdict) -> str:
    """Return the page of a step's summary, at most 900 KiB long."""
    return _rendered(verdict, MOST_BYTES, _MOST_ROWS)


def render_comment(verdict: Verdict) -> str:
    """Return the same for a comment, at most 60 KiB long."""
    return _rendered(verdict, MOST_BYTES_OF_COMMENT, _MOST_ROWS_OF_COMMENT)


def _rendered(verdict: Verdict, most_bytes: int, most_rows: int) -> str:
    from gate.reports.markdown_image import sections

    run = Section(parts=tuple(_lists(verdict, most_rows)))
    return page(tuple(_head(verdict)), (*sections(verdict, most_rows), run), most_bytes)


def _head(verdict: Verdict) -> Iterator[str]:
    if summary.cannot_fail(verdict):
        yield f"**{summary.CANNOT_FAIL}**"
    about = f": {code(summary.image_label(verdict.images[0]), 400)}" if len(verdict.images) == 1 else ""
    yield f"## {MARKS[verdict.verdict]} {summary.WORDS[verdict.verdict]}{about}"
    yield f"**Why:** {escaped(verdict.reason, 800) or 'no reason is given'}"
    hints = summary.hints(verdict)
    if hints:
        yield f"**To do:** {escaped(hints[0])}"
    if len(verdict.images) > 1 and verdict.upgrades:
        yield f"**Upgrades:** {details.upgrades_outcome(verdict)}"
    judged = summary.moment(verdict.judged_at)
    by = f"judged {judged} by scan-gate {escaped(verdict.gate, 40)}"
    yield f"Policy {escaped(summary.policy_text(verdict), 400)}; {by}"


def _lists(verdict: Verdict, most: int) -> Iterator[Table]:
    """Yield what concerns the whole run: what else to do, warnings, and what ends."""
    from gate.reports.endings import endings

    hints = summary.hints(verdict)[1:]
    if hints:
        yield _list("Also to do", "to do", hints, most)
    warnings = summary.warnings(verdict)
    if warnings:
        yield _list(f"Warnings: {len(warnings)}", "warning", warnings, most)
    found = endings(verdict)
    if found:
        yield Table(
            title=f"Ends or falls due: {len(found)}, the earliest first",
            header=("day", "when", "what", "why"),
            rows=tuple((str(one.day), one.when, escaped(one.what, 300), escaped(one.why)) for one in found[:most]),
            total=len(found),
            is_folded=True,
        )


def _list(title: str, header: str, texts: tuple[str, ...], most: int) -> Table:
    rows = tuple((escaped(text, 800),) for text in texts[:most])
    return Table(title=title, header=(header,), rows=rows, total=len(texts))
