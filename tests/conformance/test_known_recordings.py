"""The catalogue as CISA published it and scores as FIRST did, and what others made of them: read, or refused."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from gate.cli.known import read_facts
from gate.errors import UsageError
from gate.facts.known import Facts
from gate.model import Kev
from tests.builders import finding
from tests.conformance.validators import SHARED, needs_shared

pytestmark = needs_shared
CORPUS = Path(SHARED, "corpus")
CATALOGUE = str(CORPUS / "kev" / "cisa-kev-2025.08.25.json")
SCORES = str(CORPUS / "epss" / "vunnel-example-1.csv")
GIT = Kev(listed=True, added=date(2025, 8, 25), due=date(2025, 9, 15))


@pytest.fixture(scope="module")
def facts() -> Facts:
    return read_facts(CATALOGUE, SCORES)


def test_the_whole_catalogue_is_read(facts: Facts) -> None:
    assert facts.kev is not None
    assert facts.kev.released == datetime(2025, 8, 25, 17, 4, 19, 979600, tzinfo=UTC)
    assert (len(facts.kev.entries), facts.kev.entries["CVE-2025-48384"]) == (1404, GIT)
    assert all(kev.listed and kev.added and kev.due for kev in facts.kev.entries.values())


def test_the_scores_are_read(facts: Facts) -> None:
    assert facts.epss is not None
    assert facts.epss.scored == datetime(2025, 2, 20, tzinfo=UTC)
    assert facts.epss.scores == {
        "CVE-1999-0001": 0.00383,
        "CVE-1999-0002": 0.01328,
        "CVE-1999-0003": 0.04409,
        "CVE-1999-0004": 0.00917,
        "CVE-1999-0005": 0.91963,
    }


def test_findings_are_known_by_them(facts: Facts) -> None:
    assert facts.known(finding("CVE-2025-48384")).kev == GIT
    known = facts.known(finding("GHSA-aaaa-bbbb-cccc", aliases=("CVE-1999-0005",)))
    assert (known.kev, known.epss, known.epss_source) == (Kev(listed=False), 0.91963, "file")
    assert facts.used.kev is not None
    assert (facts.used.kev.file[-24:], facts.used.kev.entries) == ("cisa-kev-2025.08.25.json", 1404)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("vunnel-valid-catalog-1.json", "declares 1273 entries and holds 3"),
        ("cisa-kev-schema.json", "is no such catalogue"),
        ("vunnel-single-entry.json", "is no such catalogue"),
        ("../epss/vunnel-example-1.csv", "is not JSON"),
    ],
)
def test_a_file_that_is_no_whole_catalogue_is_refused(file: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_facts(str(CORPUS / "kev" / file), None)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("vunnel-invalid-header.csv", r"line 2 is 'invalid,header,format'; expected cve,epss,percentile"),
        ("../kev/cisa-kev-2025.08.25.json", "line 1 is '{'"),
    ],
)
def test_a_file_that_holds_no_scores_is_refused(file: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_facts(None, str(CORPUS / "epss" / file))
