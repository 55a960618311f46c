"""A live source against the loopback AWS: what one target's scan comes to, on a clock that nobody waits for."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from gate.model import Refusal, Scan
from gate.sources.aws import Caller, Connections
from gate.sources.ecr import EcrSource
from gate.sources.waiting import Waiting
from gate.target import EcrTarget, parse_target
from tests.aws_double.clock import VirtualClock
from tests.aws_double.server import AwsDouble
from tests.aws_double.world import Steps

SCAN = "DescribeImageScanFindings"
IMAGES = "DescribeImages"
REGISTRY = "GetRegistryScanningConfiguration"
REPOSITORY = "BatchGetRepositoryScanningConfiguration"
WAIT = 600.0
SETTLE = 300.0
OLD = -7 * 86_400.0


class Live:
    """The double, its clock, and the source that asks it."""

    def __init__(self, clock: VirtualClock, double: AwsDouble) -> None:
        self.clock = clock
        self.double = double
        self.told: list[tuple[str, float]] = []

    def image(self, *steps: Any, **options: Any) -> Any:
        """Put `team/app:v1` there, pushed when the double started; a step is (seconds, answer) or an old answer."""
        timed: Steps = [step if isinstance(step, tuple) else (OLD, step) for step in steps]
        return self.double.image("team/app", **{"tag": "v1", "steps": timed, **options})

    def source(self, *, wait: float = WAIT, settle: float = SETTLE, **options: Any) -> EcrSource:
        """Return a source whose deadline begins now."""
        connections = Connections(self.clock, region=options.pop("region", None))
        waiting = Waiting(self.clock, wait, lambda *said: self.told.append(said))
        return EcrSource(connections, self.clock, waiting, timedelta(seconds=settle), **options)

    def asked(self, target: str = "team/app:v1", **options: Any) -> Scan | Refusal:
        """Ask about one target that names one image."""
        [found] = self.all(target, **options)
        return found

    def all(self, target: str = "team/app:v1", **options: Any) -> tuple[Scan | Refusal, ...]:
        """Ask about one target, and return what is said of each of its images."""
        return self.source(**options).scans(ecr_target(target))

    def scan(self, target: str = "team/app:v1", **options: Any) -> Scan:
        """Ask about one target of which something can be said."""
        scan = self.asked(target, **options)
        assert isinstance(scan, Scan), scan
        return scan

    def refusal(self, target: str = "team/app:v1", **options: Any) -> Refusal:
        """Ask about one target of which nothing can be said; its words are one line."""
        refusal = self.asked(target, **options)
        assert isinstance(refusal, Refusal), refusal
        assert refusal.reason.isprintable(), refusal.reason
        assert refusal.hint.isprintable(), refusal.hint
        assert len(refusal.reason) < 1_000
        return refusal

    def caller(self) -> Caller:
        """Return a caller of ECR."""
        return Connections(self.clock).caller("ecr", None)

    def listings(self) -> list[float]:
        """Return when each full listing began, in seconds."""
        firsts = [call for call in self.double.called(SCAN) if "nextToken" not in call.input]
        return [call.seconds for call in firsts if call.input["maxResults"] == 1000]


def ecr_target(text: str) -> EcrTarget:
    """Parse a target that names an image in ECR."""
    target = parse_target(text)
    assert isinstance(target, EcrTarget)
    return target


Change = Callable[[Any], Any]
