"""Policies that are well written and still wrong."""

import pytest

from gate.errors import PolicyError
from gate.policy.checks import matches_all
from gate.policy.loader import loads


def faults(text: str) -> tuple[str, ...]:
    """Return the faults of a policy of version 1; none if it is good."""
    try:
        loads(f"version: 1\n{text}\n".encode(), file="p.yaml")
    except PolicyError as err:
        return tuple(fault.removeprefix("p.yaml:") for fault in err.faults)
    return ()


def entry_faults(entry: str, relaxations: str = "{require: []}") -> tuple[str, ...]:
    """Return the faults of one ignore entry that stands on line 4."""
    return faults(f"cvss_floor: 9\nrelaxations: {relaxations}\nignore: [{{{entry}}}]")


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
        ("max: {critical: unlimited, unknown: unlimited}", f"2:6: max: {UNLIMITED}"),
        ("max: {high: {fixable: unlimited}}", f"2:6: max: {UNLIMITED}"),
        ("max: {high: {fixable: unlimited, unfixable: unlimited, unknown: unlimited}}", f"2:6: max: {UNLIMITED}"),
    ],
)
def test_a_policy_that_limits_nothing_is_refused(text: str, fault: str) -> None:
    assert faults(text) == (fault,)


@pytest.mark.parametrize(
    "text",
    [
        "cvss_floor: 9",
        "max: {low: 1000000}",
        "max: {unknown: 0}",
        "max: {high: {fixable: unlimited, unfixable: 0}}",
        "max: {critical: unlimited, unknown: 0}",
        "max: {critical: unlimited}\ncvss_floor: 9",
    ],
)
def test_one_limit_is_enough(text: str) -> None:
    assert faults(text) == ()


@pytest.mark.parametrize(
    "text", ["maxx: {critical: 0}", "critical: 0", "max: {critcal: 0}", "max: 5", "cvss_floor: high"]
)
def test_a_misspelt_limit_is_one_fault_and_not_two(text: str) -> None:
    assert len(faults(text)) == 1


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("reason: x", "4:10: ignore[0]: names nothing; expected `id`, `package`, or both"),
        ("id: '*'", "4:15: ignore[0].id: matches every finding; expected an entry that says what it accepts"),
        (
            "package: '**'",
            "4:20: ignore[0].package: matches every finding; expected an entry that says what it accepts",
        ),
        ("id: [CVE-1, '?*']", "4:15: ignore[0].id: matches every finding; expected an entry that says what it accepts"),
        (
            "id: '*-*', package: '*'",
            "4:15: ignore[0].id: matches every finding; expected an entry that says what it accepts",
        ),
        (
            "id: 'CVE-1, CVE-2'",
            "4:15: ignore[0].id: 'CVE-1, CVE-2' is the id of nothing; expected one id, or a list such as [one, two]",
        ),
        (
            "id: [CVE-1 CVE-2]",
            "4:16: ignore[0].id[0]: 'CVE-1 CVE-2' is the id of nothing; expected one id, or a list such as [one, two]",
        ),
        (
            "id: [CVE-1, ' CVE-2']",
            "4:23: ignore[0].id[1]: 'CVE-2' begins or ends with a blank, so it matches nothing; remove it",
        ),
        (
            "package: 'zlib '",
            "4:20: ignore[0].package: 'zlib' begins or ends with a blank, so it matches nothing; remove it",
        ),
        (
            "id: CVE-1, since: 2026-02-01, until: 2026-01-31",
            "4:48: ignore[0].until: ends on 2026-01-31, before it begins on 2026-02-01; expected a later day",
        ),
    ],
)
def test_an_entry_that_says_something_else_than_it_seems_is_refused(entry: str, fault: str) -> None:
    assert entry_faults(entry) == (fault,)


@pytest.mark.parametrize(
    "entry",
    [
        "id: CVE-2026-*",
        "package: linux-*",
        "id: '*', package: zlib",
        "id: CVE-1, package: '*'",
        "id: CVE-1, until: 2000-01-01",
        "id: CVE-1, since: 2026-01-01, until: 2026-01-01",
        "id: CVE-1, since: 2026-01-01, until: fixed",
        "package: 'two words'",
    ],
)
def test_an_entry_that_names_something_is_taken_even_when_it_has_expired(entry: str) -> None:
    assert entry_faults(entry) == ()


@pytest.mark.parametrize("pattern", ["*", "**", "?*", "*-*", "[a-z]*", "[!x]*", "*.*", "-"])
def test_a_pattern_without_a_letter_or_digit_names_nothing(pattern: str) -> None:
    assert matches_all(pattern)


@pytest.mark.parametrize("pattern", ["a*", "*1", "[ab]c", "é"])
def test_a_pattern_with_a_letter_or_digit_names_something(pattern: str) -> None:
    assert not matches_all(pattern)


