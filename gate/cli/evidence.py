"""Gets the evidence for each target from the source that its syntax names; what cannot be had is a fact too."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from gate.errors import EvidenceError, UsageError
from gate.model import Image, Refusal, Scan
from gate.plain import one_line
from gate.sources.saved import MOST_BYTES, Capture, read_saved
from gate.sources.waiting import Clock, Narrate
from gate.target import EcrTarget, SavedTarget, Target


class Access(Struct, frozen=True, kw_only=True):
    """How AWS is reached, and how long it is waited for (seconds)."""

    region: str | None
    profile: str | None
    registry_id: str | None
    wait: float
    settle: float


def collect(
    targets: tuple[Target, ...], access: Access, clock: Clock, narrate: Narrate, captured_at: datetime | None
) -> tuple[Scan | Refusal, ...]:
    """Return what is known of every target, in order; UsageError when a setting of this machine is wrong."""
    live = [target for target in targets if isinstance(target, EcrTarget)]
    found = dict(zip(live, _live(live, access, clock, narrate), strict=True)) if live else {}
    return tuple(
        found[target] if isinstance(target, EcrTarget) else _saved(target, access, clock.now(), captured_at)
        for target in targets
    )


def _live(targets: list[EcrTarget], access: Access, clock: Clock, narrate: Narrate) -> tuple[Scan | Refusal, ...]:
    # NOTE: imported here, since boto3 takes longer to import than a saved answer to judge.
    from gate.sources.aws import Connections
    from gate.sources.ecr import EcrSource
    from gate.sources.scanning import Patience

    connections = Connections(clock, profile=access.profile, region=access.region)
    patience = Patience(wait=access.wait, settle=access.settle)
    source = EcrSource(connections, clock, patience, narrate, registry_id=access.registry_id)
    return tuple(source.scan(target) for target in targets)


def _saved(target: SavedTarget, access: Access, now: datetime, captured_at: datetime | None) -> Scan | Refusal:
    try:
        data, written_at = _read(target)
        at = captured_at or min(written_at or now, now)
        return read_saved(target, data, Capture(at=at, stated=captured_at is not None), access.settle)
    except EvidenceError as err:
        image = Image(target=target.text, source="saved")
        # NOTE: every report names the target anyway.
        reason = err.message.removeprefix(f"{one_line(target.text, 200)}: ")
        return Refusal(image=image, exit_code=int(err.exit_code), reason=reason, hint=err.hint)


def _read(target: SavedTarget) -> tuple[bytes, datetime | None]:
    """Return the bytes (one more than may be, at most) and when the file was written; stdin has no time."""
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
