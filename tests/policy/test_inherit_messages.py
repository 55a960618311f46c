"""What is said of a policy that touches what its parent locks, or loosens it: whole messages, at the exact place."""

from pathlib import Path

import pytest

from gate.errors import PolicyError
from gate.policy.loader import load

CHILD = """\
max:
  high: 6
mode: warn
scan: {kind: any, max_age: 1h}
overrides:
  - {for: {env: x}, mode: warn, reason: r}
  - for: {env: y}
    reason: r
    max: {low: 1, high: 7}"""
LONG_RULE = """'[{"name":"r","when":{"kev":true},"why":null,"if_unknown":nu…'"""


@pytest.mark.parametrize(
    ("parent", "child", "faults"),
    [
        (
            "max: {high: 5}\nlock: [mode, scan]",
            CHILD,
            [
                "4:9: max.high: is looser than base.yaml:2 has it ('5'); expected the same or stricter: lower",
                "5:7: mode: may not be touched: base.yaml:3 locks it",
                "6:14: scan.kind: may not be touched: base.yaml:3 locks it",
                "6:28: scan.max_age: may not be touched: base.yaml:3 locks it",
                "8:27: overrides[0].mode: may not be touched: base.yaml:3 locks it",
                (
                    "11:25: overrides[1].max.high: is looser than base.yaml:2 has it ('5'); "
                    "expected the same or stricter: lower"
                ),
            ],
        ),
        ("max: {high: 5}\nlock: [max]", "max: {high: 5}", ["3:13: max.high: may not be touched: base.yaml:3 locks it"]),
        (
            "max: {high: 5}\nlock: [max.low]",
            "max: {high: 5, low: 1}",
            ["3:21: max.low: may not be touched: base.yaml:3 locks it"],
        ),
        (
            "max: {high: 5}\nrelaxations: {require: [owner]}\nrules: [{name: r, when: {kev: true}, max: 3}]",
            "relaxations: {require: []}\nrules: [{name: r, when: {kev: true}, max: 4}]\nbaseline: {image: x}",
            [
                (
                    "3:24: relaxations.require: is looser than base.yaml:3 has it ('[\"owner\"]'); "
                    "expected the same or stricter: all that the parent has, or more"
                ),
                (
                    f"4:8: rules: is looser than base.yaml:4 has it ({LONG_RULE}); "
                    "expected the same or stricter: more rules, or lower"
                ),
                (
                    "5:11: baseline: is looser than base.yaml:1 has it (not set); "
                    "expected the same or stricter: none, or the same and stricter"
                ),
            ],
        ),
    ],
)
def test_each_fault_names_its_own_place_that_of_the_parent_and_what_may_stand_there(
    parent: str, child: str, faults: list[str], tmp_path: Path
) -> None:
    (tmp_path / "base.yaml").write_text(f"version: 1\n{parent}\n")
    (tmp_path / "gate.yaml").write_text(f"version: 1\nextends: base.yaml\n{child}\n")

    with pytest.raises(PolicyError) as caught:
        load(tmp_path / "gate.yaml")

    assert [fault.replace(f"{tmp_path}/", "") for fault in caught.value.faults] == [
        f"gate.yaml:{one}" for one in faults
    ]
