"""The terminal picture of README is what `gate check` prints today, and fetches nothing."""

import re

from lxml import etree

from tests.browser.terminal import PICTURE, picture, printed, shortened


def test_the_picture_is_what_the_command_prints_today() -> None:
    assert PICTURE.read_text(encoding="utf-8") == picture(), "make pictures draws it anew"


def test_the_picture_is_svg_that_names_nothing_outside_itself() -> None:
    tree = etree.fromstring(PICTURE.read_bytes())

    assert tree.tag == "{http://www.w3.org/2000/svg}svg"
    assert re.findall(r"https?://[^\"]+", PICTURE.read_text(encoding="utf-8")) == ["http://www.w3.org/2000/svg"]
    assert "@import" not in PICTURE.read_text(encoding="utf-8")


def test_a_part_that_is_cut_says_how_much_is_not_shown() -> None:
    report, code = printed()
    lines = [line.plain for line in shortened(report)]

    assert code == 1
    assert lines[0].startswith("FAIL: shop/checkout-api")
    assert sum("lines more" in line for line in lines) == 2
    assert not any(line.startswith("Warnings") for line in lines)
