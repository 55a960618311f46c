"""Gets the evidence for each target from the source that its syntax names; what cannot be had is a fact too."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from gate.errors import EvidenceError, UsageError
from gate.model import Image, Refusal, Scan
from gate.plain import one_line
from gate.sources.recording import Recording
from gate.sources.role import Role
from gate.sources.waiting import Clock, Narrate, Waiting
from gate.target import BuildTarget, EcrTarget, SavedTarget, Target

if TYPE_CHECKING:
    from gate.sources.aws import Connections
    from gate.sources.ecr import EcrSource
    from gate.sources.imagebuilder import ImageBuilderSource


class Access(Struct, frozen=True, kw_only=True):
    """How AWS is reached, and how long it is waited for (seconds)."""

    region: str | None
    profile: str | None
    registry_id: str | None
    wait: float
    settle: float
    platforms: tuple[str, ...] = ()
    role: Role | None = None
    max_age: timedelta | None = None
    """How old a scan may be: where one is older, Inspector is asked whether it looked at the image since."""
    inspector: bool = False
    """Whether Inspector's own listing is joined to ECR's."""
    epss: bool = False
    """Whether a rule needs EPSS, so that Inspector's listing is joined wherever the scan is enhanced."""
    undecided: Callable[[Scan], tuple[str, ...]] | None = None
    """Returns the ARNs of the findings of a scan for whose details Inspector is asked: a rule still hangs on them."""
    with_suppressed: bool = True
    start_scan: bool = False


def collect(  # noqa: PLR0913 - what a run has, by name
    targets: tuple[Target, ...],
    access: Access,
    clock: Clock,
    narrate: Narrate,
    captured_at: datetime | None,
    *,
    recording: Recording | None = None,
) -> tuple[Scan | Refusal, ...]:
    """Return what is known of every target, in order; UsageError when a setting of this machine is wrong.

    AWS's answers are kept in `recording`, if there is one.
    """
    live = _Live(access, clock, narrate, recording)
    found: list[Scan | Refusal] = []
    for target in targets:
        if isinstance(target, SavedTarget):
            found.append(_saved(target, access, clock.now(), captured_at))
        else:
            found += live.scans(target)
    return tuple(found)


class _Live:
    """The sources in AWS, made when the first target needs one; all share one deadline."""

    def __init__(self, access: Access, clock: Clock, narrate: Narrate, recording: Recording | None) -> None:
        self._access = access
        self._recording = recording
        self._clock = clock
        self._waiting = Waiting(clock, access.wait, narrate)

    def scans(self, target: EcrTarget | BuildTarget) -> tuple[Scan | Refusal, ...]:
        """Return the scan of every image that a target in AWS names."""
        return self._ecr.scans(target) if isinstance(target, EcrTarget) else self._imagebuilder.scans(target)

    # NOTE: imports below, and of saved evidence, stand where they are used: boto3 takes longer to import than a saved
    # answer to judge.

    @cached_property
    def _connections(self) -> "Connections":
        from gate.sources.aws import Connections

        access = self._access
        return Connections(
            self._clock,
            profile=access.profile,
            region=access.region,
            role=access.role,
            recording=self._recording,
        )

    @cached_property
    def _ecr(self) -> "EcrSource":
        from gate.sources.ecr import EcrSource

        settle = timedelta(seconds=self._access.settle)
        access = self._access
        return EcrSource(
            self._connections,
            self._clock,
            self._waiting,
            settle,
            max_age=access.max_age,
            inspector=access.inspector,
            epss=access.epss,
            with_suppressed=access.with_suppressed,
            undecided=access.undecided,
            registry_id=access.registry_id,
            platforms=access.platforms,
            start_scan=access.start_scan,
        )

    @cached_property
    def _imagebuilder(self) -> "ImageBuilderSource":
        from gate.sources.imagebuilder import ImageBuilderSource

        return ImageBuilderSource(self._connections, self._waiting)


def _saved(target: SavedTarget, access: Access, now: datetime, captured_at: datetime | None) -> Scan | Refusal:
    from gate.sources.saved import Capture, read_saved

    try:
        data, written_at = read_evidence(target)
        at = captured_at or min(written_at or now, now)
        return read_saved(target, data, Capture(at=at, stated=captured_at is not None), access.settle)
    except EvidenceError as err:
        image = Image(target=target.text, source="saved")
        # NOTE: every report names the target anyway.
        reason = err.message.removeprefix(f"{one_line(target.text, 200)}: ")
        return Refusal(image=image, exit_code=int(err.exit_code), reason=reason, hint=err.hint)


def read_evidence(target: SavedTarget) -> tuple[bytes, datetime | None]:
    """Return the bytes (one more than may be, at most) and when the file was written; stdin has no time."""
    from gate.sources.saved import MOST_BYTES

    try:
        if target.path == "-":
            if sys.stdin is None:
                raise UsageError("the target is `-`, and there is no standard input")
            return sys.stdin.buffer.read(MOST_BYTES + 1), None
        with Path(target.path).open("rb") as file:
            written = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
            return file.read(MOST_BYTES + 1), written
    except (OSError, ValueError, OverflowError) as err:
        why = err.strerror if isinstance(err, OSError) and err.strerror else "this is no path of this system"
        raise EvidenceError(
            f"the evidence cannot be read: {why}", hint="Did the step that saves the evidence succeed?"
        ) from err
