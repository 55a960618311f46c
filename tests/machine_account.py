"""An AWS account, a gate that asks it now and then, and what must hold of every run whatever its target is."""

from collections import Counter
from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from tests.aws_double import faults
from tests.aws_double.server import AwsDouble, Call
from tests.fail_closed.harness import CRITICAL_ONLY, Gate, Ran
from tests.machine_clock import TurnClock

FAULTS = (
    faults.access_denied(),
    faults.expired_token(),
    faults.throttled(),
    faults.html(),
    faults.html(502),
    faults.cut_off(),
    faults.empty_body(),
    faults.body(b"[]"),
    faults.reset(),
    faults.hang_up(),
    faults.altered(lambda page: {key: page[key] for key in page if key != "imageScanStatus"}),
    faults.altered(lambda page: page | {"imageScanStatus": {"status": "ALMOST"}}),
)
START = "StartImageScan"
delays = st.sampled_from([0.0, 1.0, 20.0, 45.0, 70.0, 110.0, 400.0])
waits = st.sampled_from([0, 5, 40, 90, 600])


Connect = Callable[[TurnClock, str], Gate]
"""Makes a gate that has this clock and finds AWS at this address."""


class Account(RuleBasedStateMachine):
    """An AWS account, a gate that asks it, and what must hold of every run whatever the target is."""

    options: tuple[str, ...] = ()
    """What the gate is given besides its target and how long it may wait."""

    def __init__(self, connect: Connect, reached: Counter[int]) -> None:
        """Start an AWS with nothing in it; `reached` counts the exit codes."""
        super().__init__()
        self.clock = TurnClock()
        self.double = AwsDouble(self.clock).start()
        self.gate = connect(self.clock, self.double.url)
        self.reached = reached
        self.is_broken = False

    def teardown(self) -> None:
        self.double.stop()

    def run(self, targets: list[str], wait: int) -> tuple[Ran, tuple[Call, ...], float]:
        """Run the gate; return what it left, what it asked, and when it began."""
        before, began = len(self.double.calls), self.double.seconds()
        ran = self.gate.check(*targets, *self.options, "--wait", f"{wait}s", policy=CRITICAL_ONLY)
        calls = self.double.calls[before:]
        self.reached[ran.code] += 1
        self.hold_table(ran)
        self.hold_deadline(calls, began + wait)
        self.hold_unchanged(calls)
        self.double.forget_faults()
        return ran, calls, began

    def hold_table(self, ran: Ran) -> None:
        """The exit code is the worst of the images': 1, then 5, 3, 4, and 0 only if all are 0."""
        codes = {image.exit_code for image in ran.document.images}
        assert codes <= {0, 1, 3, 4, 5}
        assert ran.code == next(code for code in (1, 5, 3, 4, 0) if code in codes)
        assert ran.document.finished

    def hold_unchanged(self, calls: tuple[Call, ...]) -> None:
        """Nothing is asked for that changes anything."""
        assert START not in {call.operation for call in calls}

    def hold_deadline(self, calls: tuple[Call, ...], deadline: float) -> None:
        """The run ends before the deadline; only an answer that cannot be read costs seconds after it."""
        # NOTE: the double's seconds are rounded to a millionth, and those of the clock are not.
        deadline += 0.001
        late = [call for call in calls if call.seconds > deadline]
        assert self.double.seconds() <= deadline + 3 * (len(late) + 1) * self.is_broken
        assert len(late) <= 30 * self.is_broken
