"""Conditions, rules, selectors and tests of a policy that are well written and still wrong."""

import pytest

from tests.policy.written import faults_of, refused

FLOOR = "cvss_floor: 9"
BLANK = "asks for nothing, so it would hold for every finding; expected a condition such as `kev: true`"


def rule(when: str) -> str:
    return f"{FLOOR}\nrules: [{{name: r, when: {when}}}]"


def said(text: str) -> str:
    """Return the one thing that is wrong, without its line and column."""
    return refused(text).split(": ", 1)[1]


@pytest.mark.parametrize(
    "text",
    [
        "rules: [{{name: r, when: {}}}]",
        "overrides: [{{for: {{env: a}}, rules: [{{name: r, when: {}}}]}}]",
        "ignore: [{{id: a, reason: r, unless: {}}}]",
        "relaxations: {{never: {}}}",
        "severity: {{adjust: [{{when: {}, to: low, reason: r}}]}}",
    ],
)
def test_conditions_ask_for_something_wherever_they_stand(text: str) -> None:
    for when, path in (
        ("{}", ""),
        ("{not: {}}", ".not"),
        ("{any: [{kev: true}, {}]}", ".any[1]"),
        ("{all: [{}]}", ".all[0]"),
    ):
        found = said(f"{FLOOR}\n{text.format(when)}")
        assert found.endswith(f"{path}: {BLANK}")
    assert faults_of(f"{FLOOR}\n{text.format('{not: {kev: true}}')}") == ()


@pytest.mark.parametrize(
    ("when", "fault"),
    [
        ("{id: ' CVE-1'}", "rules[0].when.id: 'CVE-1' begins or ends with a blank, so it matches nothing; remove it"),
        ("{package: [a, 'b ']}", "rules[0].when.package[1]: 'b' begins or ends with a blank, so it matches nothing; "),
        ("{version: ' 1'}", "rules[0].when.version: '1' begins or ends with a blank"),
        ("{package_type: ' os'}", "rules[0].when.package_type: 'os' begins or ends with a blank"),
        ("{path: ' /a'}", "rules[0].when.path: '/a' begins or ends with a blank"),
        ("{any: [{not: {path: ' /a'}}]}", "rules[0].when.any[0].not.path: '/a' begins or ends with a blank"),
        ("{id: 'CVE-1, CVE-2'}", "rules[0].when.id: 'CVE-1, CVE-2' is the id of nothing; expected one id, or a list"),
        ("{vector: {}}", "rules[0].when.vector: names no metric; expected one such as `AV: N`"),
        ("{vector: {AV: X}}", "rules[0].when.vector.AV: got 'X'; expected N, A, L, P"),
        ("{vector: {AC: N}}", "rules[0].when.vector.AC: got 'N'; expected L, M, H"),
        ("{vector: {AV: N, S: N}}", "rules[0].when.vector.S: got 'N'; expected U, C"),
        ("{vector: {PR: [N, X, L]}}", "rules[0].when.vector.PR: got 'X'; expected N, L, H"),
        ("{vector: {av: N}}", "rules[0].when.vector.av: unknown key; "),
        ("{kve: true}", "rules[0].when.kve: unknown key; did you mean 'kev'?"),
        ("{any: []}", "rules[0].when.any: is an empty list; expected a list of mappings with any/all/not/"),
    ],
)
def test_conditions_that_can_never_hold_as_meant_are_refused(when: str, fault: str) -> None:
    assert said(rule(when)).startswith(fault)


@pytest.mark.parametrize(
    "when",
    ["{vector: {AV: [N, A], C: H, VC: H, Au: N}}", "{package: '*-backdoor'}", "{id: CVE-*}", "{severity: unknown}"],
)
def test_conditions_that_ask_for_something_are_taken(when: str) -> None:
    assert faults_of(rule(when)) == ()


@pytest.mark.parametrize("name", ["a", "known-exploited", "0.9_x", "a" * 60, "maximum", "max-age", "ignore"])
def test_a_rule_has_a_short_name_in_small_letters(name: str) -> None:
    assert faults_of(f"rules: [{{name: '{name}', when: {{kev: true}}}}]") == ()


@pytest.mark.parametrize("name", ["Known", "a b", "-a", "a-", "a/b", "é", "a" * 61, "a\\n", "."])
def test_a_name_that_reports_could_not_carry_is_refused(name: str) -> None:
    found = said(f'rules: [{{name: "{name}", when: {{kev: true}}}}]')

    assert found.startswith("rules[0].name: got '")
    assert found.endswith("expected at most 60 small letters, digits, `-`, `_`, `.`, such as known-exploited")


