"""What every report says in the same words: the verdict and why, the names of images, scan facts, counts, warnings."""

from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec import UNSET, Struct

from gate.model import WORST_FIRST, Severity
from gate.plain import one_line
from gate.policy.clauses import Limit
from gate.policy.scalars import Duration
from gate.policy.verdict import ImageVerdict, Outcome, RuleOutcome, Verdict

CANNOT_FAIL = "This policy cannot fail (mode: warn): it reports, and blocks nothing."
"""The first line of every report on a verdict whose policy only warns."""
WORDS = {
    Outcome.PASS: "PASS",
    Outcome.WARN: "WARN",
    Outcome.FAIL: "FAIL",
    Outcome.NO_VERDICT: "NO VERDICT",
}
RULE_WORDS = {
    RuleOutcome.PASS: "PASS",
    RuleOutcome.WARN: "WARN",
    RuleOutcome.FAIL: "FAIL",
    RuleOutcome.SKIPPED: "SKIPPED",
    RuleOutcome.NO_VERDICT: "NO VERDICT",
}
VIOLATED = frozenset({RuleOutcome.FAIL, RuleOutcome.WARN})


class CountRow(Struct, frozen=True, kw_only=True):
    """How many findings of one severity an image has, how many of them count, and how many may."""

    severity: Severity
    found: int
    counted: int
    ignored: int
    other: int
    """Settled by anything but an `ignore` entry: closed, suppressed, VEX, baseline, grace."""
    allowed: str


def cannot_fail(verdict: Verdict) -> bool:
    """Tell whether the policy only warns, so that no report may look like one that could have failed."""
    if verdict.images:
        return all(image.mode == "warn" for image in verdict.images)
    return verdict.policy is not None and verdict.policy.resolved.mode == "warn"


def opening(verdict: Verdict) -> tuple[str, ...]:
    """Return the lines that a report starts with: that the policy cannot fail, if so, then the headline."""
    first = (CANNOT_FAIL,) if cannot_fail(verdict) else ()
    return (*first, headline(verdict))


def headline(verdict: Verdict) -> str:
    """Return verdict, subject and why in one line; the subject is left out where the reason counts images."""
    subject = f"{image_label(verdict.images[0])}: " if len(verdict.images) == 1 else ""
    return f"{WORDS[verdict.verdict]}: {subject}{one_line(verdict.reason, 1_000) or 'no reason is given'}"


def image_label(image: ImageVerdict) -> str:
    """Return the short name of an image, `repository:tag@sha256:0123456789ab`, or its target if it has none.

    A build of Image Builder is `name/1.2.3/4 (region:ami-…)`.
    """
    if image.arn:
        return f"{one_line(_arn_path(image.arn), 160)}{_made(image)}"
    if not image.repository:
        return target_text(image)
    tag = f":{one_line(_tag(image), 128)}" if image.tags else ""
    digest = f"@{one_line(image.digest[:19])}" if image.digest else ""
    platform = f" ({one_line(image.platform, 60)})" if image.platform else ""
    return f"{one_line(image.repository, 128)}{tag}{digest}{platform}"


def build_name(image: ImageVerdict) -> str:
    """Return the name, without version, of a pipeline or of a build of Image Builder; empty for any other image."""
    return one_line(_arn_path(image.pipeline or image.arn or "").partition("/")[0], 256)


def target_text(image: ImageVerdict) -> str:
    """Return the target as given, in one line."""
    return "standard input" if image.target == "-" else one_line(image.target, 300) or "(no name)"


def stable_name(image: ImageVerdict) -> str:
    """Return a name without tag, digest and version, so that the next build of the image has the same one."""
    if build_name(image):
        name = build_name(image)
    elif image.repository:
        name = one_line(image.repository, 256)
    elif image.source == "saved":
        name = target_text(image)
    else:
        path, slash, last = image.target.partition("@")[0].rpartition("/")
        name = one_line(f"{path}{slash}{last.partition(':')[0]}", 256)
    platform = f" {one_line(image.platform, 60)}" if image.platform else ""
    return f"{name or 'image'}{platform}"


def are_several(images: Iterable[ImageVerdict]) -> bool:
    """Tell whether the images are known to be of several registries or regions, so that names must tell them apart.

    What is not known makes no difference: a refusal of one image must not rename the others.
    """
    known = [(image.registry, image.region) for image in images]
    return any(len({place[part] for place in known if place[part]}) > 1 for part in (0, 1))


