"""`gate policy diff`: what another policy would change over saved evidence."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial

import click

from gate.cli.beside import check_env
from gate.cli.chosen import chosen
from gate.cli.policy_evidence import judged_by
from gate.cli.terminal import show
from gate.cli.values import TimeValue
from gate.errors import Exit, UsageError
from gate.plain import neutral, one_line
from gate.policy.difference import FindingChange, ImageChange, difference, unjudged
from gate.policy.verdict import ImageVerdict, Verdict
from gate.reports.summary import image_label, plural

_MOST_GROUPS = 50
_MOST_NAMED = 10


@click.command(short_help="Say what another policy would change over saved evidence.")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.argument("files", nargs=-1, required=True, metavar="FILE.json...")
@click.option("--kev", metavar="FILE", help="CISA's catalogue of known exploited vulnerabilities (JSON, also .gz).")
@click.option("--epss", metavar="FILE", help="FIRST's EPSS scores (CSV, also .gz).")
@click.option("--env", metavar="NAME", help="The environment that the policies' overrides select by.")
@click.option("--captured-at", type=TimeValue(), allow_from_autoenv=False, help="When the evidence was fetched.")
@click.option("--now", type=TimeValue(), allow_from_autoenv=False, help="Judge as of this time.")
def diff(  # noqa: PLR0913, PLR0917 - one for each option
    old: str,
    new: str,
    files: tuple[str, ...],
    kev: str | None,
    epss: str | None,
    env: str | None,
    captured_at: datetime | None,
    now: datetime | None,
) -> int:
    """Judge saved evidence by the policies OLD and NEW, and print what differs: nothing where nothing does.

    Exits with 0 whatever differs, and with 3 when neither policy gives a verdict on an image.
    """
    if "-" in files:
        raise UsageError("standard input can be read once, and two policies are to judge it", hint="Name a file.")
    policies = chosen(old, ()), chosen(new, ())
    check_env(env, *policies)
    judge = partial(judged_by, files=files, kev=kev, epss=epss, env=env, captured_at=captured_at, now=now)
    before, after = map(judge, policies)
    changes, without = difference(before, after), unjudged(before, after)
    lines = [line for change in changes for line in _lines(after, change)]
    lines += [_unjudged(after.images[number]) for number in without]
    lines += _without_baseline(before, after)
    lines.append(_summary(len(after.images), changes, len(without)))
    show(neutral("\n".join(lines) + "\n"))
    return int(Exit.NO_VERDICT if without else Exit.PASS)


def _lines(after: Verdict, change: ImageChange) -> Iterator[str]:
    yield image_label(after.images[change.image])
    if change.changes_verdict:
        yield f"  verdict   {change.before} -> {change.after}"
    else:
        yield f"  verdict   {change.after}, as before"
    yield f"  before    {one_line(change.why_before, 300)}"
    yield f"  after     {one_line(change.why_after, 300)}"
    for label, names in (("begins", change.begins), ("ends", change.ends)):
        if names:
            yield f"  {label:<9} {one_line(', '.join(names), 300)}"
    groups: dict[tuple[str, ...], list[FindingChange]] = {}
    for finding in change.findings:
        groups.setdefault((finding.before, finding.after, finding.why_before, finding.why_after), []).append(finding)
    for group in list(groups.values())[:_MOST_GROUPS]:
        yield from _group(group)
    if len(groups) > _MOST_GROUPS:
        yield f"  and {plural(sum(map(len, list(groups.values())[_MOST_GROUPS:])), 'more finding')}"


def _group(findings: list[FindingChange]) -> Iterator[str]:
    """Yield findings that change in the same way, for the same reasons."""
    ids = ", ".join(one_line(one.id, 60) or "(no id)" for one in findings[:_MOST_NAMED])
    more = f" and {len(findings) - _MOST_NAMED} more" if len(findings) > _MOST_NAMED else ""
    change = findings[0]
    yield f"  {plural(len(findings), 'finding')}  {change.before} -> {change.after}"
    yield f"    which   {ids}{more}"
    yield f"    before  {one_line(change.why_before, 300)}"
    yield f"    after   {one_line(change.why_after, 300)}"


def _unjudged(image: ImageVerdict) -> str:
    return f"{image_label(image)}: no verdict by either policy: {one_line(image.reason, 300)}"


def _without_baseline(*verdicts: Verdict) -> list[str]:
    """Return which images are compared with no baseline, though a policy names one."""
    missing = {
        f"{image_label(image)}: judged without a baseline: {one_line(image.baseline.missing, 300)}": None
        for verdict in verdicts
        for image in verdict.images
        if image.baseline is not None and image.baseline.missing
    }
    return list(missing)


def _summary(images: int, changes: tuple[ImageChange, ...], without: int) -> str:
    none = f"; {plural(without, 'image')} without a verdict" if without else ""
    if not changes:
        return f"no difference over {plural(images, 'image')}{none}"
    verdicts = sum(change.changes_verdict for change in changes)
    findings = sum(len(change.findings) for change in changes)
    return f"another verdict: {verdicts} of {plural(images, 'image')}; another end: {plural(findings, 'finding')}{none}"
