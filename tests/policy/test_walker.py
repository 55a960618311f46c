"""The strict walker: every wrong value gets its own line, in the policy's words, at its own place."""

import re

import pytest

from gate.errors import PolicyError
from gate.policy.document import Policy
from gate.policy.loader import loads
from gate.policy.nodes import Faults, Mapping, Scalar
from gate.policy.walker import walk

COUNT = "a whole number from 0 to 1000000"
LIMIT = f"{COUNT}, `unlimited` or a mapping with fixable/unfixable/unknown"
DATE = "a date such as 2026-12-31"
PATTERNS = "text or a list of text"


def faults(text: str) -> tuple[str, ...]:
    """Return the faults of a policy without the file's name."""
    with pytest.raises(PolicyError) as caught:
        loads(text.encode(), file="p.yaml")
    return tuple(fault.removeprefix("p.yaml:") for fault in caught.value.faults)


def policy(text: str) -> Policy:
    """Return the policy that begins with version and a limit."""
    return loads(f"version: 1\ncvss_floor: 9\n{text}\n".encode(), file="p.yaml").policy


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("max: {critical: lots}", f"3:17: max.critical: got 'lots'; expected {LIMIT}"),
        ("max: {critical: -1}", f"3:17: max.critical: got '-1'; expected {LIMIT}"),
        ("max: {critical: 007}", f"3:17: max.critical: got '007'; expected {LIMIT}"),
        ("max: {critical: 1_000}", f"3:17: max.critical: got '1_000'; expected {LIMIT}"),
        ("max: {critical: 0x1}", f"3:17: max.critical: got '0x1'; expected {LIMIT}"),
        ("max: {critical: 1.0}", f"3:17: max.critical: got '1.0'; expected {LIMIT}"),
        ("max: {critical: 1000001}", f"3:17: max.critical: got '1000001'; expected {LIMIT}"),
        (f"max: {{critical: {'9' * 5_000}}}", f"3:17: max.critical: got '{'9' * 59}…'; expected {LIMIT}"),
        ('max: {critical: "5"}', f"3:17: max.critical: got '5' in quotes, which make it text; expected {LIMIT}"),
        ("max: {critical: true}", f"3:17: max.critical: got 'true'; expected {LIMIT}"),
        ("max: {critical: [1]}", f"3:17: max.critical: got a list; expected {LIMIT}"),
        ("max: {critical: }", f"3:17: max.critical: has no value; expected {LIMIT}"),
        ("max: {critical: null}", f"3:17: max.critical: has no value; expected {LIMIT}"),
        ("max: {critical: ~}", f"3:17: max.critical: has no value; expected {LIMIT}"),
        ("max: {high: {unfixable: 1}}", f"3:13: max.high.fixable: is missing; expected {COUNT} or `unlimited`"),
        ("max: 5", "3:6: max: got '5'; expected a mapping with critical/high/medium/low/informational/unknown"),
        ("max:", "3:5: max: has no value; expected a mapping with critical/high/medium/low/informational/unknown"),
        ("mode: on", "3:7: mode: got 'on'; expected `enforce` or `warn`"),
        (
            "cvss: {missing: high}",
            "3:17: cvss.missing: got 'high'; expected `fail`, `severity` or a number from 0 to 10",
        ),
        (
            "cvss: {missing: 10.1}",
            "3:17: cvss.missing: got '10.1'; expected `fail`, `severity` or a number from 0 to 10",
        ),
        (
            'cvss: {missing: "7.5"}',
            (
                "3:17: cvss.missing: got '7.5' in quotes, which make it text; "
                "expected `fail`, `severity` or a number from 0 to 10"
            ),
        ),
        ("cvss: {from: nvd}", "3:14: cvss.from: got 'nvd'; expected a list of `inspector`, `nvd` or `vendor`"),
        (
            "cvss: {from: []}",
            "3:14: cvss.from: is an empty list; expected a list of `inspector`, `nvd` or `vendor`",
        ),
        ("cvss: {from: [nvd, osv]}", "3:20: cvss.from[1]: got 'osv'; expected `inspector`, `nvd` or `vendor`"),
        ("cvss: {from: [nvd, ]}\nname: ''", "4:7: name: got ''; expected text (it is blank)"),
        ("name: ' '", "3:7: name: got ''; expected text (it is blank)"),
        ("name: [a]", "3:7: name: got a list; expected text"),
        (
            f"name: {'x' * 2_001}",
            f"3:7: name: got '{'x' * 59}…'; expected text (it has 2001 characters, 2000 are allowed)",
        ),
        (
            "ignore: CVE-1",
            (
                "3:9: ignore: got 'CVE-1'; expected a list of mappings with "
                "id/package/version/package_type/path/unless/for/reason/owner/ticket/since/until/justification"
            ),
        ),
        (
            "ignore: [CVE-1]",
            (
                "3:10: ignore[0]: got 'CVE-1'; expected a mapping with "
                "id/package/version/package_type/path/unless/for/reason/owner/ticket/since/until/justification"
            ),
        ),
        ("ignore: [{id: {a: b}, reason: r}]", f"3:15: ignore[0].id: got a mapping; expected {PATTERNS}"),
        ("ignore: [{id: [], reason: r}]", "3:15: ignore[0].id: is an empty list; expected a list of text"),
        ("ignore: [{id: [a, [b]], reason: r}]", "3:19: ignore[0].id[1]: got a list; expected text"),
        ("ignore: [{id: [a, null], reason: r}]", "3:19: ignore[0].id[1]: has no value; expected text"),
        (
            f"ignore: [{{id: [{'a,' * 10_001}], reason: r}}]",
            "3:15: ignore[0].id: has 10001 entries; expected at most 10000",
        ),
        (
            "ignore: [{id: a, reason: r, since: 2026-02-30}]",
            f"3:36: ignore[0].since: got '2026-02-30'; expected {DATE} (day is out of range for month)",
        ),
        (
            "ignore: [{id: a, reason: r, since: soon}]",
            "3:36: ignore[0].since: got 'soon'; expected a date such as 2026-12-31",
        ),
        (
            "ignore: [{id: a, reason: r, until: 2026-13-01}]",
            "3:36: ignore[0].until: got '2026-13-01'; expected a date such as 2026-12-31 (month must be in 1..12)",
        ),
        (
            "ignore: [{id: a, reason: r, until: {day: 2026-12-01}}]",
            "3:36: ignore[0].until: got a mapping; expected a date such as 2026-12-31, `fixed`, or a list of the two",
        ),
        (
            "ignore: [{id: a, reason: r, until: [2026-12-01, [fixed]]}]",
            "3:36: ignore[0].until: got a list; expected a date such as 2026-12-31, `fixed`, or a list of the two",
        ),
        ("scan: {wait: 10}", "3:14: scan.wait: got '10'; expected a duration such as 90s, 15m, 24h or 7d"),
        ("scan: {wait: 12:30}", "3:14: scan.wait: got '12:30'; expected a duration such as 90s, 15m, 24h or 7d"),
        (
            f"scan: {{wait: {'9' * 300}m}}",
            f"3:14: scan.wait: got '{'9' * 59}…'; expected a duration such as 90s, 15m, 24h or 7d",
        ),
        (
            "scan: {unsupported: pass}",
            (
                "3:21: scan.unsupported: got 'pass'; expected `fail` or a mapping with "
                "accept/repository/reason/owner/ticket/since/until"
            ),
        ),
        (
            "scan: {unsupported: {accept: false, repository: a, reason: r}}",
            "3:30: scan.unsupported.accept: got 'false'; expected `true`",
        ),
        (
            'scan: {unsupported: {accept: "true", repository: a, reason: r}}',
            "3:30: scan.unsupported.accept: got 'true' in quotes, which make it text; expected `true`",
        ),
        (
            "scan: {unsupported: {accept: true, reason: r}}",
            f"3:21: scan.unsupported.repository: is missing; expected {PATTERNS}",
        ),
        ("relaxations: {max_days: 0}", "3:25: relaxations.max_days: got '0'; expected a whole number from 1 to 36600"),
        ("required_version: 1.2", "3:19: required_version: got '1.2'; expected a version range such as >=1.2"),
        # unknown keys
        ("max: {critcal: 0}", "3:7: max.critcal: unknown key; did you mean 'critical'?"),
        ("Mode: warn", "3:1: Mode: unknown key; did you mean 'mode'?"),
        ("count-by: finding", "3:1: count-by: unknown key; did you mean 'count_by'?"),
        ("critical: 0", "3:1: critical: unknown key here; it belongs under `max`"),
        ("until: fixed", "3:1: until: unknown key here; it belongs under `ignore`"),
        ("max: {mode: warn}", "3:7: max.mode: unknown key here; it belongs at the top"),
        ("max: {1: 0}", "3:7: max.1: unknown key; known here are critical, high, medium, low, informational, unknown"),
        (
            "max: {a b: 0}",
            "3:7: max.'a b': unknown key; known here are critical, high, medium, low, informational, unknown",
        ),
        (
            "max: {'': 0}",
            "3:7: max.'': unknown key; known here are critical, high, medium, low, informational, unknown",
        ),
        ("max: {high: 0, high: 9}", "3:16: max.high: given twice (first on line 3); keep one"),
        ("cvss_floor: 1", "3:1: cvss_floor: given twice (first on line 2); keep one"),
    ],
)
def test_one_wrong_value_is_one_line(line: str, fault: str) -> None:
    assert faults(f"version: 1\ncvss_floor: 9\n{line}\n") == (fault,)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("cvss_floor: 0", "2:13: cvss_floor: got '0'; expected a number above 0, at most 10"),
        ("cvss_floor: 10.5", "2:13: cvss_floor: got '10.5'; expected a number above 0, at most 10"),
        ("cvss_floor: 9.", "2:13: cvss_floor: got '9.'; expected a number above 0, at most 10"),
        ("cvss_floor: .9", "2:13: cvss_floor: got '.9'; expected a number above 0, at most 10"),
        ("cvss_floor: 1e1", "2:13: cvss_floor: got '1e1'; expected a number above 0, at most 10"),
        ("cvss_floor: nan", "2:13: cvss_floor: got 'nan'; expected a number above 0, at most 10"),
        ("cvss_floor: .inf", "2:13: cvss_floor: got '.inf'; expected a number above 0, at most 10"),
        ("cvss_floor: '>= 7.0'", "2:13: cvss_floor: got '>= 7.0'; expected a number above 0, at most 10 (write 7.0)"),
        ("cvss_floor: 7.0+", "2:13: cvss_floor: got '7.0+'; expected a number above 0, at most 10 (write 7.0)"),
    ],
)
def test_a_score_is_a_plain_decimal_number(line: str, fault: str) -> None:
    assert faults(f"version: 1\n{line}\n") == (fault,)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("", "1:1: version: is missing; expected `1`"),
        ("version: '1'", "2:10: version: got '1' in quotes, which make it text; expected `1`"),
        ("version: 1.0", "2:10: version: got '1.0'; expected `1`"),
        ("version: 0", "2:10: version: got '0'; expected `1`"),
        ("version: one", "2:10: version: got 'one'; expected `1`"),
        ("version:", "2:9: version: has no value; expected `1`"),
    ],
)
def test_the_version_is_exactly_one(line: str, fault: str) -> None:
    assert faults(f"cvss_floor: 9\n{line}\n") == (fault,)


