"""Package URLs as they are written: read back they are the same, and they name the package that they are of."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model import Package
from gate.policy.purl import Purl, names, parse_purl
from gate.reports.purls import image_purl, package_purl, write_purl
from tests.builders import DIGEST, image, judge, package, policy, scan
from tests.reports.any_text import ANY

DIGITS = DIGEST.replace(":", "%3A")


@pytest.mark.parametrize(
    ("type_", "name", "purl"),
    [
        ("NPM", "@scope/name", "pkg:npm/%40scope/name@1.0-1"),
        ("nodepkg", "left-pad", "pkg:npm/left-pad@1.0-1"),
        ("JAR", "org.apache.logging.log4j:log4j-core", "pkg:maven/org.apache.logging.log4j/log4j-core@1.0-1"),
        ("GOMOD", "github.com/Gorilla/Context", "pkg:golang/github.com/gorilla/context@1.0-1"),
        ("GENERIC", "go/stdlib", "pkg:golang/stdlib@1.0-1"),
        ("PIP", "Typing_Extensions", "pkg:pypi/typing-extensions@1.0-1"),
        ("COMPOSER", "Vendor/Name", "pkg:composer/vendor/name@1.0-1"),
        ("GEMSPEC", "rails", "pkg:gem/rails@1.0-1"),
        ("CARGO", "serde", "pkg:cargo/serde@1.0-1"),
        ("NUGET", "Newtonsoft.Json", "pkg:nuget/Newtonsoft.Json@1.0-1"),
        ("GENERIC", "redis", "pkg:generic/redis@1.0-1"),
        ("RPM", "a b?#", "pkg:rpm/a%20b%3F%23@1.0-1"),
    ],
)
def test_a_package_of_a_known_type_has_a_package_url(type_: str, name: str, purl: str) -> None:
    assert package_purl(package(name, type=type_)) == purl


def test_a_version_that_is_not_known_is_left_out() -> None:
    assert package_purl(package("rails", type="bundler", version=None)) == "pkg:gem/rails"


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        ("OS", "openssl"),
        (None, "openssl"),
        ("word of tomorrow", "x"),
        ("JAR", "log4j-core"),
        ("JAR", ":"),
        ("PIP", ""),
        ("NPM", "a//b"),
        ("NPM", "\ud800"),
        ("NPM", "x" * 3_000),
    ],
)
def test_a_package_that_none_would_name_has_no_package_url(type_: str | None, name: str) -> None:
    assert package_purl(package(name, type=type_)) is None


@settings(deadline=None, derandomize=True)
@given(ANY, st.none() | ANY, st.sampled_from(["npm", "jar", "pip", "gomod", "composer", "rpm", "nuget", "generic"]))
def test_a_package_url_names_its_package_whatever_the_text(name: str, version: str | None, type_: str) -> None:
    held = Package(name=name, version=version, type=type_)
    text = package_purl(held)

    if text is not None:
        read = parse_purl(text)
        assert text.isascii()
        assert read is not None
        assert names(read, held) is True


WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
INSIDE = st.lists(WORDS.filter(lambda word: "/" not in word and word.strip(".")), max_size=2).map("/".join)
PURLS = st.builds(
    Purl,
    type=st.sampled_from(["npm", "oci", "deb"]),
    namespace=INSIDE.map(lambda text: text or None),
    name=WORDS,
    version=st.none() | WORDS,
    qualifiers=st.dictionaries(st.sampled_from(["arch", "tag", "repository_url"]), WORDS).map(
        lambda found: tuple(sorted(found.items()))
    ),
    subpath=INSIDE.map(lambda text: text or None),
)


@settings(deadline=None, derandomize=True)
@given(PURLS)
def test_what_is_written_is_read_back(purl: Purl) -> None:
    assert parse_purl(write_purl(purl)) == purl


def purl_of(digest: str | None = DIGEST, **fields: str | None) -> str | None:
    held = judge(policy(), scan(image=image(**fields))).images[0]
    return image_purl(held, digest)


def test_the_package_url_of_an_image() -> None:
    place = "123456789012.dkr.ecr.eu-west-1.amazonaws.com%2Fteam%2Fapp"

    assert purl_of() == f"pkg:oci/app@{DIGITS}?repository_url={place}"
    assert purl_of(region=None) == f"pkg:oci/app@{DIGITS}"
    assert purl_of(repository=None, target="./Scan.json", source="saved") == f"pkg:oci/scan.json@{DIGITS}"
    assert purl_of(repository="\ud800") == f"pkg:oci/%EF%BF%BD@{DIGITS}"
    assert purl_of(repository=" ") == f"pkg:oci/image@{DIGITS}"


def test_an_image_without_digest_has_no_package_url_since_it_would_be_about_all_of_its_repository() -> None:
    assert purl_of(digest=None) is None
    assert purl_of(digest="v1") is None
