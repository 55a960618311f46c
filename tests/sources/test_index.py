"""An index is judged image by image: each by its own digest, none left out in silence, none judged for another."""

from typing import Any

import pytest

from gate.errors import Exit, UsageError
from gate.model import Kind, Refusal, Scan, ScanState, TagMove
from gate.sources.scanning import Watch
from tests.aws_double.answers import empty, enhanced, in_progress, scan_not_found, status
from tests.aws_double.faults import access_denied, aws_error
from tests.aws_double.findings import enhanced_finding
from tests.aws_double.indexes import CALLED_ATTESTATION, IN_TOTO, NO_PLATFORM, attestation, entry, index, platforms
from tests.aws_double.world import DOCKER_LIST, OCI_INDEX, OCI_LAYER, ImageScript
from tests.sources.live import IMAGES, OLD, SCAN, Live

MANIFEST = "BatchGetImage"
FOUND = enhanced([enhanced_finding()])
CLEAN = enhanced([])
ABSENT = "sha256:" + "0" * 64


def child(live: Live, answer: Any = FOUND, **options: Any) -> ImageScript:
    """Put an image without a tag there, scanned last week."""
    return live.double.image("team/app", steps=[(OLD, answer)], pushed_at=OLD, **options)


def scans(live: Live, target: str = "team/app:v1", **options: Any) -> list[Scan]:
    found = live.all(target, **options)
    assert all(isinstance(one, Scan) for one in found), found
    return [one for one in found if isinstance(one, Scan)]


@pytest.mark.parametrize("media_type", [OCI_INDEX, DOCKER_LIST])
def test_every_image_of_an_index_is_judged_by_its_own_digest(live: Live, media_type: str) -> None:
    amd, arm = child(live), child(live, CLEAN)
    whole = index(live.double, entry(amd), entry(arm, "linux/arm64"), media_type=media_type)
    first, second = scans(live)
    assert [scan.image.digest for scan in (first, second)] == [amd.digest, arm.digest]
    assert [scan.image.platform for scan in (first, second)] == ["linux/amd64", "linux/arm64"]
    assert {scan.image.index_digest for scan in (first, second)} == {whole.digest}
    assert {scan.image.tags for scan in (first, second)} == {("v1",)}
    assert [(scan.state, scan.kind, len(scan.findings)) for scan in (first, second)] == [
        (ScanState.COMPLETE, Kind.ENHANCED, 1),
        (ScanState.COMPLETE, Kind.ENHANCED, 0),
    ]
    assert {str(call.input["imageId"]) for call in live.double.called(SCAN)} == {
        str({"imageDigest": digest}) for digest in (amd.digest, arm.digest)
    }
    assert (first.warnings, first.notes) == ((), ())


def test_one_platform_twice_is_two_images(live: Live) -> None:
    gzip, zstd = child(live), child(live, layer_media_types=("application/vnd.oci.image.layer.v1.tar+zstd",))
    index(live.double, entry(gzip), entry(zstd))
    assert [scan.image.digest for scan in scans(live)] == [gzip.digest, zstd.digest]


def test_one_digest_under_two_platforms_is_two_images_and_twice_under_one_is_one(live: Live) -> None:
    image = child(live)
    index(live.double, entry(image), entry(image), entry(image, "linux/amd64/v2"))
    assert [scan.image.platform for scan in scans(live)] == ["linux/amd64", "linux/amd64/v2"]


def test_attestations_are_counted_and_not_judged(live: Live) -> None:
    called, seen = attestation(live.double), attestation(live.double, called=False)
    index(live.double, entry(child(live)), called, seen)
    [scan] = scans(live)
    assert scan.state is ScanState.COMPLETE
    assert scan.notes == ("attestations in the index, which are no images and were not judged: 2",)
    assert scan.warnings == ()
    assert len(live.double.called(SCAN)) == 1


