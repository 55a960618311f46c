"""Conditions of the vocabulary put together: what `when`, `unless`, `never` and `adjust` hold."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from msgspec import Meta, Struct, defstruct

from gate.policy.condition import KNOWERS, Condition, Knower, Patterns, Text, Truth, Vector, View
from gate.policy.vocabulary import CONDITIONS

__all__ = [
    "CONDITIONS",
    "KNOWERS",
    "Combined",
    "Condition",
    "Knower",
    "Patterns",
    "Text",
    "Truth",
    "Vector",
    "View",
    "When",
    "is_blank",
    "of_packages",
    "when_of",
]


class Combined(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, rename={"not_": "not"}
):
    """Conditions that must all hold; `any`, `all` and `not` hold further conditions."""

    any: Annotated[tuple["When", ...], Meta(min_length=1, max_length=1_000)] | None = None
    all: Annotated[tuple["When", ...], Meta(min_length=1, max_length=1_000)] | None = None
    not_: "When | None" = None

    def named(self) -> Iterator[tuple[str, Any]]:
        """Yield the conditions that stand right here, each with its value."""
        for key in CONDITIONS:
            value = getattr(self, key)
            if value is not None:
                yield key, value

    def below(self) -> "Iterator[When]":
        """Yield the conditions that `any`, `all` and `not` hold."""
        yield from self.any or ()
        yield from self.all or ()
        if self.not_ is not None:
            yield self.not_

    def asked(self) -> Iterator[str]:
        """Yield the keys of all conditions here and below, as often as they are used."""
        yield from (key for key, _ in self.named())
        for one in self.below():
            yield from one.asked()


if TYPE_CHECKING:
    When: TypeAlias = Combined
else:
    When = defstruct(
        "When",
        [(key, condition.kind | None, None) for key, condition in CONDITIONS.items()],
        bases=(Combined,),
        namespace={"__doc__": Combined.__doc__},
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
        omit_defaults=True,
        rename={"not_": "not"},
        module=__name__,
    )


def when_of(**conditions: Any) -> "When":  # noqa: ANN401 - each key has a type of its own
    """Return conditions by their keys; None is not named."""
    return When(**conditions)


def of_packages(when: "When") -> bool:
    """Tell whether a condition here or below is about packages."""
    return any(CONDITIONS[key].of == "package" for key in when.asked())


def is_blank(when: "When") -> bool:
    """Tell whether it names nothing, so that it would hold for everything."""
    return not any(True for _ in when.named()) and not any(True for _ in when.below())
