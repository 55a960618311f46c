"""A policy with its origin, and the policy that --max makes."""

import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from gate.errors import UsageError
from gate.policy.cases import Case
from gate.policy.clauses import VexChoice
from gate.policy.loaded import Loaded, canonical, from_maxima, name_of
from gate.policy.loader import load, loads
from gate.policy.vex_document import VexDocument
from tests.builders import NOW, policy
from tests.policy.written import statement

SEVERITIES = "critical, high, medium, low, informational, unknown"


def test_maxima_make_a_policy_of_their_own() -> None:
    loaded = from_maxima(("critical=0", "high=5", "low=unlimited"))
    assert (loaded.name, loaded.files, loaded.policy.version) == ("--max", (), 1)
    limits = loaded.policy.max
    assert (limits.critical, limits.high, limits.medium, limits.low, limits.unknown) == (
        0,
        5,
        "unlimited",
        "unlimited",
        0,
    )
    assert loaded.sha256 == sha256(canonical(loaded.policy)).hexdigest()


def test_the_order_of_maxima_changes_nothing() -> None:
    assert from_maxima(("critical=0", "high=5")) == from_maxima(("high=5", "critical=0"))


def test_other_maxima_have_another_hash() -> None:
    assert from_maxima(("high=5",)).sha256 != from_maxima(("high=6",)).sha256


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        (("critical",), "--max 'critical': expected SEVERITY=N, such as critical=0"),
        (("",), "--max '': expected SEVERITY=N, such as critical=0"),
        (("critcal=0",), "--max 'critcal=0': unknown severity 'critcal'; did you mean 'critical'?"),
        (("CRITICAL=0",), "--max 'CRITICAL=0': unknown severity 'CRITICAL'; did you mean 'critical'?"),
        (("x=0",), f"--max 'x=0': unknown severity 'x'; known are {SEVERITIES}"),
        (("=0",), f"--max '=0': unknown severity ''; known are {SEVERITIES}"),
        (("high=5", "high=5"), "--max high: given twice"),
        *(
            (
                (f"high={number}",),
                f"--max high: got '{number.strip()}'; expected a whole number from 0 to 1000000, or `unlimited`",
            )
            for number in ("", "-1", "+1", "1.0", "007", "1e3", "many", "1000001", "5,low=3", "٣", " 5", "9" * 50)
        ),
        ((), "--max: limits nothing; expected at least one number, such as --max critical=0"),
        (
            ("high=unlimited", "low=unlimited"),
            "--max: limits nothing; expected at least one number, such as --max critical=0",
        ),
    ],
)
def test_what_is_no_maximum_is_refused_with_the_option(pairs: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)) as caught:
        from_maxima(pairs)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("pairs", "hint"),
    [
        (("high=5", "high=5"), "Give each severity once."),
        (("high=5,low=3",), "To limit several severities, repeat --max."),
        ((), "For a report that never fails use a policy with `mode: warn`."),
        (("high",), ""),
        (("x=0",), ""),
    ],
)
def test_a_maximum_that_is_refused_says_what_to_do(pairs: tuple[str, ...], hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        from_maxima(pairs)
    assert caught.value.hint == hint


def test_a_hostile_maximum_stays_on_one_short_line() -> None:
    with pytest.raises(UsageError) as caught:
        from_maxima(("\x1b[31m\n::error::" + "\udcff" * 1_000_000,))
    assert len(caught.value.message) < 200
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("number", [0, 7, 999_999, 1_000_000])
def test_maxima_go_up_to_a_million(number: int) -> None:
    assert from_maxima((f"low={number}",)).policy.max.low == number


def test_places_are_lines_of_the_file() -> None:
    loaded = loads(b"version: 1\nmax:\n  high: 0\nignore:\n- id: a\n  reason: r\n- reason: r\n  id: b\n", file="p.yaml")
    assert loaded.place() == "p.yaml:1"
    assert loaded.place("max", "high") == "p.yaml:3"
    assert loaded.place("ignore", 0) == "p.yaml:5"
    assert loaded.place("ignore", 1, "id") == "p.yaml:8"
    assert loaded.place("ignore", 1, "owner") == "p.yaml:7"


def test_without_a_file_the_place_is_the_option() -> None:
    loaded = from_maxima(("high=0",))

    assert (loaded.place("max", "high"), loaded.folder_of("baseline", "image")) == ("--max", ".")


@pytest.fixture
def layered(tmp_path: Path) -> Callable[..., Loaded]:
    """Return what loads policies, each of which extends the one before; all lie in folders of their own."""

    def loading(*texts: str) -> Loaded:
        above = ""
        for number, text in enumerate(texts):
            file = tmp_path / str(number) / "p.yaml"
            file.parent.mkdir(exist_ok=True)
            file.write_text(f"version: 1\n{above}\n{text}\n")
            above = f"extends: ../{number}/p.yaml"
        return load(tmp_path / str(len(texts) - 1) / "p.yaml", tmp_path)

    return loading


def places(loaded: Loaded, *path: str | int) -> str:
    """Return a place with the number of the layer instead of its folder."""
    return "/".join(loaded.place(*path).split("/")[-2:])


def test_a_part_stands_in_the_file_that_says_it(layered: Callable[..., Loaded]) -> None:
    loaded = layered(
        "max:\n  high: 5\n  low: 9\nmode: enforce\nscan: {max_age: 24h}",
        "max: {high: 3}\nscan: {max_data_age: 24h}",
        "name: mine",
    )

    assert places(loaded) == "2/p.yaml:1"
    assert places(loaded, "max", "high") == "1/p.yaml:3"
    assert places(loaded, "max", "low") == "0/p.yaml:5"
    assert places(loaded, "mode") == "0/p.yaml:6"
    assert places(loaded, "scan", "max_age") == "0/p.yaml:7"
    assert places(loaded, "scan", "max_data_age") == "1/p.yaml:4"
    assert places(loaded, "name") == "2/p.yaml:3"
    assert places(loaded, "grace") == "2/p.yaml:1"


def test_an_entry_of_a_list_that_is_joined_stands_where_it_was_written(layered: Callable[..., Loaded]) -> None:
    entries = "ignore:\n- {id: a, reason: r}\n- {id: b, reason: r}"
    override = "overrides:\n- for: {env: x}\n  max: {low: 0}\n"
    loaded = layered(f"max: {{low: 5}}\n{entries}\n{override}", "name: x", f"{override}{entries}")

    assert [places(loaded, "ignore", index, "id") for index in range(4)] == [
        "0/p.yaml:5",
        "0/p.yaml:6",
        "2/p.yaml:7",
        "2/p.yaml:8",
    ]
    assert [places(loaded, "overrides", index, "max", "low") for index in range(2)] == ["0/p.yaml:9", "2/p.yaml:5"]
    assert places(loaded, "ignore", 4, "id") == "2/p.yaml:7"
    assert [places(loaded, "ignore", index) for index in (1, 2)] == ["0/p.yaml:6", "2/p.yaml:7"]
    assert [places(loaded, key) for key in ("ignore", "overrides")] == ["2/p.yaml:7", "2/p.yaml:4"]
    assert [entry.id for entry in loaded.policy.ignore] == ["a", "b", "a", "b"]


def test_a_rule_stands_where_it_was_written_last(layered: Callable[..., Loaded]) -> None:
    loaded = layered(
        "rules:\n- {name: a, when: {kev: true}}\n- {name: b, when: {kev: true}, max: 5}",
        "rules:\n- {name: c, when: {kev: true}}\n- {name: b, when: {kev: true}, max: 4}",
    )

    assert [rule.name for rule in loaded.policy.rules] == ["a", "b", "c"]
    assert [places(loaded, "rules", index, "when") for index in range(3)] == ["0/p.yaml:4", "1/p.yaml:5", "1/p.yaml:4"]
    assert [places(loaded, "rules", index) for index in range(3)] == ["0/p.yaml:4", "1/p.yaml:5", "1/p.yaml:4"]
    assert places(loaded, "rules") == "1/p.yaml:4"


def test_what_a_rule_says_stands_where_the_rule_says_it(layered: Callable[..., Loaded]) -> None:
    loaded = layered("rules:\n- name: a\n  when: {kev: true}\n  max: 5", "name: x")

    assert [places(loaded, "rules", 0, key) for key in ("name", "when", "max")] == [
        "0/p.yaml:4",
        "0/p.yaml:5",
        "0/p.yaml:6",
    ]


@pytest.mark.parametrize("child", ["name: x", "baseline: {image: base.json, missing: no_verdict}"])
def test_the_path_of_a_baseline_is_relative_to_the_file_that_is_extended(
    layered: Callable[..., Loaded], child: str
) -> None:
    loaded = layered("max: {low: 0}\nbaseline: {image: base.json}", child)

    assert Path(loaded.folder_of("baseline", "image")).resolve().name == "0"


def test_a_path_is_relative_to_the_file_that_says_it_whatever_others_say(layered: Callable[..., Loaded]) -> None:
    loaded = layered("max: {low: 0}\ngrace: {low: 1d}", "max: {low: 0}")

    assert Path(loaded.folder_of("grace", "low")).resolve().name == "0"
    assert Path(loaded.folder_of("max", "low")).resolve().name == "0"

    loaded = layered("max: {low: 0}", "max: {high: 0}")

    assert Path(loaded.folder_of("max", "high")).resolve().name == "1"


def test_the_verdict_document_gets_what_was_used() -> None:
    written = policy(lock=("mode",), extends="b.yaml", tests=(Case(name="a", expect="pass"),), mode="warn")
    used = Loaded(policy=written, name="a", files=("a.yaml",), sha256="0" * 64).used

    assert (used.name, used.files, used.sha256, used.vex) == ("a", ("a.yaml",), "0" * 64, ())
    assert used.resolved == policy(mode="warn")


@pytest.mark.parametrize(
    ("name", "file", "expected"),
    [("mine", "a/b.yaml", "mine"), (None, "a/b.prod.yaml", "b.prod"), (None, ".yaml", ".yaml"), (None, "", "policy")],
)
def test_a_policy_is_called_by_its_name_or_its_file(name: str | None, file: str, expected: str) -> None:
    assert name_of(policy(name=name), file) == expected


@pytest.mark.parametrize(
    ("authors", "ids"), [(None, ["CVE-1", "CVE-2"]), (("a",), ["CVE-1"]), (("*",), ["CVE-1", "CVE-2"]), (("A",), [])]
)
def test_the_statements_that_count_are_those_of_the_authors_named(
    authors: tuple[str, ...] | None, ids: list[str]
) -> None:
    documents = tuple(
        VexDocument(
            file=f"{author}.json",
            sha256="0" * 64,
            author=author,
            timestamp=NOW,
            statements=(statement(author=author, ids=(name,)),),
        )
        for author, name in (("a", "CVE-1"), ("b", "CVE-2"))
    )
    rules = policy(vex=VexChoice(files=("*.json",), authors=authors))
    loaded = Loaded(policy=rules, name="a", files=(), sha256="0" * 64, vex=documents)

    assert [one.ids[0] for one in loaded.statements] == ids
    assert [(one.file, one.statements) for one in loaded.used.vex] == [("a.json", 1), ("b.json", 1)]
    assert len(Loaded(policy=policy(), name="a", files=(), sha256="0" * 64, vex=documents).statements) == 2
