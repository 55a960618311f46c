"""The same account where every tag names an image index: the gate must judge each image that it holds."""

from collections import Counter

from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from gate.policy.verdict import ImageVerdict, Outcome
from tests.aws_double.answers import failed
from tests.aws_double.faults import Fault
from tests.aws_double.indexes import attestation, entry, index
from tests.aws_truth import Said
from tests.machine_account import Connect, waits
from tests.machine_images import ECR_FAULTS, LONG_AGO, REPOSITORY, TAGS, Step, Told, saying
from tests.pipeline_machine import Pipeline

PLATFORMS = ("linux/amd64", "linux/arm64", "linux/arm/v7")
members = st.lists(st.integers(0, 2), min_size=2, max_size=3, unique=True)
attested = st.sampled_from([None, True, False])


class IndexPipeline(Pipeline):
    """An account whose tags name indexes of two or three images, and of attestations, that change under the gate."""

    def __init__(self, connect: Connect, reached: Counter[int]) -> None:
        """Start with no index."""
        super().__init__(connect, reached)
        self.held: dict[str, list[str]] = {}

    @initialize(
        said=st.tuples(saying, saying, saying),
        registry=st.sampled_from(["ENHANCED", "BASIC", None]),
        held=st.tuples(members, members, members),
        attests=st.tuples(attested, attested, attested),
    )
    def push(
        self,
        said: tuple[Said, ...],
        registry: str | None,
        held: tuple[list[int], ...],
        attests: tuple[bool | None, ...],
    ) -> None:
        """Three images, and three indexes that each hold some of them; an attestation may call itself so, or not."""
        self.set_up(registry, "SCAN_ON_PUSH")
        for one in said:
            steps = [(LONG_AGO, one.answer)]
            script = self.double.image(REPOSITORY, pushed_at=LONG_AGO, appears_at=LONG_AGO, steps=steps)
            self.images.append(Told(script=script, steps=[Step(LONG_AGO, one)]))
        for tag, which, called in zip(TAGS, held, attests, strict=True):
            entries = [entry(self.images[number].script, PLATFORMS[number]) for number in which]
            if called is not None:
                entries.append(attestation(self.double, called=called, appears_at=LONG_AGO, steps=[(0, failed())]))
            script = index(self.double, *entries, tag=tag, pushed_at=LONG_AGO, appears_at=LONG_AGO)
            self.named.append(script)
            self.moves[tag] = [(LONG_AGO, script.digest)]
            self.held[script.digest] = [self.images[number].script.digest for number in which]

    @rule(
        fault=st.sampled_from(ECR_FAULTS),
        after=st.sampled_from([0, 1, 2]),
        times=st.sampled_from([None, 1, 2]),
        tag=st.sampled_from(TAGS),
    )
    def spoil_manifest(self, fault: Fault, after: int, times: int | None, tag: str) -> None:
        """A manifest cannot be read in the next run."""
        self.spoil("BatchGetImage", fault, after, times, tag)

    @rule(tags=st.sampled_from([[tag] for tag in TAGS]), wait=waits)
    def check(self, tags: list[str], wait: int) -> None:
        """The gate runs on one index: two may hold the same image, and then nobody can tell whose listing is whose."""
        super().check(tags, wait)

    def hold_whole(self, tag: str, images: list[ImageVerdict]) -> None:
        """Each image that the index holds has its own line, in the index's order, and nothing else has one."""
        if self.is_broken and all(image.verdict is Outcome.NO_VERDICT for image in images):
            return
        [named] = {image.index_digest for image in images}
        assert [image.digest for image in images] == self.held[str(named)]
