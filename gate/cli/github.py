"""What `check` tells GitHub Actions beside its reports: annotations, the summary of the step, and its outputs."""

import os
from pathlib import Path

from gate.cli.outputs import STDOUT, Output
from gate.cli.terminal import say, talk
from gate.errors import ReportError
from gate.plain import one_line
from gate.policy.verdict import Verdict
from gate.reports import REPORTS

LARGEST_SUMMARY = 1024 * 1024
"""Bytes of the largest summary of a step that GitHub shows."""


def tell_github(written: tuple[Output, ...], verdict: Verdict) -> None:
    """Tell GitHub Actions of a verdict, where it runs this; ReportError names the first file that cannot be written.

    Once the reports are written. Both files are tried, and the annotations are printed whatever becomes of them.
    """
    if os.environ.get("GITHUB_ACTIONS") != "true":
        return
    from gate.reports.github import annotations

    # NOTE: not by `say`, which would break up what are commands here; their text is neutral and escaped.
    talk(annotations(verdict))
    faults: list[ReportError] = []
    for name, append in (("GITHUB_STEP_SUMMARY", _summary), ("GITHUB_OUTPUT", _outputs)):
        path = os.environ.get(name)
        try:
            if path:
                append(Path(path), written, verdict)
        except OSError as err:
            why = err.strerror or type(err).__name__
            faults.append(ReportError(f"{name}: {one_line(path or '', 200)} cannot be written: {why}"))
    if faults:
        raise faults[0]


def _summary(place: Path, _written: tuple[Output, ...], verdict: Verdict) -> None:
    """Append the page that fits: of a summary that is too large GitHub shows nothing, also not what stood there."""
    size = place.stat().st_size if place.exists() else 0
    for name in ("markdown", "markdown+comment"):
        text = ("\n\n" if size else "") + REPORTS[name](verdict)
        if size + len(text.encode()) <= LARGEST_SUMMARY:
            _append(place, text)
            return
    say("gate: the summary of this step is full, so the verdict is not added to it")


def _outputs(place: Path, written: tuple[Output, ...], verdict: Verdict) -> None:
    from secrets import token_hex

    from gate.reports.github import outputs

    paths: dict[str, str] = {}
    for output in written:
        if output.path != STDOUT and Path(output.path).exists():
            # NOTE: one format may be written to several files: a line each, as upload-artifact takes them.
            held = paths.get(output.format)
            paths[output.format] = f"{held}\n{output.path}" if held else output.path
    text = outputs(verdict, paths, lambda: f"gate-{token_hex(16)}")
    _append(place, f"\n{text}" if _is_cut_off(place) else text)


def _is_cut_off(place: Path) -> bool:
    """Tell whether the last line has no end, so that the next would be taken for its rest."""
    if not place.is_file() or not place.stat().st_size:
        return False
    with place.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read() != b"\n"


def _append(place: Path, text: str) -> None:
    with place.open("ab") as file:
        file.write(text.encode("utf-8", "replace"))
