"""The verdict as variables for later jobs of GitLab (`artifacts:reports:dotenv`), or for a shell that sources it."""

import re

from gate.plain import one_line
from gate.policy.verdict import Verdict
from gate.reports.figures import subject_digest, totals

MOST_VARIABLES = 20
MOST_BYTES = 5 * 1024 - 1
"""GitLab refuses larger files and more variables (docs.gitlab.com, "Instance limits")."""
_LONGEST_REASON = 500
# NOTE: GitLab takes no blanks, quotes or line ends in a value, and a later job may expand or source it: nothing that a
# shell, or GitLab's own `$NAME`, gives a meaning.
_UNSAFE = re.compile(r"[^A-Za-z0-9._:/@+,-]+")


def render(verdict: Verdict) -> str:
    """Return one `NAME=value` a line; counts only when every image was counted, the digest only when there is one.

    The reason has `_` for blanks and for every character that a shell might take for its own.
    """
    values = {
        "GATE_VERDICT": verdict.verdict.value,
        "GATE_EXIT_CODE": str(verdict.exit_code),
        "GATE_DIGEST": subject_digest(verdict) or "",
        "GATE_REASON": _safe(one_line(verdict.reason, _LONGEST_REASON)),
        "GATE_IMAGES": str(len(verdict.images)),
    }
    for total in totals(verdict):
        values[f"GATE_FOUND_{total.severity.name}"] = str(total.found)
        values[f"GATE_COUNTED_{total.severity.name}"] = str(total.counted)
    return "".join(f"{name}={value}\n" for name, value in values.items() if value)


def _safe(text: str) -> str:
    return _UNSAFE.sub("_", text).strip("_")
