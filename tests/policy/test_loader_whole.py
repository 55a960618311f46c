"""What the loader asks of a policy as a whole: of all files together, once every part has been read."""

from pathlib import Path

import pytest

from gate.errors import PolicyError
from gate.policy.loader import load, loads


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("max: {high: 0}\nrelaxations: {require: [owner]}\nignore: [{id: a}]", "ignore[0]: lacks `owner`, which"),
        ("max: {high: 0}\ngrace: {high: 7d, from: first_seen}", "grace.from: `first_seen` is the first sight in a"),
    ],
)
def test_what_hangs_on_another_part_of_the_policy_is_checked(text: str, fault: str) -> None:
    with pytest.raises(PolicyError) as caught:
        loads(f"version: 1\n{text}\n".encode(), file="gate.yaml")

    assert [fault in line for line in caught.value.faults] == [True]


def test_what_is_looser_than_the_policy_that_is_extended_is_refused(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("version: 1\nmax: {high: 0}\n")
    child = tmp_path / "gate.yaml"
    child.write_text("version: 1\nextends: base.yaml\nmax: {high: 5}\n")

    with pytest.raises(PolicyError, match="is looser than"):
        load(child)


def test_each_file_is_kept_with_what_it_says_and_where() -> None:
    loaded = loads(b"version: 1\nmax:\n  high: 0\n", file="gate.yaml")

    assert [layer.policy for layer in loaded.layers] == [loaded.policy]
    assert loaded.place("max", "high") == "gate.yaml:3"
