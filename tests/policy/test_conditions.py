"""The vocabulary of conditions: which fact each reads, who knows it, how it is shown, and how conditions nest."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from gate.errors import PolicyError
from gate.model import Cvss, Finding, Fix, Kev, Package, Severity
from gate.policy.choices import METRICS, SeverityChoice
from gate.policy.conditions import (
    CONDITIONS,
    KNOWERS,
    Combined,
    Patterns,
    Vector,
    View,
    When,
    is_blank,
    of_packages,
    when_of,
)
from gate.policy.loader import loads
from gate.policy.ranges import ScoreChoice
from gate.policy.scalars import decode_scalar, encode_scalar
from tests.builders import NOW, finding, package

DAY = timedelta(days=1)
SCORE = Cvss(score=7.5, version="3.1", source="nvd", vector="CVSS:3.1/AV:N/AC:H/PR:L")
VIEW = View(now=NOW, score=lambda found: next(iter(found.scores), None), first_seen=lambda found: found.first_seen)
BARE = Finding(key="CVE-1", id="CVE-1", severity=Severity.LOW, aws_severity="LOW")
EVERYWHERE = set(KNOWERS)
NOT_BASIC = {"ecr-enhanced", "inspector", "imagebuilder"}
INSPECTED = {"ecr-enhanced", "inspector"}
KNOWN_FROM = {
    **dict.fromkeys(("id", "severity", "cvss", "vector"), EVERYWHERE),
    "fix": NOT_BASIC,
    **dict.fromkeys(("exploit", "in_use", "kev", "kev_due"), INSPECTED),
    "epss": {"inspector"},
    "published": NOT_BASIC,
    "age": NOT_BASIC,
    "package": EVERYWHERE,
    "version": EVERYWHERE,
    "package_type": NOT_BASIC,
    "path": NOT_BASIC,
}
"""What the policy page's table says of each condition."""
OF_PACKAGES = {"package", "version", "package_type", "path"}


def when(text: str) -> When:
    """Return conditions as a policy file holds them."""
    policy = loads(f"version: 1\nrules: [{{name: asked, when: {text}}}]\n".encode(), file="gate.yaml").policy
    return policy.rules[0].when


def test_the_vocabulary_is_that_of_the_policy_page() -> None:
    assert {key: set(condition.known) for key, condition in CONDITIONS.items()} == KNOWN_FROM
    assert {key for key, condition in CONDITIONS.items() if condition.of == "package"} == OF_PACKAGES
    assert {key for key, condition in CONDITIONS.items() if condition.fold} == {"id", "package_type"}


@pytest.mark.parametrize("key", CONDITIONS)
def test_a_condition_says_what_it_is_and_who_supplies_what_a_source_lacks(key: str) -> None:
    condition = CONDITIONS[key]

    assert condition.doc
    assert condition.values
    assert bool(condition.supply) is (set(condition.known) != EVERYWHERE)


def test_conditions_hold_the_whole_vocabulary_and_nothing_else() -> None:
    assert set(When.__struct_fields__) == {*CONDITIONS, "any", "all", "not_"}
    assert issubclass(When, Combined)
    assert set(Vector.__struct_fields__) == set(METRICS)


@pytest.mark.parametrize(
    ("key", "seen", "fact"),
    [
        ("id", finding("CVE-1", aliases=("GHSA-2", "ALAS-3")), ("CVE-1", "GHSA-2", "ALAS-3")),
        ("severity", finding(severity=Severity.LOW), Severity.LOW),
        ("cvss", finding(scores=(SCORE,)), 7.5),
        ("cvss", BARE, None),
        ("vector", finding(scores=(SCORE,)), "CVSS:3.1/AV:N/AC:H/PR:L"),
        ("vector", finding(scores=(Cvss(score=7.5, version="3.1", source="nvd"),)), None),
        ("vector", BARE, None),
        ("fix", finding(fix=Fix.PARTIAL), Fix.PARTIAL),
        ("exploit", finding(exploit=False), False),
        ("exploit", BARE, None),
        ("in_use", finding(in_use=True), True),
        ("in_use", BARE, None),
        ("epss", finding(epss=0.0), 0.0),
        ("epss", BARE, None),
        ("kev", finding(kev=Kev(listed=True)), True),
        ("kev", finding(kev=Kev(listed=False)), False),
        ("kev", BARE, None),
        ("kev_due", BARE, None),
        ("kev_due", finding(kev=Kev(listed=False)), timedelta.max),
        ("kev_due", finding(kev=Kev(listed=True)), None),
        ("published", finding(published=NOW - 3 * DAY), 3 * DAY),
        ("published", finding(published=NOW), timedelta(0)),
        ("published", finding(published=NOW + timedelta(seconds=1)), None),
        ("published", BARE, None),
        ("age", finding(first_seen=NOW - 3 * DAY), 3 * DAY),
        ("age", finding(first_seen=NOW + DAY), None),
        ("age", BARE, None),
        ("package", package("zlib"), ("zlib",)),
        ("version", package(version="1.2"), ("1.2",)),
        ("version", package(version=None), None),
        ("package_type", package(type="JAR"), ("JAR",)),
        ("package_type", package(type=None), None),
        ("path", package(path="usr/lib/a.jar"), ("usr/lib/a.jar",)),
        ("path", package(), None),
    ],
)
def test_each_condition_reads_its_own_fact(key: str, seen: Finding | Package, fact: object) -> None:
    assert CONDITIONS[key].read(seen, VIEW) == fact


