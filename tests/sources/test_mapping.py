"""AWS's findings become ours: every word through a table, every fact where it belongs, nothing invented."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from botocore.loaders import create_loader
from hypothesis import given
from hypothesis import strategies as st

from gate.errors import EvidenceError
from gate.model import Cvss, Finding, FindingStatus, Fix, Package, Severity
from gate.sources.mapping import (
    EXPLOITS,
    FIXES,
    SEVERITIES,
    STATUSES,
    basic_finding,
    enhanced_finding,
    inspector_finding,
    severity_of,
)
from gate.sources.wire import BasicFinding, EnhancedFinding
from tests.aws_double import findings as aws
from tests.aws_double.findings import NO_FIX, SPRING, cvss, vulnerable_package

HOSTILE = ["high", "", "HIGH ", "\ud800", "\x1b[31mHIGH", "]]>", "::error::x", "CRITICAL\n", "X" * 1_000_000]


def basic(**fields: Any) -> Finding:
    return basic_finding(msgspec.convert(aws.basic_finding(**fields), BasicFinding))


def enhanced(**fields: Any) -> Finding:
    return enhanced_finding(msgspec.convert(aws.enhanced_finding(**fields), EnhancedFinding))


def words(service: str, shape: str) -> list[str]:
    """Return an enumeration of botocore's model."""
    found: list[str] = create_loader().load_service_model(service, "service-2")["shapes"][shape]["enum"]
    return found


@pytest.mark.parametrize("word", words("ecr", "FindingSeverity") + words("inspector2", "Severity"))
def test_every_severity_that_botocore_knows_is_ours(word: str) -> None:
    plain = {"UNDEFINED": "unknown", "UNTRIAGED": "unknown"}.get(word, word.lower())
    assert severity_of(word) is Severity(plain)


def test_the_tables_hold_the_words_of_inspectors_model_and_no_others() -> None:
    assert set(SEVERITIES) == {*words("ecr", "FindingSeverity"), *words("inspector2", "Severity")}
    assert set(STATUSES) == {None, *words("inspector2", "FindingStatus")}
    assert set(FIXES) == {None, *words("inspector2", "FixAvailable")}
    assert set(EXPLOITS) == {None, *words("inspector2", "ExploitAvailable")}


def test_a_finding_without_severity_is_of_unknown_severity() -> None:
    assert severity_of(None) is Severity.UNKNOWN
    assert enhanced(extra={"severity": None}).aws_severity == ""


@pytest.mark.parametrize("word", HOSTILE)
@pytest.mark.parametrize("member", ["severity", "status", "fixAvailable", "exploitAvailable"])
def test_a_word_nobody_has_seen_is_an_error_that_names_it_in_one_line(member: str, word: str) -> None:
    with pytest.raises(EvidenceError) as raised:
        enhanced(extra={member: word})
    assert "that this version does not know" in raised.value.message
    assert raised.value.message.isprintable()
    assert len(raised.value.message) < 200


def test_the_word_and_what_it_was_are_in_the_message() -> None:
    with pytest.raises(EvidenceError, match=r"finding status that this version does not know: 'SNOOZED'"):
        enhanced(status="SNOOZED")
    with pytest.raises(EvidenceError, match=r"finding severity that this version does not know: 'SEVERE'"):
        basic(severity="SEVERE")


def test_all_of_a_basic_finding_is_mapped() -> None:
    finding = basic(cvss2="5.0", attributes={"CVSS4_SCORE": "8.7", "odd": "kept by nobody"})
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
    assert finding == Finding(
        key="CVE-2026-10001 -:quartzlib",
        id="CVE-2026-10001",
        severity=Severity.HIGH,
        aws_severity="HIGH",
        title="CVE-2026-10001 - quartzlib",
        description="A flaw in quartzlib.",
        scores=(
            Cvss(score=5.0, version="2.0", source="nvd", vector="AV:N/AC:L/Au:N/C:P/I:N/A:N"),
            Cvss(score=7.5, version="3.1", source="nvd", vector=vector),
            Cvss(score=8.7, version="4.0", source="nvd"),
        ),
        packages=(Package(name="quartzlib", version="1.4.2"),),
        url="https://vulnerable.example/notes",
    )
    assert (finding.fix, finding.exploit, finding.status) == (Fix.UNKNOWN, None, FindingStatus.ACTIVE)


def test_a_basic_finding_may_have_nothing_but_a_severity() -> None:
    finding = basic_finding(BasicFinding(severity="LOW"))
    assert (finding.id, finding.key, finding.title, finding.packages, finding.scores) == (
        "unnamed", "unnamed", "unnamed", (), (),
    )  # fmt: skip


