"""Finds conditions and rules that are well written and still wrong: those that ask nothing, or of what there is not."""

import re

from gate.policy.cases import Case, CaseFinding
from gate.policy.choices import METRICS
from gate.policy.clauses import Rule, Selectors
from gate.policy.conditions import CONDITIONS, Patterns, Vector, When, is_blank
from gate.policy.nodes import Sequence, quoted
from gate.policy.patterns import texts
from gate.policy.places import Place
from gate.policy.relaxation_checks import check_ids

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,58}[a-z0-9])?")
_TAKEN = re.compile(r"(?:max|cvss_floor|relaxations|scan-complete|verdict|ignored)(?:\..*)?")


def check_when(place: Place, when: When) -> None:
    """Check that conditions ask for something, and that their names can be some."""
    # NOTE: where a key is misspelt, that fault is enough.
    if is_blank(when) and place.is_sound:
        place.fault(
            "", "asks for nothing, so it would hold for every finding; expected a condition such as `kev: true`"
        )
    for key, condition in CONDITIONS.items():
        if condition.kind is Patterns:
            place.check_patterns(key)
    check_ids(place)


def check_vector(place: Place, vector: Vector) -> None:
    """Check that a vector names metrics, and letters that they have."""
    named = dict(vector.metrics())
    if not named and place.is_sound:
        place.fault("", "names no metric; expected one such as `AV: N`")
    for name, letters in named.items():
        for letter in letters.words:
            if letter not in METRICS[name]:
                place.fault(name, f"got {quoted(letter)}; expected {', '.join(METRICS[name])}")


def check_rule(place: Place, rule: Rule) -> None:
    """Check a rule's name, and that its words do not contradict each other."""
    if not _NAME.fullmatch(rule.name):
        text = "expected at most 60 small letters, digits, `-`, `_`, `.`, such as known-exploited"
        place.fault("name", f"got {quoted(rule.name)}; {text}")
    elif _TAKEN.fullmatch(rule.name):
        place.fault("name", f"{quoted(rule.name)} is a name that the gate gives itself; expected another")
    place.check_repeats("spare")


def check_rule_names(place: Place, rules: tuple[Rule, ...], key: str = "rules") -> None:
    """Check that no two rules of a list share a name."""
    first: dict[str, int] = {}
    listed = place.node.get(key)
    whole = isinstance(listed, Sequence) and len(listed.items) == len(rules)
    for index, rule in enumerate(rules):
        twin = first.setdefault(rule.name, index)
        if twin != index:
            text = f"a rule called {quoted(rule.name)} stands above (number {twin + 1}); give each its own name"
            place.fault(key, text, index if whole else None)


def check_selectors(place: Place, selectors: Selectors) -> None:
    """Check that selectors select, and that their names can be some."""
    selects = any(texts(getattr(selectors, name)) for name in Selectors.__struct_fields__)
    if not selects and place.is_sound:
        place.fault("", "selects nothing in particular; expected a selector such as `env: prod`")
    for name in Selectors.__struct_fields__:
        place.check_patterns(name)


def check_cases(place: Place, cases: tuple[Case, ...]) -> None:
    """Check that no two tests share a name."""
    first: dict[str, int] = {}
    for index, case in enumerate(cases):
        if first.setdefault(case.name, index) != index:
            place.fault("tests", f"a test called {quoted(case.name)} stands above; give each its own name", index)


def check_case_finding(place: Place, finding: CaseFinding) -> None:
    """Check that what a made-up finding says fits together."""
    if finding.kev in {False, "unknown"} and finding.kev_due is not None:
        place.fault("kev_due", "means something only where `kev` is true; leave one of the two out")
    if finding.vector is not None and finding.cvss == "unknown":
        place.fault("vector", "is of no score; name a number as `cvss`, or leave it out")
    for name in ("package", "version", "package_type", "path", "fixed_in"):
        if getattr(finding, name) is not None and finding.without_package:
            place.fault(name, "is of no package; leave out `without_package`")
