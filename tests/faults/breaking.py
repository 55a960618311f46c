"""How each fault on the way to AWS is brought about in the loopback AWS, at the request by which a stage is known."""

from collections.abc import Callable
from datetime import timedelta
from email.utils import format_datetime

import pytest

from tests.aws_double import faults, security
from tests.aws_double.faults import Reply
from tests.aws_double.server import ANY, AwsDouble
from tests.faults.stages import Stage

YEAR = timedelta(days=365)
Break = Callable[[AwsDouble, Stage, pytest.MonkeyPatch], None]


def times(fault: faults.Fault, number: int | None = None) -> Break:
    """Break the stage's request, and the next ones of its operation: so many, or all."""

    def plan(double: AwsDouble, stage: Stage, _: pytest.MonkeyPatch) -> None:
        double.fail(stage.operation, fault, first=stage.call, times=number)

    return plan


def from_there_on(made: Callable[[AwsDouble, Stage], faults.Fault]) -> Break:
    """Break the stage's request, and everything that is asked after it."""

    def plan(double: AwsDouble, stage: Stage, _: pytest.MonkeyPatch) -> None:
        fault = made(double, stage)

        def begin(honest: Reply) -> Reply:
            double.fail(ANY, fault, times=None)
            return fault(honest)

        double.fail(stage.operation, begin, first=stage.call)

    return plan


def gone(double: AwsDouble, _: Stage) -> faults.Fault:
    """Reset the connection, and refuse every other."""

    def go(honest: Reply) -> Reply:
        double.deafen()
        return faults.reset()(honest)

    return go


def without_tls(double: AwsDouble, stage: Stage, patch: pytest.MonkeyPatch) -> None:
    """Have the service asked by https:// where plain HTTP is spoken."""
    patch.setenv(f"AWS_ENDPOINT_URL_{stage.service.upper()}", double.url.replace("http:", "https:"))


def off_by(difference: timedelta) -> Break:
    """Let AWS's clock be off."""

    def made(double: AwsDouble, _: Stage) -> faults.Fault:
        return lambda honest: faults.replaced(
            honest, date=format_datetime(double.clock.now() + difference, usegmt=True)
        )

    return from_there_on(made)


def expired(_: AwsDouble, stage: Stage) -> faults.Fault:
    """Say that the credentials have expired, as the service says it."""
    if stage.service == "sts":
        return lambda _: security.refused("ExpiredToken", "The security token included in the request is expired")
    return faults.expired_token()


def throttled(number: int | None = None) -> Break:
    """Throttle, as the service says it."""

    def plan(double: AwsDouble, stage: Stage, patch: pytest.MonkeyPatch) -> None:
        said = {
            "sts": lambda _: security.refused("Throttling", "Rate exceeded", 400),
            "imagebuilder": faults.aws_error("CallRateLimitExceededException", "Rate exceeded", 429),
        }
        times(said.get(stage.service, faults.throttled()), number)(double, stage, patch)

    return plan


BREAKS: dict[str, Break] = {
    "refused": from_there_on(gone),
    "reset-x3": times(faults.reset(), 3),
    "reset": times(faults.reset()),
    "trickle": times(faults.trickling()),
    "tls": without_tls,
    "cut-x2": times(faults.cut_off(), 2),
    "cut": times(faults.cut_off()),
    "too-long": times(faults.wrong_length(10)),
    "too-short": times(faults.wrong_length(-10)),
    "gzip-x2": times(faults.gzip_garbage(), 2),
    "gzip": times(faults.gzip_garbage()),
    "500-x3": times(faults.empty_body(500), 3),
    "500": times(faults.empty_body(500)),
    "503-x3": times(faults.html(503), 3),
    "503": times(faults.html(503)),
    "throttled-x3": throttled(3),
    "throttled": throttled(),
    "ahead": off_by(YEAR),
    "behind": off_by(-YEAR),
    "expired": from_there_on(expired),
}
"""By the names of the table; what is not here is no matter of AWS's answers."""
