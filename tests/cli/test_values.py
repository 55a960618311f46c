"""The values of options: what is read, and one short line for what cannot be."""

from datetime import UTC, datetime

import click
import pytest

from gate.cli.values import DIGEST, REGION, REGISTRY_ID, DurationValue, Lines, TimeValue
from gate.plain import neutral
from gate.policy.scalars import Duration

HOSTILE = "\x1b[31m\n::error::x\r##[error]" + "y" * 100_000


def refused(kind: click.ParamType[object], value: str) -> str:
    with pytest.raises(click.BadParameter) as caught:
        kind.convert(value, None, None)
    return caught.value.message


@pytest.mark.parametrize(
    ("text", "seconds"), [("0s", 0), ("90s", 90), ("15m", 900), ("1h30m", 5_400), ("2w", 1_209_600)]
)
def test_a_duration_is_read_as_the_policy_reads_it(text: str, seconds: int) -> None:
    assert DurationValue().convert(text, None, None) == Duration(seconds)


def test_a_duration_that_was_read_stays() -> None:
    assert DurationValue().convert(Duration(7), None, None) == Duration(7)


@pytest.mark.parametrize("text", ["", "5", "m", "-5m", "5 m", "1.5h", "5M", "\u0665m", "101w9999999d", HOSTILE])
def test_a_duration_that_is_none_is_refused(text: str) -> None:
    assert "expected a duration" in refused(DurationValue(), text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20T12:00:00Z", datetime(2026, 11, 20, 12, tzinfo=UTC)),
        ("2026-11-20T14:00:00+02:00", datetime(2026, 11, 20, 12, tzinfo=UTC)),
        ("2026-11-20T12:00", datetime(2026, 11, 20, 12, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        (" 2026-11-20T12:00:00Z\n", datetime(2026, 11, 20, 12, tzinfo=UTC)),
    ],
)
def test_a_time_without_a_zone_is_utc(text: str, expected: datetime) -> None:
    read = TimeValue().convert(text, None, None)

    assert read == expected
    assert read.tzinfo is UTC
    assert TimeValue().convert(read, None, None) is read


@pytest.mark.parametrize("text", ["", "noon", "1700000000", "2026-13-01", "0001-01-01T00:00:00+23:00", HOSTILE])
def test_a_time_that_is_none_is_refused(text: str) -> None:
    assert refused(TimeValue(), text).endswith("expected a time such as 2026-11-20T12:00:00Z")


@pytest.mark.parametrize("region", ["eu-west-1", "us-gov-east-1", "cn-north-1", "us-iso-east-1", "eusc-de-east-1"])
def test_regions_of_all_partitions_are_taken(region: str) -> None:
    assert REGION.convert(region, None, None) == region


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (REGION, "", "the name of a region such as eu-west-1"),
        (REGION, "eu-west", "the name of a region such as eu-west-1"),
        (REGION, "EU-WEST-1", "the name of a region such as eu-west-1"),
        (REGION, "eu-west-1.evil.example/#", "the name of a region such as eu-west-1"),
        (REGION, "eu-west-1\n", "the name of a region such as eu-west-1"),
        (REGISTRY_ID, "12345678901", "the 12 digits of an AWS account"),
        (REGISTRY_ID, "1234-5678-9012", "the 12 digits of an AWS account"),
        (REGISTRY_ID, "\u0661" * 12, "the 12 digits of an AWS account"),
        (DIGEST, "sha256:" + "A" * 64, "sha256: and 64 hexadecimal digits"),
        (DIGEST, "a" * 64, "sha256: and 64 hexadecimal digits"),
    ],
)
def test_a_text_of_another_form_is_refused_with_the_form(kind: click.ParamType[str], text: str, expected: str) -> None:
    assert refused(kind, text).endswith(f"expected {expected}")


@pytest.mark.parametrize("kind", [DurationValue(), TimeValue(), REGION, REGISTRY_ID, DIGEST])
def test_a_hostile_value_is_shown_harmless_and_short(kind: click.ParamType[object]) -> None:
    message = refused(kind, HOSTILE)

    assert len(message) < 200
    assert neutral(message) == message
    assert "\n" not in message


def test_variables_hold_one_text_a_line() -> None:
    split = Lines().split_envvar_value

    assert split("json=my report.json\n\n  sarif=b.sarif \r\n") == ["json=my report.json", "sarif=b.sarif"]
    assert split(" \n ") == []
    assert Lines().convert("a b", None, None) == "a b"
