"""Baseline and grace as explain tells them: what is known there, when it ends, and why it settles nothing."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from gate.model import Fix, Severity
from tests.builders import NOW, finding
from tests.policy.explained import stages, texts
from tests.policy.written import compared, sight, statement

DAY = timedelta(days=1)
SAYS = "not_affected by security@example.com in app.vex.json: vulnerable_code_not_present"
WORSE = "team/app:prod has it, and it became worse since"


@pytest.mark.parametrize(
    ("text", "fields", "said"),
    [
        ("baseline: {image: prod}", None, "new: team/app:prod does not have it"),
        ("baseline: {image: prod}", {}, "team/app:prod has it too"),
        ("baseline: {image: prod, judge: new}", {"severity": Severity.LOW}, "team/app:prod has it too"),
        (
            "baseline: {image: prod, judge: worse}",
            {"severity": Severity.LOW, "kev": False, "exploit": False},
            f"{WORSE}: severity was low and is high, exploit was false and is true, kev was false and is not known",
        ),
        (
            "baseline: {image: prod}",
            {"fix": Fix.NONE, "exploit": True},
            f"{WORSE}: fix was none and is unknown",
        ),
        ("baseline: {image: prod, until: 2026-11-19}", {}, "is not in force"),
        ("baseline: {image: prod, since: 2026-11-21}", {}, "is not in force"),
        ("baseline: {image: prod}\nrelaxations: {never: {kev: true}}", {}, "no relaxation applies (relaxations.never)"),
        ("baseline: {image: prod}\nignore: [{id: CVE-1, reason: r}]", {}, "is not needed"),
    ],
)
def test_the_baseline_tells_what_it_has(text: str, fields: dict[str, Any] | None, said: str) -> None:
    seen = finding("CVE-1", exploit=True)
    sights = {} if fields is None else {seen.key: sight(**{"exploit": True, **fields})}

    assert texts("baseline", text, seen, compared=(compared(sights),)) == [said]


def test_a_baseline_that_is_missing_says_why() -> None:
    text = "baseline: {image: prod}"

    assert texts("baseline", text, compared=(compared(missing="it has no scan"),)) == ["there is none: it has no scan"]
    assert texts("baseline", text) == ["there is none: nothing was compared"]


@pytest.mark.parametrize(
    ("text", "fields", "said"),
    [
        ("grace: {high: 9d}", {"published": NOW - DAY}, "until 2026-11-28 12:00 UTC"),
        ("grace: {high: 9d, until: 2026-11-22}", {"published": NOW - DAY}, "until 2026-11-22 23:59 UTC"),
        ("grace: {high: 9d}", {"published": NOW - 9 * DAY}, "ended 2026-11-20 12:00 UTC"),
        ("grace: {low: 9d}", {"published": NOW - DAY}, "gives high findings no time"),
        ("grace: {high: 9d}", {}, "nobody says when it was published, or that day lies ahead"),
        ("grace: {high: 9d}", {"published": NOW + DAY}, "nobody says when it was published, or that day lies ahead"),
        ("grace: {high: 9d, since: 2026-11-21}", {"published": NOW}, "is not in force"),
        ("grace: {high: 9d, until: 2026-11-19}", {"published": NOW}, "is not in force"),
        ("grace: {high: 9d}\nrelaxations: {never: {kev: true}}", {"published": NOW},
         "no relaxation applies (relaxations.never)"),
        ("grace: {high: 9d}\nignore: [{id: CVE-1, reason: r}]", {"published": NOW}, "is not needed"),
    ],
)  # fmt: skip
def test_grace_tells_when_it_ends_or_why_there_is_none(text: str, fields: dict[str, Any], said: str) -> None:
    assert texts("grace", text, finding("CVE-1", **fields)) == [said]


def test_grace_from_the_first_sight_needs_one() -> None:
    text = "baseline: {image: prod, judge: worse}\ngrace: {high: 9d, from: first_seen}"
    seen = finding("CVE-1", fix=Fix.FULL)
    old = {seen.key: sight(fix=Fix.NONE, first_seen=NOW - DAY)}

    assert texts("grace", text, seen, compared=(compared(),)) == ["no baseline says when it was first seen"]
    assert texts("grace", text, seen, compared=(compared(old),)) == ["until 2026-11-28 12:00 UTC"]


def test_hostile_words_are_made_harmless() -> None:
    evil = "x\x1b[31m\n::error::##[group]\u202e"
    text = 'ignore: [{id: CVE-1, reason: "r"}]\nbaseline: {image: prod}'
    used = replace(compared(missing=evil).used, target=evil)
    found = stages(text, finding("CVE-1", aws_severity=evil), compared=(replace(compared(), used=used),))

    assert all(stage.text.isprintable() and "##[" not in stage.text for stage in found)


def test_an_entry_that_is_not_needed_beside_vex_says_so() -> None:
    text = "ignore: [{id: CVE-1, reason: r}]\ngrace: {high: 9d}\nbaseline: {image: prod}"
    seen = finding("CVE-1", published=NOW)
    found = stages(text, seen, vex=(statement(ids=("CVE-1",)),), compared=(compared(),))

    assert [(stage.name, stage.text) for stage in found[2:]] == [
        ("vex", SAYS),
        ("ignore", "ignore entry 1 (CVE-1): is not needed"),
        ("baseline", "is not needed"),
        ("grace", "is not needed"),
        ("ends as", f"vex: {SAYS}"),
    ]
