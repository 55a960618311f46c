"""Policies from any bytes: only a PolicyError may come out, and what loads can be judged by, tested and shown."""

import atexit
from functools import cache
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec.structs import replace

from fuzz.checks import check_error, check_verdict, fixed_scan
from gate.errors import PolicyError
from gate.policy.evaluate import Beside, evaluate
from gate.policy.explain import explain
from gate.policy.lint import lint
from gate.policy.loader import Loaded, load, loads
from gate.policy.testing import run_cases, unfired
from gate.policy.verdict import Outcome
from gate.policy.yaml_text import yaml_of
from gate.reports import explanation, policy_tests
from tests.builders import NOW

_HEAD = b"version: 1\nmax: {critical: 0, high: {fixable: 0}, unknown: unlimited}\ntests:\n"
BETWEEN = b"\n--- the policy that extends it:\n"
_GOOD = {Outcome.PASS, Outcome.WARN}
_BETTER = {Outcome.PASS: set(), Outcome.WARN: {Outcome.PASS}, Outcome.FAIL: _GOOD, Outcome.NO_VERDICT: _GOOD}


def fuzz_policy(data: bytes) -> None:
    """Load a policy and, if that can be, judge a fixed scan by it."""
    loaded = _loaded(data)
    if loaded is None:
        return
    for env in (None, "dev"):
        verdict = check_verdict(evaluate(loaded.used, (fixed_scan(),), NOW, Beside(env=env)))
    for one in explain(verdict, "CVE-2026-4000"):
        assert explanation.render(verdict, one, ())
    assert all(lint(loaded, NOW.date()))
    _check_shown(loaded)


def fuzz_tests_of_a_policy(data: bytes) -> None:
    """Load the `tests:` of a policy, run them, and write their JUnit report."""
    loaded = _loaded(_HEAD + data)
    if loaded is None:
        return
    results = run_cases(loaded, NOW)
    unfired(loaded, results)
    assert policy_tests.render((("gate.yaml", results),), NOW).encode()


def fuzz_policy_that_extends(data: bytes) -> None:
    """Load a policy that extends another: unless it accepts risks, it judges no better than the other does."""
    parent_text, _, child_text = data.partition(BETWEEN)
    folder = _folder()
    (folder / "base.yaml").write_bytes(parent_text)
    (folder / "gate.yaml").write_bytes(child_text)
    parent, child = _from_file(folder / "base.yaml"), _from_file(folder / "gate.yaml")
    if parent is None or child is None:
        return
    extends = child.policy.extends == "base.yaml" and child.policy.ignore == parent.policy.ignore
    check_verdict(evaluate(child.used, (fixed_scan(),), NOW, Beside()))
    whole = fixed_scan()
    for env, seen in product((None, "dev"), [whole, *(replace(whole, findings=(one,)) for one in whole.findings)]):
        by_child, by_parent = (evaluate(one.used, (seen,), NOW, Beside(env=env)).verdict for one in (child, parent))
        assert not extends or by_child not in _BETTER[by_parent], f"{by_child}, and by what it extends {by_parent}"


@cache
def _folder() -> Path:
    folder = TemporaryDirectory(prefix="fuzz-")
    atexit.register(folder.cleanup)
    return Path(folder.name)


def _from_file(path: Path) -> Loaded | None:
    try:
        return load(path)
    except PolicyError as err:
        check_error(err)
        return None


def _loaded(data: bytes) -> Loaded | None:
    try:
        return loads(data, file="gate.yaml")
    except PolicyError as err:
        check_error(err)
        return None


def _check_shown(loaded: Loaded) -> None:
    """Make sure that what `policy show` prints is the same policy."""
    resolved = loaded.used.resolved
    again = loads(yaml_of(resolved).encode(), file="gate.yaml").policy
    assert replace(again, extends=None) == resolved, f"shown, it is another: {yaml_of(resolved)}"
