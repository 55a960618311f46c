"""`gate doctor`: why there is no verdict: who asks, what they may do, how scanning is set up, and what to do next."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from gate.cli.clock import SystemClock
from gate.cli.evidence import Access, collect
from gate.cli.progress import Progress
from gate.cli.settings import region_of
from gate.cli.terminal import show
from gate.cli.values import EXTERNAL_ID, REGION, REGISTRY_ID, ROLE, SESSION, role_of
from gate.errors import Exit, UsageError
from gate.model import Refusal, Scan, ScanState
from gate.plain import neutral, one_line
from gate.policy.document import ScanDemands
from gate.target import BuildTarget, EcrTarget, SavedTarget, parse_target

if TYPE_CHECKING:
    from gate.sources.examination import Surroundings


@click.command(short_help="Say why an image has no verdict: access, scanning, times, and the next step.")
@click.argument("target", metavar="TARGET")
@click.option("--region", type=REGION, help="The region of a target that names none.")
@click.option("--profile", metavar="NAME", help="The AWS profile to use.")
@click.option("--registry-id", type=REGISTRY_ID, help="The registry (account) of a target that names none.")
@click.option("--role-arn", type=ROLE, help="A role to assume, such as one in the registry's account.")
@click.option("--external-id", type=EXTERNAL_ID, help="The external id that the role's trust policy asks for.")
@click.option("--role-session-name", type=SESSION, help="What the role's session is called.")
def doctor(  # noqa: PLR0913, PLR0917 - one for each option
    target: str,
    region: str | None,
    profile: str | None,
    registry_id: str | None,
    role_arn: str | None,
    external_id: str | None,
    role_session_name: str | None,
) -> int:
    """Try each thing that a check of TARGET needs, change nothing, and say in one line what to do next.

    Exits with 0 when a check would have evidence, with 5 when AWS refuses, else with 3.
    """
    named = parse_target(target)
    if isinstance(named, SavedTarget):
        raise UsageError(
            f"{one_line(target, 120)} is saved evidence, and doctor asks AWS", hint="Name the image that it is of."
        )
    role = role_of(role_arn, external_id, role_session_name)
    access = Access(
        region=region_of(region, os.environ),
        profile=profile,
        registry_id=registry_id,
        wait=0.0,
        settle=float(ScanDemands().settle.seconds),
        role=role,
    )
    found = collect((named,), access, SystemClock(), Progress(quiet=True), None)
    lines = [*_around(named, access, found), *_scans(found), ("next", _next(target, found))]
    show("".join(f"{neutral(f'{label:<10}{text}')}\n" for label, text in lines))
    return _exit_code(found)


def _around(
    target: EcrTarget | BuildTarget, access: Access, found: tuple[Scan | Refusal, ...]
) -> Iterator[tuple[str, str]]:
    from gate.sources.aws import Connections
    from gate.sources.examination import Leave, examine

    connections = Connections(SystemClock(), profile=access.profile, region=access.region, role=access.role)
    seen = examine(connections, target, found[0].image, _a_finding(found))
    yield "target", one_line(target.text, 300)
    yield "who", f"{seen.who}{f' (account {seen.account})' if seen.account else ''}"
    yield "region", target.region or connections.region or "not set"
    for number, one in enumerate(seen.tried):
        said = f" ({one.said})" if one.said else ""
        for_what = "" if one.leave is Leave.GIVEN else f"; needed for {one.needed_for}"
        yield "" if number else "may", f"{one.action:<47} {one.leave.value}{said}{for_what}"
    if isinstance(target, EcrTarget):
        registry = f"registry {seen.registry}: {seen.scan_type or 'no type told'}" if seen.registry else "not told"
        yield "scanning", f"{registry}; repository: {seen.frequency or 'not told'}"
        if seen.registry and found[0].image.registry not in {None, seen.registry}:
            yield "", "the image is in another registry, whose configuration only its own account is told"
        yield "pushed", f"{seen.pushed_at:%Y-%m-%d %H:%M UTC}" if seen.pushed_at else "not told"
    else:
        yield "built", f"{f'{seen.built_at:%Y-%m-%d %H:%M UTC}' if seen.built_at else 'not told'}; {_scanning(seen)}"


def _a_finding(found: tuple[Scan | Refusal, ...]) -> str | None:
    """Return the ARN of any finding that was listed, if one was."""
    scans = (one for one in found if isinstance(one, Scan))
    return next((finding.arn for scan in scans for finding in scan.findings if finding.arn), None)


def _scanning(seen: "Surroundings") -> str:
    """Return how a build is scanned, as Image Builder says it."""
    word = {True: "enabled", False: "not enabled", None: "not told"}[seen.is_scanned]
    types = f" ({one_line(', '.join(seen.scan_types), 200)})" if seen.scan_types else ""
    return f"image scanning: {word}{types}"


def _scans(found: tuple[Scan | Refusal, ...]) -> Iterator[tuple[str, str]]:
    for one in found:
        image = one.image
        names = (image.index_digest and f"index {image.index_digest}", image.digest or image.arn, image.platform)
        yield "image", ", ".join(one_line(name, 200) for name in names if name) or "not found"
        if isinstance(one, Refusal):
            yield "scan", f"not read: {one_line(one.reason, 600)}"
            continue
        times = (("completed", one.completed_at), ("data of", one.data_at))
        told = [f"{label} {time:%Y-%m-%d %H:%M UTC}" for label, time in times if time]
        status = f"{one_line(one.status, 60) if one.status else 'no status'}: {one.kind.value}, {one.state.value}"
        yield "scan", "; ".join([status, *told])
        if one.reason:
            yield "", one_line(one.reason, 600)
        for note in one.notes:
            yield "", one_line(note, 600)


def _next(target: str, found: tuple[Scan | Refusal, ...]) -> str:
    worst = [one for one in found if _code_of(one) is _exit_code(found)]
    if _exit_code(found) is Exit.PASS:
        return f"there is evidence to judge: gate check {one_line(target, 300)}"
    return one_line(worst[0].hint or worst[0].reason, 600)


def _exit_code(found: tuple[Scan | Refusal, ...]) -> Exit:
    codes = {_code_of(one) for one in found}
    return next(code for code in (Exit.REFUSED, Exit.NO_VERDICT, Exit.PASS) if code in codes)


def _code_of(one: Scan | Refusal) -> Exit:
    if isinstance(one, Refusal):
        return Exit.REFUSED if one.exit_code == Exit.REFUSED else Exit.NO_VERDICT
    return Exit.PASS if one.state is ScanState.COMPLETE else Exit.NO_VERDICT
