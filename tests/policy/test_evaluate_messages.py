"""What an evaluation says by itself, word by word: entries of no use, a missing baseline, warnings, upgrades."""

import pytest

from gate.errors import Exit
from gate.model import Finding, Kind, Refusal
from gate.policy.clauses import Ignore, Max
from gate.policy.document import Policy, Relaxations
from gate.policy.evaluate import evaluate
from gate.policy.verdict import Outcome, RuleOutcome, RuleVerdict, Warned
from tests.builders import NOW, OTHER_DIGEST, finding, fixable, image, judge, policy, scan, used
from tests.policy.written import compared, policy_of

STRICT = policy(max=Max(high=0))
OTHER = image(target="team/other:v1", repository="team/other", digest=OTHER_DIGEST)


def with_useless(number: int) -> Policy:
    """Return a policy that fails for entries of no use, with so many of them."""
    entries = tuple(Ignore(id=f"CVE-{index}") for index in range(number))
    return policy(ignore=entries, relaxations=Relaxations(unused="fail"))


@pytest.mark.parametrize(
    ("number", "more"), [(1, ""), (2, ""), (5, ""), (6, "; and 1 more"), (7, "; and 2 more"), (12, "; and 7 more")]
)
def test_of_the_entries_of_no_use_five_are_named_and_the_rest_counted(number: int, more: str) -> None:
    named = "; ".join(f"ignore entry {index + 1} (CVE-{index})" for index in range(min(number, 5)))

    assert judge(with_useless(number)).images[0].rules[-1] == RuleVerdict(
        name="relaxations.unused",
        action="fail",
        outcome=RuleOutcome.FAIL,
        count=number,
        max=0,
        why=f"{number} unused: {named}{more}",
        findings=(),
    )


@pytest.mark.parametrize(
    ("broken", "outcome", "why"),
    [
        (False, RuleOutcome.PASS, "every relaxation in force was of use"),
        (True, RuleOutcome.SKIPPED, "an image was not judged, where each of them may be of use"),
    ],
)
def test_that_no_entry_is_of_no_use_is_said_only_where_every_image_was_judged(
    outcome: RuleOutcome, why: str, *, broken: bool
) -> None:
    refused = (Refusal(image=image(), exit_code=5, reason="no"),) if broken else ()

    rule = judge(with_useless(0), scan(), *refused).images[0].rules[-1]

    assert (rule.name, rule.outcome, rule.count, rule.why, rule.findings) == (
        "relaxations.unused",
        outcome,
        0,
        why,
        (),
    )


def test_without_a_baseline_there_is_no_verdict_and_both_ways_on_are_named() -> None:
    rules = policy_of("max: {high: 0}\nbaseline: {missing: no_verdict}")

    judged = judge(rules, compared=(compared(missing="there is no such tag"),)).images[0]

    assert judged.exit_code == Exit.NO_VERDICT
    assert judged.reason == "there is no baseline to compare with (baseline.missing): there is no such tag"
    assert judged.hint == "Name another baseline, or let everything be judged without one (baseline.missing: all)."


def test_where_no_baseline_was_looked_for_none_is_missing() -> None:
    assert judge(policy_of("max: {high: 0}\nbaseline: {missing: no_verdict}")).exit_code == Exit.PASS


def test_what_was_refused_is_said_on_one_line_of_bounded_length() -> None:
    refused = Refusal(image=image(), exit_code=5, reason="a\nb" + "x" * 5_000, hint="ask")

    judged = evaluate(used(STRICT), (refused,), NOW).images[0]

    assert (judged.exit_code, judged.reason, judged.hint) == (5, f"a b{'x' * 996}…", "ask")


@pytest.mark.parametrize("listed", [(), (fixable(),)])
def test_an_image_that_was_judged_has_a_complete_scan_and_no_hint_of_its_own(listed: tuple[Finding, ...]) -> None:
    judged = judge(STRICT, scan(*listed)).images[0]

    assert judged.rules[0] == RuleVerdict(
        name="scan-complete",
        action="fail",
        outcome=RuleOutcome.PASS,
        count=0,
        max=None,
        why="the scan is complete",
        findings=(),
    )
    assert judged.hint == ""


def test_a_warning_says_of_which_image_it_is_or_that_it_is_of_the_policy() -> None:
    rules = policy_of("max: {high: 0}\ngrace: {high: 7d}\nignore: [{id: CVE-9, reason: r}]")
    postponed = finding("CVE-1", published=NOW)

    found = judge(rules, scan(), scan(image=OTHER, kind=Kind.BASIC), scan(postponed))

    assert found.warnings == (
        Warned(text="ignore entry 1 (CVE-9) matched nothing: remove it", image=None),
        Warned(
            text="a basic scan that lists nothing sees no language packages and nothing at all in a distroless image",
            image=1,
        ),
        Warned(text="1 finding is in grace, which ends in 7 days for the first (CVE-1, high)", image=2),
    )


@pytest.mark.parametrize(("useless", "after"), [((), Outcome.PASS), ((Ignore(id="CVE-9"),), Outcome.WARN)])
def test_an_upgrade_that_clears_everything_leaves_no_more_than_the_warnings(
    useless: tuple[Ignore, ...], after: Outcome
) -> None:
    found = judge(policy(max=Max(high=0), ignore=useless), scan(fixable()))

    assert [(one.name, one.to, one.clears) for one in found.upgrades] == [("openssl", "2.0-1", 1)]
    assert (found.verdict, found.verdict_after_upgrades) == (Outcome.FAIL, after)
    assert found.hint == "Upgrade openssl to 2.0-1 (clears 1); that is enough."


def test_an_upgrade_that_leaves_a_violation_is_not_enough() -> None:
    found = judge(STRICT, scan(fixable(), finding()))

    assert found.hint == "Upgrade openssl to 2.0-1 (clears 1); that alone is not enough."


def test_an_override_that_has_ended_by_now_changes_nothing() -> None:
    text = "max: {high: 0}\noverrides: [{for: {env: prod}, max: {low: 0}, until: 2026-11-20}]"

    assert judge(policy_of(text), env="prod").images[0].overrides == (0,)
    assert judge(policy_of(text), env="prod", now=NOW.replace(day=21)).images[0].overrides == ()


@pytest.mark.parametrize(
    ("env", "repository", "verdict"),
    [
        ("prod", "team/app", Outcome.PASS),
        ("dev", "team/app", Outcome.FAIL),
        (None, "team/app", Outcome.FAIL),
        ("prod", "team/other", Outcome.FAIL),
    ],
)
def test_an_accepted_risk_is_accepted_in_the_images_and_environments_that_it_names(
    env: str | None, repository: str, verdict: Outcome
) -> None:
    rules = policy_of("max: {high: 0}\nignore: [{id: CVE-1, reason: r, for: {repository: team/app, env: prod}}]")

    assert judge(rules, scan(finding("CVE-1"), image=image(repository=repository)), env=env).verdict is verdict
