"""What fails no image and somebody must look at: relaxations that end or do nothing, gaps in what AWS sees."""

from datetime import date

from gate.model import Kind, Scan, ScanState
from gate.plain import one_line
from gate.policy.document import Policy
from gate.policy.ignores import Ignores, entry_name, has_expired, is_in_force
from gate.policy.verdict import ImageVerdict, Outcome
from gate.policy.wording import moved_text

_UNKNOWN_KIND = "nothing is listed, and the kind of scan is not known (scan.kind): a basic one"


def policy_notices(policy: Policy, images: tuple[ImageVerdict, ...], ignores: Ignores, today: date) -> tuple[str, ...]:
    """Return what is to be said of the policy's relaxations on `today`, in the order of its entries."""
    found: list[str] = []
    for index, entry in enumerate(policy.ignore):
        name = entry_name(index, entry)
        day = entry.until.day if entry.until is not None else None
        if has_expired(entry, today):
            found.append(f"{name} expired on {day}: it no longer applies; renew it or remove it")
        elif index in ignores.outlived:
            found.append(f"{name} has ended for a finding that now has a fix: upgrade, or renew it")
        elif day is not None and index in ignores.used and day - today <= policy.relaxations.expiring.delta:
            found.append(f"{name} ends on {day}, {_days((day - today).days)}")
    if policy.relaxations.unused == "warn":
        found += [f"{name} matched nothing: remove it" for name in unused_entries(policy, images, ignores, today)]
    return tuple(found)


def unused_entries(policy: Policy, images: tuple[ImageVerdict, ...], ignores: Ignores, today: date) -> tuple[str, ...]:
    """Return the entries in force that matched nothing; none where an image was not counted, since it might."""
    if any(image.counts is None for image in images):
        return ()
    return tuple(
        entry_name(index, entry)
        for index, entry in enumerate(policy.ignore)
        if is_in_force(entry, today) and index not in ignores.used and index not in ignores.outlived
    )


def image_notices(scan: Scan, image: ImageVerdict) -> tuple[str, ...]:
    """Return what is to be said of one scan beside its findings."""
    found = [one_line(text) for text in scan.warnings]
    if scan.state is ScanState.COMPLETE and scan.kind is not Kind.ENHANCED and not scan.findings:
        what = "a basic scan that lists nothing" if scan.kind is Kind.BASIC else _UNKNOWN_KIND
        found.append(f"{what} sees no language packages and nothing at all in a distroless image")
    moved = scan.tag_move
    if moved and image.verdict is not Outcome.NO_VERDICT:
        found.append(moved_text(moved, scan.image.index_digest or scan.image.digest))
    return tuple(found)


def _days(count: int) -> str:
    return {0: "today", 1: "tomorrow"}.get(count, f"in {count} days")
