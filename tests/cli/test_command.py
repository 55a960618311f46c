"""A check writes over nothing that it reads, whatever else is wrong, and leaves no verdict of yesterday."""

import gzip
import json
from pathlib import Path

import pytest

from gate.cli.command import inputs
from tests.aws_double.findings import enhanced_finding
from tests.command import REPLAY, YESTERDAY, gate, saved
from tests.facts.written import catalogue, entry, scores

MAX = "version: 1\nmax: {critical: 0}\n"
VEX = json.dumps(
    {
        "@context": "https://openvex.dev/ns/v0.2.0",
        "author": "a@example.com",
        "timestamp": "2026-11-01T00:00:00Z",
        "statements": [
            {"vulnerability": {"name": "CVE-1"}, "products": [{"@id": "pkg:deb/debian/zlib"}], "status": "fixed"}
        ],
    }
)


@pytest.fixture(autouse=True)
def files(folder: Path) -> None:
    (folder / "kev.json").write_bytes(catalogue(entry("CVE-2026-1001")))
    (folder / "epss.csv.gz").write_bytes(gzip.compress(scores("CVE-2026-1001,0.9,1")))
    saved(folder / "image.json", enhanced_finding("CVE-2026-1001"))


def policy(text: str) -> None:
    Path("gate.yaml").write_text(MAX + text, encoding="utf-8")


@pytest.mark.parametrize(
    ("targets", "policy_", "files_", "expected"),
    [
        ((), None, (), ("gate.yaml",)),
        (("a.json", "team/app:v1", "-", "file:b.json"), "p.yaml", (), ("p.yaml", "a.json", "b.json")),
        ((), "p.yaml", ("kev.json", None, ""), ("p.yaml", "kev.json", "kev.json")),
        (
            (),
            "p.yaml",
            ("epss.csv", "prod", "file:old.json"),
            ("p.yaml", "epss.csv", "prod", "file:old.json", "old.json"),
        ),
        (("team/app",), "p.yaml", ("-",), ("p.yaml", "-")),
    ],
)
def test_what_a_run_may_read_is_known_from_its_words(
    targets: tuple[str, ...], policy_: str | None, files_: tuple[str | None, ...], expected: tuple[str, ...]
) -> None:
    assert inputs(targets, policy_, *files_) == expected


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("--kev", "kev.json", "-o", "json=kev.json"), "kev.json"),
        (("--kev=kev.json", "-o", "junit=./kev.json"), "kev.json"),
        (("--epss", "epss.csv.gz", "-o", "sarif=epss.csv.gz"), "epss.csv.gz"),
        (("--baseline", "before.json", "-o", "json=before.json"), "before.json"),
        (("--baseline", "file:before.json", "-o", "json=before.json"), "before.json"),
        (("-o", "json=base.yaml"), "base.yaml"),
        (("-o", "json=app.vex.json"), "app.vex.json"),
    ],
)
def test_no_report_is_written_over_what_the_run_reads(words: tuple[str, ...], name: str) -> None:
    saved(Path("before.json"), enhanced_finding("CVE-2026-1001"))
    base = f"{MAX}baseline: {{judge: new}}\nvex: {{files: [app.vex.json], reason: r}}\n"
    Path("base.yaml").write_text(base, encoding="utf-8")
    Path("app.vex.json").write_text(VEX, encoding="utf-8")
    Path("gate.yaml").write_text("version: 1\nextends: ./base.yaml\n", encoding="utf-8")
    before = Path(name).read_bytes()
    done = gate("check", "image.json", "-p", "gate.yaml", *REPLAY, *words)
    wrong = gate("check", "image.json", "-p", "gate.yaml", *words, "--bogus")

    assert (done.code, wrong.code) == (2, 2)
    assert f"{name} is read by this run" in done.err
    assert Path(name).read_bytes() == before


@pytest.mark.parametrize("words", [(), ("--bogus",)])
def test_no_report_is_written_over_the_baseline_that_the_policy_names(words: tuple[str, ...]) -> None:
    saved(Path("before.json"), enhanced_finding("CVE-2026-1001"), imageId={"imageDigest": "sha256:" + "7e" * 32})
    policy("baseline: {image: before.json, judge: new}\n")
    before = Path("before.json").read_bytes()
    done = gate("check", "image.json", "-p", "gate.yaml", *REPLAY, "-o", "json=before.json", *words)

    assert done.code == 2
    assert Path("before.json").read_bytes() == before


@pytest.mark.parametrize("words", [(), ("--bogus",)])
def test_a_faulty_policy_leaves_no_verdict_of_yesterday(words: tuple[str, ...]) -> None:
    policy("mx: 1\n")
    Path("verdict.json").write_text(YESTERDAY, encoding="utf-8")
    done = gate("check", "image.json", "-p", "gate.yaml", "-o", "json=verdict.json", *words)

    assert done.code == 2
    assert json.loads(Path("verdict.json").read_bytes())["finished"] is False


def test_what_is_wrong_with_the_targets_is_told_before_what_is_wrong_with_the_policy() -> None:
    policy("mx: 1\n")

    assert "neither a tag nor a digest" in gate("check", "team/app", "-p", "gate.yaml").err
    assert "mx: unknown key" in gate("check", "image.json", "-p", "gate.yaml").err
