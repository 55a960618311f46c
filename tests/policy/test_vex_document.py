"""OpenVEX documents of both versions are read into statements, or refused with every fault in its place."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.errors import PolicyError
from gate.policy.vex_document import JUSTIFICATIONS, MOST_BYTES, VexDocument, VexProduct, VexStatement, read_vex

FILE = "security/app.vex.json"
PURL = "pkg:deb/debian/bash"
STATUSES = "expected one of not_affected, affected, fixed, under_investigation"
NO_DOCUMENT = "expected an OpenVEX document, a JSON object whose @context begins with https://openvex.dev/ns"


def said(**fields: Any) -> dict[str, Any]:
    """Return a statement as it is written; what is None is left out."""
    filled = {"vulnerability": {"name": "CVE-2026-1"}, "products": [{"@id": PURL}], "status": "fixed", **fields}
    return {key: value for key, value in filled.items() if value is not None}


def written(*statements: Any, **fields: Any) -> bytes:
    """Return a document as it is written; `context` is its @context, and what is None is left out."""
    filled = {
        "@context": fields.pop("context", "https://openvex.dev/ns/v0.2.0"),
        "author": "security@example.com",
        "timestamp": "2026-11-01T12:00:00Z",
        "statements": list(statements),
        **fields,
    }
    return json.dumps({key: value for key, value in filled.items() if value is not None}).encode()


def read(*statements: Any, **fields: Any) -> VexDocument:
    return read_vex(written(*statements, **fields), FILE)


def only(**fields: Any) -> VexStatement:
    """Return the one statement of a document."""
    return read(said(**fields)).statements[0]


def faults(data: bytes) -> list[str]:
    """Return what is wrong with a document, without the name of the file."""
    with pytest.raises(PolicyError) as refused:
        read_vex(data, FILE)
    assert all(line.startswith(f"{FILE}: ") and line.count("\n") == 0 for line in refused.value.faults)
    return [line.removeprefix(f"{FILE}: ") for line in refused.value.faults]


def test_a_statement_says_who_when_what_and_why() -> None:
    entry = said(
        vulnerability={"@id": "https://example.com/x", "name": "CVE-2026-1", "aliases": ["GHSA-a", "CVE-2026-1"]},
        status="not_affected",
        justification="component_not_present",
        impact_statement="It is not in there.",
        status_notes="Looked at by hand.",
    )
    data = written(entry)
    document = read_vex(data, FILE)
    moment = datetime(2026, 11, 1, 12, tzinfo=UTC)

    assert document == VexDocument(
        file=FILE,
        sha256=sha256(data).hexdigest(),
        author="security@example.com",
        timestamp=moment,
        statements=(
            VexStatement(
                file=FILE,
                author="security@example.com",
                timestamp=moment,
                status="not_affected",
                ids=("CVE-2026-1", "GHSA-a"),
                products=(VexProduct(purls=(PURL,), subcomponents=()),),
                justification="component_not_present",
                note="It is not in there.",
            ),
        ),
    )
    assert msgspec.json.decode(msgspec.json.encode(document), type=VexDocument) == document


def test_a_document_of_the_first_version_is_read_too() -> None:
    entry = said(vulnerability="CVE-2026-1", products=[PURL, "pkg:apk/a"], subcomponents=["pkg:npm/x", "pkg:npm/y"])

    for context in ("https://openvex.dev/ns", "https://openvex.dev/ns/v0.0.1"):
        [statement] = read(entry, context=context, version="1").statements

        assert statement.ids == ("CVE-2026-1",)
        assert statement.products == tuple(
            VexProduct(purls=(text,), subcomponents=("pkg:npm/x", "pkg:npm/y")) for text in (PURL, "pkg:apk/a")
        )


def test_a_document_without_statements_one_with_a_byte_order_mark_and_the_largest_are_read() -> None:
    data = written(said())

    assert read().statements == ()
    assert read_vex(b"\xef\xbb\xbf" + data, FILE).statements == read_vex(data, FILE).statements
    assert read_vex(data + b" " * (MOST_BYTES - len(data)), FILE).statements


@pytest.mark.parametrize(
    ("named", "ids"),
    [
        ({"name": " CVE-1 ", "@id": "https://example.com/CVE-2"}, ("CVE-1",)),
        ({"@id": "CVE-2022-23628"}, ("CVE-2022-23628",)),
        ({"@id": "https://nvd.nist.gov/vuln/detail/CVE-2019-17571/"}, ("CVE-2019-17571",)),
        ({"@id": "https://example.com/", "aliases": ["GHSA-a"]}, ("GHSA-a",)),
        ({"name": "", "aliases": ["GHSA-a", "GHSA-b"]}, ("GHSA-a", "GHSA-b")),
        ({"name": "CVE-1", "aliases": None}, ("CVE-1",)),
    ],
)
def test_a_vulnerability_is_called_by_name_and_aliases_and_without_a_name_by_the_end_of_its_id(
    named: dict[str, Any], ids: tuple[str, ...]
) -> None:
    assert only(vulnerability=named).ids == ids


@pytest.mark.parametrize(
    ("product", "purls", "parts"),
    [
        ({"@id": PURL, "identifiers": {"purl": PURL}}, (PURL,), ()),
        ({"@id": "https://example.com/app", "identifiers": {"purl": f" {PURL}"}}, (PURL,), ()),
        ({"@id": "PKG:oci/app", "identifiers": {"purl": "pkg:oci/app@v1", "cpe23": "cpe:2.3:a"}},
         ("PKG:oci/app", "pkg:oci/app@v1"), ()),
        ({"@id": "https://example.com/app", "identifiers": None}, (), ()),
        ({"identifiers": {"cpe22": "cpe:/a:b"}}, (), ()),
        ({"@id": PURL, "subcomponents": [{"@id": "pkg:npm/x"}, "pkg:npm/y"]}, (PURL,), ("pkg:npm/x", "pkg:npm/y")),
        ({"@id": PURL, "subcomponents": [{"@id": "urn:x", "identifiers": {"purl": "pkg:npm/x"}}]},
         (PURL,), ("pkg:npm/x",)),
        ({"@id": PURL, "subcomponents": [{"@id": "pkg:npm/x", "identifiers": {"purl": "pkg:NPM/x?"}}]},
         (PURL,), ("pkg:npm/x",)),
        ({"@id": PURL, "subcomponents": [{"identifiers": {"cpe23": "cpe:2.3:a"}}, {"@id": "urn:x"}]},
         (PURL,), ("cpe:2.3:a", "urn:x")),
    ],
)  # fmt: skip
def test_a_product_keeps_its_package_urls_and_every_part_that_it_is_narrowed_to(
    product: dict[str, Any], purls: tuple[str, ...], parts: tuple[str, ...]
) -> None:
    assert only(products=[product]).products == (VexProduct(purls=purls, subcomponents=parts),)


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ({}, "2026-11-03T00:00:00Z"),
        ({"timestamp": None, "last_updated": ""}, "2026-11-03T00:00:00Z"),
        ({"timestamp": "2020-01-01T00:00:00Z"}, "2020-01-01T00:00:00Z"),
        ({"timestamp": "2020-01-01T00:00:00Z", "last_updated": "2020-01-02T00:00:00Z"}, "2020-01-02T00:00:00Z"),
        ({"timestamp": "2020-01-02T00:00:00Z", "last_updated": "2020-01-01T00:00:00Z"}, "2020-01-02T00:00:00Z"),
        ({"last_updated": "2020-01-01T00:00:00.647787998-06:00"}, "2020-01-01T06:00:00.647788Z"),
    ],
)
def test_the_latest_time_counts_and_a_statements_own_goes_before_the_documents(
    own: dict[str, Any], expected: str
) -> None:
    document = read(said() | own, last_updated="2026-11-03T01:00:00+01:00")

    assert document.timestamp == datetime(2026, 11, 3, tzinfo=UTC)
    assert document.statements[0].timestamp == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("words", "note"),
    [
        ({"impact_statement": "a", "status_notes": "b", "action_statement": "c"}, "a"),
        ({"impact_statement": " ", "status_notes": "b", "action_statement": "c"}, "b"),
        ({}, None),
    ],
)
def test_the_note_is_the_first_of_the_authors_words(words: dict[str, str], note: str | None) -> None:
    assert only(status="affected", **words).note == note


@pytest.mark.parametrize("reason", [{"justification": word} for word in JUSTIFICATIONS] + [{"impact_statement": "x"}])
def test_not_affected_needs_one_of_the_two_reasons(reason: dict[str, str]) -> None:
    assert only(status="not_affected", **reason).status == "not_affected"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", f"is not JSON (Input data was truncated); {NO_DOCUMENT}"),
        (b"[1]", f"is a list; {NO_DOCUMENT}"),
        (b"null", f"is nothing; {NO_DOCUMENT}"),
        (b"{}", f"@context is nothing; {NO_DOCUMENT}"),
        (written(context=7), f"@context is a number; {NO_DOCUMENT}"),
        (written(context="https://openvex.dev/nsx"), f"@context is 'https://openvex.dev/nsx'; {NO_DOCUMENT}"),
        (b" " * (MOST_BYTES + 1), f"is larger than 16 MiB; {NO_DOCUMENT}"),
    ],
)
def test_what_is_no_openvex_document_is_refused_with_what_it_is(data: bytes, fault: str) -> None:
    assert faults(data) == [fault]


@pytest.mark.parametrize("data", [b"\xff", b'{"a":"\xff"}', b"[" * 100_000, b'{"a":"\\ud800"}', b'{"a":1e999}', b"{"])
def test_what_no_json_reader_can_read_is_refused(data: bytes) -> None:
    [fault] = faults(data)

    assert fault.startswith("is not JSON (")


BAD_TIME = "which is no time; expected a time with its offset, such as 2026-11-20T12:00:00Z"


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"author": None}, "no author; expected who says it"),
        ({"author": ["x"]}, "author is a list; expected who says it"),
        ({"timestamp": None}, "no timestamp; expected when the document was issued"),
        ({"timestamp": True}, "timestamp is true or false; expected a text"),
        ({"timestamp": "2026-02-30T00:00:00Z"}, f"timestamp is '2026-02-30T00:00:00Z', {BAD_TIME}"),
        ({"timestamp": "2026-02-03T00:00:00"}, f"timestamp is '2026-02-03T00:00:00', {BAD_TIME}"),
        ({"timestamp": "0001-01-01T00:00:00+14:00"}, f"timestamp is '0001-01-01T00:00:00+14:00', {BAD_TIME}"),
        ({"last_updated": "soon"}, f"last_updated is 'soon', {BAD_TIME}"),
        ({"statements": None}, "statements is nothing; expected a list"),
    ],
)
def test_a_document_needs_an_author_a_time_and_statements(fields: dict[str, Any], fault: str) -> None:
    assert faults(written(said(), **fields)) == [fault]


REASONLESS = "not_affected without a reason; expected a justification or an impact_statement"
PRODUCTLESS = "no products; expected at least one, since a statement without is about everything"
UNNAMED = "it has no name; expected @id or identifiers"
NAMELESS = "no name; expected an id such as CVE-2026-1000"


@pytest.mark.parametrize(
    ("entry", "below", "fault"),
    [
        ("x", "", "'x'; expected an object"),
        (said(status=None), "", f"no status; {STATUSES}"),
        (said(status="Fixed"), "", f"status is 'Fixed'; {STATUSES}"),
        (said(status=1), "", f"status is a number; {STATUSES}"),
        (said(vulnerability=None), "", "vulnerability is nothing; expected an object with the name of one"),
        (said(vulnerability=[]), "", "vulnerability is a list; expected an object with the name of one"),
        (said(vulnerability={}), ".vulnerability", NAMELESS),
        (said(vulnerability=" "), ".vulnerability", NAMELESS),
        (said(vulnerability={"@id": "https://example.com/detail"}), ".vulnerability", NAMELESS),
        (said(vulnerability={"name": 1}), ".vulnerability", "name is a number; expected a text"),
        (said(vulnerability={"name": "a", "aliases": [1]}), ".vulnerability",
         "alias is a number; expected the name of a vulnerability"),
        (said(vulnerability={"name": "a", "aliases": "b"}), ".vulnerability", "aliases is 'b'; expected a list"),
        (said(products=None), "", PRODUCTLESS),
        (said(products=[]), "", PRODUCTLESS),
        (said(products={}), "", "products is an object; expected a list"),
        (said(products=[PURL, {"hashes": {}}]), ".products[1]", UNNAMED),
        (said(products=[""]), ".products[0]", "''; expected an object with @id or identifiers"),
        (said(products=[None]), ".products[0]", "nothing; expected an object with @id or identifiers"),
        (said(products=[{"@id": 1}]), ".products[0]", "@id is a number; expected a text"),
        (said(products=[{"identifiers": [1]}]), ".products[0]", "identifiers is a list; expected an object"),
        (said(products=[{"@id": PURL, "subcomponents": [{}]}]), ".products[0].subcomponents[0]", UNNAMED),
        (said(subcomponents=[{"@id": "pkg:npm/x", "identifiers": {"purl": "pkg:npm/x@1"}}]), ".subcomponents[0]",
         "'pkg:npm/x' and 'pkg:npm/x@1' are not the same package URL; expected one name for one component"),
        (said(status="not_affected"), "", REASONLESS),
        (said(status="not_affected", status_notes="x", justification=""), "", REASONLESS),
        (said(justification="because"), "", f"justification is 'because'; expected one of {', '.join(JUSTIFICATIONS)}"),
        (said(timestamp="x\x1b[31m\n::error"), "", f"timestamp is 'x ::error', {BAD_TIME}"),
    ],
)  # fmt: skip
def test_a_statement_that_says_too_little_is_refused_in_its_place(entry: Any, below: str, fault: str) -> None:
    assert faults(written(said(), entry)) == [f"statements[1]{below}: {fault}"]


def test_all_faults_are_told_at_once_in_the_order_of_the_file_and_many_as_a_number() -> None:
    bad = [said(status=str(n)) for n in range(60)]

    told = faults(written(*bad, author=None, timestamp="x"))

    assert [line.partition(":")[0] for line in told[2:5]] == ["statements[0]", "statements[1]", "statements[2]"]
    assert (told[0], told[-1]) == ("no author; expected who says it", "and 12 more")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = ("vulnerability", "products", "status", "justification", "subcomponents", "timestamp", "impact_statement")
SAID = st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, JSON)).map(lambda fields: said() | fields)


@given(st.binary(max_size=99) | JSON.map(json.dumps).map(str.encode) | st.lists(SAID | JSON).map(lambda x: written(*x)))
@settings(derandomize=True, deadline=None)
def test_any_bytes_are_a_document_or_a_policy_error(data: bytes) -> None:
    with suppress(PolicyError):
        document = read_vex(data, FILE)
        assert all(statement.products and statement.ids for statement in document.statements)
