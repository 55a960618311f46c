"""Fuzzes one target for some seconds in a process of its own, by atheris where it is installed, else by mutation alone.

Run it as `python -m fuzz.driver NAME SECONDS FOLDER [--plain]`; it writes finds to the folder, and figures to stdout.
"""

import argparse
import importlib
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fuzz.finds import Finds

SEED = 20_261_120
_LONGEST = 1 << 16
_SECONDS_PER_INPUT = 20
_MEGABYTES = 2_048
_OURS = 0.5
"""The share of inputs that are made by our own mutations, which know JSON, gzip and lines."""


def main() -> None:
    """Read the command line and fuzz."""
    parser = argparse.ArgumentParser(prog="python -m fuzz.driver")
    parser.add_argument("name")
    parser.add_argument("seconds", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--plain", action="store_true", help="never use atheris")
    given = parser.parse_args()
    atheris = None if given.plain else installed()
    if atheris is None:
        _plain(given.name, given.seconds, given.folder)
    else:
        _guided(atheris, given.name, given.seconds, given.folder)


def installed() -> Any:  # noqa: ANN401 - atheris has no types
    """Return atheris, or None where it is not installed: it has no wheels for some systems and Pythons."""
    try:
        return importlib.import_module("atheris")
    except ImportError:
        return None


def _plain(name: str, seconds: int, folder: Path) -> None:
    from fuzz.corpus import inputs_of
    from fuzz.words import words_of

    finds = _finds(name, folder)
    pool, words = list(inputs_of(name).values()), words_of(name)
    chance, executions, end = Random(SEED), 0, time.monotonic() + seconds
    for data in pool:
        finds.attempt(data)
    while time.monotonic() < end:
        finds.attempt(made(pool, chance, words))
        executions += 1
    sys.stdout.write(f"driver: mutation\nexecutions: {executions + len(pool)}\nfinds: {len(finds)}\n")


def made(pool: list[bytes], chance: Random, words: tuple[bytes, ...]) -> bytes:
    """Return a new input, made of those known."""
    from fuzz.mutation import mutated

    return mutated(chance.choice(pool), chance, words, chance.choice(pool))


def _guided(atheris: Any, name: str, seconds: int, folder: Path) -> None:  # noqa: ANN401 - as above
    # NOTE: what is imported before this stays as it is, and is not looked into.
    with atheris.instrument_imports(include=["gate"]):
        finds = _finds(name, folder)
    from fuzz.corpus import HERE
    from fuzz.words import words_of

    words = words_of(name)
    grown = folder / "corpus"
    grown.mkdir(parents=True, exist_ok=True)
    (folder / "words.dict").write_text("".join(f'"{_escaped(word)}"\n' for word in words), encoding="ascii")
    options = [
        f"-max_total_time={seconds}", f"-max_len={_LONGEST}", f"-timeout={_SECONDS_PER_INPUT}",
        f"-rss_limit_mb={_MEGABYTES}", f"-dict={folder / 'words.dict'}", f"-artifact_prefix={folder}/hard-",
        "-print_final_stats=1",
    ]  # fmt: skip
    sys.stdout.write("driver: atheris\n")
    sys.stdout.flush()
    arguments = [sys.argv[0], *options, str(grown), str(HERE / name)]
    atheris.Setup(arguments, finds.attempt, custom_mutator=_mutator(atheris, words))
    atheris.Fuzz()


def _mutator(atheris: Any, words: tuple[bytes, ...]) -> Callable[[bytes, int, int], bytes]:  # noqa: ANN401 - as above
    from fuzz.mutation import mutated

    def mutate(data: bytes, most: int, seed: int) -> bytes:
        chance = Random(seed)
        if chance.random() < _OURS:
            return mutated(data, chance, words)[:most]
        changed: bytes = atheris.Mutate(data, most)
        return changed

    return mutate


def _escaped(word: bytes) -> str:
    return "".join(chr(byte) if byte < 0x80 and chr(byte).isalnum() else f"\\x{byte:02x}" for byte in word)


def _finds(name: str, folder: Path) -> "Finds":
    from fuzz.finds import Finds
    from fuzz.targets import TARGETS

    return Finds(TARGETS[name], folder)


if __name__ == "__main__":
    main()