@pytest.mark.parametrize("platform", ["linux/amd64", None, "unknown/amd64", "linux/unknown", "unknown/unknown/v1"])
def test_the_annotation_alone_makes_no_attestation(live: Live, platform: str | None) -> None:
    hidden = entry(child(live), platform, annotations=CALLED_ATTESTATION)
    index(live.double, entry(child(live, CLEAN)), hidden)
    assert [len(scan.findings) for scan in scans(live)] == [0, 1]


def test_an_unknown_platform_alone_makes_no_attestation(live: Live) -> None:
    hidden = attestation(live.double, called=False, layers=(IN_TOTO, OCI_LAYER), steps=[(OLD, FOUND)], pushed_at=OLD)
    index(live.double, entry(child(live, CLEAN)), hidden)
    assert [len(scan.findings) for scan in scans(live)] == [0, 1]


def test_an_image_that_is_called_an_attestation_too_is_judged(live: Live) -> None:
    image = child(live)
    named = entry(image, NO_PLATFORM)
    index(live.double, named, entry(image, NO_PLATFORM, annotations=CALLED_ATTESTATION))
    assert [scan.image.digest for scan in scans(live)] == [image.digest]


@pytest.mark.parametrize(("attested", "said"), [(0, "0 entries"), (1, "1 entry"), (2, "2 entries")])
def test_an_index_without_an_image_is_no_evidence(live: Live, attested: int, said: str) -> None:
    whole = index(live.double, *(attestation(live.double, called=bool(number)) for number in range(attested)))
    [scan] = scans(live)
    assert (scan.state, scan.image.digest) == (ScanState.INCOMPLETE, whole.digest)
    assert f"holds no image that can be judged (it has {said}, attestations among them: {attested})" in scan.reason


@pytest.mark.parametrize("named", [OCI_INDEX, None])
def test_an_index_in_an_index_is_not_looked_into(live: Live, named: str | None) -> None:
    inner = index(live.double, entry(child(live)), tag=None)
    index(live.double, entry(child(live)), entry(inner, "linux/arm64", media_type=named or "application/json"))
    good, nested = scans(live)
    assert (good.state, nested.state) == (ScanState.COMPLETE, ScanState.INCOMPLETE)
    assert nested.reason == f"the index names another index ({inner.digest}), and those are not looked into"


def test_an_image_that_is_named_and_absent_is_no_evidence(live: Live) -> None:
    index(live.double, entry(child(live)), entry(ABSENT, "linux/arm64"))
    good, absent = scans(live)
    assert (good.state, absent.state) == (ScanState.COMPLETE, ScanState.INCOMPLETE)
    assert absent.reason == f"the index names linux/arm64 ({ABSENT}), which is not in the repository"
    assert ("linux/arm64: the image to be visible", 0.0) in live.told


def test_an_absent_image_without_a_platform_is_named_by_its_digest(live: Live) -> None:
    index(live.double, entry(ABSENT, None))
    [absent] = scans(live)
    assert absent.reason == f"the index names an image ({ABSENT}), which is not in the repository"
    assert live.told[0][0].startswith(ABSENT[:18])


def test_a_manifest_that_is_absent_is_said_of_its_entry_alone(live: Live) -> None:
    index(live.double, entry(child(live)), entry(ABSENT, NO_PLATFORM))
    good, absent = scans(live)
    assert (good.state, absent.state) == (ScanState.COMPLETE, ScanState.INCOMPLETE)
    assert "answered without the manifest (ImageNotFound" in absent.reason


@pytest.mark.parametrize("text", ["", "[]", '{"manifests": [{}]}'])
def test_an_index_that_cannot_be_read_is_no_evidence(live: Live, text: str) -> None:
    live.double.image("team/app", tag="v1", manifest=text or "null", media_type=OCI_INDEX)
    [scan] = scans(live)
    assert (scan.state, scan.findings) == (ScanState.INCOMPLETE, ())


