"""Conditions over all findings at once say of each finding what they say of it alone, and read each fact once."""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from gate.model import Finding, Fix, Kev, Package, Severity
from gate.policy.clauses import Rule
from gate.policy.columns import Kleene, Table, bits, mask
from gate.policy.conditions import CONDITIONS, Condition, View, when_of
from gate.policy.verdict import RuleOutcome
from tests.builders import NOW, finding, judge, package, policy, scan
from tests.policy.naive_conditions import (
    VALUES,
    VIEW,
    Written,
    all_packages,
    any_package,
    drawn_conditions,
    drawn_finding,
    when_from,
)
from tests.strategies import seeded

QUICK = settings(derandomize=True, deadline=None, max_examples=80)
TREES = seeded(drawn_conditions)
IMAGES = seeded(lambda source: tuple(drawn_finding(source, number) for number in range(source.randint(0, 12))))


def table(*findings: Finding) -> Table:
    return Table(findings, VIEW)


def one_by_one(seen: Table, written: Written, size: int) -> list[tuple[bool | None, bool]]:
    """Return what a table says of each finding: of any one of its packages, and of all of them."""
    when = when_from(written)
    told, held = seen.any_package(when), seen.all_packages(when)
    assert told.true & told.unknown == 0
    assert (told.possible | held) >> size == 0
    return [
        (True if told.true >> index & 1 else None if told.unknown >> index & 1 else False, bool(held >> index & 1))
        for index in range(size)
    ]


def naively(written: Written, findings: tuple[Finding, ...]) -> list[tuple[bool | None, bool]]:
    return [(any_package(written, found), all_packages(written, found)) for found in findings]


OLD = package("openssl", version="1.0", type="OS")
NEW = package("openssl", version="3.0", type="OS")
JAR = package("log4j-core", version="3.0", type="JAR", path="app.jar")
BARE = Package(name="openssl")


@pytest.mark.parametrize(
    ("written", "packages", "anyone", "everyone"),
    [
        ({"package": "openssl"}, (OLD,), True, True),
        ({"package": "openssl"}, (JAR,), False, False),
        ({"package": "openssl"}, (JAR, OLD), True, False),
        ({"package": "openssl"}, (OLD, JAR), True, False),
        ({"package": "openssl"}, (OLD, NEW), True, True),
        ({"package": "openssl"}, (OLD, NEW, JAR), True, False),
        ({"package": "openssl"}, (), None, False),
        ({"not": {"package": "openssl"}}, (), None, False),
        ({"not": {"package": "openssl"}}, (OLD, JAR), True, False),
        ({"not": {"package": "zlib"}}, (OLD, JAR), True, True),
        ({"package": "openssl", "version": "3.*"}, (OLD, JAR), False, False),
        ({"package": "openssl", "version": "3.*"}, (OLD, NEW), True, False),
        ({"all": [{"package": "openssl"}, {"version": "3.*"}]}, (OLD, JAR), False, False),
        ({"any": [{"package": "openssl"}, {"version": "3.*"}]}, (OLD, JAR), True, True),
        ({"package": "openssl", "version": "1.0"}, (BARE,), None, False),
        ({"package": "zlib", "version": "1.0"}, (BARE,), False, False),
        ({"package": "openssl", "version": "1.0"}, (BARE, OLD), True, False),
        ({"package": "openssl", "version": "2.0"}, (BARE, OLD), None, False),
        ({"any": [{"id": "CVE-1"}, {"package": "x"}]}, (), True, True),
        ({"id": "CVE-1", "package": "x"}, (), None, False),
        ({"id": "CVE-2", "package": "x"}, (), False, False),
        ({"id": "CVE-1"}, (), True, True),
        ({"path": "*"}, (JAR, OLD), True, False),
        ({"package_type": "o?"}, (OLD, NEW), True, True),
    ],
)
def test_all_conditions_are_asked_of_one_package_at_a_time(
    written: Written, packages: tuple[Package, ...], *, anyone: bool | None, everyone: bool
) -> None:
    beside = finding("CVE-9", packages=(OLD, NEW, JAR))
    found = finding("CVE-1", packages=packages)

    assert one_by_one(table(found), written, 1) == [(anyone, everyone)]
    assert one_by_one(table(beside, found, beside), written, 3)[1] == (anyone, everyone)


