"""What an image is called elsewhere: one name for one image, the same for the next build up to its last colon."""

import re
from typing import Any

import pytest
from botocore.loaders import Loader
from msgspec.structs import replace

from gate.policy.verdict import ImageVerdict
from gate.reports.image_names import address, pinned, sha256_of
from tests.builders import DIGEST, image, judge, policy, scan

BUILD = "arn:aws:imagebuilder:eu-west-1:123456789012:image/web-server/1.2.3/4"
HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
PARTITIONS = Loader().load_data("partitions")["partitions"]
REGIONS = [
    (region, partition["outputs"]["dnsSuffix"])
    for partition in PARTITIONS
    for region in partition["regions"]
    if not region.endswith("-global")
]


def judged(**fields: Any) -> ImageVerdict:
    return judge(policy(), scan(image=image(**fields))).images[0]


@pytest.mark.parametrize(("region", "suffix"), REGIONS)
def test_the_address_has_the_suffix_of_the_region_s_partition(region: str, suffix: str) -> None:
    assert address(judged(region=region)) == f"123456789012.dkr.ecr.{region}.{suffix}/team/app"


def test_every_partition_is_asked_about() -> None:
    assert len({suffix for _, suffix in REGIONS}) >= 7


@pytest.mark.parametrize(
    "target", [f"{HOST}/team/app:v1", "123456789012.dkr-ecr.eu-west-1.on.aws/team/app@" + DIGEST, "team/app:v1"]
)
def test_one_image_has_one_address_however_the_target_is_written(target: str) -> None:
    assert address(judged(target=target)) == f"{HOST}/team/app"


@pytest.mark.parametrize(
    "fields",
    [
        {"registry": None},
        {"region": None},
        {"repository": None},
        {"registry": "12345"},
        {"registry": "./1"},
        {"region": "nowhere"},
        {"repository": "Team App"},
        {"repository": "team/app:v1"},
        {"repository": "\ud800"},
    ],
)
def test_there_is_no_address_where_the_evidence_does_not_tell_it(fields: dict[str, Any]) -> None:
    assert address(judged(**fields)) is None


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({}, f"{HOST}/team/app@{DIGEST}"),
        ({"region": None}, f"team/app@{DIGEST}"),
        ({"digest": None}, f"{HOST}/team/app:unknown"),
        ({"digest": "md5:0123"}, f"{HOST}/team/app:unknown"),
        ({"repository": None, "source": "saved", "target": "./scan.json", "digest": None}, "scan.json:unknown"),
        ({"arn": BUILD, "source": "imagebuilder"}, "web-server:build-1.2.3/4"),
        ({"arn": "arn:", "source": "imagebuilder"}, "arn::build-"),
        ({"repository": " "}, f"image@{DIGEST}"),
    ],
)
def test_names(fields: dict[str, Any], name: str) -> None:
    held = judged(**fields)

    assert pinned(held, held.digest) == name


def without_version(name: str) -> str:
    """Return what GitLab knows an image by (lib/gitlab/ci/reports/security/locations/container_scanning.rb)."""
    base, _, version = name.rpartition(":")
    is_version = re.fullmatch(r"\s*([0-9]+(\.[0-9a-zA-Z]+)*(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?)?\s*", version)
    return name if is_version and not re.fullmatch(r"[0-9a-fA-F]{32,128}", version) else base


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({}, {"digest": "sha256:" + "12" * 32, "tags": ("2.0.0",), "target": "team/app:2.0.0"}),
        ({"arn": BUILD}, {"arn": BUILD.replace("1.2.3/4", "1.2.4/1")}),
    ],
)
def test_the_next_build_is_the_same_image_to_gitlab(old: dict[str, Any], new: dict[str, Any]) -> None:
    names = [pinned(one, one.digest) for one in (judged(**old), judged(**new))]

    assert names[0] != names[1]
    assert {without_version(name) for name in names} in ({f"{HOST}/team/app@sha256"}, {"web-server"})


@pytest.mark.parametrize(
    "digest", [None, "", "sha256:", "sha512:" + "ab" * 64, DIGEST.upper(), DIGEST + "0", "ab12" * 16]
)
def test_what_is_no_sha256_has_no_digits(digest: str | None) -> None:
    assert sha256_of(digest) is None


def test_the_digits_of_a_digest() -> None:
    assert sha256_of(DIGEST) == "ab12" * 16


def test_the_name_is_the_digest_s_that_is_asked_for() -> None:
    index = replace(judged(), index_digest="sha256:" + "0" * 64)

    assert pinned(index, index.index_digest) == f"{HOST}/team/app@sha256:{'0' * 64}"
