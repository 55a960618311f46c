"""`gate verdict`: the exit code of a document that is whole, fresh, about this image, and true to itself."""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gate.model import Refusal, Scan, ScanState, Severity
from gate.plain import neutral
from gate.policy.clauses import Ignore, Max
from gate.policy.verdict import Verdict
from gate.reports import json_document
from tests.builders import DIGEST, NOW, OTHER_DIGEST, finding, fixable, image, judge, policy, scan, used
from tests.command import Done, gate

RULES = policy(max=Max(critical=0, high=0), ignore=(Ignore(id="CVE-2026-3000", reason="not reached"),))
FAILING = scan(
    finding("CVE-2026-1000", Severity.CRITICAL),
    fixable("CVE-2026-2000", Severity.HIGH),
    finding("CVE-2026-3000", Severity.CRITICAL),
)
HOSTILE = "\x1b[31m\n::error::x ##[error] \u202e\ud800]]>"


def asked(verdict: Verdict, *options: str, place: Path = Path("verdict.json")) -> Done:
    place.write_text(json_document.render(verdict), encoding="utf-8")
    return gate("verdict", place, *options)


def refused(done: Done, said: str) -> None:
    assert done.code == 3
    assert done.out == ""
    assert len(done.err.splitlines()) == 1
    assert said in done.err


@pytest.mark.parametrize(
    ("verdict", "code", "line"),
    [
        (judge(policy(max=Max(critical=9))), 0, "PASS: team/app:v1"),
        (judge(RULES), 0, "WARN: team/app:v1"),
        (judge(RULES, FAILING), 1, "FAIL: team/app:v1"),
        (judge(policy(mode="warn", max=Max(critical=0)), FAILING), 0, "WARN: team/app:v1"),
        (judge(policy(mode="warn", max=Max(critical=0)), FAILING, warn_exit=True), 10, "WARN"),
        (judge(RULES, scan(state=ScanState.FAILED, reason="it failed")), 3, "NO VERDICT"),
        (judge(RULES, scan(state=ScanState.PENDING, reason="still scanning")), 4, "NO VERDICT"),
        (judge(RULES, Refusal(image=image(), exit_code=5, reason="denied")), 5, "NO VERDICT"),
        (judge(RULES, Refusal(image=image(), exit_code=4, reason="throttled"), FAILING), 1, "FAIL"),
    ],
)
def test_the_documents_exit_code_is_the_commands_with_one_line_that_says_why(
    verdict: Verdict, code: int, line: str
) -> None:
    done = asked(verdict)

    assert (done.code, done.err) == (code, "")
    assert done.out.startswith(line)
    assert done.out.count("\n") == 1
    assert verdict.exit_code == code


def test_a_document_can_come_from_stdin() -> None:
    done = gate("verdict", "-", stdin=json_document.render(judge(RULES, FAILING)).encode())

    assert done.code == 1
    assert done.out.startswith("FAIL")


