"""Relaxations whose dates somebody should look at: over, not begun, or ending soon; each with its place."""

from datetime import date
from pathlib import Path

import pytest

from gate.policy.lint import Ending, endings, lint
from gate.policy.loader import load, loads
from gate.policy.scalars import Duration

TODAY = date(2026, 11, 23)
ALL = """version: 1
max: {high: 0}
ignore:
- {id: CVE-1, reason: r, until: %s}
severity:
  adjust:
  - {when: {id: CVE-2}, to: low, reason: r, until: %s}
grace: {high: 7d, until: %s}
baseline: {image: prod, until: %s}
scan:
  unsupported: {accept: true, repository: tools/*, reason: r, until: %s}
overrides:
- {for: {env: dev}, mode: warn, reason: r, until: %s}
- for: {env: dev}
  scan: {unsupported: {accept: true, repository: dev/*, reason: r, until: %s}}
  reason: r
  until: %s
"""
NAMES = [
    ("ignore[0]", "ignore entry 1 (CVE-1)"),
    ("severity.adjust[0]", "severity.adjust entry 1 (id CVE-2 to low)"),
    ("grace", "grace"),
    ("baseline", "baseline"),
    ("overrides[0]", "override 1 (for env dev)"),
    ("overrides[1]", "override 2 (for env dev)"),
    ("overrides[1].scan.unsupported", "override 2's scan.unsupported"),
    ("scan.unsupported", "scan.unsupported"),
]


@pytest.mark.parametrize(
    ("day", "said", "ended"),
    [
        ("2026-11-22", "expired on 2026-11-22 and no longer applies; renew it or remove it", True),
        ("2026-11-23", "ends on 2026-11-23; renew it or remove it", False),
        ("2026-11-30", "ends on 2026-11-30; renew it or remove it", False),
    ],
)
def test_every_relaxation_that_ends_is_told_with_its_place(day: str, said: str, ended: bool) -> None:
    loaded = loads((ALL % ((day,) * 8)).encode(), file="p.yaml")

    assert list(endings(loaded, TODAY, Duration(7 * 86_400))) == [
        Ending(path=f"{path}.until", text=f"{name} {said}", has_begun=True, has_ended=ended) for path, name in NAMES
    ]
    lines = [note.split(" ")[0] for note in lint(loaded, TODAY) if said in note]
    assert lines == [f"p.yaml:{line}:" for line in (4, 7, 8, 9, 13, 17, 15, 11)]


def test_what_ends_later_than_soon_is_not_told() -> None:
    loaded = loads((ALL % (("2026-12-01",) * 8)).encode(), file="p.yaml")

    assert list(endings(loaded, TODAY, Duration(7 * 86_400))) == []
    assert len(list(endings(loaded, TODAY, Duration(8 * 86_400)))) == 8


def test_what_has_not_begun_is_told_as_such() -> None:
    loaded = loads(b"version: 1\ncvss_floor: 9\ngrace: {high: 7d, since: 2026-11-24}", file="p.yaml")

    assert list(endings(loaded, TODAY, Duration(0))) == [
        Ending(path="grace.since", text="grace begins on 2026-11-24, and does not apply before", has_begun=False)
    ]


def test_what_comes_from_the_file_that_is_extended_is_noted_there(tmp_path: Path) -> None:
    soon = "{id: CVE-%s, reason: r, until: 2026-11-24}"
    (tmp_path / "base.yaml").write_text(f"version: 1\nmax: {{high: 0}}\nignore:\n- {soon % 1}\n", encoding="utf-8")
    child = f"version: 1\nextends: ./base.yaml\nignore:\n- {{id: CVE-2, reason: r}}\n- {soon % 3}\n"
    (tmp_path / "child.yaml").write_text(child, encoding="utf-8")
    found = [note.rpartition("/")[2] for note in lint(load(tmp_path / "child.yaml"), TODAY) if "ends on" in note]

    assert [note.partition(" (")[0] for note in found] == [
        "base.yaml:4: ignore entry 1",
        "child.yaml:5: ignore entry 3",
    ]
