"""What fails nothing and somebody must look at: entries that end, did nothing, or met their fix; gaps in a scan."""

from datetime import date, timedelta
from typing import Any

import pytest

from gate.model import Finding, Fix, Kev, Kind, Refusal, ScanState, TagMove
from gate.policy.clauses import Ignore, Max, VexChoice
from gate.policy.document import Relaxations, ScanDemands
from gate.policy.scalars import Duration, Until
from gate.policy.verdict import Outcome, Verdict
from tests.builders import NOW, OTHER_DIGEST, finding, image, judge, policy, scan
from tests.policy.written import compared, policy_of, sight, statement


def texts(verdict: Verdict, image_number: int | None = None) -> list[str]:
    return [warned.text for warned in verdict.warnings if warned.image == image_number]


def entry(until: str | list[str] | None = None, **fields: Any) -> Ignore:
    return Ignore(**{"id": "CVE-1", **fields}, until=Until.parse(until) if until else None)


def told(one: Ignore, *found: Any, **relaxations: Any) -> list[str]:
    rules = policy(ignore=(one,), relaxations=Relaxations(**relaxations))
    return texts(judge(rules, scan(*(found or (finding("CVE-1", fix=Fix.NONE),)))))


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        (None, []),
        ("2026-11-19", ["ignore entry 1 (CVE-1) expired on 2026-11-19: it no longer applies; renew it or remove it"]),
        ("2026-11-20", ["ignore entry 1 (CVE-1) ends on 2026-11-20, today"]),
        ("2026-11-21", ["ignore entry 1 (CVE-1) ends on 2026-11-21, tomorrow"]),
        ("2026-12-04", ["ignore entry 1 (CVE-1) ends on 2026-12-04, in 14 days"]),
        ("2026-12-05", []),
        ("fixed", []),
        (["2026-11-22", "fixed"], ["ignore entry 1 (CVE-1) ends on 2026-11-22, in 2 days"]),
    ],
)
def test_an_entry_that_ends_soon_or_has_ended_is_named(until: Any, expected: list[str]) -> None:
    assert told(entry(until)) == expected


def test_how_soon_is_the_policys_to_say() -> None:
    assert told(entry("2026-11-22"), expiring=Duration(86_400)) == []
    assert told(entry("2026-12-31"), expiring=Duration(90 * 86_400)) != []


def test_an_entry_that_ended_with_a_fix_is_named() -> None:
    assert told(entry("fixed"), finding("CVE-1", fix=Fix.FULL)) == [
        "ignore entry 1 (CVE-1) has ended for a finding that now has a fix: upgrade, or renew it"
    ]


@pytest.mark.parametrize(
    ("one", "unused", "expected"),
    [
        (entry(id="CVE-9"), "warn", ["ignore entry 1 (CVE-9) matched nothing: remove it"]),
        (entry(id="CVE-9", until="2026-11-21"), "warn", ["ignore entry 1 (CVE-9) matched nothing: remove it"]),
        (entry(id="CVE-9"), "allow", []),
        (entry(id="CVE-9", since=date(2026, 11, 21)), "warn", []),
        (entry(), "warn", []),
    ],
)
def test_an_entry_in_force_that_matched_nothing_is_named(one: Ignore, unused: Any, expected: list[str]) -> None:
    assert told(one, unused=unused) == expected


def test_a_notice_warns_and_does_not_fail() -> None:
    found = judge(policy(ignore=(entry("2026-11-19"),), max=Max(critical=0)), scan(), warn_exit=True)

    assert (found.verdict, found.exit_code, found.images[0].verdict) == (Outcome.WARN, 10, Outcome.PASS)
    assert found.reason.startswith("ignore entry 1 (CVE-1) expired")


def test_an_entry_is_of_use_if_any_image_needs_it() -> None:
    rules = policy(ignore=(entry(),))

    assert texts(judge(rules, scan(finding("CVE-1")), scan())) == []
    assert len(texts(judge(rules, scan(), scan()))) == 1


@pytest.mark.parametrize(
    "missing",
    [scan(state=ScanState.PENDING), Refusal(image=image(), exit_code=5, reason="AWS refused")],
)
def test_no_entry_is_called_useless_while_an_image_is_not_judged(missing: Any) -> None:
    assert texts(judge(policy(ignore=(entry(),)), scan(), missing)) == []


def test_what_a_source_warns_of_stands_at_its_image_on_one_line() -> None:
    found = judge(policy(), scan(), scan(warnings=("more listed\nthan declared", "\x1b[31m::error::x")))

    assert texts(found, 0) == []
    assert texts(found, 1) == ["more listed than declared", ": :error::x"]


