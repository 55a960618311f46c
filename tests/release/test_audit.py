"""The audit, against a loopback OSV: what is known fails it, and where nobody answers it says so and nothing else."""

import json
import re
import subprocess
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from release.audit import main

ROOT = Path(__file__).parents[2]
CANARY = {"jinja2==2.4.1": ("PYSEC-2014-8", "CVE-2014-1402")}
LOCK = """# made by hand
six==1.17.0 \\
    --hash=sha256:00
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:00
"""
TODAY = "--today=2026-11-20"
WAIVER = '[[waived]]\nid = "CVE-2026-1"\npackage = "six"\nversion = "1.17.0"\nreason = "tests"\nuntil = 2026-11-20\n'


class Osv(ThreadingHTTPServer):
    """A double of OSV's query: it knows what `known` says, and keeps what it was asked about."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.url = f"http://127.0.0.1:{self.server_port}/v1/query"
        self.known: Mapping[str, tuple[str, ...]] = CANARY
        self.raw: tuple[int, bytes] | None = None
        self.asked: list[str] = []
        self.released = threading.Event()
        self.released.set()


class _Answers(BaseHTTPRequestHandler):
    server: Osv

    def do_POST(self) -> None:
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        pin = f"{query['package']['name']}=={query['version']}"
        self.server.asked.append(pin)
        self.server.released.wait()
        status, body = self.server.raw or (200, json.dumps(self._vulnerabilities(pin)).encode())
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _vulnerabilities(self, pin: str) -> dict[str, object]:
        if not (names := self.server.known.get(pin)):
            return {}
        package = {"name": pin.partition("==")[0], "ecosystem": "PyPI"}
        ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.1"}]}]
        affected = [{"package": package, "ranges": ranges}]
        return {"vulns": [{"id": names[0], "aliases": list(names[1:]), "affected": affected}]}

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def osv(monkeypatch: pytest.MonkeyPatch) -> Iterator[Osv]:
    """Serve an OSV that knows its canary and nothing else; no proxy stands before it."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Osv() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.released.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def locks(tmp_path: Path) -> Path:
    """Return a folder with a lock file, and no waivers."""
    (tmp_path / "runtime.txt").write_text(LOCK, encoding="utf-8")
    (tmp_path / "waived.toml").write_text("", encoding="utf-8")
    return tmp_path


