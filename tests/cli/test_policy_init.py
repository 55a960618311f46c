"""`gate policy init`: a policy to start from, that nothing else is lost for."""

from pathlib import Path
from typing import Self

import pytest

from gate.policy.loader import built_in_text, load
from tests.aws_double.findings import enhanced_finding
from tests.command import CAPTURED, REPLAY, gate, saved, unprivileged

CAUGHT = ("--captured-at", CAPTURED)


def test_without_evidence_it_is_the_built_in_policy_with_its_comments() -> None:
    done = gate("policy", "init")

    assert (done.code, done.out) == (0, "")
    assert done.err == "gate: wrote gate.yaml; check an image with: gate check IMAGE -p gate.yaml\n"
    assert Path("gate.yaml").read_text(encoding="utf-8") == built_in_text()


def test_what_is_there_is_not_overwritten() -> None:
    Path("gate.yaml").write_text("mine", encoding="utf-8")
    done = gate("policy", "init")

    assert (done.code, done.out) == (2, "")
    assert done.err == "gate: gate.yaml is there already — Name another file.\n"
    assert Path("gate.yaml").read_text(encoding="utf-8") == "mine"


def test_what_is_a_link_is_there_too() -> None:
    Path("gate.yaml").symlink_to("elsewhere.yaml")

    assert gate("policy", "init").code == 2
    assert not Path("elsewhere.yaml").exists()


def test_with_evidence_the_images_just_pass() -> None:
    high, low = enhanced_finding("CVE-2026-1"), enhanced_finding("CVE-2026-2", "LOW")
    saved(Path("one.json"), high, low)
    saved(Path("two.json"), high, enhanced_finding("CVE-2026-3"), imageId={"imageDigest": "sha256:" + "6d" * 32})
    done = gate("policy", "init", "mine.yaml", "--evidence", "one.json", "--evidence", "two.json", *CAUGHT)

    assert done.code == 0
    assert done.err == "gate: wrote mine.yaml; check an image with: gate check IMAGE -p mine.yaml\n"
    assert (load(Path("mine.yaml")).policy.max.high, load(Path("mine.yaml")).policy.max.low) == (2, 1)
    assert gate("check", "one.json", "two.json", "-p", "mine.yaml", *REPLAY).code == 0
    assert gate("policy", "test", "mine.yaml").code == 0
    saved(Path("more.json"), high, low, enhanced_finding("CVE-2026-4", "LOW"))
    assert gate("check", "more.json", "-p", "mine.yaml", *REPLAY).code == 1


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--evidence", "gone.json"), 3, "gone.json has no verdict: the evidence cannot be read: No such file"),
        (("--evidence", "empty.json"), 3, "empty.json has no verdict: the answer lists nothing, and nobody says when"),
        (("--evidence", "team/app:v1"), 2, "team/app:v1 is no saved evidence"),
        (("none/gate.yaml",), 2, "none/gate.yaml cannot be written: No such file or directory — Name a path"),
        (("a\0b",), 2, "cannot be written: this is no path of this system"),
        (("folder",), 2, "folder is there already"),
        (("--evidence", "image.json", "--captured-at", "today"), 2, "expected a time such as"),
    ],
)
def test_what_cannot_be_made_is_not_there(words: tuple[str, ...], code: int, said: str) -> None:
    Path("folder").mkdir()
    saved(Path("image.json"), enhanced_finding())
    saved(Path("empty.json"))
    before = sorted(path.name for path in Path().iterdir())
    done = gate("policy", "init", *words)

    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert done.err.count("\n") == 1
    assert sorted(path.name for path in Path().iterdir()) == before


def test_where_nobody_may_write_nothing_is_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # NOTE: read before, since nobody may not enter a checkout in a folder that is root's alone.
    text = built_in_text()
    monkeypatch.setattr("gate.cli.policy_init.built_in_text", lambda: text)
    (folder / "locked").mkdir(mode=0o555)
    folder.chmod(0o755)
    with unprivileged():
        done = gate("policy", "init", "locked/gate.yaml")

    assert done.code == 2
    assert "locked/gate.yaml cannot be written: " in done.err


def test_a_full_disk_leaves_no_half_a_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.open

    class Full:
        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_: object) -> None:
            return None

        def write(self, _: str) -> int:
            raise OSError(28, "No space left on device")

    def opened(path: Path, mode: str = "r", **options: str) -> object:
        if mode != "x":
            return real(path, mode, **options)  # type: ignore[call-overload]  # as pathlib has it
        path.touch()
        return Full()

    monkeypatch.setattr(Path, "open", opened)
    done = gate("policy", "init")

    assert done.code == 2
    assert done.err == (
        "gate: gate.yaml cannot be written: No space left on device — Free the disk, or write elsewhere.\n"
    )
    assert not Path("gate.yaml").exists()
