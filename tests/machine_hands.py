"""The same account with basic scanning by hand: the gate starts a scan, and must judge that one and no older one."""

from collections import Counter

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from gate.policy.verdict import ImageVerdict
from tests.aws_double.faults import Fault
from tests.aws_double.server import Call
from tests.aws_double.world import SCAN_TAKES
from tests.aws_truth import SAID, Said
from tests.fail_closed.harness import SCAN, Ran
from tests.machine_account import START, Connect, delays, waits
from tests.machine_images import ECR_FAULTS, LONG_AGO, REPOSITORY, RUNNING, TAGS, Images, Step, Told

LAG = 5.0
"""Seconds for which the older scan is still to be seen once another was started."""
NAMED = {said.name: said for said in SAID}
olden = st.sampled_from([NAMED[name] for name in ("no scan", "clean basic", "critical basic", "failed", "in progress")])
begun = st.sampled_from(
    [None, *(NAMED[name] for name in ("clean basic", "low basic", "critical basic", "failed", "failed: unsupported"))]
)
"""What a scan finds that is started; None: AWS starts none, since there was one within 24 hours."""


class HandPipeline(Images):
    """An account where nothing is scanned unless somebody asks for it, and a gate that does."""

    options = ("--start-scan",)

    def __init__(self, connect: Connect, reached: Counter[int]) -> None:
        """Start with nothing that a scan could find."""
        super().__init__(connect, reached)
        self.double.start_lag = LAG
        self.finds: dict[str, Said | None] = {}
        self.started: dict[str, float] = {}
        """When a scan of a digest was started, in the last run."""

    @initialize(said=st.tuples(olden, olden, olden), finds=st.tuples(begun, begun, begun))
    def push(self, said: tuple[Said, ...], finds: tuple[Said | None, ...]) -> None:
        """Three images, pushed last week; what a new scan would find in each is random."""
        self.set_up("BASIC", "MANUAL")
        for tag, one, found in zip(TAGS, said, finds, strict=True):
            steps = [(LONG_AGO, one.answer)]
            script = self.double.image(
                REPOSITORY,
                tag=tag,
                pushed_at=LONG_AGO,
                appears_at=LONG_AGO,
                steps=steps,
                on_start=found.answer if found else None,
            )
            self.images.append(Told(script=script, steps=[Step(LONG_AGO, one)]))
            self.named.append(script)
            self.moves[tag] = [(LONG_AGO, script.digest)]
            self.finds[script.digest] = found

    @rule(
        registry=st.sampled_from(["BASIC", "BASIC", "ENHANCED", None]),
        frequency=st.sampled_from(["MANUAL", "MANUAL", "SCAN_ON_PUSH"]),
    )
    def set_up(self, registry: str | None, frequency: str) -> None:
        """The registry's scanning is configured."""
        super().set_up(registry, frequency)

    @rule(which=st.integers(0, 2), said=olden, found=begun, wait=waits)
    def allow(self, which: int, said: Said, found: Said | None, wait: int) -> None:
        """A day has passed, so that an image may be scanned again, or it was scanned meanwhile."""
        self.say_from(0.0, which, said)
        self.clock.advance(60.0)
        told = self.images[which]
        self.finds[told.script.digest] = found
        script = msgspec.structs.replace(told.script, on_start=found.answer if found else None)
        self.images[which] = msgspec.structs.replace(told, script=script)
        self.double.images[script.registry, REPOSITORY][script.digest] = msgspec.structs.replace(
            script, steps=tuple((step.since, step.said.answer) for step in told.steps)
        )
        self.check([TAGS[which]], wait)

    @rule(fault=st.sampled_from(ECR_FAULTS), tag=st.sampled_from(TAGS), after=delays)
    def spoil_start(self, fault: Fault, tag: str, after: float) -> None:
        """AWS refuses to start a scan, or starts one and nobody hears of it."""
        self.clock.advance(after)
        self.spoil(START, fault, 0, None, tag)

    def run(self, targets: list[str], wait: int) -> tuple[Ran, tuple[Call, ...], float]:
        """Run the gate, and learn which scans it started."""
        ran, calls, began = super().run(targets, wait)
        self.started.clear()
        for number, told in enumerate(self.images):
            digest = told.script.digest
            script = self.double.images[told.script.registry, REPOSITORY][digest]
            found = self.finds[digest]
            if found is None or script.on_start is not None:
                continue
            [at] = [call.seconds for call in calls if _is_about(call, START, digest)]
            before = [step for step in told.steps if step.since <= at]
            steps = [*before, Step(at + LAG, RUNNING), Step(at + SCAN_TAKES, found)]
            self.images[number] = Told(script=script, steps=steps)
            self.finds[digest] = None
            self.started[digest] = at
        return ran, calls, began

    def hold_unchanged(self, calls: tuple[Call, ...]) -> None:
        """A scan of an image is started at most once."""
        digests = [str(call.input["imageId"]) for call in calls if call.operation == START]
        assert len(digests) == len(set(digests))

    def codes(self, told: Told, step: Step, began: float) -> frozenset[int]:
        """Return what is right while this is said; the scan that was started may not be seen before the deadline."""
        return step.said.codes | (frozenset({4}) if told.script.digest in self.started else frozenset())

    def hold_evidence(self, tag: str, image: ImageVerdict, calls: tuple[Call, ...], began: float) -> None:
        """Where a scan was started, what was judged was listed after it had ended."""
        super().hold_evidence(tag, image, calls, began)
        at = self.started.get(image.digest or "")
        if at is not None:
            listed = [call.seconds for call in calls if _is_about(call, SCAN, image.digest)]
            assert listed[-1] >= at + SCAN_TAKES, "an older scan stood in for the one that was started"


def _is_about(call: Call, operation: str, digest: str | None) -> bool:
    return call.operation == operation and call.input["imageId"] == {"imageDigest": digest}
