"""What the files say of a finding is joined to it by its CVE ids: a listing wins, Inspector's own score wins."""

from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.facts.epss import EpssScores, read_epss
from gate.facts.kev import KevCatalogue, read_kev
from gate.facts.known import DataUsed, Facts, FactsUsed
from gate.model import Finding, Kev
from tests.builders import finding
from tests.facts.written import LOG4J, OPENSSL, XZ, catalogue, entry, scores

KEV = read_kev(catalogue(entry(), entry(XZ, "2024-04-01", None), entry("CVE-2000-0001", "2020-01-01")), "kev.json")
EPSS = read_epss(scores(f"{LOG4J},0.9,1", f"{OPENSSL},0.8,1", "CVE-2000-0002,0,0"), "epss.csv")
BOTH = Facts(kev=KEV, epss=EPSS)
NO = Kev(listed=False)
LISTED = Kev(listed=True, added=date(2021, 12, 10), due=date(2021, 12, 24))
GHSA = "GHSA-jfh8-c2jp-5v3q"


def by_inspector(added: date | None = None, due: date | None = None, *, listed: bool = True) -> Kev:
    return Kev(listed=listed, added=added, due=due, source="inspector")


def test_without_files_nothing_is_known() -> None:
    found = finding(LOG4J)
    assert Facts().known(found) is found
    assert Facts().used == FactsUsed(kev=None, epss=None)


def test_both_files_are_joined_to_a_finding_and_nothing_else_changes() -> None:
    found = finding(LOG4J)
    wanted = msgspec.structs.replace(found, kev=LISTED, epss=0.9, epss_source="file")
    assert BOTH.known(found) == wanted


def test_each_file_is_of_use_without_the_other() -> None:
    known = Facts(kev=KEV).known(finding(LOG4J))
    assert (known.kev, known.epss, known.epss_source) == (LISTED, None, None)
    known = Facts(epss=EPSS).known(finding(LOG4J))
    assert (known.kev, known.epss, known.epss_source) == (None, 0.9, "file")


def test_what_the_files_do_not_hold_is_not_listed_and_has_no_score() -> None:
    known = BOTH.known(finding("CVE-2026-9999"))
    assert (known.kev, known.epss, known.epss_source) == (NO, None, None)


def test_a_score_of_zero_is_a_score() -> None:
    known = BOTH.known(finding("CVE-2000-0002"))
    assert (known.epss, known.epss_source) == (0.0, "file")


@pytest.mark.parametrize(
    ("name", "aliases"),
    [
        (GHSA, ()),
        ("ALAS-2021-1553", (GHSA, "")),
        ("CVE-2021-442", ()),
        (f" {LOG4J}", (f"{LOG4J}\n",)),
        ("code:python/x", ("\ud800" * 99,)),
    ],
)
def test_without_a_cve_id_a_finding_stays_as_it_is(name: str, aliases: tuple[str, ...]) -> None:
    found = finding(name, aliases=aliases)
    assert BOTH.known(found) is found
    told = finding(name, aliases=aliases, kev=by_inspector(), epss=0.1, epss_source="inspector")
    assert BOTH.known(told) is told


@pytest.mark.parametrize(
    ("name", "aliases"), [("cve-2021-44228", ()), (GHSA, ("Cve-2021-44228",)), (LOG4J, (LOG4J, "CVE-2026-9999"))]
)
def test_aliases_count_and_case_does_not(name: str, aliases: tuple[str, ...]) -> None:
    known = BOTH.known(finding(name, aliases=aliases))
    assert (known.kev, known.epss) == (LISTED, 0.9)


def test_of_several_ids_the_earliest_days_and_the_highest_score_are_taken() -> None:
    known = BOTH.known(finding(XZ, aliases=("CVE-2000-0001", OPENSSL, LOG4J, GHSA)))
    assert known.kev == Kev(listed=True, added=date(2020, 1, 1), due=date(2021, 12, 24))
    assert known.epss == 0.9


def test_inspectors_own_score_wins_whichever_is_higher() -> None:
    for score in (0.0, 0.1, 1.0):
        known = BOTH.known(finding(LOG4J, epss=score, epss_source="inspector"))
        assert (known.epss, known.epss_source) == (score, "inspector")


@pytest.mark.parametrize(
    ("name", "said", "known"),
    [
        (LOG4J, by_inspector(listed=False), LISTED),
        (OPENSSL, by_inspector(listed=False), by_inspector(listed=False)),
        (OPENSSL, by_inspector(date(2022, 1, 1), date(2022, 2, 1)), by_inspector(date(2022, 1, 1), date(2022, 2, 1))),
        (LOG4J, by_inspector(), by_inspector(LISTED.added, LISTED.due)),
        (LOG4J, by_inspector(date(2022, 1, 1), date(2021, 1, 1)), by_inspector(LISTED.added, date(2021, 1, 1))),
        (XZ, by_inspector(date(2024, 1, 1), date(2024, 2, 1)), by_inspector(date(2024, 1, 1), date(2024, 2, 1))),
    ],
)
def test_a_listing_wins_over_no_listing_whoever_says_it(name: str, said: Kev, known: Kev) -> None:
    assert Facts(kev=KEV).known(finding(name, kev=said)).kev == known