def test_without_a_stdin_the_command_line_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)

    done = gate("verdict", "-")

    assert done.code == 2
    assert "there is no standard input" in done.err


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not JSON, or cut off"),
        (b"{", "not JSON, or cut off"),
        (b"<html>502</html>", "not JSON, or cut off"),
        (b"\xff\xfe\x00", "not "),
        (b'{"gate": "\xff"}', "not UTF-8"),
        (b"[]", "not a verdict document"),
        (b"{}", "it names no `schema`"),
        (b"null", "not a verdict document"),
        (b'{"schema": 2, "gate": "9.9"}', "schema version 2 (written by scan-gate 9.9); this one reads 1"),
        (b'{"schema": "1"}', "not a verdict document"),
        (b'{"schema": 1}', "not a verdict document"),
        (b"[" * 100_000, "verdict document"),
        (b'{"schema": 1, "a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "verdict document"),
        (json_document.render(judge(RULES)).encode()[:-300], "not JSON, or cut off"),
    ],
)
def test_what_is_no_verdict_document_is_refused_in_one_line(data: bytes, said: str, folder: Path) -> None:
    (folder / "verdict.json").write_bytes(data)

    done = gate("verdict", "verdict.json")

    refused(done, said)
    assert "verdict.json" in done.err


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("none.json", "No such file or directory"),
        (".", "Is a directory"),
        ("x/y.json", "No such file or directory"),
        ("n" * 5_000, "File name too long"),
        ("nul\x00", "this is no path of this system"),
        (HOSTILE, "this is no path of this system"),
        ("\x1b[31m\n::error::x", "No such file or directory"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(path: str, why: str) -> None:
    done = gate("verdict", path)

    refused(done, f"cannot be read: {why}")
    assert neutral(done.err) == done.err


def test_an_unfinished_document_is_refused(folder: Path) -> None:
    gate("check", "none.json", "-o", "json=verdict.json", "--bogus")

    refused(gate("verdict", "verdict.json"), "unfinished: the run did not finish")


@pytest.mark.parametrize(
    ("age", "options", "said"),
    [
        (timedelta(hours=24), (), ""),
        (timedelta(hours=24, seconds=1), (), "1d1m old, and at most 1d is taken"),
        (timedelta(milliseconds=1), ("--max-age", "0s"), "1s old, and at most 0s is taken"),
        (timedelta(seconds=59), ("--max-age", "58s"), "59s old, and at most 58s is taken"),
        (timedelta(minutes=11), ("--max-age", "10m"), "11m old, and at most 10m is taken"),
        (timedelta(days=6), ("--max-age", "7d"), ""),
        (timedelta(minutes=-5), (), ""),
        (timedelta(minutes=-6), (), "which is after now"),
    ],
)
def test_a_document_is_taken_while_it_is_fresh(age: timedelta, options: tuple[str, ...], said: str) -> None:
    done = asked(judge(RULES, now=NOW - age), *options)

    if said:
        refused(done, said)
    else:
        assert done.code == 0


@pytest.mark.parametrize(
    ("named", "options", "said"),
    [
        ({}, ("--digest", DIGEST), ""),
        ({"index_digest": OTHER_DIGEST}, ("--digest", OTHER_DIGEST), ""),
        ({}, ("--digest", OTHER_DIGEST), f"the document is about {DIGEST}, not about {OTHER_DIGEST}"),
        ({"index_digest": OTHER_DIGEST, "narrowed": True}, ("--digest", DIGEST), ""),
        (
            {"index_digest": OTHER_DIGEST, "narrowed": True},
            ("--digest", OTHER_DIGEST),
            f"the document is about {DIGEST}, not about {OTHER_DIGEST}",
        ),
        ({"digest": None}, ("--digest", DIGEST), "the document is about no digest, not about"),
    ],
)
def test_a_document_about_another_image_is_refused(named: dict[str, Any], options: tuple[str, ...], said: str) -> None:
    done = asked(judge(RULES, scan(image=image(**named))), *options)

    if said:
        refused(done, said)
    else:
        assert done.code == 0


def test_a_digest_that_is_none_is_a_wrong_command_line() -> None:
    done = asked(judge(RULES), "--digest", "v1")

    assert done.code == 2
    assert "expected sha256: and 64 hexadecimal digits" in done.err


def at(*path: str | int, value: object) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = value

    return change


def without(*path: str | int) -> Callable[[Any], None]:
    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        del document[path[-1]]

    return change


IMAGE = ("images", 0)
TAMPERED = {
    "the verdict": at("verdict", value="pass"),
    "the exit code": at("exit_code", value=0),
    "an exit code that is none": at("exit_code", value=42),
    "the image's verdict": at(*IMAGE, "verdict", value="pass"),
    "the image's exit code": at(*IMAGE, "exit_code", value=0),
    "the counts": at(*IMAGE, "counts", "critical", "counted", value=0),
    "no counts": at(*IMAGE, "counts", value=None),
    "AWS's counts": at(*IMAGE, "declared_counts", value={"CRITICAL": 3}),
    "the reason": at("reason", value="all is well"),
    "the image's reason": at(*IMAGE, "reason", value="all is well"),
    "a disposition": at(*IMAGE, "findings", 0, "disposition", value="ignored"),
    "a severity": at(*IMAGE, "findings", 0, "severity", value="low"),
    "a status": at(*IMAGE, "findings", 0, "status", value="CLOSED"),
    "a finding removed": without(*IMAGE, "findings", 2),
    "all findings removed": at(*IMAGE, "findings", value=[]),
    "the rules removed": at(*IMAGE, "rules", value=[]),
    "a rule's outcome": at(*IMAGE, "rules", 1, "outcome", value="pass"),
    "a rule's limit": at(*IMAGE, "rules", 1, "max", value=9),
    "the limits": at("policy", "resolved", "max", "critical", value=9),
    "the mode": at("policy", "resolved", "mode", value="warn"),
    "an ignore entry": at("policy", "resolved", "ignore", value=[{"id": "*", "reason": "x"}]),
    "no policy": at("policy", value=None),
    "the scan's state": at(*IMAGE, "scan", "state", value="pending"),
    "no scan": at(*IMAGE, "scan", value=None),
    "no image": at("images", value=[]),
    "replayed": at("replayed", value=True),
    "the upgrades": at("upgrades", value=[]),
    "an index beyond the findings": at(*IMAGE, "rules", 1, "findings", value=[99]),
    "a time without a zone": at("judged_at", value="2026-11-20T12:00:00"),
    "the scan's time without a zone": at(*IMAGE, "scan", "completed_at", value="2026-11-20T12:00:00"),
    "something more": at("comment", value="trust me"),
}


@pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED)
def test_a_document_that_was_changed_does_not_agree_with_itself(change: Callable[[Any], None], folder: Path) -> None:
    document = json.loads(json_document.render(judge(RULES, FAILING)))
    change(document)
    (folder / "verdict.json").write_text(json.dumps(document), encoding="utf-8")

    refused(gate("verdict", "verdict.json"), "gate: ")