def test_what_holds_or_may_hold_is_possible() -> None:
    assert Kleene(0b001, 0b100).possible == 0b101


def test_of_no_findings_nothing_is_said() -> None:
    assert one_by_one(table(), {"not": {"package": "a"}}, 0) == []
    assert table().any_package(when_from({"not": {"kev": True}})) == Kleene(0, 0)


def test_any_of_no_conditions_holds_for_nothing_and_all_of_none_for_everything() -> None:
    assert table(finding()).any_package(when_of(any=())) == Kleene(0, 0)
    assert table(finding()).any_package(when_of(all=())) == Kleene(1, 0)


def test_a_value_is_that_of_its_own_condition() -> None:
    seen = table(finding(exploit=True, kev=Kev(listed=False), in_use=None))

    assert [one_by_one(seen, {key: True}, 1)[0][0] for key in ("exploit", "kev", "in_use")] == [True, False, None]
    assert [one_by_one(seen, {key: False}, 1)[0][0] for key in ("exploit", "kev", "in_use")] == [False, True, None]
    assert one_by_one(seen, {"cvss": "0.5+", "epss": "0.5+"}, 1) == [(None, False)]


@settings(derandomize=True, deadline=None, max_examples=250)
@given(TREES, IMAGES)
def test_a_table_agrees_with_judging_each_finding_alone(written: Written, findings: tuple[Finding, ...]) -> None:
    assert one_by_one(table(*findings), written, len(findings)) == naively(written, findings)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_table_of_hundreds_of_findings_agrees_too_whatever_it_was_asked_before(seed: int) -> None:
    source = Random(seed)
    findings = tuple(drawn_finding(source, number) for number in range(300))
    seen = table(*findings)
    single: list[Written] = [{key: value} for key, values in VALUES.items() for value in values]

    for written in (*single, *(drawn_conditions(source) for _ in range(40))):
        assert one_by_one(seen, written, 300) == naively(written, findings)


@QUICK
@given(TREES, IMAGES, st.randoms(use_true_random=False))
def test_the_order_of_findings_never_matters(written: Written, findings: tuple[Finding, ...], source: Random) -> None:
    order = list(range(len(findings)))
    source.shuffle(order)

    sorted_ones = one_by_one(table(*findings), written, len(findings))
    shuffled = one_by_one(table(*(findings[index] for index in order)), written, len(findings))

    assert shuffled == [sorted_ones[index] for index in order]


def same(first: Written, second: Written) -> Callable[[tuple[Finding, ...]], None]:
    """Return a check that two trees say the same, in one table and in two."""

    def check(findings: tuple[Finding, ...]) -> None:
        one = table(*findings)
        said = one_by_one(one, first, len(findings))
        assert one_by_one(one, second, len(findings)) == said
        assert one_by_one(table(*findings), second, len(findings)) == said

    return check


@QUICK
@given(TREES, IMAGES)
def test_not_not_changes_nothing(tree: Written, findings: tuple[Finding, ...]) -> None:
    same(tree, {"not": {"not": tree}})(findings)


@QUICK
@given(TREES, TREES, IMAGES)
def test_de_morgans_laws_hold_with_three_values_too(one: Written, two: Written, findings: tuple[Finding, ...]) -> None:
    same({"not": {"any": [one, two]}}, {"all": [{"not": one}, {"not": two}]})(findings)
    same({"not": {"all": [one, two]}}, {"any": [{"not": one}, {"not": two}]})(findings)


@QUICK
@given(TREES, TREES, IMAGES)
def test_all_and_any_do_not_care_for_order_repeats_or_nesting(
    one: Written, two: Written, findings: tuple[Finding, ...]
) -> None:
    for word in ("all", "any"):
        same({word: [one, two]}, {word: [two, one, one, {word: [two]}]})(findings)
    same({"all": [one, {"any": [one, two]}]}, one)(findings)


