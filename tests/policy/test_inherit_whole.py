"""What can be known only of all files together: words that relaxations lack, scores that nobody uses."""

from pathlib import Path

import pytest

from gate.errors import PolicyError
from gate.policy.loaded import Loaded
from gate.policy.loader import load
from gate.policy.verdict import Outcome
from tests.builders import NOW, finding, judge, scan
from tests.policy.written import faults_of, refused


def extended(folder: Path, parent: str, child: str) -> Loaded:
    (folder / "base.yaml").write_text(f"version: 1\n{parent}\n")
    (folder / "gate.yaml").write_text(f"version: 1\nextends: base.yaml\n{child}\n")
    return load(folder / "gate.yaml")


def faults(folder: Path, parent: str, child: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        extended(folder, parent, child)
    return [fault.removeprefix(f"{folder}/") for fault in caught.value.faults]


LACKS_OWNER = "lacks `owner`, which `relaxations.require` asks of every relaxation"


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("ignore: [{id: CVE-1, reason: r}]", f"gate.yaml:3:10: ignore[0]: {LACKS_OWNER}"),
        (
            "ignore: [{id: CVE-1, reason: r, owner: o, since: 2026-01-01, until: 2026-03-01}]",
            "gate.yaml:3:69: ignore[0].until: is 59 days after `since`; expected at most 30 (`relaxations.max_days`)",
        ),
        (
            "ignore: [{id: CVE-1, reason: r, owner: o}]",
            "gate.yaml:3:10: ignore[0]: lacks `since` and `until`, which `relaxations.max_days` needs",
        ),
    ],
)
def test_entries_may_be_added_under_the_relaxations_of_the_parent(tmp_path: Path, entry: str, fault: str) -> None:
    parent = "cvss_floor: 9\nrelaxations: {require: [owner], max_days: 30}"
    good = "ignore: [{id: CVE-1, owner: o, since: 2026-01-01, until: 2026-01-31}]"

    found = faults(tmp_path, parent, entry)

    assert fault in found
    assert extended(tmp_path, parent, good).policy.ignore[0].id == "CVE-1"


def test_a_child_may_ask_for_more_words_of_its_own_entries(tmp_path: Path) -> None:
    parent = "cvss_floor: 9\nignore: [{id: CVE-1, reason: r}]"
    child = "relaxations: {require: [reason, owner]}\nignore: [{id: CVE-2, reason: r}]"

    assert faults(tmp_path, parent, child) == [f"gate.yaml:4:10: ignore[0]: {LACKS_OWNER}"]


@pytest.mark.parametrize(
    ("parent", "child", "path"),
    [
        ("cvss_floor: 9", "cvss: {missing: 5}", "cvss.missing"),
        ("cvss_floor: 9", "cvss: {from: [nvd]}", "cvss.from"),
        ("max: {high: 0}\noverrides: [{for: {env: prod}, cvss_floor: 7}]", "cvss: {missing: 5}", "cvss.missing"),
        ("rules: [{name: r, when: {cvss: 7.0+}}]", "cvss: {from: [nvd]}", "cvss.from"),
        ("rules: [{name: r, when: {any: [{vector: {AV: N}}]}}]", "cvss: {from: [nvd]}", "cvss.from"),
        ("max: {high: 0}\nrelaxations: {never: {cvss: 9.0+}}", "cvss: {from: [nvd]}", "cvss.from"),
        (
            "max: {high: 0}\noverrides: [{for: {env: prod}, rules: [{name: r, when: {cvss: 7.0+}}]}]",
            "cvss: {from: [nvd]}",
            "cvss.from",
        ),
        ("max: {high: 0}", "cvss: {from: [nvd], missing: 5}\ncvss_floor: 7", None),
    ],
)
def test_which_score_is_judged_may_be_changed_only_where_the_parent_uses_none(
    tmp_path: Path, parent: str, child: str, path: str | None
) -> None:
    if path is None:
        assert extended(tmp_path, parent, child).policy.cvss.sources == ("nvd",)
    else:
        (fault,) = faults(tmp_path, parent, child)
        assert f": {path}: is looser than {tmp_path}/base.yaml:1 has it (" in fault


@pytest.mark.parametrize(
    ("change", "loosens"),
    [
        ("mode: warn", True),
        ("max: {high: 6}", True),
        ("max: {high: 5}", False),
        ("max: {high: {fixable: 0, unfixable: 5}}", False),
        ("max: {high: {fixable: 1, unfixable: 5}}", True),
        ("max: {critical: 0}", False),
        ("cvss_floor: 9.1", True),
        ("cvss_floor: 8", False),
        ("grace: {high: 7d}", True),
        ("rules: [{name: s, when: {kev: true}}]", False),
        ("rules: [{name: r, when: {kev: true}, max: 1}]", True),
        ("scan: {kind: basic}", False),
        ("scan: {max_age: 25h}", True),
        ("scan: {max_age: 23h}", False),
        ("scan: {tag_moved: warn}", True),
        ("scan: {inspector_suppressed: trust}", True),
        ("scan: {platforms: [linux/arm64]}", False),
    ],
)
def test_an_override_needs_words_exactly_where_it_loosens(change: str, *, loosens: bool) -> None:
    own = "max: {high: 5}\ncvss_floor: 9\nrules: [{name: r, when: {kev: true}}]\nscan: {max_age: 24h}"
    text = f"{own}\nrelaxations: {{require: [owner]}}\noverrides: [{{for: {{env: prod}}, {change}}}]"

    assert faults_of(text) == ((f"7:13: overrides[0]: {LACKS_OWNER}",) if loosens else ())
    assert faults_of(text.replace("{env: prod},", "{env: prod}, owner: o,")) == ()


