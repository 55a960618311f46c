"""The `tests:` of a policy file as types: made-up findings, and what the policy must say of them."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from gate.policy.choices import DueChoice
from gate.policy.conditions import Text, Truth
from gate.policy.scalars import Duration

Probability = Annotated[float, Meta(ge=0, le=1)]
Score = Annotated[float, Meta(ge=0, le=10)]


Doubtful = Literal[True, False, "unknown"]


class CaseFinding(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A made-up finding. What is not named is known and harmless, so that only the rules meant are made to fire.

    That is: no fix, not exploited, EPSS 0, the lowest score of its severity, a vector that reaches nobody, one package
    called `example`. The dates are not known unless they are named, and so is all that basic scanning never knows.
    """

    id: Text
    severity: Literal["critical", "high", "medium", "low", "informational", "unknown"] = "high"
    aliases: tuple[Text, ...] = ()
    cvss: Score | Literal["unknown"] | None = None
    vector: Text | None = None
    fix: Literal["full", "partial", "none", "unknown"] | None = None
    exploit: Doubtful | None = None
    in_use: Doubtful | None = None
    epss: Probability | Literal["unknown"] | None = None
    kev: Doubtful | None = None
    kev_due: DueChoice | None = None
    """When CISA's due date is: `passed` (yesterday), or in so many days."""
    published: Duration | None = None
    """How long ago."""
    age: Duration | None = None
    """How long ago it was first seen."""
    package: Text | None = None
    version: Text | None = None
    package_type: Text | None = None
    path: Text | None = None
    fixed_in: Text | None = None
    without_package: Truth | None = None
    """Whether it names no package, as findings in code do."""
    suppressed: Truth | None = None
    """Whether a suppression rule of Inspector hides it."""
    in_baseline: Truth | None = None
    """Whether the baseline has it too, just as it is here."""


class Case(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One test of a policy, judged without AWS."""

    name: Text
    expect: Literal["pass", "warn", "fail", "no_verdict"]
    findings: Annotated[tuple[CaseFinding, ...], Meta(max_length=1_000)] = ()
    by: tuple[Text, ...] | None = None
    """The rules that are violated, neither more nor fewer; not looked at when not named."""
    today: date | None = None
    """The day (UTC) as of which it is judged; the day of the test run when not named."""
    env: Text | None = None
    repository: Text = "team/app"
    tag: Text = "v1"
    platform: Text | None = None
    account: Text | None = None
    kind: Literal["basic", "enhanced"] = "enhanced"
