"""The walker over the whole language: every type of it is known, and every part is read as strictly as the next."""

from collections.abc import Iterator

import msgspec
import pytest

from gate.policy.document import Policy
from tests.policy.written import faults_of, policy_of


def kinds_below(kind: msgspec.inspect.Type, seen: set[type]) -> Iterator[str]:
    """Yield the names of all types that the parts of a policy have, each part once."""
    yield type(kind).__name__
    if isinstance(kind, msgspec.inspect.StructType) and kind.cls not in seen:
        seen.add(kind.cls)
        for field in kind.fields:
            yield from kinds_below(field.type, seen)
    elif isinstance(kind, msgspec.inspect.UnionType):
        for branch in kind.types:
            yield from kinds_below(branch, seen)
    elif isinstance(kind, msgspec.inspect.VarTupleType):
        yield from kinds_below(kind.item_type, seen)


def test_every_type_of_the_policy_is_one_that_the_walker_knows() -> None:
    words = {"IntType", "FloatType", "LiteralType", "StrType", "DateType", "CustomType"}

    named = set(kinds_below(msgspec.inspect.type_info(Policy), set()))

    assert named == {*words, "UnionType", "StructType", "VarTupleType", "NoneType"}


@pytest.mark.parametrize(
    ("line", "faults_seen"),
    [
        ("rules: [{name: r, when: {kev: yes}}]", "3:31: rules[0].when.kev: got 'yes'; expected `false` or `true`"),
        (
            "rules: [{name: r, when: {kev: 'true'}}]",
            "3:31: rules[0].when.kev: got 'true' in quotes, which make it text;",
        ),
        ("rules: [{name: r, when: {severity: hihg}}]", "3:36: rules[0].when.severity: got 'hihg'; expected a severity"),
        ("rules: [{name: r, when: {cvss: '>= 7'}}]", "3:32: rules[0].when.cvss: got '>= 7'; expected a CVSS score"),
        ("rules: [{name: r, when: {any: {kev: true}}}]", "3:31: rules[0].when.any: got a mapping; expected a list"),
        ("rules: [{when: {kev: true}}]", "3:9: rules[0].name: is missing; expected text"),
        ("rules: [{name: r}]", "3:9: rules[0].when: is missing; expected a mapping with any/all/not/id/"),
        ("grace: {high: 7}", "3:15: grace.high: got '7'; expected a duration such as 90s, 15m, 24h or 7d"),
        (
            "overrides: [{max: {high: 0}}]",
            "3:13: overrides[0].for: is missing; expected a mapping with env/repository/",
        ),
        ("overrides: [{for: prod, mode: warn}]", "3:19: overrides[0].for: got 'prod'; expected a mapping with env/"),
        (
            "overrides: [{for: {env: a}, ignore: []}]",
            "3:29: overrides[0].ignore: unknown key here; it belongs at the top",
        ),
    ],
)
def test_parts_of_the_whole_language_are_read_as_strictly(line: str, faults_seen: str) -> None:
    (fault,) = faults_of(f"cvss_floor: 9\n{line}")

    assert fault.startswith(faults_seen)


def test_conditions_may_be_nested_in_each_other() -> None:
    when = "{any: [{not: {all: [{kev: true}, {fix: none}]}}], epss: 0.5+}"
    read = policy_of(f"rules: [{{name: r, when: {when}}}]").rules[0].when

    assert read.any is not None
    inner = read.any[0].not_
    assert inner is not None
    assert inner.all is not None
    assert [list(dict(one.named())) for one in inner.all] == [["kev"], ["fix"]]


def test_what_yaml_refused_is_one_fault_and_not_two() -> None:
    found = faults_of("cvss_floor: 9\nname: *x\nrules: [{name: r, when: {severity: [high, *y]}}]\ngrace: {high: *z}")

    assert [fault.split(" is an alias")[0] for fault in found] == ["3:7: *x", "4:43: *y", "5:15: *z"]
