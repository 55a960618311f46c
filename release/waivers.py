"""Known vulnerabilities of pinned packages that are lived with for a while: requirements/waived.toml."""

import tomllib
from collections.abc import Container
from datetime import date
from pathlib import Path

import msgspec

from release.pins import Pin


class Waiver(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of them: which, why, and the last day on which it may be."""

    id: str
    package: str
    version: str
    reason: str
    until: date

    @property
    def pin(self) -> Pin:
        """The one version that it is about: a waiver does not follow to the next."""
        return Pin(name=self.package, version=self.version)


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    waived: tuple[Waiver, ...] = ()


def read(file: Path) -> tuple[Waiver, ...]:
    """Return the waivers of a file; one that is not written as it should be is a ValueError."""
    return msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), _File).waived


def stale(waivers: tuple[Waiver, ...], pins: Container[Pin], today: date) -> list[str]:
    """Say which waivers are over, or about nothing that is pinned; nobody need be asked for that."""
    over = [f"{one.id} of {one.pin}: waived until {one.until}, which is over" for one in waivers if one.until < today]
    idle = [f"{one.id} of {one.pin}: waived, but no lock file pins that" for one in waivers if one.pin not in pins]
    return over + idle
