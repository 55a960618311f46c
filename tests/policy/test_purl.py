"""Package URLs: read as the specification says, and matched with packages as AWS lists them."""

from typing import Any

import botocore.session
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model import Package
from gate.policy.purl import OS_TYPES, TYPES, Purl, all_of, any_of, arch_of, is_purl, names, parse_purl
from tests.builders import package

ANSWERS = (True, False, None)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("pkg:deb/debian/curl@7.50.3-1", {"type": "deb", "namespace": "debian", "name": "curl", "version": "7.50.3-1"}),
        ("pkg:cargo/rand", {"type": "cargo", "name": "rand"}),
        ("pkg://maven/a.b/c", {"type": "maven", "namespace": "a.b", "name": "c"}),
        ("PKG:MAVEN/a.B/C@1.X", {"type": "maven", "namespace": "a.B", "name": "C", "version": "1.X"}),
        ("pkg:npm/%40angular/core@1", {"type": "npm", "namespace": "@angular", "name": "core", "version": "1"}),
        ("pkg:npm/@angular/core@1", {"type": "npm", "namespace": "@angular", "name": "core", "version": "1"}),
        ("pkg:npm/@angular/core", {"type": "npm", "namespace": "@angular", "name": "core"}),
        ("pkg:npm/a@b@1", {"type": "npm", "name": "a@b", "version": "1"}),
        ("pkg:golang/k8s.io//api/v1/", {"type": "golang", "namespace": "k8s.io/api", "name": "v1"}),
        ("pkg:deb/debian/x@1%3A2.0%2B1", {"type": "deb", "namespace": "debian", "name": "x", "version": "1:2.0+1"}),
        ("pkg:deb/x@2.0+1", {"type": "deb", "name": "x", "version": "2.0+1"}),
        ("pkg:generic/n%C3%A4me", {"type": "generic", "name": "n\u00e4me"}),
        ("pkg:npm/a?tag=b=c#d#e", {"type": "npm", "name": "a", "qualifiers": (("tag", "b=c"),), "subpath": "d#e"}),
        ("pkg:generic/a%2Fb@", {"type": "generic", "name": "a/b"}),
        (
            "pkg:rpm/fedora/curl@7?epoch=1&Arch=i386&distro=",
            {
                "type": "rpm",
                "namespace": "fedora",
                "name": "curl",
                "version": "7",
                "qualifiers": (("arch", "i386"), ("epoch", "1")),
            },
        ),
        (
            "pkg:oci/app@sha256%3Aab?repository_url=ghcr.io%2Fa/b?x@y",
            {
                "type": "oci",
                "name": "app",
                "version": "sha256:ab",
                "qualifiers": (("repository_url", "ghcr.io/a/b?x@y"),),
            },
        ),
        ("pkg:golang/x.org/api?#./cmd//../a%20b/", {
            "type": "golang", "namespace": "x.org", "name": "api", "subpath": "cmd/a b",
        }),
        ("pkg:golang/x.org/api#..", {"type": "golang", "namespace": "x.org", "name": "api"}),
    ],
)  # fmt: skip
def test_a_package_url_is_read_in_its_parts(text: str, parts: dict[str, Any]) -> None:
    assert is_purl(text)
    assert parse_purl(text) == Purl(**parts)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pkg",
        "pkg:",
        "pkg:npm",
        "pkg:npm/",
        "pkg:npm/@1",
        "pkg:npm/@/",
        "pkg:npm/a/@1",
        "pkg:/foo",
        "pkg:1pm/foo",
        "pkg:n%70m/foo",
        "pkg:n pm/foo",
        "npm/foo",
        "https://example.com/pkg:npm/foo",
        " pkg:npm/foo",
        "pkg:npm/foo ",
        "pkg:npm/foo\n",
        "pkg:npm/f\x00o",
        "pkg:npm/foo@1%",
        "pkg:npm/foo@1%zz",
        "pkg:npm/foo@%ff",
        "pkg:golang/x.org%2Fy/foo",
        "pkg:npm/foo?arch",
        "pkg:npm/foo?=x",
        "pkg:npm/foo?1a=x",
        "pkg:npm/foo?a%20b=x",
        "pkg:npm/foo?arch=a&ARCH=b",
        "pkg:npm/foo?arch=a&",
        "pkg:npm/foo?arch=%ff",
        "pkg:npm/foo#%ff",
    ],
)
def test_what_is_no_package_url_is_none(text: str) -> None:
    assert parse_purl(text) is None


def test_only_the_scheme_makes_a_text_a_package_url() -> None:
    assert [is_purl(text) for text in ("pkg:", "Pkg:x", "pkg", "https://pkg:a", "cpe:2.3:a:b")] == [
        True, True, False, False, False,
    ]  # fmt: skip


@given(st.text(max_size=40) | st.text("pkg:/@?#%&=az09.A", max_size=30))
@settings(derandomize=True, deadline=None)
def test_any_text_is_a_package_url_or_none(text: str) -> None:
    for purl in (parse_purl(text), parse_purl(f"pkg:{text}"), parse_purl(f"pkg:npm/{text}")):
        assert purl is None or (purl.type == purl.type.lower() and purl.name)


