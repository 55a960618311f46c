"""The measure of growth tells a loop from a loop in a loop."""

import sys
from collections.abc import Callable

import pytest

from tests.work import calls, growth


def once(size: int) -> Callable[[], object]:
    return lambda: [len(str(n)) for n in range(size)]


def in_a_loop(size: int) -> Callable[[], object]:
    return lambda: [len(str(n)) for n in range(size) for _ in range(size)]


def test_growth_is_two_for_a_loop_and_four_for_a_loop_in_a_loop() -> None:
    assert growth(once, 200) == pytest.approx(2, abs=0.1)
    assert growth(in_a_loop, 50) == pytest.approx(4, abs=0.1)


def test_what_is_counted_is_always_the_same_and_the_profiler_is_put_back() -> None:
    before = sys.getprofile()
    assert calls(once(10)) == calls(once(10)) > 10
    assert sys.getprofile() is before


def test_the_profiler_is_put_back_after_an_error() -> None:
    before = sys.getprofile()
    with pytest.raises(ZeroDivisionError):
        calls(lambda: 1 / 0)
    assert sys.getprofile() is before
