"""The `gitlab` report: it resolves nothing wrongly, knows a vulnerability again, and shows hostile text as text."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from gate.model import FindingStatus, ScanState, TagMove
from gate.policy.clauses import AcceptUnsupported, Ignore, Max
from gate.policy.document import ScanDemands
from gate.policy.verdict import Disposition, JudgedFinding, Verdict, Warned
from gate.reports import gitlab
from gate.reports.gitlab import render
from tests.builders import NOW, OTHER_DIGEST, finding, image, judge, policy, scan
from tests.reports.any_text import read_back, verdicts
from tests.reports.golden_files import assert_golden
from tests.reports.samples import SAMPLES, many, many_ignored, unfinished

ALL_ALLOWED = policy(max=Max(unknown="unlimited"))
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"


def report(verdict: Verdict) -> Any:
    return read_back(render(verdict))


@pytest.mark.parametrize("name", ["pass", "fail", "warn", "hostile", "clean"])
def test_samples_look_as_they_did(name: str) -> None:
    text = render(SAMPLES[name])
    read_back(text)

    assert_golden(f"{name}.gitlab.json", msgspec.json.format(text.encode(), indent=2).decode() + "\n")


# What is written, and what is not


def moved() -> Verdict:
    return judge(ALL_ALLOWED, scan(finding(), tag_move=TagMove(tag="v1", to=OTHER_DIGEST, pinned=False)))


def accepted_unsupported() -> Verdict:
    accepted = AcceptUnsupported(accept=True, repository="team/*", reason="Firmware.")
    rules = policy(scan=ScanDemands(unsupported=accepted))
    return judge(rules, scan(finding()), scan(state=ScanState.UNSUPPORTED, status="UNSUPPORTED_IMAGE"))


@pytest.mark.parametrize(
    "verdict", [SAMPLES["no_verdict"], SAMPLES["mixed"], unfinished(), moved(), accepted_unsupported()]
)
def test_nothing_is_written_where_an_image_was_not_judged_since_that_would_resolve_its_vulnerabilities(
    verdict: Verdict,
) -> None:
    assert render(verdict) == ""


def test_a_judged_image_without_findings_resolves_what_there_was() -> None:
    assert report(judge(ALL_ALLOWED))["vulnerabilities"] == []


def test_what_is_settled_is_left_out() -> None:
    rules = policy(
        max=Max(unknown="unlimited"),
        ignore=(Ignore(id="CVE-2026-1", reason="Not reachable."),),
        scan=ScanDemands(inspector_suppressed="trust"),
    )
    found = (
        finding("CVE-2026-1"),
        finding("CVE-2026-2", status=FindingStatus.SUPPRESSED),
        finding("CVE-2026-3", status=FindingStatus.CLOSED),
        finding("CVE-2026-4"),
    )

    assert [one["name"] for one in report(judge(rules, scan(*found)))["vulnerabilities"]] == ["CVE-2026-4 in openssl"]


@pytest.mark.parametrize("disposition", list(Disposition))
def test_what_is_only_postponed_is_still_a_vulnerability(disposition: Disposition) -> None:
    verdict = judge(ALL_ALLOWED, scan(finding()))
    (held,) = verdict.images
    late = replace(held.findings[0], disposition=disposition)
    found = report(replace(verdict, images=(replace(held, findings=(late,)),)))["vulnerabilities"]

    assert bool(found) is (disposition in {Disposition.COUNTED, Disposition.GRACE, Disposition.BASELINE})


def test_all_images_are_in_one_report() -> None:
    verdict = judge(
        ALL_ALLOWED, scan(finding()), scan(finding(), image=image(repository="team/web", platform="linux/arm64"))
    )
    found = report(verdict)["vulnerabilities"]

    assert [one["location"]["image"].split("@")[0].rpartition("/")[2] for one in found] == ["app", "web"]
    assert [one["location"]["operating_system"] for one in found] == ["unknown", "linux/arm64"]
    assert found[0]["id"] != found[1]["id"]


# The scan


@pytest.mark.parametrize(
    ("completed", "captured", "began"),
    [
        (NOW - timedelta(hours=2), NOW, "2026-11-20T10:00:00"),
        (None, NOW - timedelta(hours=1), "2026-11-20T11:00:00"),
        (None, None, "2026-11-20T12:00:00"),
        (NOW + timedelta(hours=1), None, "2026-11-20T12:00:00"),
        (datetime.fromisoformat("2026-11-20T10:30:00.5+02:00"), None, "2026-11-20T08:30:00"),
        (datetime.fromisoformat("2026-11-20T10:30:00"), None, "2026-11-20T10:30:00"),
    ],
)
def test_the_scan_lasts_from_aws_s_scan_to_the_judgement_in_utc_without_zone(
    completed: datetime | None, captured: datetime | None, began: str
) -> None:
    verdict = judge(ALL_ALLOWED)
    (held,) = verdict.images
    assert held.scan is not None
    facts = replace(held.scan, completed_at=completed, captured_at=captured)
    block = report(replace(verdict, images=(replace(held, scan=facts),)))["scan"]

    assert (block["start_time"], block["end_time"]) == (began, "2026-11-20T12:00:00")
    assert block["status"] == "success"


def test_an_image_without_scan_facts_has_no_times() -> None:
    verdict = judge(ALL_ALLOWED)
    bare = replace(verdict, images=tuple(replace(one, scan=None) for one in verdict.images))

    assert report(bare)["scan"]["start_time"] == "2026-11-20T12:00:00"


@pytest.mark.parametrize(("gate", "version"), [("1.2.3", "1.2.3"), ("", "unknown")])
def test_one_scanner_whatever_aws_scans_with(gate: str, version: str) -> None:
    block = report(replace(judge(ALL_ALLOWED), gate=gate))["scan"]

    assert block["scanner"] == block["analyzer"]
    assert block["scanner"]["id"] == "scan-gate"
    assert block["scanner"]["version"] == version


def test_messages_say_what_came_out_and_what_to_look_at() -> None:
    verdict = judge(policy(mode="warn"), scan(warnings=("Look here.", *(f"warning {n}" for n in range(30)))))
    block = report(replace(verdict, warnings=(Warned(text="", image=0), *verdict.warnings)))["scan"]
    messages = [(one["level"], one["value"]) for one in block["messages"]]

    assert messages[0] == ("warn", "This policy cannot fail (mode: warn): it reports, and blocks nothing.")
    assert messages[1][0] == "info"
    assert messages[1][1].startswith("WARN: team/app:v1@sha256:")
    assert messages[2:4] == [("warn", "a warning without text"), ("warn", "Look here.")]
    assert messages[-1] == ("warn", "12 more warnings: see the JSON document")
    assert len(messages) == 23


# Sizes


def test_ten_thousand_findings_are_all_there() -> None:
    found = report(many())["vulnerabilities"]

    assert len({one["id"] for one in found}) == 10_000


def test_ten_thousand_ignored_findings_are_not() -> None:
    assert len(report(many_ignored(10_000))["vulnerabilities"]) == 5


def test_a_report_that_would_be_too_large_says_less_of_each_and_leaves_none_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    verdict = judge(
        ALL_ALLOWED, scan(*(finding(f"CVE-2026-{n}", description="x" * 9_000) for n in range(1_000, 1_100)))
    )
    long, (whole,) = report(verdict), {len(one["description"]) for one in report(verdict)["vulnerabilities"]}
    monkeypatch.setattr(gitlab, "_MOST_BYTES", 100_000)
    short = report(verdict)
    monkeypatch.setattr(gitlab, "_MOST_BYTES", 10)
    assert report(verdict) == short

    assert whole == 2_000
    assert {len(one["description"]) for one in short["vulnerabilities"]} == {100}
    assert [one["id"] for one in short["vulnerabilities"]] == [one["id"] for one in long["vulnerabilities"]]


# Any text


@settings(deadline=None, derandomize=True, max_examples=60)
@given(verdicts())
def test_any_text_makes_a_report_that_can_be_read(verdict: Verdict) -> None:
    text = render(verdict)

    found = read_back(text)
    assert text == render(verdict)
    assert re.fullmatch(TIME, found["scan"]["start_time"])
    assert all(1 <= len(one["name"]) <= 255 and one["identifiers"] for one in found["vulnerabilities"])
    assert all(one["value"] for held in found["vulnerabilities"] for one in held["identifiers"])
    held = [one for held in verdict.images for one in held.findings if one.disposition is Disposition.COUNTED]
    assert len(found["vulnerabilities"]) == sum(map(_names, held))


def _names(found: JudgedFinding) -> int:
    return len({held.name for held in found.packages}) or 1


@pytest.mark.parametrize("make", [lambda: SAMPLES["fail"], lambda: SAMPLES["hostile"]])
def test_same_verdict_same_bytes(make: Callable[[], Verdict]) -> None:
    assert render(make()) == render(make())