@pytest.mark.parametrize(
    "name",
    ["max", "max.high", "cvss_floor", "relaxations.never", "relaxations.unused", "scan-complete", "verdict", "ignored"],
)
def test_no_rule_is_called_as_the_gate_calls_its_own(name: str) -> None:
    assert said(f"rules: [{{name: {name}, when: {{kev: true}}}}]") == (
        f"rules[0].name: '{name}' is a name that the gate gives itself; expected another"
    )


def test_no_two_rules_of_one_list_share_a_name() -> None:
    rules = "rules: [{name: a, when: {kev: true}}, {name: b, when: {kev: true}}, {name: a, when: {fix: none}}]"
    fault = "rules[2]: a rule called 'a' stands above (number 1); give each its own name"

    assert said(rules) == fault
    assert said(f"{FLOOR}\noverrides: [{{for: {{env: x}}, {rules}}}]") == f"overrides[0].{fault}"
    one = "rules: [{name: a, when: {kev: true}}]"
    assert faults_of(f"{one}\noverrides: [{{for: {{env: x}}, reason: r, {one}}}, {{for: {{env: y}}, {one}}}]") == ()


def test_a_twin_is_told_at_the_list_where_another_rule_could_not_be_read() -> None:
    found = faults_of("rules: [5, {name: a, when: {kev: true}}, {name: a, when: {kev: true}}]")

    assert [fault.split(": ")[1] for fault in found] == ["rules", "rules[0]"]


def test_what_a_rule_spares_is_named_once() -> None:
    assert said("rules: [{name: a, when: {kev: true}, spare: [grace, grace]}]") == (
        "rules[0].spare[1]: 'grace' stands here twice; keep one"
    )


@pytest.mark.parametrize(
    ("selectors", "fault"),
    [
        ("{}", "overrides[0].for: selects nothing in particular; expected a selector such as `env: prod`"),
        (
            "{env: ' prod'}",
            "overrides[0].for.env: 'prod' begins or ends with a blank, so it matches nothing; remove it",
        ),
        ("{digest: [a, 'b ']}", "overrides[0].for.digest[1]: 'b' begins or ends with a blank"),
        ("{evn: prod}", "overrides[0].for.evn: unknown key; did you mean 'env'?"),
        ("{env: []}", "overrides[0].for.env: is an empty list; expected a list of text"),
    ],
)
def test_selectors_select_something(selectors: str, fault: str) -> None:
    assert said(f"{FLOOR}\noverrides: [{{for: {selectors}, max: {{high: 0}}}}]").startswith(fault)


@pytest.mark.parametrize(
    ("tests", "fault"),
    [
        (
            "[{name: a, expect: pass}, {name: a, expect: fail}]",
            "tests[1]: a test called 'a' stands above; give each its own name",
        ),
        *(
            (
                f"[{{name: a, expect: fail, findings: [{{id: x, kev: {kev}, kev_due: passed}}]}}]",
                "tests[0].findings[0].kev_due: means something only where `kev` is true; leave one of the two out",
            )
            for kev in ("false", "unknown")
        ),
        (
            "[{name: a, expect: fail, findings: [{id: x, cvss: unknown, vector: AV:N}]}]",
            "tests[0].findings[0].vector: is of no score; name a number as `cvss`, or leave it out",
        ),
        *(
            (
                f"[{{name: a, expect: fail, findings: [{{id: x, without_package: true, {key}: y}}]}}]",
                f"tests[0].findings[0].{key}: is of no package; leave out `without_package`",
            )
            for key in ("package", "version", "package_type", "path", "fixed_in")
        ),
    ],
)
def test_a_test_of_the_policy_says_what_fits_together(tests: str, fault: str) -> None:
    assert said(f"{FLOOR}\ntests: {tests}") == fault


@pytest.mark.parametrize(
    "finding",
    [
        "{id: x, kev_due: passed}",
        "{id: x, kev: true, kev_due: 7d}",
        "{id: x, package: p, version: v, path: /a}",
        "{id: x, cvss: 7, vector: AV:N}",
    ],
)
def test_a_made_up_finding_may_say_little_or_much(finding: str) -> None:
    assert faults_of(f"{FLOOR}\ntests: [{{name: a, expect: fail, findings: [{finding}]}}]") == ()
