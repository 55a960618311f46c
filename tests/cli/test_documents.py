"""Verdict documents are read whole, from a file or from standard input, or refused in one line."""

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from gate.cli.documents import document, finished
from gate.errors import EvidenceError, UsageError
from gate.reports.json_document import read
from tests.aws_double.findings import enhanced_finding
from tests.command import REPLAY, gate, saved


def test_a_document_is_read_from_a_file_and_from_stdin(monkeypatch: pytest.MonkeyPatch) -> None:
    saved(Path("image.json"), enhanced_finding("CVE-2026-1"))
    gate("check", "image.json", *REPLAY, "--max", "high=0", "-q", "-o", "json=verdict.json")
    data = Path("verdict.json").read_bytes()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))

    assert document("verdict.json") == finished("verdict.json") == document("-") == read(data)


def test_without_a_stdin_there_is_none_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", None)
    with pytest.raises(UsageError, match="there is no standard input"):
        document("-")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gone.json", "gone.json cannot be read: No such file or directory"),
        (".", ". cannot be read: Is a directory"),
        ("a\0b", "a\ufffdb cannot be read: this is no path of this system"),
        ("half.json", "half.json: not JSON, or cut off"),
        ("other.json", "other.json: not a verdict document"),
        ("unfinished.json", "unfinished.json: the document is unfinished"),
    ],
)
def test_what_is_no_finished_document_is_refused_in_one_line(name: str, said: str) -> None:
    Path("half.json").write_text('{"schema": 1', encoding="utf-8")
    Path("other.json").write_text("{}", encoding="utf-8")
    saved(Path("image.json"), enhanced_finding())
    gate("check", "image.json", "--bogus", "-o", "json=unfinished.json")

    with pytest.raises(EvidenceError) as raised:
        finished(name)
    assert raised.value.message.startswith(said)
    assert raised.value.hint
