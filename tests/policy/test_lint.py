"""Notes on good policies: each begins with its place, and a policy that is as it seems gets none."""

from datetime import date

import pytest

from gate.policy.lint import lint, uneven_limits
from gate.policy.loader import from_maxima, loads

TODAY = date(2026, 11, 23)
NAMED = "ignore entry 1 (CVE-1, package zlib)"
FLOOR = "version: 1\ncvss_floor: 9\n"


def notes(text: str) -> tuple[str, ...]:
    """Return the notes on a policy as of TODAY, without the file's name."""
    loaded = loads(text.encode(), file="p.yaml")
    return tuple(note.removeprefix("p.yaml:") for note in lint(loaded, TODAY))


@pytest.mark.parametrize(
    ("entry", "note"),
    [
        (
            "until: 2026-11-22",
            f"5: {NAMED} expired on 2026-11-22 and no longer applies; renew it or remove it",
        ),
        ("until: 2026-11-23", f"5: {NAMED} ends on 2026-11-23; renew it or remove it"),
        (
            "until: [2026-12-07, fixed]",
            f"5: {NAMED} ends on 2026-12-07; renew it or remove it",
        ),
        (
            "{since: 2026-11-24, until: 2026-11-25}",
            f"5: {NAMED} begins on 2026-11-24, and does not apply before",
        ),
    ],
)
def test_an_entry_that_does_not_hold_or_not_for_long_is_noted(entry: str, note: str) -> None:
    line = entry.strip("{}")
    assert notes(f"{FLOOR}ignore:\n- {{id: CVE-1, package: zlib, reason: r,\n   {line}}}") == (note,)


@pytest.mark.parametrize("line", ["until: 2026-12-08", "until: fixed", "since: 2026-11-23", "owner: me"])
def test_an_entry_that_holds_for_long_is_not_noted(line: str) -> None:
    assert notes(f"{FLOOR}ignore:\n- {{id: CVE-1, reason: r, {line}}}") == ()


def test_how_soon_is_soon_is_the_policys_word() -> None:
    entry = "ignore:\n- {id: CVE-1, reason: r, until: 2026-11-30}"
    assert len(notes(f"{FLOOR}{entry}")) == 1
    assert notes(f"{FLOOR}relaxations: {{expiring: 6d}}\n{entry}") == ()


def test_accepting_unsupported_images_ends_too() -> None:
    accept = "{accept: true, repository: tools/*, reason: r, until: 2026-11-01}"
    assert notes(f"{FLOOR}scan:\n  unsupported: {accept}") == (
        "4: scan.unsupported expired on 2026-11-01 and no longer applies; renew it or remove it",
    )


@pytest.mark.parametrize("names", ["'*'", "[tools, '*/*']"])
def test_accepting_every_unsupported_image_is_noted(names: str) -> None:
    assert notes(f"{FLOOR}scan:\n  unsupported: {{accept: true, repository: {names}, reason: r}}") == (
        "4: every image that AWS cannot scan is accepted, in all repositories",
    )


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ("critical: 5, high: 0", ["2: max allows more critical than high findings (5 and 0); is that meant?"]),
        ("high: 0", ["2: max allows more critical than high findings (unlimited and 0); is that meant?"]),
        (
            "critical: {fixable: 0}, high: 0",
            [
                (
                    "2: max allows more critical than high findings "
                    "({fixable: 0, unfixable: unlimited} and 0); is that meant?"
                )
            ],
        ),
        (
            "critical: 0, high: {fixable: 3, unfixable: 1, unknown: 0}, low: 1",
            [
                (
                    "2: max allows more high than low findings "
                    "({fixable: 3, unfixable: 1, unknown: 0} and 1); is that meant?"
                ),
                "2: max allows more medium than low findings (unlimited and 1); is that meant?",
                "2: max.high allows more fixable than unfixable findings; is that meant?",
            ],
        ),
        ("critical: 0, high: 0, medium: 5", []),
        ("critical: {fixable: 0}, high: {fixable: 3}", []),
        ("unknown: 0", ["2: max limits only findings of unknown severity: every rated one passes"]),
        ("high: unlimited, unknown: 3", ["2: max limits only findings of unknown severity: every rated one passes"]),
    ],
)
def test_limits_that_are_probably_meant_otherwise_are_noted(limits: str, expected: list[str]) -> None:
    assert list(notes(f"version: 1\nmax: {{{limits}}}")) == expected


def test_limits_of_nothing_rated_are_not_noted_beside_a_floor_or_a_rule() -> None:
    assert notes(f"{FLOOR}max: {{unknown: 3}}") == ()
    assert notes("version: 1\nmax: {unknown: 3}\nrules: [{name: r, when: {kev: true}}]") == ()


def test_a_floor_below_which_nothing_may_be_does_nothing() -> None:
    words = ("critical", "high", "medium", "low", "informational")
    limits = ", ".join(f"{word}: 0" for word in words)
    assert notes(f"{FLOOR}max: {{{limits}}}") == (
        "2: cvss_floor has no effect, since `max` allows no finding of any severity",
    )
    assert notes(f"{FLOOR}max: {{{limits}, unknown: 1}}") == ()


