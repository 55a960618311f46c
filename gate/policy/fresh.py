"""Whether the data given as --kev and --epss is fresh enough for a policy that asks for it, by its own date."""

from datetime import datetime, timedelta

from gate.errors import Exit
from gate.facts.known import DataUsed, FactsUsed
from gate.model import AHEAD
from gate.plain import one_line
from gate.policy.asked import facts_asked
from gate.policy.document import Policy
from gate.policy.evidence import Unacceptable
from gate.policy.scalars import Duration

_KEYS = {"kev": ("kev", "kev_due"), "epss": ("epss",)}


def stale_facts(policy: Policy, used: FactsUsed, now: datetime) -> Unacceptable | None:
    """Return why there is no verdict with this data; None where it is fresh, not given, or not asked for."""
    asked = facts_asked(policy)
    demands = (("kev", used.kev, policy.facts.kev_max_age), ("epss", used.epss, policy.facts.epss_max_age))
    for name, data, most in demands:
        if data is not None and asked.intersection(_KEYS[name]):
            why = _stale(name, data, most, now)
            if why is not None:
                return why
    return None


def _stale(name: str, data: DataUsed, most: Duration, now: datetime) -> Unacceptable | None:
    label, key, dated = (
        f"{name.upper()} data ({one_line(data.file, 200)})",
        f"facts.{name}_max_age",
        f"{data.dated:%Y-%m-%d}",
    )
    if data.dated - now > AHEAD:
        reason = f"the {label} is dated {dated}, after now, so its age cannot be judged ({key})"
    elif now - data.dated > most.delta:
        # NOTE: rounded up, so that no data is "7d old" where 7d are allowed.
        age = Duration(-((data.dated - now) // timedelta(hours=1)) * 3_600).plain
        reason = f"the {label} is {age} old (of {dated}), and the policy allows {most.plain} ({key})"
    else:
        return None
    hint = f"Fetch the file for --{name} anew before the check, or change {key} in the policy."
    return Unacceptable(exit_code=Exit.NO_VERDICT, reason=reason, hint=hint)
