"""The HTML report as a whole: what it says first, that it is closed, and that text stays text in it."""

import re
import subprocess
import sys
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gate.model import Package, Severity
from gate.plain import neutral, one_line
from gate.policy.clauses import Max
from gate.policy.verdict import Upgrade, Verdict, Warned
from gate.reports import html, summary
from tests.builders import judge, policy, scan
from tests.reports.html_reading import Element, listed, page, read, rest
from tests.reports.samples import HOSTILE, SAMPLES, flaw, many, unfinished
from tests.reports.showcase import showcase

PAGES = {**SAMPLES, "unfinished": unfinished(), "showcase": showcase()}
LOADING = {"src", "srcset", "action", "formaction", "poster", "background", "ping", "style", "manifest", "xlink:href"}


@pytest.fixture(scope="module", params=PAGES)
def drawn(request: pytest.FixtureRequest) -> tuple[Verdict, str, Element]:
    """Return a verdict, its page, and the page as read."""
    verdict = PAGES[request.param]
    text = html.render(verdict)
    return verdict, text, read(text)


def test_it_says_the_verdict_and_why_first(drawn: tuple[Verdict, str, Element]) -> None:
    verdict, _, document = drawn
    head = document.one("header")
    word, reason = summary.WORDS[verdict.verdict], " ".join(summary.headline(verdict).split())
    assert head.one("p", class_="word").text == word
    assert reason.endswith(head.one("p", class_="reason").text)
    assert document.one("head").one("title").text.startswith(f"{word}: ")
    assert document.one("body").text.startswith("Skip to the findings")


def test_a_policy_that_cannot_fail_is_named_before_the_verdict(drawn: tuple[Verdict, str, Element]) -> None:
    verdict, _, document = drawn
    says = document.one("header").text.startswith(summary.CANNOT_FAIL)
    assert says is summary.cannot_fail(verdict)


def test_everything_that_every_report_says_is_on_it(drawn: tuple[Verdict, str, Element]) -> None:
    verdict, _, document = drawn
    text = document.one("body").text
    for said in (*summary.hints(verdict), *summary.warnings(verdict), summary.policy_text(verdict)):
        assert " ".join(said.split()) in text
    for image in verdict.images:
        assert " ".join(summary.image_label(image).split()) in text
    tables = [[row.text for row in table.one("tbody").all("tr")] for table in document.all("table", class_="rules")]
    rules = [
        [f"{summary.RULE_WORDS[one.outcome]}{one.name}{one_line(one.why, 600)}" for one in image.rules]
        for image in verdict.images
    ]
    assert [sorted(rows) for rows in tables] == [sorted(rows) for rows in rules]


def test_its_policy_lets_in_only_its_own_style_and_script(drawn: tuple[Verdict, str, Element]) -> None:
    document = drawn[2]
    rules = dict(rule.split(" ", 1) for rule in _policy(document).split("; "))
    (style,) = document.all("style")
    script = [one for one in document.all("script") if one.attributes.get("type") is None]
    assert rules["default-src"] == "'none'"
    assert rules["style-src"] == _hash(style.raw)
    assert [rules["script-src"]] == [_hash(one.raw) for one in script]
    assert {rules[name] for name in ("base-uri", "form-action", "trusted-types")} == {"'none'"}
    assert rules["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in _policy(document)


def test_it_loads_nothing_and_sends_nothing(drawn: tuple[Verdict, str, Element]) -> None:
    document = drawn[2]
    names = {one.name for one in document.walk()}
    assert names.isdisjoint({"link", "img", "iframe", "object", "embed", "base", "image", "use", "audio", "video"})
    for one in document.walk():
        assert LOADING.isdisjoint(one.attributes)
        assert [name for name in one.attributes if name.startswith("on")] == []
    assert not re.search(r"url\(|@import|@font-face", document.one("style").raw)


def test_it_links_to_https_alone_and_says_nothing_of_itself(drawn: tuple[Verdict, str, Element]) -> None:
    links = [one for one in drawn[2].all("a") if "href" in one.attributes]
    away = [one for one in links if not (one.attributes["href"] or "").startswith("#")]
    assert all((one.attributes["href"] or "").startswith("https://") for one in away)
    assert all(one.attributes.get("rel") == "noopener noreferrer" for one in away)
    assert drawn[2].one("meta", name="referrer").attributes["content"] == "no-referrer"


def test_names_of_places_in_it_are_unique(drawn: tuple[Verdict, str, Element]) -> None:
    names = [one.attributes["id"] for one in drawn[2].walk() if "id" in one.attributes]
    assert len(set(names)) == len(names)


def test_it_is_harmless_in_a_log(drawn: tuple[Verdict, str, Element]) -> None:
    text = drawn[1]
    assert neutral(text) == text
    assert text.encode()


def test_it_is_the_same_again(drawn: tuple[Verdict, str, Element]) -> None:
    assert html.render(drawn[0]) == drawn[1]


def test_hostile_text_stays_text() -> None:
    document = page(SAMPLES["hostile"])
    assert "<script>alert(1)</script>" in document.one("table", id="table").text
    assert _only_ours(document)


def _with_text(text: str) -> Verdict:
    sample = SAMPLES["fail"]
    first = sample.images[0]
    rules = tuple(replace(rule, name=text, why=text) for rule in first.rules)
    packages = (Package(name=text, version=text, fixed_in=text, type=text, path=text, arch=text),)
    findings = tuple(
        replace(one, id=text, title=text, description=text, url=text, references=(text,), packages=packages)
        for one in first.findings
    )
    shown = replace(
        first, target=text, repository=text or None, tags=(text,), reason=text, rules=rules, findings=findings
    )
    upgrade = Upgrade(name=text, type=text, installed=(text,), to=text, clears=1, images=(0,))
    warned = (Warned(text=text, image=0),)
    return replace(sample, reason=text, hint=text, images=(shown,), warnings=warned, upgrades=(upgrade,))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.text(max_size=120) | st.text("<>&\"'/!-=`;:# \n", max_size=40))
