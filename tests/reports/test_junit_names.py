"""The names in a JUnit report stay from build to build, and no two cases or suites share one."""

from xml.etree import ElementTree as ET

from msgspec.structs import replace

from gate.model import Severity
from gate.policy.clauses import Ignore
from gate.policy.verdict import ImageVerdict
from gate.reports import junit
from tests.builders import OTHER_DIGEST, finding, judge, policy, scan
from tests.reports.junit_reading import results_of
from tests.reports.samples import BAD_SCAN, POLICY, SAMPLES, decided, subject


def test_names_stay_when_tag_digest_versions_dates_and_counts_change() -> None:
    newer = replace(
        BAD_SCAN,
        image=subject(target="payments/api:v2", tags=("v2",), digest=OTHER_DIGEST),
        completed_at=None,
        findings=tuple(
            replace(f, packages=tuple(replace(p, version="9", fixed_in="10") for p in f.packages))
            for f in BAD_SCAN.findings[:-1]
        ),
    )
    assert list(results_of(junit.render(SAMPLES["fail"]))) == list(results_of(junit.render(decided(POLICY, newer))))


def test_images_of_one_name_are_told_apart_by_number_and_by_registry() -> None:
    def suites(*images: ImageVerdict) -> list[str]:
        root = ET.fromstring(junit.render(replace(SAMPLES["pass"], images=images)))
        return [suite.get("name", "") for suite in root]

    one = replace(SAMPLES["pass"].images[0], findings=())
    numbered = replace(one, repository="payments/api (2)")
    assert suites(one, numbered, one, one) == [
        "scan-gate payments/api",
        "scan-gate payments/api (2)",
        "scan-gate payments/api (3)",
        "scan-gate payments/api (4)",
    ]
    assert suites(one, replace(one, registry="111122223333"), replace(one, registry=None, region=None)) == [
        "scan-gate 123456789012 eu-west-1 payments/api",
        "scan-gate 111122223333 eu-west-1 payments/api",
        "scan-gate payments/api",
    ]
    assert suites(one, replace(one, registry=None, region=None, repository="payments/b")) == [
        "scan-gate payments/api",
        "scan-gate payments/b",
    ]


def test_keys_that_look_alike_when_cut_are_told_apart() -> None:
    entries = (Ignore(package="*", reason="All."),)
    findings = [finding(f"CVE-{'9' * 300}{n}", Severity.LOW) for n in range(3)]
    results = results_of(junit.render(judge(policy(ignore=entries), scan(*findings))))
    names = [name for classname, name in results if classname.endswith(".ignored")]
    assert len(names) == 3
    assert names[1].endswith("… (2)")
