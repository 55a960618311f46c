"""What is said of a saved listing that is no evidence, word for word, and what its image is called."""

from datetime import timedelta
from typing import Any

import pytest

from gate.errors import EvidenceError
from gate.model import Image, ScanState
from tests.builders import DIGEST, NOW
from tests.sources.test_saved_findings import BUILD, IMAGE, OTHER, built, of, read

ONE = "Save one file for each image: filter list-findings by resourceId, or list-image-scan-findings by build version."
LONG = f"arn:aws:ecr:eu-central-1:123456789012:repository/{'a' * 300}/{DIGEST}"


@pytest.mark.parametrize(
    ("findings", "said"),
    [
        ([], "the answer lists nothing, and so does not say of which image"),
        ([of(IMAGE), of(OTHER)], f"the answer lists findings of 2 images ({IMAGE}, {OTHER}, …)"),
        ([of(LONG), of(OTHER), built()], f"the answer lists findings of 3 images ({LONG[:199]}…, {OTHER}, …)"),
        (
            [of("i-" + "0" * 100), of("i-1")],
            (
                "the answer lists no finding of an image in ECR or of Image Builder; "
                f"2 findings of other resources (i-{'0' * 57}…, i-1) left out"
            ),
        ),
    ],
)
def test_what_is_not_of_one_image_is_said_whole(findings: list[Any], said: str) -> None:
    with pytest.raises(EvidenceError) as raised:
        read(*findings)
    assert (raised.value.message, raised.value.hint) == (f"evidence.json: {said}", ONE)


def test_what_is_no_evidence_yet_is_said_whole() -> None:
    fresh = of(IMAGE, updated=NOW - timedelta(seconds=5))
    no_time = of(IMAGE) | {"updatedAt": "soon"}
    again = "Save the answer again some minutes after the scan."
    for scan, reason, hint in (
        (
            read(of(IMAGE), stated=False),
            "the answer does not say whether the scan was finished, and nobody says when it was fetched",
            "Say when it was fetched, with --captured-at; better, save describe-image-scan-findings.",
        ),
        (
            read(fresh),
            (
                "the answer was saved before its findings had settled (scan.settle): "
                f"one is of {NOW - timedelta(seconds=5):%Y-%m-%d %H:%M} UTC"
            ),
            again,
        ),
        (read(no_time), "updatedAt is 'soon', which is no time", ""),
    ):
        assert (scan.state, scan.reason, scan.hint) == (ScanState.INCOMPLETE, reason, hint)
        assert (scan.findings, scan.warnings) == ((), ())


def test_an_image_is_called_what_the_file_and_its_findings_call_it() -> None:
    assert read(built()).image == Image(target="evidence.json", source="saved", arn=BUILD)
    assert read(of(IMAGE)).image == Image(
        target="evidence.json",
        source="saved",
        registry="123456789012",
        region="eu-central-1",
        repository="team/app",
        digest=DIGEST,
    )
