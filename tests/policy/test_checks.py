"""Policies that are well written and still wrong: that limit nothing, lock nothing, change nothing, wait for ever."""

import pytest

from gate.policy.checks import check
from gate.policy.document import Relaxations
from gate.policy.nodes import Faults
from gate.policy.walker import walk
from gate.policy.yaml_tree import mapping_of
from tests.policy.written import faults_of, refused

ABSENT = "limits nothing; expected a number under `max`, or a `cvss_floor`"
UNLIMITED = (
    "limits nothing, since all that it names is unlimited; expected a number, or a `cvss_floor` "
    "(`mode: warn` reports without failing)"
)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", f"1:1: {ABSENT}"),
        ("mode: warn", f"1:1: {ABSENT}"),
        ("max: {}", f"2:6: max: {ABSENT}"),
        ("rules: []", f"1:1: {ABSENT}"),
        ("max: {}\nrules: []", f"2:6: max: {ABSENT}"),
        ("grace: {high: 7d}", f"1:1: {ABSENT}"),
        ("max: {critical: unlimited, unknown: unlimited}", f"2:6: max: {UNLIMITED}"),
        ("max: {high: {fixable: unlimited}}", f"2:6: max: {UNLIMITED}"),
        ("max: {high: {fixable: unlimited, unfixable: unlimited, unknown: unlimited}}", f"2:6: max: {UNLIMITED}"),
    ],
)
def test_a_policy_that_limits_nothing_is_refused(text: str, fault: str) -> None:
    assert faults_of(text) == (fault,)


@pytest.mark.parametrize(
    "text",
    [
        "cvss_floor: 9",
        "max: {low: 1000000}",
        "max: {unknown: 0}",
        "max: {high: {fixable: unlimited, unfixable: 0}}",
        "max: {critical: unlimited, unknown: 0}",
        "max: {critical: unlimited}\ncvss_floor: 9",
        "rules: [{name: r, when: {kev: true}}]",
        "max: {critical: unlimited}\nrules: [{name: r, when: {kev: true}}]",
    ],
)
def test_one_limit_is_enough(text: str) -> None:
    assert faults_of(text) == ()


@pytest.mark.parametrize(
    "text",
    ["maxx: {critical: 0}", "critical: 0", "max: {critcal: 0}", "max: 5", "cvss_floor: high", "rules: 5", "rulez: []"],
)
def test_a_misspelt_limit_is_one_fault_and_not_two(text: str) -> None:
    assert len(faults_of(text)) == 1


@pytest.mark.parametrize(
    ("lock", "fault"),
    [
        ("[max.critcal]", "3:8: lock[0]: 'max.critcal' is no key of a policy; did you mean 'max.critical'?"),
        (
            "[mode, nonsense]",
            "3:14: lock[1]: 'nonsense' is no key of a policy; expected a key of the policy such as max.critical",
        ),
        ("[grace.high]", "3:8: lock[0]: 'grace.high' is no key of a policy; did you mean 'max.high'?"),
        ("[mode, mode]", "3:14: lock[1]: 'mode' stands here twice; keep one"),
        ("[max.]", "3:8: lock[0]: 'max.' is no key of a policy; did you mean 'max.low'?"),
        *(
            (f"[{key}]", f"3:8: lock[0]: '{key}' is what every file says for itself; it cannot be locked")
            for key in ("version", "required_version", "name", "extends", "tests")
        ),
    ],
)
def test_only_a_key_of_the_policy_can_be_locked(lock: str, fault: str) -> None:
    assert refused(f"cvss_floor: 9\nlock: {lock}") == fault


def test_keys_and_whole_sections_can_be_locked() -> None:
    assert faults_of("cvss_floor: 9\nlock: [max.critical, relaxations, scan, max, rules, lock, overrides]") == ()


@pytest.mark.parametrize(
    "change", ["", "max: {}", "scan: {}", "reason: r, owner: o, until: 2026-12-31", "max: {}, scan: {}"]
)
def test_an_override_that_changes_nothing_is_refused(change: str) -> None:
    assert refused(f"cvss_floor: 9\noverrides: [{{for: {{env: prod}}, {change}}}]") == (
        "3:13: overrides[0]: changes nothing; expected a key such as `max` or `mode`"
    )


