"""Which target a baseline's name stands for, that each is fetched once, and what is said where one cannot be had."""

from pathlib import Path
from typing import Any

import pytest

from gate.cli.baselines import Baselines, check_option, file_named
from gate.errors import AccessError, UsageError
from gate.facts.kev import read_kev
from gate.facts.known import Facts
from gate.model import Image, Refusal, Scan
from gate.policy.baseline import Compared
from gate.policy.loader import Loaded, load, loads
from gate.target import BuildTarget, EcrTarget, Target
from tests.aws_double.builds import BUILD
from tests.builders import DIGEST, OTHER_DIGEST, finding, image, scan
from tests.facts.written import catalogue, entry


def loaded(text: str) -> Loaded:
    return loads(f"version: 1\nmax: {{high: 0}}\n{text}\n".encode(), file="gate.yaml")


def compared(
    text: str, *scans: Scan | Refusal, option: str | None = None, found: Any = (), facts: Facts | None = None
) -> tuple[tuple[Compared | None, ...], list[Target]]:
    """Return what images are compared with where every target stands for the same, and what was asked for."""
    asked: list[Target] = []

    def collect(target: Target) -> tuple[Scan | Refusal, ...]:
        asked.append(target)
        if isinstance(found, Exception):
            raise found
        return tuple(found)

    baselines = Baselines(loaded(text), option, collect, facts or Facts())
    return baselines.compared(scans or (scan(),)), asked


PROD = "baseline: {image: prod}"
LONG = "a" * 128
BEFORE = "baseline: {image: before.json}"


def test_without_a_baseline_in_the_policy_nothing_is_fetched() -> None:
    assert compared("") == ((), [])


@pytest.mark.parametrize(
    ("name", "tag", "digest"),
    [
        ("prod", "prod", None),
        ("v1.2_3-4", "v1.2_3-4", None),
        (OTHER_DIGEST, None, OTHER_DIGEST),
        ("a" * 128, "a" * 128, None),
    ],
)
def test_a_tag_or_digest_alone_is_of_the_images_own_repository(name: str, tag: str | None, digest: str | None) -> None:
    _, [target] = compared(f"baseline: {{image: '{name}'}}")

    assert isinstance(target, EcrTarget)
    assert (target.registry, target.region, target.repository) == ("123456789012", "eu-west-1", "team/app")
    assert (target.tag, target.digest) == (tag, digest)
    assert target.text == f"team/app{'@' if digest else ':'}{name}"


def test_a_name_with_an_ending_of_files_is_a_file() -> None:
    assert [one.used.missing for one in compared("baseline: {image: prod.json}")[0] if one] == [
        "the evidence cannot be read: No such file or directory"
    ]


@pytest.mark.parametrize(
    "other", [image(source="imagebuilder", repository=None), image(source="saved"), image(repository=None)]
)
def test_a_tag_alone_says_nothing_where_there_is_no_repository(other: Image) -> None:
    [found], asked = compared(PROD, scan(image=other))

    assert asked == []
    assert found is not None
    assert found.used.missing == "a tag or digest alone names an image in ECR only; name a file or another target"


def test_a_build_may_be_compared_with_a_build() -> None:
    _, [target] = compared(f"baseline: {{image: '{BUILD}'}}")

    assert isinstance(target, BuildTarget)


def test_each_target_is_asked_for_once_and_each_repository_has_its_own() -> None:
    others = scan(image=image(repository="team/other", digest=OTHER_DIGEST))
    prod = scan(finding(), image=image(digest="sha256:" + "ef" * 32))
    found, asked = compared(PROD, scan(), others, scan(), found=(prod,))

    assert [one.text for one in asked if isinstance(one, EcrTarget)] == ["team/app:prod", "team/other:prod"]
    assert [one.used.missing for one in found if one] == ["", "", ""]


def test_what_aws_refuses_is_the_reason_why_there_is_none() -> None:
    refused = Refusal(image=image(digest=OTHER_DIGEST), exit_code=5, reason="AccessDenied")
    [by_scan], _ = compared(PROD, found=(refused,))
    [by_error], _ = compared(PROD, found=AccessError("no\ncredentials"))

    assert by_scan is not None
    assert by_error is not None
    assert (by_scan.used.missing, by_error.used.missing) == ("AccessDenied", "no credentials")


def test_an_image_that_was_refused_itself_is_compared_all_the_same() -> None:
    gone = Refusal(image=image(), exit_code=5, reason="r")
    prod = scan(finding(), image=image(digest=OTHER_DIGEST))
    [found], asked = compared(PROD, gone, found=(prod,))

    assert found is not None
    assert (found.used.digest, len(asked)) == (OTHER_DIGEST, 1)


def test_what_the_files_of_facts_say_is_said_of_the_baseline_too() -> None:
    known = Facts(kev=read_kev(catalogue(entry("CVE-2026-1000")), "kev.json"))
    prod = scan(finding("CVE-2026-1000"), image=image(digest=OTHER_DIGEST))
    [found], _ = compared(PROD, found=(prod,), facts=known)

    assert found is not None
    assert [sight.kev for sight in found.sights.values()] == [True]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("baseline: {judge: new}", None),
        ("baseline: {image: prod}", None),
        (f"baseline: {{image: '{DIGEST}'}}", None),
        ("baseline: {image: 'team/app:v1'}", None),
        ("baseline: {image: team/app}", None),
        ("baseline: {image: '-'}", None),
        ("baseline: {image: old.json}", "old.json"),
        ("baseline: {image: ./old.json.gz}", "old.json.gz"),
        ("baseline: {image: /srv/old.json}", "/srv/old.json"),
    ],
)
def test_the_file_that_a_policy_names_is_known_before_it_is_read(text: str, expected: str | None) -> None:
    assert file_named(loaded(text)) == expected


def test_the_file_that_a_policy_names_is_known_by_the_folder_of_the_policy() -> None:
    Path("rules").mkdir()
    Path("rules/gate.yaml").write_text(f"version: 1\nmax: {{high: 0}}\n{BEFORE}\n", encoding="utf-8")

    assert file_named(load(Path("rules/gate.yaml"))) == "rules/before.json"


def test_no_option_fits_every_policy() -> None:
    check_option(loaded(""), None)
    check_option(loaded("baseline: {judge: new}"), "prod")
    with pytest.raises(UsageError):
        check_option(loaded(""), "prod")
