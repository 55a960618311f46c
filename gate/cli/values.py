"""The values that options take: durations, times, lists of lines, registry ids."""

import re
from datetime import UTC, datetime

import click

from gate.errors import UsageError
from gate.plain import one_line
from gate.policy.scalars import PLATFORM, Duration, PlatformName
from gate.sources.role import SESSION_NAME, Role


class Lines(click.ParamType[str]):
    """A text; from an environment variable, one on each line (click itself would split at blanks)."""

    name = "text"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002
        """Take the text as it is."""
        return str(value)

    def split_envvar_value(self, rv: str) -> list[str]:
        """Return the lines that are not blank."""
        return [line.strip() for line in rv.splitlines() if line.strip()]


class DurationValue(click.ParamType[Duration]):
    """A duration such as 15m."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Duration:
        """Read it as the policy does."""
        if isinstance(value, Duration):
            return value
        try:
            return Duration.parse(str(value))
        except ValueError as err:
            self.fail(f"{one_line(str(value), 60)!r}: {err}", param, ctx)


class TimeValue(click.ParamType[datetime]):
    """A time in ISO 8601; without a zone it is UTC."""

    name = "iso-time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return an aware time in UTC."""
        if isinstance(value, datetime):
            return value
        try:
            time = datetime.fromisoformat(str(value).strip())
            return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            self.fail(f"{one_line(str(value), 60)!r}: expected a time such as 2026-11-20T12:00:00Z", param, ctx)


class Matching(click.ParamType[str]):
    """A text of a fixed form."""

    def __init__(self, name: str, pattern: str, expected: str) -> None:
        """Keep the pattern, and how messages describe it."""
        self.name = name
        self._pattern = re.compile(pattern)
        self._expected = expected

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the text if it has the form."""
        if not self._pattern.fullmatch(str(value)):
            self.fail(f"{one_line(str(value), 80)!r}: expected {self._expected}", param, ctx)
        return str(value)


REGISTRY_ID = Matching("account", r"[0-9]{12}", "the 12 digits of an AWS account")
PLATFORM_NAME = Matching("platform", PLATFORM, PlatformName.WANT)
DIGEST = Matching("digest", r"sha256:[0-9a-f]{64}", "sha256: and 64 hexadecimal digits")
ROLE = Matching(
    "arn",
    r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]{1,512}",
    "the ARN of a role such as arn:aws:iam::123456789012:role/gate",
)
EXTERNAL_ID = Matching("text", r"[\w+=,.@:/-]{2,1224}", "2 to 1,224 letters, digits and any of _+=,.@:/-")
SESSION = Matching("name", r"[\w+=,.@-]{2,64}", "2 to 64 letters, digits and any of _+=,.@-")
REGION = Matching("region", r"[a-z]{2,5}(?:-[a-z0-9]+){1,3}-[0-9]{1,2}", "the name of a region such as eu-west-1")


def role_of(arn: str | None, external_id: str | None, session_name: str | None) -> Role | None:
    """Return the role that three options name; UsageError when what goes with a role is given without one."""
    if arn is None:
        if external_id or session_name:
            raise UsageError("--external-id and --role-session-name go with --role-arn, and no role is named")
        return None
    return Role(arn=arn, external_id=external_id, session_name=session_name or SESSION_NAME)
