"""CISA's catalogue of known exploited vulnerabilities (KEV), from the JSON file that CISA publishes."""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime
from hashlib import sha256

import msgspec
from msgspec import Struct, field

from gate.facts.data_file import CVE, DataFile
from gate.model import Kev
from gate.plain import one_line

_CVE = re.compile(CVE)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EXPECTED = "CISA's catalogue, known_exploited_vulnerabilities.json"
_HINT = (
    "Get it from CISA: https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json "
    "(plain or gzip)."
)


class KevCatalogue(Struct, frozen=True, kw_only=True):
    """The catalogue as one file holds it: what is not in `entries` is not listed."""

    file: str
    sha256: str
    """Of the file as it was given, packed or not."""
    released: datetime
    entries: dict[str, Kev]
    """By CVE id in upper case."""


class _Entry(Struct, frozen=True, kw_only=True, gc=False):
    """An entry, as far as it is read."""

    cve: str = field(name="cveID")
    added: str = field(name="dateAdded")
    due: str | None = field(name="dueDate", default=None)


class _Catalogue(Struct, frozen=True, kw_only=True):
    """The file, as far as it is read."""

    released: str = field(name="dateReleased")
    count: int
    vulnerabilities: tuple[_Entry, ...]


_CATALOGUE = msgspec.json.Decoder(_Catalogue)


def read_kev(data: bytes, file: str) -> KevCatalogue:
    """Read the catalogue from the bytes of `file`, plain or gzip; UsageError says in one line why they are none.

    One that does not hold as many entries as it declares is refused: it would say "not listed" of what is listed.
    """
    given = DataFile(name=one_line(file, 200), expected=_EXPECTED, hint=_HINT)
    found = _decoded(given.opened(data), given)
    holds = len(found.vulnerabilities)
    if found.count != holds:
        declared = one_line(str(found.count), 20)
        raise given.fault(f"declares {declared} entries and holds {holds}", "all entries of CISA's catalogue")
    if not holds:
        raise given.fault("lists no vulnerability")
    return KevCatalogue(
        file=given.name,
        sha256=sha256(data).hexdigest(),
        released=given.moment(found.released, "dateReleased"),
        entries=_entries(found.vulnerabilities, given),
    )


def earliest(listings: Iterable[Kev]) -> Kev:
    """Return the first of listings of one vulnerability, with the earliest days that any of them knows."""
    every = tuple(listings)
    return msgspec.structs.replace(
        every[0],
        added=min((kev.added for kev in every if kev.added), default=None),
        due=min((kev.due for kev in every if kev.due), default=None),
    )


def _decoded(data: bytes, given: DataFile) -> _Catalogue:
    try:
        # NOTE: msgspec looks only at the text that it keeps; what it skips may not be UTF-8.
        data.decode("utf-8")
        return _CATALOGUE.decode(data)
    except UnicodeDecodeError as err:
        raise given.fault(f"is not UTF-8 (byte {err.start + 1} is 0x{data[err.start]:02x})") from err
    except msgspec.ValidationError as err:
        raise given.fault(f"is no such catalogue ({one_line(str(err), 200)})") from err
    except msgspec.DecodeError as err:
        raise given.fault(f"is not JSON, or cut off ({one_line(str(err), 200)})") from err
    except RecursionError as err:
        raise given.fault("is nested too deep for a catalogue") from err


def _entries(listed: tuple[_Entry, ...], given: DataFile) -> dict[str, Kev]:
    entries: dict[str, Kev] = {}
    for number, entry in enumerate(listed, start=1):
        if not _CVE.fullmatch(entry.cve):
            seen = f"cveID of entry {number} is {one_line(entry.cve, 60)!r}"
            raise given.fault(seen, "a CVE id such as CVE-2021-44228")
        name = entry.cve.upper()
        kev = Kev(
            listed=True,
            added=_day(entry.added, f"dateAdded of entry {number} ({name})", given),
            due=None if entry.due is None else _day(entry.due, f"dueDate of entry {number} ({name})", given),
        )
        entries[name] = earliest((entries[name], kev)) if name in entries else kev
    return entries


def _day(text: str, name: str, given: DataFile) -> date:
    with suppress(ValueError):
        # NOTE: alone, fromisoformat takes 20250230 and 2025-W09-7 too.
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    raise given.fault(f"{name} is {one_line(text, 60)!r}", "a day such as 2025-08-25")