@pytest.mark.parametrize(
    ("now", "left"),
    [
        (datetime(2026, 11, 20, tzinfo=UTC), DAY),
        (datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC), timedelta(seconds=1)),
        (datetime(2026, 11, 21, tzinfo=UTC), timedelta(0)),
        (datetime(2026, 11, 13, tzinfo=UTC), 8 * DAY),
        (datetime(2026, 11, 22, tzinfo=UTC), -DAY),
    ],
)
def test_a_due_date_lasts_to_the_end_of_its_day(now: datetime, left: timedelta) -> None:
    listed = finding(kev=Kev(listed=True, due=date(2026, 11, 20)))
    view = View(now=now, score=VIEW.score, first_seen=VIEW.first_seen)

    told = CONDITIONS["kev_due"].read(listed, view)

    assert timedelta(0) <= left - told < timedelta(milliseconds=1)


def test_the_score_and_the_first_sight_are_those_of_the_view() -> None:
    vendor = Cvss(score=5.0, version="3.1", source="debian", vector="CVSS:3.1/AV:L")
    view = View(now=NOW, score=lambda _: vendor, first_seen=lambda _: NOW - 9 * DAY)
    seen = finding(scores=(SCORE,), first_seen=NOW)

    assert [CONDITIONS[key].read(seen, view) for key in ("cvss", "vector", "age")] == [5.0, "CVSS:3.1/AV:L", 9 * DAY]


@pytest.mark.parametrize(
    ("metrics", "vector", "held"),
    [
        ("{AV: N}", "CVSS:3.1/AV:N/AC:L", True),
        ("{AV: N}", "CVSS:3.1/AV:L/AC:L", False),
        ("{AV: N}", "CVSS:3.1/AC:L", None),
        ("{AV: N}", "", None),
        ("{AV: N}", "AV", None),
        ("{AV: N}", "CVSS:3.1/AV:", None),
        ("{AV: N}", "CVSS:3.1/AV:n", None),
        ("{AV: N}", "CVSS:3.1/AV:NA", None),
        ("{AV: N}", "CVSS:3.1/AV:X", None),
        ("{AV: N}", "CVSS:3.1/MAV:N", None),
        ("{AV: N}", "(AV:N/AC:L/Au:N/C:P/I:P/A:P)", True),
        ("{Au: N, A: [P, C]}", "AV:N/AC:L/Au:N/C:P/I:P/A:P", True),
        ("{Au: N, A: C}", "AV:N/AC:L/Au:N/C:P/I:P/A:P", False),
        ("{AV: N, PR: [N, L]}", "CVSS:3.1/AV:N/PR:L", True),
        ("{AV: N, PR: [N, L]}", "CVSS:3.1/AV:N/PR:H", False),
        ("{AV: N, PR: [N, L]}", "CVSS:3.1/AV:N", None),
        ("{AV: N, PR: [N, L]}", "CVSS:3.1/PR:H", False),
        ("{AV: N, PR: [N, L]}", "CVSS:3.1/AV:L", False),
        ("{S: U}", "CVSS:3.1/AV:N/S:C", False),
        ("{S: U}", "CVSS:4.0/AV:N/VC:H/S:P", None),
        ("{VC: H, AT: N}", "CVSS:4.0/AV:N/AT:N/VC:H", True),
    ],
)
def test_a_vector_has_all_metrics_named_and_lacking_one_may_have_it(
    metrics: str, vector: str, *, held: bool | None
) -> None:
    [(_, wanted)] = when(f"{{vector: {metrics}}}").named()
    holds = CONDITIONS["vector"].holds(wanted)

    assert holds(vector) is held


def test_a_vector_yields_its_metrics_with_their_letters() -> None:
    [(_, vector)] = when("{vector: {PR: [N, L], AV: N}}").named()

    assert [(name, letters.plain) for name, letters in vector.metrics()] == [("AV", "N"), ("PR", ["N", "L"])]


