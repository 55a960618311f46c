"""FIRST's scores are read row by row, each of them checked, or refused with the line that is wrong."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.errors import UsageError
from gate.facts.epss import EpssScores, read_epss
from tests.facts.written import FIRST, HEADER, HOSTILE, LOG4J, OPENSSL, XZ, scores

ROWS = (f"{LOG4J},0.94358,0.99961", f"{XZ},0.8431,0.99286", f"{OPENSSL},0.8,0.9")
GOOD = scores(*ROWS)


def refused(data: bytes, file: str = "epss.csv") -> str:
    with pytest.raises(UsageError) as raised:
        read_epss(data, file)
    message, hint = raised.value.message, raised.value.hint
    assert message.isprintable()
    assert len(message) < 600
    assert "; expected " in message
    assert "https://www.first.org/epss" in hint
    return message


def why(data: bytes) -> str:
    message = refused(data)
    assert message.startswith("epss.csv: ")
    return message.removeprefix("epss.csv: ")


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_scores_are_read_plain_or_packed_with_either_line_end(pack: Callable[[bytes], bytes], end: str) -> None:
    data = pack(scores(*ROWS, end=end))
    assert read_epss(data, "epss.csv") == EpssScores(
        file="epss.csv",
        sha256=sha256(data).hexdigest(),
        scored=datetime(2026, 11, 20, tzinfo=UTC),
        scores={LOG4J: 0.94358, XZ: 0.8431, OPENSSL: 0.8},
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0.0),
        ("1", 1.0),
        ("0.0", 0.0),
        ("1.0", 1.0),
        ("00.5", 0.5),
        ("9.7e-05", 0.000097),
        ("5E-1", 0.5),
        ("1e+0", 1.0),
        ("1e-9999", 0.0),
        ("0.123456789012345678901234567890", 0.12345678901234568),
    ],
)
def test_a_probability_is_a_plain_decimal_or_has_an_exponent(text: str, value: float) -> None:
    assert read_epss(scores(f"{XZ},{text},{text}"), "e").scores == {XZ: value}


@pytest.mark.parametrize(
    "text",
    [
        *("", "-0.1", "+0.5", ".5", "1.", " 0.5", '"0.5"', "0,5", "0x1", "½", "0.\u0665"),
        *("0_1", "0.5_1", "nan", "inf", "Infinity", "1e", "0.5e", "e5", "1e-99999", "0." + "1" * 31),
    ],
)
@pytest.mark.parametrize("place", [1, 2])
def test_anything_else_is_none_and_its_line_is_named(text: str, place: int) -> None:
    fields = [OPENSSL, "0.5", "0.5"]
    fields[place] = text
    row = ",".join(fields)
    said = why(scores(*ROWS[:2], row, *ROWS[2:]))
    assert said.startswith(f"line 5 is '{row[:50]}")
    assert said.endswith("; expected a CVE id and two numbers, such as CVE-2021-44228,0.94358,0.99961")


@pytest.mark.parametrize("text", ["1.00001", "2", "94.358", "1e1", "1e9999"])
def test_a_score_above_one_is_no_probability(text: str) -> None:
    said = why(scores(f"{LOG4J},1,1", f"{XZ},{text},0.5", f"{OPENSSL},3,0.5"))
    assert said == f"line 4 has the score {text}; expected a probability from 0 to 1"


@pytest.mark.parametrize(
    "row",
    [
        "",
        " ",
        "#",
        "CVE-2024-3094",
        "CVE-2024-3094,0.5",
        "CVE-2024-3094,0.5,0.5,0.5",
        "CVE-2024-3094;0.5;0.5",
        "CVE-2024-3094,0.5,0.5 ",
        " CVE-2024-3094,0.5,0.5",
        "CVE-2024-309,0.5,0.5",
        "GHSA-jfh8-c2jp-5v3q,0.5,0.5",
        "0.5,CVE-2024-3094,0.5",
        "cve,epss,percentile",
        "CVE-2024-3094,0.5,0.5\rCVE-2024-3095,0.5,0.5",
        "CVE-2024-3094,0.5,0.5\x00",
        "CVE-2024-3094,0.5,0.5\u2028CVE-2024-3095,0.5,0.5",
        "CVE-\uff12024-3094,0.5,0.5",
    ],
)
@pytest.mark.parametrize("before", [0, 2, 3])
def test_a_line_that_is_no_row_is_refused_with_its_number(row: str, before: int) -> None:
    assert why(scores(*ROWS[:before], row, *ROWS[before:])).startswith(f"line {before + 3} is '")


def test_bytes_that_are_not_utf8_are_refused_with_their_line() -> None:
    assert why(GOOD.replace(b"0.8431", b"0.8\xff31")).startswith("line 4 is 'CVE-2024-3094,0.8")
    assert why(GOOD.replace(b"#model", b"\xff")).startswith("line 1 is '")
    assert why(GOOD.decode().encode("utf-16")).startswith("line 1 is '")


@pytest.mark.parametrize(
    "first",
    [
        "",
        HEADER,
        ROWS[0],
        "#model_version:v2025.03.14",
        "#score_date:2026-11-20T00:00:00+0000",
        "#model_version:,score_date:2026-11-20T00:00:00+0000",
        "#model_version:v2025.03.14,score_date:",
        FIRST + ",more",
        FIRST + " ",
        " " + FIRST,
        "\ufeff" + FIRST,
        FIRST[1:],
        "::error::" + "x" * 100_000,
    ],
)
def test_a_first_line_that_does_not_date_the_scores_is_refused(first: str) -> None:
    said = why(scores(*ROWS, first=first))
    assert said.startswith("line 1 is '")
    assert said.endswith("; expected #model_version:v2025.03.14,score_date:2025-03-17T00:00:00Z, or the like")


@pytest.mark.parametrize("day", ["2026-11-20", "2026-02-30T00:00:00+0000", "2026-11-20T00:00:00", "yesterday"])
def test_a_score_date_that_is_no_time_with_a_zone_is_refused(day: str) -> None:
    said = why(scores(*ROWS, first=f"#model_version:v2025.03.14,score_date:{day}"))
    assert said == f"its score_date is '{day}'; expected a time with a zone, such as 2025-02-20T00:00:00Z"


@pytest.mark.parametrize("header", ["", "invalid,header,format", "cve,epss", "cve,epss,percentile,date", ROWS[0]])
def test_another_header_is_refused(header: str) -> None:
    assert why(scores(*ROWS, header=header)) == f"line 2 is '{header}'; expected cve,epss,percentile"


def test_a_file_without_rows_is_refused() -> None:
    assert why(scores()) == "holds no scores; expected FIRST's CSV file of EPSS scores"
    assert why(b"").startswith("line 1 is ''; expected #model_version:")


def test_an_id_may_be_there_twice_with_one_score_and_not_with_two() -> None:
    again = f"{XZ.lower()},0.84310,0.1"
    assert read_epss(scores(*ROWS, again), "e").scores == {LOG4J: 0.94358, XZ: 0.8431, OPENSSL: 0.8}
    said = why(scores(*ROWS, again, f"{XZ.lower()},0.1,0.1"))
    assert said == f"{XZ} has the score 0.8431 in line 4 and 0.1 in line 7; expected one score"


def test_the_name_of_the_file_is_harmless() -> None:
    assert len(refused(b"", HOSTILE * 1_000)) < 500
    assert "##[" not in refused(b"", HOSTILE)
    assert read_epss(GOOD, HOSTILE).file.isprintable()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_scores_that_are_cut_off_inside_a_line_are_refused(end: str) -> None:
    data = scores(*ROWS, end=end)
    read: list[int] = []
    for kept in range(len(data)):
        try:
            read_epss(data[:kept], "epss.csv")
        except UsageError:
            refused(data[:kept])
        else:
            read.append(kept)
    assert read == [len(scores(*ROWS[:count], end=end)) for count in (1, 2)]


def test_the_last_line_that_was_cut_off_is_named() -> None:
    assert why(GOOD[:-1]) == "line 5 does not end: the file is cut off; expected a line break at the end"


def test_packed_scores_that_are_cut_off_anywhere_are_refused() -> None:
    data = gzip.compress(GOOD)
    for kept in range(len(data)):
        refused(data[:kept])


def test_as_many_rows_as_first_publishes_are_read() -> None:
    rows = [f"CVE-{year}-{number:04},0.{number:05},0.5" for year in range(1999, 2029) for number in range(10_000)]
    found = read_epss(scores(*rows), "e").scores
    assert (len(found), found["CVE-2028-9999"]) == (300_000, 0.09999)
    assert why(scores(*rows, "CVE-2028-9999,0.1,0.5")).startswith("CVE-2028-9999 has the score 0.09999 in line 300002")


@settings(derandomize=True, deadline=None)
@given(st.binary(max_size=200) | st.binary(max_size=60).map(lambda rows: scores() + rows))
def test_any_bytes_are_refused_and_nothing_else_happens(data: bytes) -> None:
    refused(data)


@settings(derandomize=True, deadline=None)
@given(st.text(alphabet="CVE-0123456789.,eE+-\r\n ", max_size=60))
def test_any_text_among_the_rows_gives_scores_or_is_refused(text: str) -> None:
    data = scores(ROWS[0]) + text.encode() + scores(ROWS[1])[len(scores()) :]
    try:
        found = read_epss(data, "epss.csv").scores
    except UsageError:
        refused(data)
    else:
        assert {LOG4J, XZ} <= set(found)
        assert all(0 <= score <= 1 for score in found.values())


@settings(derandomize=True, deadline=None)
@given(st.dictionaries(st.integers(1000, 9999), st.floats(0, 1), min_size=1))
def test_any_probability_that_python_writes_is_read_as_it_was(wanted: dict[int, float]) -> None:
    rows = [f"CVE-2026-{number},{score!r},0.5" for number, score in wanted.items()]
    assert read_epss(scores(*rows), "e").scores == {f"CVE-2026-{number}": score for number, score in wanted.items()}


@pytest.mark.parametrize(
    ("text", "said"), [("x" * 60, "x" * 60), ("x" * 61, "x" * 59 + "…"), ("x" * 500, "x" * 59 + "…")]
)
def test_a_line_that_is_wrong_is_cut(text: str, said: str) -> None:
    assert why(scores(*ROWS, first=text)).startswith(f"line 1 is '{said}'; expected #model_version:")
    assert why(scores(*ROWS, header=text)) == f"line 2 is '{said}'; expected {HEADER}"
    assert why(scores(text)).startswith(f"line 3 is '{said}'; expected a CVE id")


@pytest.mark.parametrize(("name", "said"), [("n" * 200, "n" * 200), ("n" * 201, "n" * 199 + "…")])
def test_the_name_of_the_file_is_cut_and_what_to_do_is_told_whole(name: str, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_epss(scores(), name)
    assert raised.value.message == f"{said}: holds no scores; expected FIRST's CSV file of EPSS scores"
    assert raised.value.hint == (
        "Get epss_scores-current.csv.gz, whole, from FIRST: https://www.first.org/epss/data_stats (plain or gzip)."
    )
    assert read_epss(GOOD, name).file == said
