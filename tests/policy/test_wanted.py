"""What messages say is expected, and of a key that is not known: which was meant, or where it belongs."""

from typing import Any

import pytest
from msgspec import inspect as kinds

from gate.policy.clauses import Limit, Rule
from gate.policy.conditions import Patterns
from gate.policy.document import CvssChoice, Policy
from gate.policy.scalars import Until
from gate.policy.wanted import unknown_key, wanted
from tests.policy.written import refused

DATE = "a date such as 2026-12-31"


def fields(kind: Any) -> dict[str, kinds.Field]:
    return {field.encode_name: field for field in kinds.type_info(kind).fields}  # type: ignore[attr-defined]  # of a struct


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Limit, "a whole number from 0 to 1000000, `unlimited` or a mapping with fixable/unfixable/unknown"),
        (Patterns, "text or a list of text"),
        (fields(Policy)["cvss_floor"].type, "a number above 0, at most 10"),
        (fields(CvssChoice)["from"].type, "a list of `inspector`, `nvd` or `vendor`"),
        (fields(Rule)["enforce_from"].type, DATE),
        (Until | None, f"{DATE}, `fixed`, or a list of the two"),
        (fields(Policy)["cvss"].type, "a mapping with from/missing"),
        (fields(Policy)["ignore"].type, "a list of mappings with id/package/version/package_type/path/unless/for/"),
    ],
)
def test_what_is_expected_is_said_in_the_words_of_the_policy(kind: Any, words: str) -> None:
    found = wanted(kind if isinstance(kind, kinds.Type) else kinds.type_info(kind))

    assert found.startswith(words)
    assert words.endswith("/") or found == words


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("maxx: {high: 0}", "maxx: unknown key; did you mean 'max'?"),
        ("critical: 0", "critical: unknown key here; it belongs under `max`"),
        ("id: CVE-1", "id: unknown key here; it belongs under `ignore`"),
        ("action: warn", "action: unknown key here; it belongs under `rules`"),
        ("kev: true", "kev: unknown key here; it belongs under `rules.when`"),
        ("AV: N", "AV: unknown key here; it belongs under `rules.when.vector`"),
        ("max: {rules: []}", "max.rules: unknown key here; it belongs at the top"),
        ("judge: new", "judge: unknown key here; it belongs under `baseline`"),
        ("env: prod", "env: unknown key here; it belongs under `tests`"),
        ("never: {kev: true}", "never: unknown key here; it belongs under `relaxations`"),
        ("relaxations: {never: {sevrity: high}}", "relaxations.never.sevrity: unknown key; did you mean 'severity'?"),
        ("relaxations: {never: {not: {kve: true}}}", "relaxations.never.not.kve: unknown key; did you mean 'kev'?"),
    ],
)
def test_a_key_that_is_not_known_is_told_where_it_belongs_or_which_was_meant(text: str, said: str) -> None:
    assert refused(f"cvss_floor: 9\n{text}").split(": ", 1)[1] == said


def test_a_key_that_resembles_none_is_told_which_there_are() -> None:
    assert unknown_key("zzz", fields(CvssChoice)) == "unknown key; known here are from, missing"
    assert unknown_key("x" * 100_000, fields(CvssChoice)) == "unknown key; known here are from, missing"
