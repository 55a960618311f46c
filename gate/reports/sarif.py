"""The SARIF report, for code scanning: one run for each image, none for an image about which nothing was decided."""

import re
import zlib
from datetime import UTC, datetime

import msgspec

from gate.policy.verdict import ImageVerdict, Outcome, Verdict
from gate.reports.sarif_log import (
    AutomationDetails,
    Driver,
    Invocation,
    Level,
    Log,
    Notification,
    Result,
    Run,
    RunProperties,
    Text,
    Tool,
)
from gate.reports.sarif_names import categories, reference, told
from gate.reports.sarif_results import Results, ordered
from gate.reports.summary import CANNOT_FAIL, cannot_fail, headline

# Source: docs.github.com, "SARIF support for code scanning": a file over these limits is refused as a whole.
_MOST_RUNS = 20
_MOST_BYTES = 10_000_000
# How many results a run may hold, and up to how many it is filled with what does not violate the policy. The first pair
# is what code scanning shows; the others are tried in turn when the file, compressed, would be too large to upload.
_CUTS = ((5_000, 5_000), (5_000, 1_000), (5_000, 100), (1_000, 100), (100, 100), (10, 10), (1, 1))
_MOST_WARNINGS = 20
_SEMANTIC = re.compile(r"\d+\.\d+\.\d+")
_ENCODER = msgspec.json.Encoder()
_URGENCY = (Outcome.FAIL, Outcome.WARN, Outcome.PASS)

_Subject = tuple[int, ImageVerdict, str]
"""The index of an image in the verdict, the image, and its category."""


def render(verdict: Verdict) -> str:
    """Return the SARIF log of the findings that somebody may have to act on; the empty string means: write no file."""
    return _render(verdict, settled=False)


def render_suppressed(verdict: Verdict) -> str:
    """Return the same with the ignored, suppressed and closed findings too, each with its `suppressions`."""
    return _render(verdict, settled=True)


def _render(verdict: Verdict, *, settled: bool) -> str:
    named = zip(range(len(verdict.images)), verdict.images, categories(verdict.images), strict=True)
    subjects = [subject for subject in named if _is_judged(subject[1])]
    if not subjects:
        return ""
    # NOTE: an image left out keeps its alerts as they were, so the ones whose alerts matter most are in the file.
    kept = sorted(sorted(subjects, key=_urgency)[:_MOST_RUNS])
    left_out = len(subjects) - len(kept)
    raw = bytearray()
    for cut in _CUTS:
        runs = [_run(verdict, subject, cut, settled=settled, left_out=left_out) for subject in kept]
        _ENCODER.encode_into(Log(runs=tuple(runs)), raw)
        if len(raw) <= _MOST_BYTES or len(zlib.compress(raw, 1)) <= _MOST_BYTES:
            break
    raw += b"\n"
    return raw.decode()


def _is_judged(image: ImageVerdict) -> bool:
    # NOTE: an image that cannot be scanned and is accepted as such is judged, but nothing was counted: a run without
    # results would close its alerts.
    return image.verdict is not Outcome.NO_VERDICT and image.counts is not None


def _urgency(subject: _Subject) -> int:
    return _URGENCY.index(subject[1].verdict)


def _run(verdict: Verdict, subject: _Subject, cut: tuple[int, int], *, settled: bool, left_out: int) -> Run:
    index, image, category = subject
    levels = ordered(image, settled=settled)
    kept = _cut(levels, cut)
    made = Results(image, with_suppressions=settled)
    results: list[Result] = []
    for level, indexes in kept.items():
        results += made.make(indexes, level)
    notes = [*_missing(levels, kept, left_out), *_warnings(verdict, index)]
    return Run(
        tool=Tool(driver=_driver(verdict.gate, made)),
        automation_details=AutomationDetails(id=category),
        invocations=(_invocation(verdict, tuple(notes)),),
        results=tuple(results),
        properties=_properties(verdict, image),
    )


def _cut(levels: dict[Level, list[int]], cut: tuple[int, int]) -> dict[Level, list[int]]:
    """Keep the worst: no violation is left out for anything else."""
    most, most_others = cut
    kept: dict[Level, list[int]] = {}
    room = most
    for level, indexes in levels.items():
        kept[level] = indexes[: max(room, 0)]
        room = min(room, most_others) - len(kept[level])
    return kept


def _driver(gate: str, made: Results) -> Driver:
    version = told(gate, 100)
    semantic = version if _SEMANTIC.fullmatch(version) else None
    return Driver(name="scan-gate", version=version, semantic_version=semantic, rules=made.rules())


def _invocation(verdict: Verdict, notes: tuple[Notification, ...]) -> Invocation:
    # NOTE: that the policy cannot fail is about the configuration, so both it and what was cut can come first.
    first = (CANNOT_FAIL,) if cannot_fail(verdict) else ()
    return Invocation(
        execution_successful=True,
        exit_code=verdict.exit_code,
        exit_code_description=" ".join([*first, told(headline(verdict), 1_000)]),
        tool_configuration_notifications=tuple(_notification(text) for text in first),
        tool_execution_notifications=notes,
    )


def _missing(levels: dict[Level, list[int]], kept: dict[Level, list[int]], left_out: int) -> list[Notification]:
    """Say first what the file does not hold."""
    names: dict[Level, str] = {"error": "violating", "warning": "allowed", "note": "minor"}
    gone = {name: len(levels[level]) - len(kept[level]) for level, name in names.items()}
    said = []
    if any(gone.values()):
        total = sum(map(len, levels.values()))
        parts = ", ".join(f"{count:,} {name}" for name, count in gone.items() if count)
        shown = total - sum(gone.values())
        text = f"{shown:,} of {total:,} results are in this run, the worst first; left out: {parts}."
        said.append(_notification(f"{text} The verdict document has all of them."))
    if left_out:
        text = f"Code scanning takes {_MOST_RUNS} runs a file: {left_out} more images were judged and are not in it."
        said.append(_notification(text))
    return said


def _warnings(verdict: Verdict, index: int) -> list[Notification]:
    texts = [warned.text for warned in verdict.warnings if warned.image in {None, index}]
    return [_notification(told(text, 1_000) or "a warning without text") for text in texts[:_MOST_WARNINGS]]


def _notification(text: str) -> Notification:
    return Notification(level="warning", message=Text(text=text))


def _properties(verdict: Verdict, image: ImageVerdict) -> RunProperties:
    completed = image.scan.completed_at if image.scan else None
    policy = verdict.policy
    return RunProperties(
        image=reference(image),
        digest=_optional(image.digest),
        build=_optional(image.arn),
        pipeline=_optional(image.pipeline),
        made=tuple(told(made, 300) for made in image.outputs[:100]),
        tags=tuple(told(tag, 128) for tag in image.tags[:100]),
        platform=_optional(image.platform),
        account=_optional(image.registry),
        region=_optional(image.region),
        kind=image.kind.value,
        scan_completed_at=_time(completed) if completed else None,
        policy_name=_optional(policy.name) if policy else None,
        policy_sha256=_optional(policy.sha256) if policy else None,
        verdict=image.verdict.value,
    )


def _optional(text: str | None) -> str | None:
    return told(text, 300) if text else None


def _time(moment: datetime) -> str:
    # NOTE: a time without zone is UTC, as everywhere here; Python would take it for the machine's own.
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")
