"""An AWS whose images, tags, coverage, settings and network change at random under a gate."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.aws_double import faults
from tests.aws_double.shapes import Unknown
from tests.aws_truth import Said
from tests.fail_closed.harness import SCAN
from tests.machine_account import delays, waits
from tests.machine_images import IMAGES, RUNNING, TAGS, Cover, Images, saying

COVERED = ("SUCCESSFUL", "SUCCESSFUL", "SCAN_IN_PROGRESS", "UNSUPPORTED_OS", Unknown("ALMOST_SCANNED"), None)


class Pipeline(Images):
    """An account whose tags are pushed anew, too, and whose Inspector says what it has scanned."""

    @rule(which=st.integers(0, 2), said=saying, other=st.integers(0, 2), ready=delays, moved=delays)
    def race(self, which: int, said: Said, other: int, ready: float, moved: float) -> None:
        """A tag is pushed anew while its image is being scanned."""
        self.say_from(0.0, which, RUNNING)
        self.say_from(ready, which, said)
        self.move_tag(TAGS[which], which, 0.0)
        self.move_tag(TAGS[which], other, moved)
        self.check([TAGS[which]], 600)

    @rule(which=st.integers(0, 2), said=saying, after=delays, wait=waits)
    def say(self, which: int, said: Said, after: float, wait: int) -> None:
        """From a moment on AWS says something else of an image; what was to come after that never comes."""
        self.say_from(after, which, said)
        self.check([TAGS[which]], wait)

    @rule(tag=st.sampled_from(TAGS), seconds=delays, wait=waits)
    def pass_time(self, tag: str, seconds: float, wait: int) -> None:
        """Nobody does anything for a while."""
        self.clock.advance(seconds)
        self.check([tag], wait)

    @rule(tag=st.sampled_from(TAGS), which=st.integers(0, 2), after=delays, wait=waits)
    def move(self, tag: str, which: int, after: float, wait: int) -> None:
        """A tag names another image from a moment on."""
        self.move_tag(tag, which, after)
        self.check([tag], wait)

    @rule(which=st.integers(0, 2), said=saying, reason=st.sampled_from(COVERED), scanned=delays, after=delays)
    def cover(self, which: int, said: Said, reason: str | None, scanned: float, after: float) -> None:
        """A scan has just ended, and from a moment on Inspector says when it was, or why not; None: no such image."""
        self.say_from(0.0, which, said)
        at, script = self.double.seconds() + after, self.images[which].script
        self.double.inspector.covers(script, reason, at=at, scanned=at - scanned)
        self.covered.append(Cover(at, script.digest, reason, at - scanned))
        self.check([TAGS[which]], 90)

    @rule(tag=st.sampled_from(TAGS), operation=st.sampled_from([IMAGES, SCAN]))
    def refuse(self, tag: str, operation: str) -> None:
        """The next run may not ask."""
        self.spoil(operation, faults.access_denied(), 0, None, tag)
