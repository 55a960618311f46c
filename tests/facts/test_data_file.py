"""A file of facts is opened, dated and refused in one way, whichever it is."""

import gzip
import re
from datetime import UTC, datetime

import pytest

from gate.errors import Exit, UsageError
from gate.facts import data_file
from gate.facts.data_file import CVE, DataFile

GIVEN = DataFile(name="f.json", expected="a file", hint="Get it.")


def test_a_fault_says_which_file_what_was_seen_what_was_expected_and_what_to_do() -> None:
    fault = GIVEN.fault("is empty")
    assert (fault.message, fault.hint, fault.exit_code) == ("f.json: is empty; expected a file", "Get it.", Exit.USAGE)
    assert GIVEN.fault("line 3 is 'x'", "a row").message == "f.json: line 3 is 'x'; expected a row"


def test_a_file_may_be_packed() -> None:
    assert GIVEN.opened(b"{}") == GIVEN.opened(gzip.compress(b"{}", mtime=0)) == b"{}"


def test_a_file_has_a_greatest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 32 * 1024**2 <= data_file.MOST_BYTES <= 256 * 1024**2
    monkeypatch.setattr(data_file, "MOST_BYTES", 1024**2)
    for data in (bytes(1024**2 + 1), gzip.compress(bytes(1024**2 + 1), mtime=0)):
        with pytest.raises(UsageError, match=r"f\.json: is larger than 1 MiB; expected a file"):
            GIVEN.opened(data)


@pytest.mark.parametrize(
    "data", [gzip.compress(b"{}", mtime=0)[:-1], gzip.compress(b"{}", mtime=0) * 2, b"\x1f\x8b\x08" + b"x" * 50]
)
def test_a_packed_file_that_is_not_whole_is_refused(data: bytes) -> None:
    with pytest.raises(UsageError, match=r"^f\.json: .*gzip.*; expected a file$"):
        GIVEN.opened(data)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2025-08-25T17:04:19.9796Z", datetime(2025, 8, 25, 17, 4, 19, 979600, tzinfo=UTC)),
        ("2025-02-20T00:00:00+0000", datetime(2025, 2, 20, tzinfo=UTC)),
        ("2025-02-20T01:30:00.123456789+05:30", datetime(2025, 2, 19, 20, 0, 0, 123456, tzinfo=UTC)),
        ("2025-02-20T00:00:00-0100", datetime(2025, 2, 20, 1, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_in_utc(text: str, time: datetime) -> None:
    assert GIVEN.moment(text, "date") == time
    assert GIVEN.moment(text, "date").tzinfo is UTC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2025-02-20",
        "2025-02-20T00:00:00",
        "2025-02-20 00:00:00Z",
        "2025-02-30T00:00:00Z",
        "2025-02-20T24:00:01Z",
        "2025-02-20T::::::::Z",
        "2025-02-20T00:00:00+9900",
        "0001-01-01T00:00:00+0100",
        "9999-12-31T23:59:59-0100",
        "20250220T000000Z",
        "2025-W08-4T00:00:00Z",
        "\uff12025-02-20T00:00:00Z",
        "2025-02-20T00:00:00Z\n",
        "\ud800" * 1_000,
    ],
)
def test_what_is_no_time_is_refused_with_what_was_seen(text: str) -> None:
    with pytest.raises(UsageError) as raised:
        GIVEN.moment(text, "date")
    assert raised.value.message.startswith("f.json: its date is '")
    assert raised.value.message.endswith("; expected a time with a zone, such as 2025-02-20T00:00:00Z")
    assert raised.value.message.isprintable()


@pytest.mark.parametrize("text", ["CVE-1999-0001", "cve-2021-44228", "CVE-2024-1234567890123456789"])
def test_a_cve_id_is_one_in_either_case(text: str) -> None:
    assert re.fullmatch(CVE, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "CVE-2024-123",
        "CVE-2024-12345678901234567890",
        "CVE-24-1234",
        " CVE-2024-1234",
        "CVE-2024-1234\n",
        "CVE-\uff12024-1234",
        "GHSA-jfh8-c2jp-5v3q",
        "ALAS-2024-1234",
    ],
)
def test_anything_else_is_no_cve_id(text: str) -> None:
    assert not re.fullmatch(CVE, text)
