"""An account whose images, settings and network change at random under a gate, and what must hold of each image."""

from collections import Counter

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from msgspec import Struct

from gate.policy.verdict import ImageVerdict, Outcome
from tests.aws_double import faults
from tests.aws_double.server import Call
from tests.aws_double.shapes import Unknown
from tests.aws_double.world import ImageScript
from tests.aws_truth import SAID, Said
from tests.fail_closed.harness import SCAN
from tests.machine_account import FAULTS, Account, Connect, waits

IMAGES = "DescribeImages"
REPOSITORY = "team/app"
TAGS = ("v0", "v1", "v2")
LONG_AGO = -7 * 86_400.0
SETTLE = 300.0
OPERATIONS = (
    IMAGES,
    SCAN,
    SCAN,
    "GetRegistryScanningConfiguration",
    "BatchGetRepositoryScanningConfiguration",
    "ListCoverage",
)
# NOTE: an error that Inspector's model does not have, so that it is an unknown one.
ECR_FAULTS = (*FAULTS, faults.aws_error(Unknown("ServerException"), "An internal server error occurred.", 500))
RUNNING = next(said for said in SAID if said.name == "in progress")
saying = st.one_of(
    st.sampled_from([said for said in SAID if said.is_whole and not said.is_bad]),
    st.sampled_from([said for said in SAID if said.is_bad]),
    st.sampled_from([said for said in SAID if not said.is_whole]),
    st.sampled_from([said for said in SAID if "page" in said.name]),
)


class Step(Struct, frozen=True):
    """What AWS says of an image from that second on."""

    since: float
    said: Said


class Cover(Struct, frozen=True):
    """What Inspector says of having scanned an image, from a second on."""

    since: float
    digest: str
    reason: str | None
    scanned: float


class Told(Struct, frozen=True, kw_only=True):
    """One image as the test knows it: its script in the double, and what is said when."""

    script: ImageScript
    steps: list[Step]

    def at(self, seconds: float) -> Step:
        """Return what is said at that second."""
        return [step for step in self.steps if step.since <= seconds][-1]

    def between(self, begin: float, end: float) -> list[Step]:
        """Return everything that is said in that time."""
        return [self.at(begin), *(step for step in self.steps if begin < step.since <= end)]