@pytest.mark.parametrize(
    ("key", "value", "true", "false"),
    [
        ("id", "cve-2026-1*", ("GHSA-1", "CVE-2026-12"), ("CVE-2026-2", "GHSA-1")),
        ("id", ("x", "GHSA-A"), ("ghsa-a",), ("ghsa-b",)),
        ("package", "open*", ("openssl",), ("OpenSSL",)),
        ("version", ("1.0", "2.*"), ("2.1",), ("1.0.1",)),
        ("package_type", "os", ("OS",), ("JAR",)),
        ("path", "usr/*", ("usr/lib",), ("USR/lib",)),
    ],
)
def test_names_are_compared_as_the_condition_says(
    key: str, value: Patterns, true: tuple[str, ...], false: tuple[str, ...]
) -> None:
    holds = CONDITIONS[key].holds(value)

    assert (holds(true), holds(false)) == (True, False)


@pytest.mark.parametrize("key", ["exploit", "in_use", "kev"])
def test_true_and_false_hold_for_themselves(key: str) -> None:
    for wanted in (True, False):
        holds = CONDITIONS[key].holds(wanted)
        assert (holds(wanted), holds(not wanted)) == (True, False)


def test_other_values_tell_themselves_of_what_they_hold() -> None:
    holds = CONDITIONS["severity"].holds(SeverityChoice.parse("high"))

    assert [holds(one) for one in (Severity.HIGH, Severity.LOW, Severity.UNKNOWN)] == [True, False, None]


@pytest.mark.parametrize(
    ("key", "fact", "text"),
    [
        ("id", ("CVE-1", "GHSA-2"), "CVE-1, GHSA-2"),
        ("severity", Severity.HIGH, "high"),
        ("cvss", 7.5, "7.5"),
        ("vector", "CVSS:3.1/AV:N", "CVSS:3.1/AV:N"),
        ("fix", Fix.NONE, "none"),
        ("exploit", True, "true"),
        ("kev", False, "false"),
        ("epss", 0.25, "0.25"),
        ("kev_due", timedelta.max, "not listed"),
        ("kev_due", timedelta(days=2, hours=3), "in 2 days"),
        ("kev_due", timedelta(days=-3), "passed 3 days ago"),
        ("published", timedelta(days=9, hours=23), "9d"),
        ("age", timedelta(hours=5), "0d"),
        ("package", ("zlib",), "zlib"),
    ],
)
def test_a_fact_is_shown_as_people_read_it(key: str, fact: Any, text: str) -> None:
    assert CONDITIONS[key].show(fact) == text


NESTED = when("{any: [{package: a}, {all: [{kev: true}, {not: {epss: 0.1+}}]}], not: {id: CVE-1}, severity: high}")


def test_conditions_know_what_stands_in_them_and_below() -> None:
    assert dict(NESTED.named()) == {"severity": SeverityChoice.parse("high")}
    assert [dict(one.named()) for one in NESTED.below()] == [{"package": "a"}, {}, {"id": "CVE-1"}]
    assert sorted(NESTED.asked()) == ["epss", "id", "kev", "package", "severity"]
    assert list(when("{all: [{kev: true}, {kev: false}]}").asked()) == ["kev", "kev"]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("{id: CVE-1}", False),
        ("{package: a}", True),
        ("{not: {version: '1'}}", True),
        ("{any: [{kev: true}, {all: [{path: a}]}]}", True),
        ("{all: [{kev: true}, {not: {id: CVE-1}}]}", False),
        ("{package_type: jar}", True),
    ],
)
def test_conditions_are_about_packages_where_any_of_them_is(text: str, *, answer: bool) -> None:
    assert of_packages(when(text)) is answer


def test_conditions_that_name_nothing_are_blank() -> None:
    assert is_blank(When())
    assert is_blank(when_of(id=None))
    assert not is_blank(when_of(kev=False))
    assert not is_blank(When(not_=When()))
    assert not is_blank(When(any=(When(),)))


def test_conditions_made_by_key_are_those_of_the_file() -> None:
    made = when_of(severity=SeverityChoice.parse("high+"), kev=False, cvss=ScoreChoice.parse("7.0+"))

    assert made == when("{severity: high+, kev: false, cvss: 7.0+}")


def test_conditions_are_written_back_as_the_file_holds_them() -> None:
    written = msgspec.json.encode(NESTED, enc_hook=encode_scalar)

    assert msgspec.json.decode(written) == {
        "severity": "high",
        "any": [{"package": "a"}, {"all": [{"kev": True}, {"not": {"epss": "0.1+"}}]}],
        "not": {"id": "CVE-1"},
    }
    assert msgspec.json.decode(written, type=When, dec_hook=decode_scalar) == NESTED


@pytest.mark.parametrize("key", ["kve", "not_", "severities"])
def test_a_condition_that_there_is_not_is_refused(key: str) -> None:
    with pytest.raises(PolicyError, match="unknown key"):
        when(f"{{{key}: true}}")
    with pytest.raises(msgspec.ValidationError, match=key):
        msgspec.convert({key: True}, When, dec_hook=decode_scalar)
