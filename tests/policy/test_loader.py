"""Loading a policy: every way in which a file can be no policy gets clear lines, and none a traceback."""

import hashlib
import re
import time
from pathlib import Path

import pytest
import yaml

from gate import __version__
from gate.errors import Exit, GateError, PolicyError
from gate.policy import loader
from gate.policy.document import Policy
from gate.policy.loader import built_in, load, loads

GOOD = "version: 1\nmax: {critical: 0}\n"
UNKNOWN = "unknown key; known here are version, required_version, name, mode, max, count_by, cvss_floor, cvss, ignore, "
UNKNOWN += "relaxations, scan"
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
    ("data", "fault"),
    [
        ("", "the policy is empty; expected at least `version: 1` and `max`"),
        (" \n\n", "the policy is empty; expected at least `version: 1` and `max`"),
        ("# nothing\n", "the policy holds nothing but comments; expected at least `version: 1` and `max`"),
        ("---\n", "the policy holds nothing but comments; expected at least `version: 1` and `max`"),
        ("null\n", "the policy holds nothing but comments; expected at least `version: 1` and `max`"),
        ("- version: 1\n", "1:1: the file holds a list; expected a mapping that begins with `version: 1`"),
        ("version 1\n", "1:1: the file holds text; expected a mapping that begins with `version: 1`"),
        ("<!DOCTYPE html>", "1:1: the file holds text; expected a mapping that begins with `version: 1`"),
        (b"\x89PNG\r\n", "1:1: is not UTF-8 (byte 0x89); save the policy as UTF-8 text"),
        (b" " * 5_000_000, "is larger than 4 MiB; expected a policy file"),
        ("[" * 50_000, "1:51: is nested deeper than 50; a policy never is"),
        ("{" * 50_000, "1:51: is nested deeper than 50; a policy never is"),
        ("- " * 50_000, "1:101: is nested deeper than 50; a policy never is"),
        ("? " * 50_000, "1:101: is nested deeper than 50; a policy never is"),
        (f"{GOOD}---\n{GOOD}", "3:1: a second document begins here; expected one policy in a file"),
        (
            "version: 1\nmax: &limit {critical: 0}\n",
            ("2:6: &limit is an anchor, which a policy may not hold; a value that begins with & must stand in quotes"),
        ),
        (
            f"{GOOD}name: &x abc",
            ("3:7: &x is an anchor, which a policy may not hold; a value that begins with & must stand in quotes"),
        ),
        (
            f"{GOOD}name: *-x\n",
            ("3:7: *-x is an alias, which a policy may not hold; a value that begins with * must stand in quotes"),
        ),
        (
            f"{GOOD}*x : a\n",
            ("3:1: *x is an alias, which a policy may not hold; a value that begins with * must stand in quotes"),
        ),
        (
            f"{GOOD}name: !important\n",
            ("3:7: the tag '!important' may not stand in a policy; a value that begins with ! must stand in quotes"),
        ),
        (
            f"{GOOD}name: !!python/object/apply:os.system [id]\n",
            (
                "3:7: the tag 'tag:yaml.org,2002:python/object/apply:os.system' may not stand in a policy; "
                "a value that begins with ! must stand in quotes"
            ),
        ),
        (f"{GOOD}<<: {{mode: warn}}\n", "3:1: `<<` merges mappings, which a policy may not do; write the keys out"),
        (f"{GOOD}? [a, b]\n: c\n", "3:3: a list or a mapping stands where a key must be; expected a word"),
        (f"{GOOD}? {{a: b}}\n: c\n", "3:3: a list or a mapping stands where a key must be; expected a word"),
        (f"{GOOD}'': c\n", f"3:1: '': {UNKNOWN}"),
        (
            "version: 1\ncvss_floor: >= 7.0\n",
            "2:13: is not YAML: did not find expected comment or line break; write 7.0",
        ),
        (
            "required_version: >=1.2\n",
            (
                "1:19: is not YAML: did not find expected comment or line break; "
                "a value that begins with > must stand in quotes"
            ),
        ),
        (
            f"{GOOD}name: *\n",
            (
                "3:7: is not YAML: did not find expected alphabetic or numeric character; "
                "a value that begins with * must stand in quotes"
            ),
        ),
        (
            f"{GOOD}name: @x\n",
            (
                "3:7: is not YAML: found character that cannot start any token; "
                "a value that begins with @ must stand in quotes"
            ),
        ),
        (
            f"{GOOD}name: %x\n",
            (
                "3:7: is not YAML: found character that cannot start any token; "
                "a value that begins with % must stand in quotes"
            ),
        ),
        (
            f"{GOOD}cvss:\n\tfrom: [nvd]\n",
            ("4:1: is not YAML: found character that cannot start any token; indent with blanks, not with tabs"),
        ),
        (
            f"{GOOD}name: a: b\n",
            (
                "3:8: is not YAML: mapping values are not allowed in this context; "
                "check the indentation, and put quotes round a value that holds ': '"
            ),
        ),
        (
            f"{GOOD}name: 'x\n",
            ("3:7: is not YAML: found unexpected end of stream; the quote that begins here is never closed"),
        ),
        (
            f'{GOOD}name: "a" b\n',
            "3:11: is not YAML: did not find expected key; check quotes, brackets and indentation",
        ),
        (
            f'{GOOD}name: "\\ud800"\n',
            (
                "3:10: is not YAML: found invalid Unicode character escape code; "
                "in double quotes a backslash begins an escape; use single quotes"
            ),
        ),
    ],
)
def test_what_is_no_policy_is_refused_with_one_line(data: str | bytes, fault: str) -> None:
    assert faults(data) == (fault,)


