"""What `check` says on stderr: why an image has no verdict and, with --verbose, what was found."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from gate.model import Kind, ScanState
from gate.plain import one_line
from gate.policy.loader import Loaded
from gate.policy.verdict import ImageVerdict, Outcome, Verdict
from gate.reports import summary


def unjudged(verdict: Verdict) -> Iterator[str]:
    """Yield one line for each image without a verdict: which, why, and what to do."""
    for image in verdict.images:
        if image.verdict is Outcome.NO_VERDICT:
            hint = f" — {one_line(image.hint, 1_000)}" if image.hint else ""
            yield f"gate: no verdict: {summary.target_text(image)}: {one_line(image.reason, 1_000)}{hint}"


def policy_line(policy: Loaded) -> str:
    """Return which policy judges, and for how long a scan is waited for at most."""
    demands = policy.policy.scan
    files = ", ".join(policy.files) or "command line"
    return (
        f"gate: policy {one_line(policy.name, 200)} ({files}; sha256 {policy.sha256[:12]}): "
        f"scan.wait {demands.wait.plain}, scan.settle {demands.settle.plain}, scan.kind {demands.kind}"
    )


def seen(image: ImageVerdict, settle: timedelta) -> Iterator[str]:
    """Yield what the target was resolved to, and what its scan was taken for."""
    name = summary.target_text(image)
    parts = ("registry", "region", "repository", "digest", "index_digest", "platform")
    resolved = [f"{part.replace('_', ' ')} {getattr(image, part)}" for part in parts if getattr(image, part)]
    yield f"gate: {name}: {one_line(', '.join(resolved), 600) or 'nothing is known of the image'}"
    scan = image.scan
    if scan is None:
        return
    facts = [f"scan {scan.status or 'without a status'}: {image.kind.value}, {scan.state.value}"]
    facts += [summary.plural(len(image.findings), "finding")] if image.counts else []
    times = (("completed", scan.completed_at), ("data of", scan.data_at), ("answered", scan.captured_at))
    facts += [f"{label} {_second(time)}" for label, time in times if time]
    facts += [_settled(image.kind, scan.completed_at, scan.captured_at, settle)] if _is_complete(image) else []
    facts += [f"waited {scan.waited_seconds:.1f} s"] if scan.waited_seconds else []
    yield f"gate: {name}: {one_line(', '.join(facts), 600)}"


def _settled(kind: Kind, completed: datetime | None, captured: datetime | None, settle: timedelta) -> str:
    if kind is Kind.BASIC:
        return "settled: a basic scan is whole when it is COMPLETE"
    if completed and captured and captured - completed > settle:
        return "settled: it finished more than scan.settle before AWS answered"
    return "settled: two listings in a row were the same"


def _is_complete(image: ImageVerdict) -> bool:
    return image.scan is not None and image.scan.state is ScanState.COMPLETE


def _second(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"
