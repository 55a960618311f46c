"""`--source` and what the policy says of Inspector reach the sources; `--verbose` says what Inspector did."""

from datetime import timedelta
from pathlib import Path

import pytest

from gate.cli import check as command
from gate.cli.evidence import Access
from gate.cli.talk import seen
from gate.model import Kind
from gate.policy.evaluate import evaluate
from gate.policy.loader import from_maxima
from tests.builders import NOW, scan
from tests.command import gate


@pytest.mark.parametrize(
    ("options", "policy", "expected"),
    [
        ((), "", (False, True, None)),
        (("--source", "ecr"), "", (False, True, None)),
        (("--source", "inspector"), "scan: {inspector_suppressed: trust}\n", (True, False, None)),
        ((), "scan: {max_age: 1d}\n", (False, True, timedelta(days=1))),
    ],
)
def test_what_is_asked_of_inspector_is_the_command_lines_and_the_policys_to_say(
    options: tuple[str, ...],
    policy: str,
    expected: tuple[bool, bool, timedelta | None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    got: list[Access] = []

    def collect(_targets: object, access: Access, *_: object, **__: object) -> tuple[()]:
        got.append(access)
        return ()

    monkeypatch.setattr(command, "collect", collect)
    file = tmp_path / "policy.yaml"
    file.write_text(f"version: 1\nmax: {{critical: 0}}\n{policy}", encoding="utf-8")
    assert gate("check", "team/app:v1", "-p", str(file), *options).code == 3
    assert [(access.inspector, access.with_suppressed, access.max_age) for access in got] == [expected]


def test_a_source_that_is_none_is_a_wrong_command_line() -> None:
    done = gate("check", "team/app:v1", "--max", "critical=0", "--source", "trivy")
    assert (done.code, "'ecr', 'inspector'" in done.err) == (2, True)


@pytest.mark.parametrize("target", ["scan.json", "arn:aws:imagebuilder:eu-west-1:123456789012:image/golden/1.2.3/4"])
def test_inspectors_listing_goes_with_images_in_ecr(target: str) -> None:
    done = gate("check", target, "--max", "critical=0", "--source", "inspector")
    assert (done.code, "--source inspector goes with images in ECR only" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"scanned_at": NOW - timedelta(minutes=1)}, "settled: Inspector says that its scan of the image succeeded"),
        ({"scanned_at": NOW - timedelta(minutes=1)}, "last scanned 2026-"),
        ({"status": None}, "settled: on the word of --captured-at"),
        ({}, "settled: two listings in a row were the same"),
    ],
)
def test_how_a_scan_settled_is_said(facts: dict[str, object], said: str) -> None:
    fresh = scan(kind=Kind.ENHANCED, completed_at=NOW - timedelta(minutes=1), captured_at=NOW, **facts)
    [image] = evaluate(from_maxima(("critical=0",)).used, (fresh,), NOW).images
    assert said in "\n".join(seen(image, timedelta(minutes=5)))