def test_one_slash_too_many_changes_nothing() -> None:
    assert parse_purl("pkg:npm//@scope/name") == parse_purl("pkg:npm/@scope/name") is not None


def test_a_qualifier_is_looked_up_by_its_key() -> None:
    purl = Purl(type="oci", name="app", qualifiers=(("arch", "amd64"), ("tag", "v1")))

    assert [purl.qualifier(key) for key in ("tag", "os")] == ["v1", None]


def test_every_package_manager_that_inspector_can_name_has_its_types() -> None:
    shape = botocore.session.get_session().get_service_model("inspector2").shape_for("PackageManager")

    assert {word.lower() for word in shape.metadata["enum"]} - set(TYPES) == set()


def answer(text: str, seen: Package) -> bool | None:
    """Return whether a package URL names a package."""
    purl = parse_purl(text)
    assert purl is not None
    return names(purl, seen)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        *[(None, f"pkg:{kind}/debian/openssl", True) for kind in sorted(OS_TYPES)],
        *[("OS", f"pkg:{kind}/debian/openssl", True) for kind in sorted(OS_TYPES)],
        (None, "pkg:npm/openssl", None),
        ("OS", "pkg:npm/openssl", False),
        ("OS", "pkg:generic/openssl", False),
        ("DPKG", "pkg:deb/debian/openssl", True),
        ("DPKG", "pkg:rpm/redhat/openssl", False),
        ("RPM", "pkg:rpm/redhat/openssl", True),
        ("APK", "pkg:apk/alpine/openssl", True),
        ("NODE", "pkg:npm/openssl", True),
        ("NODEPKG", "pkg:npm/openssl", True),
        ("YARN", "pkg:npm/openssl", True),
        ("PYTHON", "pkg:pypi/openssl", True),
        ("POETRY", "pkg:pypi/openssl", True),
        ("PYTHON", "pkg:npm/openssl", False),
        ("GEMSPEC", "pkg:gem/openssl", True),
        ("CARGO", "pkg:cargo/openssl", True),
        ("CARGO", "pkg:cargo/OpenSSL", False),
        ("DOTNET_CORE", "pkg:nuget/OpenSSL", True),
        ("GENERIC", "pkg:generic/openssl", True),
        ("GENERIC", "pkg:golang/openssl", False),
        ("A_NEW_WORD", "pkg:npm/openssl", None),
        ("A_NEW_WORD", "pkg:npm/other", False),
        ("OS", "pkg:oci/openssl", False),
    ],
)
def test_the_type_of_a_package_url_must_fit_the_package_manager(
    kind: str | None, text: str, *, expected: bool | None
) -> None:
    assert answer(text, package("openssl", type=kind)) is expected
    assert answer(text, package("openssl", type=kind and kind.lower())) is expected


@pytest.mark.parametrize(
    ("kind", "name", "text", "expected"),
    [
        ("OS", "bash", "pkg:deb/ubuntu/bash", True),
        ("OS", "bash", "pkg:deb/bash", True),
        ("OS", "bash", "pkg:deb/debian/Bash", False),
        ("OS", "bash", "pkg:deb/debian/bash-static", False),
        ("JAR", "org.a:b", "pkg:maven/org.a/b", True),
        ("JAVA", "org.a:b", "pkg:maven/org.a/b?type=jar", True),
        ("JAR", "org.a:b", "pkg:maven/org.x/b", False),
        ("JAR", "b", "pkg:maven/org.a/b", None),
        ("JAR", "c", "pkg:maven/org.a/b", False),
        ("JAR", "org.a:b", "pkg:maven/b", None),
        ("JAR", "org.a:b", "pkg:maven/c", False),
        ("JAR", "org.a:x:b", "pkg:maven/b", None),
        ("NPM", "@angular/core", "pkg:npm/%40angular/core", True),
        ("NPM", "core", "pkg:npm/%40angular/core", False),
        ("NPM", "@angular/core", "pkg:npm/core", False),
        ("GOMOD", "github.com/BurntSushi/toml", "pkg:golang/github.com/burntsushi/toml", True),
        ("GO", "helm.sh/helm/v3", "pkg:golang/helm.sh/helm/v3", True),
        ("GO", "helm.sh/helm/v3", "pkg:golang/helm.sh/helm", False),
        ("GO", "helm.sh/helm/v3", "pkg:golang/helm.sh/helm/v3#pkg/strvals", None),
        ("GO", "helm.sh/helm/v3", "pkg:golang/helm.sh/helm#v3", False),
        ("GENERIC", "go/stdlib", "pkg:golang/stdlib", True),
        ("GOBINARY", "go/stdlib", "pkg:golang/stdlib", True),
        ("GENERIC", "go/stdlib", "pkg:generic/stdlib", False),
        ("GENERIC", "stdlib", "pkg:golang/stdlib", False),
        ("COMPOSER", "symfony/http-kernel", "pkg:composer/Symfony/http-kernel", True),
        ("PIP", "Django_x.y", "pkg:pypi/django-x-y", True),
        ("PIP", "django", "pkg:pypi/djang0", False),
        ("NUGET", "Newtonsoft.Json", "pkg:nuget/newtonsoft.json", True),
        ("GENERIC", "a/b", "pkg:generic/a/b", True),
    ],
)
def test_the_name_is_compared_as_the_package_manager_writes_it(
    kind: str, name: str, text: str, *, expected: bool | None
) -> None:
    assert answer(text, package(name, type=kind, version=None)) is expected