def test_every_fault_is_told_at_once_and_in_the_order_of_the_file() -> None:
    text = """\
version: 1
max: {critcal: 0, high: "5"}
ignore:
  - id: CVE-1
    until: 2026-13-01
  - owner: me
    reason: r
max: {medium: many}
"""
    assert [fault.split(": ")[1] for fault in faults(text)] == [
        "max.critcal",
        "max.high",
        "ignore[0]",
        "ignore[0].until",
        "ignore[1]",
        "max",
        "max.medium",
    ]


def test_scalars_are_text_until_the_policy_says_otherwise() -> None:
    read = policy("name: 2.10\nignore: [{id: 2026-01-01, package: on, reason: yes, owner: 017, ticket: 12:30}]")
    assert read.name == "2.10"
    (entry,) = read.ignore
    assert (entry.id, entry.package, entry.reason, entry.owner, entry.ticket) == (
        "2026-01-01",
        "on",
        "yes",
        "017",
        "12:30",
    )


def test_words_may_stand_in_quotes() -> None:
    read = policy("mode: 'warn'\nmax: {high: \"unlimited\"}\nignore: [{id: x, reason: 'null', until: '2026-12-31'}]")
    assert (read.mode, read.max.high, read.ignore[0].reason) == ("warn", "unlimited", "null")


