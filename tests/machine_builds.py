"""An account whose Image Builder builds and their scans change at random under a gate, and what must hold of it."""

from collections import Counter

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from msgspec import Struct

from gate.policy.verdict import ImageVerdict, Outcome
from gate.sources.build_listing import THROTTLED
from tests.aws_double import faults
from tests.aws_double.builds import BUILD, PIPELINE, BuildAnswer, build_finding, building, built, scanning
from tests.aws_double.server import Call
from tests.aws_double.shapes import Unknown
from tests.fail_closed.harness import Ran
from tests.machine_account import FAULTS, Account, Connect, delays, waits

GET = "GetImage"
LIST = "ListImageScanFindings"
IMAGES = "ListImagePipelineImages"
OPERATIONS = (GET, GET, LIST, "ListImageScanFindingAggregations", IMAGES)
NEWER = BUILD.replace("1.2.3/4", "1.2.3/5")
ARNS = (BUILD, NEWER)
TARGETS = (*ARNS, PIPELINE)
_BAD = build_finding("CVE-2026-1", "CRITICAL")
_LOW = build_finding("CVE-2026-2", "LOW")
_MANY = tuple(build_finding(f"CVE-2026-{number}", "LOW") for number in range(100, 230))


class BuildSaid(Struct, frozen=True, eq=False):
    """One thing that Image Builder may say of a build, and the exit code that is right while it does."""

    name: str
    answer: BuildAnswer
    code: int

    def __repr__(self) -> str:
        """As hypothesis prints it."""
        return self.name


class Since(Struct, frozen=True):
    """What is said of a build from that second on."""

    since: float
    said: BuildSaid


# NOTE: what is not ready lists what is forbidden all the same, and what has failed lists nothing: neither may count.
SAID: tuple[BuildSaid, ...] = (
    *(BuildSaid(word, building(word), 4) for word in ("PENDING", "CREATING", "BUILDING", "TESTING", "INTEGRATING")),
    BuildSaid("no state", BuildAnswer(state=None, scan=None), 4),
    BuildSaid("distributing, scanned already", built(_BAD, state="DISTRIBUTING"), 4),
    *(BuildSaid(f"scan {word}", scanning(word), 4) for word in ("PENDING", "SCANNING", "COLLECTING")),
    BuildSaid("collecting, and critical so far", built(_BAD, scan="COLLECTING"), 4),
    BuildSaid("no scan state", built(scan=None), 4),
    *(BuildSaid(word, building(word), 3) for word in ("FAILED", "CANCELLED", "DELETED")),
    BuildSaid("cancelled, scanned", built(state="CANCELLED"), 3),
    *(BuildSaid(f"scan {word}", scanning(word), 3) for word in ("FAILED", "ABANDONED", "TIMED_OUT")),
    BuildSaid("a new state", built(state=Unknown("ALMOST_AVAILABLE")), 3),
    BuildSaid("a new scan state", scanning(Unknown("ALMOST_COMPLETED")), 3),
    BuildSaid("scanning off", built(scanning=False), 3),
    BuildSaid("nothing of scanning", built(scanning=None, scan=None), 3),
    BuildSaid("on demand", built(types=("ON_DEMAND_AMI_CVE",)), 3),
    BuildSaid("fewer listed than counted", built(_LOW, counts={"all": 2, "critical": 1}), 3),
    BuildSaid("a page lost", built(*_MANY, lost=True), 3),
    BuildSaid("a page for ever", built(*_MANY, repeats=True), 3),
    BuildSaid("a severity nobody knows", built(build_finding(severity=Unknown("AWFUL"))), 3),
    BuildSaid("clean", built(), 0),
    BuildSaid("clean, nothing said of the switch", built(scanning=None), 0),
    BuildSaid("low", built(_LOW, types=("TEST_INSTANCE_CVE",)), 0),
    BuildSaid("low, deprecated, not counted", built(_LOW, state="DEPRECATED", counts="absent"), 0),
    BuildSaid("many low", built(*_MANY), 0),
    BuildSaid("critical", built(_BAD, _LOW), 1),
    BuildSaid("critical at last, disabled", built(*_MANY, _BAD, state="DISABLED"), 1),
)
RUNNING = next(said for said in SAID if said.name == "scan SCANNING")
saying = st.sampled_from([0, 1, 3, 4, 4]).flatmap(
    lambda code: st.sampled_from([one for one in SAID if one.code == code])
)
names = st.sampled_from(TARGETS)
SPOILT = (*FAULTS, faults.aws_error("ServiceException", "Broken.", 500), faults.aws_error(THROTTLED, "Slow down.", 429))


