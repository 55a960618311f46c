"""The role that is assumed before AWS is asked anything."""

from msgspec import Struct

SESSION_NAME = "scan-gate"
"""What the role's sessions are called in CloudTrail, unless the caller says otherwise."""


class Role(Struct, frozen=True, kw_only=True):
    """A role, what its trust policy may ask for, and how its session is called."""

    arn: str
    external_id: str | None = None
    session_name: str = SESSION_NAME
