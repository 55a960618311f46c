"""Files that extend files: which are read, which are never read, and whose faults are told with whose name."""

import hashlib
from pathlib import Path

import pytest

from gate import __version__
from gate.errors import PolicyError
from gate.policy.loader import load, loads

GOOD = "version: 1\nmax: {critical: 0}\n"
OUTSIDE = "expected a relative path that stays in the folder of the policies"


def write(folder: Path, name: str, text: str = GOOD, extends: str = "") -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"version: 1\nextends: {extends}\n" if extends else text)
    return file


def refused(file: Path, root: Path | None = None) -> str:
    with pytest.raises(PolicyError) as caught:
        load(file, root)
    (fault,) = caught.value.faults
    return fault


def test_a_policy_is_all_of_its_files_its_own_first(tmp_path: Path) -> None:
    org = write(
        tmp_path, "org/base.yaml", "version: 1\nname: org\nmax: {critical: 0, high: 5}\ntests: []\nlock: [mode]\n"
    )
    team = write(tmp_path, "team.yaml", "version: 1\nextends: org/base.yaml\nmax: {high: 3}\n")
    own = write(tmp_path, "gate.yaml", "version: 1\nextends: ./team.yaml\nmax: {high: 1, low: 9}\n")

    loaded = load(own)

    assert (loaded.policy.max.critical, loaded.policy.max.high, loaded.policy.max.low) == (0, 1, 9)
    assert (loaded.name, loaded.files) == ("gate", (str(own), str(team), str(org)))
    assert [layer.file for layer in loaded.layers] == [str(org), str(team), str(own)]
    digests = [hashlib.sha256(file.read_bytes()).hexdigest() for file in (org, team, own)]
    below = hashlib.sha256(f"{digests[1]}\n{digests[0]}\n".encode()).hexdigest()
    assert loaded.sha256 == hashlib.sha256(f"{digests[2]}\n{below}\n".encode()).hexdigest()
    assert loaded.used.resolved.lock == ()


def test_a_change_of_any_file_changes_the_hash(tmp_path: Path) -> None:
    own = write(tmp_path, "gate.yaml", extends="base.yaml")
    hashes = set()
    for text in (GOOD, f"{GOOD}# more\n", GOOD.replace("0", "1")):
        write(tmp_path, "base.yaml", text)
        hashes.add(load(own).sha256)

    assert len(hashes) == 3


@pytest.mark.parametrize(
    "written", ["/etc/base.yaml", "../base.yaml", "a/../../base.yaml", "https://example.com/../../../x"]
)
def test_a_path_out_of_the_folder_is_not_followed(tmp_path: Path, written: str) -> None:
    write(tmp_path, "base.yaml")
    own = write(tmp_path, "team/gate.yaml", extends=written)

    assert refused(own) == f"{own}:2:10: extends: '{written}': {OUTSIDE}"


def test_a_path_with_a_null_byte_is_not_followed(tmp_path: Path) -> None:
    own = write(tmp_path, "gate.yaml", extends='"a\\0b"')

    assert refused(own).endswith(OUTSIDE)


def test_up_and_down_again_within_the_folder_is_followed(tmp_path: Path) -> None:
    write(tmp_path, "org/base.yaml")

    assert load(write(tmp_path, "gate.yaml", extends="org/../org/base.yaml")).policy.max.critical == 0


def test_the_root_may_be_a_folder_above_that_holds_both(tmp_path: Path) -> None:
    base = write(tmp_path, "base.yaml")
    own = write(tmp_path, "team/gate.yaml", extends="../base.yaml")
    elsewhere = write(tmp_path, "elsewhere/x.yaml").parent

    assert load(own, tmp_path).files == (str(own), str(own.parent / ".." / base.name))
    assert refused(own, elsewhere).endswith(OUTSIDE)
    assert refused(own, own.parent).endswith(OUTSIDE)


@pytest.mark.parametrize("is_folder", [False, True])
def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path, *, is_folder: bool) -> None:
    secret = write(tmp_path, "secret/base.yaml")
    own = write(tmp_path, "team/gate.yaml", extends="org/base.yaml" if is_folder else "base.yaml")
    (own.parent / ("org" if is_folder else "base.yaml")).symlink_to(secret.parent if is_folder else secret)

    assert refused(own).endswith(OUTSIDE)
    assert load(own, tmp_path).policy.max.critical == 0


def test_a_link_inside_of_the_folder_is_followed(tmp_path: Path) -> None:
    write(tmp_path, "real.yaml")
    (tmp_path / "base.yaml").symlink_to("real.yaml")

    assert load(write(tmp_path, "gate.yaml", extends="base.yaml")).policy.max.critical == 0


