"""What each state of a scan means to the person who must act: one sentence why, and one what to do."""

from gate.errors import EvidenceError
from gate.model import Kind, ScanState
from gate.plain import one_line

PENDING_HINT = "Retry, or wait longer (--wait, or scan.wait in the policy)."
_REASONS = {
    ScanState.PENDING: "the scan is not ready",
    ScanState.FAILED: "AWS could not scan the image",
    ScanState.UNSUPPORTED: "AWS cannot scan this image",
    ScanState.EXPIRED: "AWS no longer scans this image",
    ScanState.MISSING: "AWS has no scan of this image",
}
_HINTS = {
    ScanState.PENDING: PENDING_HINT,
    ScanState.FAILED: "Push the image again to have it scanned again; if it stays so, ask AWS support.",
    ScanState.UNSUPPORTED: (
        "Rebuild on a base image that AWS can scan, or accept it in the policy (scan.unsupported) with a reason."
    ),
    ScanState.EXPIRED: "Push the image again: a new push starts a new scan.",
}


def unknown_word(name: str, word: str) -> EvidenceError:
    """Return the error for a word of AWS's that no table of ours has: it may mean anything."""
    return EvidenceError(
        f"AWS answered a {name} that this version does not know: {one_line(word, 60)!r}",
        hint="Upgrade scan-gate; if this is the newest version, report it.",
    )


def explain(state: ScanState, status: str | None, description: str | None) -> tuple[str, str]:
    """Return why a scan in this state is no evidence, with AWS's own words, and what to do."""
    said = ": ".join(one_line(word, 300) for word in (status, description) if word)
    reason = _REASONS.get(state, f"the scan is {state.value}")
    return (f"{reason} ({said})" if said else reason), _HINTS.get(state, "")


def missing_hint(frequency: str | None, kind: Kind, *, in_index: bool = False) -> str:
    """Return what to do about an image that has no scan, as far as the registry's configuration tells."""
    if frequency == "MANUAL":
        how = (
            "start a scan (--start-scan), or switch on scan on push"
            if kind is Kind.BASIC
            else "add it to the scanning filters"
        )
        return f"This repository is not scanned by itself: {how} in the registry's scanning configuration."
    if in_index:
        return (
            "Is only the index tagged? Inspector may not find an image without a tag: tag this platform's image too, "
            "and push it again. Is scanning switched on for this repository?"
        )
    return (
        "Is scanning switched on for this repository? Was only an index tagged (its platforms are scanned, not it)? "
        "Does the registry belong to another account with enhanced scanning (name a role in that account with "
        "--role-arn)?"
    )
