"""A SARIF rule has the severity of the worst that is judged of it, and help that tables its packages."""

import pytest

from gate.model import Cvss, Severity
from gate.policy.clauses import Ignore, Max
from tests.builders import finding, package, policy
from tests.reports.sarif_runs import judged

# The severity of a rule


@pytest.mark.parametrize(
    ("severities", "number"),
    [
        ([Severity.CRITICAL], "9.5"),
        ([Severity.HIGH], "8.0"),
        ([Severity.MEDIUM], "5.5"),
        ([Severity.LOW], "2.0"),
        ([Severity.INFORMATIONAL], None),
        ([Severity.UNKNOWN], None),
        ([Severity.LOW, Severity.HIGH, Severity.MEDIUM], "8.0"),
        ([Severity.UNKNOWN, Severity.LOW], "2.0"),
    ],
)
def test_security_severity_is_that_of_the_severity_judged(severities: list[Severity], number: str | None) -> None:
    found = (
        finding(severity=severity, packages=(package(f"p{n}"),), scores=(Cvss(score=9.9, version="3.1", source="nvd"),))
        for n, severity in enumerate(severities)
    )
    (rule,) = judged(*found)["tool"]["driver"]["rules"]

    assert rule["properties"].get("security-severity") == number


def test_security_severity_is_the_highest_even_if_a_lower_one_violates() -> None:
    found = (
        finding("X", Severity.LOW, packages=(package("a"),)),
        finding("X", Severity.CRITICAL, packages=(package("b"),)),
    )
    run = judged(*found, rules=policy(max=Max(low=0)))

    assert [result["level"] for result in run["results"]] == ["error", "warning"]
    assert run["tool"]["driver"]["rules"][0]["defaultConfiguration"]["level"] == "error"
    assert run["tool"]["driver"]["rules"][0]["properties"]["security-severity"] == "9.5"


def test_an_ignored_finding_does_not_raise_the_severity_of_its_rule() -> None:
    rules = policy(max=Max(critical=0), ignore=(Ignore(package="a", reason="x"),))
    same = "CVE-2026-1"
    found = (
        finding(same, Severity.CRITICAL, packages=(package("a"),)),
        finding(same, Severity.LOW, packages=(package("b"),)),
    )
    (rule,) = judged(*found, rules=rules)["tool"]["driver"]["rules"]

    assert rule["properties"]["security-severity"] == "2.0"


# Help


def test_help_is_a_table_of_packages() -> None:
    found = finding(
        "CVE-2026-1_a",
        packages=(package("a|b`<i>", version=None), package("c", fixed_in="2")),
        url="https://nvd.nist.gov/vuln/detail/CVE-2026-1",
    )
    (rule,) = judged(found)["tool"]["driver"]["rules"]
    link = r"[CVE-2026-1\_a](https://nvd.nist.gov/vuln/detail/CVE-2026-1)"

    assert rule["help"]["markdown"].split("\n") == [
        "| Severity | Package | Version | Fix | Link |",
        "| --- | --- | --- | --- | --- |",
        rf"| high | a\|b\`\<i\> | - | unknown | {link} |",
        f"| high | c | 1.0-1 | 2 | {link} |",
    ]
    assert rule["help"]["text"] == "CVE-2026-1_a: https://nvd.nist.gov/vuln/detail/CVE-2026-1"


def test_help_of_many_packages_says_how_many_more() -> None:
    found = [finding("X", packages=(package(f"p{n:03}"), package(f"q{n:03}"))) for n in range(30)]
    (rule,) = judged(*found, finding("X", packages=()))["tool"]["driver"]["rules"]

    assert rule["help"]["markdown"].count("\n| high") == 10
    assert rule["help"]["markdown"].endswith("\n\nand 51 more")
    assert rule["help"]["text"] == "X: no link is known"
