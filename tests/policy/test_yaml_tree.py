"""YAML as a small tree: what a policy has no use for is refused, each with its place, and none ends in a traceback."""

import re

import pytest
import yaml

from gate.errors import Exit, PolicyError
from gate.policy import yaml_tree
from gate.policy.document import Policy
from gate.policy.loader import loads
from gate.policy.nodes import Faults, Mapping, Scalar, Sequence
from gate.policy.yaml_tree import mapping_of

GOOD = "version: 1\nmax: {critical: 0}\n"
KNOWN = ", ".join(Policy.__struct_fields__)


def faults(data: str | bytes) -> tuple[str, ...]:
    """Return the faults of a file named p.yaml, without that name."""
    with pytest.raises(PolicyError) as caught:
        loads(data.encode() if isinstance(data, str) else data, file="p.yaml")
    assert caught.value.exit_code is Exit.USAGE
    return tuple(fault.removeprefix("p.yaml:").strip() for fault in caught.value.faults)


def test_every_value_is_text_with_its_place() -> None:
    faults = Faults()

    tree = mapping_of(b"a: 012\nb:\n  - 'on'\n  - {c: ~}\n", faults)

    assert tree == Mapping(
        (
            (Scalar("a", 1, 1), Scalar("012", 1, 4)),
            (
                Scalar("b", 2, 1),
                Sequence(
                    (
                        Scalar("on", 3, 5, quoted=True),
                        Mapping(((Scalar("c", 4, 6), Scalar("~", 4, 9)),), 4, 5),
                    ),
                    3,
                    3,
                ),
            ),
        ),
        1,
        1,
    )
    assert faults.count == 0


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
        (f"{GOOD}'': c\n", f"3:1: '': unknown key; known here are {KNOWN}"),
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


def test_a_file_with_far_too_many_values_is_refused_in_time() -> None:
    assert faults("version: 1\nname: [" + "a," * 600_000)[-1].endswith("more than 500000 values; a policy has fewer")


@pytest.mark.parametrize("data", ["k: 1\n" * 60, "- k\n" * 120, "[" + "{k: [1]}," * 30 + "]"])
def test_values_are_counted_wherever_they_stand(data: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_tree, "_MOST_NODES", 100)

    (fault,) = faults(data)

    assert fault.endswith("more than 100 values; a policy has fewer")


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


@pytest.mark.parametrize("value", ['"\\ud800"', '"\\UFFFFFFFF"', ">= 1", "*", "!!x y", "'a"])
def test_without_libyaml_the_same_files_are_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_tree, "_LOADER", yaml.SafeLoader)
    (fault,) = faults(f"{GOOD}name: {value}\n")
    assert "is not YAML" in fault or "may not stand" in fault or "lone surrogate" in fault
    assert loads(GOOD.encode(), file="p.yaml").policy.max.critical == 0


def test_a_place_that_the_parser_does_not_name_is_the_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise yaml.MarkedYAMLError(problem="something is wrong")

    monkeypatch.setattr(yaml, "parse", fail)

    assert faults(GOOD) == ("1:1: is not YAML: something is wrong; check quotes, brackets and indentation",)
