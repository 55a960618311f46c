"""`gate policy test`: runs the tests that stand in policy files, and says which rules none of them makes fire."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
from msgspec import Struct

from gate.cli.clock import SystemClock
from gate.cli.outputs import STDOUT, Output, claim, write_files
from gate.cli.terminal import show
from gate.cli.values import TimeValue
from gate.errors import Exit, PolicyError, UsageError
from gate.plain import neutral, one_line
from gate.policy.loader import Loaded, load
from gate.policy.testing import CaseResult, run_cases, unfired
from gate.reports.summary import plural

_ENDINGS = (".yaml", ".yml")


@click.command(short_help="Run the tests that stand in policy files.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--coverage", is_flag=True, help="Name the rules that no test makes fire, and exit with 1 if there are any."
)
@click.option("-o", "--output", metavar="junit=PATH", help="A JUnit report of the tests; `-` is stdout.")
@click.option(
    "--now", type=TimeValue(), allow_from_autoenv=False, help="Judge as of this time, where a test names no day."
)
def test(paths: tuple[str, ...], output: str | None, now: datetime | None, *, coverage: bool) -> int:
    """Run the `tests:` of policy files, and of all policy files in folders, without AWS.

    Exits with 1 when a test fails, and with 2 when a policy is faulty or there is no test at all.
    """
    files = tuple(dict.fromkeys(file for path in paths for file in _files(path)))
    reports = _reports(output, files)
    today = now or SystemClock().now()
    ran = tuple(_run(file, loaded, today) for file, loaded in _loaded(files))
    if not any(one.results for one in ran):
        raise UsageError("there is no test in these policies", hint="Write some under `tests:`.")
    failed = sum(not result.passed for one in ran for result in one.results)
    bare = sum(len(one.unfired) for one in ran) if coverage else 0
    lines = [line for one in ran for line in _lines(one, coverage=coverage)]
    lines.append(_summary(sum(len(one.results) for one in ran), failed, bare if coverage else None))
    text = neutral("\n".join(lines)) + "\n"
    if reports:
        from gate.reports.policy_tests import render

        report = render(tuple((one.file, one.results) for one in ran), today)
        write_files(tuple((place, report) for place in reports))
        text = report if reports[0].path == STDOUT else text
    show(text)
    return int(Exit.VIOLATED if failed or bare else Exit.PASS)


class _Ran(Struct, frozen=True, kw_only=True):
    """A policy file, how its tests came out, and which of its rules none of them makes fire."""

    file: str
    results: tuple[CaseResult, ...]
    unfired: tuple[str, ...]


def _run(file: str, loaded: Loaded, now: datetime) -> _Ran:
    results = run_cases(loaded, now)
    return _Ran(file=file, results=results, unfired=unfired(loaded, results))


def _reports(output: str | None, files: tuple[str, ...]) -> tuple[Output, ...]:
    """Return the report that is wanted, once nothing of an earlier run is left in its place."""
    if output is None:
        return ()
    if not output.startswith("junit="):
        raise UsageError(f"--output {one_line(output, 80)!r}: expected junit=PATH")
    return claim((output,), files, SystemClock().now())


def _loaded(files: tuple[str, ...]) -> list[tuple[str, Loaded]]:
    """Return the policies; PolicyError carries the faults of all files."""
    found: list[tuple[str, Loaded]] = []
    faults: list[str] = []
    for file in files:
        try:
            found.append((file, load(Path(file), Path.cwd())))
        except PolicyError as err:
            faults += err.faults
    if faults:
        raise PolicyError(tuple(faults))
    return found


def _files(path: str) -> list[str]:
    if not path:
        raise UsageError("a path is empty; expected a policy file, or a folder of them")
    folder = Path(path)
    if not folder.is_dir():
        return [path]
    found = sorted(str(file) for file in folder.rglob("*") if file.suffix in _ENDINGS and file.is_file())
    if not found:
        raise UsageError(f"{one_line(path, 200)}: there is no policy file in this folder")
    return found


def _lines(ran: _Ran, *, coverage: bool) -> Iterator[str]:
    yield f"{one_line(ran.file, 200)}: {plural(len(ran.results), 'test') if ran.results else 'no tests'}"
    for result in ran.results:
        yield f"  {'ok    ' if result.passed else 'FAILED'}  {one_line(result.name, 200)}"
        if not result.passed:
            yield f"          at        {one_line(result.place, 300)}"
            yield f"          expected  {_said(result.expected, result.expected_by)}"
            yield f"          got       {_said(result.got, result.got_by)}"
            yield f"          because   {one_line(result.reason, 300)}"
    for name in ran.unfired if coverage else ():
        yield f"  bare    {one_line(name, 100)}: no test makes it fire"


def _said(outcome: str, rules: tuple[str, ...] | None) -> str:
    by = "" if rules is None else f", by {', '.join(rules) or 'nothing'}"
    return one_line(f"{outcome}{by}", 300)


def _summary(total: int, failed: int, bare: int | None) -> str:
    covered = "" if bare is None else f", {plural(bare, 'rule')} not covered"
    return f"{total - failed} passed, {failed} failed{covered}"
