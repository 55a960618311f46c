"""Conditions put together are values of their own: made by name, never changed, and of a bounded number."""

from contextlib import nullcontext

import pytest
from msgspec import ValidationError, convert

from gate.policy.conditions import When, when_of


def test_conditions_are_made_by_name_and_never_changed() -> None:
    asked = when_of(kev=True)

    assert len({asked, when_of(kev=True)}) == 1
    with pytest.raises(AttributeError, match="immutable"):
        asked.any = ()  # type: ignore[misc]  # mypy knows it too
    with pytest.raises(TypeError, match="positional"):
        When(None)  # type: ignore[call-arg]  # as above


@pytest.mark.parametrize("key", ["any", "all"])
@pytest.mark.parametrize(("count", "are"), [(0, False), (1, True), (1_000, True), (1_001, False)])
def test_one_to_a_thousand_conditions_stand_beside_each_other(key: str, count: int, *, are: bool) -> None:
    one = {"kev": True}

    with nullcontext() if are else pytest.raises(ValidationError):
        assert len(getattr(convert({key: [one] * count}, When), key)) == count
