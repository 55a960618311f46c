"""Verdicts over text of any kind, for the properties of reports that machines read, and how such a report is read."""

import json
import re
import unicodedata
from typing import Any

from hypothesis import strategies as st

from gate.model import Cvss, Finding, Fix, Image, Kev, Package, Severity
from gate.policy.clauses import Ignore, Max
from gate.policy.verdict import Verdict
from tests.builders import DIGEST, OTHER_DIGEST, finding, image, judge, policy, scan

ANY = st.text(st.characters(exclude_categories=()), max_size=30) | st.sampled_from(
    [
        "", "/", "..", " ", "@a/b", "a:b", "C:\\x", "##[error]", "::error::x", "##vso[x]", "]]>", "a|b", "[x](y)",
        "@all", "\ud800", "\u202ex", "\u200b", "~", "%", "<b>", "`x`", "\x1b[31m", "CVE-2026-1000", "github.com/a/b",
        "x" * 3_000,
    ]
)  # fmt: skip
_TYPES = st.sampled_from([None, "OS", "JAR", "NPM", "gomod", "pip", "composer", "generic"]) | ANY
_PACKAGES = st.builds(
    Package, name=ANY, version=st.none() | ANY, fixed_in=st.none() | ANY, type=_TYPES, path=st.none() | ANY
)
_FINDINGS: st.SearchStrategy[Finding] = st.builds(
    finding,
    ANY,
    st.sampled_from(Severity),
    packages=st.lists(_PACKAGES, max_size=3).map(tuple),
    title=ANY,
    description=ANY,
    url=st.none() | ANY | st.just("https://example.com/a"),
    references=st.lists(ANY, max_size=2).map(tuple),
    aliases=st.lists(ANY, max_size=2).map(tuple),
    cwes=st.lists(ANY | st.just("CWE-79"), max_size=2).map(tuple),
    fix=st.sampled_from(Fix),
    epss=st.none() | st.floats(0, 1),
    kev=st.none() | st.builds(Kev, listed=st.booleans(), due=st.none() | st.dates()),
    exploit=st.none() | st.booleans(),
    scores=st.lists(st.builds(Cvss, score=st.just(5.0), version=ANY, source=ANY, vector=ANY), max_size=1).map(tuple),
)
_IMAGES: st.SearchStrategy[Image] = st.builds(
    image,
    target=ANY,
    repository=st.none() | ANY | st.just("team/app"),
    registry=st.none() | ANY | st.just("123456789012"),
    region=st.none() | ANY | st.just("eu-west-1"),
    tags=st.lists(ANY, max_size=2).map(tuple),
    platform=st.none() | ANY,
    digest=st.none() | ANY | st.sampled_from([DIGEST, OTHER_DIGEST]),
    arn=st.none() | st.just("arn:aws:imagebuilder:eu-west-1:123456789012:image/web/1.2.3/4") | ANY,
)
_IGNORES = st.builds(
    Ignore,
    id=st.just("*"),
    reason=ANY,
    owner=ANY,
    ticket=ANY,
    justification=st.sampled_from([None, "component_not_present", "inline_mitigations_already_exist"]),
)
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_COMMAND = re.compile(r"##(?:\[|vso\[)", re.IGNORECASE)


def verdicts() -> st.SearchStrategy[Verdict]:
    """Draw verdicts over up to three images with up to four findings, some of them ignored, all text hostile."""

    def made(found: list[Finding], images: list[Image], entries: list[Ignore], name: str) -> Verdict:
        rules = policy(name=name, max=Max(critical=0, high=0, unknown="unlimited"), ignore=tuple(entries))
        return judge(rules, *(scan(*found, image=held, warnings=(name,)) for held in images))

    lists = st.lists(_FINDINGS, max_size=4), st.lists(_IMAGES, min_size=1, max_size=3), st.lists(_IGNORES, max_size=1)
    return st.builds(made, *lists, ANY)


def read_back(text: str) -> Any:
    """Read a report in JSON, after making sure that it is one line that no terminal and no CI system obeys."""
    assert text.endswith("\n")
    assert text.count("\n") == 1
    assert not _COMMAND.search(text)
    assert {character for character in set(text[:-1]) if unicodedata.category(character) in _UNSEEN} == set()
    return json.loads(text)
