"""Reports over hostile text, verdict documents from any bytes: what is written is read back by its format's reader."""

from fuzz.checks import check_error, check_verdict
from fuzz.draw import Drawn
from fuzz.readers import READERS, check_github, check_terminal
from fuzz.verdicts import drawn_verdict, overwritten
from gate.errors import EvidenceError
from gate.policy.changes import Changes
from gate.policy.explain import explain
from gate.policy.rejudge import disagreement
from gate.policy.verdict import Verdict
from gate.reports import REPORTS, UNWRITTEN, explanation, json_document
from gate.reports.json_document import as_written


def fuzz_report(data: bytes) -> None:
    """Write a report over a verdict whose text is drawn from bytes, or all of them, and read it back."""
    drawn = Drawn(data)
    # NOTE: all of them take so long that little else would be tried.
    names = drawn.one_of((tuple(REPORTS), *((name,) for name in REPORTS)))
    verdict = as_written(drawn_verdict(drawn))
    again = check_verdict(verdict)
    # NOTE: of equal verdicts the reports are equal, and to write them all once more takes half of the time.
    later = [name for name in names if again != verdict and REPORTS[name](again) != REPORTS[name](verdict)]
    assert later == [], "rendered later, another is written"
    check_reports(as_written(overwritten(verdict, drawn)), names)


def fuzz_verdict_document(data: bytes) -> None:
    """Read a verdict document; of what can be read, judge it again, write every report, and explain a finding."""
    try:
        verdict = json_document.read(data)
    except EvidenceError as err:
        check_error(err)
        return
    text = json_document.render(verdict)
    assert json_document.render(json_document.read(text.encode())) == text, "written again, it is another"
    wrong = disagreement(verdict)
    assert wrong is None or wrong, "a disagreement without a word"
    if not verdict.finished or verdict.policy is None:
        return
    check_reports(verdict, tuple(REPORTS))
    if wrong is None:
        _check_explained(verdict)


def check_reports(verdict: Verdict, names: tuple[str, ...]) -> None:
    """Write these reports and read it back; what has nothing to write is one of those that may have nothing."""
    for name in names:
        text = REPORTS[name](verdict)
        try:
            assert text or name in UNWRITTEN, "nothing is written"
            if text:
                READERS[name](text)
        except Exception as err:
            err.add_note(f"in the report {name}")
            raise
    if "console" in names:
        check_terminal(verdict)
        check_github(verdict)


def _check_explained(verdict: Verdict) -> None:
    names = [finding.id for image in verdict.images for finding in image.findings][:1]
    for one in (found for name in names for found in explain(verdict, name)[:1]):
        changes = Changes(verdict).of(one.image, one.finding)
        assert explanation.render(verdict, one, changes), "nothing is explained"
