"""What a source can know: rules that never match there are refused, and only what a rule hangs on is asked for."""

from typing import Any

import pytest

from gate.errors import PolicyError
from gate.facts.epss import read_epss
from gate.facts.kev import read_kev
from gate.facts.known import Facts
from gate.model import Cvss, Finding, Kev, Kind, Scan, ScanState, Severity
from gate.policy.capabilities import (
    knower_of,
    lacking,
    needs_epss,
    needs_kev,
    refuse_unknowable,
    undecided,
)
from gate.policy.conditions import Knower
from gate.policy.document import Policy
from gate.policy.loader import loads
from tests.builders import NOW, finding, image, scan
from tests.facts.written import catalogue, entry, scores

KEV = Facts(kev=read_kev(catalogue(entry()), "kev.json"))
EPSS = Facts(epss=read_epss(scores("CVE-2026-1000,0.5,1"), "epss.csv"))
BASIC = {"kind": Kind.BASIC}
BUILD = {"image": image(source="imagebuilder", arn="arn:aws:imagebuilder:eu-west-1:123456789012:image/app/1.0.0/1")}
ARN = "arn:aws:inspector2:eu-west-1:123456789012:finding/"


def rules(*whens: str, rest: str = "") -> Policy:
    """Return a policy with these rules, as a file holds them, named one, two and three."""
    named = "".join(
        f"  - {{name: {name}, when: {when}}}\n" for name, when in zip(("one", "two", "three"), whens, strict=False)
    )
    text = f"version: 1\nmax: {{high: 0}}\n{'rules:' if whens else ''}\n{named}{rest}"
    return loads(text.encode(), file="gate.yaml").policy


def refusal(policy: Policy, *scans: Scan, facts: Facts | None = None) -> tuple[str, ...]:
    """Return for what a policy is refused; nothing when it is not."""
    try:
        refuse_unknowable(policy, scans, facts or Facts())
    except PolicyError as err:
        return err.faults
    return ()


@pytest.mark.parametrize(
    ("fields", "listed", "knower"),
    [
        ({}, {}, "ecr-enhanced"),
        (BASIC, {}, "ecr-basic"),
        ({"kind": Kind.UNKNOWN}, {}, "ecr-enhanced"),
        (BUILD, {}, "imagebuilder"),
        ({**BUILD, **BASIC}, {}, "imagebuilder"),
        ({}, {"epss": 0.1, "epss_source": "inspector"}, "inspector"),
        ({}, {"epss": 0.1, "epss_source": "file"}, "ecr-enhanced"),
        (BASIC, {"epss": 0.1, "epss_source": "inspector"}, "ecr-basic"),
    ],
)
def test_a_scan_tells_which_source_it_is_from(fields: dict[str, Any], listed: dict[str, Any], knower: Knower) -> None:
    assert knower_of(scan(finding("CVE-1"), finding("CVE-2", **listed), **fields)) == knower


@pytest.mark.parametrize(
    ("when", "facts", "epss", "kev"),
    [
        ("{exploit: true}", Facts(), False, False),
        ("{epss: 0.1+}", Facts(), True, False),
        ("{epss: 0.1+}", EPSS, False, False),
        ("{epss: 0.1+}", KEV, True, False),
        ("{kev: true}", Facts(), False, True),
        ("{kev_due: passed}", Facts(), False, True),
        ("{kev_due: passed}", KEV, False, False),
        ("{kev: false}", EPSS, False, True),
        ("{any: [{not: {kev: true}}, {epss: 0.1+}]}", Facts(), True, True),
    ],
)
def test_inspector_is_asked_for_what_a_condition_needs_and_no_file_gives(
    when: str, facts: Facts, *, epss: bool, kev: bool
) -> None:
    assert (needs_epss(rules(when), facts), needs_kev(rules(when), facts)) == (epss, kev)
    never = rules(rest=f"relaxations: {{never: {when}}}\n")
    assert (needs_epss(never, facts), needs_kev(never, facts)) == (epss, kev)


def asked(policy: Policy, *findings: Finding, **fields: Any) -> list[str]:
    """Return the ids of the findings whose details are asked for."""
    listed = scan(*findings, **fields)
    return [arn.removeprefix(ARN) for arn in undecided(policy, listed)]


def with_arn(name: str, severity: Severity = Severity.HIGH, **fields: Any) -> Finding:
    return finding(name, severity, arn=f"{ARN}{name}", **fields)


