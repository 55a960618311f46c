"""Each fact of a finding lands where it belongs, and what is wrong with one is told by the name that AWS gives it."""

from typing import Any

import msgspec
import pytest

from gate.errors import EvidenceError
from gate.model import Cvss, Finding, FindingStatus
from gate.sources.mapping import basic_finding, enhanced_finding, inspector_finding, probability
from gate.sources.wire import BasicFinding, EnhancedFinding
from tests.aws_double import findings as aws
from tests.aws_double.findings import cvss, vulnerable_package

V2, V3 = "AV:N/AC:L/Au:N/C:P/I:P/A:P", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"


def enhanced(**fields: Any) -> Finding:
    """Map a finding as ECR lists it."""
    return enhanced_finding(msgspec.convert(aws.enhanced_finding(**fields), EnhancedFinding))


@pytest.mark.parametrize(
    ("member", "name"),
    [
        ("status", "finding status"),
        ("severity", "finding severity"),
        ("fixAvailable", "fixAvailable"),
        ("exploitAvailable", "exploitAvailable"),
    ],
)
def test_a_word_that_nobody_has_seen_is_told_with_what_it_stands_for(member: str, name: str) -> None:
    with pytest.raises(EvidenceError) as raised:
        enhanced(extra={member: "ODD"})
    assert raised.value.message == f"AWS answered a {name} that this version does not know: 'ODD'"


@pytest.mark.parametrize("member", ["firstObservedAt", "updatedAt", "vendorCreatedAt"])
def test_a_time_that_is_none_is_told_by_its_name(member: str) -> None:
    listed: Any = aws.enhanced_finding()
    place = listed["packageVulnerabilityDetails"] if member == "vendorCreatedAt" else listed
    place[member] = "soon"
    with pytest.raises(EvidenceError) as raised:
        enhanced_finding(msgspec.convert(listed, EnhancedFinding))
    assert raised.value.message == f"{member} is 'soon', which is no time"


def test_what_aws_does_not_describe_has_no_description() -> None:
    basic = basic_finding(BasicFinding(name="CVE-2026-1"))
    assert (basic.aws_severity, basic.description) == ("", "")
    listed = enhanced_finding(EnhancedFinding())
    assert (listed.aws_severity, listed.description) == ("", "")


def test_a_basic_score_has_the_version_of_its_name_unless_its_vector_names_one() -> None:
    names = {"CVSS2": 2.0, "CVSS3": 3.0, "CVSS4": 4.0}
    pairs = [{"key": f"{name}_SCORE", "value": str(score)} for name, score in names.items()]
    bare = basic_finding(msgspec.convert({"attributes": pairs}, BasicFinding))
    assert bare.scores == tuple(
        Cvss(score=score, version=version, source="nvd")
        for score, version in ((2.0, "2.0"), (3.0, "3.0"), (4.0, "4.0"))
    )
    pairs += [{"key": "CVSS2_VECTOR", "value": V2}, {"key": "CVSS3_VECTOR", "value": V3}]
    vectors = basic_finding(msgspec.convert({"attributes": pairs}, BasicFinding)).scores
    assert [(one.version, one.vector) for one in vectors] == [("2.0", V2), ("3.1", V3), ("4.0", None)]


def test_scores_keep_version_and_vector_of_whoever_gave_them() -> None:
    adjusted = {"cvss": {"score": 8.1, "version": "3.0", "scoringVector": V3}}
    found = enhanced(score=8.1, scores=[cvss(5.0, version="2.0", vector=V2)], extra={"scoreDetails": adjusted})
    assert found.scores == (
        Cvss(score=8.1, version="3.0", source="inspector", vector=V3),
        Cvss(score=5.0, version="2.0", source="nvd", vector=V2),
    )


@pytest.mark.parametrize(
    ("score", "kept"),
    [(None, None), (-0.001, None), (0.0, 0.0), (0.5, 0.5), (1.0, 1.0), (1.001, None), (float("nan"), None)],
)
def test_a_probability_is_from_0_to_1_and_says_who_gave_it(score: float | None, kept: float | None) -> None:
    assert probability(score) == kept
    found = inspector_finding(msgspec.convert({"epss": {"score": score}}, EnhancedFinding))
    assert (found.epss, found.epss_source) == (kept, None if kept is None else "inspector")


@pytest.mark.parametrize(("manager", "type_"), [("RPM", "rpm"), ("", None), (None, None)])
def test_a_package_need_not_say_who_manages_it(manager: str | None, type_: str | None) -> None:
    found = enhanced(packages=[vulnerable_package(extra={"packageManager": manager})])
    assert found.packages[0].type == type_


@pytest.mark.parametrize(("count", "in_use"), [(0, False), (1, True), (2, True)])
def test_one_use_is_a_use(count: int, in_use: bool) -> None:
    resources = [{"details": {"awsEcrContainerImage": {"inUseCount": count}}}]
    assert enhanced(extra={"resources": resources}).in_use is in_use


@pytest.mark.parametrize(
    ("word", "status"),
    [
        (None, FindingStatus.ACTIVE),
        ("ACTIVE", FindingStatus.ACTIVE),
        ("SUPPRESSED", FindingStatus.SUPPRESSED),
        ("CLOSED", FindingStatus.CLOSED),
    ],
)
def test_each_word_for_a_findings_life_is_its_status(word: str | None, status: FindingStatus) -> None:
    assert enhanced(status=word).status is status