def test_who_may_not_read_the_index_is_told_what_to_allow(live: Live) -> None:
    index(live.double, entry(child(live)))
    live.double.fail(MANIFEST, access_denied("ecr:BatchGetImage"), times=None)
    refusal = live.refusal()
    assert (refusal.exit_code, "ecr:BatchGetImage" in refusal.hint) == (Exit.REFUSED, True)


def test_a_refusal_of_one_image_leaves_the_others(live: Live) -> None:
    index(live.double, entry(child(live)), entry(child(live), "linux/arm64"))
    live.double.fail(SCAN, aws_error("ValidationException", "no"), times=1)
    found = live.all()
    assert {type(one) for one in found} == {Scan, Refusal}
    assert {one.image.platform for one in found} == {"linux/amd64", "linux/arm64"}


def test_where_all_images_are_refused_nothing_is_said_of_the_attestations(live: Live) -> None:
    index(live.double, entry(child(live)), attestation(live.double))
    live.double.fail(SCAN, access_denied("ecr:DescribeImageScanFindings"), times=None)
    [refusal] = live.all()
    assert isinstance(refusal, Refusal)
    assert refusal.image.platform == "linux/amd64"


def test_all_images_share_one_deadline(live: Live) -> None:
    steps = {f"linux/{name}": [(0.0, in_progress())] for name in ("amd64", "arm64", "s390x", "ppc64le", "riscv64")}
    platforms(live.double, steps)
    found = scans(live, wait=60)
    assert {scan.state for scan in found} == {ScanState.PENDING}
    assert live.clock.monotonic() <= 60 + 5
    told = {text for text, _ in live.told}
    assert told
    assert told <= {f"{platform}: the scan (IN_PROGRESS)" for platform in steps}


def test_an_image_of_an_index_without_a_scan_names_the_cause(live: Live) -> None:
    live.double.registry_scanning(None)
    index(live.double, entry(child(live, scan_not_found())))
    [scan] = scans(live)
    assert scan.state is ScanState.MISSING
    assert "Is only the index tagged?" in scan.hint


def test_the_tag_of_an_index_is_looked_at_again_once(live: Live) -> None:
    whole = platforms(live.double, {"linux/amd64": [(OLD, FOUND)], "linux/arm64": [(OLD, CLEAN)]})
    assert {scan.tag_move for scan in scans(live)} == {None}
    by_tag = [call for call in live.double.called(IMAGES) if call.input["imageIds"] == [{"imageTag": "v1"}]]
    assert len(by_tag) == 2
    assert live.double.calls[-1].operation == IMAGES
    assert scans(live, f"team/app@{whole.digest}")[0].tag_move is None


def test_a_tag_that_moved_is_said_of_every_image_with_the_index_it_left(live: Live) -> None:
    platforms(live.double, {"linux/amd64": [(0.0, in_progress()), (30.0, CLEAN)], "linux/arm64": [(OLD, CLEAN)]})
    other = index(live.double, entry(ABSENT), tag=None)
    live.double.move_tag("team/app", "v1", to=other, at=5)
    moved = TagMove(tag="v1", to=other.digest, pinned=False)
    assert [scan.tag_move for scan in scans(live)] == [moved, moved]


def test_an_archived_image_of_an_index_has_expired(live: Live) -> None:
    index(live.double, entry(child(live, image_status="ARCHIVED")))
    [scan] = scans(live)
    assert (scan.state, scan.status) == (ScanState.EXPIRED, "IMAGE_ARCHIVED")