def test_links_that_go_round_in_a_circle_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to("b.yaml")
    (tmp_path / "b.yaml").symlink_to("a.yaml")

    assert refused(write(tmp_path, "gate.yaml", extends="a.yaml")).endswith(OUTSIDE)


def test_a_policy_that_is_a_link_reads_nothing_beside_the_link(tmp_path: Path) -> None:
    real = write(tmp_path, "real/gate.yaml", extends="base.yaml")
    write(tmp_path, "real/base.yaml")
    (tmp_path / "ci").mkdir()
    link = tmp_path / "ci" / "gate.yaml"
    link.symlink_to(real)
    write(tmp_path, "ci/base.yaml", GOOD.replace("0", "9"))

    assert refused(link).endswith(OUTSIDE)


@pytest.mark.parametrize("others", [(), ("b.yaml",), ("b.yaml", "c.yaml")])
def test_policies_that_go_round_in_a_circle_are_refused(tmp_path: Path, others: tuple[str, ...]) -> None:
    names = ("gate.yaml", *others)
    for name, following in zip(names, (*names[1:], f"./{names[0]}"), strict=True):
        write(tmp_path, name, extends=following)

    fault = refused(tmp_path / "gate.yaml")

    assert fault.startswith(f"{tmp_path / names[-1]}:2:10: extends: './gate.yaml': is extended by itself")


def test_a_circle_through_a_link_is_one(tmp_path: Path) -> None:
    own = write(tmp_path, "gate.yaml", extends="other.yaml")
    (tmp_path / "other.yaml").symlink_to("gate.yaml")

    assert "is extended by itself; expected policies that do not go round in a circle" in refused(own)


@pytest.mark.parametrize(("number", "accepted"), [(10, True), (11, False)])
def test_at_most_ten_policies_stand_on_each_other(tmp_path: Path, number: int, *, accepted: bool) -> None:
    for index in range(1, number):
        write(tmp_path, f"{index}.yaml", extends=f"{index + 1}.yaml")
    write(tmp_path, f"{number}.yaml")

    if accepted:
        assert len(load(tmp_path / "1.yaml").layers) == number
    else:
        assert refused(tmp_path / "1.yaml") == (
            f"{tmp_path}/10.yaml:2:10: extends: '11.yaml': "
            "is one of more than 10 policies, each of which extends the next; expected fewer"
        )


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (None, "{base}: no such file; expected a policy file"),
        ("", "{base}: the policy is empty; expected at least `version: 1` and `max`"),
        ("version: 1\nmax: {critcal: 0}\n", "{base}:2:7: max.critcal: unknown key; did you mean 'critical'?"),
        (
            f"{GOOD}required_version: '>=99'\n",
            f"{{base}}:3:19: this policy needs scan-gate >=99; this is {__version__}",
        ),
        ("version: 2\n", f"{{base}}:1:10: policy version 2 is not known to scan-gate {__version__}; upgrade the gate"),
    ],
)
def test_what_is_wrong_with_a_parent_is_said_with_its_name(tmp_path: Path, text: str | None, fault: str) -> None:
    own = write(tmp_path, "gate.yaml", extends="base.yaml")
    base = tmp_path / "base.yaml"
    if text is not None:
        base.write_text(text)

    assert refused(own) == fault.format(base=base)


def test_a_folder_is_no_parent(tmp_path: Path) -> None:
    assert refused(write(tmp_path, "gate.yaml", extends=".")) == f"{tmp_path}: is a directory; expected a policy file"


def test_a_child_for_another_gate_says_so_before_its_parent_is_read(tmp_path: Path) -> None:
    own = write(tmp_path, "gate.yaml", "version: 1\nextends: none.yaml\nrequired_version: '>=99'\n")

    assert "needs scan-gate >=99" in refused(own)


def test_faults_of_a_child_are_told_with_those_of_what_it_extends() -> None:
    with pytest.raises(PolicyError) as caught:
        loads(b"version: 1\nextends: base.yaml\nmode: off\n", file="gate.yaml")

    assert caught.value.faults == (
        f"gate.yaml:2:10: extends: 'base.yaml': {OUTSIDE}",
        "gate.yaml:3:7: mode: got 'off'; expected `enforce` or `warn`",
    )


def test_a_link_that_leads_nowhere_is_no_file(tmp_path: Path) -> None:
    own = write(tmp_path, "gate.yaml", extends="base.yaml")
    (tmp_path / "base.yaml").symlink_to("gone.yaml")

    assert refused(own) == f"{tmp_path / 'base.yaml'}: no such file; expected a policy file"


def test_a_child_need_not_limit_anything_itself(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml")

    assert load(write(tmp_path, "gate.yaml", extends="base.yaml")).policy.max.critical == 0