@QUICK
@given(st.sets(st.integers(0, 2_000)), st.integers(0, 100))
def test_a_set_holds_the_indexes_that_were_put_in(indexes: set[int], more: int) -> None:
    members = mask(indexes, max(indexes, default=0) + 1 + more)

    assert list(bits(members)) == sorted(indexes)
    assert members == sum(1 << index for index in indexes)
    assert mask(bits(members), 2_001) == members


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 64, 1_000])
def test_sets_of_few_and_of_many_are_read_alike(count: int) -> None:
    indexes = [index * 7 for index in range(count)]

    assert list(bits(mask(indexes, 7_000))) == indexes
    assert list(bits((1 << count) - 1)) == list(range(count))


def test_an_index_that_is_named_twice_is_in_the_set_once() -> None:
    assert mask([3, 3, 0], 4) == 0b1001


def counting(reads: Counter[tuple[str, int]]) -> dict[str, Condition]:
    """Return the vocabulary, counting how often each fact of each subject is read."""

    def counted(key: str, condition: Condition) -> Condition:
        def read(subject: Any, view: Any) -> Any:
            assert isinstance(view, View)
            reads[key, id(subject)] += 1
            return condition.read(subject, view)

        return replace(condition, read=read)

    return {key: counted(key, condition) for key, condition in CONDITIONS.items()}


def test_200_rules_over_5000_findings_ask_each_fact_of_a_finding_at_most_once(monkeypatch: pytest.MonkeyPatch) -> None:
    reads: Counter[tuple[str, int]] = Counter()
    monkeypatch.setattr("gate.policy.columns.CONDITIONS", counting(reads))
    source = Random(1)
    trees = [drawn_conditions(source) for _ in range(197)]
    trees += [{"id": "*", "severity": "low+"}, {"severity": "low", "package": "*"}, {"not": {"severity": "low"}}]
    findings = [drawn_finding(source, number) for number in range(5_000)]
    rules = tuple(Rule(name=f"rule-{number}", when=when_from(tree)) for number, tree in enumerate(trees))

    judged = judge(policy(rules=rules), scan(*findings)).images[0]

    outcomes = Counter(rule.outcome for rule in judged.rules if rule.name.startswith("rule-"))
    assert outcomes.total() == 200
    assert outcomes[RuleOutcome.FAIL] > 150
    assert set(reads.values()) == {1}
    # NOTE: and nothing is taken for granted: every fact that conditions name was read of every subject.
    packages = sum(len(found.packages) for found in findings)
    assert Counter(key for key, _ in reads) == {
        key: packages if CONDITIONS[key].of == "package" else 5_000 for key in VALUES
    }


def test_each_package_is_a_row_once_though_no_finding_is_in_a_further_one(monkeypatch: pytest.MonkeyPatch) -> None:
    reads: Counter[tuple[str, int]] = Counter()
    monkeypatch.setattr("gate.policy.columns.CONDITIONS", counting(reads))
    seen = table(finding("CVE-1", packages=(OLD,)), finding("CVE-2", packages=(JAR,)))

    for key in ("package", "version", "path"):
        seen.any_package(when_from({key: "a"}))

    assert sorted(key for key, _ in reads) == ["package", "package", "path", "path", "version", "version"]
    assert set(reads.values()) == {1}


def test_facts_of_findings_are_the_same_beside_those_of_packages() -> None:
    findings = tuple(
        finding(severity=severity, fix=fix, published=NOW, packages=packages)
        for severity in Severity
        for fix in Fix
        for packages in ((), (OLD,), (OLD, JAR))
    )
    seen = table(*findings)
    written: Written = {"severity": ["high", "unknown"], "fix": "available"}

    alone = one_by_one(seen, written, len(findings))
    by_package = one_by_one(seen, {**written, "any": [{"package": "a"}, {"id": "*"}]}, len(findings))

    assert by_package == alone
