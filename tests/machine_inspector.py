"""The same account where Inspector's own listing is joined to ECR's: it may lag, know more, or count what it hides."""

from collections import Counter

from hypothesis import strategies as st
from hypothesis.stateful import rule
from msgspec import Struct

from gate.policy.verdict import ImageVerdict, Outcome
from tests.aws_double import faults
from tests.aws_double.findings import JsonObject, enhanced_finding
from tests.aws_double.inspector import resource_id
from tests.aws_double.server import Call
from tests.aws_truth import SAID, Said
from tests.fail_closed.harness import SCAN
from tests.machine_account import Connect
from tests.machine_images import ECR_FAULTS, SETTLE, TAGS, Images, Step, Told

LIST = "ListFindings"
COUNT = "ListFindingAggregations"
_LOW = enhanced_finding("CVE-2026-3", severity="LOW")
_WORSE = enhanced_finding("CVE-2026-3", severity="CRITICAL")
_MORE = enhanced_finding("CVE-2026-9", severity="CRITICAL")
LISTINGS: dict[str, tuple[JsonObject, ...] | None] = {
    "what ECR lists": None,
    "nothing yet": (),
    "the same, and critical": (_WORSE,),
    "critical, which ECR does not list": (_LOW, _MORE),
    "critical on the last page": (*(enhanced_finding(f"CVE-2026-{n}", "LOW") for n in range(100, 220)), _MORE),
}
listings = st.sampled_from(list(LISTINGS))
soon = st.sampled_from([0.0, 20.0, SETTLE + 70, SETTLE + 400])
sometimes = st.sampled_from([False, False, True])
joinable = st.sampled_from([said for said in SAID if said.name in {"clean", "low", "many low", "critical"}])


class Listed(Struct, frozen=True):
    """What Inspector lists of an image from that second on."""

    since: float
    digest: str
    name: str


class InspectorPipeline(Images):
    """An account whose Inspector lists and counts what it likes, and a gate that asks it too."""

    options = ("--source", "inspector")

    def __init__(self, connect: Connect, reached: Counter[int]) -> None:
        """Start with an Inspector that lists what ECR lists."""
        super().__init__(connect, reached)
        self.listed: list[Listed] = []
        self.hiding: set[str] = set()
        """The digests of which Inspector counts more than it lists."""

    @rule(which=st.integers(0, 2), said=joinable, name=listings, hides=sometimes, after=soon)
    def differ(self, which: int, said: Said, name: str, hides: bool, after: float) -> None:
        """ECR's list is whole and settled; from a moment on Inspector lists another, and it may count even more."""
        script, inspector = self.images[which].script, self.double.inspector
        at = self.double.seconds() + after
        inspector.lists(script, LISTINGS[name], at=at)
        self.listed.append(Listed(at, script.digest, name))
        self.hiding.discard(script.digest)
        inspector.counted.pop(resource_id(script), None)
        if hides:
            self.hiding.add(script.digest)
            inspector.counts(script, {"all": 999})
        self.set_up("ENHANCED", "SCAN_ON_PUSH")
        self.say_from(0.0, which, said)
        self.clock.advance(SETTLE + 60)
        self.check([TAGS[which]], 90)

    @rule(
        operation=st.sampled_from([LIST, LIST, COUNT]),
        fault=st.sampled_from(ECR_FAULTS),
        after=st.sampled_from([0, 0, 1]),
        times=st.sampled_from([None, 1, 2]),
        tag=st.sampled_from(TAGS),
    )
    def spoil_inspector(self, operation: str, fault: faults.Fault, after: int, times: int | None, tag: str) -> None:
        """Inspector cannot be asked in the next run, or its answer cannot be read."""
        self.spoil(operation, fault, after, times, tag)

    def codes(self, told: Told, step: Step, began: float) -> frozenset[int]:
        """Return what is right while both say this: of basic scanning Inspector knows nothing, and the worse counts."""
        if not step.said.is_whole:
            return step.said.codes
        if step.said.is_basic(self.registry) or told.script.digest in self.hiding:
            return frozenset({3})
        end = self.double.seconds()
        moments = [began, *(one.since for one in self.listed if began < one.since <= end)]
        return frozenset(int(step.said.is_bad or self.is_worse(told, step, moment)) for moment in moments)

    def is_worse(self, told: Told, step: Step, seconds: float) -> bool:
        """Tell whether Inspector lists something critical at that second, where ECR says this."""
        rows = sorted((one for one in self.listed if one.digest == told.script.digest), key=lambda one: one.since)
        held = [one for one in rows if one.since <= seconds]
        found = LISTINGS[held[-1].name] if held else None
        listed = step.said.answer.enhanced if found is None else found
        return any(finding["severity"] == "CRITICAL" for finding in listed or ())

    def is_bad(self, told: Told, step: Step, calls: tuple[Call, ...]) -> bool:
        """Tell whether one of the two lists something critical when it was asked last."""
        asked = [call.seconds for call in calls if call.operation == LIST and told.script.digest in str(call.input)]
        return step.said.is_bad or self.is_worse(told, told.at(asked[-1]), asked[-1])

    def hold_evidence(self, tag: str, image: ImageVerdict, calls: tuple[Call, ...], began: float) -> None:
        """What was judged is of enhanced scanning, and Inspector listed and counted it after ECR."""
        asked = [call.operation for call in calls if str(image.digest) in str(call.input)]
        assert asked.index(LIST) > max(n for n, name in enumerate(asked) if name == SCAN)
        assert COUNT in asked[asked.index(LIST) :]
        assert image.digest not in self.hiding
        super().hold_evidence(tag, image, calls, began)
        assert image.verdict is not Outcome.NO_VERDICT
