"""A verdict by the whole policy language is judged again from its document alone, and what was forged is found out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from gate.facts.kev import read_kev
from gate.facts.known import DataUsed, Facts, FactsUsed
from gate.model import Fix, Kev, Severity
from gate.policy.document import Policy
from gate.policy.evaluate import evaluate
from gate.policy.rejudge import disagreement, evidence_of, scan_of
from gate.policy.verdict import Disposition, ImageVerdict, Outcome, Setting, Sight, Verdict
from gate.reports.json_document import read, render
from tests.builders import NOW, finding, fixable, judge, scan
from tests.facts.written import LOG4J, catalogue, entry
from tests.policy.written import compared, naming_vex, policy_of, sight, statement

TEXT = """\
max: {high: 1, low: 0}
cvss_floor: 9
rules:
  - {name: r, when: {kev: true}, action: warn}
  - {name: old, when: {age: 30d+}, max: 1}
ignore: [{id: CVE-2, reason: r, until: 2026-12-31, unless: {kev: true}}]
baseline: {image: prod}
grace: {high: 7d}
relaxations: {never: {kev: true}}
severity: {adjust: [{when: {id: CVE-3}, to: low, reason: r}]}
overrides: [{for: {env: dev}, max: {high: 2, medium: 0}, reason: r}]
"""
FACTS = Facts(kev=read_kev(catalogue(entry(LOG4J)), "kev.json"))
YESTERDAY = NOW - timedelta(days=1)
TOLD: dict[str, Any] = {"kev": Kev(listed=False), "first_seen": YESTERDAY, "fix": Fix.NONE}
LISTED = (
    finding(LOG4J, **{**TOLD, "kev": None}),
    finding("CVE-2", **TOLD),
    finding("CVE-3", **TOLD),
    finding("CVE-4", **TOLD),
    finding("CVE-5", **TOLD, published=YESTERDAY),
    finding(**TOLD),
    fixable("CVE-7", kev=Kev(listed=False)),
)


def made(text: str = TEXT, **changes: Any) -> Verdict:
    rules = naming_vex(policy_of(text))
    seen = compared({LISTED[3].key: sight(fix=Fix.NONE, kev=False, first_seen=NOW - timedelta(days=40))})
    beside = {"env": "dev", "facts": FACTS, "vex": (statement(),), "compared": (seen,), **changes}
    return judge(rules, scan(*LISTED, declared={"HIGH": 7}), **beside)


MADE = made()


def test_the_verdict_has_everything_in_it_that_can_be_forged() -> None:
    one = MADE.images[0]

    assert {found.disposition.value for found in one.findings} == {"counted", "ignored", "vex", "baseline", "grace"}
    assert (MADE.verdict, one.overrides, one.exit_code) == (Outcome.FAIL, (0,), 1)
    assert {rule.name for rule in one.rules if rule.outcome.value == "fail"} == {"max.low", "old"}
    assert [upgrade.name for upgrade in MADE.upgrades] == ["openssl"]
    assert MADE.facts.kev is not None


@pytest.mark.parametrize(
    "verdict",
    [
        MADE,
        made(env=None),
        made(compared=(compared(missing="none"),)),
        made(compared=()),
        made(vex=()),
        made(facts=Facts()),
        made(f"{TEXT}mode: warn\n"),
        made(TEXT.replace("image: prod", "image: prod, missing: no_verdict"), compared=(compared(missing="none"),)),
        made(f"{TEXT}facts: {{kev_max_age: 1h}}\n"),
    ],
)
def test_what_check_wrote_agrees_with_itself(verdict: Verdict) -> None:
    assert disagreement(verdict) is None
    assert disagreement(read(render(verdict).encode())) is None


def test_the_document_holds_all_that_the_judgement_was_made_from() -> None:
    told = made(settings=(Setting(name="env", variable="GATE_CHECK_ENV"),), warn_exit=True)

    for verdict in (MADE, told):
        assert verdict.policy is not None
        assert evaluate(verdict.policy, *evidence_of(verdict)) == verdict


def test_a_finding_is_read_back_with_the_severity_that_aws_gave_it() -> None:
    back = scan_of(MADE.images[0])

    assert hasattr(back, "findings")
    assert {one.id: one.severity for one in back.findings} == {one.id: Severity.HIGH for one in LISTED}


Change = Callable[[ImageVerdict], dict[str, Any]]


def found(name: str, **fields: Any) -> Change:
    """Return a change to the finding with an id."""

    def change(one: ImageVerdict) -> dict[str, Any]:
        assert [each.id for each in one.findings].count(name) == 1
        return {"findings": tuple(replace(each, **fields) if each.id == name else each for each in one.findings)}

    return change


def ended(disposition: str) -> str:
    (one,) = [each.id for each in MADE.images[0].findings if each.disposition.value == disposition]
    return one


@pytest.mark.parametrize(
    "change",
    [
        lambda _: {"mode": "warn"},
        lambda _: {"limits": None},
        lambda _: {"overrides": ()},
        lambda _: {"baseline": None},
        found(LOG4J, kev=Kev(listed=False)),
        found(LOG4J, kev=None),
        found("CVE-3", adjusted=None),
        found("CVE-3", severity=Severity.HIGH, adjusted=None),
        found(ended("baseline"), sight=None),
        found(ended("baseline"), sight=Sight(severity=Severity.LOW, fix=Fix.NONE, kev=False)),
        found(ended("grace"), published=NOW - timedelta(days=30)),
        found(ended("grace"), grace_until=NOW + timedelta(days=30)),
        found(ended("ignored"), disposition=Disposition.VEX),
        found("CVE-4", disposition=Disposition.COUNTED),
    ],
)
def test_a_change_to_an_image_is_found_out(change: Change) -> None:
    one = MADE.images[0]

    # NOTE: as another version would have written it, so that decisions must differ, and not only sentences.
    said = disagreement(replace(MADE, gate="9.9", images=(replace(one, **change(one)),)))

    assert said is not None
    assert said.startswith(("images[0].", "upgrades", "verdict_after_upgrades"))


@pytest.mark.parametrize(
    "change",
    [
        {"env": None},
        {"env": "prod"},
        {"vex": ()},
        {"vex": (statement(status="affected"),)},
        {"vex": (statement(timestamp=NOW + timedelta(days=1)),)},
        {"facts": FactsUsed(kev=DataUsed(file="k", sha256="0", dated=NOW - timedelta(days=30), entries=1))},
    ],
)
def test_a_change_to_what_stood_beside_the_image_is_found_out(change: dict[str, Any]) -> None:
    assert disagreement(replace(MADE, gate="9.9", **change)) is not None


def resolved(**fields: Any) -> dict[str, Any]:
    assert MADE.policy is not None
    return {"policy": replace(MADE.policy, resolved=replace(MADE.policy.resolved, **fields))}


RULES: Policy = naming_vex(policy_of(TEXT))


@pytest.mark.parametrize(
    "fields",
    [
        {"rules": ()},
        {"rules": RULES.rules[:1]},
        {"overrides": ()},
        {"grace": None},
        {"baseline": None},
        {"vex": None},
        {"ignore": ()},
        {"severity": policy_of("max: {high: 0}").severity},
        {"relaxations": replace(RULES.relaxations, never=None)},
    ],
)
def test_a_change_to_the_policy_is_found_out(fields: dict[str, Any]) -> None:
    assert disagreement(replace(MADE, gate="9.9", **resolved(**fields))) is not None


def test_an_image_that_was_compared_with_nothing_has_no_sights() -> None:
    verdict = made("max: {high: 9}")

    assert verdict.images[0].findings[0].sight is None
    assert evidence_of(verdict)[2].compared == (None,)
    assert evidence_of(MADE)[2].compared == (
        compared({LISTED[3].key: sight(fix=Fix.NONE, kev=False, first_seen=NOW - timedelta(days=40))}),
    )
