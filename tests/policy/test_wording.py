"""The sentences of a verdict: what decided it comes first, counts are right, and the remedy helps."""

from typing import Any

import pytest

from gate.model import Fix, Refusal, Scan, ScanState, Severity
from gate.policy.clauses import Ignore, Max
from gate.policy.document import Policy, Relaxations
from gate.policy.evaluate import evaluate
from gate.policy.verdict import Verdict
from tests.builders import NOW, finding, fixable, image, policy, scan, used

STRICT = policy(max=Max(critical=0, high=0, medium=0, low=0), cvss_floor=7.0)
HIGH = policy(max=Max(high=0))
FAILS = scan(finding(fix=Fix.NONE))
PENDING = scan(state=ScanState.PENDING, reason="still scanning", hint="Wait longer.", image=image(target="slow"))
BROKEN = scan(state=ScanState.FAILED, reason="the scan failed", hint="Push again.", image=image(target="broken"))
DENIED = Refusal(image=image(target="denied"), exit_code=5, reason="no permission", hint="Ask.")


def judged(rules: Policy, *scans: Scan | Refusal) -> Verdict:
    return evaluate(used(rules), scans, NOW)


def every(*severities: Severity) -> Scan:
    return scan(*(finding(f"CVE-{one.value}", one) for one in severities))


@pytest.mark.parametrize(
    ("rules", "one", "reason"),
    [
        (HIGH, scan(), "3 rules hold"),
        (policy(max=Max(unknown="unlimited")), scan(), "1 rule holds"),
        (HIGH, FAILS, "max.high: 1 high finding, 0 allowed"),
        (
            STRICT,
            every(Severity.HIGH, Severity.LOW),
            (
                "max.high: 1 high finding, 0 allowed; max.low: 1 low finding, 0 allowed; "
                "cvss_floor: 1 finding with CVSS 7.0 or more, 0 allowed"
            ),
        ),
        (
            STRICT,
            every(Severity.CRITICAL, Severity.HIGH, Severity.LOW),
            (
                "max.critical: 1 critical finding, 0 allowed; max.high: 1 high finding, 0 allowed; "
                "max.low: 1 low finding, 0 allowed; and 1 rule more"
            ),
        ),
        (
            STRICT,
            every(Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW),
            (
                "max.critical: 1 critical finding, 0 allowed; max.high: 1 high finding, 0 allowed; "
                "max.medium: 1 medium finding, 0 allowed; and 2 rules more"
            ),
        ),
    ],
)
def test_an_image_says_which_rules_decided_it(rules: Policy, one: Scan, reason: str) -> None:
    found = judged(rules, one)

    assert (found.reason, found.images[0].reason) == (reason, reason)


@pytest.mark.parametrize(
    ("scans", "reason"),
    [
        ((), "there was nothing to judge"),
        ((scan(), scan()), "all 2 images pass"),
        ((scan(), FAILS), "1 of 2 images violate the policy; team/app:v1: max.high: 1 high finding, 0 allowed"),
        ((PENDING, scan()), "1 of 2 images have no verdict; slow: still scanning"),
        ((PENDING, BROKEN, scan()), "2 of 3 images have no verdict; broken: the scan failed"),
        ((PENDING, BROKEN, DENIED), "3 of 3 images have no verdict; denied: no permission"),
        ((DENIED, FAILS), "1 of 2 images violate the policy; team/app:v1: max.high: 1 high finding, 0 allowed"),
    ],
)
def test_a_run_says_how_many_images_decided_it_and_why_the_most_urgent_did(
    scans: tuple[Scan | Refusal, ...], reason: str
) -> None:
    assert judged(HIGH, *scans).reason == reason


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        (("CVE-9",), "ignore entry 1 (CVE-9) matched nothing: remove it"),
        (("CVE-8", "CVE-9"), "ignore entry 1 (CVE-8) matched nothing: remove it (and 1 more warning)"),
        (("CVE-7", "CVE-8", "CVE-9"), "ignore entry 1 (CVE-7) matched nothing: remove it (and 2 more warnings)"),
    ],
)
def test_where_only_warnings_are_left_the_first_is_the_reason(entries: tuple[str, ...], reason: str) -> None:
    rules = policy(ignore=tuple(Ignore(id=name) for name in entries))

    assert judged(rules, scan()).reason == reason


def test_images_that_warn_are_counted() -> None:
    found = judged(policy(max=Max(high=0), mode="warn"), FAILS, FAILS, scan())

    assert found.reason == "2 of 3 images have warnings; team/app:v1: max.high: 1 high finding, 0 allowed"


ONE, OTHER = fixable("CVE-1", to="2.0"), fixable("CVE-2", to="1.3", names=("zlib",))
STUCK = finding("CVE-3", fix=Fix.NONE)
BASE = "No upgrade clears it: rebuild on another base image, or accept the risk with an `ignore` entry."


@pytest.mark.parametrize(
    ("rules", "scans", "hint"),
    [
        (HIGH, (scan(),), ""),
        (HIGH, (), "Name at least one image."),
        (HIGH, (PENDING, BROKEN), "Push again."),
        (HIGH, (scan(STUCK),), BASE),
        (HIGH, (scan(ONE),), "Upgrade openssl to 2.0 (clears 1); that is enough."),
        (HIGH, (scan(ONE, OTHER),), "Upgrade openssl to 2.0 (clears 1) and 1 more package; that is enough."),
        (HIGH, (scan(ONE, STUCK),), "Upgrade openssl to 2.0 (clears 1); that alone is not enough."),
        (HIGH, (scan(ONE), PENDING), "Upgrade openssl to 2.0 (clears 1); that alone is not enough."),
        (
            policy(max=Max(high=0), ignore=(Ignore(id="CVE-9"),)),
            (scan(ONE),),
            "Upgrade openssl to 2.0 (clears 1); that is enough.",
        ),
        (policy(max=Max(high=0), mode="warn"), (scan(STUCK),), BASE),
        (
            policy(max=Max(high=0), mode="warn"),
            (scan(ONE),),
            "Upgrade openssl to 2.0 (clears 1); that is enough.",
        ),
        (
            policy(max=Max(high=0), mode="warn"),
            (scan(ONE, STUCK),),
            "Upgrade openssl to 2.0 (clears 1); that alone is not enough.",
        ),
        (
            policy(ignore=(Ignore(id="CVE-9"),), relaxations=Relaxations(unused="fail")),
            (scan(),),
            "Remove the unused `ignore` entries from the policy.",
        ),
        (policy(ignore=(Ignore(id="CVE-9"),)), (scan(),), ""),
    ],
)
def test_the_remedy_says_what_to_do_and_whether_it_is_enough(
    rules: Policy, scans: tuple[Scan | Refusal, ...], hint: str
) -> None:
    assert judged(rules, *scans).hint == hint


@pytest.mark.parametrize("hostile", ["a\n::error::b", "\x1b[31mred", "x" * 100_000])
def test_hostile_names_stay_on_their_line(hostile: str) -> None:
    entry: Any = Ignore(id=hostile[:2_000])
    found = judged(
        policy(max=Max(high=0), ignore=(entry,)),
        scan(fixable("CVE-1", to=hostile, names=(hostile,)), image=image(target=hostile)),
        scan(state=ScanState.FAILED, reason=hostile),
    )

    for text in (found.reason, found.hint, *(warned.text for warned in found.warnings)):
        assert text.isprintable()
        assert len(text) < 2_000
        assert not text.startswith("::")
