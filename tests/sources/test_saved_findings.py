"""A saved listing without a scan status is judged on the word of whoever says when it was fetched, for one image."""

import json
from datetime import timedelta
from typing import Any

import pytest

from gate.errors import EvidenceError
from gate.model import FindingStatus, Kind, Scan, ScanState
from gate.sources.saved import Capture, read_saved
from gate.target import SavedTarget
from tests.aws_double.findings import SPRING, enhanced_finding
from tests.aws_double.inspector import as_inspector_says
from tests.aws_double.shapes import Unknown
from tests.builders import DIGEST, NOW, OTHER_DIGEST

IMAGE = f"arn:aws:ecr:eu-central-1:123456789012:repository/team/app/{DIGEST}"
OTHER = f"arn:aws:ecr:eu-central-1:123456789012:repository/team/app/{OTHER_DIGEST}"
BUILD = "arn:aws:imagebuilder:eu-central-1:123456789012:image/golden/1.2.3/4"
INSTANCE = "i-0123456789abcdef0"


def of(resource: str, *, name: str = "CVE-2026-10001", **options: Any) -> dict[str, Any]:
    return as_inspector_says(enhanced_finding(name, **options), resource)


def built(arn: str = BUILD) -> dict[str, Any]:
    kept = {"title", "severity", "firstObservedAt", "updatedAt", "packageVulnerabilityDetails", "type", "fixAvailable"}
    return {key: value for key, value in enhanced_finding().items() if key in kept} | {"imageBuildVersionArn": arn}


def read(*findings: Any, stated: bool = True, pages: Any = None, **members: Any) -> Scan:
    data = json.dumps(pages or {"findings": list(findings), **members}).encode()
    target = SavedTarget(text="evidence.json", path="evidence.json")
    return read_saved(target, data, Capture(at=NOW, stated=stated), 300.0)


def why(*findings: Any, **options: Any) -> str:
    with pytest.raises(EvidenceError) as raised:
        read(*findings, **options)
    assert raised.value.message.isprintable()
    return raised.value.message.removeprefix("evidence.json: ")


def test_an_answer_of_inspectors_is_judged_once_somebody_says_when_it_was_fetched() -> None:
    scan = read(of(IMAGE) | {"epss": {"score": 0.5}}, of(IMAGE, name="CVE-2026-10002", status="CLOSED"))
    assert (scan.state, scan.kind, scan.status, scan.replayed) == (ScanState.COMPLETE, Kind.ENHANCED, None, True)
    assert [(one.epss, one.status) for one in scan.findings] == [
        (0.5, FindingStatus.ACTIVE),
        (None, FindingStatus.CLOSED),
    ]
    image = scan.image
    assert (image.registry, image.region, image.repository, image.digest) == (
        "123456789012", "eu-central-1", "team/app", DIGEST,
    )  # fmt: skip
    assert (scan.captured_at, scan.completed_at) == (NOW, None)
    assert scan.warnings == (
        "this kind of answer has no scan status, so that the scan was finished is taken on the word of --captured-at",
    )


def test_an_answer_of_image_builders_names_its_build() -> None:
    scan = read(built(), requestId="none")
    assert (scan.state, scan.image.arn, scan.image.repository) == (ScanState.COMPLETE, BUILD, None)


def test_without_a_word_of_when_it_is_no_evidence() -> None:
    scan = read(of(IMAGE), stated=False)
    assert (scan.state, scan.findings, scan.warnings) == (ScanState.INCOMPLETE, (), ())
    assert scan.reason == "the answer does not say whether the scan was finished, and nobody says when it was fetched"
    assert "--captured-at" in scan.hint
    assert scan.image.digest == DIGEST


@pytest.mark.parametrize(("age", "state"), [(300, ScanState.INCOMPLETE), (301, ScanState.COMPLETE)])
def test_a_finding_that_changed_just_before_the_capture_has_not_settled(age: int, state: ScanState) -> None:
    scan = read(of(IMAGE), of(IMAGE, name="CVE-2026-10002", updated=NOW - timedelta(seconds=age)))
    assert scan.state is state
    assert ("(scan.settle): one is of" in scan.reason) is (state is ScanState.INCOMPLETE)


def test_where_a_finding_was_never_updated_its_first_sight_counts() -> None:
    finding = of(IMAGE, first_observed=NOW)
    del finding["updatedAt"]
    assert read(finding).state is ScanState.INCOMPLETE
    assert read(finding | {"firstObservedAt": SPRING.timestamp()}).state is ScanState.COMPLETE


def test_findings_without_any_time_have_not_settled() -> None:
    finding = {key: value for key, value in of(IMAGE).items() if key not in {"updatedAt", "firstObservedAt"}}
    assert read(finding).reason.endswith("none says when it was found")


def test_findings_of_other_resources_are_left_out_and_named() -> None:
    scan = read(of(IMAGE), of(INSTANCE), of("arn:aws:lambda:eu-central-1:123456789012:function:a"), of("third"))
    assert len(scan.findings) == 1
    assert scan.warnings[1] == (
        "3 findings of other resources (arn:aws:lambda:eu-central-1:123456789012:function:a, i-0123456789abcdef0, …) "
        "left out"
    )


@pytest.mark.parametrize(
    ("findings", "said"),
    [
        ([], "the answer lists nothing, and so does not say of which image"),
        (
            [of(INSTANCE)],
            f"no finding of an image in ECR or of Image Builder; 1 finding of other resources ({INSTANCE}) left out",
        ),
        ([{}], "1 finding of other resources left out"),
        ([of(IMAGE), of(OTHER)], "the answer lists findings of 2 images ("),
        ([of(IMAGE), built()], "the answer lists findings of 2 images ("),
        ([{"resources": [{}]}], "(unnamed) left out"),
        ([{"imageBuildVersionArn": 5}], "imageBuildVersionArn"),
    ],
)
def test_what_is_not_of_one_image_is_refused(findings: Any, said: str) -> None:
    assert said in why(*findings)


def test_a_word_that_nobody_has_seen_is_no_evidence() -> None:
    scan = read(of(IMAGE, severity=Unknown("SEVERE")))
    assert (scan.state, "'SEVERE'" in scan.reason) == (ScanState.INCOMPLETE, True)


def test_pages_are_put_together_and_must_be_whole() -> None:
    first, last = {"findings": [of(IMAGE)], "nextToken": "t"}, {"findings": [of(IMAGE, name="CVE-2026-10002")]}
    assert len(read(pages=[first, last]).findings) == 2
    assert "the last page has a nextToken" in why(pages=[first])
    assert "NextToken: more findings were listed" in why(of(IMAGE), NextToken="t")
