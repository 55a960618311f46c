"""The loop that waits asks at once, ever more seldom, once more at the deadline, and never sleeps past it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.sources.waiting import FIRST_DELAY, LONGEST_DELAY, Waiting
from tests.aws_double.clock import NOON, VirtualClock


class Asked:
    """Answers that become ready at a time, and when they were asked for."""

    def __init__(self, clock: VirtualClock, ready_at: float) -> None:
        self.clock = clock
        self.ready_at = ready_at
        self.times: list[float] = []

    def __call__(self) -> tuple[str, str]:
        now = self.clock.monotonic()
        self.times.append(now)
        return ("ready", "") if now >= self.ready_at else ("not yet", "the scan")


def quiet(_text: str, _seconds: float) -> None:
    return


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gate.sources.waiting.random.uniform", lambda _low, high: high)


def test_an_answer_that_is_ready_costs_no_sleep(clock: VirtualClock) -> None:
    asked = Asked(clock, 0)
    assert Waiting(clock, 600, quiet).until(asked) == "ready"
    assert (asked.times, clock.sleeps) == ([0.0], ())


@pytest.mark.usefixtures("no_jitter")
def test_sleeps_grow_by_half_to_the_longest(clock: VirtualClock) -> None:
    Waiting(clock, 600, quiet).until(Asked(clock, 90))
    assert clock.sleeps == (2.0, 3.0, 4.5, 6.75, 10.125, 15.0, 15.0, 15.0, 15.0, 15.0)


def test_jitter_only_shortens_and_by_a_fifth_at_most(clock: VirtualClock) -> None:
    Waiting(clock, 600, quiet).until(Asked(clock, 500))
    full: Iterator[float] = iter([2.0, 3.0, 4.5, 6.75, 10.125, *[LONGEST_DELAY] * 60])
    assert all(0.8 * most <= slept <= most for slept, most in zip(clock.sleeps, full, strict=False))
    assert len(set(clock.sleeps)) > 10


@given(st.floats(0, 1e9), st.floats(0, 600))
def test_a_clock_that_cannot_move_by_what_is_left_ends_the_wait_all_the_same(since: float, wait: float) -> None:
    clock = VirtualClock()
    clock.advance(since)
    asked = Asked(clock, ready_at=1e12)
    waiting = Waiting(clock, wait, quiet)
    assert waiting.until(asked) == "not yet"
    assert len(asked.times) < 100
    assert waiting.pause(15, "the findings") == 0


@given(st.floats(0, 3_000), st.floats(0, 3_000))
def test_no_sleep_passes_the_deadline_and_there_is_one_more_question_at_it(wait: float, ready_at: float) -> None:
    clock = VirtualClock()
    asked = Asked(clock, ready_at)
    answer = Waiting(clock, wait, quiet).until(asked)
    assert clock.monotonic() <= wait + 1e-6
    if ready_at < wait - 0.002:
        assert answer == "ready"
    if ready_at > wait + 1e-6:
        assert answer == "not yet"
        assert asked.times[-1] == pytest.approx(wait, abs=0.002)


def test_a_wait_of_zero_asks_once(clock: VirtualClock) -> None:
    asked = Asked(clock, 5)
    assert Waiting(clock, 0, quiet).until(asked) == "not yet"
    assert (asked.times, clock.sleeps) == ([0.0], ())


def test_a_wait_may_be_bounded_below_the_deadline(clock: VirtualClock) -> None:
    waiting = Waiting(clock, 600, quiet)
    asked = Asked(clock, 100)
    assert waiting.until(asked, most=20) == "not yet"
    assert asked.times[-1] == pytest.approx(20)
    assert waiting.left == pytest.approx(580)


def test_the_bound_never_lengthens_the_wait(clock: VirtualClock) -> None:
    assert Waiting(clock, 5, quiet).until(Asked(clock, 100), most=20) == "not yet"
    assert clock.monotonic() == pytest.approx(5)


def test_waits_share_one_deadline(clock: VirtualClock) -> None:
    waiting = Waiting(clock, 30, quiet)
    waiting.until(Asked(clock, 1_000))
    late = Asked(clock, 1_000)
    assert waiting.until(late) == "not yet"
    assert late.times == pytest.approx([30.0])
    assert waiting.left == 0.0


@pytest.mark.usefixtures("no_jitter")
def test_who_waits_is_told_for_what_and_since_when(clock: VirtualClock) -> None:
    told: list[tuple[str, float]] = []
    Waiting(clock, 600, lambda text, seconds: told.append((text, seconds))).until(Asked(clock, 5))
    assert told == [("the scan", 0.0), ("the scan", 2.0)]


def test_a_pause_is_as_long_as_it_says_until_the_deadline_cuts_it(clock: VirtualClock) -> None:
    told: list[str] = []
    waiting = Waiting(clock, 40, lambda text, _: told.append(text))
    assert [waiting.pause(15, "the findings") for _ in range(4)] == [15, 15, 10, 0]
    assert clock.sleeps == (15, 15, 10)
    assert told == ["the findings"] * 3


def test_the_deadline_is_kept_by_a_clock_that_only_grows(clock: VirtualClock) -> None:
    class Jumping(VirtualClock):
        def now(self) -> datetime:
            return NOON - timedelta(days=1)

    jumping = Jumping()
    assert Waiting(jumping, 10, quiet).until(Asked(jumping, 100), delay=FIRST_DELAY) == "not yet"
    assert jumping.monotonic() == pytest.approx(10)


def test_a_wait_with_a_name_is_the_same_wait_and_tells_whose_it_is(clock: VirtualClock) -> None:
    told: list[tuple[str, float]] = []
    wait = Waiting(clock, 10, lambda text, seconds: told.append((text, seconds)))
    clock.advance(4)
    named = wait.named("linux/arm64")

    assert named.left == wait.left == 6.0
    assert named.pause(1, "the scan") == 1
    assert wait.pause(0.5, "the scan") == 0.5
    assert told == [("linux/arm64: the scan", 4.0), ("the scan", 5.0)]
    assert clock.sleeps == (1.0, 0.5)


@pytest.mark.parametrize(("most", "sleeps"), [(0.001, 0), (0.0011, 1)])
def test_a_thousandth_of_a_second_is_no_wait(clock: VirtualClock, most: float, sleeps: int) -> None:
    assert Waiting(clock, 600, quiet).until(Asked(clock, 5), most=most) == "not yet"
    assert len(clock.sleeps) == sleeps


def test_time_counts_from_the_start_of_the_wait_and_not_of_the_clock(clock: VirtualClock) -> None:
    clock.sleep(1_000.0)
    waiting = Waiting(clock, 60.0, quiet)
    clock.sleep(20.0)
    assert (waiting.elapsed, waiting.left) == (20.0, 40.0)
