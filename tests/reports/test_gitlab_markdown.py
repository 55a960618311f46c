"""Hostile text in GitLab's Markdown: read by a Markdown parser it is the text again, and nothing of it is alive."""

import re
from html import unescape

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from gate.reports.gitlab_markdown import plain_markdown
from gate.reports.sarif_names import told
from tests.reports.any_text import ANY
from tests.reports.samples import HOSTILE

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
NASTY = [
    "[click](https://evil.example.com) ![x](https://evil.example.com/x.png) <https://evil.example.com>",
    '@all #1 !2 $3 ~bug %v1 &4 ^alert#5 group/project#6 ~"two words" 100% C# a&b <!-- x --> <img src=x onerror=y>',
    "*a* _b_ **c** __d__ ~~e~~ `f` ``@g`` \\@h \\`@i\\` | --- |",
    "- item", "+ item", "1. item", "2) item", "===", "---", "# title", "> quote", "~~~", "1986\\. x",
    "&lt;b&gt; &#64;all",
]  # fmt: skip


def alive(html: str) -> list[str]:
    """Return what GitLab would make a reference of, in text that is no code."""
    outside = re.sub(r"<code>.*?</code>", "\0", html)
    return re.findall(r"""[@#!$~%^](?=[\w"'])""", unescape(outside))


def shown(text: str) -> str:
    html = PARSER.render(plain_markdown(text))
    assert set(re.findall(r"<(/?\w+)", html)) <= {"p", "/p", "code", "/code"}
    assert alive(html) == []
    return unescape(re.sub(r"<[^>]*>", "", html)).strip()


@pytest.mark.parametrize("text", [*NASTY, told(HOSTILE, 500)])
def test_nasty_text_is_shown_as_it_is(text: str) -> None:
    assert shown(text) == text


@settings(deadline=None, derandomize=True)
@given(ANY)
def test_any_text_is_shown_as_it_is(text: str) -> None:
    line = told(text, 500).strip()

    assert shown(line) == line


def test_plain_text_stays_plain() -> None:
    assert plain_markdown("A fault in libfoo 1.2.3, see https://example.com/a") == (
        "A fault in libfoo 1.2.3, see https://example.com/a"
    )
