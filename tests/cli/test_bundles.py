"""`--save-evidence`: what AWS said is kept and judged again to the same document, and is found writable beforehand."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from gate.cli import bundles
from gate.cli.bundles import name_of
from gate.model import Image
from gate.sources.sessions import own_session
from tests.aws_double.answers import enhanced, failed
from tests.aws_double.clock import VirtualClock
from tests.aws_double.findings import enhanced_findings
from tests.aws_double.server import AwsDouble
from tests.builders import NOW
from tests.command import gate, saved, unprivileged

WEEK_AGO = -7 * 86_400.0
LIMIT = ("--max", "critical=0")
_one_session = cache(own_session)
KEPT = ("-o", "json=live.json", "--save-evidence", "kept")


@pytest.fixture
def double(monkeypatch: pytest.MonkeyPatch) -> Iterator[AwsDouble]:
    with AwsDouble(VirtualClock(NOW)) as double:
        monkeypatch.setenv("AWS_ENDPOINT_URL", double.url)
        monkeypatch.setattr("gate.sources.aws.own_session", _one_session)
        double.image("team/app", tag="v1", pushed_at=WEEK_AGO, steps=[(WEEK_AGO, enhanced(enhanced_findings(120)))])
        double.image("team/odd", tag="v1", pushed_at=WEEK_AGO, steps=[(WEEK_AGO, failed())])
        yield double


def test_what_was_kept_is_judged_to_the_same_document_but_for_replayed(double: AwsDouble) -> None:
    live = gate("check", "team/app:v1", *LIMIT, *KEPT)
    [place] = Path("kept").iterdir()
    assert live.code == 1
    assert f"gate: the evidence of team/app:v1 is saved as {place}" in live.err
    judged = json.loads(Path("live.json").read_text(encoding="utf-8"))["judged_at"]
    asked = len(double.calls)

    again = gate("check", place, *LIMIT, "--now", judged, "-o", "json=again.json")

    assert again.code == 1
    before, after = (Path(name).read_bytes() for name in ("live.json", "again.json"))
    told = b'"replayed":true' if b'"replayed":true' in after else b'"replayed": true'
    assert after.count(told) == 2
    assert after.replace(told, told.replace(b"true", b"false")) == before
    assert len(double.calls) == asked


def test_each_image_has_a_file_and_what_is_no_evidence_stays_none(double: AwsDouble) -> None:
    assert gate("check", "team/app:v1", "team/odd:v1", "team/none:v1", *LIMIT, *KEPT, "--max", "high=0").code == 1
    names = sorted(path.name for path in Path("kept").iterdir())
    assert [name.rsplit("-", 1)[0] for name in names] == ["team-app", "team-odd"]
    again = gate("check", f"kept/{names[1]}", *LIMIT)
    assert again.code == 3
    assert "The scan failed." in again.err


def test_what_is_replayed_is_not_saved_again(folder: Path) -> None:
    evidence = saved(folder / "good.json")
    gate("check", evidence, *LIMIT, *KEPT)
    assert list(Path("kept").iterdir()) == []


def test_where_nothing_can_be_written_aws_is_not_asked(double: AwsDouble, folder: Path) -> None:
    (folder / "file").touch()
    (folder / "closed").mkdir(mode=0o555)
    folder.chmod(0o755)
    with unprivileged():
        for place, why in (
            ("file", "File exists"),
            ("closed", "Permission denied"),
            ("a\0b", "no path of this system"),
        ):
            done = gate("check", "team/app:v1", *LIMIT, "--save-evidence", place)
            assert done.code == 2
            assert why in done.err
    assert double.calls == ()


@pytest.mark.parametrize(("limit", "code"), [("critical=0", 1), ("critical=500", 70)])
def test_evidence_that_cannot_be_written_at_the_end_leaves_a_known_violation_known(
    limit: str, code: int, double: AwsDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_place: Path, _content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bundles, "replace_file", full)
    done = gate("check", "team/app:v1", "--max", limit, "--max", "unknown=500", *KEPT)
    assert done.code == code
    assert "No space left on device" in done.err


@pytest.mark.parametrize(
    ("image", "begins"),
    [
        (Image(target="x", source="ecr", repository="team/app", digest="sha256:1"), "team-app-"),
        (
            Image(target="x", source="imagebuilder", arn="arn:aws:imagebuilder:eu-west-1:1:image/w/1.0.0/1"),
            "image-w-1.",
        ),
        (Image(target="x", source="ecr"), "image-"),
        (Image(target="x", source="ecr", repository="../a" * 200), "a..-a"),
    ],
)
def test_a_file_is_named_after_its_image(image: Image, begins: str) -> None:
    name = name_of(image)
    assert "/" not in name
    assert len(name) < 120
    assert not name.startswith(".")
    assert name.startswith(begins)
    assert name == name_of(image)
