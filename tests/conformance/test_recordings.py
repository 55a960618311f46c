"""Answers of AWS and neighbouring files, as others recorded them: judged and counted, or refused in one line."""

import json
import os
import re
from pathlib import Path

import pytest
from lxml import etree
from msgspec import Struct

from gate.cli.exits import run
from gate.model import Kind, ScanState, Severity
from gate.policy.verdict import Outcome, Verdict
from gate.reports.json_document import read
from tests.conformance.validators import SHARED, junit_schema, needs_shared, sarif_faults

pytestmark = needs_shared
CORPUS = Path(SHARED, "corpus")
JUDGED = (
    "ecr-basic/cultureamp-debian-257.json",
    "ecr-basic/cultureamp-composite-3.json",
    "ecr-basic/aws-cli-example-1.json",
)
ENHANCED = "ecr-enhanced/cdk-eks-blueprints-centos8-1.json"
OTHERS = sorted(
    str(path.relative_to(CORPUS))
    for path in (CORPUS.glob("*/*") if SHARED else ())
    if path.parent.name not in {"ecr-basic", "ecr-enhanced"}
)
POLICY = "version: 1\nmax: {critical: 0}\n"


class Ran(Struct, frozen=True):
    """What one run left."""

    code: int
    err: str
    verdict: Verdict