@pytest.mark.parametrize("score", ["", "none", "nan", "inf", "-0.1", "10.1", "1e400", "\ud800", "7,5"])
def test_a_basic_score_that_says_nothing_is_left_out(score: str) -> None:
    assert basic(attributes={"CVSS3_SCORE": score}).scores == ()


@pytest.mark.parametrize(("score", "number"), [("0.0", 0.0), ("10", 10.0), ("9.8", 9.8)])
def test_a_basic_score_is_text_and_zero_is_one(score: str, number: float) -> None:
    assert [one.score for one in basic(cvss3=score).scores] == [number]


def test_attributes_without_value_say_nothing() -> None:
    empty = BasicFinding(name="CVE-1", severity="LOW", attributes=())
    assert basic_finding(empty).packages == ()
    listed = aws.basic_finding() | {"attributes": [{"key": "package_name"}, {"value": "x"}, {}]}
    assert basic_finding(msgspec.convert(listed, BasicFinding)).packages == ()


def test_all_of_an_enhanced_finding_is_mapped() -> None:
    later = datetime(2026, 2, 1, tzinfo=UTC)
    finding = enhanced(
        packages=[vulnerable_package(path="srv/x.jar", manager="JAR", layer="sha256:1"), vulnerable_package("b")],
        related=["GHSA-xxxx"],
        references=["https://r.example"],
        exploit="YES",
        status="SUPPRESSED",
        fix="PARTIAL",
        updated=later,
        arn="arn:finding",
    )
    assert finding.key == "CVE-2026-10001 jar:quartzlib:srv/x.jar os:b"
    assert (finding.id, finding.severity, finding.aws_severity) == ("CVE-2026-10001", Severity.HIGH, "HIGH")
    assert (finding.status, finding.fix, finding.exploit) == (FindingStatus.SUPPRESSED, Fix.PARTIAL, True)
    assert (finding.first_seen, finding.published, finding.updated) == (SPRING, SPRING, later)
    assert (finding.aliases, finding.references) == (("GHSA-xxxx",), ("https://r.example",))
    assert (finding.url, finding.arn) == ("https://vulnerable.example/CVE-2026-10001", "arn:finding")
    assert (finding.title, finding.description) == ("CVE-2026-10001 - quartzlib", "A flaw in quartzlib.")
    assert finding.packages[0] == Package(
        name="quartzlib",
        version="1.4.2",
        fixed_in="1.4.9",
        type="jar",
        path="srv/x.jar",
        arch="X86_64",
        layer="sha256:1",
    )


@pytest.mark.parametrize(
    ("word", "fix"), [("YES", Fix.FULL), ("NO", Fix.NONE), ("PARTIAL", Fix.PARTIAL), (None, Fix.UNKNOWN)]
)
def test_whether_a_fix_exists_is_inspectors_word(word: str | None, fix: Fix) -> None:
    assert enhanced(fix=word).fix is fix


@pytest.mark.parametrize(("word", "exploit"), [("YES", True), ("NO", False), (None, None)])
def test_whether_an_exploit_exists_is_inspectors_word(word: str | None, exploit: bool | None) -> None:
    assert enhanced(exploit=word).exploit is exploit


@pytest.mark.parametrize("said", [NO_FIX, "", None])
def test_no_fixed_version_is_none(said: str | None) -> None:
    assert enhanced(packages=[vulnerable_package(fixed_in=said)]).packages[0].fixed_in is None


@pytest.mark.parametrize(
    ("extra", "version"),
    [
        ({}, "1.4.2"),
        ({"release": "3.el9"}, "1.4.2-3.el9"),
        ({"epoch": 2}, "2:1.4.2"),
        ({"epoch": 1, "release": "r0"}, "1:1.4.2-r0"),
        ({"version": None, "epoch": 1, "release": "r0"}, None),
        ({"version": ""}, None),
    ],
)
def test_a_package_version_has_epoch_and_release_as_package_managers_write_them(
    extra: Any, version: str | None
) -> None:
    assert enhanced(packages=[vulnerable_package(extra=extra)]).packages[0].version == version


def test_inspectors_own_score_comes_first_and_nobody_else_may_call_itself_so() -> None:
    finding = enhanced(score=8.1, scores=[cvss(9.9, source="Inspector"), cvss(7.0, source="REDHAT", version="3.0")])
    assert [(one.source, one.score) for one in finding.scores] == [("inspector", 8.1), ("vendor", 9.9), ("redhat", 7.0)]