@pytest.mark.parametrize(
    ("kind", "listed", "warns"),
    [
        (Kind.BASIC, (), True),
        (Kind.BASIC, (finding(),), False),
        (Kind.ENHANCED, (), False),
        (Kind.UNKNOWN, (), True),
        (Kind.UNKNOWN, (finding(),), False),
    ],
)
def test_a_basic_scan_that_lists_nothing_says_what_it_cannot_see(kind: Kind, listed: Any, *, warns: bool) -> None:
    found = judge(policy(), scan(*listed, kind=kind))

    assert [("distroless" in text) for text in texts(found, 0)] == ([True] if warns else [])
    assert found.verdict is (Outcome.WARN if warns else Outcome.PASS)


def test_a_basic_scan_that_is_not_complete_says_nothing_of_what_it_lists() -> None:
    assert judge(policy(), scan(kind=Kind.BASIC, state=ScanState.PENDING)).warnings == ()


@pytest.mark.parametrize(
    ("pinned", "tag_moved", "listed", "outcome", "warns"),
    [
        (False, "no_verdict", (), Outcome.NO_VERDICT, False),
        (False, "no_verdict", (finding(),), Outcome.FAIL, True),
        (False, "warn", (), Outcome.WARN, True),
        (True, "no_verdict", (), Outcome.WARN, True),
        (True, "no_verdict", (finding(),), Outcome.FAIL, True),
    ],
)
def test_a_tag_that_moved_is_said_once(
    tag_moved: Any, listed: Any, outcome: Outcome, *, pinned: bool, warns: bool
) -> None:
    rules = policy(max=Max(high=0), scan=ScanDemands(tag_moved=tag_moved))

    found = judge(rules, scan(*listed, tag_move=TagMove(tag="v1", to=OTHER_DIGEST, pinned=pinned)))

    said = f"the tag v1 now names {OTHER_DIGEST}; what was judged is {found.images[0].digest}"
    assert found.verdict is outcome
    assert texts(found, 0) == ([said] if warns else [])
    assert (found.images[0].reason == said) is not warns


def test_a_tag_that_is_gone_is_said_as_such() -> None:
    found = judge(policy(), scan(tag_move=TagMove(tag="v1", to=None, pinned=True), image=image(digest=None)))

    assert texts(found, 0) == ["the tag v1 is gone; what was judged is -"]


ENDING = {
    "grace": ("grace: {{high: 7d{}}}", "grace"),
    "baseline": ("baseline: {{judge: new{}}}", "baseline"),
    "adjust": (
        "severity: {{adjust: [{{when: {{id: CVE-1}}, to: low, reason: r{}}}]}}",
        "severity.adjust entry 1 (id CVE-1 to low)",
    ),
    "override": ("overrides: [{{for: {{tag: v1}}, max: {{high: 9}}, reason: r{}}}]", "override 1 (for tag v1)"),
    "ignore": ("ignore: [{{id: CVE-1, reason: r{}}}]", "ignore entry 1 (CVE-1)"),
}


@pytest.mark.parametrize("kind", ENDING)
def test_every_relaxation_that_is_of_use_says_when_it_ends_and_that_it_has_ended(kind: str) -> None:
    text, name = ENDING[kind]
    found = finding("CVE-1", published=NOW)
    seen = compared({found.key: sight()})

    def said(until: str, *listed: Finding) -> list[str]:
        rules = policy_of(f"cvss_floor: 9\n{text.format(until)}")
        return texts(judge(rules, scan(*listed), compared=(seen,)))

    assert said(", until: 2026-11-22", found) == [f"{name} ends on 2026-11-22, in 2 days"]
    assert said(", until: 2026-12-05", found) == []
    assert said("", found) == []
    assert said(", until: 2026-11-19", found) == [
        f"{name} expired on 2026-11-19: it no longer applies; renew it or remove it"
    ]
    if kind in {"grace", "baseline"}:
        assert said(", until: 2026-11-22") == []


def test_vex_that_settles_something_says_when_it_ends() -> None:
    rules = policy(vex=VexChoice(files=("a.json",), reason="r", until=Until.parse("2026-11-22")))

    assert texts(judge(rules, scan(finding()), vex=(statement(),))) == ["vex ends on 2026-11-22, in 2 days"]
    assert texts(judge(rules, scan(finding()))) == []


