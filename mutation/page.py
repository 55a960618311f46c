"""docs/mutation.md: how much was killed, by module and tool, and what lives, each with its reason."""

import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from mutation.outcome import Outcome

_HEAD = """\
# Mutation testing

How many small changes of the code that decides a test notices. `make mutate` changes them all and writes this page; how
it works is in [CONTRIBUTING](../CONTRIBUTING.md#mutation). *mutmut* changes functions and methods, *cosmic-ray* what
mutmut passes over (properties, decorated functions, constants), *tables* the rows of tables, such as AWS's words. What
lives is at the end, each change with its reason, from [mutation/survivors.toml](../mutation/survivors.toml). A question
mark stands where a tool was not run over a module, an empty cell where it found nothing to change.
"""


def page(
    outcomes: Iterable[Outcome],
    explained: Mapping[str, int],
    entries: Sequence[Mapping[str, str]],
    tools: Sequence[str],
) -> str:
    """Return the page; `explained` counts, by module, the mutants that live and have a reason among `entries`."""
    by_module: dict[str, dict[str, Outcome]] = defaultdict(dict)
    for one in outcomes:
        by_module[one.module][one.tool] = one
    rows = [_row(f"`{module}`", of, tools, explained.get(module, 0)) for module, of in sorted(by_module.items())]
    total = {tool: _together([of[tool] for of in by_module.values() if tool in of], tool) for tool in tools}
    rows.append(_row("**all**", total, tools, sum(explained.values())))
    head = f"| module | {' | '.join(tools)} | killed | explained |\n|---|{'--:|' * (len(tools) + 2)}"
    version = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    lives = "\n".join(_lives(entries))
    return (
        f"{_HEAD}\nKilled of made, {version}:\n\n{head}\n" + "\n".join(rows) + f"\n\n## What lives, and why\n{lives}\n"
    )


def _row(name: str, of: Mapping[str, Outcome], tools: Sequence[str], explained: int) -> str:
    cells = [_cell(of.get(tool)) for tool in tools]
    killed, mutants = (sum(getattr(one, what) for one in of.values()) for what in ("killed", "mutants"))
    share = f"{killed / mutants:.1%}" if mutants else "-"
    return f"| {name} | {' | '.join(cells)} | {share} | {explained or ''} |"


def _cell(one: Outcome | None) -> str:
    if one is None:
        return "?"
    return f"{one.killed} of {one.mutants}" if one.mutants else ""


def _together(outcomes: Sequence[Outcome], tool: str) -> Outcome:
    return Outcome(
        module="all",
        tool=tool,
        sha256="",
        mutants=sum(one.mutants for one in outcomes),
        killed=sum(one.killed for one in outcomes),
        alive=(),
    )


def _lives(entries: Sequence[Mapping[str, str]]) -> Iterable[str]:
    module = ""
    for entry in sorted(entries, key=lambda entry: (entry["module"], entry["place"])):
        if entry["module"] != module:
            module = entry["module"]
            yield f"\n### `{module}`\n"
        yield f"- `` {entry['place']} ``: `` {entry['change'].strip()} ``: {entry['reason']}"