HIGH, LOW = with_arn("CVE-HIGH"), with_arn("CVE-LOW", Severity.LOW)


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        (rules("{kev: true}"), ["CVE-HIGH", "CVE-LOW"]),
        (rules("{kev: true, severity: high+}"), ["CVE-HIGH"]),
        (rules("{kev_due: passed, severity: low}"), ["CVE-LOW"]),
        (rules("{any: [{kev: true}, {severity: high}]}"), ["CVE-LOW"]),
        (rules("{kev: true, severity: high}", "{kev: true, severity: low}"), ["CVE-HIGH", "CVE-LOW"]),
        (rules("{exploit: true}"), []),
        (rules("{kev: true, id: CVE-OTHER}"), []),
        (rules(rest="relaxations: {never: {kev: true, id: CVE-LOW}}\n"), ["CVE-LOW"]),
        (rules(rest="ignore: [{id: CVE-LOW, reason: r, unless: {kev: true}}]\n"), ["CVE-HIGH", "CVE-LOW"]),
    ],
)
def test_details_are_asked_for_only_where_a_condition_hangs_on_them(policy: Policy, found: list[str]) -> None:
    assert asked(policy, HIGH, LOW) == found


def test_details_are_not_asked_for_what_is_known_or_has_no_arn() -> None:
    known = (with_arn("CVE-1", kev=Kev(listed=True)), with_arn("CVE-2", kev=Kev(listed=False)), finding("CVE-3"))

    assert asked(rules("{kev: true}"), *known) == []
    assert asked(rules("{kev_due: passed}"), with_arn("CVE-1", kev=Kev(listed=True))) == ["CVE-1"]


@pytest.mark.parametrize(
    ("adjust", "found"),
    [
        ("{when: {id: CVE-LOW}, to: high, reason: r}", ["CVE-HIGH", "CVE-LOW"]),
        ("{when: {exploit: true, id: CVE-LOW}, to: high, reason: r}", ["CVE-HIGH", "CVE-LOW"]),
        ("{when: {id: CVE-HIGH}, to: low, reason: r}", ["CVE-HIGH"]),
        ("{when: {id: CVE-LOW}, to: medium, reason: r}", ["CVE-HIGH"]),
        ("{when: {id: CVE-OTHER}, to: high, reason: r}", ["CVE-HIGH"]),
        (
            "{when: {id: CVE-LOW}, to: high, reason: r}, {when: {id: CVE-OTHER}, to: high, reason: r}",
            ["CVE-HIGH", "CVE-LOW"],
        ),
    ],
)
def test_what_the_policy_may_rate_otherwise_is_seen_with_that_severity_too(adjust: str, found: list[str]) -> None:
    policy = rules("{kev: true, severity: high}", rest=f"severity: {{adjust: [{adjust}]}}\n")

    assert asked(policy, HIGH, LOW) == found


@pytest.mark.parametrize("times", [{}, {"captured_at": None}, {"captured_at": None, "completed_at": None}])
def test_without_a_time_of_the_answer_nothing_is_known_to_be_old(times: dict[str, Any]) -> None:
    found = with_arn("CVE-1", published=NOW, first_seen=NOW)

    for text in ("{kev: true, published: 1d+}", "{kev: true, age: 1d+}"):
        told = asked(rules(text), found, **times)
        assert told == ([] if not times else ["CVE-1"])


def test_the_score_that_decides_is_that_of_the_policys_own_order() -> None:
    found = with_arn("CVE-1", scores=(Cvss(score=9.0, version="3.1", source="nvd"),))
    text = "{{kev: true, cvss: 7.0..{}}}"

    assert asked(rules(text.format("10")), found) == ["CVE-1"]
    assert asked(rules(text.format("8")), found) == []
    assert asked(rules(text.format("8"), rest="cvss: {from: [vendor]}\n"), found) == ["CVE-1"]
    rated = "severity: {adjust: [{when: {id: CVE-1}, to: low, reason: r}]}\ncvss: {from: [nvd]}\n"
    assert asked(rules("{kev: true, cvss: 9.0+, severity: low}", rest=rated), found) == ["CVE-1"]
    assert asked(rules("{kev: true, cvss: 9.1+, severity: low}", rest=rated), found) == []


KEV_FAULT = "rule one asks for `kev`, and there is no data for it: give it with --kev FILE (rules[0].when)"


@pytest.mark.parametrize(
    ("when", "facts", "faults"),
    [
        ("{kev: true}", Facts(), (KEV_FAULT,)),
        ("{kev: true}", KEV, ()),
        ("{kev_due: passed}", Facts(), (KEV_FAULT.replace("`kev`", "`kev_due`"),)),
        ("{kev_due: passed}", KEV, ()),
        ("{epss: 0.1+}", KEV, (KEV_FAULT.replace("kev", "epss"),)),
        ("{epss: 0.1+}", EPSS, ()),
        ("{all: [{kev: true}, {kev: false}, {kev: true}]}", Facts(), (KEV_FAULT,)),
        ("{kev: true, severity: critical}", Facts(), ()),
        ("{kev: true, id: CVE-OTHER}", Facts(), ()),
        ("{any: [{kev: true}, {severity: high}]}", Facts(), ()),
        ("{severity: high}", Facts(), ()),
        ("{exploit: true}", Facts(), ()),
    ],
)
def test_a_rule_that_hangs_on_data_that_nobody_gave_names_the_option(
    when: str, facts: Facts, faults: tuple[str, ...]
) -> None:
    assert refusal(rules(when), scan(finding()), facts=facts) == faults


