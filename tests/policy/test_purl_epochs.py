"""Epochs of distributions' packages: what is one is compared as a number, what is none is a part of the version."""

import pytest

from gate.model import Package
from gate.policy.purl import any_of, names, parse_purl


@pytest.mark.parametrize(
    ("written", "seen", "expected"),
    [
        ("pkg:deb/debian/a@10:1.2", "1:1.2", False),
        ("pkg:deb/debian/a@1:1.2", "10:1.2", False),
        ("pkg:deb/debian/a@01:1.2", "1:1.2", True),
        ("pkg:deb/debian/a@0:1.2", "1.2", True),
        ("pkg:deb/debian/a@1:2:3", "1:2:3", True),
        ("pkg:deb/debian/a@b:3?epoch=1", "1:b:3", True),
        ("pkg:deb/debian/a@1:2:3", "2:3", False),
    ],
)
def test_epochs_are_compared_as_numbers(written: str, seen: str, *, expected: bool | None) -> None:
    purl = parse_purl(written)
    assert purl is not None
    assert names(purl, Package(name="a", type="os", version=seen)) is expected


@pytest.mark.parametrize(
    ("answers", "result"),
    [([], False), ([False], False), ([None, False], None), ([False, None], None), ([None, True], True)],
)
def test_what_is_not_known_is_none_and_nothing_else(answers: list[bool | None], *, result: bool | None) -> None:
    assert any_of(answers) is result
