"""What stands on the page of the HTML report, and how long its lists are."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from gate.facts.known import DataUsed, FactsUsed
from gate.policy.clauses import Ignore
from gate.policy.scalars import Until
from gate.policy.verdict import Setting, Upgrade, Verdict, VexFile, Warned
from gate.reports.html_page import Page, page_of
from tests.builders import NOW, finding, judge, policy, scan
from tests.reports.samples import SAMPLES, many, unfinished
from tests.reports.showcase import showcase


def made_from(page: Page) -> dict[str, str]:
    return dict(page.made_from)


@pytest.mark.parametrize(
    ("verdict", "subject"),
    [
        (SAMPLES["fail"], "payments/api:v1.4.2@sha256:ab12ab12ab12"),
        (SAMPLES["mixed"], "4 images"),
        (unfinished(), "nothing was judged"),
        (
            replace(showcase(), images=showcase().images[:2]),
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/payments/api:v1.4.2 (2 images)",
        ),
    ],
    ids=["one", "several", "none", "an index"],
)
def test_the_head_names_what_was_judged(verdict: Verdict, subject: str) -> None:
    assert page_of(verdict).head.subject == subject


def test_the_head_says_when_by_which_policy_and_with_which_exit_code() -> None:
    head = page_of(replace(SAMPLES["warn"], replayed=True)).head
    assert dict(head.about) == {
        "judged": "2026-11-20 12:00 UTC, replayed",
        "policy": "payments (policies/payments.yaml; sha256 abababababab)",
        "exit code": "0",
    }
    assert head.cannot_fail.startswith("This policy cannot fail")
    assert page_of(SAMPLES["fail"]).head.cannot_fail == ""
    assert page_of(replace(SAMPLES["fail"], reason="")).head.reason == "no reason is given"


def test_upgrades_come_in_the_documents_order_each_with_its_share_of_the_first() -> None:
    found = page_of(SAMPLES["fail"]).upgrades.shown
    assert [(one.name, one.type, one.to, one.clears, one.share) for one in found] == [
        ("openssl", "OS", "3.0.2-0ubuntu1.18", 2, 100.0),
        ("libssl3", "OS", "3.0.2-0ubuntu1.18", 1, 50.0),
        ("log4j-core", "JAR", "2.17.1", 1, 50.0),
    ]
    assert found[0].installed == "3.0.2-0ubuntu1.10"
    assert page_of(SAMPLES["fail"]).after_upgrades == "All of these together are enough: then the verdict is PASS."


def test_an_upgrade_of_nothing_is_drawn_all_the_same() -> None:
    odd = Upgrade(name="", type=None, installed=(), to="", clears=0, images=())
    (shown,) = page_of(replace(SAMPLES["fail"], upgrades=(odd,))).upgrades.shown
    assert (shown.name, shown.type, shown.installed, shown.share) == ("(no name)", "", "-", 0.0)


def test_long_lists_are_cut_and_what_is_left_out_is_counted() -> None:
    entries = tuple(Ignore(id=f"CVE-X{n}", reason="r", until=Until.parse("2026-12-31")) for n in range(45))
    verdict = judge(policy(ignore=entries), scan(finding()))
    page = page_of(replace(verdict, warnings=tuple(Warned(text=f"w{n}", image=None) for n in range(103))))
    assert (len(page.endings.shown), page.endings.more) == (40, 5)
    assert (len(page.warnings.shown), page.warnings.more) == (100, 3)
    large = page_of(many(3_000))
    assert (len(large.upgrades.shown), large.upgrades.more) == (20, 380)
    assert (len(large.packages.shown), large.packages.more) == (15, 385)


def test_what_the_verdict_was_made_from_is_named() -> None:
    data = DataUsed(file="kev.json", sha256="0" * 64, dated=NOW - timedelta(days=1), entries=1_482)
    sample = SAMPLES["fail"]
    assert sample.policy is not None
    vex = (VexFile(file="a.json", sha256="0" * 64, author="me", statements=2),)
    full = replace(
        sample,
        env="prod",
        facts=FactsUsed(kev=data, epss=replace(data, file="epss.csv")),
        policy=replace(sample.policy, vex=vex),
        settings=(Setting(name="policy", variable="GATE_CHECK_POLICY"),),
    )
    assert made_from(page_of(full)) == {
        "Written by": "scan-gate 0.1.0",
        "Environment (--env)": "prod",
        "KEV data": "kev.json, of 2026-11-19, 1,482 entries",
        "EPSS data": "epss.csv, of 2026-11-19, 1,482 entries",
        "VEX": "a.json by me, 2 statements",
        "From the environment": "policy (GATE_CHECK_POLICY)",
    }
    assert made_from(page_of(unfinished())) == {"Written by": "scan-gate 0.1.0"}
