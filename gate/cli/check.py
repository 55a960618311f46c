"""`gate check`: collect evidence, judge it, write reports, and exit with the verdict."""

import os
from collections.abc import Callable
from datetime import datetime
from functools import partial
from itertools import chain
from shutil import get_terminal_size
from typing import Any

import click
from msgspec import Struct

from gate.cli.beside import files_of, given
from gate.cli.bundles import Bundles
from gate.cli.chosen import chosen_or_fault
from gate.cli.clock import SystemClock
from gate.cli.command import DEFAULT_FILE, ClearingCommand, inputs, note_claimed
from gate.cli.evidence import Access, collect
from gate.cli.github import tell_github
from gate.cli.outputs import STDOUT, Output, claim, rendered, write_files
from gate.cli.progress import Progress
from gate.cli.settings import region_of, settings_of_evidence, settings_of_options, variables_of_aws, with_settings
from gate.cli.talk import noted, policy_line, seen, unjudged
from gate.cli.terminal import say, show, wants_colour
from gate.cli.values import (
    EXTERNAL_ID,
    PLATFORM_NAME,
    REGION,
    REGISTRY_ID,
    ROLE,
    SESSION,
    DurationValue,
    Lines,
    TimeValue,
    role_of,
)
from gate.errors import Exit, GateError, ReportError, UsageError
from gate.model import Refusal, Scan
from gate.plain import one_line
from gate.policy.effective import variants
from gate.policy.evaluate import evaluate
from gate.policy.lint import uneven_limits
from gate.policy.loader import Loaded
from gate.policy.scalars import Duration
from gate.policy.verdict import Outcome, Setting, Verdict
from gate.reports import UNWRITTEN
from gate.reports.json_document import as_written
from gate.sources.recording import Recording
from gate.sources.role import SESSION_NAME
from gate.target import BuildTarget, EcrTarget, SavedTarget, Target, parse_target


class Request(Struct, frozen=True, kw_only=True):
    """What the command line asks for; the fields are named like the options."""

    targets: tuple[str, ...]
    policy: str | None
    max: tuple[str, ...]
    output: tuple[str, ...]
    wait: Duration | None
    region: str | None
    profile: str | None
    registry_id: str | None
    platform: tuple[str, ...]
    source: str
    role_arn: str | None
    external_id: str | None
    role_session_name: str | None
    start_scan: bool
    save_evidence: str | None
    kev: str | None
    epss: str | None
    env: str | None
    baseline: str | None
    captured_at: datetime | None
    now: datetime | None
    exit_zero: bool
    warn_exit: bool
    quiet: bool
    verbose: bool
    color: str