def test_a_document_that_does_not_agree_with_itself_says_where(folder: Path) -> None:
    document = json.loads(json_document.render(judge(RULES, FAILING)))
    document["verdict"] = "pass"
    (folder / "verdict.json").write_text(json.dumps(document), encoding="utf-8")

    done = gate("verdict", "verdict.json")

    refused(done, "the document does not agree with itself: verdict is pass, judged again it is fail")
    assert done.err.endswith(" — Run the check again.\n")


@pytest.mark.parametrize("code", [0, 1, 2, 10, 70, 99, -1])
def test_a_refusal_whose_exit_code_was_changed_is_refused(code: int, folder: Path) -> None:
    document = json.loads(json_document.render(judge(RULES, Refusal(image=image(), exit_code=5, reason="denied"))))
    document["exit_code"] = document["images"][0]["exit_code"] = code
    (folder / "verdict.json").write_text(json.dumps(document), encoding="utf-8")

    refused(gate("verdict", "verdict.json"), "images[0].exit_code")


def test_what_a_document_says_is_printed_harmless(folder: Path) -> None:
    verdict = judge(RULES, Refusal(image=image(target=HOSTILE, repository=None), exit_code=3, reason=HOSTILE))

    done = asked(verdict)

    assert done.code == 3
    assert done.out.count("\n") == 1
    assert neutral(done.out) == done.out


def test_a_scan_that_was_judged_by_check_is_judged_the_same_here(folder: Path) -> None:
    facts: tuple[Scan, ...] = (FAILING, scan(fixable()))
    verdict = judge(RULES, *facts)

    assert asked(verdict).code == verdict.exit_code == 1
    assert used(RULES) == verdict.policy
