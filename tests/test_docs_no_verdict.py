"""docs/no-verdict.md is held against the code: every reason for having no verdict is explained there."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import EndpointConnectionError, NoCredentialsError, ProxyConnectionError, SSLError

from gate.model import ScanState
from gate.sources.coverage import NOT_COVERED, REASONS
from gate.sources.imagebuilder import NO_IMAGE, NOT_ENABLED, ON_DEMAND
from gate.sources.refusals import ACTIONS, translate
from gate.sources.starting import DISABLED
from gate.sources.states import explain

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGE = " ".join((DOCS / "no-verdict.md").read_text(encoding="utf-8").split())
JUDGES = [
    *ROOT.glob("gate/sources/*.py"),
    *(ROOT / "gate" / "policy" / name for name in ("evidence.py", "platforms.py")),
]
ERRORS = {"EvidenceError", "NotYetError", "AccessError"}
SHORTEST = 12
"""Letters of a literal text from which on it says something."""
ACTION = re.compile(r"(?:ecr|inspector2|imagebuilder|sts):[A-Z]\w+")
FENCED = re.compile(r"```json\n(.*?)```", re.DOTALL)


def literals(node: ast.expr) -> Iterator[str]:
    """Yield the literal parts of a text that the code puts together."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            yield from literals(part)
    elif isinstance(node, ast.IfExp):
        yield from (*literals(node.body), *literals(node.orelse))


def reasons_in(tree: ast.AST) -> Iterator[str]:
    """Yield, for each text that becomes an image's reason, its longest literal part."""
    for node in ast.walk(tree):
        texts: list[ast.expr] = []
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
            texts = node.args[:1]
        elif (isinstance(node, ast.keyword) and node.arg == "reason") or (
            isinstance(node, ast.Assign) and any(isinstance(to, ast.Name) and to.id == "reason" for to in node.targets)
        ):
            texts = [node.value]
        for text in texts:
            longest = max(literals(text), key=len, default="")
            if len(longest.strip()) >= SHORTEST:
                yield longest.strip(" .:;,()")


def messages() -> dict[str, str]:
    """Return every reason's literal part with the module that has it."""
    trees = {path.name: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(JUDGES)}
    return {text: name for name, tree in trees.items() for text in reasons_in(tree)}


@pytest.mark.parametrize("text", messages())
def test_every_reason_is_explained(text: str) -> None:
    assert text in PAGE


def test_every_reason_that_is_a_constant_is_explained() -> None:
    # NOTE: a pending scan says what is waited for, and an incomplete one what is wrong with it.
    told = set(ScanState) - {ScanState.COMPLETE, ScanState.INCOMPLETE, ScanState.PENDING}
    constants = {explain(state, None, None)[0] for state in told}
    constants |= {NOT_COVERED, NOT_ENABLED, ON_DEMAND, NO_IMAGE, DISABLED}
    assert [text for text in constants if text not in PAGE] == []


def test_every_failure_before_an_answer_is_explained() -> None:
    for error in (
        NoCredentialsError(),
        SSLError(endpoint_url="", error=OSError()),
        ProxyConnectionError(proxy_url=""),
        EndpointConnectionError(endpoint_url=""),
    ):
        said = translate(error, "", "").message.removeprefix(": ").split(":")[0]
        assert said in PAGE


def rows(page: Path, name: str) -> dict[str, str]:
    """Return the table below its marker: the first cell's word and the second cell."""
    _, found, rest = page.read_text(encoding="utf-8").partition(f"<!-- table: {name} -->\n")
    assert found
    cells = [line.strip("|").split("|") for line in rest.split("\n\n", 1)[0].splitlines()[2:]]
    return {first.strip(" `"): second.strip() for first, second in cells}


def test_every_operation_has_its_action_in_the_page() -> None:
    assert rows(DOCS / "no-verdict.md", "actions") == ACTIONS


def test_every_reason_of_inspectors_is_in_the_page() -> None:
    assert rows(DOCS / "no-verdict.md", "coverage") == REASONS


def test_the_policies_name_every_action_and_no_other() -> None:
    page = (DOCS / "iam.md").read_text(encoding="utf-8")
    needed = set(ACTION.findall(" ".join(ACTIONS.values())))
    assert set(ACTION.findall(page)) == needed
    granted = {action for block in FENCED.findall(page) for action in ACTION.findall(block)}
    # NOTE: the trust policy of the role grants this one.
    assert granted == needed - {"sts:AssumeRoleWithWebIdentity"}


def test_every_policy_is_json() -> None:
    for block in FENCED.findall((DOCS / "iam.md").read_text(encoding="utf-8")):
        statements = json.loads(block)
        for statement in statements.get("Statement", [statements]):
            assert statement.keys() == {"Effect", "Action", "Resource"}


@pytest.mark.parametrize(
    "trouble",
    [
        "aws/containers-roadmap/issues/843",
        "turbot/steampipe-mod-aws-compliance/issues/762",
        "aquasecurity/cloudsploit/issues/1905",
        "aws/containers-roadmap/issues/1800",
        "hephaestus-build/Hephaestus/issues/1750",
        "aws-samples/baseline-environment-on-aws/issues/99",
        "hashicorp/terraform-provider-aws/issues/10658",
    ],
)
def test_every_question_says_where_it_was_asked(trouble: str) -> None:
    assert f"https://github.com/{trouble}" in (DOCS / "questions.md").read_text(encoding="utf-8")