def policy_text(verdict: Verdict) -> str:
    """Return which policy was applied: its name, its files and its fingerprint."""
    used = verdict.policy
    if used is None:
        return "none: the run did not get that far"
    files = ", ".join(one_line(name, 200) for name in used.files) or "command line"
    return f"{one_line(used.name, 200) or '(no name)'} ({files}; sha256 {one_line(used.sha256[:12])})"


def scan_facts(image: ImageVerdict, judged_at: datetime) -> tuple[tuple[str, str], ...]:
    """Return what is known of the scan as (label, text), with the age of its data as of when AWS answered."""
    scan = image.scan
    if scan is None:
        return (("scan", "nothing is known of it"),)
    status = one_line(scan.status or "no status", 60)
    if scan.description:
        status += f" ({one_line(scan.description, 300)})"
    facts = [("scan", f"{image.kind.value}, {scan.state.value}; AWS says {status}")]
    asked = scan.captured_at or judged_at
    if scan.completed_at:
        facts.append(("completed", moment(scan.completed_at)))
    if scan.data_at:
        facts.append(("data of", f"{moment(scan.data_at)}{_age(scan.data_at, asked)}"))
    if scan.captured_at:
        facts.append(("replayed" if scan.replayed else "answered", f"as of {moment(scan.captured_at)}"))
    if scan.waited_seconds >= 1:
        facts.append(("waited", f"{scan.waited_seconds:.0f} s"))
    return tuple(facts)


def count_rows(verdict: Verdict, image: ImageVerdict) -> tuple[CountRow, ...]:
    """Return the counts by severity, worst first, without rows that are zero and unlimited; none if nothing counted."""
    if image.counts is None or verdict.policy is None:
        return ()
    rows = []
    for severity in WORST_FIRST:
        tally, limit = image.counts.of(severity), (image.limits or verdict.policy.resolved.max).of(severity)
        if not tally.found and (limit == "unlimited" or severity is Severity.UNKNOWN):
            continue
        rows.append(
            CountRow(
                severity=severity,
                found=tally.found,
                counted=tally.counted,
                ignored=tally.ignored,
                other=tally.found - tally.counted - tally.ignored,
                allowed=limit_text(limit),
            )
        )
    return tuple(rows)


def limit_text(limit: Limit) -> str:
    """Return how many findings a limit allows, in words."""
    if isinstance(limit, int | str):
        return str(limit)
    unknown = "" if limit.unknown is UNSET else f", {limit.unknown} fix unknown"
    return f"{limit.fixable} fixable, {limit.unfixable} unfixable{unknown}"


def warnings(verdict: Verdict) -> tuple[str, ...]:
    """Return the warnings in order, each with the image that it is about where there are several."""
    lines = []
    for warned in verdict.warnings:
        text = one_line(warned.text, 600)
        if warned.image is not None and len(verdict.images) > 1:
            text = f"{image_label(verdict.images[warned.image])}: {text}"
        lines.append(text)
    return tuple(lines)


def hints(verdict: Verdict) -> tuple[str, ...]:
    """Return what to do: the run's hint, then those of the images that say something else."""
    found = [one_line(verdict.hint, 500)]
    several = len(verdict.images) > 1
    for image in verdict.images:
        hint = one_line(image.hint, 500)
        if hint and hint != found[0]:
            found.append(f"{image_label(image)}: {hint}" if several else hint)
    return tuple(dict.fromkeys(filter(None, found)))


def moment(time: datetime) -> str:
    """Return a time to the minute, with its zone."""
    return time.isoformat(sep=" ", timespec="minutes").replace("+00:00", " UTC")


def plural(count: int, noun: str) -> str:
    """Return a count with its noun: `1 finding`, `2 findings`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _arn_path(arn: str) -> str:
    """Return what stands behind the resource type in an ARN: `name/1.2.3/4` of a build."""
    return arn.rpartition(":")[2].partition("/")[2] or arn


def _made(image: ImageVerdict) -> str:
    if not image.outputs:
        return ""
    more = f" and {len(image.outputs) - 1} more" if len(image.outputs) > 1 else ""
    return f" ({one_line(image.outputs[0], 200)}{more})"


def _tag(image: ImageVerdict) -> str:
    """Return the tag that the target names, else the first: an image may have many."""
    named = (tag for tag in image.tags if tag and f":{tag}@" in f"{image.target}@")
    return next(named, image.tags[0])


def _age(time: datetime, asked: datetime) -> str:
    seconds = int((_utc(asked) - _utc(time)).total_seconds()) // 60 * 60
    return f", {Duration(seconds).plain} old when judged" if seconds >= 0 else ", which lies ahead"


def _utc(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)
