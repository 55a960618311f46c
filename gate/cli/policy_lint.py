"""`gate policy lint` and `gate policy schema`: what is wrong with a policy, and what one may hold."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from gate.cli.clock import SystemClock
from gate.cli.terminal import say, show
from gate.errors import Exit, PolicyError, UsageError
from gate.plain import neutral, one_line
from gate.policy.conditions import KNOWERS, Knower
from gate.policy.lint import endings
from gate.policy.lint import lint as notes_of
from gate.policy.lint_conditions import notes_for
from gate.policy.loader import Loaded, load
from gate.policy.relaxing import steps_of
from gate.policy.scalars import Duration
from gate.policy.schema import policy_schema
from gate.policy.verdict import Verdict

_FAIL_ON = re.compile(r"(?P<kind>expiring|expired|unused|notes)(?::(?P<soon>[0-9a-z]+))?")
_EXPECTED = "expected expiring:14d, expired, unused, notes, or several of them with commas"


class Bad(Struct, frozen=True, kw_only=True):
    """Something in a policy on which `--fail-on` exits with 1."""

    kind: str
    line: str
    """The place and the sentence, as notes have them."""


@click.command(short_help="Check policy files: faults exit with 2, notes do not.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--for", "knower", type=click.Choice(KNOWERS), help="Name what this source does not know; rules on it are faults."
)
@click.option(
    "--fail-on",
    metavar="WHAT",
    help="Exit with 1 for: expiring:14d, expired, unused (needs --evidence), notes; a list with commas.",
)
@click.option(
    "--evidence", metavar="FILE", multiple=True, help="Verdict documents that say which entries are of use; repeat it."
)
def lint(files: tuple[str, ...], knower: Knower | None, fail_on: str | None, evidence: tuple[str, ...]) -> int:
    """Check policy files: every fault with its line and column (exit 2), and notes on what may surprise (exit 0).

    `--fail-on expiring:14d,unused` is for a weekly job: it exits with 1 when an accepted risk has ended or ends within
    that time, or matches nothing in what was judged.
    """
    wanted = _fail_on(fail_on, evidence)
    judged = _documents(evidence)
    now = SystemClock().now()
    faulty = failed = False
    for file in files:
        try:
            loaded = _loaded(file)
            notes = (*notes_of(loaded, now.date()), *_source_notes(loaded, knower))
        except PolicyError as err:
            faulty = True
            say("\n".join([*err.faults, *([err.hint] if err.hint else [])]))
            continue
        bad = tuple(chain.from_iterable(_bad(kind, loaded, soon, judged, now) for kind, soon in wanted.items()))
        failing = (*bad, *(Bad(kind="notes", line=note) for note in (notes if "notes" in wanted else ())))
        failed = failed or bool(failing)
        show(neutral("".join(f"{line}\n" for line in _lines(file, notes, failing))))
    return int(Exit.USAGE if faulty else Exit.VIOLATED if failed else Exit.PASS)


def _lines(file: str, notes: tuple[str, ...], failing: tuple[Bad, ...]) -> Iterator[str]:
    """Yield the notes, what fails, each once, and last what that means for the file."""
    yield from dict.fromkeys([*notes, *(bad.line for bad in failing)])
    counts = Counter(bad.kind for bad in failing)
    told = ", ".join(f"{count} {'note' if (kind, count) == ('notes', 1) else kind}" for kind, count in counts.items())
    yield f"{one_line(file)}: {f'fails on {told}' if told else 'no faults'}"


def _documents(paths: tuple[str, ...]) -> dict[str, Verdict]:
    # NOTE: imported here, as below: it takes as long as the rest of the program, and most runs lint only.
    from gate.cli.documents import finished

    return {path: finished(path) for path in paths}


def _loaded(file: str) -> Loaded:
    if not file:
        raise PolicyError(("a file name is empty; expected a policy file",))
    return load(Path(file), Path.cwd())


def _source_notes(loaded: Loaded, knower: Knower | None) -> tuple[str, ...]:
    """Return what the policy asks for that a source does not know; PolicyError where a rule would never match."""
    if knower is None:
        return ()
    faults, notes = notes_for(loaded.policy, knower)
    if faults:
        raise PolicyError(tuple(f"{loaded.place(*path)}: {text}" for path, text in faults))
    return tuple(f"{loaded.place(*path)}: {text}" for path, text in notes)


def _fail_on(text: str | None, evidence: tuple[str, ...]) -> dict[str, Duration | None]:
    wanted: dict[str, Duration | None] = {}
    for word in text.split(",") if text is not None else ():
        match = _FAIL_ON.fullmatch(word.strip())
        if match is None or (match["soon"] and match["kind"] != "expiring"):
            raise UsageError(f"--fail-on {one_line(word, 60)!r}: {_EXPECTED}")
        if match["kind"] in wanted:
            raise UsageError(f"--fail-on names {match['kind']} twice", hint="Name it once.")
        try:
            wanted[match["kind"]] = Duration.parse(match["soon"]) if match["soon"] else None
        except ValueError as err:
            raise UsageError(f"--fail-on {one_line(word, 60)!r}: {err}") from err
    if ("unused" in wanted) is not bool(evidence):
        raise UsageError(
            "--fail-on unused and --evidence go together: what was judged says which entries are of use",
            hint="Give the verdict documents of your images with --evidence.",
        )
    return wanted


def _bad(
    kind: str, loaded: Loaded, soon: Duration | None, judged: Mapping[str, Verdict], now: datetime
) -> Iterator[Bad]:
    if kind == "unused":
        from gate.cli.policy_evidence import unused_in

        for path, text in unused_in(loaded, judged, now):
            yield Bad(kind=kind, line=f"{loaded.place(*path)}: {text}")
    elif kind in {"expiring", "expired"}:
        within = (soon or loaded.policy.relaxations.expiring) if kind == "expiring" else Duration(0)
        for ending in endings(loaded, now.date(), within):
            if ending.has_ended or (kind == "expiring" and ending.has_begun):
                yield Bad(kind=kind, line=f"{loaded.place(*steps_of(ending.path))}: {ending.text}")


@click.command(short_help="Print the JSON Schema of the policy file.")
def schema() -> None:
    """Print the JSON Schema of the policy file, for editors."""
    show(msgspec.json.format(msgspec.json.encode(policy_schema()), indent=2).decode() + "\n")
