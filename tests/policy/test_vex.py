"""VEX statements: what one is about, which of several decides, and that what is not known never helps a finding."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gate.model import AHEAD, Finding, Image
from gate.policy.vex import RELAXING, Vex, one_thing
from gate.policy.vex_document import VexProduct, VexStatement
from tests.builders import DIGEST, NOW, OTHER_DIGEST, finding, image, package

HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
HERE = f"pkg:oci/app@{DIGEST}"
URL = f"pkg:oci/app?repository_url={HOST}/team/app"
OPENSSL = "pkg:deb/debian/openssl"
ZLIB = "pkg:deb/debian/zlib"
ONE = finding("CVE-2026-1")
TWO = finding("CVE-2026-1", packages=(package("openssl"), package("zlib")))
BARE = finding("CVE-2026-1", packages=())
INDEXED = image(index_digest=OTHER_DIGEST, platform="linux/arm64/v8")
AFTER, BEFORE = timedelta(hours=1), -timedelta(hours=1)


def product(*purls: str, parts: tuple[str, ...] = ()) -> VexProduct:
    return VexProduct(purls=purls, subcomponents=parts)


def statement(*products: VexProduct | str, status: str = "not_affected", **fields: Any) -> VexStatement:
    """Return a statement of a day ago about CVE-2026-1; products may be package URLs."""
    filled = {"file": "a.json", "author": "me", "timestamp": NOW - timedelta(days=1), "ids": ("CVE-2026-1",), **fields}
    listed = tuple(product(one) if isinstance(one, str) else one for one in products)
    return VexStatement(status=status, products=listed, **filled)  # type: ignore[arg-type] # any word, as tests want


def relaxes(*products: VexProduct | str, found: Finding = ONE, seen: Image | None = None) -> bool:
    """Tell whether not_affected and fixed, about these products, both settle the finding."""
    settled = {
        Vex((statement(*products, status=word),), NOW).settle(found, seen or image()) is not None for word in RELAXING
    }
    [answer] = settled
    return answer


def tightens(*products: VexProduct | str, found: Finding = ONE, seen: Image | None = None) -> bool:
    """Tell whether a newer `affected` about these products undoes what settles the finding in every other respect."""
    seen = seen or image()
    old = statement(HERE, *(f"pkg:deb/{one.name}" for one in found.packages))
    assert Vex((old,), NOW).settle(found, seen) == old
    new = statement(*products, status="affected", timestamp=NOW)
    return Vex((old, new), NOW).settle(found, seen) is None


@pytest.mark.parametrize(
    ("purl", "seen", "relaxing", "tightening"),
    [
        (HERE, image(), True, True),
        (f"pkg:oci/app@{DIGEST.replace(':', '%3A')}", image(), True, True),
        (f"pkg:oci/other@{DIGEST.upper()}?tag=v1&arch=s390x", image(), True, True),
        (f"{HERE}#usr/lib", image(), False, True),
        (f"pkg:oci/app@{OTHER_DIGEST}", image(), False, False),
        (f"pkg:oci/app@{OTHER_DIGEST}#usr/lib", image(), False, False),
        (f"pkg:oci/app@{OTHER_DIGEST}", INDEXED, True, True),
        (f"pkg:oci/app@{OTHER_DIGEST}?arch=arm64", INDEXED, True, True),
        (f"pkg:oci/app@{OTHER_DIGEST}?arch=aarch64&os=linux", INDEXED, True, True),
        (f"pkg:oci/app@{OTHER_DIGEST}?arch=amd64", INDEXED, False, False),
        (f"pkg:oci/app@{OTHER_DIGEST}?arch=arm64&os=windows", INDEXED, False, False),
        (f"pkg:oci/app@{OTHER_DIGEST}?arch=arm64", image(index_digest=OTHER_DIGEST), False, True),
        (f"pkg:oci/app@{OTHER_DIGEST}?arch=arm64", replace(INDEXED, platform="linux/arm64"), True, True),
        (f"pkg:oci/app@{OTHER_DIGEST}?arch=amd64", replace(INDEXED, platform="linux"), False, True),
        (URL, image(), True, True),
        (f"pkg:oci/app?repository_url={HOST}%2Fteam%2Fapp", image(), True, True),
        (f"pkg:oci/App?repository_url={HOST.upper()}/team/app", image(), True, True),
        (URL.replace(".dkr.ecr.eu-west-1.amazonaws.com", ".dkr-ecr.eu-west-1.on.aws"), image(), True, True),
        (URL.replace("team/app", "org/team/app"), image(repository="org/team/app"), True, True),
        (f"{URL}&arch=arm64", INDEXED, True, True),
        (f"{URL}&arch=amd64", INDEXED, False, False),
        (f"{URL}&arch=arm64", image(), False, True),
        (f"{URL}&tag=v1", image(), False, True),
        (URL.replace("app?", "app@v1?"), image(), False, True),
        (f"{URL}#usr", image(), False, True),
        (URL.replace("oci/app", "oci/other"), image(), False, True),
        (URL, image(region=None), False, True),
        (URL, image(registry=None), False, True),
        (URL, image(region="eu-west-2"), False, False),
        (URL, image(registry="111122223333"), False, False),
        (URL, image(repository="app"), False, False),
        (URL.replace("oci/app", "oci/other"), image(region="eu-west-2"), False, False),
        (f"{URL}&tag=v1", image(region="eu-west-2"), False, False),
        (f"{URL}:v1", image(), False, False),
        (f"{URL}@{DIGEST}", image(), False, False),
        ("pkg:oci/app?repository_url=team/app", image(), False, False),
        ("pkg:oci/app?repository_url=ghcr.io/team/app", image(), False, False),
        ("pkg:oci/app?repository_url=public.ecr.aws/team/app", image(), False, False),
        (f"pkg:oci/app?repository_url=https://{HOST}/team/app", image(), False, False),
        ("pkg:oci/app?repository_url=file:x", image(), False, False),
        ("pkg:oci/app", image(), False, True),
        ("pkg:oci/app?tag=v1", image(), False, True),
        ("pkg:oci/app@latest", image(), False, True),
        ("pkg:oci/other", image(), False, False),
        ("pkg:docker/team/app", image(), False, False),
        ("pkg:oci/app?bad", image(), False, True),
    ],
)
def test_an_image_is_named_by_its_digest_or_by_its_repository_without_one(
    purl: str, seen: Image, *, relaxing: bool, tightening: bool
) -> None:
    assert (relaxes(purl, seen=seen), tightens(purl, seen=seen)) == (relaxing, tightening)


@pytest.mark.parametrize("purl", [HERE, URL, "pkg:oci/other"])
def test_an_image_that_nobody_knows_is_settled_by_no_image_and_may_be_any(purl: str) -> None:
    unknown = image(digest=None, repository=None)

    assert not relaxes(purl, seen=unknown)
    old = statement(OPENSSL)
    assert Vex((old,), NOW).settle(ONE, unknown) == old
    assert Vex((old, statement(purl, status="affected", timestamp=NOW)), NOW).settle(ONE, unknown) is None


@pytest.mark.parametrize(
    ("products", "found", "relaxing", "tightening"),
    [
        ([OPENSSL], ONE, True, True),
        ([f"{OPENSSL}@1.0-1"], ONE, True, True),
        ([f"{OPENSSL}@1.0-2"], ONE, False, False),
        ([ZLIB], ONE, False, False),
        (["pkg:npm/openssl"], ONE, False, False),
        (["pkg:npm/openssl"], finding("CVE-2026-1", packages=(package(type=None),)), False, True),
        ([f"{OPENSSL}@1.0-1"], finding("CVE-2026-1", packages=(package(version=None),)), False, True),
        ([OPENSSL], TWO, False, True),
        ([OPENSSL, ZLIB], TWO, True, True),
        ([product(OPENSSL, ZLIB)], TWO, False, True),
        ([product(OPENSSL, f"{OPENSSL}@1.0-1")], ONE, True, True),
        ([product(OPENSSL, f"{OPENSSL}@2.0-1")], ONE, False, True),
        ([product(HERE, OPENSSL)], ONE, False, True),
        ([OPENSSL], BARE, False, True),
        ([HERE], BARE, True, True),
        ([HERE], TWO, True, True),
        ([product(HERE, f"pkg:oci/app@{OTHER_DIGEST}")], ONE, False, True),
        ([product("pkg:oci/app", HERE)], ONE, True, True),
        (["pkg:deb/bad%"], ONE, False, True),
        ([product(OPENSSL, f"{OPENSSL}@2.0%")], ONE, False, True),
        ([product(HERE, "pkg:oci/bad%")], ONE, False, True),
        ([product()], ONE, False, False),
        ([product()], BARE, False, False),
        ([product(), f"pkg:oci/app@{OTHER_DIGEST}", OPENSSL], ONE, True, True),
        ([product(HERE, parts=(OPENSSL,))], ONE, True, True),
        ([product(HERE, parts=(ZLIB,))], ONE, False, False),
        ([product(HERE, parts=(ZLIB,)), OPENSSL], ONE, True, True),
        ([product(HERE, parts=(OPENSSL,))], TWO, False, True),
        ([product(HERE, parts=(OPENSSL, ZLIB))], TWO, True, True),
        ([product(HERE, parts=(OPENSSL,)), product(URL, parts=(ZLIB,))], TWO, False, True),
        ([product(HERE, parts=(OPENSSL,))], BARE, False, True),
        ([product(HERE, parts=("cpe:/a:b",))], ONE, False, True),
        ([product(URL, parts=("pkg:npm/openssl",))], ONE, False, False),
        ([product(f"pkg:oci/app@{OTHER_DIGEST}", parts=(OPENSSL,))], ONE, False, False),
        ([product(OPENSSL, parts=(ZLIB,))], ONE, False, True),
        ([product(ZLIB, parts=(OPENSSL,))], ONE, False, True),
        ([product(ZLIB, parts=("pkg:deb/bash",))], ONE, False, False),
        ([product(parts=(OPENSSL,))], ONE, False, True),
    ],
)
def test_what_relaxes_must_be_known_of_all_packages_and_what_tightens_may_hold_for_one(
    products: list[VexProduct | str], found: Finding, *, relaxing: bool, tightening: bool
) -> None:
    assert (relaxes(*products, found=found), tightens(*products, found=found)) == (relaxing, tightening)


@pytest.mark.parametrize(
    ("ids", "found", "expected"),
    [
        (("cve-2026-1",), ONE, True),
        (("GHSA-x", "CVE-2026-1"), ONE, True),
        (("CVE-2026-1",), finding("GHSA-x", aliases=("CVE-2026-9", "cve-2026-1")), True),
        (("CVE-2026-1", "GHSA-x"), finding("GHSA-x", aliases=("CVE-2026-1",)), True),
        (("CVE-2026-10",), ONE, False),
        (("CVE-2026-*",), ONE, False),
        (("CVE-2026-1",), finding("CVE-2026-10", aliases=("GHSA-x",)), False),
    ],
)
def test_a_statement_is_about_the_vulnerability_that_it_names_whatever_the_case(
    ids: tuple[str, ...], found: Finding, *, expected: bool
) -> None:
    vex = Vex((statement(HERE, ids=ids),), NOW)

    assert (vex.settle(found, image()) is not None) is expected
    assert vex.used == ({0} if expected else set())


@pytest.mark.parametrize("status", ["affected", "under_investigation"])
@pytest.mark.parametrize("name", ["CVE-2026-1", "GHSA-x"])
@pytest.mark.parametrize(("offset", "settles"), [(BEFORE, True), (timedelta(), False), (AFTER, False)])
def test_the_newest_decides_and_of_equally_new_ones_the_one_that_does_not_relax(
    status: str, name: str, offset: timedelta, *, settles: bool
) -> None:
    day_ago = NOW - timedelta(days=1)
    relaxing = statement(OPENSSL, timestamp=day_ago)
    other = statement(HERE, status=status, timestamp=day_ago + offset, ids=(name,))

    for order in ((relaxing, other), (other, relaxing)):
        vex = Vex(order, NOW)

        assert vex.settle(replace(ONE, aliases=("GHSA-x",)), image()) == (relaxing if settles else None)
        assert [order[index] for index in vex.used] == [relaxing if settles else other]


def test_a_newer_statement_about_another_image_or_vulnerability_changes_nothing() -> None:
    mine = statement(HERE)
    elsewhere = statement(f"pkg:oci/app@{OTHER_DIGEST}", status="affected", timestamp=NOW)
    another = statement(HERE, status="affected", timestamp=NOW, ids=("CVE-2026-2",))
    vex = Vex((elsewhere, another, mine), NOW)

    assert vex.settle(ONE, image()) == mine
    assert vex.used == {2}


@pytest.mark.parametrize("status", ["affected", "fixed"])
@pytest.mark.parametrize(("ahead", "speaks"), [(AHEAD, True), (AHEAD + timedelta(seconds=1), False)])
def test_a_statement_from_the_future_says_nothing(status: str, ahead: timedelta, *, speaks: bool) -> None:
    old, new = statement(HERE), statement(HERE, status=status, timestamp=NOW + ahead)
    told = new if status == "fixed" else None

    assert Vex((old, new), NOW).settle(ONE, image()) == (told if speaks else old)


@pytest.mark.parametrize("names", [("b.json", "a.json"), ("b.json", "a.json", "c.json")])
def test_of_equal_statements_all_are_used_and_ties_are_broken_by_text(names: tuple[str, ...]) -> None:
    vex = Vex((*(statement(HERE, file=name) for name in names), statement(HERE, timestamp=NOW - AFTER * 99)), NOW)

    settled = vex.settle(ONE, image())

    assert settled is not None
    assert (settled.file, vex.used) == ("a.json", set(range(len(names))))


def test_without_statements_nothing_is_settled() -> None:
    assert Vex((), NOW).settle(ONE, image()) is None


@pytest.mark.parametrize(
    ("said", "together"),
    [
        ([], False),
        ([False], False),
        ([True], True),
        ([None], None),
        ([True, None], True),
        ([True, False], None),
        ([False, None], None),
    ],
)
def test_names_of_one_thing_must_not_contradict_each_other(said: list[bool | None], *, together: bool | None) -> None:
    assert one_thing(said) is together


PRODUCTS = st.sampled_from([
    HERE, URL, OPENSSL, ZLIB, "pkg:oci/app", "pkg:x%", product(HERE, parts=(OPENSSL,)), product(ZLIB, parts=(OPENSSL,)),
])  # fmt: skip
STATEMENTS = st.lists(
    st.builds(
        statement,
        PRODUCTS,
        PRODUCTS,
        status=st.sampled_from(["not_affected", "fixed", "affected", "under_investigation"]),
        timestamp=st.integers(-2, 2).map(lambda hours: NOW + timedelta(hours=hours)),
        ids=st.sampled_from([("CVE-2026-1",), ("GHSA-x",), ("CVE-2026-1", "GHSA-x"), ("CVE-2026-2",)]),
        file=st.sampled_from(["a", "b"]),
    ),
    max_size=6,
)
FOUND = st.sampled_from([ONE, TWO, BARE, replace(ONE, aliases=("ghsa-X",)), replace(TWO, id="CVE-2026-2")])


@given(STATEMENTS, FOUND, st.randoms(use_true_random=False))
@settings(derandomize=True, deadline=None)
def test_the_order_of_statements_never_matters(said: list[VexStatement], found: Finding, random: Any) -> None:
    shuffled = random.sample(said, len(said))
    there, back = Vex(tuple(said), NOW), Vex(tuple(shuffled), NOW)

    assert there.settle(found, image()) == back.settle(found, image())
    assert sorted(repr(said[n]) for n in there.used) == sorted(repr(shuffled[n]) for n in back.used)


@given(STATEMENTS, STATEMENTS, FOUND)
@settings(derandomize=True, deadline=None)
def test_more_that_does_not_relax_never_settles_more(
    said: list[VexStatement], more: list[VexStatement], found: Finding
) -> None:
    added = [replace(one, status="affected") for one in more]
    before, after = (Vex(tuple(some), NOW).settle(found, image()) for some in (said, said + added))

    assert after is None or after == before
