"""`gate policy diff`: what changes between two policies over saved evidence; nothing where nothing does."""

import json
from pathlib import Path

import pytest

from gate.plain import neutral
from tests.aws_double.findings import enhanced_finding
from tests.command import CAPTURED, REPLAY, Done, answer, gate, saved
from tests.facts.written import catalogue, entry, scores

OLD = "version: 1\nmax: {critical: 0, high: 1}\nignore: [{id: CVE-2026-1, reason: accepted}]\n"
NEW = "version: 1\nmax: {critical: 0, high: 0}\n"
IMAGE = "team/app:v1@sha256:5c5c5c5c5c5c"
NEITHER = "no verdict by either policy"
WHY = "a tag or digest alone names an image in ECR only; name a file or another target"
KEV = "version: 1\nmax: {critical: 0}\nrules: [{name: known, when: {kev: true}}]\n"


@pytest.fixture(autouse=True)
def files(folder: Path) -> None:
    put("old.yaml", OLD)
    put("new.yaml", NEW)
    saved(folder / "image.json", enhanced_finding("CVE-2026-1"), enhanced_finding("CVE-2026-2", "LOW"))
    saved(folder / "clean.json", imageId={"imageDigest": "sha256:" + "6d" * 32})


def put(name: str, text: str) -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def diff(*words: str) -> Done:
    done = gate("policy", "diff", *words, *REPLAY)
    assert done.lines == []
    return done


def test_a_policy_against_itself_changes_nothing() -> None:
    done = diff("old.yaml", "old.yaml", "image.json", "clean.json")

    assert (done.code, done.out) == (0, "no difference over 2 images\n")
    assert diff("old.yaml", "old.yaml", "image.json").out == "no difference over 1 image\n"


def test_images_and_findings_that_change_are_told_with_the_reasons() -> None:
    done = diff("old.yaml", "new.yaml", "image.json", "clean.json")

    assert done.code == 0
    assert done.out.splitlines() == [
        IMAGE,
        "  verdict   pass -> fail",
        "  before    4 rules hold",
        "  after     max.high: 1 high finding, 0 allowed",
        "  begins    max.high",
        "  1 finding  ignored as high -> counted as high",
        "    which   CVE-2026-1",
        "    before  accepted by ignore entry 1: accepted",
        "    after   nothing in the policy settles it",
        "another verdict: 1 of 2 images; another end: 1 finding",
    ]


def test_the_other_way_round_rules_end() -> None:
    lines = diff("new.yaml", "old.yaml", "image.json").out.splitlines()

    assert lines[1] == "  verdict   fail -> pass"
    assert "  ends      max.high" in lines
    assert not any("begins" in line for line in lines)
    assert lines[-1] == "another verdict: 1 of 1 image; another end: 1 finding"


def test_an_image_that_only_fails_otherwise_keeps_its_verdict() -> None:
    put("other.yaml", "version: 1\nmax: {low: 0}\n")
    lines = diff("new.yaml", "other.yaml", "image.json").out.splitlines()

    assert lines[1] == "  verdict   fail, as before"
    assert lines[4:6] == ["  begins    max.low", "  ends      max.high"]
    assert lines[-1] == "another verdict: 0 of 1 image; another end: 0 findings"


def test_findings_that_change_alike_are_told_together_and_not_all_by_name() -> None:
    saved(Path("many.json"), *(enhanced_finding(f"CVE-2026-{number}") for number in range(100, 112)))
    put("all.yaml", f"{NEW}ignore: [{{id: CVE-*, reason: r}}]\n")
    lines = diff("all.yaml", "new.yaml", "many.json").out.splitlines()

    assert "  12 findings  ignored as high -> counted as high" in lines
    [which] = [line for line in lines if "which" in line]
    assert which.count("CVE-") == 10
    assert which.endswith(" and 2 more")


def test_of_very_many_different_changes_fifty_are_told() -> None:
    ids = [f"CVE-2026-{number}" for number in range(100, 153)]
    saved(Path("many.json"), *map(enhanced_finding, ids))
    put("all.yaml", NEW + "ignore:\n" + "".join(f"- {{id: {one}, reason: because of {one}}}\n" for one in ids))
    lines = diff("all.yaml", "new.yaml", "many.json").out.splitlines()

    assert sum("which" in line for line in lines) == 50
    assert lines[-2:] == ["  and 3 more findings", "another verdict: 1 of 1 image; another end: 53 findings"]


@pytest.mark.parametrize(
    ("rest", "target", "why"),
    [
        ("", "gone.json", f"gone.json: {NEITHER}: the evidence cannot be read: No such file or directory"),
        (
            "scan: {kind: basic}\n",
            "image.json",
            f"{IMAGE}: {NEITHER}: the scan is enhanced, and the policy demands basic (scan.kind)",
        ),
    ],
)
def test_where_neither_policy_judges_nothing_is_compared_and_the_run_says_so(rest: str, target: str, why: str) -> None:
    put("a.yaml", NEW + rest)
    done = diff("a.yaml", "a.yaml", target)

    assert (done.code, done.out.splitlines()) == (3, [why, "no difference over 1 image; 1 image without a verdict"])


def test_where_one_policy_judges_that_is_a_difference() -> None:
    put("basic.yaml", NEW + "scan: {kind: basic}\n")
    done = diff("new.yaml", "basic.yaml", "image.json")

    assert done.code == 0
    assert done.out.splitlines()[1] == "  verdict   fail -> no_verdict"
    assert done.out.splitlines()[-1] == "another verdict: 1 of 1 image; another end: 0 findings"


