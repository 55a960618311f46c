"""Whether a scan is evidence at all: its state, kind and age against what the policy demands, as of now."""

from datetime import date, datetime, timedelta

from msgspec import Struct

from gate.errors import Exit
from gate.model import AHEAD, Kind, Scan, ScanState
from gate.plain import one_line
from gate.policy.clauses import AcceptUnsupported
from gate.policy.document import Policy
from gate.policy.patterns import matcher, texts
from gate.policy.relaxing import has_expired, is_in_force, until_text
from gate.policy.scalars import Duration


class Unacceptable(Struct, frozen=True, kw_only=True):
    """Why there is no verdict on a scan: who must act, one sentence, and what to do."""

    exit_code: Exit
    reason: str
    hint: str = ""


class Accepted(Struct, frozen=True, kw_only=True):
    """An image that AWS cannot scan and that the policy accepts all the same; the reason says on whose word."""

    reason: str


def judge_evidence(policy: Policy, scan: Scan, now: datetime) -> Unacceptable | Accepted | None:
    """Return None when the findings of the scan may be judged, else why not."""
    if scan.state is ScanState.UNSUPPORTED:
        return _judge_unsupported(policy, scan, now)
    if scan.state is not ScanState.COMPLETE:
        waiting = scan.state is ScanState.PENDING and not scan.replayed
        exit_code = Exit.NOT_YET if waiting else Exit.NO_VERDICT
        return Unacceptable(exit_code=exit_code, reason=_state_text(scan), hint=scan.hint)
    return _judge_kind(policy, scan) or _judge_ages(policy, scan, now)


def _state_text(scan: Scan) -> str:
    return one_line(scan.reason, 1_000) or f"the scan is {scan.state.value}"


def _judge_unsupported(policy: Policy, scan: Scan, now: datetime) -> Unacceptable | Accepted:
    choice = policy.scan.unsupported
    hint = scan.hint or "Rebuild on a base image that AWS can scan, or accept it with scan.unsupported in the policy."
    refused = Unacceptable(exit_code=Exit.NO_VERDICT, reason=_state_text(scan), hint=hint)
    if not isinstance(choice, AcceptUnsupported):
        return refused
    if scan.image.repository is None or not matcher(texts(choice.repository))(scan.image.repository):
        return refused
    today = now.date()
    if not is_in_force(choice, today) or (choice.until is not None and choice.until.day is None):
        reason = f"{_state_text(scan)}; the policy's scan.unsupported {_why_not(choice, today)}"
        return Unacceptable(exit_code=Exit.NO_VERDICT, reason=reason, hint=hint)
    words = [("until", until_text(choice)), ("owner", choice.owner), ("ticket", choice.ticket)]
    said = "".join(f", {name} {one_line(word, 100)}" for name, word in words if word)
    because = one_line(choice.reason or "no reason given", 300)
    return Accepted(reason=f"{_state_text(scan)}; accepted by scan.unsupported: {because}{said}")


def _why_not(choice: AcceptUnsupported, today: date) -> str:
    if has_expired(choice, today):
        return f"expired (until {until_text(choice)})"
    if choice.since is not None and choice.since > today:
        return f"is not in force yet (since {choice.since})"
    return "ends with a fix, which nobody can see where nothing is scanned; it needs a date"


def _judge_kind(policy: Policy, scan: Scan) -> Unacceptable | None:
    wanted = policy.scan.kind
    if wanted in {"any", scan.kind.value}:
        return None
    seen = "of unknown kind" if scan.kind is Kind.UNKNOWN else scan.kind.value
    return Unacceptable(
        exit_code=Exit.NO_VERDICT,
        reason=f"the scan is {seen}, and the policy demands {wanted} (scan.kind)",
        hint=f"Switch the registry to {wanted} scanning, or change scan.kind in the policy.",
    )


def _judge_ages(policy: Policy, scan: Scan, now: datetime) -> Unacceptable | None:
    finished = [scan.completed_at]
    # NOTE: a continuous scan is as new as the data it was last compared with.
    finished += [scan.data_at, scan.scanned_at] if scan.status == "ACTIVE" else []
    known = [time for time in finished if time is not None]
    latest = max(known) if known else None
    demands = policy.scan
    return _judge_age("scan", "scan.max_age", latest, demands.max_age, now) or _judge_age(
        "vulnerability data", "scan.max_data_age", scan.data_at, demands.max_data_age, now
    )


def _judge_age(what: str, key: str, time: datetime | None, most: Duration | None, now: datetime) -> Unacceptable | None:
    if most is None:
        return None
    if time is None:
        reason = f"AWS does not say when the {what} is from, and the policy limits its age to {most.plain} ({key})"
    elif time - now > AHEAD:
        reason = f"the {what} is dated {_text(time)}, after now ({_text(now)}), so its age cannot be judged ({key})"
    elif now - time > most.delta:
        age = Duration(-((time - now) // timedelta(minutes=1)) * 60).plain
        reason = f"the {what} is {age} old (from {_text(time)}), and the policy allows {most.plain} ({key})"
    else:
        return None
    hint = f"Have the image scanned again (push it again, or start a scan), or change {key} in the policy."
    return Unacceptable(exit_code=Exit.NO_VERDICT, reason=reason, hint=hint)


def _text(time: datetime) -> str:
    return time.strftime("%Y-%m-%d %H:%M UTC")
