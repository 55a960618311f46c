"""docs/troubleshooting.md quotes the gate: each line of its own that stands there is made here, with its exit code."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.aws_double.findings import enhanced_finding
from tests.command import CAPTURED, REPLAY, Done, gate, saved

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
OWN = re.compile(r"gate: |\w+\.yaml:|! ")
"""How the lines begin that the gate says by itself; the others are an image's reasons, which no-verdict.md has."""
EVIDENCE = ("scan.json", "--max", "critical=9", *REPLAY)
LATE = ("--captured-at", "2026-11-20T10:30:00Z", "--now", CAPTURED)


def quoted() -> list[tuple[str, str]]:
    """Return each line of the gate's own in the tables, and the exit code that its row states, if any."""
    found: list[tuple[str, str]] = []
    row: list[Token] = []
    for token in MarkdownIt("gfm-like", {"linkify": False}).parse(PAGE):
        if token.type == "tr_open":
            row = []
        elif token.type == "inline":
            row.append(token)
        elif token.type == "tr_close":
            spans = [child.content for cell in row for child in cell.children or () if child.type == "code_inline"]
            stated = re.match(r"exit (\d+)", row[1].content)
            found += [(span, stated[1] if stated else "") for span in spans if OWN.match(span)]
    return found


def by_policy(text: str) -> Done:
    Path("gate.yaml").write_text(f"version: 1\n{text}", encoding="utf-8")
    return gate("check", "scan.json", "-p", "gate.yaml", *REPLAY)


def by_example() -> Done:
    done = gate("check", ROOT / "examples" / "checkout-api.json", "-p", ROOT / "examples" / "gate.yaml", *REPLAY)
    return Done(done.code, "", " ".join(done.out.split()))


def in_ci() -> Done:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CI", "true")
        return gate("check", "team/app:v1")


def without_region() -> Done:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("AWS_REGION")
        patch.delenv("AWS_DEFAULT_REGION")
        return gate("check", "team/app:v1", "--max", "critical=0")


def unjudged(report: str) -> Done:
    Path("old.yaml").write_text("version: 1\nmax: {critical: 0}\nscan: {max_age: 1h}\n", encoding="utf-8")
    return gate("check", "scan.json", "-p", "old.yaml", *REPLAY, "-o", f"{report}={report}.out")


def stored(*options: str) -> Done:
    gate("check", *EVIDENCE, "-o", "json=verdict.json")
    return gate("verdict", "verdict.json", *options)


MADE: tuple[Callable[[], Done], ...] = (
    in_ci,
    without_region,
    by_example,
    lambda: gate("check", "team/app:v1", "--max", "critical=0", "-p", "gate.yaml"),
    lambda: gate("check", "--max", "critical=0"),
    lambda: gate("check", "team/app", "--max", "critical=0"),
    lambda: gate("check", *EVIDENCE, "-o", "nothing=x"),
    lambda: gate("check", "scan.json", "-p", "nofile.yaml"),
    lambda: gate("check", "scan.json", "--max", "low=5", *REPLAY),
    lambda: by_policy("max: {critcal: 0}\n"),
    lambda: by_policy(""),
    lambda: by_policy("max: {critical: 0}\nignore:\n  - {id: CVE-2026-90112, until: 2026-13-31}\n"),
    lambda: by_policy("max: {critical: 0}\nignore:\n  - {id: CVE-2026-90112}\n"),
    lambda: by_policy("rules:\n  - name: kev\n    when: {kev: true}\n"),
    lambda: unjudged("sarif"),
    lambda: unjudged("gitlab"),
    stored,
    lambda: stored("--max-age", "9999d", "--digest", "sha256:" + "0" * 64),
)


def test_the_gate_says_what_the_page_quotes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    saved(Path("scan.json"), enhanced_finding())
    made = [make() for make in MADE]
    wrong = []
    for line, code in quoted():
        wanted = re.compile(".+?".join(map(re.escape, line.split("…"))))
        codes = {str(done.code) for done in made if wanted.search(done.err)}
        if not codes or (code and codes != {code}):
            wrong.append((line, code, codes))

    assert wrong == []


def test_the_page_quotes_every_line_that_is_made_here() -> None:
    assert len(quoted()) == len(MADE)
