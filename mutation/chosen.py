"""What is mutated: the modules that decide, and the tests that are to notice."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
_POLICY = (
    "asked",
    "baseline",
    "capabilities",
    "checks",
    "choices",
    "clauses",
    "columns",
    "condition",
    "condition_checks",
    "conditions",
    "directions",
    "document",
    "effective",
    "evaluate",
    "evidence",
    "fresh",
    "inherit",
    "judged",
    "judgement",
    "limits",
    "loaded",
    "loader",
    "nodes",
    "notices",
    "outcomes",
    "patterns",
    "platforms",
    "purl",
    "raising",
    "ranges",
    "rejudge",
    "relaxation_checks",
    "relaxing",
    "rule_order",
    "rules",
    "scalars",
    "scores",
    "settling",
    "upgrades",
    "verdict",
    "versions",
    "vex",
    "vex_document",
    "vocabulary",
    "walker",
)
_SOURCES = (
    "build_listing",
    "configuration",
    "counting",
    "coverage",
    "ecr",
    "finding_details",
    "imagebuilder",
    "index",
    "inspector",
    "listing",
    "manifest",
    "mapping",
    "paging",
    "patience",
    "refusals",
    "saved",
    "saved_findings",
    "scanning",
    "starting",
    "states",
    "times",
    "waiting",
)
DECIDING = (
    *(f"gate/policy/{name}.py" for name in _POLICY),
    *(f"gate/sources/{name}.py" for name in _SOURCES),
    *(f"gate/facts/{name}.py" for name in ("epss", "kev", "known")),
    "gate/cli/exits.py",
    "gate/errors.py",
    "gate/model.py",
    "gate/target.py",
)
"""Policy, verdict, waiting, counting, settling, exit codes, and the tables of AWS's words; what only words and shows
things (explanations, lint, reports) is held by golden files."""
_ELSEWHERE = {
    "gate/policy/checks.py": tuple(
        f"tests/policy/test_{subject}.py"
        for subject in (
            "checks",
            "checks_whole",
            "condition_checks",
            "condition_checks_whole",
            "relaxation_checks",
            "relaxation_checks_whole",
        )
    ),
    "gate/policy/clauses.py": tuple(
        f"tests/policy/test_{subject}.py" for subject in ("limits", "bounds", "settling_postponed", "rules")
    ),
    "gate/policy/directions.py": tuple(
        f"tests/policy/test_{subject}.py" for subject in ("directions", "directions_words", "inherit")
    ),
    "gate/policy/document.py": ("tests/policy/test_document.py", "tests/policy/test_bounds.py"),
    "gate/policy/judged.py": tuple(
        f"tests/policy/test_{subject}.py" for subject in ("judgement", "evaluate", "verdict_document")
    ),
    "gate/policy/outcomes.py": ("tests/policy/test_evaluate.py", "tests/policy/test_verdict_document.py"),
    "gate/policy/ranges.py": ("tests/policy/test_choices.py",),
    "gate/policy/vocabulary.py": ("tests/policy/test_every_condition.py", "tests/policy/test_conditions.py"),
    "gate/sources/coverage.py": ("tests/sources/test_coverage.py", "tests/test_docs_no_verdict.py"),
    "gate/sources/ecr.py": tuple(
        f"tests/sources/test_{subject}.py"
        for subject in (
            "ecr",
            "ecr_words",
            "index",
            "inspector",
            "finding_details",
            "starting",
            "starting_words",
            "coverage",
            "configuration",
        )
    ),
    "gate/sources/imagebuilder.py": tuple(
        f"tests/sources/test_{subject}.py" for subject in ("imagebuilder", "imagebuilder_words", "pipelines")
    ),
    "gate/sources/scanning.py": tuple(
        f"tests/sources/test_{subject}.py"
        for subject in ("scanning", "scanning_words", "settling", "starting", "coverage", "configuration", "index")
    ),
    "gate/cli/exits.py": ("tests/cli/test_exits.py", "tests/test_exit_codes.py"),
    "gate/errors.py": ("tests/test_errors.py", "tests/test_exit_codes.py"),
    "gate/model.py": ("tests/test_model.py", "tests/test_target_messages.py"),
    "gate/target.py": ("tests/test_target.py", "tests/test_target_messages.py"),
}


def mirrored(module: str) -> tuple[str, ...]:
    """Return the test files that mirror a module; all of its package's where none does."""
    if module in _ELSEWHERE:
        return _ELSEWHERE[module]
    path = Path(module)
    folder = ROOT / "tests" / path.parent.name
    named = sorted({*folder.glob(f"test_{path.stem}.py"), *folder.glob(f"test_{path.stem}_*.py")})
    return tuple(str(one.relative_to(ROOT)) for one in named) or everything(module)


def everything(module: str) -> tuple[str, ...]:
    """Return the tests that are asked about a mutant that its module's own tests let live."""
    # NOTE: not those that change the working directory: mutmut looks for its settings there.
    path = Path(module)
    if path.parent.name in {"policy", "sources", "facts"}:
        words = ("tests/test_every_status.py", "tests/test_docs_no_verdict.py") if path.parent.name == "sources" else ()
        return (f"tests/{path.parent.name}", *words)
    return (*_ELSEWHERE[module], "tests/policy")
