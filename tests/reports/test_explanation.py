"""`gate explain` prints the whole way of a finding, harmlessly, and says of each change whether it is enough."""

from datetime import timedelta

import pytest

from gate.model import Fix, Severity
from gate.plain import neutral
from gate.policy.changes import Change, Changes
from gate.policy.explain import explain
from gate.policy.verdict import Outcome, Verdict
from gate.reports.explanation import render
from tests.builders import NOW, OTHER_DIGEST, finding, fixable, image, judge, package, scan
from tests.policy.written import policy_of

EVIL = "x\x1b[31m\n::error::y ##[group]\u202e"


def printed(verdict: Verdict, name: str = "CVE-1", number: int = 0) -> str:
    told = explain(verdict, name)[number]
    return render(verdict, told, Changes(verdict).of(told.image, told.finding))


def change(**fields: object) -> Change:
    filled = {
        "text": "raise max.high to 1",
        "verdict": Outcome.FAIL,
        "image": Outcome.FAIL,
        "reason": "max.high: 1 high finding, 0 allowed",
        "turns": False,
        "turns_image": False,
        **fields,
    }
    return Change(**filled)  # type: ignore[arg-type]  # a builder


def test_the_whole_of_it() -> None:
    rules = policy_of(
        "max: {high: {fixable: 0, unfixable: 3}}\n"
        "rules:\n- {name: known, action: warn, why: Ouch., "
        "when: {any: [{kev: true}, {severity: high, not: {fix: none}}]}}\n"
        "ignore: [{package: libssl3, reason: r}]\ngrace: {high: 2d}"
    )
    seen = fixable("CVE-1", names=("openssl", "libssl3"), published=NOW - timedelta(days=3))

    assert printed(judge(rules, scan(seen))) == (
        "HIGH CVE-1: openssl 1.0-1 -> 2.0-1, libssl3 1.0-1 -> 2.0-1; fix available\n"
        "in team/app:v1@sha256:ab12ab12ab12, which is FAIL: max.high.fixable: 1 fixable (or fix unknown) high finding, "
        "0 allowed; known: 1 finding of this rule, 0 allowed: Ouch.\n"
        "\n"
        "scan       the scan is complete\n"
        "severity   high, as AWS says HIGH\n"
        "ignore     ignore entry 1 (package libssl3): does not match for certain, for all packages\n"
        "           ✗ package libssl3  (saw openssl, libssl3, from the scan)\n"
        "grace      ended 2026-11-19 12:00 UTC\n"
        "ends as    counted: nothing in the policy settles it\n"
        "\n"
        "Rules\n"
        "  ✗ max.critical\n"
        "  ✓ max.high.fixable [FAIL: 1 fixable (or fix unknown) high finding, 0 allowed]\n"
        "  ✗ max.high.unfixable [PASS: 0 unfixable high findings, 3 allowed]\n"
        "  ✗ max.medium\n"
        "  ✗ max.low\n"
        "  ✗ max.informational\n"
        "  ✗ max.unknown [PASS: 0 unknown findings, 0 allowed]\n"
        "  ✗ cvss_floor\n"
        "  ✓ known [WARN: 1 finding of this rule, 0 allowed: Ouch.]\n"
        "      ✓ any of\n"
        "        ? kev true  (not known: --kev FILE would say it)\n"
        "        ✓ severity high  (saw high, from the scan)\n"
        "        ✓ not\n"
        "          ✗ fix none  (saw full, from the scan)\n"
        "\n"
        "What would turn the verdict, each tried\n"
        "  - upgrade openssl to 2.0-1 and libssl3 to 2.0-1 (clears 1 finding): then WARN\n"
        "  - ignore CVE-1 until 2027-02-18 (which takes reason): then WARN\n"
        "  - raise max.high.fixable to 1: then WARN\n"
        "\n"
        "Tried, and not enough\n"
        "  - raise max of rule known to 1: still FAIL: max.high.fixable: 1 fixable (or fix unknown) high finding, "
        "0 allowed\n"
    )


def test_a_finding_that_violates_nothing_has_nothing_to_turn() -> None:
    text = printed(judge(policy_of("max: {high: 0}"), scan(finding("CVE-1", Severity.LOW, fix=Fix.NONE))))

    assert text.endswith(
        "  ✓ max.low [SKIPPED: 1 low finding, any number allowed]\n"
        "  ✗ max.informational\n  ✗ max.unknown [PASS: 0 unknown findings, 0 allowed]\n  ✗ cvss_floor\n"
    )


def test_why_a_rule_does_not_count_it_stands_beside_the_rule() -> None:
    rules = policy_of("max: {high: 0}\nignore: [{id: CVE-1, reason: r}]")

    assert "  ✓ max.high; does not count what is ignored [PASS: 0 high findings, 0 allowed]\n" in printed(
        judge(rules, scan(finding("CVE-1")))
    )


@pytest.mark.parametrize(
    ("fields", "several", "said"),
    [
        ({"turns": True, "turns_image": True, "verdict": Outcome.PASS}, False, "then PASS"),
        ({"turns": True, "turns_image": True, "verdict": Outcome.NO_VERDICT}, True, "then NO VERDICT"),
        ({}, False, "still FAIL: max.high: 1 high finding, 0 allowed"),
        ({"verdict": Outcome.WARN, "image": Outcome.PASS, "turns_image": True, "reason": "x"}, False, "still WARN: x"),
        (
            {"image": Outcome.PASS, "turns_image": True, "reason": "1 of 2 images"},
            True,
            "then this image is PASS; all together still FAIL: 1 of 2 images",
        ),
        ({"image": Outcome.WARN, "verdict": Outcome.FAIL, "reason": "r"}, True, "still WARN: r"),
    ],
)
def test_a_change_is_told_with_what_comes_of_it(fields: dict[str, object], several: bool, said: str) -> None:
    scans = [scan(finding("CVE-1"))] + [scan(image=image(digest=OTHER_DIGEST))] * several
    verdict = judge(policy_of("max: {high: 0}"), *scans)
    [told] = explain(verdict, "CVE-1")
    text = render(verdict, told, (change(**fields),))

    assert text.endswith(f"  - raise max.high to 1: {said}\n")
    heading = "What would turn the verdict, each tried" if fields.get("turns") else "Tried, and not enough"
    assert text.splitlines()[-2] == heading


def test_hostile_text_is_printed_harmless() -> None:
    held = package(EVIL, version=EVIL, fixed_in=EVIL, type=EVIL)
    seen = finding(f"CVE-1{EVIL}", aliases=("CVE-1",), aws_severity=EVIL, packages=(held,), fix=Fix.FULL)
    rules = policy_of("max: {high: 0}\nrules: [{name: r, when: {package: zlib}}]")
    text = printed(judge(rules, scan(seen, image=image(target=EVIL, repository=EVIL, tags=(EVIL,)))))

    assert neutral(text) == text
    assert "\x1b" not in text


def test_all_that_is_told_is_printed() -> None:
    rules = policy_of("rules: [{name: r, when: {cvss: 7+, vector: {AV: N}}}]\nbaseline: {image: prod}\nmax: {high: 0}")
    verdict = judge(rules, scan(finding("CVE-1")))
    [told] = explain(verdict, "CVE-1")
    text = render(verdict, told, ())

    assert [line[:11].rstrip() for line in text.splitlines() if line[:1].isalpha()][2:-1] == [
        stage.name for stage in told.stages
    ]
    assert [rule.name for rule in told.rules if f" {rule.name}" not in text] == []
    assert text.count("(not known: no score that the policy takes)") == 2
