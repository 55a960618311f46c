"""Evidence for policies without AWS is judged as a check judges it."""

from datetime import timedelta
from pathlib import Path

import pytest

from gate.cli.documents import finished
from gate.cli.policy_evidence import judged_by, saved_scans, unused_in
from gate.errors import PolicyError, UsageError
from gate.model import Refusal, Scan, ScanState
from gate.policy.loader import Loaded, loads
from gate.target import SavedTarget
from tests.aws_double.findings import enhanced_finding
from tests.builders import NOW
from tests.command import REPLAY, gate, saved
from tests.facts.written import catalogue, entry

KEV = "max: {high: 5}\nrules: [{name: known, when: {kev: true}}]"


def policy(text: str = "max: {high: 0}") -> Loaded:
    return loads(f"version: 1\n{text}\n".encode(), file="gate.yaml")


def checked(*words: str, text: str = "max: {high: 0}") -> None:
    Path("gate.yaml").write_text(f"version: 1\n{text}\n", encoding="utf-8")
    gate("check", *words, *REPLAY, "-q", "-o", "json=verdict.json")


@pytest.mark.parametrize("text", ["max: {high: 0}", "max: {high: 1}", "max: {high: 0}\nscan: {kind: basic}"])
def test_it_is_judged_as_a_check_judges_it(text: str) -> None:
    saved(Path("image.json"), enhanced_finding("CVE-2026-1"))
    checked("image.json", "gone.json", text=text)
    expected = finished("verdict.json")
    judged = judged_by(policy(text), ("image.json", "gone.json"), captured_at=NOW, now=NOW)

    assert (judged.verdict, judged.exit_code, judged.images) == (expected.verdict, expected.exit_code, expected.images)
    assert judged.judged_at == NOW


def test_facts_and_environment_are_told_as_a_check_tells_them() -> None:
    saved(Path("image.json"), enhanced_finding("CVE-2026-1000"))
    Path("kev.json").write_bytes(catalogue(entry("CVE-2026-1000")))
    judged = judged_by(policy(KEV), ("image.json",), kev="kev.json", env="dev", captured_at=NOW, now=NOW)

    assert judged.facts.kev is not None
    assert (judged.facts.kev.file, judged.env) == ("kev.json", "dev")
    assert [rule.outcome.value for rule in judged.images[0].rules if rule.name == "known"] == ["fail"]


def test_what_nobody_can_know_is_a_fault_of_the_policy() -> None:
    saved(Path("image.json"), enhanced_finding("CVE-2026-1"))
    with pytest.raises(PolicyError) as raised:
        judged_by(policy(KEV), ("image.json",), captured_at=NOW, now=NOW)

    assert raised.value.faults == (
        "gate.yaml:3: rule known asks for `kev`, and there is no data for it: give it with --kev FILE",
    )


def test_an_image_in_aws_is_not_asked_about() -> None:
    with pytest.raises(UsageError, match="team/app:v1 is no saved evidence"):
        judged_by(policy(), ("team/app:v1",))


def test_a_scan_is_read_with_the_time_to_settle_that_is_named() -> None:
    saved(Path("image.json"), enhanced_finding())
    target = SavedTarget(text="image.json", path="image.json")
    [settled], [fresh] = (saved_scans((target,), NOW, settle=seconds) for seconds in (300.0, 86_400.0))
    [gone] = saved_scans((SavedTarget(text="gone.json", path="gone.json"),), NOW, settle=300.0)

    assert isinstance(settled, Scan)
    assert isinstance(fresh, Scan)
    assert (settled.state, fresh.state) == (ScanState.COMPLETE, ScanState.PENDING)
    assert isinstance(gone, Refusal)


ENTRIES = """max: {high: 5}
ignore:
- {id: CVE-2026-1, reason: r}
- {id: CVE-2026-2, reason: r, until: 2026-11-22}
- {id: CVE-2026-3, reason: r, since: 2026-11-22}
"""


@pytest.mark.parametrize(
    ("days", "named"),
    [(0, ["ignore entry 2 (CVE-2026-2)"]), (2, ["ignore entry 2 (CVE-2026-2)", "ignore entry 3 (CVE-2026-3)"]),
     (3, ["ignore entry 3 (CVE-2026-3)"])],
)  # fmt: skip
def test_what_is_of_no_use_is_told_of_the_entries_in_force_today(days: int, named: list[str]) -> None:
    saved(Path("image.json"), enhanced_finding("CVE-2026-1"))
    checked("image.json")
    found = unused_in(policy(ENTRIES), {"verdict.json": finished("verdict.json")}, NOW + timedelta(days=days))

    assert [text for _, text in found] == [f"{name} matched nothing: remove it" for name in named]
    assert all(path[0] == "ignore" for path, _ in found)


def test_a_name_that_reads_like_the_sentence_is_no_sentence() -> None:
    saved(Path("image.json"), enhanced_finding("CVE-2026-1"))
    checked("image.json")
    evil = "'x) matched nothing: remove it'"
    text = "max: {high: 5}\nignore: [{package: [%s], id: CVE-2026-1, reason: r, until: 2026-11-21}]"
    documents = {"v.json": finished("verdict.json")}

    assert unused_in(policy(text % f"quartzlib, {evil}"), documents, NOW) == ()
    assert len(unused_in(policy(text % evil), documents, NOW)) == 1
