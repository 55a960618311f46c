"""What fails no image and somebody must look at: relaxations that end or do nothing, gaps in what AWS sees."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from gate.model import Kind, Scan, ScanState
from gate.plain import one_line
from gate.policy.clauses import Adjust, Ignore, Relaxation
from gate.policy.document import Policy
from gate.policy.effective import envs
from gate.policy.relaxing import Uses, has_expired, is_in_force, relaxations
from gate.policy.verdict import Disposition, ImageVerdict, Outcome
from gate.policy.wording import moved_text

_UNKNOWN_KIND = "nothing is listed, and the kind of scan is not known (scan.kind): a basic one"
_BY_DISPOSITION = {Disposition.GRACE: "grace", Disposition.BASELINE: "baseline"}


def policy_notices(
    policy: Policy, images: tuple[ImageVerdict, ...], uses: Uses, today: date, env: str | None
) -> tuple[str, ...]:
    """Return what is to be said of the policy's relaxations on `today`, in the order of the policy."""
    used = uses.used | _used_by(images)
    found: list[str] = []
    for path, name, entry in relaxations(policy):
        found += _notices_of(path, name, entry, policy, uses, used, today)
    if policy.relaxations.unused == "warn":
        found += [f"{name} matched nothing: remove it" for name in unused_entries(policy, images, uses, today)]
    named = envs(policy)
    if named and env is None:
        listed = one_line(", ".join(named[:5]), 200)
        found.append(f"the policy differs by environment ({listed}), and no --env was given: none of that applies")
    return tuple(found)


def unused_entries(policy: Policy, images: tuple[ImageVerdict, ...], uses: Uses, today: date) -> tuple[str, ...]:
    """Return the entries in force that matched nothing; none where an image was not counted, since it might.

    Overrides, VEX, grace and baseline are not among them: they are there for images and findings to come.
    """
    if any(image.counts is None for image in images):
        return ()
    met = uses.used | uses.outlived | uses.barred
    return tuple(
        name
        for path, name, entry in relaxations(policy)
        if isinstance(entry, Ignore | Adjust)
        and is_in_force(entry, today)
        and path not in met
        and not (isinstance(entry, Ignore) and entry.for_ is not None)
    )


def image_notices(scan: Scan, image: ImageVerdict, now: datetime) -> tuple[str, ...]:
    """Return what is to be said of one scan beside its findings, as of `now`."""
    found = [one_line(text) for text in scan.warnings]
    if scan.state is ScanState.COMPLETE and scan.kind is not Kind.ENHANCED and not scan.findings:
        what = "a basic scan that lists nothing" if scan.kind is Kind.BASIC else _UNKNOWN_KIND
        found.append(f"{what} sees no language packages and nothing at all in a distroless image")
    moved = scan.tag_move
    if moved and image.verdict is not Outcome.NO_VERDICT:
        found.append(moved_text(moved, scan.image.index_digest or scan.image.digest))
    if image.baseline is not None and image.baseline.missing and image.counts is not None:
        found.append(f"everything is judged, since there is no baseline: {image.baseline.missing}")
    found += _grace_notice(image, now)
    return tuple(found)


def _grace_notice(image: ImageVerdict, now: datetime) -> Iterator[str]:
    waiting = [one for one in image.findings if one.disposition is Disposition.GRACE and one.grace_until is not None]
    if not waiting:
        return
    first = min(waiting, key=lambda one: (one.grace_until or now, one.key))
    noun = "finding is" if len(waiting) == 1 else "findings are"
    left = ((first.grace_until or now).astimezone(UTC).date() - now.date()).days
    which = f"{one_line(first.id, 60)}, {first.severity.value}"
    yield f"{len(waiting)} {noun} in grace, which ends {days_text(left)} for the first ({which})"


def _notices_of(  # noqa: PLR0913, PLR0917 - one relaxation and what is known of it
    path: str, name: str, entry: Relaxation, policy: Policy, uses: Uses, used: set[str], today: date
) -> Iterator[str]:
    day = entry.until.day if entry.until is not None else None
    if has_expired(entry, today):
        yield f"{name} expired on {day}: it no longer applies; renew it or remove it"
        return
    if path in uses.outlived:
        yield f"{name} has ended for a finding that now has a fix: upgrade, or renew it"
    elif day is not None and path in used and day - today <= policy.relaxations.expiring.delta:
        yield f"{name} ends on {day}, {days_text((day - today).days)}"
    if path in uses.barred:
        yield f"{name} names a finding to which no relaxation applies (relaxations.never)"


def _used_by(images: tuple[ImageVerdict, ...]) -> set[str]:
    used = {f"overrides[{index}]" for image in images for index in image.overrides}
    dispositions = {finding.disposition for image in images for finding in image.findings}
    used |= {path for one, path in _BY_DISPOSITION.items() if one in dispositions}
    # NOTE: without being counted an image warns only where it cannot be scanned and is accepted all the same.
    accepted = any(image.counts is None and image.verdict is Outcome.WARN for image in images)
    return used | ({"scan.unsupported"} if accepted else set())


def days_text(count: int) -> str:
    """Return how far off a day is, in words."""
    return {0: "today", 1: "tomorrow"}.get(count, f"in {count} days")
