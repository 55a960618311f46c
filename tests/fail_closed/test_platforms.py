"""Indexes: what only looks like an image, what is left out, what is nobody's platform."""

import pytest

from gate.model import ScanState
from gate.policy.verdict import Outcome
from tests.aws_double.answers import ScanAnswer, basic, enhanced, in_progress, scan_not_found, status
from tests.aws_double.findings import enhanced_finding
from tests.aws_double.indexes import CALLED_ATTESTATION, NO_PLATFORM, attestation, entry, index, platforms
from tests.aws_double.server import AwsDouble
from tests.aws_double.world import DOCKER_LIST, OCI_INDEX, ImageScript
from tests.fail_closed.harness import CRITICAL_ONLY, SCAN, WEEK_AGO, Gate

BAD = enhanced([enhanced_finding(severity="CRITICAL")])
CLEAN = enhanced([])
ABSENT = "sha256:" + "0" * 64
ACCEPTING = f"""{CRITICAL_ONLY}scan: {{unsupported: {{accept: true, repository: "team/*", reason: From scratch.}}}}
"""


def child(double: AwsDouble, answer: ScanAnswer, **options: object) -> ImageScript:
    """Push an image without a tag, scanned last week."""
    return double.image("team/app", steps=[(WEEK_AGO, answer)], pushed_at=WEEK_AGO, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("answer", [status("UNSUPPORTED_IMAGE"), basic([])])
@pytest.mark.parametrize(
    "layer", ["application/vnd.dev.cosign.simplesigning.v1+json", "application/vnd.cyclonedx+json", "text/spdx+json"]
)
def test_a_signature_had_the_config_of_an_image(layer: str, answer: ScanAnswer, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/artifact-keeper/artifact-keeper/issues/2113: only its layers show what it is."""
    double.image("team/app", tag="v1", layer_media_types=(layer,), steps=[(WEEK_AGO, answer)])
    ran = gate.check(policy=ACCEPTING)
    assert (ran.code, ran.document.verdict) == (3, Outcome.NO_VERDICT)
    assert layer in ran.reason


@pytest.mark.parametrize("media_type", [OCI_INDEX, DOCKER_LIST])
@pytest.mark.parametrize(("answers", "code"), [((CLEAN, BAD), 1), ((BAD, CLEAN), 1), ((CLEAN, CLEAN), 0)])
def test_an_index_was_not_scanned(
    answers: tuple[ScanAnswer, ...], code: int, media_type: str, double: AwsDouble, gate: Gate
) -> None:
    """https://github.com/aws/containers-roadmap/issues/1683: each platform is judged, and the worst is the verdict."""
    first, second = (child(double, answer) for answer in answers)
    index(double, entry(first), entry(second, "linux/arm64"), media_type=media_type)
    ran = gate.check()
    assert (ran.code, len(ran.document.images)) == (code, 2)


def test_an_index_in_an_index_hid_what_it_holds(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/alexjurkiewicz/ecr-scan-image/issues/43: "cannot be scanned" is no reason to pass."""
    inner = index(double, entry(child(double, BAD)), tag=None)
    index(double, entry(child(double, CLEAN)), entry(inner, "linux/arm64"))
    ran = gate.check()
    assert (ran.code, ran.document.verdict) == (3, Outcome.NO_VERDICT)
    assert inner.digest in ran.err


def test_an_attestation_made_a_single_image_an_index(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/moby/buildkit/issues/3499: the `unknown/unknown` entry failed; it is no image."""
    index(double, entry(child(double, CLEAN)), attestation(double), attestation(double, called=False))
    ran = gate.check("team/app:v1", "-v")
    assert (ran.code, ran.document.verdict) == (0, Outcome.PASS)
    assert ran.image.platform == "linux/amd64"
    assert "not judged: 2" in ran.err


@pytest.mark.parametrize(
    ("platform", "annotations"), [(NO_PLATFORM, None), (None, CALLED_ATTESTATION), ("linux/amd64", CALLED_ATTESTATION)]
)
def test_a_bad_image_dressed_as_an_attestation(
    platform: str | None, annotations: dict[str, str] | None, double: AwsDouble, gate: Gate
) -> None:
    """https://github.com/docker/setup-buildx-action/issues/186: one sign alone leaves nothing out."""
    hidden = entry(child(double, BAD), platform, annotations=annotations)
    index(double, entry(child(double, CLEAN), "linux/arm64"), hidden)
    assert gate.check().code == 1


def test_the_digest_of_the_index_is_not_that_of_the_image(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/hashintel/hash/issues/8596: the tag is on the index, findings on its images: report both."""
    image = child(double, BAD)
    whole = index(double, entry(image))
    ran = gate.check()
    assert (ran.image.digest, ran.image.index_digest, ran.image.tags) == (image.digest, whole.digest, ("v1",))
    assert image.digest in ran.out
    assert whole.digest in ran.out
    assert {str(call.input["imageId"]) for call in double.called(SCAN)} == {str({"imageDigest": image.digest})}


def test_only_the_index_was_tagged(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/awslabs/soci-snapshotter/issues/1845: Inspector did not find the image; the cause is named."""
    double.registry_scanning(None)
    index(double, entry(child(double, CLEAN)), entry(child(double, scan_not_found()), "linux/arm64"))
    ran = gate.check()
    assert ran.code == 3
    assert "linux/arm64" in ran.err
    assert "Is only the index tagged?" in ran.err


@pytest.mark.parametrize("attested", [0, 1])
def test_an_index_held_no_image_and_nothing_was_wrong_with_it(attested: int, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/constructorfabric/insight/issues/2272: no image that can be judged is no verdict."""
    index(double, *(attestation(double) for _ in range(attested)))
    ran = gate.check(policy=ACCEPTING)
    assert (ran.code, ran.document.verdict) == (3, Outcome.NO_VERDICT)
    assert "holds no image that can be judged" in ran.reason


def test_an_index_lacked_a_platform_and_fell_open(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/hephaestus-build/Hephaestus/issues/1743: what is named or asked for must be there."""
    index(double, entry(child(double, CLEAN)), entry(ABSENT, "linux/arm64"))
    ran = gate.check()
    assert (ran.code, f"linux/arm64 ({ABSENT})" in ran.err) == (3, True)
    index(double, entry(child(double, CLEAN)), tag="v2")
    demanding = f"{CRITICAL_ONLY}scan: {{platforms: [linux/amd64, linux/arm64]}}\n"
    ran = gate.check("team/app:v2", policy=demanding)
    assert (ran.code, "the policy asks for linux/arm64" in ran.reason) == (3, True)
    ran = gate.check("team/app:v2", "--platform", "linux/s390x")
    assert (ran.code, "linux/s390x was asked for" in ran.reason) == (3, True)


def test_a_platform_that_nobody_named_satisfied_the_policy(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/artifact-keeper/artifact-keeper/issues/1992: a single image's platform is not known."""
    double.image("team/app", tag="v1", steps=[(WEEK_AGO, CLEAN)])
    assert gate.check(policy=f"{CRITICAL_ONLY}scan: {{platforms: [linux/amd64]}}\n").code == 3
    assert gate.check("team/app:v1", "--platform", "linux/amd64").code == 3
    assert gate.check().code == 0


def test_the_windows_image_could_not_be_scanned(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/cultureamp/ecr-scan-results-buildkite-plugin (3ff3181): leaving one out is said."""
    linux, windows = child(double, CLEAN), child(double, status("UNSUPPORTED_IMAGE"))
    whole = index(double, entry(linux), entry(windows, "windows/amd64"))
    ran = gate.check()
    assert (ran.code, "windows/amd64" in ran.err) == (3, True)
    assert [image.scan.state for image in ran.document.images if image.scan] == [
        ScanState.COMPLETE,
        ScanState.UNSUPPORTED,
    ]
    ran = gate.check("team/app:v1", "--warn-exit", "--platform", "linux/amd64")
    assert (ran.code, ran.document.verdict, ran.image.digest) == (10, Outcome.WARN, linux.digest)
    [warned] = ran.document.warnings
    assert warned.text == f"the index {whole.digest} is not wholly judged: --platform leaves out windows/amd64"
    demanding = f"{CRITICAL_ONLY}scan: {{platforms: [linux/amd64, windows/amd64]}}\n"
    assert gate.check("team/app:v1", "--platform", "linux/amd64", policy=demanding).code == 3


def test_the_second_of_two_images_of_one_platform_was_not_looked_at(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws/ec2-image-builder-roadmap/issues/93: images are told apart by digest, not by platform."""
    index(double, entry(child(double, CLEAN)), entry(child(double, BAD)))
    ran = gate.check()
    assert (ran.code, len({image.digest for image in ran.document.images})) == (1, 2)


def test_one_platform_was_still_being_scanned(double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws-samples/cdk-image-pipeline/issues/67: all platforms are done, or there is no pass."""
    platforms(double, {"linux/amd64": [(WEEK_AGO, CLEAN)], "linux/arm64": [(0.0, in_progress())]})
    ran = gate.check("team/app:v1", "--wait", "2m")
    assert (ran.code, ran.document.verdict) == (4, Outcome.NO_VERDICT)
    assert gate.clock.monotonic() <= 125


@pytest.mark.parametrize(("answer", "code"), [(CLEAN, 4), (BAD, 1)])
def test_the_tag_moved_to_another_index(answer: ScanAnswer, code: int, double: AwsDouble, gate: Gate) -> None:
    """https://github.com/aws/deep-learning-containers/issues/6517: the index that was judged is not the tag's now."""
    platforms(double, {"linux/amd64": [(0.0, in_progress()), (30.0, answer)], "linux/arm64": [(WEEK_AGO, CLEAN)]})
    other = index(double, entry(child(double, BAD)), tag=None)
    double.move_tag("team/app", "v1", to=other, at=10)
    ran = gate.check(policy=CRITICAL_ONLY)
    assert ran.code == code
    assert other.digest in ran.out
