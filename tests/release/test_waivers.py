"""Waivers of known vulnerabilities: strictly read, for one version, and not for ever."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from release.pins import Pin, layers, pinned
from release.waivers import Waiver, read, stale

ROOT = Path(__file__).parents[2]
SIX = Pin(name="six", version="1.17.0")
LAST_DAY = date(2026, 11, 20)
WAIVER = Waiver(id="CVE-2026-1", package="six", version="1.17.0", reason="tests", until=LAST_DAY)
GOOD = '[[waived]]\nid = "CVE-2026-1"\npackage = "six"\nversion = "1.17.0"\nreason = "tests"\nuntil = 2026-11-20\n'


def test_the_projects_own_file_is_one() -> None:
    assert all(one.reason for one in read(ROOT / "requirements" / "waived.toml"))


def test_a_waiver_is_read_as_it_stands(tmp_path: Path) -> None:
    place = tmp_path / "waived.toml"
    place.write_text(GOOD, encoding="utf-8")

    assert read(place) == (WAIVER,)


@pytest.mark.parametrize(
    ("before", "after"),
    [("2026-11-20", '"soon"'), ("until = 2026-11-20\n", ""), ("reason =", "because ="), ("reason =", "reason ="[:-1])],
)
def test_a_waiver_without_an_end_or_with_a_word_that_nobody_knows_is_refused(
    tmp_path: Path, before: str, after: str
) -> None:
    place = tmp_path / "waived.toml"
    place.write_text(GOOD.replace(before, after), encoding="utf-8")

    with pytest.raises(ValueError, match=r"Object|Expected|Invalid"):
        read(place)


@pytest.mark.parametrize(
    ("waiver", "today", "said"),
    [
        (WAIVER, LAST_DAY, []),
        (WAIVER, date(2026, 11, 21), ["CVE-2026-1 of six==1.17.0: waived until 2026-11-20, which is over"]),
        (
            msgspec.structs.replace(WAIVER, version="1.16.0"),
            LAST_DAY,
            ["CVE-2026-1 of six==1.16.0: waived, but no lock file pins that"],
        ),
    ],
)
def test_a_waiver_is_stale_after_its_last_day_or_when_its_version_is_gone(
    waiver: Waiver, today: date, said: list[str]
) -> None:
    assert stale((waiver,), {SIX}, today) == said


def test_pins_are_read_whatever_platform_they_are_for(tmp_path: Path) -> None:
    lock = tmp_path / "runtime.txt"
    lock.write_text(
        "# six==1.0\nSix==1.17.0 \\\n    --hash=sha256:00\nsix==1.16.0 ; os_name == 'nt' \\\n", encoding="utf-8"
    )

    assert pinned(lock) == {SIX, Pin(name="six", version="1.16.0")}


def test_no_layer_has_two_versions_of_a_package_and_none_is_lost() -> None:
    pins = {SIX, Pin(name="six", version="1.16.0"), Pin(name="rich", version="15.0.0")}

    dealt = layers(pins)

    assert {one for layer in dealt for one in layer} == pins
    assert [len({one.name for one in layer}) for layer in dealt] == [len(layer) for layer in dealt] == [2, 1]
