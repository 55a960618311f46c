"""Notices in their whole wording: of long lists, of several in grace, of scans that see little, of tags that moved."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from gate.model import Kind, Severity, TagMove
from gate.policy.notices import days_text
from gate.policy.verdict import Outcome, Verdict
from tests.builders import NOW, OTHER_DIGEST, finding, image, judge, policy, scan
from tests.policy.written import policy_of

INDEX = "sha256:" + "1d" * 32
SEES = "sees no language packages and nothing at all in a distroless image"


def texts(verdict: Verdict, image_number: int | None = None) -> list[str]:
    return [warned.text for warned in verdict.warnings if warned.image == image_number]


@pytest.mark.parametrize(
    ("names", "listed"),
    [
        (["a", "b", "c", "d", "e"], "a, b, c, d, e"),
        (["a", "b", "c", "d", "e", "f"], "a, b, c, d, e"),
        (["x" * 120, "y" * 120], f"{'x' * 120}, {'y' * 77}…"),
    ],
)
def test_of_the_environments_of_a_policy_the_first_five_are_named(names: list[str], listed: str) -> None:
    rules = policy_of(f"cvss_floor: 9\noverrides: [{{for: {{env: [{', '.join(names)}]}}, max: {{high: 0}}}}]")

    assert texts(judge(rules)) == [
        f"the policy differs by environment ({listed}), and no --env was given: none of that applies"
    ]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Kind.BASIC, f"a basic scan that lists nothing {SEES}"),
        (Kind.UNKNOWN, f"nothing is listed, and the kind of scan is not known (scan.kind): a basic one {SEES}"),
    ],
)
def test_a_scan_that_lists_nothing_says_what_it_cannot_see(kind: Kind, said: str) -> None:
    assert texts(judge(policy(), scan(kind=kind)), 0) == [said]


def test_a_tag_that_moved_is_said_of_the_index_that_it_named() -> None:
    moved = TagMove(tag="v1", to=OTHER_DIGEST, pinned=True)

    found = judge(policy(), scan(tag_move=moved, image=image(index_digest=INDEX)))

    assert texts(found, 0) == [f"the tag v1 now names {OTHER_DIGEST}; what was judged is {INDEX}"]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"CVE-A": 1, "CVE-B": 9}, "1 finding is in grace, which ends in 6 days for the first (CVE-A, high)"),
        ({"CVE-B": 1, "CVE-A": 1}, "2 findings are in grace, which ends in 6 days for the first (CVE-A, high)"),
        ({"C" * 99: 1}, f"1 finding is in grace, which ends in 6 days for the first ({'C' * 59}…, high)"),
    ],
)
def test_only_findings_whose_grace_still_holds_are_counted_and_the_first_is_named(
    days: dict[str, int], said: str
) -> None:
    listed = [finding(name, Severity.HIGH, published=NOW - timedelta(days=ago)) for name, ago in days.items()]

    assert texts(judge(policy_of("max: {high: 9}\ngrace: {high: 7d}"), scan(*listed)), 0) == [said]


@pytest.fixture
def on_kiritimati(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose own time is fourteen hours ahead."""
    monkeypatch.setenv("TZ", "UTC-14")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("on_kiritimati")
def test_the_day_on_which_grace_ends_is_one_of_utc_whatever_the_machines_own_time() -> None:
    ends_at_eight_in_the_evening = finding(published=NOW - timedelta(days=5, hours=16))

    found = judge(policy_of("max: {high: 9}\ngrace: {high: 7d}"), scan(ends_at_eight_in_the_evening))

    assert texts(found, 0) == ["1 finding is in grace, which ends tomorrow for the first (CVE-2026-1000, high)"]


def test_an_image_that_warns_for_its_findings_makes_no_use_of_what_accepts_images_that_cannot_be_scanned() -> None:
    rules = policy_of(
        "mode: warn\nmax: {high: 0}\n"
        "scan: {unsupported: {accept: true, repository: team/*, reason: r, until: 2026-11-22}}"
    )

    found = judge(rules, scan(finding()))

    assert (found.images[0].verdict, texts(found)) == (Outcome.WARN, [])


@pytest.mark.parametrize(("count", "said"), [(0, "today"), (1, "tomorrow"), (2, "in 2 days"), (30, "in 30 days")])
def test_how_far_off_a_day_is_is_said_in_words(count: int, said: str) -> None:
    assert days_text(count) == said