@pytest.mark.parametrize(
    ("kind", "seen", "written", "expected"),
    [
        ("OS", "1.0-1", "", True),
        ("OS", None, "", True),
        ("OS", None, "@1.0-1", None),
        ("OS", "1.0-1", "@1.0-1", True),
        ("OS", "1.0-1", "@1.0-2", False),
        ("OS", "1.0-1", "@1.0", False),
        ("OS", "1:1.0-1", "@1:1.0-1", True),
        ("OS", "1:1.0-1", "@1%3A1.0-1", True),
        ("OS", "1:1.0-1", "@1.0-1?epoch=1", True),
        ("OS", "1:1.0-1", "@1:1.0-1?epoch=1", True),
        ("OS", "1:1.0-1", "@1:1.0-1?epoch=2", None),
        ("OS", "1:1.0-1", "@1.0-1", None),
        ("OS", "1.0-1", "@1:1.0-1", None),
        ("OS", "2:1.0-1", "@1:1.0-1", False),
        ("OS", "10:1.0-1", "@1:1.0-1", False),
        ("OS", "01:1.0-1", "@1:1.0-1", True),
        ("OS", "2:1.0-1", "@1.0-1?epoch=1", False),
        ("OS", "0:1.0-1", "@1.0-1", True),
        ("OS", "1.0-1", "@0:1.0-1?epoch=0", True),
        ("OS", "1.0-1", f"@{'9' * 5_000}:1.0-1", None),
        ("OS", "a:1.0-1", "@a:1.0-1", True),
        ("OS", "a:1.0-1", "@1.0-1", False),
        ("GO", "v1.2.3", "@v1.2.3", True),
        ("GO", "v1.2.3", "@1.2.3", True),
        ("GO", "1.24.4", "@go1.24.4", True),
        ("GO", "v1.2.3", "@1.2.4", False),
        ("GO", "v1.2.3-dev4", "@1.2.3-dev4", True),
        ("GO", "1.2.3-4", "@1.2.3-v4", False),
        ("NPM", "1.2.3", "@1.2.3", True),
        ("NPM", "1:1.2.3", "@1.2.3", False),
        ("NPM", "v1.2.3", "@1.2.3", False),
        ("NPM", None, "@1.2.3", None),
    ],
)
def test_a_version_that_the_package_url_names_must_be_the_installed_one(
    kind: str, seen: str | None, written: str, *, expected: bool | None
) -> None:
    purl_type = {"OS": "rpm", "GO": "golang", "NPM": "npm"}[kind]

    assert answer(f"pkg:{purl_type}/x{written}", package("x", type=kind, version=seen)) is expected


@pytest.mark.parametrize(
    ("seen", "written", "expected"),
    [
        (None, "?arch=amd64", True),
        ("X86_64", "", True),
        ("X86_64", "?arch=", True),
        ("X86_64", "?arch=x86_64", True),
        ("X86_64", "?arch=amd64", True),
        ("AARCH64", "?arch=arm64", True),
        ("NOARCH", "?arch=all", True),
        ("AARCH64", "?arch=amd64", False),
        ("NOARCH", "?arch=amd64", False),
    ],
)
def test_architectures_must_be_the_same_where_both_are_named(seen: str | None, written: str, *, expected: bool) -> None:
    assert answer(f"pkg:deb/debian/x{written}", package("x", arch=seen)) is expected


def test_one_architecture_has_one_name_whoever_names_it() -> None:
    assert {arch_of(word) for word in ("AARCH64", "arm64")} == {"arm64"}
    assert {arch_of(word) for word in ("X86_64", "amd64", "AMD64")} == {"amd64"}
    assert arch_of("s390x") == "s390x"


def test_other_qualifiers_are_not_compared_since_no_scan_says_them() -> None:
    text = "pkg:deb/debian/openssl@1.0-1?distro=bookworm&upstream=openssl-src"

    assert answer(text, package("openssl")) is True


def test_what_is_not_known_is_outweighed_by_what_decides() -> None:
    conjunction = {(one, other): all_of((one, other)) for one in ANSWERS for other in ANSWERS}
    disjunction = {(one, other): any_of((one, other)) for one in ANSWERS for other in ANSWERS}

    assert {pair for pair, known in conjunction.items() if known} == {(True, True)}
    assert {pair for pair, known in conjunction.items() if known is False} == {p for p in conjunction if False in p}
    assert {pair for pair, known in disjunction.items() if known} == {p for p in disjunction if True in p}
    assert {pair for pair, known in disjunction.items() if known is False} == {(False, False)}
    assert (all_of(()), any_of(())) == (True, False)
