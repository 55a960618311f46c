"""The stages: what settles a finding, in which order, and what no relaxation may settle."""

from datetime import date, timedelta
from typing import Any

import pytest

from gate.model import Finding, FindingStatus, Kev
from gate.policy.baseline import Compared
from gate.policy.clauses import Ignore, Max, VexChoice
from gate.policy.document import Policy, ScanDemands
from gate.policy.relaxing import Uses
from gate.policy.scalars import Until
from gate.policy.settling import Surroundings, settle
from gate.policy.verdict import BaselineUsed, Disposition, JudgedFinding, Outcome, Tally
from gate.policy.vex import Vex
from gate.policy.vex_document import VexProduct
from tests.builders import DIGEST, NOW, OTHER_DIGEST, finding, image, judge, package, policy, scan
from tests.policy.written import compared, naming_vex, policy_of, sight, statement

ACCEPTED = Ignore(id="CVE-1", reason="Not compiled in.")
LISTED, UNLISTED = Kev(listed=True), Kev(listed=False)
YESTERDAY = NOW - timedelta(days=1)
STAGES = {
    "vex": "",
    "ignored": "ignore: [{id: CVE-2026-1000, reason: r}]",
    "baseline": "baseline: {image: prod}",
    "grace": "grace: {high: 7d}",
}
"""What the policy says for each relaxation; VEX is not written, since files are read for it."""


def settled(rules: Policy, found: Finding, **beside: Any) -> JudgedFinding:
    return judge(rules, scan(found), **beside).images[0].findings[0]


@pytest.mark.parametrize(
    ("status", "suppressed", "ignored", "disposition"),
    [
        (FindingStatus.ACTIVE, "count", False, Disposition.COUNTED),
        (FindingStatus.ACTIVE, "trust", False, Disposition.COUNTED),
        (FindingStatus.ACTIVE, "count", True, Disposition.IGNORED),
        (FindingStatus.SUPPRESSED, "count", False, Disposition.COUNTED),
        (FindingStatus.SUPPRESSED, "count", True, Disposition.IGNORED),
        (FindingStatus.SUPPRESSED, "trust", False, Disposition.SUPPRESSED),
        (FindingStatus.SUPPRESSED, "trust", True, Disposition.SUPPRESSED),
        (FindingStatus.CLOSED, "count", False, Disposition.CLOSED),
        (FindingStatus.CLOSED, "count", True, Disposition.CLOSED),
    ],
)
def test_a_finding_ends_in_the_first_place_that_takes_it(
    status: FindingStatus, suppressed: str, *, ignored: bool, disposition: Disposition
) -> None:
    demands = ScanDemands(inspector_suppressed="trust" if suppressed == "trust" else "count")
    rules = policy(max=Max(high=0), ignore=(ACCEPTED,) if ignored else (), scan=demands)

    judged = judge(rules, scan(finding("CVE-1", status=status))).images[0]

    assert judged.findings[0].disposition is disposition
    assert judged.verdict is (Outcome.FAIL if disposition is Disposition.COUNTED else Outcome.PASS)
    assert bool(judged.findings[0].ignored_by) is (disposition is Disposition.IGNORED)
    assert judged.counts is not None
    assert judged.counts.high == Tally(found=1, **{disposition.value: 1})


@pytest.mark.parametrize("first", [*STAGES, "counted"])
def test_vex_comes_before_an_entry_before_the_baseline_before_grace(first: str) -> None:
    order = [*STAGES, "counted"]
    left = order[order.index(first) :]
    text = "\n".join(STAGES[stage] for stage in left if stage != "counted")
    found = finding(published=YESTERDAY)
    rules = policy_of(f"max: {{high: 0}}\n{text}")

    judged = settled(
        naming_vex(rules) if "vex" in left else rules,
        found,
        vex=(statement(),),
        compared=(compared({found.key: sight()}),),
    )

    assert judged.disposition.value == first


@pytest.mark.parametrize(
    ("kev", "status", "disposition"),
    [
        (LISTED, FindingStatus.ACTIVE, "counted"),
        (None, FindingStatus.ACTIVE, "counted"),
        (UNLISTED, FindingStatus.ACTIVE, None),
        (LISTED, FindingStatus.CLOSED, "closed"),
        (LISTED, FindingStatus.SUPPRESSED, "suppressed"),
    ],
)
@pytest.mark.parametrize("stage", STAGES)
def test_no_relaxation_applies_where_never_holds_or_may_hold(
    stage: str, kev: Kev | None, status: FindingStatus, disposition: str | None
) -> None:
    never = "relaxations: {never: {kev: true}}\nscan: {inspector_suppressed: trust}"
    rules = policy_of(f"max: {{high: 0}}\n{never}\n{STAGES[stage]}")
    found = finding(published=YESTERDAY, kev=kev, status=status)
    seen = compared({found.key: sight(kev=kev.listed if kev else None)})

    judged = settled(naming_vex(rules) if stage == "vex" else rules, found, vex=(statement(),), compared=(seen,))

    assert judged.disposition.value == (disposition or stage)
    if disposition == "counted":
        assert judged.settled_by == "no relaxation applies to it (relaxations.never)"
        assert (judged.vex, judged.ignored_by) == (None, None)


