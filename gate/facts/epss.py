"""FIRST's EPSS scores: how probable it is that a vulnerability is exploited within 30 days, from its daily CSV file."""

import re
from datetime import datetime
from hashlib import sha256

from msgspec import Struct

from gate.facts.data_file import CVE, DataFile
from gate.plain import one_line

_FIRST = re.compile(r"#model_version:[\w.+-]{1,60},score_date:([!-+\--~]{1,60})", re.ASCII)
_HEADER = "cve,epss,percentile"
# NOTE: each text has one reading or two, not many: a hostile file of 64 MiB must not take minutes to refuse.
_NUMBER = r"(?:0\.[0-9]{1,30}|[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[Ee][-+]?[0-9]{1,4})?)"
_ROW = re.compile(rf"^({CVE}),({_NUMBER}),{_NUMBER}$", re.MULTILINE)
_AN_EXAMPLE = "such as CVE-2021-44228,0.94358,0.99961"
_HINT = "Get epss_scores-current.csv.gz, whole, from FIRST: https://www.first.org/epss/data_stats (plain or gzip)."


class EpssScores(Struct, frozen=True, kw_only=True):
    """The scores of one day, as one file holds them."""

    file: str
    sha256: str
    """Of the file as it was given, packed or not."""
    scored: datetime
    scores: dict[str, float]
    """Probabilities (0 to 1) by CVE id in upper case."""


def read_epss(data: bytes, file: str) -> EpssScores:
    """Read the scores from the bytes of `file`, plain or gzip; UsageError names the line that is none of FIRST's.

    A plain CSV file that was cut off at the end of a line cannot be told from a whole one: it declares no number of
    rows. One that was cut off inside a line, or packed and cut off anywhere, is refused.
    """
    given = DataFile(name=one_line(file, 200), expected="FIRST's CSV file of EPSS scores", hint=_HINT)
    # NOTE: no row holds a replaced character, so that one that is not UTF-8 is refused by its line.
    text = given.opened(data).decode("utf-8", "replace").replace("\r\n", "\n")
    first, _, rest = text.partition("\n")
    header, _, body = rest.partition("\n")
    dated = _FIRST.fullmatch(first)
    if not dated:
        seen = f"line 1 is {one_line(first, 60)!r}"
        raise given.fault(seen, "#model_version:v2025.03.14,score_date:2025-03-17T00:00:00Z, or the like")
    if header != _HEADER:
        raise given.fault(f"line 2 is {one_line(header, 60)!r}", _HEADER)
    return EpssScores(
        file=given.name,
        sha256=sha256(data).hexdigest(),
        scored=given.moment(dated[1], "score_date"),
        scores=_scores(body, given),
    )


def _scores(body: str, given: DataFile) -> dict[str, float]:
    if not body:
        raise given.fault("holds no scores")
    if not body.endswith("\n"):
        last = body.count("\n") + 3
        raise given.fault(f"line {last} does not end: the file is cut off", "a line break at the end")
    # NOTE: all rows in one go, then told to be all by their number: line by line takes three times as long (measured).
    rows: list[tuple[str, str]] = _ROW.findall(body)
    if len(rows) != body.count("\n"):
        raise _no_row(body, given)
    scores = {cve.upper(): float(score) for cve, score in rows}
    if len(scores) != len(rows):
        _refuse_two_scores(rows, given)
    if max(scores.values()) > 1:
        number = next(number for number, (_, score) in enumerate(rows, start=3) if float(score) > 1)
        raise given.fault(f"line {number} has the score {rows[number - 3][1]}", "a probability from 0 to 1")
    return scores


def _no_row(body: str, given: DataFile) -> Exception:
    lines = enumerate(body.split("\n"), start=3)
    number, line = next((number, line) for number, line in lines if not _ROW.fullmatch(line))
    return given.fault(f"line {number} is {one_line(line, 60)!r}", f"a CVE id and two numbers, {_AN_EXAMPLE}")


def _refuse_two_scores(rows: list[tuple[str, str]], given: DataFile) -> None:
    lines: dict[str, tuple[int, float]] = {}
    for number, (cve, text) in enumerate(rows, start=3):
        score = float(text)
        earlier, other = lines.setdefault(cve.upper(), (number, score))
        if other != score:
            raise given.fault(
                f"{cve.upper()} has the score {other} in line {earlier} and {score} in line {number}", "one score"
            )
