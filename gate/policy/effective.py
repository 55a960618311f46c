"""Which policy holds for one image: the overrides that select it, the strictest value of each key, and nothing else."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gate.model import Image
from gate.policy.clauses import Override, Selectors
from gate.policy.directions import DIRECTIONS, changes, name_of, value_at
from gate.policy.document import Policy
from gate.policy.patterns import matcher, texts
from gate.policy.relaxing import is_in_force


class Effective(Struct, frozen=True, kw_only=True):
    """The policy for one image."""

    policy: Policy
    strict: Policy
    """The same without what overrides loosen: what findings are judged by to which no relaxation applies."""
    overrides: tuple[int, ...]
    """Which overrides changed something, counted from 0."""
    is_loosened: bool
    """Whether an override lets more pass than the policy does without it."""


class _Offer(Struct, frozen=True, kw_only=True):
    """The value of one key that an override has for an image, or may have."""

    override: int
    path: str
    key: tuple[str, ...]
    """The path, and the name of a rule: each rule is a key of its own."""
    value: Any
    is_looser: bool
    """Whether it lets more pass than the policy's own."""
    is_certain: bool
    """Whether the override is known to be for the image, all of its tags included."""


def effective(policy: Policy, image: Image, env: str | None, today: date) -> Effective:
    """Return the policy for an image in an environment on `today` (a day in UTC)."""
    if not policy.overrides:
        return Effective(policy=policy, strict=policy, overrides=(), is_loosened=False)
    offered = [
        one
        for index, override in enumerate(policy.overrides)
        if is_in_force(override, today)
        for one in _offered(policy, index, override, image, env)
    ]
    loosened = {one.key for one in offered if one.is_looser and one.is_certain}
    # NOTE: a looser value that may be for the image counts where another loosens that key: it may be the stricter one.
    wanted = [one for one in offered if not one.is_looser or one.key in loosened]
    return Effective(
        policy=_with(policy, wanted),
        strict=_with(policy, [one for one in wanted if not one.is_looser]),
        overrides=tuple(sorted({one.override for one in wanted})),
        is_loosened=bool(loosened),
    )


def loosenings(policy: Policy, override: Override) -> tuple[str, ...]:
    """Return the keys that an override loosens, by their paths."""
    return tuple(path for path, value in changes(override) if _is_looser(policy, path, value))


def variants(policy: Policy, path: str) -> tuple[Any, ...]:
    """Return all values that a key has for some image: the policy's own, and those of its overrides."""
    found = (value for one in policy.overrides for place, value in changes(one) if place == path)
    return (value_at(policy, path), *found)


def envs(policy: Policy) -> tuple[str, ...]:
    """Return the patterns for environments that overrides and `ignore` entries name, in order."""
    selecting = [*(one.for_ for one in policy.overrides), *(one.for_ for one in policy.ignore if one.for_ is not None)]
    return tuple(dict.fromkeys(name for selectors in selecting for name in texts(selectors.env)))


def selects(selectors: Selectors, image: Image, env: str | None) -> tuple[bool | None, bool | None]:
    """Tell whether an image is selected: read so as to tighten (any of its tags), and so as to relax (all of them).

    None where that is not known, since the evidence does not say what the selector asks for.
    """
    told = [_told(name, pattern, image, env) for name, pattern in _named(selectors)]
    return _all([any_ for any_, _ in told]), _all([all_ for _, all_ in told])


def _named(selectors: Selectors) -> Iterator[tuple[str, Any]]:
    for name in Selectors.__struct_fields__:
        pattern = getattr(selectors, name)
        if pattern is not None:
            yield name, pattern


def _told(name: str, pattern: Any, image: Image, env: str | None) -> tuple[bool | None, bool | None]:  # noqa: ANN401 - Patterns
    seen = _seen(name, image, env)
    if not seen:
        # NOTE: nobody said which environment it is, and then it is none that the policy names.
        return (False, False) if name == "env" else (None, None)
    matches = [bool(matcher(texts(pattern))(text)) for text in seen]
    # NOTE: of several tags nobody knows which one is run; its own digest and its index's are both what it is.
    return any(matches), all(matches) if name == "tag" else any(matches)


def _seen(name: str, image: Image, env: str | None) -> tuple[str, ...]:
    if name == "env":
        return (env,) if env else ()
    if name == "tag":
        return image.tags
    if name == "digest":
        return tuple(digest for digest in (image.digest, image.index_digest) if digest)
    text: str | None = getattr(image, {"account": "registry"}.get(name, name))
    return (text,) if text else ()


def _all(told: list[bool | None]) -> bool | None:
    return False if False in told else None if None in told else True


def _offered(policy: Policy, index: int, override: Override, image: Image, env: str | None) -> Iterator[_Offer]:
    tightens, relaxes = selects(override.for_, image, env)
    for path, key, value in _keys(override) if tightens is not False else ():
        yield _Offer(
            override=index,
            path=path,
            key=key,
            value=value,
            is_looser=_is_looser(policy, path, value),
            is_certain=relaxes is True,
        )


def _keys(override: Override) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    # NOTE: one by one, or a rule that loosens would keep those beside it from an image that may not be meant.
    for path, value in changes(override):
        if path == "rules":
            yield from ((path, (path, rule.name), (rule,)) for rule in value)
        else:
            yield path, (path,), value


def _is_looser(policy: Policy, path: str, value: Any) -> bool:  # noqa: ANN401 - the value of any key
    return DIRECTIONS[path].looser(value, value_at(policy, path))


def _with(policy: Policy, values: list[_Offer]) -> Policy:
    """Return the policy with these values in place of its own; where several are for one key, the strictest."""
    joined: dict[str, Any] = {}
    # NOTE: always in one order, since three limits of which none is the strictest come to another one in another order.
    for one in sorted(values, key=lambda one: repr(one.value)):
        join = DIRECTIONS[one.path].joined
        joined[one.path] = join(joined[one.path], one.value) if join is not None and one.path in joined else one.value
    for path, value in joined.items():
        added = DIRECTIONS[path].added
        policy = put(policy, path, added(value_at(policy, path), value) if added else value)
    return policy


def put(policy: Policy, path: str, value: Any) -> Policy:  # noqa: ANN401 - the value of any key
    """Return the policy with a value at a path of at most two keys."""
    section, _, key = path.partition(".")
    if not key:
        return replace(policy, **{name_of(Policy, section): value})
    part = getattr(policy, name_of(Policy, section))
    return replace(policy, **{section: replace(part, **{name_of(type(part), key): value})})