@pytest.mark.parametrize(
    ("days", "fault"),
    [
        ("", "lacks `since` and `until`, which `relaxations.max_days` needs"),
        (", since: 2026-01-01", "lacks `until`, which `relaxations.max_days` needs"),
        (
            ", since: 2026-01-01, until: 2026-02-01",
            "is 31 days after `since`; expected at most 30 (`relaxations.max_days`)",
        ),
        (", since: 2026-01-01, until: 2026-01-31", ""),
    ],
)
def test_an_override_that_loosens_lasts_no_longer_than_relaxations_may(days: str, fault: str) -> None:
    override = f"{{for: {{env: a}}, mode: warn, reason: r{days}}}"
    text = f"max: {{high: 5}}\nrelaxations: {{max_days: 30}}\noverrides: [{override}]"

    assert [one.split(": ", 2)[2] for one in faults_of(text)] == ([fault] if fault else [])


def test_an_override_of_a_child_that_loosens_the_child_needs_the_words_that_both_ask_for(tmp_path: Path) -> None:
    parent = "max: {high: 5}\nrelaxations: {require: [owner]}"
    child = "max: {high: 1}\noverrides: [{for: {env: dev}, max: {high: 3}, reason: r}]"

    assert faults(tmp_path, parent, child) == [f"gate.yaml:4:13: overrides[0]: {LACKS_OWNER}"]
    assert extended(tmp_path, parent, child.replace("reason: r", "owner: o")).policy.max.high == 1


NO_SIGHT = "`first_seen` is the first sight in a baseline, and there is none; add one, or count from `published`"


def test_grace_from_the_first_sight_needs_a_baseline(tmp_path: Path) -> None:
    grace = "grace: {high: 7d, from: first_seen}"
    override = f"overrides: [{{for: {{env: dev}}, reason: r, {grace}}}]"

    assert refused(f"cvss_floor: 9\n{grace}") == f"3:25: grace.from: {NO_SIGHT}"
    assert refused(f"cvss_floor: 9\n{override}") == f"3:66: overrides[0].grace.from: {NO_SIGHT}"
    assert faults_of(f"cvss_floor: 9\n{grace}\nbaseline: {{image: prod}}\n{override}") == ()
    child = extended(tmp_path, "cvss_floor: 9\nbaseline: {image: prod}\ngrace: {high: 8d, from: first_seen}", grace)
    assert child.policy.grace is not None


def test_a_key_with_a_fault_of_its_own_is_refused_whatever_its_parent_has(tmp_path: Path) -> None:
    found = faults(tmp_path, "max: {high: 5}", "max: {high: lots}")

    assert found[0].startswith("gate.yaml:3:13: max.high: got 'lots'; expected")


def test_a_value_that_the_parent_does_not_set_is_said_to_be_none(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, "max: {high: 5}", "grace: {high: 1d}")

    assert fault == (
        f"gate.yaml:3:8: grace: is looser than {tmp_path}/base.yaml:1 has it (not set); "
        "expected the same or stricter: shorter, or none"
    )


def test_of_two_layers_above_the_one_that_says_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "org.yaml").write_text("version: 1\nmax: {high: 5}\nmode: enforce\n")
    parent = "extends: org.yaml\nmax:\n  high: 3"

    found = faults(tmp_path, parent, "max: {high: 4}\nmode: warn")

    assert f"max.high: is looser than {tmp_path}/base.yaml:4 has it ('3')" in found[0]
    assert f"mode: is looser than {tmp_path}/org.yaml:3 has it" in found[1]


def test_a_rule_that_an_override_of_the_parent_adds_is_not_undone_by_one_of_the_child(tmp_path: Path) -> None:
    parent = "max: {low: 0}\noverrides: [{for: {env: prod}, rules: [{name: r, when: {fix: unknown}}]}]"
    child = "overrides: [{for: {env: prod}, rules: [{name: r, when: {fix: none}, max: 9}]}]"
    rules = extended(tmp_path, parent, child).policy

    judged = judge(rules, scan(finding()), env="prod", now=NOW)

    assert judged.verdict is Outcome.FAIL
    assert [rule.name for rule in judged.images[0].rules if rule.outcome.value == "fail"] == ["r"]