def test_files_of_facts_are_read_for_both() -> None:
    put("kev.yaml", KEV)
    put("epss.yaml", KEV.replace("kev: true", "epss: 0.5+"))
    Path("kev.json").write_bytes(catalogue(entry("CVE-2026-0001"), entry("CVE-2026-1000")))
    Path("epss.csv").write_bytes(scores("CVE-2026-1000,0.9,1"))
    saved(Path("image.json"), enhanced_finding("CVE-2026-1000", "LOW"))

    assert "  begins    known" in diff("new.yaml", "kev.yaml", "image.json", "--kev", "kev.json").out.splitlines()
    assert diff("kev.yaml", "epss.yaml", "image.json", "--kev", "kev.json", "--epss", "epss.csv").out == (
        "no difference over 1 image\n"
    )


@pytest.mark.parametrize(("env", "code"), [("dev", "fail -> warn"), ("prod", "fail -> fail")])
def test_policies_differ_in_an_environment_that_either_names(env: str, code: str) -> None:
    put("dev.yaml", NEW + "overrides: [{for: {env: dev}, mode: warn, reason: r}]\n")
    put("prod.yaml", NEW + "overrides: [{for: {env: prod}, max: {low: 0}}]\n")
    saved(Path("image.json"), enhanced_finding("CVE-2026-1"))
    done = diff("prod.yaml", "dev.yaml", "image.json", "--env", env)

    assert done.code == 0
    assert (f"  verdict   {code}" in done.out) is (env == "dev")
    assert diff("new.yaml", "dev.yaml", "image.json", "--env", "dev").out.splitlines()[1] == "  verdict   fail -> warn"
    assert diff("new.yaml", "dev.yaml", "image.json").out.startswith("no difference")


def test_a_baseline_that_is_missing_is_told() -> None:
    put("base.yaml", OLD + "baseline: {image: prod, judge: new}\n")
    lines = diff("old.yaml", "base.yaml", "image.json").out.splitlines()

    assert lines == [
        f"{IMAGE}: judged without a baseline: {WHY}",
        "no difference over 1 image",
    ]


def test_a_baseline_in_a_file_is_compared_with() -> None:
    before = answer(enhanced_finding("CVE-2026-1"), imageId={"imageDigest": "sha256:" + "7e" * 32, "imageTag": "v0"})
    put("before.json", json.dumps(before))
    put("base.yaml", NEW + "baseline: {image: before.json, judge: new}\n")
    lines = diff("new.yaml", "base.yaml", "image.json").out.splitlines()

    assert lines[1] == "  verdict   fail -> pass"
    assert "  1 finding  counted as high -> baseline as high" in lines


def test_a_baseline_in_aws_is_none_here() -> None:
    put("base.yaml", NEW + "baseline: {image: 'team/app:prod', judge: new}\n")

    done = diff("new.yaml", "base.yaml", "image.json")

    assert "judged without a baseline: it is an image in AWS, and policies are compared without AWS" in done.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("old.yaml", "new.yaml"), "Missing argument"),
        (("old.yaml", "none.yaml", "image.json"), "none.yaml: no such file"),
        (("old.yaml", "new.yaml", "team/app:v1"), "team/app:v1 is no saved evidence"),
        (("old.yaml", "new.yaml", "-"), "standard input can be read once"),
        (("old.yaml", "new.yaml", "image.json", "--env", "dev"), "the policy has no override for this environment"),
        (("old.yaml", "new.yaml", "image.json", "--kev", "none.json"), "--kev none.json cannot be read"),
        (("old.yaml", "new.yaml", "image.json", "--now", "today"), "expected a time such as"),
        (("old.yaml", "kev.yaml", "image.json"), "kev.yaml:3: rule known asks for `kev`, and there is no data for it"),
        (("kev.yaml", "old.yaml", "image.json"), "kev.yaml:3: rule known asks for `kev`, and there is no data for it"),
    ],
)
def test_what_cannot_be_compared_is_a_wrong_command_line(words: tuple[str, ...], said: str) -> None:
    put("kev.yaml", KEV)
    done = gate("policy", "diff", *words)

    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_evidence_that_is_named_twice_is_judged_once() -> None:
    done = diff("old.yaml", "new.yaml", "image.json", "image.json")

    assert done.out.endswith("1 of 1 image; another end: 1 finding\n")


def test_without_a_time_it_is_judged_now() -> None:
    put("aged.yaml", NEW + "scan: {max_age: 1h}\n")

    compare = ("policy", "diff", "new.yaml", "aged.yaml", "image.json")
    earlier = ("--captured-at", "2026-11-20T10:30:00Z", "--now", "2026-11-20T10:30:00Z")

    now = gate(*compare, "--captured-at", CAPTURED)
    assert now.out.splitlines()[1] == "  verdict   fail -> no_verdict"
    assert gate(*compare, *earlier).out == "no difference over 1 image\n"


def test_no_time_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NOW", "CAPTURED_AT"):
        monkeypatch.setenv(f"GATE_POLICY_DIFF_{name}", "no time")

    assert gate("policy", "diff", "old.yaml", "old.yaml", "clean.json").code in {0, 3}


def test_hostile_evidence_is_printed_harmless() -> None:
    evil = "x\x1b[31m\n::error::##[y]"
    saved(Path("evil.json"), enhanced_finding(evil), repositoryName=evil)
    put("evil.yaml", NEW + 'ignore: [{id: "x*", reason: "a\\n::error::##[z]"}]\n')
    done = gate("policy", "diff", "evil.yaml", "new.yaml", "evil.json", *REPLAY)

    assert done.code == 0
    assert neutral(done.out) == done.out
