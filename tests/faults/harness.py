"""Runs one check into one fault, and looks at everything that it leaves behind."""

import json
from pathlib import Path

from lxml import etree

from gate.reports.json_document import read
from tests.command import YESTERDAY, Done, gate
from tests.faults.stages import Stage
from tests.faults.table import Cell

REPORTS = {"sarif": "report.sarif", "junit": "report.xml", "json": "verdict.json"}
OUTPUTS = tuple(word for name, path in REPORTS.items() for word in ("-o", f"{name}={path}"))
_OF_A_REPORT = "gate: sarif is not written: "
"""How the line begins that is said of SARIF beside why there is no verdict."""
FINISHED = frozenset({0, 1, 3, 4, 5})
"""The exit codes of a run that came to its end."""


def prepare(folder: Path, stage: Stage) -> tuple[str, ...]:
    """Leave yesterday's reports and the policy in the working directory, and return the command line of the stage."""
    for name in REPORTS.values():
        (folder / name).write_text(YESTERDAY, encoding="utf-8")
        (folder / name).chmod(0o666)
    (folder / "policy.yaml").write_text(stage.policy, encoding="utf-8")
    return ("check", *stage.words, "-p", "policy.yaml", *OUTPUTS)


def checked(folder: Path, stage: Stage, *options: str) -> Done:
    """Run the check of a stage in this process."""
    return gate(*prepare(folder, stage), "-q", *options)


def hold(cell: Cell, done: Done, *, images: int = 1) -> None:
    """Hold how a check ended against its cell: the code, and a line for each image (one, most often) that says why."""
    assert done.code == cell.code, done.err
    for word in ("Traceback", "Exception ignored", "a fault of the gate itself"):
        assert word not in done.err
    if not cell.letter:
        assert done.err == ""
        return
    lines = [line for line in done.lines if not line.startswith(_OF_A_REPORT)]
    assert 1 <= len(lines) <= images, done.err
    assert [line for line in lines if not cell.is_said_by(line)] == []


def hold_files(folder: Path, code: int, *, finished: bool | None = None) -> None:
    """Hold what stands in the folder against the exit code: nothing of yesterday, nothing half, nothing left over.

    `finished` is whether the document must be the new verdict; None: as the exit code says.
    """
    assert {path.name for path in folder.iterdir()} <= {*REPORTS.values(), "policy.yaml"}
    document = folder / "verdict.json"
    if finished if finished is not None else code in FINISHED:
        verdict = read(document.read_bytes())
        assert (verdict.finished, verdict.exit_code) == (True, code if code in FINISHED else 0)
    elif document.exists() and document.stat().st_size:
        verdict = read(document.read_bytes())
        assert (verdict.finished, verdict.verdict.value, verdict.exit_code) == (False, "no_verdict", 3)
    for name in ("report.sarif", "report.xml"):
        hold_whole(folder / name)


def hold_whole(report: Path) -> None:
    """Hold a report against being yesterday's, or half; that it is absent or empty is fine."""
    if not report.exists() or not report.stat().st_size:
        return
    text = report.read_bytes()
    assert YESTERDAY.encode() not in text
    if report.suffix == ".xml":
        assert etree.fromstring(text).tag == "testsuites"
    else:
        assert json.loads(text)["runs"]
