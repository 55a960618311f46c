"""`gate explain`: every finding of an id in a verdict document, from file or stdin, and what is no such thing."""

import json
from pathlib import Path

import pytest

from gate.plain import neutral
from tests.aws_double.findings import enhanced_finding, vulnerable_package
from tests.command import REPLAY, gate, saved
from tests.facts.written import catalogue, entry, scores

POLICY = """version: 1
max: {critical: 0, high: 1}
rules:
- {name: known, when: {kev: true}}
- {name: likely, when: {epss: 0.5+, severity: high+}, action: warn}
ignore: [{id: CVE-2026-1003, reason: accepted}]
overrides: [{for: {env: prod}, max: {high: 0}}]
"""


@pytest.fixture(autouse=True)
def document(folder: Path) -> None:
    """Write the verdict document of a check with all kinds of facts beside it."""
    (folder / "gate.yaml").write_text(POLICY, encoding="utf-8")
    (folder / "kev.json").write_bytes(catalogue(entry("CVE-2026-1001")))
    (folder / "epss.csv").write_bytes(scores("CVE-2026-1001,0.9,1", "CVE-2026-1002,0.1,1"))
    found = [enhanced_finding(f"CVE-2026-100{number}", related=[f"GHSA-{number}"]) for number in (1, 2, 3)]
    saved(folder / "image.json", *found)
    data = ("--kev", "kev.json", "--epss", "epss.csv", "--env", "prod")
    assert gate("check", "image.json", "-p", "gate.yaml", *data, *REPLAY, "-q", "-o", "json=verdict.json").code == 1


def test_a_finding_is_explained_with_what_would_turn_the_verdict() -> None:
    done = gate("explain", "CVE-2026-1001", "verdict.json")

    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("HIGH CVE-2026-1001 (CVSS 7.5): ")
    for line in (
        "  ✓ max.high [FAIL: 2 high findings, 0 allowed]",
        "  ✓ known [FAIL: 1 finding of this rule, 0 allowed]",
        "      ✓ kev true  (saw true, from kev.json of 2026-11-19)",
        "      ✓ epss 0.5+  (saw 0.9, from epss.csv of 2026-11-20)",
        "What would turn the verdict, each tried",
    ):
        assert line in done.out.splitlines()


@pytest.mark.parametrize("name", ["cve-2026-1003", "GHSA-3", "ghsa-3"])
def test_what_is_accepted_says_by_what(name: str) -> None:
    lines = gate("explain", name, "verdict.json").out.splitlines()

    assert "ends as    ignored: accepted by ignore entry 1: accepted" in lines
    assert "  ✓ max.high; does not count what is ignored [FAIL: 2 high findings, 0 allowed]" in lines
    assert not any("would turn" in line for line in lines)


def test_every_finding_of_the_id_is_told() -> None:
    two = [enhanced_finding("CVE-2026-1001", packages=[vulnerable_package(name)]) for name in ("a", "b")]
    saved(Path("image.json"), *two)
    gate("check", "image.json", "--max", "high=0", *REPLAY, "-q", "-o", "json=verdict.json")
    done = gate("explain", "CVE-2026-1001", "verdict.json")

    assert done.out.count("HIGH CVE-2026-1001") == 2
    assert "\n\nHIGH CVE-2026-1001" in done.out


def test_the_document_may_come_from_stdin() -> None:
    data = Path("verdict.json").read_bytes()

    assert gate("explain", "CVE-2026-1001", "-", stdin=data) == gate("explain", "CVE-2026-1001", "verdict.json")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("CVE-2026-9001", " — Did you mean CVE-2026-1001"),
        ("xyz", ""),
        ("\x1b[31m\n::error::", ""),
    ],
)
def test_an_id_that_the_document_does_not_hold_is_a_wrong_command_line(name: str, hint: str) -> None:
    done = gate("explain", name, "verdict.json")

    assert (done.code, done.out) == (2, "")
    assert "no finding in the document has this id or alias" in done.err
    assert hint in done.err
    assert done.err.count("\n") == 1
    assert neutral(done.err) == done.err


def test_of_an_image_without_a_verdict_nothing_is_listed() -> None:
    gate("check", "image.json", "gone.json", "--max", "high=0", *REPLAY, "-q", "-o", "json=verdict.json")
    done = gate("explain", "xyz", "verdict.json")

    assert done.code == 2
    assert "1 image in it without a verdict, of which nothing is listed." in done.err


def test_a_document_that_was_changed_by_hand_is_refused() -> None:
    changed = json.loads(Path("verdict.json").read_bytes())
    changed["images"][0]["findings"][0]["disposition"] = "closed"
    Path("verdict.json").write_text(json.dumps(changed), encoding="utf-8")
    done = gate("explain", "CVE-2026-1001", "verdict.json")

    assert (done.code, done.out) == (3, "")
    assert "the document does not agree with itself: images[0].findings" in done.err


@pytest.mark.parametrize(
    ("name", "said"),
    [("gone.json", "gone.json cannot be read"), ("image.json", "not a verdict document"), ("half.json", "unfinished")],
)
def test_what_is_no_finished_document_is_refused(name: str, said: str) -> None:
    gate("check", "image.json", "--bogus", "-o", "json=half.json")
    done = gate("explain", "CVE-2026-1001", name)

    assert (done.code, done.out) == (3, "")
    assert said in done.err
