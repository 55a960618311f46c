"""The types of package URLs that each of AWS's words for a package manager may be, written down the other way round."""

from collections import defaultdict

from gate.policy.purl import OS_TYPES, TYPES

SYSTEM: set[str | None] = {None, "os"}
WORDS: dict[str, set[str | None]] = {
    "alpm": SYSTEM,
    "apk": SYSTEM | {"apk"},
    "cargo": {"cargo"},
    "composer": {"composer"},
    "deb": SYSTEM | {"dpkg"},
    "gem": {"bundler", "gemspec"},
    "generic": {"generic"},
    "golang": {"go", "gobinary", "gomod"},
    "maven": {"jar", "java", "pom"},
    "npm": {"node", "nodepkg", "npm", "yarn"},
    "nuget": {"dotnet_core", "nuget"},
    "pypi": {"pip", "pipenv", "poetry", "python", "pythonpkg"},
    "rpm": SYSTEM | {"rpm"},
}


def test_each_type_is_that_of_these_package_managers() -> None:
    found = defaultdict(set)
    for word, types in TYPES.items():
        for type_ in types:
            found[type_].add(word)

    assert found == WORDS
    assert {type_ for type_, words in WORDS.items() if words >= SYSTEM} == OS_TYPES
