"""Builders of the files of facts: CISA's catalogue and FIRST's scores, as bytes, with only what a test is about."""

import json
from typing import Any

RELEASED = "2026-11-19T17:04:19.9796Z"
FIRST = "#model_version:v2025.03.14,score_date:2026-11-20T00:00:00+0000"
HEADER = "cve,epss,percentile"
LOG4J, XZ, OPENSSL = "CVE-2021-44228", "CVE-2024-3094", "CVE-2022-3602"
HOSTILE = "x\x1b[31m::error::y##[error]\ud800\n.json"


def entry(cve: Any = LOG4J, added: Any = "2021-12-10", due: Any = "2021-12-24", **fields: Any) -> dict[str, Any]:
    """Return an entry of the catalogue; a field that is None is left out."""
    filled = {
        "cveID": cve,
        "vendorProject": "Apache",
        "product": "Log4j2",
        "vulnerabilityName": "Apache Log4j2 Remote Code Execution Vulnerability",
        "dateAdded": added,
        "shortDescription": "A made-up description, with a letter outside of ASCII: é.",
        "requiredAction": "Apply updates per vendor instructions.",
        "dueDate": due,
        "cwes": ["CWE-20"],
        **fields,
    }
    return {name: value for name, value in filled.items() if value is not None}


def catalogue(*entries: Any, **fields: Any) -> bytes:
    """Return the catalogue with these entries; a field that is None is left out."""
    filled = {
        "title": "CISA Catalog of Known Exploited Vulnerabilities",
        "catalogVersion": "2026.11.19",
        "dateReleased": RELEASED,
        "count": len(entries),
        "vulnerabilities": list(entries),
        **fields,
    }
    return json.dumps({name: value for name, value in filled.items() if value is not None}, ensure_ascii=False).encode()


def scores(*rows: str, first: str = FIRST, header: str = HEADER, end: str = "\n") -> bytes:
    """Return the CSV file with these rows, every line ended with `end`."""
    return "".join(f"{line}{end}" for line in (first, header, *rows)).encode()
