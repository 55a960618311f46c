"""What the lock files pin, whatever platform or Python it is for."""

import re
from collections.abc import Iterable
from pathlib import Path

import msgspec
from packaging.utils import canonicalize_name
from packaging.version import Version


class Pin(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One version of one package."""

    name: str
    version: str

    def __str__(self) -> str:
        """Write it as a lock file does."""
        return f"{self.name}=={self.version}"


def pin(name: str, version: str) -> Pin:
    """Return a pin in the one spelling that everybody's can be compared by."""
    return Pin(name=canonicalize_name(name), version=str(Version(version)))


def pinned(lock: Path) -> frozenset[Pin]:
    """Return what a lock file pins; a marker (`; sys_platform == …`) leaves nothing out."""
    text = lock.read_text(encoding="utf-8")
    return frozenset(pin(*found) for found in re.findall(r"(?m)^([\w.-]+)==([^\s;\\]+)", text))


def layers(pins: Iterable[Pin]) -> tuple[tuple[Pin, ...], ...]:
    """Deal pins out so that no layer has two versions of a package, which nothing that reads requirements takes."""
    dealt: list[dict[str, Pin]] = []
    for one in sorted(pins):
        free = next((layer for layer in dealt if one.name not in layer), None)
        if free is None:
            dealt.append(free := {})
        free[one.name] = one
    return tuple(tuple(layer.values()) for layer in dealt)
