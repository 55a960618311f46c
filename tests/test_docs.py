"""README's tables are held against the code: what is written is what is there, no more and no less."""

import re
from pathlib import Path

import pytest
from msgspec import Struct

from gate.cli.check import check
from gate.errors import Exit
from gate.policy.document import Ignore, Policy, Relaxations, ScanDemands
from gate.reports import REPORTS
from gate.sources.imagebuilder import IMAGE_STATES, SCAN_STATES, SCAN_TYPES
from gate.sources.listing import STATES
from gate.sources.refusals import ACTIONS

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def table(name: str) -> list[list[str]]:
    """Return the rows of the table below its marker, without the head."""
    _, found, rest = README.partition(f"<!-- table: {name} -->\n")
    assert found, f"README has no table {name!r}"
    lines = rest.split("\n\n", 1)[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def first_words(name: str) -> set[str]:
    return {word for row in table(name) for word in re.findall(r"`([^`]+)`", row[0])}


def test_every_exit_code_is_in_the_table() -> None:
    assert [int(row[0]) for row in table("exit codes")] == [int(code) for code in Exit]


def test_every_status_word_is_in_the_table() -> None:
    words = {word for word in first_words("scan states") if word != "ScanNotFoundException"}
    assert words == set(STATES)


def test_every_word_of_image_builders_is_in_the_table() -> None:
    rows = table("build states")
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
    ],
)
def test_every_key_of_the_policy_is_in_its_table(name: str, kind: type[Struct]) -> None:
    assert first_words(name) == set(kind.__struct_encode_fields__)


def test_every_option_is_in_the_table_with_its_variable() -> None:
    rows = {}
    for option, variable, _ in table("options of check"):
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
    assert first_words("reports") == set(REPORTS)


def test_the_iam_policy_names_every_action_that_is_asked_for() -> None:
    section = README.partition("## IAM permissions")[2].partition("## Recipes")[0]
    named = set(re.findall(r'"((?:ecr|inspector2|imagebuilder):\w+)"', section))
    assert named == {
        action for text in ACTIONS.values() for action in re.findall(r"(?:ecr|inspector2|imagebuilder):\w+", text)
    }


def test_links_lead_somewhere() -> None:
    root = Path(__file__).parent.parent
    for link in re.findall(r"\]\(([^)#]+)\)", README):
        assert (root / link).exists(), link