def test_numbers_are_read_exactly() -> None:
    read = policy("max: {low: 1000000, medium: {fixable: 0, unknown: 3}}\ncvss: {missing: 9}")
    assert (read.max.low, read.cvss.missing) == (1_000_000, 9.0)
    assert policy("max: {low: unlimited}").max.low == "unlimited"


def test_hostile_keys_and_values_stay_on_one_harmless_line() -> None:
    hostile = '"\\e[31m::error::x\\n##[group]\\u202e"'
    for line in faults(f"version: 1\ncvss_floor: {hostile}\n{hostile}: 1\nname: [{hostile}]"):
        assert re.fullmatch(r"[ -~…\ufffd]+", line)
        assert "##[" not in line


def test_a_policy_with_very_many_faults_costs_little_and_says_how_many() -> None:
    found = faults("version: 1\ncvss_floor: 9\n" + "".join(f"k{index}: 1\n" for index in range(2_000)))
    assert len(found) == 51
    assert found[-1] == " and 1950 more"


def test_a_missing_version_does_not_hide_the_other_parts() -> None:
    collected = Faults()
    walked = walk(Mapping(((Scalar("mode", 1, 1), Scalar("warn", 1, 7)),), 1, 1), collected)
    assert walked.policy.mode == "warn"
    assert collected.count == 1
