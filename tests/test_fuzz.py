"""Fuzzing, bounded: every target over its corpus and mutations of it; and the drivers find what is planted."""

import gzip
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

import pytest

from fuzz import campaign, targets
from fuzz.__main__ import main
from fuzz.corpus import HERE, inputs_of
from fuzz.driver import SEED, installed, made
from fuzz.finds import Finds
from fuzz.make_corpus import FOUND, corpora
from fuzz.mutation import mutated
from fuzz.targets import TARGETS
from fuzz.words import words_of
from tests.command import environment

SLOW = {"policy-extends": 150, "report": 200, "verdict-document": 120, "aws": 150}
"""How many mutations of the targets that take long; the others are tried 400 times."""
LARGEST_CORPUS = 128 * 1024


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_gets_out_of_a_target_over_its_corpus_and_mutations_of_it(name: str) -> None:
    inputs, words, chance = inputs_of(name), words_of(name), Random(SEED)
    for data in inputs.values():
        TARGETS[name](data)
    pool = list(inputs.values())
    for number in range(SLOW.get(name, 400)):
        data = made(pool, chance, words)
        try:
            TARGETS[name](data)
        except Exception as err:
            err.add_note(f"mutation {number} of {name}: {data!r}")
            raise


def test_every_target_has_a_corpus_and_every_corpus_a_target() -> None:
    assert {path.name for path in HERE.iterdir()} == set(TARGETS)
    assert all(inputs_of(name) for name in TARGETS)


def test_the_corpus_is_small_and_is_what_the_script_writes() -> None:
    assert sum(len(data) for name in TARGETS for data in inputs_of(name).values()) < LARGEST_CORPUS
    for name, inputs in corpora().items():
        kept = {file: data for file, data in inputs_of(name).items() if not file.startswith(FOUND)}
        assert plain(kept) == plain(inputs), "run: python -m fuzz.make_corpus"


