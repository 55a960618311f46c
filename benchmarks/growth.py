"""What starting takes, and how a check of saved evidence grows with its findings, to 50,000.

Run it with `make bench`. It prints Markdown: medians of wall and CPU seconds and of peak memory.
"""

import argparse
import gzip
import json
import sys
import tempfile
from collections.abc import Sequence
from functools import partial
from multiprocessing import Process
from pathlib import Path

from benchmarks.against import BIN, REPORTS, ROOT, plain_environment
from benchmarks.measured import Command, Took, in_turn
from tests.aws_double.findings import enhanced_findings, severities

SIZES = (0, 500, 5_000, 10_000, 20_000, 50_000)
CAPTURED = "2026-11-20T12:00:00Z"


def started(rounds: int) -> None:
    """Print what the commands take that ask nobody anything."""
    _show("| command | wall | CPU | peak |\n|---|--:|--:|--:|")
    words: dict[str, Sequence[str | Path]] = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "gate --help": [BIN / "gate", "--help"],
        "gate policy lint": [BIN / "gate", "policy", "lint", ROOT / "policies" / "strict.yaml"],
    }
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            name: Command(words=what, folder=Path(folder), environment=plain_environment())
            for name, what in words.items()
        }
        for name, took in in_turn(commands, rounds).items():
            _show(f"| `{name}` | {_cells(took)} |")


def grown(rounds: int) -> None:
    """Print how a check of saved evidence grows."""
    _show("\n| findings | wall | CPU | peak | ms a finding |\n|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # NOTE: in a process of its own: the kernel counts what the one that starts a command holds as the command's.
        making = Process(target=_make, args=(folder,))
        making.start()
        making.join()
        commands = {f"{size:,}": _check(folder, size) for size in SIZES}
        taken = in_turn(commands, rounds)
    least = taken[f"{SIZES[0]:,}"].wall
    for size in SIZES:
        took = taken[f"{size:,}"]
        each = f"{(took.wall - least) / size * 1_000:.3f}" if size else ""
        _show(f"| {size:,} | {_cells(took)} | {each} |")


def _make(folder: Path) -> None:
    for size in SIZES:
        _place(folder, size).write_bytes(gzip.compress(json.dumps(_answer(size)).encode(), compresslevel=1, mtime=0))


def _place(folder: Path, size: int) -> Path:
    return folder / f"{size}.json.gz"


def _answer(size: int) -> dict[str, object]:
    found = enhanced_findings(size)
    return {
        "registryId": "123456789012",
        "repositoryName": "team/app",
        "imageId": {"imageDigest": "sha256:" + "ab" * 32, "imageTag": "v1"},
        "imageScanStatus": {"status": "ACTIVE"},
        "imageScanFindings": {
            "imageScanCompletedAt": "2026-11-20T10:00:00+00:00",
            "vulnerabilitySourceUpdatedAt": "2026-11-20T10:00:00+00:00",
            "findingSeverityCounts": severities(found),
            "enhancedFindings": found,
        },
    }


def _check(folder: Path, size: int) -> Command:
    words: list[str | Path] = [
        BIN / "gate",
        "check",
        _place(folder, size),
        "--captured-at",
        CAPTURED,
        "--now",
        CAPTURED,
        "-q",
    ]
    words += ["--max", "critical=1000000", "--max", "unknown=1000000"]
    own = folder / str(size)
    own.mkdir()
    words += [
        word
        for kind, file in zip(("junit", "sarif", "json"), REPORTS, strict=True)
        for word in ("-o", f"{kind}={file}")
    ]
    return Command(words=words, folder=own, environment=plain_environment(), check=partial(_written, own))


def _written(folder: Path) -> None:
    if not all((folder / name).stat().st_size for name in REPORTS):
        raise RuntimeError("a report was not written")


def _cells(took: Took) -> str:
    return f"{took.wall:.2f} s | {took.cpu:.2f} s | {took.peak:.0f} MiB"


def _show(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    """Measure, as the options say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="how many runs of each count")
    rounds = parser.parse_args().rounds
    started(rounds)
    grown(max(rounds // 2, 3))


if __name__ == "__main__":
    main()