@click.command(cls=ClearingCommand, short_help="Collect evidence, judge it, write reports, exit with the verdict.")
@click.argument("targets", nargs=-1, metavar="TARGET...", type=Lines(), envvar="GATE_CHECK_TARGETS")
@click.option(
    "-p", "--policy", metavar="FILE", help=f"The policy; else {DEFAULT_FILE}, else (not in CI) the built-in one."
)
@click.option(
    "--max",
    metavar="SEVERITY=N",
    multiple=True,
    help="A limit, instead of a policy file; repeat it.",
)
@click.option(
    "-o", "--output", metavar="FORMAT=PATH", multiple=True, type=Lines(), help="A report; `-` is stdout; repeat it."
)
@click.option("--wait", type=DurationValue(), help="How long to wait for the scan (else the policy's scan.wait, 10m).")
@click.option("--region", type=REGION, help="The region of targets that name none.")
@click.option("--profile", metavar="NAME", help="The AWS profile to use.")
@click.option("--registry-id", type=REGISTRY_ID, help="The registry (account) of targets that name none.")
@click.option(
    "--platform", type=PLATFORM_NAME, multiple=True, help="Judge only this platform of an image index; repeat it."
)
@click.option(
    "--source",
    type=click.Choice(["ecr", "inspector"]),
    default="ecr",
    help="Whose listing is judged: ECR's, or ECR's and Inspector's own joined (enhanced scanning; EPSS).",
)
@click.option("--role-arn", type=ROLE, help="A role to assume, such as one in the registry's account.")
@click.option("--external-id", type=EXTERNAL_ID, help="The external id that the role's trust policy asks for.")
@click.option("--role-session-name", type=SESSION, help=f"What the role's session is called ({SESSION_NAME}).")
@click.option("--start-scan", is_flag=True, help="Start a basic scan of an image that nobody scans by itself.")
@click.option("--save-evidence", metavar="DIR", help="Keep what AWS said of each image, to be judged again.")
@click.option("--kev", metavar="FILE", help="CISA's catalogue of known exploited vulnerabilities (JSON, also .gz).")
@click.option("--epss", metavar="FILE", help="FIRST's EPSS scores (CSV, also .gz).")
@click.option("--env", metavar="NAME", help="The environment that the policy's overrides select by.")
@click.option("--baseline", metavar="TARGET", help="What to compare with, where the policy's baseline names no image.")
@click.option("--captured-at", type=TimeValue(), allow_from_autoenv=False, help="When saved evidence was fetched.")
@click.option(
    "--now", type=TimeValue(), allow_from_autoenv=False, help="Judge saved evidence as of this time (replay)."
)
@click.option("--exit-zero", is_flag=True, allow_from_autoenv=False, help="Exit with 0 where it would be 1 or 10.")
@click.option("--warn-exit", is_flag=True, help="Exit with 10 when there are only warnings.")
@click.option("-q", "--quiet", is_flag=True, help="No console report, no progress.")
@click.option(
    "-v", "--verbose", is_flag=True, help="Say on stderr what was resolved, what the scan was taken for, and timings."
)
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour on stdout.")
@click.pass_context
def check(ctx: click.Context, /, **options: Any) -> int:  # noqa: ANN401 - click's declarations above are the types
    """Judge the scan of each TARGET against the policy.

    TARGET is an ECR image (REPOSITORY:TAG, REPOSITORY@sha256:…, or the same behind its registry host), the ARN of an
    Image Builder build or pipeline, or evidence saved earlier (FILE.json, FILE.json.gz, or - for stdin).
    """
    request = Request(**options)
    clock = SystemClock()
    policy = chosen_or_fault(request.policy, request.max)
    read = inputs(request.targets, request.policy, request.kev, request.epss, request.baseline)
    read += files_of(policy) if isinstance(policy, Loaded) else ()
    outputs = claim(request.output, read, clock.now())
    note_claimed(ctx)
    return run_check(request, policy, outputs, clock, settings_of_options(ctx))


def run_check(
    request: Request,
    policy: Loaded | GateError,
    outputs: tuple[Output, ...],
    clock: SystemClock,
    settings: tuple[Setting, ...],
) -> int:
    """Do what `check` asks for, once its outputs are claimed, and return the exit code."""
    targets = _targets(request)
    if not isinstance(policy, Loaded):
        raise policy
    for note in () if request.quiet else uneven_limits(policy):
        say(f"gate: {note}")
    asked = given(
        policy, kev=request.kev, epss=request.epss, env=request.env, baseline=request.baseline, targets=targets
    )
    bundles = Bundles(request.save_evidence) if request.save_evidence else None
    began = clock.monotonic()
    access = asked.access(_access(request, policy, clock))
    gather = partial(_scans, request, access, clock, bundles.recording if bundles else None)
    scans = gather(targets)
    variables = _variables(request, targets)
    scans, settings = with_settings(scans, variables), (*settings, *settings_of_evidence(scans, variables))
    beside = asked.beside(scans, lambda one: gather((one,)), settings=settings, warn_exit=request.warn_exit)
    collected = clock.monotonic()
    verdict = as_written(evaluate(policy.used, scans, _now(request, scans, clock), beside))
    judged = clock.monotonic()
    _talk(request, policy, verdict)
    _unless_violated(request, verdict, partial(_report, request, outputs, verdict))
    _unless_violated(request, verdict, partial(tell_github, outputs, verdict))
    if bundles:
        _unless_violated(request, verdict, partial(_save, bundles, scans))
    if request.verbose:
        times = f"collected in {collected - began:.2f} s, judged in {judged - collected:.2f} s"
        say(f"gate: {times}, reported in {clock.monotonic() - judged:.2f} s")
    soft = request.exit_zero and verdict.exit_code in {Exit.VIOLATED, Exit.WARNED}
    return int(Exit.PASS) if soft else verdict.exit_code


def _variables(request: Request, targets: tuple[Target, ...]) -> tuple[str, ...]:
    if not any(isinstance(target, EcrTarget | BuildTarget) for target in targets):
        return ()
    return variables_of_aws(os.environ, region=request.region, profile=request.profile)


