"""Relaxations without what they must have: words, dates in order, a scope that says what is accepted."""

import pytest

from gate.policy.relaxation_checks import matches_all
from tests.policy.written import faults_of, refused


def entry_faults(entry: str, relaxations: str = "{require: []}") -> tuple[str, ...]:
    """Return the faults of one ignore entry that stands on line 4."""
    return faults_of(f"cvss_floor: 9\nrelaxations: {relaxations}\nignore: [{{{entry}}}]")


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
        ("repository: tools/*, reason: r, until: fixed", "`fixed` means something in `ignore` entries only"),
        (
            "repository: tools/*, reason: r, until: [2026-01-01, fixed]",
            "`fixed` means something in `ignore` entries only",
        ),
    ],
)
def test_accepting_unsupported_images_is_a_relaxation_too(accept: str, fault: str) -> None:
    found = refused(f"cvss_floor: 9\nscan: {{unsupported: {{accept: true, {accept}}}}}")
    assert ": scan.unsupported" in found
    assert fault in found


def test_unsupported_images_may_be_accepted_with_a_reason() -> None:
    accept = "{accept: true, repository: [tools/*, base], reason: Built from scratch., until: 2026-12-31}"
    assert faults_of(f"cvss_floor: 9\nscan: {{unsupported: {accept}}}") == ()


KINDS = {
    "ignore[0]": "ignore: [{{id: a{}}}]",
    "scan.unsupported": "scan: {{unsupported: {{accept: true, repository: a{}}}}}",
    "severity.adjust[0]": "severity: {{adjust: [{{when: {{id: a}}, to: low{}}}]}}",
    "vex": "vex: {{files: [a.json]{}}}",
    "overrides[0]": "overrides: [{{for: {{env: a}}, mode: warn{}}}]",
    "overrides[0].scan.unsupported": (
        "overrides: [{{for: {{env: a}}, reason: r, owner: o, since: 2026-01-01, until: 2026-01-02, "
        "scan: {{unsupported: {{accept: true, repository: a{}}}}}}}]"
    ),
    "grace": "grace: {{high: 7d{}}}",
    "baseline": "baseline: {{image: a{}}}",
}
"""Each kind of relaxation, with room for words that all of them may have."""
POSTPONING = {"grace", "baseline"}


def told(kind: str, words: str, relaxations: str) -> list[str]:
    """Return what is wrong with a relaxation of a kind that says these words; that no file is there does not count."""
    text = f"cvss_floor: 9\nrelaxations: {relaxations}\n{KINDS[kind].format(words)}"
    faults = [fault.split(": ", 1)[1] for fault in faults_of(text) if " names no file" not in fault]
    assert all(fault.startswith(kind) for fault in faults)
    return [fault.removeprefix(kind).removeprefix(".until").removeprefix(": ") for fault in faults]


@pytest.mark.parametrize("kind", KINDS)
def test_every_relaxation_but_what_only_postpones_must_say_what_is_asked_of_it(kind: str) -> None:
    asked = "{require: [reason, owner]}"

    lacks = told(kind, ", owner: o", asked)

    assert lacks == (
        [] if kind in POSTPONING else ["lacks `reason`, which `relaxations.require` asks of every relaxation"]
    )
    assert told(kind, ", owner: o, reason: r", asked) == []
    assert told(kind, "", "{require: []}") == []
    assert bool(told(kind, "", "{}")) is (kind not in POSTPONING)


@pytest.mark.parametrize("kind", KINDS)
def test_every_relaxation_but_what_only_postpones_lasts_no_longer_than_it_may(kind: str) -> None:
    asked = "{require: [], max_days: 30}"

    absent, long, good = (
        told(kind, words, asked)
        for words in ("", ", since: 2026-01-01, until: 2026-02-01", ", since: 2026-01-01, until: 2026-01-31")
    )

    if kind in POSTPONING:
        assert (absent, long, good) == ([], [], [])
    else:
        assert absent == ["lacks `since` and `until`, which `relaxations.max_days` needs"]
        assert long == ["is 31 days after `since`; expected at most 30 (`relaxations.max_days`)"]
        assert good == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_relaxation_ends_after_it_begins_and_only_entries_end_with_a_fix(kind: str) -> None:
    backwards = told(kind, ", reason: r, since: 2026-02-01, until: 2026-01-31", "{}")
    fixed = told(kind, ", reason: r, until: fixed", "{}")

    assert backwards == ["ends on 2026-01-31, before it begins on 2026-02-01; expected a later day"]
    assert fixed == (
        [] if kind == "ignore[0]" else ["`fixed` means something in `ignore` entries only; expected a date"]
    )


@pytest.mark.parametrize(
    ("grace", "fault"),
    [
        ("{}", ": gives no time; expected a severity with a duration, such as `high: 7d`"),
        ("{from: published}", ": gives no time; expected a severity with a duration, such as `high: 7d`"),
        ("{high: 31d}", ".high: got 4w3d; expected at most 30d (`relaxations.max_days`)"),
        ("{high: 30d, low: 30d1s}", ".low: got 4w2d1s; expected at most 30d (`relaxations.max_days`)"),
        ("{high: 30d, low: 0s}", None),
        ("{hihg: 7d}", ".hihg: unknown key; did you mean 'high'?"),
    ],
)
def test_grace_gives_a_time_and_no_longer_one_than_relaxations_may_last(grace: str, fault: str | None) -> None:
    top = f"cvss_floor: 9\nrelaxations: {{max_days: 30}}\ngrace: {grace}"
    days = "reason: r, since: 2026-01-01, until: 2026-01-30"
    override = f"cvss_floor: 9\nrelaxations: {{max_days: 30}}\noverrides: [{{for: {{env: a}}, {days}, grace: {grace}}}]"

    for text, path in ((top, "grace"), (override, "overrides[0].grace")):
        found = [one.split(": ", 1)[1] for one in faults_of(text) if "changes nothing" not in one]
        assert found == ([f"{path}{fault}"] if fault else [])
    assert faults_of("cvss_floor: 9\ngrace: {high: 1000d}") == ()


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("version: '1.*'", "ignore[0]: names nothing; expected `id`, `package`, or both"),
        ("package_type: jar", "ignore[0]: names nothing; expected `id`, `package`, or both"),
        ("path: '*'", "ignore[0].path: matches every finding; expected an entry that says what it accepts"),
        ("path: /opt/*", None),
        ("id: '*', path: /opt/*", None),
        ("package: '*', version: '1.*'", "ignore[0].package: matches every finding; expected an entry that says what"),
        ("path: '/opt/* '", "ignore[0].path: '/opt/*' begins or ends with a blank"),
        ("id: a, version: ' 1'", "ignore[0].version: '1' begins or ends with a blank"),
        ("id: a, package_type: 'os '", "ignore[0].package_type: 'os' begins or ends with a blank"),
        ("id: a, unless: {}", "ignore[0].unless: asks for nothing, so it would hold for every finding"),
        ("id: a, for: {}", "ignore[0].for: selects nothing in particular; expected a selector such as `env: prod`"),
    ],
)
def test_the_scope_of_an_entry_says_what_is_accepted(entry: str, fault: str | None) -> None:
    found = [one.split(": ", 1)[1] for one in entry_faults(entry)]

    assert len(found) == (0 if fault is None else 1)
    assert all(one.startswith(fault or "-") for one in found)
