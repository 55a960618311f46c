"""The names of a vulnerability for GitLab: which kinds there are, and which of them comes first."""

import pytest

from gate.reports.gitlab_report import Identifier
from gate.reports.identifiers import identifiers
from tests.builders import finding, judge, policy, scan


def named(id_: str, *aliases: str, cwes: tuple[str, ...] = ()) -> list[Identifier]:
    found = judge(policy(), scan(finding(id_, aliases=aliases, cwes=cwes))).images[0].findings[0]
    return list(identifiers(found))


@pytest.mark.parametrize(
    ("id_", "kind", "url"),
    [
        ("CVE-2026-1000", "cve", "https://nvd.nist.gov/vuln/detail/CVE-2026-1000"),
        ("GHSA-jfh8-c2jp-5v3q", "ghsa", "https://github.com/advisories/GHSA-jfh8-c2jp-5v3q"),
        ("RHSA-2026:1234", "rhsa", "https://access.redhat.com/errata/RHSA-2026:1234"),
        ("USN-7000-1", "usn", "https://ubuntu.com/security/notices/USN-7000-1"),
        ("ELSA-2026-12345", "elsa", "https://linux.oracle.com/errata/ELSA-2026-12345.html"),
        ("ALAS2023-2026-123", "alas", None),
        ("SNYK-DEBIAN12-LIBDE265-3361563", "scan-gate", None),
        ("CVE-2026-1000 <b>", "scan-gate", None),
    ],
)
def test_an_id_has_the_kind_that_its_form_tells(id_: str, kind: str, url: str | None) -> None:
    assert named(id_) == [Identifier(type=kind, name=id_, value=id_, url=url)]


def test_the_id_that_aws_gives_comes_first_then_cve_ids_then_weaknesses() -> None:
    found = named("ALAS-2026-1", "USN-1-1", "CVE-2026-2", "CVE-2026-2000", "CVE-2026-1000", cwes=("CWE-79", "noinfo"))

    assert [one.value for one in found] == [
        "ALAS-2026-1",
        "CVE-2026-1000",
        "CVE-2026-2000",
        "USN-1-1",
        "CVE-2026-2",
        "79",
    ]
    assert found[-1] == Identifier(
        type="cwe", name="CWE-79", value="79", url="https://cwe.mitre.org/data/definitions/79.html"
    )


def test_an_alias_that_is_the_id_again_is_named_once() -> None:
    assert len(named("CVE-2026-1000", "CVE-2026-1000")) == 1


def test_no_more_than_gitlab_keeps() -> None:
    assert len(named("CVE-2026-1000", *(f"CVE-2026-{number}" for number in range(2_000, 2_050)))) == 20


def test_an_id_that_cannot_be_shown_is_told_from_others_that_look_the_same() -> None:
    (one,), (other,) = named("\x1b[2J"), named("\x1b[3J")

    assert one.value != other.value
    assert named("")[0].value
