"""`gate policy lint --fail-on`: a weekly job exits with 1 for what ends soon, is over, does nothing, or surprises."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from gate.cli.clock import SystemClock
from tests.aws_double.findings import enhanced_finding
from tests.builders import NOW
from tests.command import REPLAY, Done, gate, saved

ENTRIES = """version: 1
max: {critical: 0}
relaxations: {expiring: 3d}
ignore:
- {id: CVE-2026-1, reason: r, until: 2026-11-19}
- {id: CVE-2026-2, reason: r, until: 2026-11-22}
- {id: CVE-2026-3, reason: r, until: 2026-12-03}
- {id: CVE-2026-4, reason: r, until: 2026-12-05}
- {id: CVE-2026-5, reason: r, since: 2026-11-21, until: 2026-11-22}
"""
OVER = "a.yaml:5: ignore entry 1 (CVE-2026-1) expired on 2026-11-19 and no longer applies; renew it or remove it"
SOON = "a.yaml:6: ignore entry 2 (CVE-2026-2) ends on 2026-11-22; renew it or remove it"
LATER = "a.yaml:7: ignore entry 3 (CVE-2026-3) ends on 2026-12-03; renew it or remove it"
AHEAD = "a.yaml:9: ignore entry 5 (CVE-2026-5) begins on 2026-11-21, and does not apply before"


def file(name: str, text: str) -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def lint(*words: str) -> Done:
    done = gate("policy", "lint", *words)
    assert done.code == 2 or done.err == ""
    return done


def checked(policy: str, *ids: str, name: str = "verdict.json") -> str:
    """Write the verdict document of an image with these findings under a policy, and return its name."""
    saved(Path("image.json"), *(enhanced_finding(one, "HIGH") for one in ids))
    gate("check", "image.json", "-p", policy, *REPLAY, "-q", "-o", f"json={name}")
    return name


@pytest.mark.parametrize(
    ("what", "code", "lines"),
    [
        (None, 0, [OVER, SOON, AHEAD, "a.yaml: no faults"]),
        ("expired", 1, [OVER, SOON, AHEAD, "a.yaml: fails on 1 expired"]),
        ("expiring", 1, [OVER, SOON, AHEAD, "a.yaml: fails on 2 expiring"]),
        ("expiring:2d", 1, [OVER, SOON, AHEAD, "a.yaml: fails on 2 expiring"]),
        ("expiring:1d", 1, [OVER, SOON, AHEAD, "a.yaml: fails on 1 expiring"]),
        ("expiring:14d", 1, [OVER, SOON, AHEAD, LATER, "a.yaml: fails on 3 expiring"]),
        ("expiring:14d, expired", 1, [OVER, SOON, AHEAD, LATER, "a.yaml: fails on 3 expiring, 1 expired"]),
        ("notes", 1, [OVER, SOON, AHEAD, "a.yaml: fails on 3 notes"]),
    ],
)
def test_what_ends_fails_the_job_and_is_named_once(what: str | None, code: int, lines: list[str]) -> None:
    done = lint(file("a.yaml", ENTRIES), *(("--fail-on", what) if what else ()))

    assert (done.code, done.out.splitlines()) == (code, lines)


def test_one_note_is_one_note() -> None:
    text = "version: 1\nrules: [{name: r, when: {severity: medium}}]\n"
    done = lint(file("a.yaml", text), file("b.yaml", "version: 1\nmax: {critical: 0}\n"), "--fail-on", "notes,expired")

    assert done.code == 1
    assert done.out.splitlines()[1:] == ["a.yaml: fails on 1 note", "b.yaml: no faults"]


def test_a_fault_wins_over_what_fails() -> None:
    assert lint(file("a.yaml", ENTRIES), file("b.yaml", "[]"), "--fail-on", "expired").code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--fail-on", "expiry"), "--fail-on 'expiry': expected expiring:14d, expired, unused, notes, or several"),
        (("--fail-on", ""), "--fail-on '': expected"),
        (("--fail-on", "expired,"), "--fail-on '': expected"),
        (("--fail-on", "expired:3d"), "--fail-on 'expired:3d': expected"),
        (("--fail-on", "expiring:soon"), "--fail-on 'expiring:soon': expected a duration such as"),
        (("--fail-on", "expiring:1d,expiring:2d"), "--fail-on names expiring twice"),
        (("--fail-on", "unused"), "--fail-on unused and --evidence go together"),
        (("--evidence", "verdict.json"), "--fail-on unused and --evidence go together"),
        (("--fail-on", "expired", "--evidence", "verdict.json"), "--fail-on unused and --evidence go together"),
    ],
)
def test_what_cannot_be_meant_is_a_wrong_command_line(words: tuple[str, ...], said: str) -> None:
    done = gate("policy", "lint", file("a.yaml", ENTRIES), *words)

    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert done.err.count("\n") == 1


USES = """version: 1
max: {critical: 0}
ignore:
- {id: CVE-2026-1, reason: r}
- {id: CVE-2026-2, reason: r}
- {id: CVE-2026-3, reason: r, until: 2026-11-19}
- {id: CVE-2026-4, reason: r, for: {tag: v9}}
severity:
  adjust:
  - {when: {id: CVE-2026-1}, to: low, reason: r}
  - {when: {id: CVE-2026-9}, to: low, reason: r}
