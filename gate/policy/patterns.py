"""Names as a policy writes them: exact, or with the wildcards * ? [abc]."""

import re
from collections.abc import Callable, Iterable
from fnmatch import translate

Match = Callable[[str], object]
_WILD = re.compile(r"[*?\[]")


def texts(patterns: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """Return the patterns of a policy value that may be absent, one text or several."""
    if patterns is None:
        return ()
    return (patterns,) if isinstance(patterns, str) else patterns


def is_exact(pattern: str) -> bool:
    """Tell whether the pattern has no wildcard, so that only the same text matches."""
    return not _WILD.search(pattern)


def matcher(patterns: Iterable[str], *, fold: bool = False) -> Match:
    """Return a test for "equals or matches one of the patterns"; with `fold`, whatever the case."""
    folded = [pattern.casefold() if fold else pattern for pattern in patterns]
    exact = frozenset(pattern for pattern in folded if is_exact(pattern))
    wild = re.compile("|".join(translate(pattern) for pattern in folded if not is_exact(pattern)) or r"(?!)")

    def matches(text: str) -> bool:
        seen = text.casefold() if fold else text
        return seen in exact or wild.match(seen) is not None

    return matches
