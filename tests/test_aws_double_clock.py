"""The loopback AWS tells the time of the clock that it was given."""

from datetime import timedelta

import pytest

from tests.aws_double import faults
from tests.aws_double.clock import SystemClock, VirtualClock
from tests.aws_double.one_image import SCAN, raw
from tests.aws_double.server import AwsDouble


def test_the_date_is_the_clocks_unless_skewed_replaced_or_dropped() -> None:
    clock = VirtualClock()
    with AwsDouble(clock, skew=timedelta(minutes=10)) as double:
        clock.advance(5)
        assert b"\r\nDate: Mon, 02 Mar 2026 12:10:05 GMT\r\n" in raw(double)
        double.fail(SCAN, faults.dated("soon"), first=2)
        double.fail(SCAN, faults.dated(None), first=3)
        assert b"\r\nDate: soon\r\n" in raw(double)
        assert b"\r\nDate: " not in raw(double)


def test_clocks_agree_on_what_a_clock_is() -> None:
    clock = VirtualClock()
    with pytest.raises(ValueError, match="cannot go back"):
        clock.sleep(-1)
    assert (clock.sleeps, clock.monotonic()) == ((), 0.0)
    assert SystemClock().now().tzinfo is not None
    assert SystemClock().monotonic() > 0