@pytest.mark.parametrize(
    ("relaxations", "entry", "expected"),
    [
        ("{}", "id: x", ("lacks `reason`, which `relaxations.require` asks of every relaxation",)),
        (
            "{require: [reason, owner, ticket]}",
            "id: x, owner: me",
            ("lacks `reason` and `ticket`, which `relaxations.require` asks of every relaxation",),
        ),
        (
            "{require: [reason, owner, since]}",
            "id: x",
            ("lacks `reason`, `owner` and `since`, which `relaxations.require` asks of every relaxation",),
        ),
        ("{require: [], max_days: 30}", "id: x", ("lacks `since` and `until`, which `relaxations.max_days` needs",)),
        (
            "{require: [until], max_days: 30}",
            "id: x",
            (
                "lacks `since`, which `relaxations.max_days` needs",
                "lacks `until`, which `relaxations.require` asks of every relaxation",
            ),
        ),
        (
            "{require: [], max_days: 30}",
            "id: x, until: 2026-01-31",
            ("lacks `since`, which `relaxations.max_days` needs",),
        ),
        ("{require: [], max_days: 30}", "id: x, since: 2026-01-01, until: 2026-01-31", ()),
        ("{require: [], max_days: 30}", "id: x, since: 2026-01-01, until: [2026-01-31, fixed]", ()),
    ],
)
def test_a_relaxation_must_have_what_the_policy_asks_for(
    relaxations: str, entry: str, expected: tuple[str, ...]
) -> None:
    assert entry_faults(entry, relaxations) == tuple(f"4:10: ignore[0]: {text}" for text in expected)


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (
            "id: x, since: 2026-01-01, until: 2026-02-01",
            "is 31 days after `since`; expected at most 30 (`relaxations.max_days`)",
        ),
        (
            "id: x, since: 2026-01-01, until: fixed",
            "has no last day; expected one, since `relaxations.max_days` is 30",
        ),
    ],
)
def test_a_relaxation_may_not_run_longer_than_the_policy_allows(entry: str, fault: str) -> None:
    assert entry_faults(entry, "{require: [], max_days: 30}") == (f"4:44: ignore[0].until: {fault}",)


def test_a_key_with_a_wrong_value_is_not_also_told_to_be_missing() -> None:
    found = entry_faults("id: x, since: 2026-99-01, until: soon", "{require: [since, until], max_days: 30}")
    assert [fault.split(": ")[1] for fault in found] == ["ignore[0].since", "ignore[0].until"]


def test_relaxations_with_a_fault_in_them_ask_for_nothing_more() -> None:
    assert entry_faults("id: x", "{require: [reason, onwer]}") == (
        "3:33: relaxations.require[1]: got 'onwer'; expected `owner`, `reason`, `since`, `ticket` or `until`",
    )


@pytest.mark.parametrize(
    ("accept", "fault"),
    [
        ("repository: tools/*", "lacks `reason`, which `relaxations.require` asks of every relaxation"),
        (
            "repository: tools/*, reason: r, since: 2026-02-01, until: 2026-01-01",
            "ends on 2026-01-01, before it begins",
        ),
        ("repository: 'tools/* ', reason: r", "'tools/*' begins or ends with a blank"),
        ("repository: tools/*, reason: r, until: fixed", "`fixed` means nothing where nothing was scanned"),
        (
            "repository: tools/*, reason: r, until: [2026-01-01, fixed]",
            "`fixed` means nothing where nothing was scanned",
        ),
    ],
)
def test_accepting_unsupported_images_is_a_relaxation_too(accept: str, fault: str) -> None:
    (found,) = faults(f"cvss_floor: 9\nscan: {{unsupported: {{accept: true, {accept}}}}}")
    assert ": scan.unsupported" in found
    assert fault in found


def test_unsupported_images_may_be_accepted_with_a_reason() -> None:
    accept = "{accept: true, repository: [tools/*, base], reason: Built from scratch., until: 2026-12-31}"
    assert faults(f"cvss_floor: 9\nscan: {{unsupported: {accept}}}") == ()


@pytest.mark.parametrize(
    ("scan", "fault"),
    [
        ("settle: 59s", "scan.settle: got 59s; expected at least 1m, since findings arrive late"),
        ("wait: 25h", "scan.wait: got 1d1h; expected at most 24h"),
        ("max_age: 0s", "scan.max_age: got 0s, which no scan is younger than; expected a duration such as 24h"),
        (
            "max_data_age: 0m",
            "scan.max_data_age: got 0s, which no scan is younger than; expected a duration such as 24h",
        ),
    ],
)
def test_times_that_cannot_be_meant_are_refused(scan: str, fault: str) -> None:
    (found,) = faults(f"cvss_floor: 9\nscan: {{{scan}}}")
    assert found.split(": ", 1)[1] == fault


def test_times_at_the_edge_are_taken() -> None:
    assert faults("cvss_floor: 9\nscan: {settle: 60s, wait: 24h, max_age: 1s}") == ()
    assert faults("cvss_floor: 9\nscan: {wait: 0s}") == ()


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
    assert faults(f"cvss_floor: 9\n{text}") == (fault,)
