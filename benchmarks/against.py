"""What a check takes, beside the alternatives: bare boto3, and the AWS command line with jq, over one loopback AWS.

Run it with `make bench`. It prints Markdown: medians of wall and CPU seconds and of peak memory, ratios, and targets.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path

from benchmarks.measured import Command, Took, in_turn
from benchmarks.targets import PEAK_MIB, TARGETS, Target

HERE = Path(__file__).parent
ROOT = HERE.parent
BIN = Path(sys.executable).parent
SIZES = (0, 50, 500, 5_000)
KINDS = ("enhanced", "basic")
REPOSITORY, TAG = "team/app", "v1"
REPORTS = ("junit.xml", "scan.sarif", "verdict.json")
GATE, BOTO3, CLI = "gate check", "bare boto3", "AWS CLI + jq"


@contextmanager
def loopback_aws(kind: str, findings: int, latency: float) -> Iterator[str]:
    """Start a double of AWS in a process of its own, answers made beforehand, and give its endpoint."""
    words = ["-m", "tests.aws_double", "--kind", kind, "--findings", str(findings), "--latency", str(latency)]
    process = subprocess.Popen(  # noqa: S603 - our own double
        [sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        if process.wait() != 0:
            raise RuntimeError("the double complained: see above")


def commands(folder: Path, url: str, findings: int, aws: Path | None) -> dict[str, Command]:
    """Return what is compared; each in a folder of its own."""
    environment = plain_environment(url)
    image = f"{REPOSITORY}:{TAG}"
    outputs = [f"{name}={file}" for name, file in zip(("junit", "sarif", "json"), REPORTS, strict=True)]
    words: list[str | Path] = [
        BIN / "gate",
        "check",
        image,
        "--max",
        "critical=1000000",
        "--max",
        "unknown=1000000",
        "-q",
    ]
    words += [word for output in outputs for word in ("-o", output)]
    ours, bare, by_hand = (_made(folder / name) for name in ("ours", "bare", "by_hand"))
    compared = {
        GATE: Command(words=words, folder=ours, environment=environment, check=partial(_all_there, ours, findings)),
        BOTO3: Command(
            words=[sys.executable, HERE / "only_pages.py", REPOSITORY, TAG],
            folder=bare,
            environment=environment,
            check=partial(_said, bare, f"{findings}\n"),
        ),
    }
    if aws:
        path = os.pathsep.join([str(aws.parent), environment["PATH"]])
        compared[CLI] = Command(
            words=["sh", HERE / "with_cli.sh", REPOSITORY, TAG],
            folder=by_hand,
            environment={**environment, "PATH": path},
        )
    return compared


def plain_environment(url: str = "http://127.0.0.1:9") -> dict[str, str]:
    """Return an environment with nothing of this machine's in it but the PATH."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.devnull,
        "LANG": "C.UTF-8",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": url,
        "AWS_PAGER": "",
    }


def against(rounds: int, latency: float, aws: Path | None) -> None:
    """Print what each takes, by kind and size, and whether the targets are met."""
    _show("| scan | findings | command | wall | CPU | peak | wall against boto3 | against CLI + jq |")
    _show("|---|--:|---|--:|--:|--:|--:|--:|")
    met: list[str] = []
    for kind in KINDS:
        for findings in SIZES:
            with tempfile.TemporaryDirectory() as folder, loopback_aws(kind, findings, latency) as url:
                taken = in_turn(commands(Path(folder), url, findings, aws), rounds)
            for name, took in taken.items():
                ratios = " | ".join(_ratio(took, taken, other) for other in (BOTO3, CLI))
                _show(f"| {kind} | {findings:,} | {name} | {_cells(took)} | {ratios} |")
            met += [_judged(target, taken) for target in TARGETS if (target.kind, target.findings) == (kind, findings)]
            if findings == max(SIZES):
                peak = taken[GATE].peak
                met.append(
                    _line(f"{kind}, {findings:,}: peak memory", f"{peak:.0f} MiB", f"{PEAK_MIB} MiB", peak <= PEAK_MIB)
                )
    _show("\n| target | measured | at most | met |\n|---|--:|--:|---|")
    _show("\n".join(met))


def machine() -> str:
    """Return on what, and when, this was measured."""
    cpus = os.cpu_count()
    today = datetime.now(tz=UTC).date()
    return (
        f"{today}; {platform.system()} {platform.machine()}, {cpus} CPUs; Python {platform.python_version()}, "
        f"boto3 {version('boto3')}"
    )


def _judged(target: Target, taken: Mapping[str, Took]) -> str:
    name = f"{target.kind}, {target.findings:,}: wall against {target.other}"
    if target.other not in taken:
        return _line(name, "not measured", f"{target.most:.2f}x", met=False)
    ratio = taken[GATE].wall / taken[target.other].wall
    return _line(name, f"{ratio:.2f}x", f"{target.most:.2f}x", ratio <= target.most)


def _line(name: str, measured: str, most: str, met: bool) -> str:  # noqa: FBT001 - a cell of the table
    return f"| {name} | {measured} | {most} | {'yes' if met else '**no**'} |"


def _ratio(took: Took, taken: Mapping[str, Took], other: str) -> str:
    return f"{took.wall / taken[other].wall:.2f}x" if other in taken else "-"


def _cells(took: Took) -> str:
    return f"{took.wall:.2f} s | {took.cpu:.2f} s | {took.peak:.0f} MiB"


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _all_there(folder: Path, findings: int) -> None:
    for name in REPORTS:
        if not (folder / name).stat().st_size:
            raise RuntimeError(f"{name} was not written")
        if name != "verdict.json":
            (folder / name).unlink()
    listed = (folder / "verdict.json").read_text(encoding="utf-8").count('"aws_severity":')
    if listed != findings:
        raise RuntimeError(f"the verdict document holds {listed} findings, not {findings}")
    (folder / "verdict.json").unlink()


def _said(folder: Path, expected: str) -> None:
    said = (folder / "said.txt").read_text(encoding="utf-8")
    if said != expected:
        raise RuntimeError(f"expected {expected!r}, it said {said!r}")


def _show(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    """Compare, as the options say."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.against", description=__doc__)
    parser.add_argument("--rounds", type=int, default=9, help="how many runs of each count")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer of AWS")
    parser.add_argument(
        "--aws", type=Path, help="the AWS command line; without it, or without jq, its rows are left out"
    )
    options = parser.parse_args()
    aws = options.aws.absolute() if options.aws and shutil.which("jq") else None
    _show(f"{machine()}; medians of {options.rounds} runs, in turn; {options.latency:g} s latency\n")
    against(options.rounds, options.latency, aws)


if __name__ == "__main__":
    main()