@pytest.mark.parametrize(
    ("wanted", "judged"),
    [
        (("linux/arm64",), ["linux/arm64/v8"]),
        (("linux/arm64/v8",), ["linux/arm64/v8"]),
        (("linux/arm",), ["linux/arm/v6", "linux/arm/v7"]),
        (("linux/arm/v7", "linux/amd64"), ["linux/amd64", "linux/arm/v7"]),
    ],
)
def test_only_the_platforms_that_are_asked_for_are_judged_and_that_is_said(
    live: Live, wanted: tuple[str, ...], judged: list[str]
) -> None:
    names = ("linux/amd64", "linux/arm64/v8", "linux/arm/v6", "linux/arm/v7")
    whole = platforms(live.double, {name: [(OLD, CLEAN)] for name in names})
    found = scans(live, platforms=wanted)
    assert [scan.image.platform for scan in found] == judged
    left_out = ", ".join(name for name in names if name not in judged)
    assert [scan.warnings for scan in found] == [
        (f"the index {whole.digest} is not wholly judged: --platform leaves out {left_out}",),
        *[()] * (len(found) - 1),
    ]
    assert {scan.image.narrowed for scan in found} == {True}


def test_a_platform_that_is_asked_for_and_all_there_is_leaves_nothing_out(live: Live) -> None:
    index(live.double, entry(child(live)), attestation(live.double))
    [scan] = scans(live, platforms=("linux/amd64",))
    assert (scan.warnings, len(scan.notes), scan.image.narrowed) == ((), 1, False)


def test_a_platform_that_is_absent_is_no_evidence_beside_those_that_are_there(live: Live) -> None:
    whole = index(live.double, entry(child(live)), entry(child(live), None))
    good, absent = scans(live, platforms=("linux/amd64", "linux/s390x"))
    assert (good.state, absent.state) == (ScanState.COMPLETE, ScanState.INCOMPLETE)
    assert (absent.image.digest, absent.image.index_digest) == (None, whole.digest)
    assert absent.reason.startswith("linux/s390x was asked for (--platform), and the index holds linux/amd64, sha256:")
    [alone] = scans(live, platforms=("linux/s390x",))
    assert (alone.state, alone.image.platform) == (ScanState.INCOMPLETE, "linux/s390x")


def test_an_index_of_attestations_alone_has_no_platform(live: Live) -> None:
    index(live.double, attestation(live.double))
    [scan] = scans(live, platforms=("linux/amd64",))
    assert scan.reason == "linux/amd64 was asked for (--platform), and the index holds no image"


def test_the_platform_of_a_single_image_is_not_known(live: Live) -> None:
    live.image(FOUND)
    scan = live.scan(platforms=("linux/amd64",))
    assert (scan.state, scan.findings) == (ScanState.INCOMPLETE, ())
    assert "this is a single image, whose platform AWS does not say" in scan.reason


def test_an_unscannable_image_of_an_index_is_said_with_its_platform(live: Live) -> None:
    index(live.double, entry(child(live)), entry(child(live, status("UNSUPPORTED_IMAGE")), "windows/amd64"))
    found = scans(live)
    assert [scan.state for scan in found] == [ScanState.COMPLETE, ScanState.UNSUPPORTED]
    assert found[1].image.platform == "windows/amd64"


def test_what_lists_nothing_in_an_index_must_be_an_image(live: Live) -> None:
    helm = child(live, empty(), config_media_type="application/vnd.cncf.helm.config.v1+json")
    live.double.registry_scanning("BASIC")
    index(live.double, entry(helm))
    [scan] = scans(live)
    assert (scan.state, "this is no container image" in scan.reason) == (ScanState.INCOMPLETE, True)


def test_a_fault_while_one_image_is_asked_about_is_no_fact(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    index(live.double, entry(child(live)), entry(child(live), "linux/arm64"))

    def broken(_: object) -> None:
        message = "a setting of this machine"
        raise UsageError(message)

    monkeypatch.setattr(Watch, "run", broken)
    with pytest.raises(UsageError, match="a setting"):
        live.all()


def test_many_images_keep_their_order_and_their_findings(live: Live) -> None:
    names = [f"linux/a{number}" for number in range(24)]
    answers = {
        name: [(OLD, enhanced([enhanced_finding(f"CVE-2026-{n}") for n in range(number)]))]
        for number, name in enumerate(names)
    }
    platforms(live.double, answers)
    found = scans(live)
    assert [scan.image.platform for scan in found] == names
    assert [len(scan.findings) for scan in found] == list(range(24))