class BuildPipeline(Account):
    """Two builds of one pipeline, whose images and scans go from state to state under a gate."""

    def __init__(self, connect: Connect, reached: Counter[int]) -> None:
        """Start with no build."""
        super().__init__(connect, reached)
        self.said: dict[str, list[Since]] = {}
        self.made: list[tuple[float, str]] = []
        """When each build of the pipeline began to be listed."""

    @initialize(said=st.tuples(saying, saying))
    def build(self, said: tuple[BuildSaid, ...]) -> None:
        """Two builds, an hour and two hours old."""
        for hours, arn, one in zip((2, 1), ARNS, said, strict=True):
            ago = -3_600.0 * hours
            self.double.build((ago, one.answer), arn=arn, created_at=ago, appears_at=ago)
            self.said[arn] = [Since(ago, one)]
            self.made.append((ago, arn))

    @rule(said=saying, then=saying, ready=delays, after=delays)
    def overtake(self, said: BuildSaid, then: BuildSaid, ready: float, after: float) -> None:
        """The pipeline's newest build is scanned, and meanwhile it makes another one."""
        self.say_from(0.0, self.newest(self.double.seconds()), RUNNING)
        self.say_from(ready, self.newest(self.double.seconds()), said)
        at, arn = self.double.seconds() + after, BUILD.replace("1.2.3/4", f"1.2.3/{len(self.made) + 4}")
        self.double.build((at, then.answer), arn=arn, created_at=at, appears_at=at)
        self.said[arn] = [Since(at, then)]
        self.made.append((at, arn))
        self.check(PIPELINE, 600)

    @rule(which=st.sampled_from(ARNS), said=saying, after=delays, name=names, wait=waits)
    def say(self, which: str, said: BuildSaid, after: float, name: str, wait: int) -> None:
        """From a moment on Image Builder says something else of a build; what was to come after that never comes."""
        self.say_from(after, which, said)
        self.check(name, wait)

    def say_from(self, after: float, which: str, said: BuildSaid) -> None:
        since = self.double.seconds() + after
        self.said[which] = [step for step in self.said[which] if step.since < since] + [Since(since, said)]
        steps = tuple((step.since, step.said.answer) for step in self.said[which])
        self.double.builds[which] = msgspec.structs.replace(self.double.builds[which], steps=steps)

    @rule(seconds=delays, name=names, wait=waits)
    def pass_time(self, seconds: float, name: str, wait: int) -> None:
        """Nobody does anything for a while."""
        self.clock.advance(seconds)
        self.check(name, wait)

    @rule(
        operation=st.sampled_from(OPERATIONS),
        fault=st.sampled_from(SPOILT),
        after=st.sampled_from([0, 1, 2]),
        times=st.sampled_from([None, 1, 2, 5]),
        name=names,
    )
    def spoil(self, operation: str, fault: faults.Fault, after: int, times: int | None, name: str) -> None:
        """Something breaks in the next run."""
        self.is_broken = True
        self.double.fail(operation, fault, first=len(self.double.called(operation)) + after + 1, times=times)
        self.check(name, 90)

    @rule(operation=st.sampled_from([GET, LIST]), name=names)
    def refuse(self, operation: str, name: str) -> None:
        """The next run may not ask."""
        self.spoil(operation, faults.access_denied(), 0, None, name)

    @rule(name=names, wait=waits)
    def check(self, name: str, wait: int) -> None:
        """The gate runs, and everything that must hold of what it says does."""
        ran, calls, began = self.run([name], wait)
        image, arn = ran.image, self.newest(began) if name == PIPELINE else name
        if not self.is_broken:
            steps = self.between(arn, began, self.double.seconds())
            assert image.arn == arn
            assert image.exit_code in {step.said.code for step in steps}, (image.reason, steps)
        if image.verdict is not Outcome.NO_VERDICT:
            self.hold_evidence(str(image.arn), image, calls)
            if name == PIPELINE:
                self.hold_newest(ran, calls)
        self.is_broken = False

    def newest(self, seconds: float) -> str:
        """Return the newest build that the pipeline lists at that second."""
        return max(made for made in self.made if made[0] <= seconds)[1]

    def hold_newest(self, ran: Ran, calls: tuple[Call, ...]) -> None:
        """What was judged was the pipeline's newest at first; if it no longer was at last, that is no plain pass."""
        looks = [call for call in calls if call.operation == IMAGES and call.error is None and call.status == 200]
        listed = [call.seconds for call in calls if call.operation == LIST]
        assert ran.image.arn in {self.newest(look.seconds) for look in looks}
        last = self.newest(looks[-1].seconds)
        said = [warning.text for warning in ran.document.warnings if "newer image" in warning.text]
        if last != ran.image.arn:
            assert said
            assert ran.document.verdict in {Outcome.FAIL, Outcome.WARN}
        assert looks[-1].seconds >= listed[-1] or said, "the pipeline was not looked at again"

    def hold_evidence(self, arn: str, image: ImageVerdict, calls: tuple[Call, ...]) -> None:
        """The build and its scan were last seen complete, and only then was listed, to the end, what was judged."""
        assert image.arn == arn
        seen = [call for call in calls if call.operation == GET]
        listed = [call for call in calls if call.operation == LIST]
        assert all(call.input["imageBuildVersionArn"] == arn for call in seen)
        assert seen[-1].seconds <= listed[0].seconds
        assert self.at(arn, seen[-1].seconds).answer.scan == "COMPLETED"
        assert self.at(arn, seen[-1].seconds).code in {0, 1}
        assert self.at(arn, listed[-1].seconds).code == (1 if image.verdict is Outcome.FAIL else 0)

    def at(self, arn: str, seconds: float) -> BuildSaid:
        """Return what is said of a build at that second."""
        return [step.said for step in self.said[arn] if step.since <= seconds][-1]

    def between(self, arn: str, begin: float, end: float) -> list[Since]:
        """Return everything that is said of a build in that time."""
        return [Since(begin, self.at(arn, begin)), *(step for step in self.said[arn] if begin < step.since <= end)]