def audit(locks: Path, osv: Osv, capfd: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    """Run it and return its exit code and what it said."""
    code = main([f"--locks={locks}", f"--osv-url={osv.url}", TODAY, *more])
    return code, capfd.readouterr().err


def test_nothing_known_of_any_pin_passes_and_says_what_was_asked(
    locks: Path, osv: Osv, capfd: pytest.CaptureFixture[str]
) -> None:
    code, said = audit(locks, osv, capfd)

    assert (code, said) == (0, "audit: OSV was asked about 2 pins of runtime.txt\n")
    assert sorted(osv.asked) == ["colorama==0.4.6", "jinja2==2.4.1", "six==1.17.0"]


def test_a_vulnerable_pin_fails_and_is_named_with_its_lock_file_its_names_and_the_fix(
    locks: Path, osv: Osv, capfd: pytest.CaptureFixture[str]
) -> None:
    osv.known = {**CANARY, "six==1.17.0": ("GHSA-x", "CVE-2026-1")}

    code, said = audit(locks, osv, capfd)

    assert code == 1
    assert "audit: six==1.17.0 (runtime.txt): CVE-2026-1 GHSA-x, fixed in 99.1; take another" in said


def test_a_pin_for_another_platform_is_asked_about_too(
    locks: Path, osv: Osv, capfd: pytest.CaptureFixture[str]
) -> None:
    osv.known = {**CANARY, "colorama==0.4.6": ("CVE-2026-2",)}

    code, said = audit(locks, osv, capfd)

    assert code == 1
    assert "colorama==0.4.6" in said


def test_two_versions_of_a_package_are_both_asked_about(
    locks: Path, osv: Osv, capfd: pytest.CaptureFixture[str]
) -> None:
    (locks / "dev.txt").write_text("six==1.16.0\n", encoding="utf-8")
    osv.known = {**CANARY, "six==1.17.0": ("CVE-2026-1",)}

    code, said = audit(locks, osv, capfd)

    assert code == 1
    assert {"six==1.16.0", "six==1.17.0"} <= set(osv.asked)
    assert "six==1.17.0 (runtime.txt)" in said


def test_a_waiver_holds_for_its_version_until_its_last_day(
    locks: Path, osv: Osv, capfd: pytest.CaptureFixture[str]
) -> None:
    osv.known = {**CANARY, "six==1.17.0": ("GHSA-x", "CVE-2026-1")}
    (locks / "waived.toml").write_text(WAIVER, encoding="utf-8")

    assert audit(locks, osv, capfd)[0] == 0


def test_a_waiver_that_is_over_fails_also_where_nobody_answers(
    locks: Path, osv: Osv, capfd: pytest.CaptureFixture[str]
) -> None:
    osv.raw = (503, b"")
    (locks / "waived.toml").write_text(WAIVER.replace("2026-11-20", "2026-11-19"), encoding="utf-8")

    code, said = audit(locks, osv, capfd)

    assert code == 1
    assert "CVE-2026-1 of six==1.17.0: waived until 2026-11-19, which is over" in said


def test_a_waiver_that_osv_knows_nothing_of_fails(locks: Path, osv: Osv, capfd: pytest.CaptureFixture[str]) -> None:
    (locks / "waived.toml").write_text(WAIVER, encoding="utf-8")

    code, said = audit(locks, osv, capfd)

    assert code == 1
    assert "CVE-2026-1 of six==1.17.0: waived, but OSV knows of no such thing" in said


@pytest.mark.parametrize("raw", [(404, b""), (503, b""), (200, b"<h1>please sign in</h1>")])
def test_where_something_else_answers_it_says_that_nobody_was_asked_and_passes(
    locks: Path, osv: Osv, capfd: pytest.CaptureFixture[str], raw: tuple[int, bytes]
) -> None:
    osv.raw = raw

    code, said = audit(locks, osv, capfd)

    assert code == 0
    assert "NOT ASKED: OSV cannot be reached, so nothing is known of 2 pins: requests.exceptions." in said
    assert "was asked" not in said


def test_where_nothing_listens_it_passes_but_not_if_an_answer_is_demanded(
    locks: Path, osv: Osv, capfd: pytest.CaptureFixture[str]
) -> None:
    osv.server_close()

    lenient, said = audit(locks, osv, capfd)
    strict, demanded = audit(locks, osv, capfd, "--must-answer")

    assert (lenient, strict) == (0, 1)
    assert "NOT ASKED" in said
    assert "audit: OSV must answer here\n" in demanded


def test_where_the_answer_does_not_come_it_gives_up_in_time(
    locks: Path, osv: Osv, capfd: pytest.CaptureFixture[str]
) -> None:
    osv.released.clear()

    code, said = audit(locks, osv, capfd, "--seconds=3")

    assert code == 0
    assert "NOT ASKED" in said


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        ((400, b"{}"), "pip-audit failed"),
        ((200, b'{"greeting": "hello"}'), "pip-audit failed: KeyError: 'vulns'"),
        ((200, b"{}"), "knows of no vulnerability of jinja2==2.4.1, so it was not OSV"),
    ],
)
def test_an_answer_that_is_not_osvs_fails(
    locks: Path, osv: Osv, capfd: pytest.CaptureFixture[str], raw: tuple[int, bytes], complaint: str
) -> None:
    osv.raw = raw

    code, said = audit(locks, osv, capfd)

    assert code == 1
    assert complaint in said


def test_a_pin_that_pip_audit_skips_fails(
    locks: Path, osv: Osv, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    skipped = '{"dependencies": [{"name": "six", "skip_reason": "not found"}], "fixes": []}'
    done = subprocess.CompletedProcess(["pip-audit"], 0, skipped, "No known vulnerabilities found")
    monkeypatch.setattr("release.audit.subprocess.run", lambda *_, **__: done)

    code, said = audit(locks, osv, capfd)

    assert code == 1
    assert said == "audit: pip-audit left out colorama==0.4.6, jinja2==2.4.1, six==1.17.0\n"


def test_lint_asks_with_a_short_limit_and_a_release_demands_an_answer() -> None:
    recipe = re.search(r"(?m)^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"))

    assert recipe
    assert "\t@$(BIN)/python -m release.audit --seconds 60\n" in recipe[1]
    assert "make audit AUDIT=--must-answer" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_the_environment_cannot_turn_the_audit_elsewhere(
    locks: Path, osv: Osv, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_AUDIT_OUTPUT", str(locks / "elsewhere"))
    osv.known = {**CANARY, "six==1.17.0": ("CVE-2026-1",)}

    assert audit(locks, osv, capfd)[0] == 1
    assert not (locks / "elsewhere").exists()