@pytest.mark.parametrize("accepted", [True, False])
def test_images_that_cannot_be_scanned_are_accepted_until_a_day_that_is_told(*, accepted: bool) -> None:
    rules = policy_of(
        "cvss_floor: 9\nscan: {unsupported: {accept: true, repository: team/*, reason: r, until: 2026-11-22}}"
    )

    found = judge(rules, scan(state=ScanState.UNSUPPORTED if accepted else ScanState.COMPLETE))

    assert texts(found) == (["scan.unsupported ends on 2026-11-22, in 2 days"] if accepted else [])


def test_a_relaxation_that_names_what_none_may_apply_to_is_told() -> None:
    entries = "ignore: [{id: CVE-1, reason: r}]\nseverity: {adjust: [{when: {id: CVE-1}, to: low, reason: r}]}"
    rules = policy_of(f"cvss_floor: 9\nrelaxations: {{never: {{kev: true}}}}\n{entries}")

    assert texts(judge(rules, scan(finding("CVE-1", kev=Kev(listed=True))))) == [
        "ignore entry 1 (CVE-1) names a finding to which no relaxation applies (relaxations.never)",
        "severity.adjust entry 1 (id CVE-1 to low) names a finding to which no relaxation applies (relaxations.never)",
    ]
    assert texts(judge(rules, scan(finding("CVE-1", kev=Kev(listed=False))))) == []


@pytest.mark.parametrize(
    ("line", "unused"),
    [
        (
            "severity: {adjust: [{when: {id: CVE-9}, to: low, reason: r}]}",
            ["severity.adjust entry 1 (id CVE-9 to low)"],
        ),
        ("severity: {adjust: [{when: {id: CVE-9}, to: low, reason: r, since: 2026-11-21}]}", []),
        ("severity: {adjust: [{when: {id: CVE-1}, to: high, reason: r}]}", []),
        ("severity: {adjust: [{when: {id: CVE-1}, to: low, reason: r}, {when: {id: CVE-*}, to: high, reason: r}]}", []),
        ("ignore: [{id: CVE-9, reason: r, for: {tag: v1}}]", []),
        ("grace: {high: 7d}", []),
        ("baseline: {judge: new}", []),
        ("overrides: [{for: {tag: v9}, max: {high: 9}, reason: r}]", []),
    ],
)
def test_only_entries_that_are_about_findings_can_have_matched_nothing(line: str, unused: list[str]) -> None:
    rules = policy_of(f"cvss_floor: 9\n{line}")

    assert texts(judge(rules, scan(finding("CVE-1")))) == [f"{name} matched nothing: remove it" for name in unused]


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        (None, ["the policy differs by environment (prod, qa), and no --env was given: none of that applies"]),
        ("prod", []),
        ("other", []),
    ],
)
def test_a_policy_that_names_environments_says_so_where_none_is_given(env: str | None, expected: list[str]) -> None:
    rules = policy_of(
        "cvss_floor: 9\noverrides: [{for: {env: [prod, qa]}, max: {high: 0}}]\n"
        "ignore: [{id: CVE-9, reason: r, for: {env: qa}}]"
    )

    assert texts(judge(rules, env=env)) == expected


@pytest.mark.parametrize(
    ("published", "said"),
    [
        ((6.9,), "1 finding is in grace, which ends today for the first (CVE-0, high)"),
        ((6.2,), "1 finding is in grace, which ends tomorrow for the first (CVE-0, high)"),
        ((0,), "1 finding is in grace, which ends in 7 days for the first (CVE-0, high)"),
        ((1, 5, 0), "3 findings are in grace, which ends in 2 days for the first (CVE-1, high)"),
    ],
)
def test_findings_in_grace_say_when_the_first_of_them_counts(published: tuple[float, ...], said: str) -> None:
    rules = policy_of("max: {high: 0}\ngrace: {high: 7d}")
    listed = [finding(f"CVE-{n}", published=NOW - timedelta(days=days)) for n, days in enumerate(published)]

    found = judge(rules, scan(), scan(*listed))

    assert (texts(found, 0), texts(found, 1)) == ([], [said])
    assert found.verdict is Outcome.WARN


def test_a_baseline_that_is_missing_is_told_at_the_images_that_it_is_missing_for() -> None:
    rules = policy_of("max: {high: 0}\nbaseline: {image: prod}")
    missing = compared(missing="there is no such tag")

    found = judge(rules, scan(), scan(), scan(state=ScanState.FAILED), compared=(compared(), missing, missing))

    assert [texts(found, number) for number in range(3)] == [
        [],
        ["everything is judged, since there is no baseline: there is no such tag"],
        [],
    ]