def _targets(request: Request) -> tuple[Target, ...]:
    if not request.targets:
        raise UsageError(
            "no target is named", hint="Name an image, such as team/app:v1, or a file with saved evidence."
        )
    targets = tuple(parse_target(text) for text in dict.fromkeys(request.targets))
    saved = [target for target in targets if isinstance(target, SavedTarget)]
    for option, value in (("--now", request.now), ("--captured-at", request.captured_at)):
        if value is not None and len(saved) != len(targets):
            raise UsageError(f"{option} goes with saved evidence only, and a target is an image in AWS")
    are_in_ecr = all(isinstance(target, EcrTarget) for target in targets)
    for option, wanted in (("--platform", request.platform), ("--source inspector", request.source == "inspector")):
        if wanted and not are_in_ecr:
            raise UsageError(f"{option} goes with images in ECR only, and a target is something else")
    return targets


def _access(request: Request, policy: Loaded, clock: SystemClock) -> Access:
    demands = policy.policy.scan
    now = request.now or clock.now()
    if request.captured_at and request.captured_at > now:
        raise UsageError(f"--captured-at is after now ({now:%Y-%m-%dT%H:%M:%SZ})")
    ages = [age.delta for age in variants(policy.policy, "scan.max_age") if age]
    return Access(
        region=region_of(request.region, os.environ),
        profile=request.profile,
        registry_id=request.registry_id,
        wait=float((request.wait or demands.wait).seconds),
        settle=float(demands.settle.seconds),
        platforms=tuple(dict.fromkeys(request.platform)),
        max_age=min(ages, default=None),
        inspector=request.source == "inspector",
        with_suppressed="count" in variants(policy.policy, "scan.inspector_suppressed"),
        role=role_of(request.role_arn, request.external_id, request.role_session_name),
        start_scan=request.start_scan,
    )


def _scans(
    request: Request,
    access: Access,
    clock: SystemClock,
    recording: Recording | None,
    targets: tuple[Target, ...],
) -> tuple[Scan | Refusal, ...]:
    progress = Progress(quiet=request.quiet)
    try:
        return collect(targets, access, clock, progress, request.captured_at, recording=recording)
    finally:
        progress.close()


def _now(request: Request, scans: tuple[Scan | Refusal, ...], clock: SystemClock) -> datetime:
    """Return the time to judge by: --now, else AWS's own clock where it answered, else this machine's."""
    live = [scan.captured_at for scan in scans if isinstance(scan, Scan) and scan.captured_at and not scan.replayed]
    return (request.now or max(live, default=clock.now())).replace(microsecond=0)


def _talk(request: Request, policy: Loaded, verdict: Verdict) -> None:
    if request.verbose:
        say(policy_line(policy))
        for image in verdict.images:
            for text in seen(image, policy.policy.scan.settle.delta):
                say(text)
    elif request.start_scan:
        for text in chain.from_iterable(map(noted, verdict.images)):
            say(text)
    for text in unjudged(verdict):
        say(text)


def _report(request: Request, outputs: tuple[Output, ...], verdict: Verdict) -> None:
    texts = rendered(outputs, verdict)
    write_files(texts)
    printed = [text for output, text in texts if output.path == STDOUT]
    for output, text in texts:
        if not text:
            say(f"gate: {output.format} is not written: {UNWRITTEN[output.format]}")
    if printed:
        show(printed[0])
    elif not request.quiet:
        show(_console(request, verdict))


def _save(bundles: Bundles, scans: tuple[Scan | Refusal, ...]) -> None:
    for line in bundles.save(scans):
        say(line)


def _unless_violated(request: Request, verdict: Verdict, write: Callable[[], None]) -> None:
    """Write; what cannot be written is a fault, unless a known violation makes the exit code."""
    try:
        write()
    except ReportError as err:
        # NOTE: with --exit-zero the violation makes no exit code, and 0 must not hide that the report is missing.
        if verdict.verdict is not Outcome.FAIL or request.exit_zero:
            raise
        say(f"gate: a report could not be written: {one_line(err.message, 600)}")


def _console(request: Request, verdict: Verdict) -> str:
    from gate.reports import console

    if not wants_colour(request.color):
        return console.render(verdict)
    return console.render_terminal(verdict, width=max(60, get_terminal_size((console.WIDTH, 25)).columns))
