"""The tables of README and docs/ are held against the code: what is written is what is there, no more and no less."""

import json
import os
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec import Struct

from gate.cli.check import check
from gate.cli.policy import COMMANDS as POLICY_COMMANDS
from gate.cli.root import COMMANDS
from gate.errors import Exit
from gate.policy.cases import Case, CaseFinding
from gate.policy.clauses import Baseline, Ignore, Rule
from gate.policy.conditions import CONDITIONS, KNOWERS
from gate.policy.directions import DIRECTIONS
from gate.policy.document import Policy, Relaxations, ScanDemands
from gate.policy.loader import loads
from gate.reports import REPORTS
from gate.sources.imagebuilder import IMAGE_STATES, SCAN_STATES, SCAN_TYPES
from gate.sources.listing import STATES
from gate.sources.refusals import ACTIONS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text(encoding="utf-8")
POLICY = (DOCS / "policy.md").read_text(encoding="utf-8")
EXIT_CODES = (DOCS / "exit-codes.md").read_text(encoding="utf-8")
CLI = (DOCS / "cli.md").read_text(encoding="utf-8")
REPORTS_PAGE = (DOCS / "reports.md").read_text(encoding="utf-8")
GITHUB = DOCS / "ci" / "github.md"


def table(name: str, text: str) -> list[list[str]]:
    """Return the rows of the table below its marker, without the head."""
    _, found, rest = text.partition(f"<!-- table: {name} -->\n")
    assert found, f"there is no table {name!r}"
    lines = rest.split("\n\n", 1)[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def first_words(name: str, text: str) -> set[str]:
    return {word for row in table(name, text) for word in re.findall(r"`([^`]+)`", row[0])}


@pytest.mark.parametrize("page", [README, EXIT_CODES], ids=["README", "exit-codes"])
def test_every_exit_code_is_in_the_table(page: str) -> None:
    assert [int(row[0]) for row in table("exit codes", page)] == [int(code) for code in Exit]


def test_readme_says_of_the_exit_codes_what_their_page_says() -> None:
    assert table("exit codes", README) == table("exit codes", EXIT_CODES)


def test_readme_says_of_speed_what_its_page_says() -> None:
    speed = (DOCS / "speed.md").read_text(encoding="utf-8")
    walls = {(f"{scan}, {findings}", command): wall for scan, findings, command, wall, *_ in table("against", speed)}
    commands = ("gate check", "bare boto3", "AWS CLI + jq")
    rows = table("speed", README)

    assert [row[0] for row in rows] == ["enhanced, 500", "enhanced, 5,000", "basic, 500", "basic, 5,000"]
    for scan, *shown in rows:
        assert shown == [walls[scan, command] for command in commands]
    machine = next(line for line in speed.splitlines() if "medians of" in line)
    assert machine.split("; medians")[0] in README.replace("\n", " ")


def test_every_status_word_is_in_the_table() -> None:
    words = {word for word in first_words("scan states", EXIT_CODES) if word != "ScanNotFoundException"}
    assert words == set(STATES)


def test_every_word_of_image_builders_is_in_the_table() -> None:
    rows = table("build states", EXIT_CODES)
    for kind, states in (("image ", IMAGE_STATES), ("scan ", SCAN_STATES)):
        words = [word for row in rows if row[0].startswith(kind) for word in re.findall(r"`([^`]+)`", row[0])]
        assert sorted(words) == sorted(states)
    for scan_type, listed in SCAN_TYPES.items():
        assert listed or f"`{scan_type}`" in rows[-1][0]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("policy keys", Policy),
        ("ignore keys", Ignore),
        ("relaxations keys", Relaxations),
        ("scan keys", ScanDemands),
        ("rule keys", Rule),
        ("baseline keys", Baseline),
        ("test keys", Case),
        ("finding keys", CaseFinding),
    ],
)
def test_every_key_of_the_policy_is_in_its_table(name: str, kind: type[Struct]) -> None:
    assert first_words(name, POLICY) == set(kind.__struct_encode_fields__)


def test_the_tables_of_conditions_and_directions_are_the_codes() -> None:
    check_tables(DOCS / "policy.md", {"conditions": conditions_table(), "directions": directions_table()})


def test_the_tables_of_the_action_are_its_inputs_and_outputs() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    check_tables(GITHUB, {f"action {what}": action_table(what, action[what]) for what in ("inputs", "outputs")})


