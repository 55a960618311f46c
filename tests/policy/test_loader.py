"""Loading a policy: every way in which a file can be no policy gets clear lines, and none a traceback."""

import hashlib
from functools import partial
from pathlib import Path

import pytest

from gate import __version__
from gate.errors import Exit, GateError, PolicyError
from gate.policy import loader
from gate.policy.document import Policy
from gate.policy.loader import built_in, load, loads
from gate.policy.text import MOST_BYTES
from tests.work import LINEAR, growth

GOOD = "version: 1\nmax: {critical: 0}\n"
ENTRY = """\
  - id: CVE-2026-{n}
    package: lib{n}
    reason: The XSLT module is not compiled in.
    owner: team-payments
    ticket: SEC-{n}
    since: 2026-11-01
    until: [2026-12-31, fixed]
"""


def faults(data: str | bytes) -> tuple[str, ...]:
    """Return the faults of a file named p.yaml, without that name."""
    with pytest.raises(PolicyError) as caught:
        loads(data.encode() if isinstance(data, str) else data, file="p.yaml")
    assert caught.value.exit_code is Exit.USAGE
    return tuple(fault.removeprefix("p.yaml:").strip() for fault in caught.value.faults)


def test_a_good_policy_has_a_name_a_file_and_a_hash(tmp_path: Path) -> None:
    file = tmp_path / "payments.prod.yaml"
    file.write_text(GOOD)
    loaded = load(file)
    assert loaded.policy == Policy(version=1, max=loaded.policy.max)
    assert loaded.policy.max.critical == 0
    assert loaded.name == "payments.prod"
    assert loaded.files == (str(file),)
    assert loaded.sha256 == hashlib.sha256(GOOD.encode()).hexdigest()


def test_a_policy_may_give_itself_a_name() -> None:
    assert loads(f"{GOOD}name: payments\n".encode(), file="p.yaml").name == "payments"


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm() -> None:
    data = b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()
    assert loads(data, file="p.yaml").policy == loads(GOOD.encode(), file="p.yaml").policy


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("required_version: '>=99'\nunheard: of", f"1:19: this policy needs scan-gate >=99; this is {__version__}"),
        ("unheard: of\nrequired_version: '<0.0.1'", f"2:19: this policy needs scan-gate <0.0.1; this is {__version__}"),
        (
            "unheard: of\nversion: 2",
            f"2:10: policy version 2 is not known to scan-gate {__version__}; upgrade the gate",
        ),
    ],
)
def test_a_policy_for_another_gate_says_so_and_nothing_else(text: str, fault: str) -> None:
    assert faults(text) == (fault,)


@pytest.mark.parametrize("line", ["required_version: '>=0.0.1'", "max: {low: 1}", "required_version: [1]"])
def test_a_required_version_that_holds_changes_nothing(line: str) -> None:
    assert faults(f"{line}\nunheard: of") != ()
    assert not any("needs scan-gate" in fault for fault in faults(f"{line}\nunheard: of"))
    assert loads(f"{GOOD}required_version: '>=0.0.1'\n".encode(), file="p.yaml").policy.max.critical == 0


def test_a_policy_for_another_gate_is_told_from_whatever_place_the_key_has() -> None:
    wanted = ",".join([">=99"] * 20)

    assert faults(f"max: {{critical: 0}}\nrequired_version: '{wanted}'\n") == (
        f"2:19: this policy needs scan-gate {wanted[:59]}…; this is {__version__}",
    )
    assert faults("version: '2'\nmax: {critical: 0}\n") == (
        "1:10: version: got '2' in quotes, which make it text; expected `1`",
    )


def test_a_required_version_that_is_none_is_an_ordinary_fault() -> None:
    assert faults(f"{GOOD}required_version: new\n") == (
        "3:19: required_version: got 'new'; expected a version range such as >=1.2",
    )


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"none\.yaml: no such file; expected a policy file"):
        load(tmp_path / "none.yaml")


def test_a_directory_is_no_policy(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="is a directory; expected a policy file"):
        load(tmp_path)


def test_a_file_that_may_not_be_read_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(PolicyError, match=r"p\.yaml: cannot be read: Permission denied"):
        load(tmp_path / "p.yaml")


def test_a_fault_of_the_system_without_words_of_its_own_is_told_on_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("odd\n::error::")

    monkeypatch.setattr(Path, "open", fail)
    with pytest.raises(PolicyError) as caught:
        load(Path("p.yaml"))
    assert caught.value.message == "p.yaml: cannot be read: odd ::error::"


def test_a_path_that_no_file_can_have_is_refused_on_one_line() -> None:
    with pytest.raises(PolicyError, match="cannot be read: embedded null byte") as caught:
        load(Path("a\x00\n\x1b[31mb"))
    assert "\n" not in caught.value.message


def test_a_file_name_with_undecodable_bytes_is_made_harmless(tmp_path: Path) -> None:
    file = tmp_path / "p\udcff.yaml"
    file.write_text(GOOD)
    loaded = load(file)
    assert "\udcff" not in loaded.files[0] + loaded.name


def test_a_file_larger_than_allowed_is_not_read_to_its_end() -> None:
    with pytest.raises(PolicyError, match="/dev/zero: is larger than 4 MiB"):
        load(Path("/dev/zero"))


@pytest.mark.parametrize(("more", "accepted"), [(0, True), (1, False)])
def test_a_file_may_be_as_large_as_allowed_and_not_a_byte_larger(tmp_path: Path, more: int, *, accepted: bool) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(f"{GOOD}#".ljust(MOST_BYTES + more - 1, "x") + "\n")

    if accepted:
        assert load(file).policy.max.critical == 0
    else:
        with pytest.raises(PolicyError, match=r"p\.yaml: is larger than 4 MiB"):
            load(file)


def test_the_built_in_policy_is_the_shipped_default() -> None:
    loaded = built_in()
    assert (loaded.name, loaded.files) == ("default", ("(built in)",))
    shipped = Path(__file__).parents[2] / "policies" / "default.yaml"
    assert loaded.sha256 == hashlib.sha256(shipped.read_bytes()).hexdigest()


def test_the_built_in_policy_inside_the_package_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "default.yaml").write_text(GOOD)
    monkeypatch.setattr(loader, "resources", lambda _: tmp_path)
    assert built_in().sha256 == hashlib.sha256(GOOD.encode()).hexdigest()
    assert built_in().name == "default"
    (tmp_path / "policies" / "default.yaml").write_text(f"{GOOD}name: strict\n")
    assert built_in().name == "strict"


def test_an_installation_without_the_built_in_policy_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "resources", lambda _: tmp_path)
    monkeypatch.setattr(loader, "__file__", str(tmp_path / "a" / "b" / "c.py"))
    with pytest.raises(GateError) as caught:
        built_in()
    assert caught.value.exit_code is Exit.FAULT
    assert (caught.value.message, caught.value.hint) == (
        "the built-in policy is missing from this installation",
        "Install scan-gate again.",
    )


def many_entries(size: int) -> bytes:
    return (GOOD + "ignore:\n" + "".join(ENTRY.format(n=n) for n in range(size))).encode()


def test_five_thousand_ignore_entries_load() -> None:
    assert len(loads(many_entries(5_000), file="p.yaml").policy.ignore) == 5_000


def test_the_work_of_loading_grows_as_the_entries_do() -> None:
    assert growth(lambda size: partial(loads, many_entries(size), file="p.yaml"), 250) < LINEAR
