"""The examples: the evidence is what its script writes, has AWS's shape, and is judged as the demo says."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from examples.make_evidence import HERE, PAGE, evidence, main
from gate.policy.loader import load
from tests.aws_double import shapes

NAMES = ("checkout-api.json", "batch-worker.json", "status-page.json")


def pages(name: str) -> list[dict[str, Any]]:
    """Return the pages of an evidence file; a single answer is one page."""
    document = json.loads((HERE / name).read_text(encoding="utf-8"))
    return document if isinstance(document, list) else [document]


def listed(page: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the findings of a page, of either kind."""
    scan = page["imageScanFindings"]
    return [*scan.get("findings", []), *scan.get("enhancedFindings", [])]


def judge(folder: Path, *names: str, now: str = "2026-11-20T12:30:00Z") -> tuple[int, dict[str, Any]]:
    """Judge evidence as `make demo` does; return the exit code and the verdict document."""
    when = ("--captured-at", "2026-11-20T12:00:00Z", "--now", now)
    output = ("-o", f"json={folder / 'verdict.json'}")
    targets = [str(HERE / name) for name in names]
    command = [sys.executable, "-m", "gate", "check", *targets, "-p", str(HERE / "gate.yaml"), *when, *output]
    done = subprocess.run(command, cwd=HERE.parent, capture_output=True, text=True, check=False)
    assert (folder / "verdict.json").exists(), done.stderr
    return done.returncode, json.loads((folder / "verdict.json").read_text(encoding="utf-8"))


def test_the_script_writes_the_same_bytes_every_time() -> None:
    assert set(evidence()) == set(NAMES)
    assert {name: (HERE / name).read_text(encoding="utf-8") for name in NAMES} == evidence()


def test_the_script_writes_the_files_beside_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("examples.make_evidence.HERE", tmp_path)

    main()

    assert {path.name for path in tmp_path.iterdir()} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_evidence_has_the_shape_that_botocore_publishes(name: str) -> None:
    operation = shapes.operation("DescribeImageScanFindings")
    assert operation is not None

    faults = [fault for page in pages(name) for fault in shapes.faults(page, operation.output_shape)]

    # NOTE: what the AWS command line writes has times as ISO text, where the service itself sends numbers.
    assert [fault for fault in faults if "a timestamp" not in fault] == []


def test_the_large_example_comes_in_pages_as_aws_serves_them() -> None:
    large = pages("checkout-api.json")

    assert [len(listed(page)) for page in large] == [PAGE, PAGE, 49]
    assert ["nextToken" in page for page in large] == [True, True, False]
    assert len({finding["findingArn"] for page in large for finding in listed(page)}) == 249


@pytest.mark.parametrize("name", NAMES)
def test_every_page_declares_what_it_lists(name: str) -> None:
    for page in pages(name):
        active = [finding for finding in listed(page) if finding.get("status", "ACTIVE") == "ACTIVE"]
        declared = page["imageScanFindings"]["findingSeverityCounts"]

        assert Counter(finding["severity"] for finding in active) == declared


def test_the_policy_has_no_faults() -> None:
    assert load(HERE / "gate.yaml").name == "shop"


def test_the_demo_violates_the_policy_by_one_image_and_names_the_upgrades(tmp_path: Path) -> None:
    code, document = judge(tmp_path, *NAMES)

    assert code == 1
    assert document["exit_code"] == 1
    assert [image["verdict"] for image in document["images"]] == ["fail", "pass", "pass"]
    assert document["upgrades"]
    assert document["verdict_after_upgrades"] in {"pass", "warn"}
    assert document["replayed"] is True


def test_the_demo_shows_accepted_risks_and_warns_of_the_one_that_is_over(tmp_path: Path) -> None:
    _, document = judge(tmp_path, "checkout-api.json")

    ended = Counter(finding["disposition"] for finding in document["images"][0]["findings"])
    warned = " ".join(warning["text"] for warning in document["warnings"])

    assert ended["ignored"] == 105 + 1 + 2 + 1
    assert "2026-10-31" in warned
    assert "2026-11-30" in warned


def test_days_later_the_saved_scan_is_too_old_as_the_readme_says(tmp_path: Path) -> None:
    code, document = judge(tmp_path, "checkout-api.json", now="2026-11-22T12:30:00Z")

    assert code == 3
    assert document["verdict"] == "no_verdict"
    assert "scan.max_age" in document["reason"]