def test_a_finding_of_which_the_files_say_nothing_new_is_the_same_object() -> None:
    known = BOTH.known(finding(LOG4J))
    assert BOTH.known(known) is known
    told = finding(OPENSSL, kev=by_inspector(listed=False), epss=0.1, epss_source="inspector")
    assert BOTH.known(told) is told


def test_the_files_used_are_named_with_their_dates_and_sizes() -> None:
    assert BOTH.used == FactsUsed(
        kev=DataUsed(file="kev.json", sha256=KEV.sha256, dated=KEV.released, entries=3),
        epss=DataUsed(file="epss.csv", sha256=EPSS.sha256, dated=EPSS.scored, entries=3),
    )
    assert Facts(kev=KEV).used == FactsUsed(kev=BOTH.used.kev)
    assert Facts(epss=EPSS).used == FactsUsed(epss=BOTH.used.epss)


def test_the_files_used_are_written_and_read_back_strictly() -> None:
    written = msgspec.json.encode(BOTH.used)
    assert msgspec.json.decode(written, type=FactsUsed) == BOTH.used
    for changed in (written.replace(b'"file"', b'"name"'), written.replace(b'"kev"', b'"KEV"'), written[:-1]):
        with pytest.raises(msgspec.DecodeError):
            msgspec.json.decode(changed, type=FactsUsed)
    bare = DataUsed(file="f", sha256="0", dated=datetime(2026, 1, 1), entries=1)  # noqa: DTZ001 - which is the point
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(bare), type=DataUsed)


IDS = (LOG4J, XZ, OPENSSL, "cve-2000-0001", "CVE-2000-0002", GHSA)
DAYS = st.none() | st.dates(date(2020, 1, 1), date(2026, 1, 1))
LISTINGS = st.none() | st.builds(
    Kev, listed=st.booleans(), added=DAYS, due=DAYS, source=st.sampled_from(["file", "inspector"])
)
FINDINGS = st.builds(
    lambda ids, kev, epss: finding(
        ids[0], aliases=tuple(ids[1:]), kev=kev, epss=epss, epss_source=None if epss is None else "inspector"
    ),
    st.lists(st.sampled_from(IDS), min_size=1, max_size=4),
    LISTINGS,
    st.none() | st.floats(0, 1),
)


def listed(found: Finding) -> bool:
    return found.kev is not None and found.kev.listed


@settings(derandomize=True, deadline=None)
@given(FINDINGS)
def test_knowing_more_never_takes_back_what_was_known(found: Finding) -> None:
    known = BOTH.known(found)
    assert listed(known) >= listed(found)
    assert known.epss == found.epss or found.epss is None
    assert (known.epss is None) == (known.epss_source is None)
    assert BOTH.known(known) is known
    assert msgspec.structs.replace(known, kev=found.kev, epss=found.epss, epss_source=found.epss_source) == found


@settings(derandomize=True, deadline=None)
@given(FINDINGS, st.sampled_from(IDS[:5]), DAYS)
def test_an_entry_more_in_the_catalogue_never_says_less(found: Finding, name: str, due: date | None) -> None:
    more = {**KEV.entries, name.upper(): Kev(listed=True, due=due)}
    larger = KevCatalogue(file="k", sha256="0", released=datetime(2026, 1, 1, tzinfo=UTC), entries=more)
    before, after = Facts(kev=KEV).known(found), Facts(kev=larger).known(found)
    assert listed(after) >= listed(before)


@settings(derandomize=True, deadline=None)
@given(FINDINGS, st.sampled_from(IDS[:5]), st.floats(0, 1))
def test_a_higher_score_in_the_file_is_never_a_lower_one_of_a_finding(found: Finding, name: str, score: float) -> None:
    higher = {**EPSS.scores, name.upper(): max(score, EPSS.scores.get(name.upper(), 0.0))}
    larger = EpssScores(file="e", sha256="0", scored=datetime(2026, 1, 1, tzinfo=UTC), scores=higher)
    before, after = Facts(epss=EPSS).known(found).epss, Facts(epss=larger).known(found).epss
    assert before is None or (after is not None and after >= before)


@settings(derandomize=True, deadline=None)
@given(FINDINGS)
def test_the_order_of_the_ids_is_of_no_account(found: Finding) -> None:
    ids = (found.id, *found.aliases)
    turned = msgspec.structs.replace(found, id=ids[-1], aliases=ids[-2::-1])
    one, other = BOTH.known(found), BOTH.known(turned)
    assert (one.kev, one.epss) == (other.kev, other.epss)