def test_an_empty_mapping_lacks_everything() -> None:
    assert faults("{}") == (
        "1:1: limits nothing; expected a number under `max`, or a `cvss_floor`",
        "1:1: version: is missing; expected `1`",
    )


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    levels = [
        "a: &a [x, x]",
        *(f"{name}: &{name} [*{below}, *{below}]" for below, name in zip("abcdefgh", "bcdefghi", strict=True)),
    ]
    found = faults("\n".join(levels))
    assert "1:4: &a is an anchor, which a policy may not hold; a value that begins with & must stand in quotes" in found


def test_a_cyclic_alias_is_refused() -> None:
    assert any("*x is an alias" in fault for fault in faults("version: 1\nmax: &x {critical: *x}\n"))


@pytest.mark.parametrize("data", ["version: 1\nname: [" + "a," * 600_000, "k: 1\n" * 300_000])
def test_a_file_with_far_too_many_values_is_refused_in_time(data: str) -> None:
    assert faults(data)[-1].endswith("more than 500000 values; a policy has fewer")


def test_a_broken_part_does_not_hide_the_faults_of_the_others() -> None:
    found = faults(
        "version: 1\nname: *x\nmode: off\nignore: [*y, {id: [*z], reason: r, until: [*z]}]\n? *k\n: 1\n---\nmore: 1\n"
    )
    assert [re.sub(r" is an alias.*", "", fault) for fault in found] == [
        "1:1: limits nothing; expected a number under `max`, or a `cvss_floor`",
        "2:7: *x",
        "3:7: mode: got 'off'; expected `enforce` or `warn`",
        "4:10: *y",
        "4:20: *z",
        "4:44: *z",
        "5:3: *k",
        "7:1: a second document begins here; expected one policy in a file",
    ]


def test_a_policy_that_is_an_alias_as_a_whole_is_refused() -> None:
    assert faults("&x {version: 1}") == (
        "1:1: &x is an anchor, which a policy may not hold; a value that begins with & must stand in quotes",
    )


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


def test_an_installation_without_the_built_in_policy_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "resources", lambda _: tmp_path)
    monkeypatch.setattr(loader, "__file__", str(tmp_path / "a" / "b" / "c.py"))
    with pytest.raises(GateError, match="missing from this installation") as caught:
        built_in()
    assert caught.value.exit_code is Exit.FAULT


@pytest.mark.parametrize("value", ['"\\ud800"', '"\\UFFFFFFFF"', ">= 1", "*", "!!x y", "'a"])
def test_without_libyaml_the_same_files_are_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "_LOADER", yaml.SafeLoader)
    (fault,) = faults(f"{GOOD}name: {value}\n")
    assert "is not YAML" in fault or "may not stand" in fault or "lone surrogate" in fault
    assert loads(GOOD.encode(), file="p.yaml").policy.max.critical == 0


def test_five_thousand_ignore_entries_load_in_about_a_second() -> None:
    data = (GOOD + "ignore:\n" + "".join(ENTRY.format(n=n) for n in range(5_000))).encode()
    begun = time.process_time()
    assert len(loads(data, file="p.yaml").policy.ignore) == 5_000
    assert time.process_time() - begun < 5