@pytest.mark.parametrize(
    ("held", "disposition"),
    [
        ((package(path="/srv/a"),), "counted"),
        ((package("zlib", path="/app/a"), package(path="/srv/a")), "counted"),
        ((package("zlib", path="/app/a"),), "ignored"),
        ((package("zlib", path="/app/a"), package("bzip2")), "counted"),
        ((), "counted"),
    ],
)
def test_never_holds_for_a_finding_if_it_may_hold_for_one_of_its_packages(held: Any, disposition: str) -> None:
    rules = policy_of("max: {high: 0}\nrelaxations: {never: {path: /srv/*}}\nignore: [{id: CVE-*, reason: r}]")

    assert settled(rules, finding("CVE-1", packages=held)).disposition.value == disposition


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (FindingStatus.ACTIVE, "nothing in the policy settles it"),
        (FindingStatus.SUPPRESSED, "suppressed in Inspector, which scan.inspector_suppressed does not trust"),
        (FindingStatus.CLOSED, "AWS says that it is closed"),
    ],
)
def test_each_place_says_why(status: FindingStatus, words: str) -> None:
    assert settled(policy(), finding(status=status)).settled_by == words


@pytest.mark.parametrize(
    ("fields", "used", "said"),
    [
        ({}, True, "not_affected by security@example.com in app.vex.json: vulnerable_code_not_present"),
        ({"note": "Never\ncalled."}, True, "not_affected by security@example.com in app.vex.json: Never called."),
        ({"status": "fixed", "justification": None}, True, "fixed by security@example.com in app.vex.json: fixed"),
        ({"status": "affected"}, False, ""),
        ({"ids": ("CVE-9",)}, False, ""),
    ],
)
def test_a_statement_of_vex_is_named_with_its_author_and_file(fields: dict[str, Any], said: str, *, used: bool) -> None:
    judged = settled(naming_vex(policy_of("max: {high: 0}")), finding(), vex=(statement(**fields),))

    assert (judged.disposition is Disposition.VEX) is used
    assert (judged.vex is not None) is used
    assert judged.settled_by == (said or "nothing in the policy settles it")


@pytest.mark.parametrize(
    ("fields", "used"),
    [
        ({}, True),
        ({"since": NOW.date(), "until": Until(NOW.date(), fixed=False)}, True),
        ({"since": date(2026, 11, 21)}, False),
        ({"until": Until(date(2026, 11, 19), fixed=False)}, False),
    ],
)
def test_vex_settles_on_the_days_that_the_policy_says(fields: dict[str, Any], *, used: bool) -> None:
    rules = policy(max=Max(high=0), vex=VexChoice(files=("a.json",), reason="r", **fields))

    assert (settled(rules, finding(), vex=(statement(),)).disposition is Disposition.VEX) is used


def test_statements_that_the_policy_does_not_name_settle_nothing() -> None:
    assert settled(policy(), finding(), vex=(statement(),)).disposition is Disposition.COUNTED


def test_an_image_of_which_nobody_knows_anything_is_judged_too() -> None:
    bare = image(registry=None, region=None, repository=None, digest=None, tags=(), platform=None)
    rules = policy_of("\n".join(("max: {high: 0}", *STAGES.values())))

    assert judge(rules, scan(image=bare)).exit_code == 0
    assert judge(rules, scan(finding("CVE-1"), image=bare)).exit_code == 1


@pytest.mark.parametrize(("digest", "used"), [(DIGEST, True), (OTHER_DIGEST, False)])
def test_a_statement_of_vex_may_be_about_the_image_and_is_then_of_use(digest: str, *, used: bool) -> None:
    about = statement(products=(VexProduct(purls=(f"pkg:oci/app@{digest}",)),))
    uses = Uses()
    around = Surroundings(image=image(), now=NOW, env=None, vex=Vex((about,), NOW), compared=None, uses=uses)

    found = settle(naming_vex(policy_of("max: {high: 0}")), [finding()], around)

    assert found.settlements[0].vex == (about if used else None)
    assert uses.used == ({"vex"} if used else set())


def test_what_others_wrote_is_cut_to_a_line_that_can_be_read() -> None:
    said = statement(note="n" * 999, author="a" * 999, file="f" * 999)
    found = finding()
    seen = Compared(used=BaselineUsed(target="t" * 999, missing=""), sights={found.key: sight()})
    postponing = policy_of("max: {high: 0}\nbaseline: {judge: new}")

    by_vex = settled(naming_vex(policy_of("max: {high: 0}")), found, vex=(said,)).settled_by
    by_baseline = settled(postponing, found, compared=(seen,)).settled_by

    assert by_vex == f"not_affected by {'a' * 99}… in {'f' * 199}…: {'n' * 299}…"
    assert by_baseline == f"the baseline {'t' * 199}… has it too"
