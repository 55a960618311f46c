"""From bytes to text: what is no text is refused with its place, and YAML's own words get a hint."""

import pytest

from gate.policy.nodes import Faults
from gate.policy.text import MOST_BYTES, syntax_fault, text_of


@pytest.mark.parametrize("data", [b"version: 1\n", "name: ünï ✓ 🙂\r\n\t".encode(), b""])
def test_plain_text_is_taken_as_it_is(data: bytes) -> None:
    faults = Faults()
    assert text_of(data, faults) == data.decode()
    assert faults.count == 0


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert text_of(b"\xef\xbb\xbfversion: 1", Faults()) == "version: 1"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"a: 1\nb: \xff\n", "p:2:1: is not UTF-8 (byte 0xff); save the policy as UTF-8 text"),
        ("version: 1".encode("utf-16"), "p:1:1: is not UTF-8 (byte 0xff); save the policy as UTF-8 text"),
        (b"a: \xed\xa0\x80", "p:1:1: is not UTF-8 (byte 0xed); save the policy as UTF-8 text"),
        (b"a: 1\nb: \x00\n", "p:2:4: holds the control character U+0000; expected plain text"),
        (b"\x1b[31m", "p:1:1: holds the control character U+001B; expected plain text"),
        ("\ufffe".encode(), "p:1:1: holds the control character U+FFFE; expected plain text"),
        (b"# x\n%TAG !a! x\n", "p:2:1: %TAG declares tags, which a policy may not hold; remove the line"),
        (b" " * (MOST_BYTES + 1), "p: is larger than 4 MiB; expected a policy file"),
    ],
)
def test_what_is_no_text_is_refused_with_its_place(data: bytes, fault: str) -> None:
    faults = Faults()
    assert text_of(data, faults) is None
    assert faults.lines("p") == (fault,)


def test_exactly_four_mebibytes_are_read() -> None:
    assert text_of(b" " * MOST_BYTES, Faults()) is not None


@pytest.mark.parametrize(
    ("problem", "text", "line", "column", "hint"),
    [
        ("odd", "a: >= 7", 0, 3, "a value that begins with > must stand in quotes"),
        ("odd", "cvss_floor: >= 7.0", 0, 12, "write 7.0"),
        ("odd", "a: {cvss_floor: <7, b: 1}", 0, 16, "check quotes, brackets and indentation"),
        ("odd", "cvss: {missing: >7} # x", 0, 16, "write 7"),
        ("odd", "cvss_floor: >= high", 0, 12, "a value that begins with > must stand in quotes"),
        ("odd", "a: 1\r\nb: @x", 1, 3, "a value that begins with @ must stand in quotes"),
        ("odd", "a:\n\tb: 1", 1, 0, "indent with blanks, not with tabs"),
        ("mapping values are not allowed here", "a: b: c", 0, 4, "put quotes round a value that holds ': '"),
        ("found unexpected end of stream", "a: 'x", 0, 3, "the quote that begins here is never closed"),
        ("found unknown escape character", 'a: "\\q"', 0, 3, "use single quotes"),
        ("odd", "a: x", 0, 9, "check quotes, brackets and indentation"),
        ("odd", "a: x", 9, 0, "check quotes, brackets and indentation"),
    ],
)
def test_a_syntax_fault_comes_with_a_guess_at_what_was_meant(
    problem: str, text: str, line: int, column: int, hint: str
) -> None:
    message = syntax_fault(problem, text, line, column)
    assert message.startswith(f"is not YAML: {problem}; ")
    assert message.endswith(hint)