class Judge:
    """Runs `gate check` over a file, with a policy that allows nothing critical and nothing unknown."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        """Keep the reports in `folder`."""
        self.folder = folder
        self._capture = capture

    def __call__(self, target: str, *options: str) -> Ran:
        """Judge one file."""
        policy, document = self.folder / "policy.yaml", self.folder / "verdict.json"
        policy.write_text(POLICY, encoding="utf-8")
        code = run(["check", target, "-p", str(policy), "-o", f"json={document}", *options])
        out, err = self._capture.readouterr()
        assert "Traceback" not in out + err
        return Ran(code, err, read(document.read_bytes()))


@pytest.fixture
def judge(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Judge:
    return Judge(tmp_path, capsys)


def indexed(file: str) -> dict[str, int]:
    """Return how many findings of each of AWS's severity words the corpus' index counts in a file."""
    for line in (CORPUS / "INDEX.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) > 6 and file.endswith(cells[1]) and cells[1].endswith(".json"):
            return {word: int(count) for word, count in re.findall(r"([A-Z]+) (\d+)", cells[6])}
    message = f"the index has no line for {file}"
    raise LookupError(message)


@pytest.mark.parametrize(("file", "code"), [*zip(JUDGED, (1, 1, 0), strict=True)])
def test_a_recorded_basic_scan_is_judged_and_counted_as_its_index_says(file: str, code: int, judge: Judge) -> None:
    ran = judge(str(CORPUS / file))
    [image] = ran.verdict.images
    assert (ran.code, ran.verdict.replayed, image.kind) == (code, True, Kind.BASIC)
    words = [finding.aws_severity for finding in image.findings]
    counts = indexed(file)
    assert {word: words.count(word) for word in set(words)} == counts
    assert image.counts is not None
    assert image.counts.unknown.found == counts.get("UNDEFINED", 0)
    assert sum(image.counts.of(severity).counted for severity in Severity) == sum(counts.values())
    assert ran.err == ""


def test_the_composite_lists_more_than_it_declares_and_says_so(judge: Judge) -> None:
    ran = judge(str(CORPUS / JUDGED[1]))
    said = [warning.text for warning in ran.verdict.warnings if "differ" in warning.text]
    assert len(said) == 1
    assert "unknown 0 declared and 1 listed" in said[0]
    assert "informational 0 declared and 1 listed" in said[0]


def test_the_debian_recording_lists_what_it_declares(judge: Judge) -> None:
    ran = judge(str(CORPUS / JUDGED[0]))
    [image] = ran.verdict.images
    assert image.declared_counts == indexed(JUDGED[0])
    assert [warning for warning in ran.verdict.warnings if "declared" in warning.text] == []


def test_the_enhanced_recording_has_no_status_and_is_no_evidence(judge: Judge) -> None:
    ran = judge(str(CORPUS / ENHANCED), "--captured-at", "2023-06-01T00:00:00Z")
    [image] = ran.verdict.images
    assert (ran.code, ran.verdict.verdict, image.findings) == (3, Outcome.NO_VERDICT, ())
    assert image.scan is not None
    assert (image.scan.state, image.scan.status) == (ScanState.PENDING, None)
    assert "it has no imageScanStatus" in ran.err
    assert ran.err.count("\n") == 1


def test_the_enhanced_recording_is_judged_once_it_has_status_and_time(judge: Judge, tmp_path: Path) -> None:
    answer = json.loads((CORPUS / ENHANCED).read_text(encoding="utf-8"))
    answer["imageScanStatus"] = {"status": "ACTIVE"}
    answer["imageScanFindings"]["imageScanCompletedAt"] = "2023-05-01T00:00:00Z"
    (tmp_path / "mended.json").write_text(json.dumps(answer), encoding="utf-8")
    ran = judge(str(tmp_path / "mended.json"))
    [finding] = ran.verdict.images[0].findings
    assert (ran.code, {finding.aws_severity: 1}, len(finding.packages)) == (0, indexed(ENHANCED), 4)


INSPECTOR = ("inspector2/defectdojo-one-vul.json", "inspector2/cdk-eks-blueprints-list-findings-1.json")


@pytest.mark.parametrize(("file", "code"), [*zip(INSPECTOR, (0, 0), strict=True)])
def test_a_recorded_answer_of_inspectors_is_judged_once_somebody_says_when_it_was_fetched(
    file: str, code: int, judge: Judge
) -> None:
    ran = judge(str(CORPUS / file), "--captured-at", "2025-01-01T00:00:00Z")
    [image] = ran.verdict.images
    assert (ran.code, ran.verdict.verdict, image.kind) == (code, Outcome.WARN, Kind.ENHANCED)
    assert {finding.aws_severity: 1 for finding in image.findings} == indexed(file)
    assert image.repository is not None
    assert image.digest is not None
    assert "taken on the word of --captured-at" in ran.verdict.warnings[0].text


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("inspector2/defectdojo-package-vuln-metadata.json", "28 findings of other resources (arn:aws:lambda:"),
        ("inspector2/defectdojo-zero-vul.json", "the answer lists nothing"),
        ("inspector2/defectdojo-empty-with-error.json", "(seen: nothing)"),
        ("inspector2/c7n-listfindings-a.json", "(seen: status_code, data)"),
        ("status/inspector2-list-coverage-1.json", "list-coverage, which lists no findings"),
        ("status/inspector2-coverage-statistics-1.json", "(seen: countsByGroup, totalCounts)"),
        ("status/aws-cli-start-image-scan-in-progress.json", "saved before the scan was ready (IN_PROGRESS)"),
    ],
)
def test_a_recording_that_lists_no_image_is_refused_with_what_was_seen(file: str, said: str, judge: Judge) -> None:
    ran = judge(str(CORPUS / file), "--captured-at", "2025-12-31T00:00:00Z")
    assert (ran.code, said in ran.err) == (3, True), ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("relative", [False, True])
@pytest.mark.parametrize("file", OTHERS)
def test_any_other_file_is_refused_in_one_line(
    file: str, judge: Judge, monkeypatch: pytest.MonkeyPatch, *, relative: bool
) -> None:
    monkeypatch.chdir(CORPUS)
    ran = judge(f".{os.sep}{file}" if relative else str(CORPUS / file), "--exit-zero")
    assert (ran.code, ran.verdict.verdict) == (3, Outcome.NO_VERDICT)
    assert (ran.err.count("\n"), ran.err[-1:]) == (1, "\n")
    assert Path(file).name in ran.err


def test_there_are_other_files() -> None:
    assert len(OTHERS) >= 40


@pytest.mark.parametrize("file", JUDGED)
def test_the_reports_on_a_recording_are_valid(file: str, judge: Judge, tmp_path: Path) -> None:
    junit, sarif = tmp_path / "junit.xml", tmp_path / "scan.sarif"
    judge(str(CORPUS / file), "-o", f"junit={junit}", "-o", f"sarif={sarif}")
    junit_schema().assertValid(etree.parse(junit))
    assert sarif_faults(sarif) == ""