def test_cvss_without_a_floor_does_nothing() -> None:
    assert notes("version: 1\nmax: {critical: 0}\ncvss:\n  missing: fail") == (
        "4: cvss has no effect without a cvss_floor",
    )


@pytest.mark.parametrize(
    "text",
    [
        "rules: [{name: r, when: {cvss: 9.0+}}]",
        "rules: [{name: r, when: {vector: {AV: N}}}]",
        "ignore: [{id: CVE-1, reason: r, unless: {cvss: 9.0+}}]",
        "overrides: [{for: {env: prod}, cvss_floor: 9}]",
    ],
)
def test_cvss_is_of_use_to_conditions_and_to_floors_of_overrides(text: str) -> None:
    assert notes(f"version: 1\nmax: {{critical: 0}}\ncvss: {{from: [nvd]}}\n{text}") == ()


@pytest.mark.parametrize(
    ("missing", "expected"),
    [("8.9", ("3: a finding without a score never reaches the cvss_floor of 9.0",)), ("9", ()), ("fail", ())],
)
def test_a_missing_score_below_the_floor_is_noted(missing: str, expected: tuple[str, ...]) -> None:
    assert notes(f"{FLOOR}cvss: {{missing: {missing}}}") == expected


@pytest.mark.parametrize(
    ("scan", "expected"),
    [
        (
            "{settle: 15m}",
            ("3: scan.wait (10m) is shorter than scan.settle (15m): a fresh scan may get no verdict in time",),
        ),
        ("{wait: 0s}", ()),
        ("{settle: 10m}", ()),
    ],
)
def test_a_wait_that_is_too_short_to_settle_is_noted(scan: str, expected: tuple[str, ...]) -> None:
    assert notes(f"{FLOOR}scan: {scan}") == expected


def test_patterns_that_accept_too_much_or_nothing_are_noted() -> None:
    entries = "- {id: CVE-*, reason: r}\n- {id: CVE-*, package: zlib, reason: r}\n- {package: 'lib.*', reason: r}"
    assert notes(f"{FLOOR}ignore:\n{entries}\n- {{id: CVE-2026-*, reason: r}}") == (
        "4: 'CVE-*' accepts every vulnerability of that kind; name a package too",
        "6: 'lib.*' is no regular expression here: `.` is a dot, `*` is anything",
    )


def test_a_path_narrows_an_entry_as_a_package_does() -> None:
    assert notes(f"{FLOOR}ignore: [{{id: CVE-*, path: app/a.jar, reason: r}}]") == ()


def test_all_patterns_of_an_entry_that_accept_too_much_are_named() -> None:
    many = ", ".join(f"V{'x' * n}-*" for n in range(22))

    assert notes(f"{FLOOR}ignore:\n- {{id: [CVE-*, CVE-2026-1, GHSA-*], reason: r}}") == (
        "4: 'CVE-*', 'GHSA-*' accept every vulnerability of that kind; name a package too",
    )
    assert "'Vxxxxxxxxxxxxxxxxxxx-*' and 2 more accept" in notes(f"{FLOOR}ignore:\n- {{id: [{many}], reason: r}}")[0]


def test_uneven_limits_can_be_had_alone() -> None:
    loaded = loads(b"version: 1\nmax: {low: 5, unknown: {fixable: 3, unfixable: 1}}", file="p.yaml")

    assert uneven_limits(loaded) == tuple(
        f"p.yaml:2: max allows more {worse} than low findings (unlimited and 5); is that meant?"
        for worse in ("critical", "high", "medium")
    )


def test_an_entry_that_is_there_twice_is_noted() -> None:
    entries = "- {id: [CVE-1, CVE-2], reason: r}\n- {id: CVE-1, reason: r}\n- {id: [cve-2, cve-1], reason: other}"
    assert notes(f"{FLOOR}ignore:\n{entries}") == ("6: ignore entry 3 names the same as entry 1 (cve-2, cve-1)",)


@pytest.mark.parametrize(
    "other",
    ["id: CVE-1, version: '1'", "id: CVE-1, path: a", "id: CVE-1, package_type: os", "id: CVE-1, for: {tag: v1}",
     "id: CVE-1, unless: {kev: true}", "id: CVE-1, package: zlib"],
)  # fmt: skip
def test_an_entry_that_accepts_something_else_is_no_twin(other: str) -> None:
    assert notes(f"{FLOOR}ignore:\n- {{id: CVE-1, reason: r}}\n- {{{other}, reason: r}}") == ()
    assert len(notes(f"{FLOOR}ignore:\n- {{{other}, reason: r}}\n- {{{other}, reason: r}}")) == 1


def test_notes_on_conditions_are_among_the_notes() -> None:
    assert notes("version: 1\nrules: [{name: r, when: {severity: medium}}]") == (
        "2: rule r leaves out severity critical, which is worse; is that meant?",
    )


def test_hostile_names_are_made_harmless() -> None:
    (note,) = notes(f'{FLOOR}ignore: [{{id: "CVE-*\\e[m\\u202e##[group]", reason: r}}]')
    assert note.isprintable()


def test_maxima_of_the_command_line_can_be_noted_too() -> None:
    assert lint(from_maxima(("high=0",)), TODAY) == (
        "--max: max allows more critical than high findings (unlimited and 0); is that meant?",
    )
