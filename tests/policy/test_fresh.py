"""Data of KEV and EPSS is used only while it is fresh by its own date, where the policy asks for what it says."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from gate.errors import Exit
from gate.facts.known import DataUsed, FactsUsed
from gate.policy.choices import DueChoice
from gate.policy.clauses import Ignore, Rule
from gate.policy.conditions import When, when_of
from gate.policy.document import FactDemands, Policy, Relaxations
from gate.policy.evaluate import Beside, evaluate
from gate.policy.fresh import stale_facts
from gate.policy.ranges import ProbabilityChoice
from gate.policy.scalars import Duration
from gate.policy.verdict import Outcome
from tests.builders import NOW, policy, scan, used

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
KEV, DUE, EPSS = (
    when_of(kev=True),
    when_of(kev_due=DueChoice.parse("passed")),
    when_of(epss=ProbabilityChoice.parse("0.1+")),
)
OTHER = when_of(exploit=True)


def data(age: timedelta = timedelta(0), file: str = "data") -> DataUsed:
    return DataUsed(file=file, sha256="0" * 64, dated=NOW - age, entries=1)


def asking(*asked: When, **fields: Any) -> Policy:
    return policy(rules=tuple(Rule(name=f"asked-{number}", when=when) for number, when in enumerate(asked)), **fields)


@pytest.mark.parametrize(
    ("asked", "kev", "epss", "stale"),
    [
        (KEV, data(), None, None),
        (KEV, data(7 * DAY), None, None),
        (KEV, data(7 * DAY + SECOND), None, "kev"),
        (DUE, data(8 * DAY), None, "kev"),
        (EPSS, data(8 * DAY), None, None),
        (OTHER, data(8 * DAY), data(8 * DAY), None),
        (EPSS, None, data(7 * DAY), None),
        (EPSS, None, data(7 * DAY + SECOND), "epss"),
        (KEV, None, data(8 * DAY), None),
        (KEV, data(), data(8 * DAY), None),
        (KEV, None, None, None),
        (KEV, data(timedelta(minutes=-5)), None, None),
        (KEV, data(timedelta(minutes=-5) - SECOND), None, "kev"),
        (EPSS, None, data(-DAY), "epss"),
    ],
)
def test_data_that_is_asked_for_is_fresh_up_to_its_age_and_not_from_the_future(
    asked: When, kev: DataUsed | None, epss: DataUsed | None, stale: str | None
) -> None:
    found = stale_facts(asking(asked), FactsUsed(kev=kev, epss=epss), NOW)

    assert (found is None) is (stale is None)
    if found is not None:
        assert found.exit_code is Exit.NO_VERDICT
        assert f"(facts.{stale}_max_age)" in found.reason
        assert found.hint == (
            f"Fetch the file for --{stale} anew before the check, or change facts.{stale}_max_age in the policy."
        )


@pytest.mark.parametrize(
    "rules",
    [
        policy(relaxations=Relaxations(never=KEV)),
        policy(ignore=(Ignore(id="CVE-1", unless=when_of(any=(OTHER, when_of(not_=DUE)))),)),
    ],
)
def test_every_condition_of_a_policy_asks_and_not_only_rules(rules: Policy) -> None:
    assert stale_facts(rules, FactsUsed(kev=data(8 * DAY)), NOW) is not None


@pytest.mark.parametrize(
    ("demands", "kev", "epss", "first"),
    [
        (FactDemands(kev_max_age=Duration(3_600)), data(2 * timedelta(hours=1)), data(), "KEV"),
        (FactDemands(epss_max_age=Duration(3_600)), data(), data(2 * timedelta(hours=1)), "EPSS"),
        (FactDemands(kev_max_age=Duration(9 * 86_400)), data(8 * DAY), data(8 * DAY), "EPSS"),
        (FactDemands(), data(8 * DAY), data(8 * DAY), "KEV"),
        (FactDemands(kev_max_age=Duration(9 * 86_400), epss_max_age=Duration(9 * 86_400)), data(8 * DAY), data(), ""),
    ],
)
def test_each_file_has_an_age_of_its_own(demands: FactDemands, kev: DataUsed, epss: DataUsed, first: str) -> None:
    found = stale_facts(asking(KEV, EPSS, facts=demands), FactsUsed(kev=kev, epss=epss), NOW)

    assert (found.reason.split()[1] if found else "") == first


@pytest.mark.parametrize(
    ("age", "reason"),
    [
        (8 * DAY + timedelta(minutes=1), "is 1w1d1h old (of 2026-11-12), and the policy allows 1w"),
        (7 * DAY + SECOND, "is 1w1h old (of 2026-11-13), and the policy allows 1w"),
        (-DAY, "is dated 2026-11-21, after now, so its age cannot be judged"),
    ],
)
def test_the_reason_names_the_file_its_age_and_the_key(age: timedelta, reason: str) -> None:
    found = stale_facts(asking(KEV), FactsUsed(kev=data(age, "facts/kev.json")), NOW)

    assert found is not None
    assert found.reason == f"the KEV data (facts/kev.json) {reason} (facts.kev_max_age)"


def test_a_hostile_file_name_stays_on_its_line() -> None:
    found = stale_facts(asking(KEV), FactsUsed(kev=data(8 * DAY, "a\n::error::\x1b[31m" + "x" * 900)), NOW)

    assert found is not None
    assert found.reason.startswith(f"the KEV data (a ::error::{'x' * 188}…) is 1w1d old (of 2026-11-12), ")


def test_dates_at_either_end_of_time_are_judged_and_no_crash() -> None:
    ends = [datetime.min.replace(tzinfo=NOW.tzinfo), datetime.max.replace(tzinfo=NOW.tzinfo)]
    files = [DataUsed(file="kev.json", sha256="0" * 64, dated=end, entries=1) for end in ends]

    assert all(stale_facts(asking(KEV), FactsUsed(kev=file), NOW) for file in files)


def test_stale_data_is_no_verdict_of_every_image_and_never_a_pass() -> None:
    rules = asking(KEV)

    verdict = evaluate(used(rules), (scan(), scan()), NOW, Beside(used=FactsUsed(kev=data(8 * DAY))))

    assert (verdict.verdict, verdict.exit_code) == (Outcome.NO_VERDICT, int(Exit.NO_VERDICT))
    assert [image.verdict for image in verdict.images] == [Outcome.NO_VERDICT] * 2
    assert "the KEV data (data) is 1w1d old" in verdict.images[0].reason
