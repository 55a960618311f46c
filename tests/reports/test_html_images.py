"""The images of the HTML report."""

from msgspec.structs import replace

from gate.model import FindingStatus
from gate.policy.clauses import Ignore, Max
from gate.policy.document import ScanDemands
from gate.policy.verdict import Verdict
from gate.reports.html_images import ImageShown, images
from gate.reports.html_stands import stands
from tests.builders import NOW, finding, judge, package, policy, scan
from tests.reports.samples import SAMPLES, unfinished
from tests.reports.showcase import showcase


def of(verdict: Verdict) -> tuple[ImageShown, ...]:
    return images(verdict, stands(verdict))


def test_an_image_says_what_it_is_and_what_its_scan_was() -> None:
    (shown,) = of(SAMPLES["fail"])
    assert shown.label == "payments/api:v1.4.2@sha256:ab12ab12ab12"
    assert dict(shown.identity)["Digest"] == "sha256:" + "ab12" * 16
    assert dict(shown.scan)["Waited"] == "12 s"
    assert shown.console.startswith("https://eu-west-1.console.aws.amazon.com/ecr/")
    assert of(SAMPLES["hostile"])[0].console == ""


def test_more_of_the_scan_is_said_where_it_is_known() -> None:
    verdict = judge(policy(), scan(finding(), scanned_at=NOW, declared={"HIGH": 1, "LOW": 2}, notes=("Two skipped.",)))
    facts = dict(of(verdict)[0].scan)
    assert facts["Last looked at"] == "2026-11-20 12:00 UTC"
    assert facts["AWS counts"] == "1 high, 2 low"
    assert facts["Note"] == "Two skipped."


def test_rules_come_by_how_they_came_out_and_lead_to_findings_only_where_they_count_some() -> None:
    (shown,) = of(SAMPLES["fail"])
    assert [rule.word for rule in shown.rules] == ["FAIL", "FAIL", "FAIL", "PASS", "PASS", "PASS", "PASS"] + [
        "SKIPPED"
    ] * (len(shown.rules) - 7)
    assert {rule.word for rule in shown.rules if rule.violated} == {"FAIL"}
    assert [rule.violated for rule in of(SAMPLES["no_verdict"])[0].rules] == [False]


def test_what_was_accepted_or_postponed_is_named_with_why_by_whom_and_until_when() -> None:
    (one,) = of(SAMPLES["pass"])[0].accepted
    assert (one.title, one.names, one.count) == ("Ignored", "CVE-2026-0003", 1)
    assert one.why == (
        "The XSLT module is not compiled in. (owner team-payments, ticket SEC-123, until 2026-12-31, 41 days left)"
    )
    titles = [one.title for one in of(showcase())[0].accepted]
    assert titles == ["Ignored", "Ignored", "Settled by VEX", *["In grace"] * 4, "In the baseline too"]


def test_many_accepted_findings_are_named_in_part_and_many_groups_are_cut_and_counted() -> None:
    entries = tuple(Ignore(package=f"p{n}", reason=f"r{n}") for n in range(203))
    findings = [finding(f"CVE-{n}", packages=(package(f"p{n}"),)) for n in range(203)]
    findings += [finding(f"CVE-X{n:02}", packages=(package("p0"),)) for n in range(14)]
    (shown,) = of(judge(policy(max=Max(high=0), ignore=entries), scan(*findings)))
    assert (len(shown.accepted), shown.left_out) == (200, 3)
    first = shown.accepted[0]
    assert (first.count, first.names.count("CVE-"), first.names[-11:]) == (15, 12, " and 3 more")


def test_what_aws_suppressed_is_not_among_what_the_policy_accepted() -> None:
    hidden = finding(status=FindingStatus.SUPPRESSED)
    verdict = judge(policy(scan=ScanDemands(inspector_suppressed="trust")), scan(hidden))
    assert of(verdict)[0].accepted == ()


def test_of_several_images_the_first_that_decides_is_open() -> None:
    assert [one.is_open for one in of(showcase())] == [True, False, False, False]
    assert [one.is_open for one in of(SAMPLES["mixed"])] == [True, False, False, False]
    late = replace(SAMPLES["mixed"], images=SAMPLES["mixed"].images[::-1])
    assert [one.is_open for one in of(late)] == [False, False, False, True]


def test_where_no_image_says_what_the_run_says_the_first_is_open() -> None:
    odd = replace(SAMPLES["pass"], verdict=SAMPLES["fail"].verdict)
    assert [one.is_open for one in of(odd)] == [True]
    assert of(unfinished()) == ()


def test_an_image_about_which_nothing_is_known_says_so() -> None:
    refused = of(SAMPLES["mixed"])[3]
    assert refused.scan == (("Scan", "nothing is known of it"),)
    assert (refused.bars, refused.accepted) == ((), ())
    assert refused.hint == "Grant ecr:DescribeImages to the caller."
    assert of(replace(SAMPLES["fail"], images=(replace(SAMPLES["fail"].images[0], reason=""),)))[0].reason == (
        "no reason is given"
    )
