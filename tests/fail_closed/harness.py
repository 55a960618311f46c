"""The whole gate as a pipeline calls it, in process, over the loopback AWS or saved answers, in time that tests own."""

import json
from pathlib import Path

import pytest
from msgspec import Struct

from gate.cli.clock import SystemClock
from gate.cli.exits import run
from gate.model import Severity
from gate.policy.verdict import ImageVerdict, Verdict
from gate.reports.json_document import read
from tests.aws_double.answers import Place, ScanAnswer, page
from tests.aws_double.clock import VirtualClock

SCAN = "DescribeImageScanFindings"
WEEK_AGO = -7 * 86_400.0
"""When a scan began that has long settled, in seconds from now."""
ZERO = "version: 1\nmax: {critical: 0, high: 0, medium: 0, low: 0, informational: 0}\n"
"""A policy that allows nothing at all."""
CRITICAL_ONLY = "version: 1\nmax: {critical: 0}\n"


class Ran(Struct, frozen=True, kw_only=True):
    """What one run left: its exit code, what it printed, and its verdict document."""

    code: int
    out: str
    err: str
    verdict: Verdict | None

    @property
    def document(self) -> Verdict:
        """The verdict document; there must be one."""
        assert self.verdict is not None, self.err
        return self.verdict

    @property
    def image(self) -> ImageVerdict:
        """The only image."""
        [image] = self.document.images
        return image

    @property
    def reason(self) -> str:
        """Why the only image has the verdict it has, and what to do."""
        return f"{self.image.reason} {self.image.hint}"

    def found(self, severity: Severity) -> int:
        """Return how many findings of a severity were listed."""
        assert self.image.counts is not None
        return self.image.counts.of(severity).found


class Gate:
    """Runs `gate check`; time stands still but for its own sleeping."""

    def __init__(
        self, folder: Path, clock: VirtualClock, capture: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Let the command's clock be `clock`, and keep its files in `folder`."""
        self.folder = folder
        self.clock = clock
        self._capture = capture
        monkeypatch.setattr(SystemClock, "now", lambda _: clock.now())
        monkeypatch.setattr(SystemClock, "monotonic", lambda _: clock.monotonic())
        monkeypatch.setattr(SystemClock, "sleep", lambda _, seconds: clock.sleep(seconds))

    def check(self, *arguments: str, policy: str = ZERO) -> Ran:
        """Run `gate check` on `arguments` (`team/app:v1` if there are none that name a target) with this policy."""
        file, document = self.folder / "policy.yaml", self.folder / "verdict.json"
        file.write_text(policy, encoding="utf-8")
        targets = arguments if any(not text.startswith("-") for text in arguments[:1]) else ("team/app:v1", *arguments)
        return self.run("check", *targets, "-p", str(file), "-o", f"json={document}")

    def run(self, *arguments: str) -> Ran:
        """Run any command of the gate."""
        document = self.folder / "verdict.json"
        code = run(list(arguments))
        out, err = self._capture.readouterr()
        assert "Traceback" not in out + err
        verdict = read(document.read_bytes()) if document.exists() else None
        return Ran(code=code, out=out, err=err, verdict=verdict)

    def saved(self, *answers: ScanAnswer, name: str = "scan.json", **members: object) -> str:
        """Write answers that AWS gave a week ago (one, or a list of pages), saved now; return the path."""
        since = self.clock.now().fromtimestamp(self.clock.now().timestamp() + WEEK_AGO, self.clock.now().tzinfo)
        pages = [page(answer, Place(step=0), 1_000_000, since) | members for answer in answers]
        path = self.folder / name
        path.write_text(json.dumps(pages[0] if len(pages) == 1 else pages), encoding="utf-8")
        return str(path)
