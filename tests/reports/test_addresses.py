"""Web addresses in reports: those that are safe to link to, and the page of AWS's console on an image."""

import re

import pytest
from hypothesis import given, settings

from gate.policy.verdict import ImageVerdict, Verdict
from gate.reports.addresses import console_page, secure
from tests.builders import DIGEST, image, judge, policy, scan
from tests.reports.any_text import ANY, verdicts

PAGE = (
    "https://eu-west-1.console.aws.amazon.com/ecr/repositories/private/123456789012/team/app/_/image/"
    f"{DIGEST}/details?region=eu-west-1"
)


def judged(**fields: object) -> ImageVerdict:
    return judge(policy(), scan(image=image(**fields))).images[0]


@pytest.mark.parametrize(
    "url",
    [
        "https://nvd.nist.gov/vuln/detail/CVE-2026-0001",
        "https://alas.aws.amazon.com/AL2023/ALAS-2026-1.html?a=1&b=2#x",
    ],
)
def test_a_plain_https_address_is_secure(url: str) -> None:
    assert secure(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None, "", "http://nvd.nist.gov/x", "javascript:alert(1)", "https://", "https://a b", "https://a/<b>",
        "https://a/)x", "https://a/|x", "https://user@evil.example/", "https://a/\n", "https://a/`x`", "HTTPS://a/",
        "https://a/\\", "https://a/[x]", 'https://a/"x', "data:text/html,x",
    ],
)  # fmt: skip
def test_everything_else_is_not(url: str | None) -> None:
    assert secure(url) is None


def test_the_console_has_a_page_on_an_image_whose_parts_are_all_known() -> None:
    assert console_page(judged()) == PAGE


@pytest.mark.parametrize(
    "fields",
    [
        {"digest": None}, {"digest": "sha256:1"}, {"registry": None}, {"region": None}, {"repository": None},
        {"registry": "../123456789012"}, {"region": "eu-west-1.evil.example"}, {"repository": "../../x"},
        {"repository": "team/<b>"}, {"region": "cn-north-1"}, {"region": "us-gov-west-1"}, {"region": "us-isob-east-1"},
        {"region": "eusc-de-east-1"},
    ],
)  # fmt: skip
def test_where_a_part_is_not_known_or_of_another_partition_there_is_none(fields: dict[str, str | None]) -> None:
    assert console_page(judged(**fields)) is None


@settings(max_examples=100, deadline=None, derandomize=True)
@given(verdicts(), ANY)
def test_no_text_makes_an_address_that_is_none(verdict: Verdict, text: str) -> None:
    for url in (secure(text), *map(console_page, verdict.images)):
        assert url is None or re.fullmatch(r"https://[A-Za-z0-9.-]+[!-~]*", url)
    for page in filter(None, map(console_page, verdict.images)):
        assert re.match(r"https://[a-z0-9-]+\.console\.aws\.amazon\.com/ecr/repositories/private/[0-9]{12}/", page)
