"""The `gitlab` report: GitLab's container scanning report, schema 15.1.4.

It is not written unless every image of the verdict was judged. GitLab takes a vulnerability that the newest report of
the default branch lacks for resolved, and it compares all that one scanner reported, not image by image: an image
without verdict would have its vulnerabilities resolved by a report that is only about the others. So in a run over
several images of which some have no verdict nothing is written, and GitLab keeps what it knows of all of them.
"""

from datetime import UTC, datetime

import msgspec

from gate.policy.verdict import Verdict
from gate.reports.completeness import is_wholly_judged
from gate.reports.gitlab_findings import vulnerabilities
from gate.reports.gitlab_report import SCHEMA_VERSION, Message, Report, ScanBlock, Scanner, Vendor
from gate.reports.sarif_names import categories, told
from gate.reports.summary import CANNOT_FAIL, opening, warnings

# NOTE: no finding is ever left out to save room, since it would be resolved; GitLab's own limit for a job's artifacts
# is 100 MB unless its administrator says otherwise.
_MOST_BYTES = 90_000_000
_MOST_TEXT = (2_000, 100)
_MOST_WARNINGS = 20
_ENCODER = msgspec.json.Encoder()


def render(verdict: Verdict) -> str:
    """Return the report; the empty string, which means that no file is written, unless every image was judged."""
    if not is_wholly_judged(verdict):
        return ""
    named = list(zip(verdict.images, categories(verdict.images), strict=True))
    raw = bytearray()
    for most in _MOST_TEXT:
        found = (one for image, category in named for one in vulnerabilities(image, category, most))
        report = Report(version=SCHEMA_VERSION, scan=_scan(verdict), vulnerabilities=tuple(found))
        _ENCODER.encode_into(report, raw)
        if len(raw) <= _MOST_BYTES:
            break
    raw += b"\n"
    return raw.decode()


def _scan(verdict: Verdict) -> ScanBlock:
    version = told(verdict.gate, 100).strip() or "unknown"
    # NOTE: one scanner, whichever of AWS's scanners answered, or a change from basic to enhanced scanning would leave
    # the vulnerabilities of the other open for ever.
    scanner = Scanner(id="scan-gate", name="scan-gate", version=version, vendor=Vendor(name="scan-gate"))
    ended = _utc(verdict.judged_at)
    times = [image.scan.completed_at or image.scan.captured_at for image in verdict.images if image.scan]
    began = min((ended, *(_utc(time) for time in times if time is not None)))
    return ScanBlock(
        analyzer=scanner,
        scanner=scanner,
        start_time=_text(began),
        end_time=_text(ended),
        status="success",
        type="container_scanning",
        messages=_messages(verdict),
    )


def _messages(verdict: Verdict) -> tuple[Message, ...]:
    warned = warnings(verdict)
    shown = [text or "a warning without text" for text in warned[:_MOST_WARNINGS]]
    if len(warned) > _MOST_WARNINGS:
        shown.append(f"{len(warned) - _MOST_WARNINGS} more warnings: see the JSON document")
    opened = (Message(level="warn" if text == CANNOT_FAIL else "info", value=text) for text in opening(verdict))
    return (*opened, *(Message(level="warn", value=text) for text in shown))


def _utc(time: datetime) -> datetime:
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)


def _text(time: datetime) -> str:
    return time.replace(tzinfo=None).isoformat(timespec="seconds")
