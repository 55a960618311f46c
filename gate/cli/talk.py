"""What `check` says on stderr: why an image has no verdict and, with --verbose, what was found."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from gate.model import Kind, ScanState
from gate.plain import one_line
from gate.policy.loader import Loaded
from gate.policy.verdict import ImageVerdict, Outcome, ScanFacts, Verdict
from gate.reports import summary

_BUILT = "settled: Image Builder has collected the findings when it says COMPLETED"


def unjudged(verdict: Verdict) -> Iterator[str]:
    """Yield one line for each image without a verdict: which, why, and what to do."""
    for image in verdict.images:
        if image.verdict is Outcome.NO_VERDICT:
            hint = f" — {one_line(image.hint, 1_000)}" if image.hint else ""
            yield f"gate: no verdict: {_name(image)}: {one_line(image.reason, 1_000)}{hint}"


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
    name = _name(image)
    parts = ("registry", "region", "repository", "digest", "index_digest", "platform", "arn", "pipeline")
    resolved = [f"{part.replace('_', ' ')} {getattr(image, part)}" for part in parts if getattr(image, part)]
    resolved += [f"made {made}" for made in image.outputs]
    yield f"gate: {name}: {one_line(', '.join(resolved), 600) or 'nothing is known of the image'}"
    scan = image.scan
    if scan is None:
        return
    facts = [f"scan {scan.status or 'without a status'}: {image.kind.value}, {scan.state.value}"]
    facts += [summary.plural(len(image.findings), "finding")] if image.counts else []
    times = (
        ("completed", scan.completed_at),
        ("data of", scan.data_at),
        ("last scanned", scan.scanned_at),
        ("answered", scan.captured_at),
    )
    facts += [f"{label} {_second(time)}" for label, time in times if time]
    settled = _BUILT if image.arn and scan.status else _settled(image.kind, scan, settle)
    facts += [settled] if _is_complete(image) else []
    facts += [f"waited {scan.waited_seconds:.1f} s"] if scan.waited_seconds else []
    yield f"gate: {name}: {one_line(', '.join(facts), 600)}"
    yield from noted(image)


def noted(image: ImageVerdict) -> Iterator[str]:
    """Yield what the source has to say of its own way to the scan."""
    for note in image.scan.notes if image.scan else ():
        yield f"gate: {_name(image)}: {one_line(note, 600)}"


def _name(image: ImageVerdict) -> str:
    """Return the target, with the platform of an image that an index holds."""
    platform = f" ({one_line(image.platform, 60)})" if image.platform else ""
    return f"{summary.target_text(image)}{platform}"


def _settled(kind: Kind, scan: ScanFacts, settle: timedelta) -> str:
    if kind is Kind.BASIC:
        return "settled: a basic scan is whole when it is COMPLETE"
    if scan.completed_at and scan.captured_at and scan.captured_at - scan.completed_at > settle:
        return "settled: it finished more than scan.settle before AWS answered"
    if scan.scanned_at:
        return "settled: Inspector says that its scan of the image succeeded"
    if scan.status is None:
        return "settled: on the word of --captured-at"
    return "settled: two listings in a row were the same"


def _is_complete(image: ImageVerdict) -> bool:
    return image.scan is not None and image.scan.state is ScanState.COMPLETE


def _second(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"