def plain(inputs: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return inputs unpacked: one zlib packs otherwise than another."""
    return {file: gzip.decompress(data) if file.endswith(".gz") else data for file, data in inputs.items()}


def test_mutations_are_the_same_for_the_same_seed_and_others_for_another() -> None:
    data = b'{"a": [1, 2], "b": "text"}'
    first, again, other = ([mutated(data, Random(seed), (b"word",)) for _ in range(3)] for seed in (1, 1, 2))
    assert first == again != other


def test_what_gzip_holds_is_mutated_and_packed_again() -> None:
    (packed,) = (data for name, data in inputs_of("kev").items() if name.endswith(".gz"))
    chance = Random(SEED)
    found = [mutated(packed, chance, (b"word",)) for _ in range(20)]
    assert sum(data.startswith(b"\x1f\x8b") and data != packed for data in found) > 10


def planted(data: bytes) -> None:
    """Fail over a word that stands twice in an input, as nothing in the corpus has it."""
    if data.count(b"critical") > 1 and b"\x1f" not in data:
        raise ZeroDivisionError("planted")


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Let campaigns write to a folder of this test's."""
    monkeypatch.setattr(campaign, "FOLDER", tmp_path)
    monkeypatch.setattr(campaign, "ROOT", tmp_path)
    return tmp_path


def test_mutation_finds_a_planted_crash_once_and_keeps_the_input(tmp_path: Path) -> None:
    finds, chance = Finds(planted, tmp_path), Random(SEED)
    pool, words = [b"max: {critical: 0}\n"], words_of("policy")
    for _ in range(3_000):
        finds.attempt(made(pool, chance, words))

    (found,) = tmp_path.glob("crash-*[!t]")

    assert len(finds) == 1
    assert "ZeroDivisionError: planted" in found.with_name(f"{found.name}.txt").read_text(encoding="utf-8")
    with pytest.raises(ZeroDivisionError):
        planted(found.read_bytes())


def test_a_find_is_tried_again_by_the_next_run_and_forgotten_once_it_is_mended(tmp_path: Path) -> None:
    Finds(planted, tmp_path).attempt(b"critical critical")

    assert len(Finds(planted, tmp_path)) == 1
    assert len(list(tmp_path.iterdir())) == 2
    assert len(Finds(lambda _: None, tmp_path)) == 0
    assert list(tmp_path.iterdir()) == []


DRIVER = """
import sys
from fuzz import driver, targets
from tests.test_fuzz import planted
targets.TARGETS = {"policy": planted}
sys.argv = ["fuzz.driver", "policy", "1", sys.argv[1], *sys.argv[2:]]
driver.main()
"""


@pytest.mark.parametrize("options", [[], ["--plain"]], ids=["the best driver here", "mutation alone"])
def test_the_driver_finds_a_planted_crash(options: list[str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(tmp_path), *options],
        cwd=campaign.ROOT,
        env=environment(),  # NOTE: two that count what is covered get into each other's way.
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    wanted = "mutation" if options or installed() is None else "atheris"
    assert f"driver: {wanted}\n" in done.stdout
    (found,) = tmp_path.glob("crash-*[!t]")
    assert found.read_bytes().count(b"critical") > 1


def driven(folder: Path, said: str, code: int = 0) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """Return what runs in a driver's place, says this, and finds something in the policy."""

    def run(command: list[str], **options: object) -> subprocess.CompletedProcess[bytes]:
        assert options["cwd"] == folder
        place = Path(command[-1])
        place.mkdir()
        if "policy" in command:
            (place / "crash-1").write_bytes(b"x")
            (place / "crash-1.txt").write_text("Traceback", encoding="utf-8")
        return subprocess.CompletedProcess(command, code, said.encode())

    return run


def test_a_campaign_gives_each_target_its_share_and_names_what_it_found(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = "driver: atheris\n#2 INITED cov: 20 ft: 1\n#9 DONE   cov: 31 ft: 2\nstat::number_of_executed_units: 1200\n"
    monkeypatch.setattr(subprocess, "run", driven(folder, said))

    assert main(["--minutes", "1", "policy", "vex"]) == 1

    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "policy            atheris       1,200 executions (20/s), 20 edges covered, then 31, 1 finds",
        "vex               atheris       1,200 executions (20/s), 20 edges covered, then 31, 0 finds",
        "found: python -m fuzz policy policy/crash-1",
    ]


@pytest.mark.parametrize(("code", "result"), [(0, 0), (77, 1)])
def test_a_campaign_without_finds_is_good_unless_a_driver_broke(
    code: int, result: int, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(subprocess, "run", driven(folder, "driver: mutation\nexecutions: 60\n", code))

    assert main(["--minutes", "1", "vex"]) == result

    assert "vex               mutation         60 executions (0/s), 0 finds\n" in capsys.readouterr().out


def test_a_target_that_hangs_is_a_fault(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def hang(command: list[str], **_: object) -> None:
        raise subprocess.TimeoutExpired(command, 1, output=b"driver: mutation\n")

    monkeypatch.setattr(subprocess, "run", hang)

    assert main(["--minutes", "1", "vex"]) == 1
    assert "it did not end" in capsys.readouterr().out


def test_inputs_are_replayed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "good").write_bytes(b"x")
    (tmp_path / "bad").write_bytes(b"critical critical")
    monkeypatch.setattr("fuzz.__main__.TARGETS", {"policy": planted})

    assert main(["policy", str(tmp_path / "good")]) == 0
    assert main(["policy", str(tmp_path / "bad"), str(tmp_path / "good")]) == 1

    out = capsys.readouterr().out
    assert "good: nothing\n" in out
    assert re.search(r"bad: Traceback[^$]*ZeroDivisionError: planted", out)


def test_the_targets_are_listed_each_with_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(targets.TARGETS)
    assert all(line.endswith(".") for line in lines)


def test_a_target_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["polcy"])

    assert "'polcy' is no target; expected one of policy, " in capsys.readouterr().err


def test_make_fuzz_runs_a_campaign_of_so_many_minutes() -> None:
    around = {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        ["make", "--dry-run", "fuzz", "MINUTES=7"],
        cwd=campaign.ROOT,
        env=around,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.splitlines()[-1] == ".venv/bin/python -m fuzz --minutes 7"
