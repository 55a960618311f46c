"""Runs it: `python -m mutation [MODULE…]`; without a name all modules that decide. Results are kept in build/mutation.

Each module's mutants first meet the tests that mirror it; what lives meets all tests of its package. Exits with 1 where
fewer than 95 % were killed, or where a mutant lives that mutation/survivors.toml does not explain. A run over
everything writes docs/mutation.md, and wants no reason for what does not live.
"""

import argparse
import hashlib
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace

from mutation import with_cosmic_ray, with_mutmut, with_tables
from mutation.chosen import DECIDING, ROOT, everything, mirrored
from mutation.outcome import Mutant, Outcome
from mutation.page import page
from mutation.tree import made

LEAST = 0.95
TOOLS = ("mutmut", "cosmic-ray", "tables")
KEPT = ROOT / "build" / "mutation"
SURVIVORS = ROOT / "mutation" / "survivors.toml"
PAGE = ROOT / "docs" / "mutation.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is new, print the table, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="such as gate/policy/limits.py")
    parser.add_argument("--tool", choices=TOOLS, action="append", help="only this one; all otherwise")
    parser.add_argument("--again", action="store_true", help="also where neither the module nor its tests changed")
    parser.add_argument(
        "--lived", action="store_true", help="of the same module, only where something lived before: tests were added"
    )
    parser.add_argument("--own", action="store_true", help="ask no more than the tests that mirror a module")
    options = parser.parse_args(arguments)
    modules, tools = options.modules or list(DECIDING), options.tool or TOOLS
    held = _held()
    for tool in tools:
        for module in modules:
            name, sum_ = f"{module} {tool}", _sum(module)
            if options.again or name not in held or held[name].sha256 != sum_:
                before = held.get(name) if options.lived else None
                if before and before.module_sha256 == _module_sum(module) and (tool == "mutmut" or not before.alive):
                    held[name] = asked_again(before, sum_)
                else:
                    held[name] = outcome_of(module, tool, sum_, () if options.own else everything(module))
                _keep(held)
                _show(f"{name}: {held[name].killed} of {held[name].mutants}")
    if not options.own and "mutmut" in tools:
        for tests in sorted({everything(module) for module in modules}):
            asked = [held[f"{module} mutmut"] for module in modules if everything(module) == tests]
            held |= asked_widely(asked, tests)
            _keep(held)
    outcomes = [held[f"{module} {tool}"] for module in modules for tool in tools]
    if not options.modules and not options.tool:
        PAGE.write_text(page(outcomes, _explained(outcomes), _entries(SURVIVORS), TOOLS), encoding="utf-8")
        idle = idle_reasons(outcomes)
        _show("".join(f"\nexplains nothing that lives: {entry}" for entry in idle))
        return _told(outcomes) or int(bool(idle))
    return _told(outcomes)


def outcome_of(module: str, tool: str, sha256: str, more_tests: tuple[str, ...]) -> Outcome:
    """Mutate one module, and ask the tests that mirror it; mutmut's that live meet more of them later, all at once."""
    place = made(KEPT / "tree")
    if tool == "mutmut":
        found = with_mutmut.run(place, [module], mirrored(module))
        total = len(found)
        alive = tuple(with_mutmut.described(place, module, name) for name, killed in found.items() if not killed)
    else:
        run = with_cosmic_ray.run if tool == "cosmic-ray" else with_tables.run
        total, alive = run(place, module, mirrored(module), more_tests, is_explained)
    return Outcome(
        module=module,
        tool=tool,
        sha256=sha256,
        module_sha256=_module_sum(module),
        mutants=total,
        killed=total - len(alive),
        alive=alive,
    )


def asked_again(before: Outcome, sha256: str) -> Outcome:
    """Ask the tests that mirror a module, to which some were added, about what lived; the dead stay dead."""
    asked = [mutant.name for mutant in before.alive]
    place = made(KEPT / "tree")
    found = with_mutmut.run(place, [before.module], mirrored(before.module), asked) if asked else {}
    alive = tuple(mutant for mutant in before.alive if not found[mutant.name])
    return replace(before, sha256=sha256, killed=before.mutants - len(alive), alive=alive)


