"""A verdict document is judged again from what it holds: one that was changed by hand is found out, with its place."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from gate.model import Cvss, FindingStatus, Fix, Refusal, Scan, ScanState, Severity, TagMove
from gate.policy.clauses import Ignore, Max
from gate.policy.evaluate import Beside, evaluate
from gate.policy.rejudge import COUNTS_DIFFER, disagreement, scan_of
from gate.policy.scalars import Until
from gate.policy.verdict import Counts, Disposition, ImageVerdict, Outcome, RuleOutcome, Setting, Tally, Verdict
from gate.reports.json_document import read, render
from gate.sources.counting import PageCount, compare
from tests.builders import NOW, OTHER_DIGEST, finding, fixable, image, policy, scan, used

DEBIAN = Cvss(score=7.5, version="3.1", source="debian")
RULES = policy(
    max=Max(critical=0, high=1),
    cvss_floor=9.0,
    ignore=(Ignore(id="CVE-4", reason="accepted", until=Until.parse("2026-12-31")),),
)
LISTED = (
    fixable("CVE-1", Severity.CRITICAL),
    fixable("CVE-2", scores=(DEBIAN,)),
    finding("CVE-3", fix=Fix.NONE),
    finding("CVE-4", Severity.CRITICAL),
)
DENIED = Refusal(image=image(target="denied", digest=None), exit_code=5, reason="no permission", hint="Ask.")


def judged(*scans: Scan | Refusal) -> Verdict:
    return evaluate(used(RULES), scans, NOW, Beside(settings=(Setting(name="policy", variable="GATE_CHECK_POLICY"),)))


MADE = judged(scan(*LISTED, declared={"CRITICAL": 2, "HIGH": 2}))


@pytest.mark.parametrize(
    "scans",
    [
        (scan(),),
        (scan(*LISTED),),
        (scan(*LISTED, *LISTED), scan(), DENIED),
        (DENIED,),
        (replace(DENIED, exit_code=4),),
        (replace(DENIED, exit_code=3),),
        (scan(*LISTED, state=ScanState.PENDING, reason="still scanning"),),
        (scan(tag_move=TagMove(tag="v1", to=OTHER_DIGEST, pinned=False)),),
        (scan(*LISTED, replayed=True, waited_seconds=0.1),),
        (),
    ],
)
@pytest.mark.parametrize("warn_exit", [False, True])
def test_what_check_wrote_agrees_with_itself(scans: tuple[Scan | Refusal, ...], *, warn_exit: bool) -> None:
    made = evaluate(used(RULES), scans, NOW, Beside(warn_exit=warn_exit))

    assert disagreement(made) is None
    assert disagreement(read(render(made).encode())) is None


def test_a_scan_is_read_back_from_its_verdict() -> None:
    one = scan(*LISTED, declared={"HIGH": 2}, replayed=True, warnings=("odd",))
    back = scan_of(judged(one).images[0])

    assert isinstance(back, Scan)
    assert sorted(back.findings, key=lambda found: found.key) == list(one.findings)
    assert replace(back, findings=()) == replace(one, findings=())
    assert scan_of(judged(DENIED).images[0]) == DENIED


Change = Callable[[ImageVerdict], dict[str, Any]]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"verdict": Outcome.PASS}, "verdict is pass, judged again it is fail"),
        ({"exit_code": 0}, "exit_code is 0, judged again it is 1"),
        ({"replayed": True}, "replayed is True, judged again it is False"),
        ({"upgrades": ()}, "upgrades is another value"),
        ({"verdict_after_upgrades": Outcome.FAIL}, "verdict_after_upgrades is fail, judged again it is pass"),
        ({"verdict_after_upgrades": None}, "verdict_after_upgrades is another value, judged again it is pass"),
        ({"policy": None}, "it names no policy"),
        (
            {"policy": replace(used(RULES), resolved=replace(RULES, max=Max(critical=0, high=1, low=5)))},
            "images[0].limits is another value",
        ),
        ({"policy": replace(used(RULES), resolved=replace(RULES, mode="warn"))}, "verdict is fail"),
        ({"policy": replace(used(RULES), resolved=replace(RULES, ignore=()))}, "verdict_after_upgrades"),
        ({"judged_at": NOW.replace(year=2027)}, "verdict_after_upgrades"),
    ],
)
def test_a_change_to_the_document_is_named_with_its_place(change: dict[str, Any], place: str) -> None:
    said = disagreement(replace(MADE, **change))

    assert said is not None
    assert said.startswith(place)


def counted(**fields: int) -> Callable[[ImageVerdict], dict[str, Any]]:
    def change(one: ImageVerdict) -> dict[str, Any]:
        counts = one.counts or Counts()
        return {"counts": replace(counts, critical=replace(counts.critical, **fields))}

    return change


def found(index: int, **fields: Any) -> Change:
    def change(one: ImageVerdict) -> dict[str, Any]:
        return {"findings": tuple(replace(f, **fields) if n == index else f for n, f in enumerate(one.findings))}

    return change


def ruled(named: str, /, **fields: Any) -> Change:
    def change(one: ImageVerdict) -> dict[str, Any]:
        return {"rules": tuple(replace(rule, **fields) if rule.name == named else rule for rule in one.rules)}

    return change


@pytest.mark.parametrize(
    "change",
    [
        lambda one: {"verdict": Outcome.PASS},
        lambda one: {"verdict": Outcome.NO_VERDICT},
        lambda one: {"exit_code": 0},
        lambda one: {"counts": None},
        lambda one: {"counts": Counts(critical=Tally(found=2))},
        counted(found=1),
        counted(counted=0),
        counted(ignored=2, counted=0),
        ruled("max.critical", outcome=RuleOutcome.PASS),
        ruled("max.critical", count=0),
        ruled("max.critical", max=1),
        ruled("max.critical", findings=()),
        ruled("max.critical", action="warn"),
        ruled("max.critical", name="max.criticals"),
        lambda one: {"rules": one.rules[:-1]},
        lambda one: {"rules": ()},
        lambda one: {"rules": (*one.rules, one.rules[0])},
        found(0, disposition=Disposition.IGNORED),
        found(0, severity=Severity.LOW),
        found(0, fix=Fix.NONE),
        found(0, id="CVE-4"),
        found(0, aliases=("CVE-4",)),
        found(0, key="CVE-9 OS:openssl"),
        found(0, scores=(Cvss(score=9.8, version="3.1", source="nvd"),)),
        found(2, cvss=None),
        found(2, cvss=Cvss(score=1.0, version="3.1", source="nvd")),
        found(2, scores=()),
        lambda one: {"findings": one.findings[1:]},
        lambda one: {"findings": one.findings[::-1]},
        lambda one: {"findings": (*one.findings, one.findings[0])},
        lambda one: {"scan": None},
        lambda one: {"scan": replace(one.scan, state=ScanState.PENDING)},
        lambda one: {"scan": replace(one.scan, replayed=True)},
    ],
)
def test_a_change_to_an_image_is_found_out(change: Change) -> None:
    one = MADE.images[0]

    forged = replace(MADE, images=(replace(one, **change(one)),))

    assert forged != MADE
    assert disagreement(forged) is not None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"verdict": Outcome.PASS}, "verdict is pass, judged again it is fail"),
        ({"exit_code": 0}, "exit_code is 0, judged again it is 1"),
        ({"mode": "warn"}, "mode is warn, judged again it is enforce"),
        ({"limits": None}, "limits is another value, judged again it is another value"),
        ({"overrides": (0,)}, "overrides is another value, judged again it is another value"),
        ({"rules": ()}, "rules is other rules or outcomes, judged again it is those that the policy makes"),
        (
            {"findings": MADE.images[0].findings[::-1]},
            "findings is other dispositions or order, judged again it is those that the policy makes",
        ),
        ({"reason": "x"}, f"reason is x, judged again it is {MADE.images[0].reason}"),
    ],
)
def test_a_change_to_an_image_is_named_with_its_place(change: dict[str, Any], said: str) -> None:
    one = MADE.images[0]

    assert _said_of(replace(one, **change)) == f"images[0].{said}"


def _said_of(one: ImageVerdict) -> str | None:
    return disagreement(replace(MADE, images=(one,)))


@pytest.mark.parametrize("exit_code", [0, 1, 2, 10, 70, 99, -1])
def test_no_image_without_facts_has_the_exit_code_of_one_that_was_judged(exit_code: int) -> None:
    made = judged(DENIED)
    forged = replace(made, images=(replace(made.images[0], exit_code=exit_code),))

    assert disagreement(forged) == f"images[0].exit_code is {exit_code}, which no image without a scan has"


def test_sentences_may_be_worded_otherwise() -> None:
    one = MADE.images[0]
    reworded = replace(one, reason="x", hint="y", rules=tuple(replace(rule, why="z") for rule in one.rules))

    assert disagreement(replace(MADE, reason="a", hint="b", gate="9.9", images=(reworded,))) is None


def test_sentences_of_this_very_version_are_compared() -> None:
    one = replace(MADE.images[0], reason="all is well")

    assert disagreement(replace(MADE, reason="all is well")) == (
        f"reason is all is well, judged again it is {MADE.reason}"
    )
    assert str(disagreement(replace(MADE, images=(one,)))).startswith("images[0].reason is all is well")


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"CRITICAL": 1}, "images[0].declared_counts: critical 1, and 0 listed"),
        ({"HIGH": 2, "LOW": 1}, "images[0].declared_counts: high 2, and 1 listed, low 1, and 0 listed"),
        ({"UNDEFINED": 1, "UNTRIAGED": 1}, "images[0].declared_counts: unknown 2, and 1 listed"),
        ({"NEGLIGIBLE": 2}, "images[0].declared_counts: unknown 2, and 1 listed"),
        ({"UNTRIAGED": 1, "HIGH": 1, "CRITICAL": 0}, None),
        ({"HIGH": 1}, None),
        ({}, None),
        (None, None),
    ],
)
def test_more_declared_than_listed_is_a_finding_that_was_taken_out(
    declared: dict[str, int] | None, said: str | None
) -> None:
    listed = (finding("CVE-1", status=FindingStatus.CLOSED), finding("CVE-2", Severity.UNKNOWN))

    assert disagreement(judged(scan(*listed, declared=declared))) == said


def test_counts_that_check_warned_of_or_that_nothing_was_judged_by_are_left_alone() -> None:
    declared = {"CRITICAL": 9}
    problem = compare((PageCount(findings=(), declared=declared), PageCount(findings=(), declared={})))

    assert problem is not None
    assert problem.text.startswith(COUNTS_DIFFER)
    assert disagreement(judged(scan(declared=declared))) is not None
    assert disagreement(judged(scan(declared=declared, warnings=(problem.text,)))) is None
    assert disagreement(judged(scan(declared=declared, state=ScanState.FAILED, reason="it failed"))) is None


def test_only_the_first_place_is_named_and_the_images_are_numbered() -> None:
    made = judged(scan(), scan(*LISTED))
    forged = replace(made.images[1], verdict=Outcome.PASS, exit_code=0)

    assert disagreement(replace(made, images=(made.images[0], forged))) == (
        "images[1].verdict is pass, judged again it is fail"
    )
