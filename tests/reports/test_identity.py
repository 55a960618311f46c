"""What an image is, in the same words in every report that has room for it."""

import pytest
from msgspec.structs import replace

from gate.policy.verdict import BaselineUsed, ImageVerdict
from gate.reports.identity import identity
from tests.builders import DIGEST, OTHER_DIGEST, image, judge, policy, scan
from tests.reports.samples import HOSTILE


def judged(**fields: object) -> ImageVerdict:
    return judge(policy(), scan(image=image(**fields))).images[0]


def test_what_is_known_of_an_image_is_told() -> None:
    assert identity(judged()) == (
        ("target", "team/app:v1"),
        ("digest", DIGEST),
        ("registry", "123456789012 in eu-west-1"),
    )


def test_what_is_not_known_is_left_out() -> None:
    assert identity(judged(digest=None, registry=None, region=None)) == (("target", "team/app:v1"),)


def test_index_platform_and_that_others_of_it_were_not_judged() -> None:
    told = identity(judged(index_digest=OTHER_DIGEST, platform="linux/arm64", narrowed=True))
    assert told[2:5] == (
        ("index", OTHER_DIGEST),
        ("platform", "linux/arm64"),
        ("not judged", "other images of its index (--platform)"),
    )


def test_a_build_is_told_with_its_pipeline_and_what_it_made() -> None:
    arn = "arn:aws:imagebuilder:eu-west-1:123456789012:image/web/1.2.3/4"
    made = tuple(f"eu-west-1:ami-{n}" for n in range(2))
    told = dict(identity(judged(arn=arn, pipeline="p", outputs=made, source="imagebuilder", region=None)))
    assert (told["build"], told["pipeline"], told["made"]) == (arn, "p", "eu-west-1:ami-0, eu-west-1:ami-1")
    assert told["account"] == "123456789012"


@pytest.mark.parametrize(
    ("used", "said"),
    [
        (BaselineUsed(target="prod", digest=OTHER_DIGEST), f"prod ({OTHER_DIGEST})"),
        (BaselineUsed(target="prod.json"), "prod.json (no digest)"),
        (BaselineUsed(target="prod", missing="it is not there"), "prod, which is no baseline: it is not there"),
        (BaselineUsed(target="", missing="nothing is named"), "none, which is no baseline: nothing is named"),
    ],
)
def test_the_baseline_is_told_also_where_it_is_missing(used: BaselineUsed, said: str) -> None:
    assert dict(identity(replace(judged(), baseline=used)))["baseline"] == said


def test_the_overrides_that_apply_are_counted_from_one() -> None:
    assert dict(identity(replace(judged(), overrides=(0, 2))))["overrides"] == "1, 3"


def test_all_of_it_is_one_line_whatever_the_evidence_says() -> None:
    evil = HOSTILE * 100
    used = BaselineUsed(target=evil, missing=evil)
    hostile = judged(target=evil, digest=evil, index_digest=evil, platform=evil, registry=evil, outputs=(evil,) * 99)
    told = identity(replace(hostile, baseline=used, overrides=tuple(range(9_999))))
    assert len(told) == 8
    assert all("\n" not in text and "\x1b" not in text and len(text) <= 500 for _, text in told)