@pytest.mark.parametrize(
    ("name", "refused"), [("CVE-2026-1000", False), ("CVE-2026-1001", True), ("CVE-2026-1002", True)]
)
def test_a_rule_that_the_given_file_decides_hangs_on_no_other(name: str, *, refused: bool) -> None:
    found = scan(finding(name, severity=Severity.HIGH))
    decided = Facts(epss=read_epss(scores("CVE-2026-1000,0.1,1", "CVE-2026-1001,0.9,1"), "epss.csv"))
    policy = rules("{kev: true, epss: 0.5+}")

    faults = refusal(policy, found, facts=decided)

    assert any("`kev`" in fault for fault in faults) is refused


def test_data_that_inspector_gave_for_any_finding_is_data() -> None:
    told = finding("CVE-2", kev=Kev(listed=False, source="inspector"), epss=0.1, epss_source="inspector")

    assert refusal(rules("{kev: true}", "{epss: 0.1+}"), scan(finding("CVE-1"), told)) == ()


@pytest.mark.parametrize(
    ("rest", "place"),
    [
        ("relaxations: {never: {kev: true}}\n", "relaxations.never asks for `kev`"),
        ("ignore: [{id: a, reason: r, unless: {kev: true}}]\n", "ignore entry 1 asks for `kev`"),
        (
            "severity: {adjust: [{when: {kev: false}, to: low, reason: r}]}\n",
            "severity.adjust entry 1 asks for `kev`",
        ),
        (
            "overrides: [{for: {repository: '*/*'}, rules: [{name: b, when: {kev: true}}]}]\n",
            "rule b of override 1 asks for",
        ),
    ],
)
def test_relaxations_that_hang_on_such_data_are_refused_too(rest: str, place: str) -> None:
    [fault] = refusal(rules(rest=rest), scan(finding()))

    assert fault.startswith(place)
    assert "--kev FILE" in fault


def test_every_fault_is_named_and_only_scans_with_findings_are_looked_at() -> None:
    policy = rules("{kev: true}", "{epss: 0.1+}", "{severity: high}")

    assert [fault.split(",")[0] for fault in refusal(policy, scan(finding()))] == [
        "rule one asks for `kev`",
        "rule two asks for `epss`",
    ]
    assert refusal(policy, scan()) == ()
    assert refusal(policy, scan(finding(), state=ScanState.PENDING)) == ()
    assert len(refusal(policy, scan(), scan(finding()))) == 2


@pytest.mark.parametrize(
    ("when", "fields", "fault"),
    [
        ("{exploit: true}", BASIC, "`exploit`, which basic scanning of ECR does not know; it takes enhanced scanning"),
        ("{exploit: true}", BUILD, "`exploit`, which Image Builder does not know; it takes enhanced scanning"),
        ("{exploit: false, severity: high}", BUILD, "`exploit`, which Image Builder does not know"),
        ("{fix: available}", BASIC, "`fix`, which basic scanning of ECR does not know"),
        ("{fix: unknown}", BASIC, ""),
        ("{fix: available}", BUILD, ""),
        ("{not: {fix: none}}", BASIC, "`fix`, which basic scanning of ECR does not know"),
        ("{not: {fix: unknown}}", BASIC, "`fix`"),
        ("{package_type: os}", BASIC, "`package_type`, which basic scanning"),
        ("{path: a}", BASIC, "`path`, which basic scanning"),
        ("{package: a, version: '1'}", BASIC, ""),
        ("{any: [{exploit: true}, {severity: high}]}", BUILD, ""),
        ("{published: 30d+}", BASIC, "`published`, which basic scanning"),
        ("{published: 30d+, age: 1d+}", BUILD, ""),
        ("{in_use: true}", {}, ""),
        ("{exploit: true}", {}, ""),
    ],
)
def test_a_rule_that_can_never_match_in_a_source_is_refused(when: str, fields: dict[str, Any], fault: str) -> None:
    found = refusal(rules(when), scan(finding(), **fields))

    assert len(found) == bool(fault)
    assert all(text.startswith(f"rule one asks for {fault}") and text.endswith("(rules[0].when)") for text in found)


def test_relaxations_that_ask_for_what_a_source_lacks_are_not_refused_since_they_only_tighten() -> None:
    rest = "relaxations: {never: {exploit: true}}\nignore: [{id: a, reason: r, unless: {path: b}}]\n"

    assert refusal(rules(rest=rest), scan(finding(), **BASIC)) == ()
    told = list(lacking(rules(rest=rest), "ecr-basic"))
    assert [(path, never) for path, _, never in told] == [
        (("ignore", 0, "unless"), False),
        (("relaxations", "never"), False),
    ]