class Images(Account):
    """An account whose images and settings change under a gate that is run now and then."""

    def __init__(self, connect: Connect, reached: Counter[int]) -> None:
        """Start with no image."""
        super().__init__(connect, reached)
        self.images: list[Told] = []
        self.named: list[ImageScript] = []
        self.moves: dict[str, list[tuple[float, str]]] = {}
        self.registry: str | None = "ENHANCED"
        self.covered: list[Cover] = []

    @initialize(said=st.tuples(saying, saying, saying), registry=st.sampled_from(["ENHANCED", "BASIC", None]))
    def push(self, said: tuple[Said, ...], registry: str | None) -> None:
        """Three images, each with a tag, scanned last week; what is said of them since then is random."""
        self.set_up(registry, "SCAN_ON_PUSH")
        for tag, one in zip(TAGS, said, strict=True):
            steps = [(LONG_AGO, one.answer)]
            script = self.double.image(REPOSITORY, tag=tag, pushed_at=LONG_AGO, appears_at=LONG_AGO, steps=steps)
            self.images.append(Told(script=script, steps=[Step(LONG_AGO, one)]))
            self.named.append(script)
            self.moves[tag] = [(LONG_AGO, script.digest)]

    @rule(registry=st.sampled_from(["ENHANCED", "BASIC", None]), frequency=st.sampled_from(["SCAN_ON_PUSH", "MANUAL"]))
    def set_up(self, registry: str | None, frequency: str) -> None:
        """The registry's scanning is configured."""
        self.registry = registry
        self.double.registry_scanning(registry, [(frequency, "*")])

    def say_from(self, after: float, which: int, said: Said) -> None:
        told = self.images[which]
        since = self.double.seconds() + after
        told.steps[:] = [step for step in told.steps if step.since < since] + [Step(since, said)]
        steps = tuple((step.since, step.said.answer) for step in told.steps)
        script = msgspec.structs.replace(told.script, steps=steps)
        self.double.images[script.registry, REPOSITORY][script.digest] = script

    def move_tag(self, tag: str, which: int, after: float) -> None:
        at = self.double.seconds() + after
        self.double.move_tag(REPOSITORY, tag, to=self.named[which], at=at)
        self.moves[tag].append((at, self.named[which].digest))
        self.moves[tag].sort(key=lambda move: move[0])

    @rule(
        operation=st.sampled_from(OPERATIONS),
        fault=st.sampled_from(ECR_FAULTS),
        after=st.sampled_from([0, 1, 2, 4]),
        times=st.sampled_from([None, 1, 2, 5]),
        tag=st.sampled_from(TAGS),
    )
    def spoil(self, operation: str, fault: faults.Fault, after: int, times: int | None, tag: str) -> None:
        """Something breaks in the next run."""
        self.is_broken = True
        self.double.fail(operation, fault, first=len(self.double.called(operation)) + after + 1, times=times)
        self.check([tag], 90)

    @rule(tags=st.lists(st.sampled_from(TAGS), min_size=1, unique=True), wait=waits)
    def check(self, tags: list[str], wait: int) -> None:
        """The gate runs, and everything that must hold of what it says does."""
        ran, calls, began = self.run([f"{REPOSITORY}:{tag}" for tag in tags], wait)
        for tag in tags:
            images = [image for image in ran.document.images if image.target == f"{REPOSITORY}:{tag}"]
            self.hold_whole(tag, images)
            for image in images:
                self.hold_codes(image, began)
                if image.verdict is not Outcome.NO_VERDICT:
                    self.hold_evidence(tag, image, calls, began)
        self.is_broken = False

    def hold_whole(self, tag: str, images: list[ImageVerdict]) -> None:
        """Something is said of the target, once: it names one image."""
        assert len(images) == 1

    def hold_codes(self, image: ImageVerdict, began: float) -> None:
        """The image's exit code is one that something said during the run explains."""
        if self.is_broken:
            return
        end = self.double.seconds()
        told = next(told for told in self.images if told.script.digest == image.digest)
        steps = told.between(began, end)
        right = {code for step in steps for code in self.codes(told, step, began)}
        right |= {4} if len(steps) > 1 or any(len(moves) > 1 for moves in self.moves.values()) else set()
        if not all(step.said.is_basic(self.registry) or self.has_settled(step, began) for step in steps):
            right |= {4}
        assert image.exit_code in right, (image.reason, [step.said.name for step in steps])

    def codes(self, told: Told, step: Step, began: float) -> frozenset[int]:
        """Return the exit codes that are right while this is said of an image, in a run that began then."""
        return step.said.codes

    def is_bad(self, told: Told, step: Step, calls: tuple[Call, ...]) -> bool:
        """Tell whether what was judged holds what the policy forbids."""
        return step.said.is_bad

    def hold_evidence(self, tag: str, image: ImageVerdict, calls: tuple[Call, ...], began: float) -> None:
        """What was judged is what AWS last listed of that digest, whole, settled, and the tag still names it."""
        told = next(told for told in self.images if told.script.digest == image.digest)
        listings = [call.seconds for call in calls if call.operation == SCAN and _is_first_page(call, told)]
        step = told.at(listings[-1])
        assert step.said.is_whole, step.said.name
        assert self.is_bad(told, step, calls) == (image.verdict is Outcome.FAIL), step.said.name
        assert step.said.is_basic(self.registry) or self.is_evidence(step, listings, told), step.said.name
        if image.verdict is not Outcome.FAIL:
            looks = [call.seconds for call in calls if call.input.get("imageIds") == [{"imageTag": tag}]]
            assert len(looks) > 1, "the tag was not looked at again"
            assert looks[-1] >= listings[-1], "the tag was looked at too soon"
            assert [digest for at, digest in self.moves[tag] if at <= looks[-1]][-1] == (
                image.index_digest or image.digest
            )

    def has_settled(self, step: Step, at: float) -> bool:
        """Tell whether the scan finished so long before `at` that nothing arrives any more."""
        done = step.said.completed(step.since, self.double.started)
        return done is not None and (self.double.at(at) - done).total_seconds() > SETTLE

    def is_covered(self, told: Told, at: float) -> bool:
        """Tell whether Inspector says that it scanned what was pushed half a minute ago or earlier."""
        rows = sorted((row for row in self.covered if row.digest == told.script.digest), key=lambda row: row.since)
        held = [row for row in rows if row.since <= at]
        return bool(held) and held[-1].reason == "SUCCESSFUL" and held[-1].scanned <= at - 30

    def is_evidence(self, step: Step, listings: list[float], told: Told) -> bool:
        """Tell whether the last listing had settled, or two equal ones a minute after the first ready answer say so."""
        if self.has_settled(step, listings[-1]) or self.is_covered(told, listings[-1]):
            return True
        if step.said.answer.completed is None or len(listings) < 2 or listings[-1] - listings[-2] < 14.99:
            return False
        ready = [second for second in listings if told.at(second).said.is_whole]
        # NOTE: AWS's clock, the Date header, has no fractions of a second.
        return told.at(listings[-2]) == step and listings[-1] - ready[0] >= 59


def _is_first_page(call: Call, told: Told) -> bool:
    is_its = call.input["imageId"] == {"imageDigest": told.script.digest}
    return is_its and "nextToken" not in call.input and call.input["maxResults"] == 1000