def test_a_score_only_in_the_details_is_inspectors_too() -> None:
    listed = aws.enhanced_finding(score=8.1, scores=[])
    del listed["score"]
    assert [one.score for one in enhanced_finding(msgspec.convert(listed, EnhancedFinding)).scores] == [8.1]


@pytest.mark.parametrize(
    ("members", "scores"),
    [
        ({"inspectorScore": 8.1, "inspectorScoreDetails": {"adjustedCvss": {"score": 5.0, "version": "3.1"}}}, [8.1]),
        ({"inspectorScoreDetails": {"adjustedCvss": {"score": 5.0}}}, [5.0]),
        ({"inspectorScoreDetails": {}}, []),
        ({"inspectorScore": 11.0}, []),
        ({"score": 8.1, "scoreDetails": {"cvss": {"score": 8.1}}}, []),
    ],
)
def test_inspectors_own_listing_spells_its_score_otherwise(members: Any, scores: list[float]) -> None:
    listed = msgspec.convert(members, EnhancedFinding)
    assert [one.score for one in inspector_finding(listed).scores] == scores
    assert [one.score for one in enhanced_finding(listed).scores] == [one for one in [members.get("score")] if one]


@pytest.mark.parametrize(
    ("epss", "probability"),
    [({"score": 0.0}, 0.0), ({"score": 0.97}, 0.97), ({"score": 1.5}, None), ({"score": -0.1}, None), ({}, None)],
)
def test_only_inspectors_own_listing_has_epss(epss: Any, probability: float | None) -> None:
    listed = msgspec.convert({"epss": epss}, EnhancedFinding)
    assert inspector_finding(listed).epss == probability
    assert enhanced_finding(listed).epss is None


@pytest.mark.parametrize(
    ("members", "identity"),
    [
        ({"codeVulnerabilityDetails": {"detectorId": "python/weak-hash@v1"}, "title": "T"}, "code:python/weak-hash@v1"),
        ({"codeVulnerabilityDetails": {}, "title": "A weak hash"}, "code:A weak hash"),
        ({"codeVulnerabilityDetails": {}}, "code:untitled"),
    ],
)
def test_a_finding_in_code_is_known_by_its_detector(members: Any, identity: str) -> None:
    assert inspector_finding(msgspec.convert(members, EnhancedFinding)).id == identity


@pytest.mark.parametrize("details", [{}, {"cvss": None}, {"cvss": {"version": "3.1"}}])
def test_an_untriaged_finding_without_scores_has_none(details: Any) -> None:
    finding = enhanced(severity="UNTRIAGED", extra={"scoreDetails": details})
    assert (finding.severity, finding.scores) == (Severity.UNKNOWN, ())


@pytest.mark.parametrize("number", [-1.0, 10.5, 1e308])
def test_numbers_outside_cvss_say_nothing(number: float) -> None:
    assert enhanced(score=number, scores=[cvss(number)]).scores == ()


def test_a_score_without_version_or_source_is_still_a_score() -> None:
    bare = {"score": 4.0, "scoreDetails": None}
    finding = enhanced(scores=[{"baseScore": 3.0}, {"source": "NVD"}], extra=bare)
    assert finding.scores == (
        Cvss(score=4.0, version="", source="inspector"),
        Cvss(score=3.0, version="", source="unnamed"),
    )


def test_a_finding_without_package_details_keeps_an_identity() -> None:
    finding = enhanced_finding(EnhancedFinding(severity="HIGH", type="CODE_VULNERABILITY", title="A weak hash"))
    assert (finding.id, finding.key) == ("code_vulnerability:A weak hash", "code_vulnerability:A%20weak%20hash")
    assert enhanced_finding(EnhancedFinding()).id == "finding:untitled"


@given(st.text(), st.text(), st.text())
def test_any_text_passes_through_unchanged(name: str, title: str, package: str) -> None:
    finding = enhanced(name=name, title=title, packages=[vulnerable_package(package)])
    assert finding.title == (title or finding.id)
    assert finding.packages[0].name == (package or "unnamed")


@pytest.mark.parametrize(
    ("counts", "expected"), [((), None), ((None,), None), ((0,), False), ((None, 2), True), ((0, 0), False)]
)
def test_an_image_is_in_use_where_inspector_counts_a_use(counts: tuple[int | None, ...], expected: bool | None) -> None:
    resources = [{"details": {"awsEcrContainerImage": {"inUseCount": count}}} for count in counts]
    listed = msgspec.convert({"severity": "LOW", "resources": [{}, *resources]}, EnhancedFinding)

    assert enhanced_finding(listed).in_use is expected