"""


def unused(*documents: str, policy: str = "a.yaml") -> list[str]:
    evidence = [word for one in documents for word in ("--evidence", one)]
    done = lint(policy, "--fail-on", "unused", *evidence)
    last = done.out.splitlines()[-1]
    assert (done.code, " unused" in last) in {(0, False), (1, True)}
    return [line for line in done.out.splitlines() if line.endswith("matched nothing: remove it")]


def test_entries_that_match_nothing_in_any_document_are_named() -> None:
    file("a.yaml", USES)
    one, two = checked("a.yaml", "CVE-2026-1"), checked("a.yaml", "CVE-2026-2", name="two.json")

    assert unused(one) == [
        "a.yaml:5: ignore entry 2 (CVE-2026-2) matched nothing: remove it",
        "a.yaml:11: severity.adjust entry 2 (id CVE-2026-9 to low) matched nothing: remove it",
    ]
    assert unused(one, two) == ["a.yaml:11: severity.adjust entry 2 (id CVE-2026-9 to low) matched nothing: remove it"]
    assert unused(checked("a.yaml", "CVE-2026-1", "CVE-2026-2", "CVE-2026-9")) == []


@pytest.mark.parametrize("treated", ["warn", "fail", "allow"])
def test_it_matters_not_what_a_check_makes_of_them(treated: str) -> None:
    file("a.yaml", f"{USES}relaxations: {{unused: {treated}}}\n")

    assert len(unused(checked("a.yaml", "CVE-2026-1"))) == 2


def test_the_document_may_be_of_another_policy() -> None:
    file("a.yaml", USES)
    file("b.yaml", "version: 1\nmax: {high: 5}\n")

    assert len(unused(checked("b.yaml", "CVE-2026-1", "CVE-2026-9"))) == 1


@pytest.mark.parametrize(
    "limit", ["scan: {max_age: 24h}", "scan: {max_data_age: 24h}", "overrides: [{for: {tag: v1}, scan: {max_age: 3h}}]"]
)
def test_last_weeks_document_still_says_what_is_of_use(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    document = checked(file("a.yaml", f"{USES}{limit}\n"), "CVE-2026-1")
    monkeypatch.setattr(SystemClock, "now", lambda _: NOW + timedelta(days=7))

    assert len(unused(document)) == 2


def test_what_a_check_cannot_judge_by_the_policy_says_nothing_of_use() -> None:
    file("b.yaml", USES)
    document = checked("b.yaml", "CVE-2026-1")
    done = gate(
        "policy",
        "lint",
        file("a.yaml", f"{USES}scan: {{kind: basic}}\n"),
        "--fail-on",
        "unused",
        "--evidence",
        document,
    )

    assert (done.code, done.out) == (3, "")
    assert "verdict.json: image.json has no verdict by this policy, where any entry may be of use" in done.err
    assert done.err.count("\n") == 1


@pytest.mark.parametrize(("target", "rest"), [("gone.json", ""), ("image.json", "scan: {max_age: 1h}\n")])
def test_a_document_that_lists_nothing_of_an_image_says_nothing_of_use(target: str, rest: str) -> None:
    saved(Path("image.json"), enhanced_finding("CVE-2026-1"))
    file("a.yaml", USES)
    gate("check", target, "-p", file("b.yaml", f"{USES}{rest}"), *REPLAY, "-q", "-o", "json=v.json")
    done = gate("policy", "lint", "a.yaml", "--fail-on", "unused", "--evidence", "v.json")

    assert (done.code, done.out) == (3, "")
    assert f"v.json: {target} has no verdict in it, where any entry may be of use" in done.err


@pytest.mark.parametrize("content", [None, "{}", "[", json.dumps({"schema": 2})])
def test_what_is_no_verdict_document_is_refused(content: str | None) -> None:
    if content is not None:
        file("v.json", content)
    done = gate("policy", "lint", file("a.yaml", USES), "--fail-on", "unused", "--evidence", "v.json")

    assert (done.code, done.out) == (3, "")
    assert "v.json" in done.err
