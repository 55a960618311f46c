"""The files that --kev and --epss name are read, or the command line is wrong in one line."""

import gzip
from pathlib import Path

import pytest

from gate.cli.known import read_facts
from gate.errors import Exit, UsageError
from gate.facts.known import Facts
from tests.facts.written import LOG4J, catalogue, entry, scores

KEV, EPSS = catalogue(entry()), scores(f"{LOG4J},0.9,1")


def refused(kev: str | None = None, epss: str | None = None) -> str:
    with pytest.raises(UsageError) as raised:
        read_facts(kev, epss)
    assert raised.value.message.isprintable()
    assert raised.value.hint.isprintable()
    assert raised.value.hint
    assert raised.value.exit_code == Exit.USAGE
    return raised.value.message


def test_without_files_there_are_no_facts() -> None:
    assert read_facts(None, None) == Facts()


def test_each_file_is_read_if_it_is_given(folder: Path) -> None:
    (folder / "kev.json").write_bytes(KEV)
    (folder / "epss.csv.gz").write_bytes(gzip.compress(EPSS))
    both = read_facts("kev.json", "./epss.csv.gz")
    assert both.kev is not None
    assert both.epss is not None
    assert (both.kev.file, set(both.kev.entries)) == ("kev.json", {LOG4J})
    assert (both.epss.file, both.epss.scores) == ("./epss.csv.gz", {LOG4J: 0.9})
    assert read_facts("kev.json", None) == Facts(kev=both.kev)
    assert read_facts(None, "./epss.csv.gz") == Facts(epss=both.epss)


@pytest.mark.parametrize("option", ["kev", "epss"])
@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("none", "none cannot be read: No such file or directory"),
        (".", ". cannot be read: Is a directory"),
        ("", " cannot be read: Is a directory"),
        ("n" * 300, "n" * 199 + "… cannot be read: File name too long"),
        ("a\0b", "a\ufffdb cannot be read: this is no path of this system"),
        ("half \ud800", "half \ufffd cannot be read: this is no path of this system"),
        ("a\n::error::b", "a ::error::b cannot be read: No such file or directory"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_option(option: str, path: str, said: str) -> None:
    assert refused(**{option: path}) == f"--{option} {said}"


@pytest.mark.parametrize(("option", "hint"), [("kev", "CISA's catalogue"), ("epss", "score_date")])
@pytest.mark.parametrize("data", [b"", b"x", EPSS[:-1], KEV[:-1]])
def test_a_file_that_is_something_else_is_named(option: str, hint: str, data: bytes, folder: Path) -> None:
    (folder / "data").write_bytes(data)
    said = refused(**{option: "data"})
    assert said.startswith("data: ")
    assert "; expected " in said
    assert hint in said or data == EPSS[:-1]


def test_one_file_for_the_other_is_refused(folder: Path) -> None:
    (folder / "kev.json").write_bytes(KEV)
    (folder / "epss.csv").write_bytes(EPSS)
    assert refused(kev="epss.csv").startswith("epss.csv: is not JSON")
    assert refused(epss="kev.json").startswith("kev.json: line 1 is '{")


@pytest.mark.parametrize("option", ["kev", "epss"])
def test_a_file_without_end_is_refused(option: str) -> None:
    assert refused(**{option: "/dev/zero"}).startswith("/dev/zero: is larger than 64 MiB; expected ")