def test_an_override_with_a_misspelt_key_is_one_fault() -> None:
    assert refused("cvss_floor: 9\noverrides: [{for: {env: prod}, mood: warn}]").endswith("did you mean 'mode'?")


@pytest.mark.parametrize(
    ("image", "fault"),
    [("' prod'", "3:19: baseline.image: 'prod' begins or ends with a blank; remove it"), ("prod", None)],
)
def test_the_name_of_a_baseline_has_no_blanks_round_it(image: str, fault: str | None) -> None:
    assert faults_of(f"cvss_floor: 9\nbaseline: {{image: {image}}}") == ((fault,) if fault else ())
    assert faults_of("cvss_floor: 9\nbaseline: {judge: new}") == ()


@pytest.mark.parametrize(
    ("scan", "fault"),
    [
        ("settle: 59s", "scan.settle: got 59s; expected at least 1m, since findings arrive late"),
        ("wait: 25h", "scan.wait: got 1d1h; expected at most 24h"),
        ("wait: 86401s", "scan.wait: got 1d1s; expected at most 24h"),
        ("max_age: 0s", "scan.max_age: got 0s, which no scan is younger than; expected a duration such as 24h"),
        (
            "max_data_age: 0m",
            "scan.max_data_age: got 0s, which no scan is younger than; expected a duration such as 24h",
        ),
    ],
)
def test_times_that_cannot_be_meant_are_refused(scan: str, fault: str) -> None:
    (found,) = faults_of(f"cvss_floor: 9\nscan: {{{scan}}}")
    assert found.split(": ", 1)[1] == fault


def test_times_at_the_edge_are_taken() -> None:
    assert faults_of("cvss_floor: 9\nscan: {settle: 60s, wait: 24h, max_age: 1s}") == ()
    assert faults_of("cvss_floor: 9\nscan: {wait: 0s}") == ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("cvss: {from: [nvd, vendor, nvd]}", "3:28: cvss.from[2]: 'nvd' stands here twice; keep one"),
        ("relaxations: {require: [owner, owner]}", "3:32: relaxations.require[1]: 'owner' stands here twice; keep one"),
        (
            "scan: {platforms: [linux/arm64, linux/arm64]}",
            "3:33: scan.platforms[1]: 'linux/arm64' stands here twice; keep one",
        ),
        (
            "scan: {platforms: []}",
            "3:19: scan.platforms: is an empty list; expected a list of a platform such as linux/amd64 or linux/arm/v7",
        ),
        (
            "scan: {platforms: [linux/arm64, arm64]}",
            "3:33: scan.platforms[1]: got 'arm64'; expected a platform such as linux/amd64 or linux/arm/v7",
        ),
    ],
)
def test_a_word_given_twice_is_refused(text: str, fault: str) -> None:
    assert faults_of(f"cvss_floor: 9\n{text}") == (fault,)


def test_what_another_policy_asks_of_relaxations_is_asked_instead_of_its_own() -> None:
    text = b"version: 1\ncvss_floor: 9\nignore: [{id: x, reason: r}]\n"
    told = []
    for demands in (None, Relaxations(require=("owner",)), Relaxations(require=())):
        faults = Faults()
        tree = mapping_of(text, faults)
        assert tree is not None
        check(walk(tree, faults).parts, faults, demands)
        told.append([fault.split(": ")[2] for fault in faults.lines("p")])

    assert told == [[], ["lacks `owner`, which `relaxations.require` asks of every relaxation"], []]


def test_how_long_a_relaxation_may_last_is_asked_too() -> None:
    relaxations = "relaxations: {require: [], max_days: 30}"

    assert refused(f"cvss_floor: 9\n{relaxations}\nignore: [{{id: x}}]") == (
        "4:10: ignore[0]: lacks `since` and `until`, which `relaxations.max_days` needs"
    )


def test_relaxations_that_could_not_be_read_ask_for_nothing() -> None:
    assert refused("cvss_floor: 9\nrelaxations: {require: [onwer]}\nignore: [{id: x}]").startswith("3:25: relaxations")


def test_a_repository_whose_images_are_accepted_has_no_blanks_round_its_name() -> None:
    accept = "{accept: true, repository: 'tools/* ', reason: r}"

    assert refused(f"cvss_floor: 9\nscan: {{unsupported: {accept}}}").endswith(
        "'tools/*' begins or ends with a blank, so it matches nothing; remove it"
    )
