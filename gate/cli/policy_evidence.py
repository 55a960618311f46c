"""Evidence for policies without AWS: saved answers, bundles, and verdict documents, judged by any policy."""

from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from gate.cli.beside import given
from gate.cli.clock import SystemClock
from gate.cli.evidence import Access, collect
from gate.cli.progress import Progress
from gate.errors import EvidenceError, UsageError
from gate.model import Refusal, Scan
from gate.plain import one_line
from gate.policy.evaluate import Beside, evaluate
from gate.policy.loaded import Loaded, Step
from gate.policy.rejudge import evidence_of
from gate.policy.relaxing import relaxations, steps_of
from gate.policy.verdict import PolicyUsed, Verdict
from gate.target import SavedTarget, Target, parse_target

_UNUSED = " matched nothing: remove it"
"""How the warning of `check` about an entry that is of no use ends."""


def judged_by(  # noqa: PLR0913 - what a check of saved evidence takes, by name
    loaded: Loaded,
    files: tuple[str, ...],
    *,
    kev: str | None = None,
    epss: str | None = None,
    env: str | None = None,
    captured_at: datetime | None = None,
    now: datetime | None = None,
) -> Verdict:
    """Judge saved evidence by a policy, as `gate check` would; UsageError for a target that is not saved evidence.

    Whether the policy knows the environment `env` is for the caller to say.
    """
    targets = tuple(_saved(text) for text in dict.fromkeys(files))
    asked = replace(given(loaded, kev=kev, epss=epss, env=None, baseline=None), env=env)
    clock = SystemClock()

    def gather(wanted: tuple[Target, ...]) -> tuple[Scan | Refusal, ...]:
        return saved_scans(wanted, captured_at, settle=float(loaded.policy.scan.settle.seconds))

    scans = gather(targets)
    beside = asked.beside(scans, lambda target: gather((_only_saved(target),)))
    return evaluate(loaded.used, scans, (now or clock.now()).replace(microsecond=0), beside)


def saved_scans(
    targets: tuple[Target, ...], captured_at: datetime | None, *, settle: float
) -> tuple[Scan | Refusal, ...]:
    """Read saved evidence; `settle` is in seconds."""
    access = Access(region=None, profile=None, registry_id=None, wait=0.0, settle=settle)
    return collect(targets, access, SystemClock(), Progress(quiet=True), captured_at)


def unused_in(
    loaded: Loaded, documents: Mapping[str, Verdict], now: datetime
) -> tuple[tuple[tuple[Step, ...], str], ...]:
    """Return the entries of a policy, by their place, that match nothing in any of these verdict documents.

    Which entries are in force is told as of `now`; how old the documents and their scans are does not matter.
    """
    policy = loaded.used
    resolved = policy.resolved
    wanted = replace(policy, resolved=replace(resolved, relaxations=replace(resolved.relaxations, unused="warn")))
    said = [_unused(wanted, path, document, loaded, now) for path, document in documents.items()]
    common = set[str].intersection(*said)
    return tuple(
        (steps_of(path), f"{name}{_UNUSED}") for path, name, _ in relaxations(resolved) if f"{name}{_UNUSED}" in common
    )


def _unused(policy: PolicyUsed, path: str, document: Verdict, loaded: Loaded, now: datetime) -> set[str]:
    # NOTE: a document lists no findings of an image on which it has no verdict.
    _refuse_unjudged(path, document, "in it")
    scans, _, before = evidence_of(document)
    beside = Beside(vex=loaded.statements, compared=before.compared, env=before.env)
    # NOTE: as if each scan had just ended: the question is what it lists, and not how old it is.
    fresh = tuple(
        replace(scan, completed_at=now, data_at=now, scanned_at=now, tag_move=None)
        for scan in scans
        if isinstance(scan, Scan)
    )
    found = evaluate(policy, fresh, now, beside)
    _refuse_unjudged(path, found, "by this policy")
    return {warned.text for warned in found.warnings if warned.image is None}


def _refuse_unjudged(path: str, verdict: Verdict, where: str) -> None:
    for image in verdict.images:
        if image.counts is None:
            said = f"{one_line(image.target, 200)} has no verdict {where}, where any entry may be of use"
            raise EvidenceError(
                f"{one_line(path, 200)}: {said}: {one_line(image.reason, 300)}",
                hint="Give documents with a verdict on every image.",
            )


def _saved(text: str) -> SavedTarget:
    target = parse_target(text)
    if not isinstance(target, SavedTarget):
        raise UsageError(
            f"{one_line(text, 120)} is no saved evidence; policies are compared without AWS",
            hint="Save it with gate check --save-evidence, and name the file.",
        )
    return target


def _only_saved(target: Target) -> SavedTarget:
    if isinstance(target, SavedTarget):
        return target
    raise EvidenceError("it is an image in AWS, and policies are compared without AWS")
