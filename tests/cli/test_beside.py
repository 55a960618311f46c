"""What is judged beside policy and scans: options that fit the policy, facts that it asks for, and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from gate.cli.beside import check_env, files_of, given
from gate.cli.evidence import Access
from gate.errors import PolicyError, UsageError
from gate.model import Kind, Refusal, Scan
from gate.policy.loader import Loaded, from_maxima, load, loads
from gate.policy.verdict import Setting
from gate.target import Target, parse_target
from tests.aws_double.builds import BUILD
from tests.builders import OTHER_DIGEST, finding, image, scan
from tests.facts.written import catalogue, entry, scores

MAX = "max: {critical: 0}\n"
KEV = "rules: [{name: known, when: {kev: true}}]"
EPSS = "rules: [{name: likely, when: {epss: 0.5+}}]"
ACCESS = Access(region=None, profile=None, registry_id=None, wait=0.0, settle=60.0)
ONE_OF_THESE = "Name one of these, or leave out --env."
NOTHING: dict[str, Any] = {"kev": None, "epss": None, "env": None, "baseline": None}


def policy(text: str = "") -> Loaded:
    return loads(f"version: 1\n{MAX}{text}\n".encode(), file="gate.yaml")


def never(_: Target) -> tuple[Scan | Refusal, ...]:
    pytest.fail("nothing should be fetched")


@pytest.fixture
def files(folder: Path) -> None:
    (folder / "kev.json").write_bytes(catalogue(entry("CVE-2026-1000")))
    (folder / "epss.csv").write_bytes(scores("CVE-2026-1000,0.9,1"))


@pytest.mark.parametrize(
    ("env", "texts"),
    [
        (None, ["overrides: [{for: {env: dev}, mode: warn, reason: r}]"]),
        ("dev", ["overrides: [{for: {env: dev}, mode: warn, reason: r}]"]),
        ("dev-2", ["overrides: [{for: {env: [prod, dev-*]}, max: {high: 0}}]"]),
        ("prod", ["ignore: [{id: CVE-1, reason: r, for: {env: prod}}]"]),
        ("b", ["", "overrides: [{for: {env: b}, max: {high: 0}}]"]),
    ],
)
def test_an_environment_that_a_policy_names_is_taken(env: str | None, texts: list[str]) -> None:
    check_env(env, *map(policy, texts))


@pytest.mark.parametrize(
    ("env", "texts", "said", "hint"),
    [
        ("dev", [""], "it names none", "Leave out --env."),
        (
            "Dev",
            ["overrides: [{for: {env: [dev, prod]}, max: {high: 0}}]", "overrides: [{for: {env: dev}, max: {low: 0}}]"],
            "it names dev, prod",
            ONE_OF_THESE,
        ),
        ("", ["overrides: [{for: {env: dev}, max: {high: 0}}]"], "it names dev", ONE_OF_THESE),
    ],
)
def test_an_environment_that_no_policy_names_is_refused(env: str, texts: list[str], said: str, hint: str) -> None:
    with pytest.raises(UsageError) as raised:
        check_env(env, *map(policy, texts))

    assert raised.value.message == f"--env {env}: the policy has no override for this environment; {said}"
    assert raised.value.hint == hint


@pytest.mark.parametrize(
    ("options", "said"),
    [({"env": "dev"}, "--env dev"), ({"baseline": "prod"}, "--baseline names"), ({"kev": "none"}, "--kev none")],
)
def test_options_that_do_not_fit_are_refused_before_anything_is_asked(options: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        given(policy(), **{**NOTHING, **options})


@pytest.mark.parametrize(
    ("text", "options", "epss", "kev"),
    [
        ("", {}, False, False),
        (KEV, {}, False, True),
        (EPSS, {}, True, False),
        (KEV, {"kev": "kev.json"}, False, False),
        (EPSS, {"epss": "epss.csv"}, False, False),
        (EPSS, {"kev": "kev.json"}, True, False),
        ("relaxations: {never: {kev_due: passed}}", {}, False, True),
        ("ignore: [{id: CVE-1, reason: r, unless: {epss: 0.5+}}]", {}, True, False),
    ],
)
@pytest.mark.usefixtures("files")
def test_inspector_is_asked_for_what_a_condition_needs_and_no_file_has(
    text: str, options: dict[str, str], epss: bool, kev: bool
) -> None:
    access = given(policy(text), **{**NOTHING, **options}).access(ACCESS)

    assert (access.epss, access.undecided is not None) == (epss, kev)
    assert (access.wait, access.settle) == (ACCESS.wait, ACCESS.settle)


def test_only_findings_that_a_rule_hangs_on_are_asked_about() -> None:
    text = "rules: [{name: r, when: {kev: true, severity: critical}}]"
    access = given(policy(text), **NOTHING).access(ACCESS)
    listed = scan(finding("CVE-1", arn="arn:1"), finding("CVE-2", arn="arn:2", severity=finding().severity))

    assert access.undecided is not None
    assert access.undecided(listed) == ()


@pytest.mark.usefixtures("files")
def test_everything_that_was_given_goes_to_the_judgement() -> None:
    rules = policy("overrides: [{for: {env: dev}, max: {high: 0}}]\nbaseline: {judge: new}")
    asked = given(rules, kev="kev.json", epss="epss.csv", env="dev", baseline="prod")
    fetched: list[Target] = []

    def collect(target: Target) -> tuple[Scan | Refusal, ...]:
        fetched.append(target)
        return (scan(finding("CVE-2026-1000"), image=image(digest=OTHER_DIGEST)),)

    settings = (Setting(name="env", variable="GATE_CHECK_ENV"),)
    beside = asked.beside((scan(), scan()), collect, settings=settings, warn_exit=True)

    assert (beside.env, beside.settings, beside.warn_exit, beside.used) == ("dev", settings, True, None)
    assert beside.facts.kev is not None
    assert beside.facts.epss is not None
    assert [len(one.sights) for one in beside.compared if one] == [1, 1]
    assert [sight.kev for one in beside.compared if one for sight in one.sights.values()] == [True, True]
    assert len(fetched) == 1


def test_nothing_given_is_nothing_beside() -> None:
    beside = given(policy(), **NOTHING).beside((scan(finding()),), never)

    assert (beside.env, beside.compared, beside.settings, beside.warn_exit, beside.vex) == (None, (), (), False, ())
    assert (beside.facts.kev, beside.facts.epss) == (None, None)


def test_statements_of_vex_are_beside_the_policy(folder: Path) -> None:
    statement = '{"vulnerability": {"name": "CVE-1"}, "products": [{"@id": "pkg:deb/debian/zlib"}], "status": "fixed"}'
    (folder / "a.vex.json").write_text(
        '{"@context": "https://openvex.dev/ns/v0.2.0", "author": "a", "timestamp": "2026-11-01T00:00:00Z", '
        f'"statements": [{statement}]}}',
        encoding="utf-8",
    )
    Path("gate.yaml").write_text(f"version: 1\n{MAX}vex: {{files: [a.vex.json], reason: r}}\n", encoding="utf-8")
    loaded = load(Path("gate.yaml"))

    assert [one.ids for one in given(loaded, **NOTHING).beside((), never).vex] == [("CVE-1",)]
    assert files_of(loaded) == ("gate.yaml", "a.vex.json")


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        (KEV, Kind.ENHANCED, "rule known asks for `kev`, and there is no data for it: give it with --kev FILE"),
        (EPSS, Kind.BASIC, "rule likely asks for `epss`, and there is no data for it: give it with --epss FILE"),
        (
            "rules: [{name: r, when: {exploit: true}}]",
            Kind.BASIC,
            "rule r asks for `exploit`, which basic scanning of ECR does not know; it takes enhanced scanning",
        ),
    ],
)
def test_what_nobody_knows_of_the_scans_is_refused_with_its_place(text: str, kind: Kind, said: str) -> None:
    gone = Refusal(image=image(), exit_code=5, reason="r")
    with pytest.raises(PolicyError) as raised:
        given(policy(text), **NOTHING).beside((gone, scan(finding(), kind=kind)), never)

    assert raised.value.faults == (f"gate.yaml:3: {said}",)


def test_a_policy_that_extends_another_names_the_file_that_asks() -> None:
    Path("base.yaml").write_text(f"version: 1\n{MAX}{KEV}\n", encoding="utf-8")
    Path("gate.yaml").write_text("version: 1\nextends: ./base.yaml\n", encoding="utf-8")
    loaded = load(Path("gate.yaml"))
    with pytest.raises(PolicyError) as raised:
        given(loaded, **NOTHING).beside((scan(finding()),), never)

    assert [fault.partition(" asks")[0] for fault in raised.value.faults] == ["base.yaml:3: rule known"]


@pytest.mark.parametrize(
    ("text", "options", "faults"),
    [
        ("rules: [{name: r, when: {exploit: true}}]", {}, 1),
        (KEV, {}, 1),
        (KEV, {"kev": "kev.json"}, 0),
        ("rules: [{name: r, when: {kev_due: passed}}]", {"kev": "kev.json"}, 0),
        (EPSS, {}, 1),
        (EPSS, {"kev": "kev.json"}, 1),
        (EPSS, {"epss": "epss.csv"}, 0),
        ("rules: [{name: r, when: {any: [{kev: true}, {severity: high}]}}]", {}, 0),
        ("relaxations: {never: {exploit: true}}", {}, 0),
    ],
)
@pytest.mark.usefixtures("files")
def test_rules_on_what_image_builder_lacks_are_refused_before_a_build_is_asked_about(
    text: str, options: dict[str, str], faults: int
) -> None:
    targets = (parse_target("team/app:v1"), parse_target(BUILD))
    if faults:
        with pytest.raises(PolicyError) as raised:
            given(policy(text), **{**NOTHING, **options}, targets=targets)
        assert [fault[:17] for fault in raised.value.faults] == ["gate.yaml:3: rule"]
    else:
        given(policy(text), **{**NOTHING, **options}, targets=targets)
    given(policy(text), **{**NOTHING, **options}, targets=targets[:1])


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("", ("gate.yaml",)),
        ("baseline: {image: prod}", ("gate.yaml",)),
        ("baseline: {image: old.json}", ("gate.yaml", "old.json")),
    ],
)
def test_the_files_of_a_policy_are_known(text: str, files: tuple[str, ...]) -> None:
    assert files_of(policy(text)) == files
    assert files_of(from_maxima(("high=0",))) == ()
