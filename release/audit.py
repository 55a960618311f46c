"""Asks OSV, by pip-audit, whether anything that the lock files pin has a known vulnerability: `make audit`.

It exits with 1 if something is known, if a waiver is over, or if pip-audit fails for a reason that it should not. Where
OSV cannot be reached it says so and exits with 0, or with 1 where `--must-answer` is given.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from gate.plain import one_line
from release.pins import Pin, layers, pin, pinned
from release.waivers import Waiver, read, stale

OSV = "https://api.osv.dev/v1/query"
# NOTE: not PyPI's own service, pip-audit's default: where a mirror of packages answers 404 for all that is not a
# package, pip-audit skips every pin and ends with "No known vulnerabilities found" and exit code 0.
CANARY = pin("jinja2", "2.4.1")
"""What OSV's own documentation asks about: whoever knows nothing of it is not OSV."""
NETWORK = re.compile(r"requests\.exceptions\.(?!HTTPError: 400)|.*Could not connect to OSV")
"""How a line of pip-audit 2.10 starts that says that OSV cannot be reached, or that somebody else answered."""


Locks = dict[str, frozenset[Pin]]
"""What each lock file pins, by its name."""


class UnreachableError(Exception):
    """OSV could not be asked."""


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A vulnerability, as pip-audit writes it."""

    id: str
    aliases: tuple[str, ...]
    fix_versions: tuple[str, ...]


class Audited(msgspec.Struct, frozen=True, kw_only=True):
    """A package that was asked about, or that was skipped."""

    name: str
    version: str = ""
    vulns: tuple[Known, ...] = ()
    skip_reason: str = ""


class _Report(msgspec.Struct, frozen=True, kw_only=True):
    dependencies: tuple[Audited, ...]


def ask(pins: tuple[Pin, ...], url: str, seconds: float) -> dict[Pin, tuple[Known, ...]]:
    """Return what is known of pins; raise UnreachableError if nobody answers, RuntimeError if pip-audit is at fault."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "requirements.txt")
        wanted.write_text("".join(f"{one}\n" for one in pins), encoding="utf-8")
        words = ["--requirement", str(wanted), "--no-deps", "--disable-pip", "--format", "json", "--cache-dir", folder]
        service = ["--vulnerability-service", "osv", "--osv-url", url, "--progress-spinner", "off", "--timeout", "10"]
        surroundings = {name: value for name, value in os.environ.items() if not name.startswith("PIP_AUDIT_")}
        try:
            done = subprocess.run(  # noqa: S603 - pip-audit, with words of our own
                [sys.executable, "-m", "pip_audit", *words, *service],
                env=surroundings,
                capture_output=True,
                text=True,
                check=False,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired as err:
            raise UnreachableError(f"no answer to all questions within {seconds:g} seconds") from err
    return _answers(pins, done)


def _answers(pins: tuple[Pin, ...], done: subprocess.CompletedProcess[str]) -> dict[Pin, tuple[Known, ...]]:
    if done.returncode not in {0, 1} or not done.stdout.strip():
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        why = next((line for line in lines if NETWORK.match(line)), None)
        if done.returncode == 1 and why:
            raise UnreachableError(one_line(why))
        raise RuntimeError(f"pip-audit failed: {one_line(lines[-1])}")
    audited = msgspec.json.decode(done.stdout, type=_Report).dependencies
    found = {pin(one.name, one.version): one.vulns for one in audited if not one.skip_reason}
    if missing := [str(one) for one in pins if one not in found]:
        raise RuntimeError(f"pip-audit left out {', '.join(missing)}")
    return found


def judged(known: dict[Pin, tuple[Known, ...]], waivers: Iterable[Waiver], locks: Locks) -> list[str]:
    """Say what is known and not waived, which waivers nothing needs any more, and whether OSV was OSV."""
    faults = [*_unwaived(known, waivers, locks), *_needless(known, waivers)]
    if not known[CANARY]:
        faults.append(f"who answered knows of no vulnerability of {CANARY}, so it was not OSV")
    return faults


def _unwaived(known: dict[Pin, tuple[Known, ...]], waivers: Iterable[Waiver], locks: Locks) -> Iterator[str]:
    waived = {(one.pin, one.id) for one in waivers}
    for one, vulnerabilities in sorted(known.items()):
        where = ", ".join(name for name, pins in locks.items() if one in pins)
        for each in vulnerabilities:
            if where and waived.isdisjoint((one, name) for name in (each.id, *each.aliases)):
                fixed = ", ".join(each.fix_versions) or "no version"
                names = " ".join((each.id, *sorted(each.aliases)))
                yield one_line(f"{one} ({where}): {names}, fixed in {fixed}; take another version, or waive it")


def _needless(known: dict[Pin, tuple[Known, ...]], waivers: Iterable[Waiver]) -> Iterator[str]:
    for one in waivers:
        if not any(one.id in (each.id, *each.aliases) for each in known.get(one.pin, ())):
            yield f"{one.id} of {one.pin}: waived, but OSV knows of no such thing; take the waiver out"


def main(arguments: list[str] | None = None) -> int:
    """Audit every lock file and return the exit code."""
    options = _options().parse_args(arguments)
    locks: Locks = {lock.name: pinned(lock) for lock in sorted(options.locks.glob("*.txt"))}
    pins = frozenset[Pin]().union(*locks.values())
    waivers = read(options.locks / "waived.toml")
    faults = stale(waivers, pins, options.today or datetime.now(UTC).date())
    known: dict[Pin, tuple[Known, ...]] = {}
    try:
        for layer in layers(pins | {CANARY}):
            known |= ask(layer, options.osv_url, options.seconds)
        faults += judged(known, waivers, locks)
        _say(f"OSV was asked about {len(pins)} pins of {', '.join(locks)}")
    except UnreachableError as err:
        # What was said before counts all the same; whether a waiver is needed, nobody knows.
        faults += _unwaived(known, waivers, locks)
        _say(f"NOT ASKED: OSV cannot be reached, so nothing is known of {len(pins - known.keys())} pins: {err}")
        faults += ["OSV must answer here"] * options.must_answer
    except RuntimeError as err:
        faults.append(str(err))
    for fault in faults:
        _say(fault)
    return int(bool(faults))


def _say(line: str) -> None:
    sys.stderr.write(f"audit: {line}\n")


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m release.audit", description=__doc__)
    parser.add_argument("--locks", type=Path, default=Path("requirements"), help="the folder of the lock files")
    parser.add_argument("--osv-url", default=OSV, help="where OSV's query is")
    parser.add_argument("--seconds", type=float, default=600, help="how long pip-audit may take")
    parser.add_argument("--today", type=date.fromisoformat, help="what day it is, for waivers")
    parser.add_argument("--must-answer", action="store_true", help="fail where OSV cannot be reached")
    return parser


if __name__ == "__main__":
    sys.exit(main())