def asked_widely(outcomes: Sequence[Outcome], tests: tuple[str, ...]) -> dict[str, Outcome]:
    """Ask all tests of a package about the mutants of its modules that live and are not explained."""
    wanted = [mutant for one in outcomes for mutant in one.alive if mutant.name and not is_explained(mutant)]
    if not wanted:
        return {}
    modules = sorted({mutant.module for mutant in wanted})
    found = with_mutmut.run(made(KEPT / "tree"), modules, tests, [mutant.name for mutant in wanted])
    killed = {name for name, is_killed in found.items() if is_killed}
    return {
        f"{one.module} {one.tool}": replace(
            one,
            killed=one.killed + sum(mutant.name in killed for mutant in one.alive),
            alive=tuple(mutant for mutant in one.alive if mutant.name not in killed),
        )
        for one in outcomes
    }


def _told(outcomes: Sequence[Outcome]) -> int:
    _show("\n| module | by | mutants | killed | |\n|---|---|--:|--:|--:|")
    for one in sorted(outcomes, key=lambda outcome: (outcome.module, outcome.tool)):
        share = _share(one.killed, one.mutants)
        _show(f"| `{one.module}` | {one.tool} | {one.mutants} | {one.killed} | {share:.1%} |")
    mutants, killed = sum(one.mutants for one in outcomes), sum(one.killed for one in outcomes)
    share = _share(killed, mutants)
    _show(f"| **all** | | {mutants} | {killed} | {share:.1%} |")
    unexplained = [mutant for one in outcomes for mutant in one.alive if not is_explained(mutant)]
    for mutant in unexplained:
        _show(f"\nlives, and is not explained: {mutant.module}, {mutant.place}\n  {mutant.change}")
    return int(share < LEAST or bool(unexplained))


def _share(killed: int, mutants: int) -> float:
    return killed / mutants if mutants else 1.0


def is_explained(mutant: Mutant, place: Path = SURVIVORS) -> bool:
    """Tell whether survivors.toml says why no test can, or need, notice this change."""
    return any(_explains(entry, mutant) for entry in _entries(place))


def idle_reasons(outcomes: Sequence[Outcome], place: Path = SURVIVORS) -> list[dict[str, str]]:
    """Return the entries of survivors.toml that explain nothing that lives."""
    alive = [mutant for one in outcomes for mutant in one.alive]
    return [entry for entry in _entries(place) if not any(_explains(entry, mutant) for mutant in alive)]


def _explains(entry: Mapping[str, str], mutant: Mutant) -> bool:
    return entry["module"] == mutant.module and entry["place"] == mutant.place and entry["change"] in mutant.change


def _entries(place: Path) -> list[dict[str, str]]:
    entries: list[dict[str, str]] = tomllib.loads(place.read_text(encoding="utf-8")).get("survivor", [])
    return entries


def _explained(outcomes: Sequence[Outcome]) -> Counter[str]:
    return Counter(one.module for one in outcomes for mutant in one.alive if is_explained(mutant))


def _module_sum(module: str) -> str:
    return hashlib.sha256((ROOT / module).read_bytes()).hexdigest()


def _sum(module: str) -> str:
    named = [ROOT / name for name in mirrored(module)]
    files = [ROOT / module, *(file for place in named for file in (sorted(place.rglob("*.py")) or [place]))]
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def _held() -> dict[str, Outcome]:
    place = KEPT / "outcomes.json"
    return msgspec.json.decode(place.read_bytes(), type=dict[str, Outcome]) if place.exists() else {}


def _keep(held: dict[str, Outcome]) -> None:
    KEPT.mkdir(parents=True, exist_ok=True)
    (KEPT / "outcomes.json").write_bytes(msgspec.json.format(msgspec.json.encode(held)))


def _show(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
