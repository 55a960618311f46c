"""The `openvex` report: what was settled, in words that others can read, and nothing that relaxes more than that."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gate.model import Finding, Package, Scan, Severity
from gate.policy.clauses import Ignore, Justification, Max, Selectors, VexChoice
from gate.policy.document import Policy
from gate.policy.verdict import Disposition, Verdict
from gate.policy.vex_document import read_vex
from gate.reports import openvex
from gate.reports.openvex import render
from tests.builders import DIGEST, OTHER_DIGEST, finding, image, judge, package, policy, scan
from tests.reports.any_text import read_back, verdicts
from tests.reports.golden_files import assert_golden
from tests.reports.samples import SAMPLES, many, many_ignored, unfinished
from tests.strategies import findings

PLACE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com%2Fteam%2Fapp"
PURL = f"pkg:oci/app@{DIGEST.replace(':', '%3A')}?repository_url={PLACE}"
LOG4J = package("org.apache.logging.log4j:log4j-core", version="2.14.1", type="JAR")
LOG4J_PURL = "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1"
ABSENT: Justification = "vulnerable_code_not_present"


def document(verdict: Verdict) -> Any:
    text = render(verdict)
    found = read_back(text)
    assert len(read_vex(text.encode(), "out.json").statements) == len(found["statements"])
    return found


def statements(verdict: Verdict) -> list[Any]:
    found: list[Any] = document(verdict)["statements"]
    return found


def accepting(*entries: Ignore, **fields: Any) -> Policy:
    return policy(max=Max(unknown="unlimited"), ignore=entries, **fields)


def judged_by_what_was_written(text: str, *scans: Scan) -> Verdict:
    """Judge scans by a policy that trusts this document and nothing else."""
    told = read_vex(text.encode(), "out.json").statements if text else ()
    return judge(policy(max=Max(unknown="unlimited"), vex=VexChoice(files=("out.json",))), *scans, vex=told)


def relaxed(verdict: Verdict) -> list[list[str]]:
    return [
        [
            one.key
            for one in held.findings
            if one.disposition is Disposition.VEX or (one.ignored_by is not None and one.ignored_by.justification)
        ]
        for held in verdict.images
    ]


@pytest.mark.parametrize("name", ["pass", "fail", "warn", "hostile", "mixed"])
def test_samples_look_as_they_did(name: str) -> None:
    document(SAMPLES[name])
    text = render(SAMPLES[name])

    assert_golden(f"{name}.openvex.json", msgspec.json.format(text.encode(), indent=2).decode() + "\n")


@pytest.mark.parametrize("verdict", [SAMPLES["no_verdict"], SAMPLES["clean"], unfinished(), judge(policy(), scan())])
def test_nothing_is_written_where_there_is_nothing_to_say(verdict: Verdict) -> None:
    assert render(verdict) == ""


# The document


def test_the_document_says_who_says_it_and_when_under_a_name_of_what_it_says() -> None:
    verdict = judge(accepting(Ignore(id="CVE-*", reason="x"), name="payments"), scan(finding()))
    found = document(verdict)

    assert found["@context"] == "https://openvex.dev/ns/v0.2.0"
    assert found["author"] == "scan-gate (policy payments)"
    assert found["timestamp"] == "2026-11-20T12:00:00Z"
    assert found["version"] == 1
    assert found["tooling"] == f"scan-gate {verdict.gate}"
    other = judge(accepting(Ignore(id="CVE-*", reason="y"), name="payments"), scan(finding()))
    assert len({document(verdict)["@id"], found["@id"], document(other)["@id"]}) == 2
    assert document(replace(verdict, policy=None))["author"] == "scan-gate (policy without a name)"


# About what


def test_an_image_without_digest_is_left_out_since_the_statement_would_be_about_all_of_its_repository() -> None:
    rules = accepting(Ignore(id="CVE-*", reason="x"))
    unknown = scan(finding(), image=image(digest=None))

    assert render(judge(rules, unknown)) == ""
    found = document(judge(rules, unknown, scan(finding())))
    assert [one["@id"] for one in found["statements"][0]["products"]] == [PURL]
    assert found["tooling"].endswith("; 1 statement left out, see the verdict document")


def test_one_statement_is_about_all_images_and_packages_of_which_the_same_is_said() -> None:
    other = replace(LOG4J, name="a.b:c")
    rules = accepting(Ignore(id="CVE-*", reason="x"))
    found = [finding(packages=(one,)) for one in (LOG4J, other)]
    (one,) = statements(judge(rules, scan(*found), scan(found[0], image=image(digest=OTHER_DIGEST))))

    parts = [[part["@id"] for part in product["subcomponents"]] for product in one["products"]]
    assert parts == [["pkg:maven/a.b/c@2.14.1", LOG4J_PURL], [LOG4J_PURL]]


@pytest.mark.parametrize("held", [(package(),), (LOG4J, package()), (), (LOG4J,) * 51])
def test_packages_narrow_a_statement_only_where_all_of_them_have_a_package_url(held: tuple[Package, ...]) -> None:
    rules = accepting(Ignore(id="CVE-*", reason="x"))
    for found in ([finding(packages=(LOG4J,)), finding(packages=held)], [finding(packages=held)]):
        products = [product for one in statements(judge(rules, scan(*found))) for product in one["products"]]

        assert [product.get("subcomponents") for product in products if product["@id"] == PURL] == [None]


JUSTIFIED = Ignore(package="openssl", reason="x", justification=ABSENT)


@pytest.mark.parametrize(
    "other",
    [
        finding(packages=(package("zlib"),)),
        finding("cve-2026-1000 ", packages=(package("zlib"),)),
        finding("GHSA-1", packages=(package("zlib"),), aliases=("CVE-2026-1000",)),
        finding(packages=()),
    ],
)
def test_a_statement_that_would_relax_a_finding_that_counts_is_left_out(other: Finding) -> None:
    verdict = judge(accepting(JUSTIFIED), scan(finding(), other))

    assert relaxed(verdict) == [["CVE-2026-1000 OS:openssl"]]
    assert render(verdict) == ""
    assert len(statements(judge(accepting(JUSTIFIED), scan(finding())))) == 1


def test_a_package_url_narrows_it_so_that_it_can_be_said() -> None:
    entry = Ignore(package="org.apache.*", reason="x", justification=ABSENT)
    zlib = package("zlib", type="generic")
    verdict = judge(accepting(entry), scan(finding(packages=(LOG4J,)), finding(packages=(zlib,))))
    again = judged_by_what_was_written(render(verdict), scan(finding(packages=(LOG4J,)), finding(packages=(zlib,))))

    assert relaxed(again) == relaxed(verdict) == [["CVE-2026-1000 JAR:org.apache.logging.log4j:log4j-core"]]


def test_one_digest_judged_by_two_tags_is_relaxed_only_as_far_as_both_are() -> None:
    entry = Ignore(id="CVE-*", for_=Selectors(tag="dev"), reason="x", justification=ABSENT)
    scans = [
        scan(finding(packages=(LOG4J,)), image=image(tags=(tag,), target=f"team/app:{tag}")) for tag in ("dev", "v1")
    ]

    assert relaxed(judge(accepting(entry), scans[0])) != [[]]
    assert render(judge(accepting(entry), *scans)) == ""


def test_a_document_read_back_settles_what_was_settled() -> None:
    entries = (Ignore(id="CVE-2026-1", reason="x", justification=ABSENT), Ignore(id="CVE-2026-2", reason="y"))
    found = [finding(f"CVE-2026-{n}", Severity.LOW, packages=(one,)) for n in (1, 2, 3) for one in (LOG4J, package())]
    verdict = judge(accepting(*entries), scan(*found))
    again = judged_by_what_was_written(render(verdict), scan(*found))

    assert relaxed(again) == relaxed(verdict)
    assert len(relaxed(again)[0]) == 2
    assert relaxed(judged_by_what_was_written(render(verdict), scan(*found, image=image(digest=OTHER_DIGEST)))) == [[]]


ENTRIES = st.builds(
    Ignore,
    id=st.sampled_from([None, "CVE-2026-0001", "CVE-2026-0002", "GHSA*"]),
    package=st.sampled_from(["*", "openssl", "log4j-core", "a:*"]),
    for_=st.sampled_from([None, Selectors(tag="v1")]),
    reason=st.just("x"),
    justification=st.sampled_from([None, ABSENT]),
)
NAMED = st.builds(
    lambda held, version, one: replace(one, packages=(replace(held, version=version),)),
    st.sampled_from(
        [package("a:log4j-core", type="jar"), package("log4j-core", type="jar"), package("OpenSSL", type="npm")]
    ),
    st.sampled_from([None, "1.0", "2.0"]),
    findings(),
)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(st.lists(findings() | NAMED, min_size=1, max_size=6), st.lists(ENTRIES, min_size=1, max_size=3), st.booleans())
def test_whoever_reads_it_relaxes_nothing_that_was_not_relaxed_here(
    found: list[Finding], entries: list[Ignore], is_twice: bool
) -> None:
    rules = accepting(*entries)
    scans = [scan(*found), *([scan(*found[:3], image=image(tags=("v2",)))] if is_twice else [])]
    verdict = judge(rules, *scans)
    again = judged_by_what_was_written(render(verdict), *scans)

    for before, after in zip(relaxed(verdict), relaxed(again), strict=True):
        assert set(after) <= set(before)


# Sizes and any text


def test_ten_thousand_findings_of_which_none_is_settled_say_nothing() -> None:
    assert render(many()) == ""


def test_ten_thousand_statements_are_read_back() -> None:
    assert len(statements(many_ignored(10_000))) == 10_000


def test_a_document_that_would_be_too_large_ends_at_a_whole_statement_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    verdict = many_ignored(50)
    monkeypatch.setattr(openvex, "_MOST_BYTES", 10_000)
    found = document(verdict)

    assert 10 <= len(found["statements"]) < 20
    assert found["tooling"].endswith(f"; {50 - len(found['statements'])} statements left out, see the verdict document")


@settings(deadline=None, derandomize=True, max_examples=60)
@given(verdicts())
def test_any_text_makes_a_document_that_is_read_back_or_none(verdict: Verdict) -> None:
    text = render(verdict)

    assert text == render(verdict)
    if text:
        assert all(product["@id"].isascii() for one in statements(verdict) for product in one["products"])