def test_no_text_makes_an_element_an_attribute_or_a_command(text: str) -> None:
    drawn = html.render(_with_text(text))
    assert _only_ours(read(drawn))
    assert neutral(drawn) == drawn


def test_a_megabyte_of_text_stays_a_page() -> None:
    assert len(html.render(_with_text("x" * 1_000_000))) < 150_000
    assert len(html.render(_with_text(HOSTILE * 5_000))) < 250_000


def test_without_findings_it_says_whether_there_are_none_or_nothing_was_counted() -> None:
    clean, none = page(SAMPLES["clean"]), page(SAMPLES["no_verdict"])
    assert "No finding is listed." in clean.one("section", id="list").text
    assert "Nothing was counted" in none.one("section", id="list").text
    assert not none.all("ul", class_="tiles")
    assert not clean.all("table", id="table")


def test_ten_thousand_findings_are_all_in_it_once_and_it_stays_small() -> None:
    text = html.render(many())
    document = read(text)
    rows, data = listed(document), rest(document)
    ids = [row.one("th").one("a").text for row in rows] + [row[data["fields"].index("id")] for row in data["rows"]]
    assert (len(rows), len(set(ids)), len(ids)) == (1_000, 10_000, 10_000)
    assert len(text) < 6_000_000
    assert "9,000 more: JavaScript shows them here" in document.one("p", id="more").text


def test_what_is_held_as_data_cannot_end_its_element() -> None:
    text = "</script><!--<script>\u2028"
    findings = (flaw(f"CVE-2026-{n}{text}", Severity.HIGH, description=text) for n in range(1_001))
    document = page(judge(policy(max=Max(high=0)), scan(*findings)))
    raw = document.one("script", id="rest").raw
    assert not re.search(r"[<>&\u2028]", raw)
    assert rest(document)["rows"][0][1].endswith("</script><!--<script>\ufffd")


def test_what_draws_it_is_imported_only_when_it_is_used() -> None:
    code = "import sys, gate.reports; print([n for n in sys.modules if n.startswith(('jinja2', 'gate.reports.html_'))])"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, cwd=Path(__file__).parents[2], text=True
    )
    assert run.stdout.strip() == "[]"


@cache
def _ours() -> frozenset[tuple[str, str]]:
    """Return the names of elements, each with every name of an attribute of its, on pages without hostile text."""
    documents = map(page, (showcase(), *(SAMPLES[name] for name in ("pass", "fail", "warn", "no_verdict", "mixed"))))
    return frozenset(pair for document in documents for one in document.walk() for pair in _names(one))


def _only_ours(document: Element) -> bool:
    return len(document.all("script")) == 2 and all(pair in _ours() for one in document.walk() for pair in _names(one))


def _names(one: Element) -> list[tuple[str, str]]:
    return [(one.name, ""), *((one.name, name) for name in one.attributes)]


def _policy(document: Element) -> str:
    return document.one("meta", http_equiv="Content-Security-Policy").attributes["content"] or ""


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
