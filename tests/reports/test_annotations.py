"""The links of a GitLab job, held against the shape that GitLab's own validators ask for."""

import re
from functools import partial
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from gate.model import Severity
from gate.policy.clauses import Max
from gate.policy.verdict import Verdict
from gate.reports import annotations
from gate.reports.annotations import MOST_BYTES, MOST_LINKS
from tests.builders import finding, image, judge, policy, scan
from tests.reports.any_text import read_back, verdicts
from tests.reports.golden_files import assert_golden
from tests.reports.samples import SAMPLES, flaw, many, unfinished
from tests.work import LINEAR, growth

CASES = {**SAMPLES, "unfinished": unfinished()}
# What GitLab holds a list of annotations against: ci_job_annotation_data.json, ci_job_external_link_data.json.
LINK = {"properties": {"label": {"type": "string"}, "url": {"type": "string"}}, "additionalProperties": False}
SCHEMA = {
    "type": "array",
    "items": {"type": "object", "properties": {"external_link": LINK}, "additionalProperties": False},
    "maxItems": 1_000,
}


def links(text: str) -> list[tuple[str, str]]:
    """Read the file back, after making sure that GitLab takes it."""
    assert len(text.encode()) <= MOST_BYTES
    document: dict[str, Any] = read_back(text)
    assert list(document) == ["scan-gate"]
    jsonschema.validate(document["scan-gate"], SCHEMA)
    found = [(one["external_link"]["label"], one["external_link"]["url"]) for one in document["scan-gate"]]
    assert len(found) <= MOST_LINKS
    assert len({url for _, url in found}) == len(found)
    assert all(label.strip() and re.fullmatch(r"https://[A-Za-z0-9.-]+[!-~]*", url) for label, url in found)
    return found


@pytest.mark.parametrize("name", ["pass", "fail", "warn", "no_verdict", "hostile", "mixed"])
def test_the_report_is_as_agreed(name: str) -> None:
    assert_golden(f"{name}.annotations.json", annotations.render(SAMPLES[name]))


@pytest.mark.parametrize("name", CASES)
def test_gitlab_takes_it(name: str) -> None:
    links(annotations.render(CASES[name]))


def test_the_image_comes_first_then_what_violates_the_worst_first() -> None:
    found = links(annotations.render(SAMPLES["fail"]))
    assert [label for label, _ in found] == [
        "FAIL payments/api:v1.4.2@sha256:ab12ab12ab12 (ECR)",
        "CRITICAL CVE-2026-0001 in openssl, libssl3",
        "CRITICAL CVE-2026-0002 in log4j-core",
        "HIGH CVE-2026-0004 in openssl",
    ]
    assert found[0][1].startswith("https://eu-west-1.console.aws.amazon.com/ecr/repositories/private/123456789012/")
    assert found[1][1] == "https://nvd.nist.gov/vuln/detail/CVE-2026-0001"


def test_an_image_without_verdict_is_linked_too() -> None:
    assert [label.split(" pay")[0] for label, _ in links(annotations.render(SAMPLES["no_verdict"]))] == ["NO VERDICT"]


def test_with_nothing_to_link_to_the_list_is_empty() -> None:
    assert annotations.render(unfinished()) == '{"scan-gate":[]}\n'


def test_an_address_is_linked_once_by_its_worst_finding() -> None:
    shared = "https://example.com/advisory"
    low = finding("CVE-2026-0002", Severity.HIGH, url=shared)
    high = finding("CVE-2026-0001", Severity.CRITICAL, url=shared)
    found = links(annotations.render(judge(policy(max=Max(critical=0, high=0)), scan(low, high))))
    assert [label for label, url in found if url == shared] == ["CRITICAL CVE-2026-0001 in openssl"]


def test_only_secure_addresses_are_linked() -> None:
    urls = ("javascript:alert(1)", "http://example.com/", None)
    found = [finding(f"CVE-2026-{n}", url=url) for n, url in enumerate(urls)]
    held = links(annotations.render(judge(policy(max=Max(high=0)), scan(*found, image=image(region=None)))))
    assert held == []


def test_many_images_leave_room_for_violations() -> None:
    images = [scan(flaw(f"CVE-2026-{n}", Severity.HIGH), image=image(digest=f"sha256:{n:064x}")) for n in range(30)]
    found = links(annotations.render(judge(policy(max=Max(high=0)), *images)))
    assert [label.endswith("(ECR)") for label, _ in found] == [True] * 10 + [False] * 10


def test_ten_thousand_findings_make_a_short_list() -> None:
    assert len(links(annotations.render(many()))) == MOST_LINKS


def test_the_work_of_a_list_grows_as_the_findings_do() -> None:
    assert growth(lambda size: partial(annotations.render, many(size)), 1_000) < LINEAR


def test_long_text_keeps_within_the_limit() -> None:
    long = [finding(f"😀{n}" * 3_000, url=f"https://example.com/{n}{'x' * 2_000}") for n in range(50)]
    verdict = judge(policy(max=Max(high=0)), scan(*long))
    assert len(links(annotations.render(replace(verdict, reason="x" * 10_000)))) == MOST_LINKS


@settings(max_examples=60, deadline=None, derandomize=True)
@given(verdicts())
def test_no_text_breaks_it(verdict: Verdict) -> None:
    links(annotations.render(verdict))
