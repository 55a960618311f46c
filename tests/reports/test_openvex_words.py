"""What OpenVEX statements say: the words of an `ignore` entry, and those of the statement that settled a finding."""

from typing import Any

import pytest
from msgspec.structs import replace

from gate.model import Scan
from gate.policy.clauses import Ignore, Justification, Max, VexChoice
from gate.policy.document import Policy
from gate.policy.scalars import Until
from gate.policy.verdict import IgnoredBy, Verdict
from gate.policy.vex_document import VexProduct, VexStatement
from gate.reports.openvex import render
from tests.builders import DIGEST, NOW, finding, judge, package, policy, scan
from tests.reports.any_text import read_back

PLACE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com%2Fteam%2Fapp"
PURL = f"pkg:oci/app@{DIGEST.replace(':', '%3A')}?repository_url={PLACE}"
LOG4J = package("org.apache.logging.log4j:log4j-core", version="2.14.1", type="JAR")
LOG4J_PURL = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"
ABSENT: Justification = "vulnerable_code_not_present"


def statements(verdict: Verdict) -> list[Any]:
    found: list[Any] = read_back(render(verdict))["statements"]
    return found


def accepting(*entries: Ignore) -> Policy:
    return policy(max=Max(unknown="unlimited"), ignore=entries)


# What an accepted risk is


def test_an_accepted_risk_is_affected_and_says_what_was_decided() -> None:
    entry = Ignore(
        id="CVE-*", reason="No fix yet.", owner="team-a", ticket="SEC-1", until=Until.parse(["2026-12-31", "fixed"])
    )
    (one,) = statements(judge(accepting(entry), scan(finding())))

    assert one == {
        "vulnerability": {"name": "CVE-2026-1000"},
        "status": "affected",
        "action_statement": "Accepted risk: No fix yet. (owner team-a, ticket SEC-1, until 2026-12-31 or fixed)",
        "products": [{"@id": PURL, "identifiers": {"purl": PURL}, "hashes": {"sha-256": "ab12" * 16}}],
    }


def test_only_a_justification_makes_it_not_affected() -> None:
    entry = Ignore(id="CVE-*", reason="Not compiled in.", owner="team-a", justification=ABSENT)
    (one,) = statements(judge(accepting(entry), scan(finding(packages=(LOG4J,)))))

    assert one["status"] == "not_affected"
    assert one["justification"] == ABSENT
    assert one["impact_statement"] == "Not compiled in. (owner team-a)"
    assert "action_statement" not in one
    assert one["products"][0]["subcomponents"] == [{"@id": LOG4J_PURL, "identifiers": {"purl": LOG4J_PURL}}]


def test_a_justification_that_openvex_does_not_know_justifies_nothing() -> None:
    verdict = judge(accepting(Ignore(id="CVE-*", reason="Why not.")), scan(finding()))
    (held,) = verdict.images
    by = IgnoredBy(reason=None, owner=None, ticket=None, until=None, justification="because", entries=(0,))
    odd = replace(held, findings=(replace(held.findings[0], ignored_by=by),))
    (one,) = statements(replace(verdict, images=(odd,)))

    assert (one["status"], one["action_statement"]) == ("affected", "Accepted risk: no reason given")


# What VEX settled


def by_vex(*scans: Scan, **fields: Any) -> Verdict:
    said = VexStatement(
        **{
            "file": "security/upstream.vex.json",
            "author": "upstream@example.com",
            "timestamp": NOW.replace(month=10),
            "status": "not_affected",
            "ids": ("CVE-2026-1000",),
            "products": (VexProduct(purls=(f"pkg:oci/app@{DIGEST}",)),),
            **fields,
        }
    )
    return judge(policy(max=Max(unknown="unlimited"), vex=VexChoice(files=("x",))), *scans, vex=(said,))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (
            {"justification": ABSENT, "note": "Built without it."},
            {"status": "not_affected", "justification": ABSENT, "impact_statement": "Built without it."},
        ),
        ({"justification": ABSENT}, {"status": "not_affected", "justification": ABSENT}),
        ({"note": "Built without it."}, {"status": "not_affected", "impact_statement": "Built without it."}),
        ({}, {"status": "not_affected", "impact_statement": "no reason given"}),
        ({"status": "fixed"}, {"status": "fixed"}),
    ],
)
def test_what_vex_settled_is_passed_on_as_it_was_said(fields: dict[str, Any], said: dict[str, Any]) -> None:
    (one,) = statements(by_vex(scan(finding()), **fields))
    shared = {
        "vulnerability": {"name": "CVE-2026-1000"},
        "timestamp": "2026-10-20T12:00:00Z",
        "status_notes": "Said by upstream@example.com in security/upstream.vex.json.",
    }

    assert {key: value for key, value in one.items() if key != "products"} == {**shared, **said}


def test_the_note_on_a_fix_is_passed_on_too() -> None:
    (one,) = statements(by_vex(scan(finding()), status="fixed", note="Backported."))

    assert one["status_notes"] == "Backported. Said by upstream@example.com in security/upstream.vex.json."
