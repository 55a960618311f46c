"""The OpenVEX files that a policy names: found by path or glob, inside of the folder, and each of them read."""

import hashlib
import json
from pathlib import Path

import pytest

from gate.errors import PolicyError
from gate.policy.loader import Loaded, load
from gate.policy.verdict import VexFile
from tests.policy.written import faults_of

NONE = "names no file; expected a relative path, or a glob, that stays in the folder of the policies"


def vex(author: str = "security@example.com", names: tuple[str, ...] = ("CVE-2026-1",)) -> str:
    product = {"@id": "pkg:deb/debian/openssl"}
    statements = [{"vulnerability": {"name": name}, "status": "fixed", "products": [product]} for name in names]
    head = {"@context": "https://openvex.dev/ns/v0.2.0", "author": author, "timestamp": "2026-11-20T00:00:00Z"}
    return json.dumps({**head, "statements": statements})


def policy(folder: Path, files: str, more: str = "") -> Path:
    file = folder / "gate.yaml"
    file.write_text(f"version: 1\ncvss_floor: 9\nvex: {{files: {files}, reason: r{more}}}\n")
    return file


def named(loaded: Loaded) -> list[str]:
    return [Path(one.file).name for one in loaded.vex]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "team" / "vex" / "old").mkdir(parents=True)
    (tmp_path / "secret.json").write_text(vex())
    for name in ("b.json", "a.json", "old/c.json"):
        (tmp_path / "team" / "vex" / name).write_text(vex(author=name))
    (tmp_path / "team" / "vex" / "d.json").mkdir()
    return tmp_path / "team"


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ("[vex/a.json]", ["a.json"]),
        ("[vex/*.json]", ["a.json", "b.json"]),
        ("['**/*.json']", ["a.json", "b.json", "c.json"]),
        ("[vex/b.json, vex/*.json]", ["b.json", "a.json"]),
        ("[./vex/../vex/a.json]", ["a.json"]),
        ("['vex/[ab].json']", ["a.json", "b.json"]),
    ],
)
def test_files_are_named_by_paths_or_globs_and_each_is_read_once(folder: Path, files: str, found: list[str]) -> None:
    assert named(load(policy(folder, files))) == found


@pytest.mark.parametrize(
    "written",
    [
        "vex/none.json",
        "vex/*.vex",
        "vex",
        "vex/d.json",
        "../secret.json",
        "../*.json",
        "vex/*/../../../secret.json",
        "/etc/*.json",
        "vex/**json",
        "[",
    ],
)
def test_a_name_that_stands_for_no_file_in_the_folder_is_a_fault(folder: Path, written: str) -> None:
    with pytest.raises(PolicyError) as caught:
        load(policy(folder, f"[vex/a.json, '{written}']"))

    assert caught.value.faults == (f"{folder}/gate.yaml:3:27: vex.files[1]: '{written}' {NONE}",)


def test_a_link_out_of_the_folder_is_not_read(folder: Path) -> None:
    (folder / "vex" / "z.json").symlink_to(folder.parent / "secret.json")

    assert named(load(policy(folder, "[vex/*.json]"))) == ["a.json", "b.json"]
    with pytest.raises(PolicyError, match="names no file"):
        load(policy(folder, "[vex/z.json]"))


def test_links_that_go_round_in_a_circle_are_no_files(folder: Path) -> None:
    (folder / "vex" / "y.json").symlink_to("z.json")
    (folder / "vex" / "z.json").symlink_to("y.json")

    assert named(load(policy(folder, "[vex/*.json]"))) == ["a.json", "b.json"]


def test_a_policy_without_a_file_can_name_none() -> None:
    assert faults_of("cvss_floor: 9\nvex: {files: [a.json], reason: r}") == (f"3:15: vex.files[0]: 'a.json' {NONE}",)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ("{", "is not JSON"),
        ("[]", "is a list; expected an OpenVEX document"),
        (vex(names=("",)), "statements[0].vulnerability: no name"),
    ],
)
def test_a_file_that_is_faulty_is_refused_with_its_name(folder: Path, data: str, fault: str) -> None:
    (folder / "vex" / "b.json").write_text(data)

    with pytest.raises(PolicyError) as caught:
        load(policy(folder, "[vex/*.json]"))

    assert caught.value.faults[0].startswith(f"{folder}/vex/b.json: ")
    assert fault in caught.value.faults[0]


def test_a_file_that_cannot_be_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, file = Path.open, policy(folder, "[vex/a.json]")

    def refuse(path: Path, *given: object) -> object:
        if path.name == "a.json":
            raise PermissionError(13, "Permission denied")
        return opened(path, "rb")

    monkeypatch.setattr(Path, "open", refuse)

    with pytest.raises(PolicyError, match=r"vex/a\.json: cannot be read: Permission denied"):
        load(file)


def test_more_files_than_any_policy_needs_are_refused_and_not_read(folder: Path) -> None:
    for number in range(1_000):
        (folder / f"{number}.json").write_text(vex())
    file = policy(folder, "['*.json']")
    assert len(load(file).vex) == 1_000

    (folder / "one_more.json").write_text("not read")
    with pytest.raises(PolicyError) as caught:
        load(file)

    assert caught.value.faults == (f"{folder}/gate.yaml:3:14: vex.files: names more than 1000 files; expected fewer",)
    assert named(load(policy(folder, "[vex/a.json]"))) == ["a.json"]


def test_a_glob_that_the_system_cannot_follow_names_no_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(36, "File name too long")

    file = policy(folder, "[vex/*.json]")
    monkeypatch.setattr(Path, "glob", fail)

    with pytest.raises(PolicyError, match="names no file"):
        load(file)


def test_the_files_that_were_read_are_named_with_their_hashes(folder: Path) -> None:
    used = load(policy(folder, "[vex/a.json]")).used

    digest = hashlib.sha256((folder / "vex" / "a.json").read_bytes()).hexdigest()
    assert used.vex == (VexFile(file=f"{folder}/vex/a.json", sha256=digest, author="a.json", statements=1),)


@pytest.mark.parametrize(
    ("authors", "count"), [("", 2), (", authors: [a.json]", 1), (", authors: ['*.json']", 2), (", authors: [x]", 0)]
)
def test_only_statements_of_the_authors_named_count(folder: Path, authors: str, count: int) -> None:
    loaded = load(policy(folder, "[vex/*.json]", authors))

    assert len(loaded.vex) == 2
    assert len(loaded.statements) == count


def test_a_child_has_the_statements_of_its_parent_and_makes_no_others_of_its_words(folder: Path) -> None:
    base = policy(folder, "[vex/a.json]")
    (folder / "own" / "vex").mkdir(parents=True)
    (folder / "own" / "vex" / "a.json").write_text(vex(author="somebody else"))
    child = folder / "own" / "gate.yaml"

    for own in ("", "vex: {files: [vex/a.json], reason: r}\n"):
        child.write_text(f"version: 1\nextends: ../{base.name}\n{own}")
        assert [one.author for one in load(child, folder).statements] == ["a.json"]