def check_tables(page: Path, tables: dict[str, str]) -> None:
    """Hold generated tables against a page; with UPDATE_GOLDEN set, write them first."""
    before = page.read_text(encoding="utf-8")
    text = before
    for name, rows in tables.items():
        head, marker, rest = text.partition(f"<!-- table: {name} -->\n")
        assert marker, f"there is no table {name!r}"
        after = re.sub(r"^(?:[|].*\n)*", "", rest, count=1)
        text = f"{head}{marker}{rows}{after}"
    if os.environ.get("UPDATE_GOLDEN"):
        page.write_text(text, encoding="utf-8")
        before = text
    assert text == before


def action_table(what: str, names: dict[str, dict[str, Any]]) -> str:
    """Return the table of the action's inputs or outputs."""
    rows = [f"| {what.removesuffix('s')} | is |", "|---|---|"]
    for name, one in names.items():
        notes = ["required"] if one.get("required") else []
        notes += [f"`{one['default']}` where not given"] if one.get("default") else []
        rows.append(f"| `{name}` | {one['description']}{f' ({notes[0]})' if notes else ''} |")
    return "".join(f"{row}\n" for row in rows)


def conditions_table() -> str:
    """Return the table of all conditions, as it stands in the policy reference."""
    rows = ["| key | values | asks for | known from |", "|---|---|---|---|"]
    for key, one in CONDITIONS.items():
        known = [name for name in KNOWERS if name in one.known]
        sources = "all" if len(known) == len(KNOWERS) else ", ".join(known)
        supply = f", or `{one.supply}`" if one.supply.startswith("--") else ""
        rows.append(f"| `{key}` | {one.values} | {one.doc} | {sources}{supply} |")
    return "".join(f"{row}\n" for row in rows)


def directions_table() -> str:
    """Return the table of what is stricter, as it stands in the policy reference."""
    rows = ["| key | in a child |", "|---|---|"]
    rows += [f"| `{key}` | {one.stricter} |" for key, one in DIRECTIONS.items()]
    return "".join(f"{row}\n" for row in rows)


def test_every_option_is_in_the_table_with_its_variable() -> None:
    rows = {}
    for option, variable, _ in table("options of check", CLI):
        flags = [text.split()[0] for text in re.findall(r"`([^`]+)`", option)]
        rows[frozenset(flags)] = re.findall(r"`([^`]+)`", variable)
    expected = {}
    for parameter in check.params:
        if parameter.param_type_name == "option" and parameter.name != "help":
            automatic = getattr(parameter, "allow_from_autoenv", False)
            names = [str(parameter.envvar)] if parameter.envvar else []
            names += [f"GATE_CHECK_{str(parameter.name).upper()}"] if automatic and not names else []
            expected[frozenset(parameter.opts)] = names
    assert rows == expected


def test_every_report_is_in_the_table() -> None:
    assert first_words("reports", REPORTS_PAGE) == set(REPORTS)


def test_the_iam_policy_names_every_action_that_is_asked_for() -> None:
    section = README.partition("## IAM permissions")[2].partition("\n## ")[0]
    named = set(re.findall(r"\b(?:ecr|inspector2|imagebuilder):[A-Z]\w+", section))
    assert named == {
        action for text in ACTIONS.values() for action in re.findall(r"(?:ecr|inspector2|imagebuilder):\w+", text)
    }


def test_every_command_is_in_its_page() -> None:
    for name in POLICY_COMMANDS:
        assert f"`gate policy {name}" in CLI
    for name in COMMANDS:
        assert f"| `gate {name} " in CLI


def test_the_policies_of_readme_and_the_first_page_are_without_fault() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(version: 1\n.*?)```", README + index, re.DOTALL)

    assert len(blocks) == 2
    for block in blocks:
        assert loads(block.encode(), file="docs.yaml").policy.version == 1


def test_the_iam_policy_of_readme_is_json() -> None:
    [block] = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    assert [one.keys() for one in json.loads(block)["Statement"]] == [{"Effect", "Resource", "Action"}] * 2


def test_every_example_of_the_policy_reference_is_a_policy() -> None:
    """What stands in a block of YAML, with what a whole policy needs besides, is without fault."""
    for block in re.findall(r"```yaml\n(.*?)```", POLICY, re.DOTALL):
        text = block if block.startswith("version: 1") else f"version: 1\ncvss_floor: 9\n{block}"
        text = text.replace("sha256:…", "sha256:" + "0" * 64)
        if block.startswith("when:"):
            text = f"version: 1\nrules:\n  - name: example\n{textwrap.indent(block, '    ')}"
        if "files:" not in block:
            assert loads(text.encode(), file="docs.yaml").policy.version == 1
