"""Bad input, all of it through the real command: one clear line, the right exit code, no traceback, never a pass."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.cli.clock import SystemClock
from gate.plain import neutral
from tests.aws_double import shapes
from tests.aws_double.answers import enhanced, status
from tests.aws_double.clock import VirtualClock
from tests.aws_double.faults import (
    Fault,
    altered,
    aws_error,
    bad_utf8,
    body,
    cut_off,
    deep_nesting,
    gzip_garbage,
    hang_up,
    html,
    lone_surrogate,
    wrong_length,
)
from tests.aws_double.findings import JsonObject, enhanced_finding, enhanced_findings, vulnerable_package
from tests.aws_double.server import AwsDouble
from tests.builders import NOW
from tests.command import REPLAY, YESTERDAY, Done, answer, gate, unprivileged

MEGABYTE = "A" * 1_000_000
HOSTILE = (
    "\x1b]0;owned\x07\x1b[2J\x00 ]]> <script>x</script> | `x` \u202eevil\n::error::x\n  ::x::y\n##[error]x ##vso[y] "
    + MEGABYTE
)
GOOD = json.dumps(answer())
OUTPUTS = {"json": "verdict.json", "sarif": "report.sarif", "junit": "report.xml", "console": "report.txt"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty directory, at noon of 2026-11-20."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(SystemClock, "now", lambda _: NOW)
    return tmp_path


def refused(code: int, *arguments: str | Path) -> str:
    """Check these over the leavings of yesterday; return the one line that says why there is no verdict."""
    for name in OUTPUTS.values():
        Path(name).write_text(YESTERDAY, encoding="utf-8")
    outputs = [word for pair in OUTPUTS.items() for word in ("-o", "=".join(pair))]

    done = gate("check", "--max", "critical=0", *outputs, *arguments)

    assert done.code == code
    assert neutral(done.err) == done.err
    assert "Traceback" not in done.err
    document = json.loads(Path("verdict.json").read_bytes())
    assert document["verdict"] == "no_verdict"
    assert gate("verdict", "verdict.json").code == code
    stale = [name for name in OUTPUTS.values() if Path(name).exists() and "yesterday" in Path(name).read_text("utf-8")]
    assert stale == []
    (line,) = (line for line in done.lines if " is not written: " not in line)
    assert len(line) < 2_500
    return line


def changed(*path: str, value: object) -> str:
    """Return a good answer with one member replaced."""
    document = answer(enhanced_finding())
    place: JsonObject = document
    for step in path[:-1]:
        place = place[step]  # type: ignore[assignment]
    place[path[-1]] = value
    return json.dumps(document)


def listing(*findings: JsonObject) -> str:
    """Return a good answer but for these findings."""
    return json.dumps(answer(*findings))


FOUND = "imageScanFindings"
EVIDENCE: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "the evidence is empty"),
    "blank": (" \n\t", "the evidence is empty"),
    "cut off": (GOOD[:-20], "cannot be read"),
    "no JSON": ("imageScanFindings: []", "cannot be read"),
    "two documents": (GOOD + GOOD, "cannot be read"),
    "HTML": ("<!DOCTYPE html><html><title>502 Bad Gateway</title></html>", "cannot be read"),
    "null": ("null", "cannot be read"),
    "a number": ("1", "cannot be read"),
    "a text": ('"PASS"', "cannot be read"),
    "no pages": ("[]", "the list of pages is empty"),
    "pages that are none": ("[1]", "cannot be read"),
    "a page that is null": (f"[{GOOD}, null]", "cannot be read"),
    "an object of nothing": ("{}", "(seen: nothing)"),
    "something else": ('{"findings": []}', "the answer lists nothing, and so does not say of which image"),
    "hostile keys": (json.dumps({HOSTILE: 1}), "no imageScanFindings"),
    "bad UTF-8": (b'{"imageScanFindings": "\xff\xfe"}', "cannot be read"),
    "UTF-16": (GOOD.encode("utf-16"), "cannot be read"),
    "binary": (bytes(range(256)) * 40, "cannot be read"),
    "NaN": (changed(FOUND, "imageScanCompletedAt", value=float("nan")), "cannot be read"),
    "nested deep": ('{"imageScanFindings": ' + "[" * 50_000, "cannot be read"),
    "nested deep where nobody looks": (f'{{"x": {"[" * 50_000}{"]" * 50_000}, "{FOUND}": {{}}}}', "cannot be read"),
    "gzip that is cut off": (gzip.compress(GOOD.encode())[:-9], "the gzip file is cut off"),
    "gzip that is garbage": (b"\x1f\x8b\x08\x00" + b"\xff" * 100, "no gzip file"),
    "gzip of nothing": (gzip.compress(b""), "the evidence is empty"),
    "a status of the wrong type": (changed("imageScanStatus", value="ACTIVE"), "cannot be read"),
    "findings of the wrong type": (changed(FOUND, value=[]), "cannot be read"),
    "a list of the wrong type": (changed(FOUND, "enhancedFindings", value={}), "cannot be read"),
    "a finding of the wrong type": (changed(FOUND, "enhancedFindings", value=["CVE-2026-1"]), "cannot be read"),
    "counts of the wrong type": (changed(FOUND, "findingSeverityCounts", value={"HIGH": "one"}), "cannot be read"),
    "negative counts": (changed(FOUND, "findingSeverityCounts", value={"HIGH": -1}), ""),
    "a time that is none": (changed(FOUND, "imageScanCompletedAt", value="noon"), "imageScanCompletedAt"),
    "no list and no counts": (changed(FOUND, value={}), ""),
    "no status": (changed("imageScanStatus", value={}), "before the scan was ready (it has no imageScanStatus)"),
    "an unknown status": (changed("imageScanStatus", "status", value="SPLENDID"), "SPLENDID"),
    "a hostile status": (changed("imageScanStatus", "status", value=HOSTILE), ""),
    "an unknown severity": (listing(enhanced_finding(severity="DREADFUL")), "DREADFUL"),
    "a hostile severity": (listing(enhanced_finding(severity=HOSTILE)), ""),
    "an unknown finding's status": (listing(enhanced_finding(status="SOLVED")), "SOLVED"),
    "more to come": (changed("nextToken", value="more"), "nextToken"),
    "a page twice": (f"[{changed('nextToken', value='a')}, {changed('nextToken', value='a')}, {GOOD}]", "nextToken"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "said"), EVIDENCE.values(), ids=EVIDENCE)
def test_bad_evidence_is_no_verdict(data: str | bytes, said: str, folder: Path) -> None:
    (folder / "image.json").write_bytes(data if isinstance(data, bytes) else data.encode())

    line = refused(3, "./image.json", *REPLAY)

    assert line.startswith("gate: no verdict: ./image.json: ")
    assert said in line


@pytest.mark.parametrize(
    "name", ["none.json", "./directory", "./directory/x/y.json", "./" + "n" * 300, "./a\n::error::b", "/dev/null"]
)
def test_evidence_that_cannot_be_read_is_no_verdict(name: str, folder: Path) -> None:
    (folder / "directory").mkdir()

    assert refused(3, name).startswith("gate: no verdict: ")


def test_200_mb_of_evidence_is_refused_without_being_read_to_its_end(folder: Path) -> None:
    with (folder / "image.json").open("wb") as file:
        file.truncate(200 * 1024 * 1024)

    assert "the evidence is larger than 160 MiB" in refused(3, "image.json")


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.sources.saved.MOST_BYTES", 2 * 1024 * 1024)
    (folder / "image.json.gz").write_bytes(gzip.compress(bytes(3 * 1024 * 1024)))

    assert "the evidence is larger than 2 MiB" in refused(3, "image.json.gz")


POLICIES: dict[str, tuple[str | bytes, str]] = {
    "empty": ("", "the policy is empty"),
    "only comments": ("# nothing\n", "holds nothing but comments"),
    "a list": ("- version: 1\n", "the file holds a list"),
    "a text": ("version 1", "the file holds text"),
    "binary": (bytes(range(256)), "gate.yaml"),
    "bad UTF-8": (b"version: 1\nname: \xff\n", "gate.yaml"),
    "an alias bomb": ("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nversion: 1\n", "is an anchor"),
    "nested deep": ("[" * 50_000, "nested deeper than 50"),
    "nested deep in a mapping": ("max: " + "{a: " * 50_000, "nested deeper than 50"),
    "a key twice": ("version: 1\nmax: {critical: 9}\nmax: {critical: 0}\n", "max"),
    "an unknown key": ("version: 1\nmax: {critcal: 0}\n", "did you mean 'critical'?"),
    "another version": ("version: 2\n", "policy version 2 is not known"),
    "two documents": ("version: 1\nmax: {critical: 0}\n---\nversion: 1\n", "a second document begins here"),
    "a tag": ("version: !!python/object:os.system 1\n", "the tag"),
    "no YAML": ("version: [1\nmax: }", "gate.yaml:"),
    "hostile keys": (f"version: 1\n? {json.dumps(HOSTILE[:5000])}\n: 1\nmax: {{critical: 0}}\n", "unknown key"),
}


@pytest.mark.parametrize(("data", "said"), POLICIES.values(), ids=POLICIES)
def test_a_bad_policy_is_a_fault_of_the_pipelines_author(data: str | bytes, said: str, folder: Path) -> None:
    (folder / "gate.yaml").write_bytes(data if isinstance(data, bytes) else data.encode())
    (folder / "image.json").write_text(GOOD, encoding="utf-8")

    done = checked("image.json", *REPLAY)

    assert (done.code, done.out) == (2, "")
    assert done.lines[0].startswith("gate: gate.yaml:")
    assert said in done.err
    assert "Traceback" not in done.err
    assert neutral(done.err) == done.err
    assert "did not finish" in Path("verdict.json").read_text(encoding="utf-8")


def checked(*arguments: str) -> Done:
    """Check these by gate.yaml, over the document of yesterday."""
    Path("verdict.json").write_text(YESTERDAY, encoding="utf-8")
    return gate("check", *arguments, "-o", "json=verdict.json")


@pytest.mark.parametrize("name", [".", "none.yaml", "nul\x00", "a\n::error::b", "half \ud800"])
def test_a_policy_that_cannot_be_read_is_a_fault_of_the_pipelines_author(name: str) -> None:
    done = checked("none.json", "-p", name)

    assert done.code == 2
    assert done.err.count("\n") == 1
    assert neutral(done.err) == done.err


def test_a_policy_that_may_not_be_read_is_a_fault_of_the_pipelines_author(folder: Path) -> None:
    (folder / "gate.yaml").touch(mode=0o000)
    folder.chmod(0o755)

    with unprivileged():
        done = gate("check", "none.json")

    assert done.code == 2
    assert "gate.yaml: cannot be read: Permission denied" in done.err


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, no_sdk_sleep: list[float]) -> Iterator[AwsDouble]:
    """An AWS with one clean image."""
    clock = VirtualClock(NOW)
    for module in ("check", "command", "verdict"):
        monkeypatch.setattr(f"gate.cli.{module}.SystemClock", lambda: clock)
    with AwsDouble(clock) as double:
        monkeypatch.setenv("AWS_ENDPOINT_URL", double.url)
        found = enhanced(enhanced_findings(3), page_size=2)
        double.image("app", tag="v1", pushed_at=-90_000.0, steps=[(-90_000.0, found)])
        yield double


FAULTS: dict[str, tuple[Fault, int]] = {
    "HTML": (html(), 4),
    "an empty body": (body(b""), 4),
    "a body cut off": (cut_off(), 4),
    "a body longer than promised": (wrong_length(-10), 4),
    "bad UTF-8": (bad_utf8(), 4),
    "nesting": (deep_nesting(), 4),
    "gzip that is none": (gzip_garbage(), 4),
    "a connection that ends": (hang_up(), 4),
    "JSON that is a list": (body(b"[]"), 4),
    "JSON that is null": (body(b"null"), 4),
    "a list of the wrong type": (altered(lambda page: {**page, "imageScanFindings": {"enhancedFindings": {}}}), 4),
    "no findings and no status": (altered(lambda page: {}), 4),
    "an unknown error": (aws_error(shapes.Unknown("SurpriseException"), HOSTILE), 5),
    "a validation error": (aws_error("InvalidParameterException", HOSTILE), 5),
}


@pytest.mark.parametrize(("fault", "code"), FAULTS.values(), ids=FAULTS)
def test_a_bad_answer_of_aws_is_no_verdict(aws: AwsDouble, fault: Fault, code: int) -> None:
    aws.fail("DescribeImageScanFindings", fault, times=None)

    assert refused(code, "app:v1", "-q").startswith("gate: no verdict: app:v1: ")


def test_pages_that_never_end_are_no_verdict(aws: AwsDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.sources.reader.MOST_PAGES", 20)
    aws.image("long", tag="v1", pushed_at=-90_000.0, steps=[(-90_000.0, enhanced([enhanced_finding()], endless=True))])

    assert "more than 20 pages" in refused(3, "long:v1", "-q")


def test_a_status_that_nobody_has_seen_is_no_verdict(aws: AwsDouble) -> None:
    aws.image("odd", tag="v1", pushed_at=-90_000.0, steps=[(-90_000.0, status(shapes.Unknown("SPLENDID")))])

    assert "SPLENDID" in refused(3, "odd:v1", "-q")


def test_hostile_text_in_findings_changes_no_verdict_and_prints_nothing_that_acts(folder: Path) -> None:
    brief = HOSTILE[:200]
    package = vulnerable_package(brief, brief, fixed_in=brief, path=brief)
    found = enhanced_finding(brief, "CRITICAL", title=HOSTILE, description=HOSTILE + "\ud800", packages=[package])
    hostile = answer(found, repositoryName=HOSTILE, registryId=brief)
    (folder / "image.json").write_text(json.dumps(hostile), encoding="utf-8")
    outputs = [word for pair in OUTPUTS.items() for word in ("-o", "=".join(pair))]

    done = gate("check", "image.json", "--max", "critical=0", *REPLAY, *outputs)

    assert (done.code, done.err) == (1, "")
    assert neutral(done.out) == done.out
    assert max(map(len, done.out.splitlines())) < 2_000
    assert gate("verdict", "verdict.json").code == 1


def test_half_a_character_from_aws_changes_no_verdict(aws: AwsDouble) -> None:
    aws.fail("DescribeImageScanFindings", lone_surrogate(), times=None)

    done = gate("check", "app:v1", "--max", "high=0", "-o", "json=verdict.json")

    assert done.code == 1
    assert gate("verdict", "verdict.json").code == 1
