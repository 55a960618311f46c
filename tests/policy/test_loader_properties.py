"""Loading a policy, by properties: any bytes end in a policy or its faults; what loads, types and schema take too."""

import json
from datetime import date
from typing import Any

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from gate.errors import PolicyError
from gate.policy.document import Policy
from gate.policy.loader import loads
from gate.policy.scalars import decode_scalar
from gate.policy.schema import policy_schema

GOOD = "version: 1\nmax: {critical: 0}\n"
ENTRY = """\
ignore:
  - id: CVE-2026-1
    package: lib1
    reason: "The XSLT module is not compiled in."
    since: 2026-11-01
    until: [2026-12-31, fixed]
"""


def outcome(data: bytes) -> Policy | None:
    """Return the policy, or None where there are faults, each of which must be one harmless line."""
    try:
        return loads(data, file="p.yaml").policy
    except PolicyError as err:
        faults = err.faults
    assert faults
    assert all(fault.startswith("p.yaml:") and fault.isprintable() for fault in faults)
    return None


_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
_COUNTS = st.integers(0, 1_000_000) | st.just("unlimited")
_LIMITS = _COUNTS | st.fixed_dictionaries({"fixable": _COUNTS}, optional={"unfixable": _COUNTS, "unknown": _COUNTS})
_DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1)).map(date.isoformat)
_DURATIONS = st.builds("{}{}".format, st.integers(1, 9_999), st.sampled_from("smhd"))
_ENTRIES = st.fixed_dictionaries(
    {"reason": _TEXTS},
    optional={
        "id": _TEXTS | st.lists(_TEXTS, min_size=1, max_size=3),
        "package": _TEXTS,
        "owner": _TEXTS,
        "since": _DAYS,
        "until": _DAYS | st.just("fixed") | st.tuples(_DAYS, st.just("fixed")).map(list),
        "justification": st.just("component_not_present"),
    },
)
_POLICIES = st.fixed_dictionaries(
    {"version": st.just(1)},
    optional={
        "name": _TEXTS,
        "mode": st.sampled_from(["enforce", "warn"]),
        "max": st.dictionaries(st.sampled_from(["critical", "high", "medium", "low", "unknown"]), _LIMITS),
        "cvss_floor": st.decimals(1, 10, places=1).map(float),
        "cvss": st.fixed_dictionaries(
            {}, optional={"from": st.just(["nvd"]), "missing": st.sampled_from(["fail", 7, 0.5])}
        ),
        "ignore": st.lists(_ENTRIES, max_size=3),
        "relaxations": st.fixed_dictionaries({}, optional={"require": st.just(["owner"]), "expiring": _DURATIONS}),
        "scan": st.fixed_dictionaries({}, optional={"max_age": _DURATIONS, "kind": st.just("basic")}),
    },
)
_VALIDATOR = Draft202012Validator(policy_schema())
_JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, True, -1, 0, 3, 1.5, "", "unlimited", "2026-12-31", [], {}, ["x"]]
)


def _spoil(data: dict[str, Any], keys: list[str], junk: object) -> dict[str, Any]:
    """Return the policy with another value (or one more key) somewhere."""
    spoilt: dict[str, Any] = json.loads(json.dumps(data))
    at: Any = spoilt
    for key in keys:
        below = at.get(key)
        below = below[0] if isinstance(below, list) and below else below
        if not isinstance(below, dict):
            at[key] = junk
            break
        at = below
    return spoilt


@given(
    _POLICIES,
    st.lists(st.sampled_from(["max", "high", "fixable", "ignore", "until", "id", "scan", "odd"]), max_size=3),
    _JUNK,
)
@settings(deadline=None, max_examples=150)
@example({"version": 1, "max": {"critical": 0}}, [], None)
def test_what_the_walker_accepts_the_types_and_the_schema_accept_too(
    data: dict[str, Any], keys: list[str], junk: object
) -> None:
    spoilt = _spoil(data, keys, junk)
    policy = outcome(json.dumps(spoilt, ensure_ascii=False).encode())
    if policy is not None:
        assert msgspec.convert(spoilt, Policy, dec_hook=decode_scalar) == policy
        assert list(_VALIDATOR.iter_errors(spoilt)) == []


@given(
    st.binary(max_size=60)
    | st.text(st.sampled_from("version: 1\nmax{}[]&*!|>'\"%@#-?,~<\t\x07é"), max_size=60).map(str.encode)
)
@settings(deadline=None, max_examples=200)
def test_no_bytes_whatever_end_in_anything_but_a_policy_or_its_faults(data: bytes) -> None:
    policy = outcome(data)
    assert policy is None or policy.version == 1


@given(st.integers(0, len(GOOD + ENTRY)), st.integers(0, 5), st.text(max_size=3))
@settings(deadline=None, max_examples=200)
def test_a_damaged_policy_ends_in_a_policy_or_its_faults(begin: int, length: int, put: str) -> None:
    text = GOOD + ENTRY
    policy = outcome((text[:begin] + put + text[begin + length :]).encode("utf-8", "surrogatepass"))
    assert policy is None or policy.version == 1
