"""`--platform` narrows an index to some of its images; what is not in ECR has none to choose from."""

import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.aws_double.answers import enhanced
from tests.aws_double.clock import VirtualClock
from tests.aws_double.findings import enhanced_finding
from tests.aws_double.indexes import attestation, entry, index
from tests.aws_double.server import AwsDouble
from tests.aws_double.world import ImageScript
from tests.command import gate, saved

LIMIT = ("--max", "critical=0")
WEEK = -7 * 86_400.0


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> Iterator[ImageScript]:
    """A tag of an index whose image for arm64 alone violates."""
    with AwsDouble(VirtualClock()) as double:
        monkeypatch.setenv("AWS_ENDPOINT_URL", double.url)
        good = double.image("many", steps=[(WEEK, enhanced([]))], pushed_at=WEEK)
        bad = double.image("many", steps=[(WEEK, enhanced([enhanced_finding(severity="CRITICAL")]))], pushed_at=WEEK)
        entries = (entry(good, "linux/amd64"), entry(bad, "linux/arm64"), attestation(double, "many"))
        yield index(double, *entries, repository="many")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 1),
        (("--platform", "linux/amd64"), 0),
        (("--platform", "linux/arm64"), 1),
        (("--platform", "linux/amd64", "--platform", "linux/arm64"), 1),
        (("--platform", "linux/amd64", "--platform", "linux/amd64"), 0),
        (("--platform", "linux/386"), 3),
    ],
)
@pytest.mark.usefixtures("many")
def test_only_the_platforms_that_are_named_are_judged(options: tuple[str, ...], code: int) -> None:
    assert gate("check", "many:v1", *LIMIT, *options).code == code


@pytest.mark.usefixtures("many")
def test_the_environment_names_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_CHECK_PLATFORM", "linux/amd64\nlinux/arm64")
    assert gate("check", "many:v1", *LIMIT).code == 1
    monkeypatch.setenv("GATE_CHECK_PLATFORM", "linux/amd64")
    assert gate("check", "many:v1", *LIMIT).code == 0


@pytest.mark.usefixtures("many")
def test_attestations_are_counted_when_asked_for_more(tmp_path: Path) -> None:
    quiet = gate("check", "many:v1", *LIMIT)
    done = gate("check", "many:v1", *LIMIT, "-v", "-o", f"json={tmp_path / 'verdict.json'}")
    line = "gate: many:v1 (linux/amd64): attestations in the index, which are no images and were not judged: 1"
    assert line in done.lines
    assert "attestations" not in quiet.err + quiet.out


def test_every_image_of_an_index_has_a_name_of_its_own_in_every_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = enhanced([enhanced_finding(severity="CRITICAL")])
    with AwsDouble(VirtualClock()) as double:
        monkeypatch.setenv("AWS_ENDPOINT_URL", double.url)
        images = [double.image("many", steps=[(WEEK, bad)], pushed_at=WEEK) for _ in range(4)]
        named = zip(images, ("linux/amd64", "linux/amd64", "linux/arm64", None), strict=True)
        index(double, *(entry(image, platform) for image, platform in named), repository="many")
        reports = [f"-o{name}={tmp_path / name}" for name in ("junit", "sarif")]
        assert gate("check", "many:v1", *LIMIT, *reports).code == 1
    suites = [suite.get("name") for suite in ET.parse(tmp_path / "junit").getroot()]
    runs = [run["automationDetails"]["id"] for run in json.loads((tmp_path / "sarif").read_bytes())["runs"]]
    assert len(set(suites)) == len(suites) == 4
    assert len(set(runs)) == len(runs) == 4


@pytest.mark.parametrize("name", ["arm64", "linux/", "linux/amd64 ", "linux/*", ""])
def test_what_is_no_platform_is_refused(name: str) -> None:
    done = gate("check", "many:v1", *LIMIT, "--platform", name)
    assert (done.code, "expected a platform such as linux/amd64" in done.err) == (2, True)


@pytest.mark.parametrize(
    "target", ["image.json", "arn:aws:imagebuilder:eu-west-1:123456789012:image/base/1.0.0/1", "-"]
)
def test_only_images_in_ecr_have_platforms_to_choose_from(target: str, folder: Path) -> None:
    saved(folder / "image.json")
    done = gate("check", target, *LIMIT, "--platform", "linux/amd64")
    assert (done.code, "--platform goes with images in ECR only" in done.err) == (2, True)
