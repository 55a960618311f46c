"""What all relaxations share: when they hold, how messages name them, and which of them were of use."""

import re
from collections.abc import Iterator
from datetime import date

from gate.plain import one_line
from gate.policy.clauses import AcceptUnsupported, Ignore, Relaxation, Selectors
from gate.policy.conditions import When
from gate.policy.document import Policy
from gate.policy.patterns import texts

_SHOWN = 80


class Uses:
    """Which relaxations were of use in a run; each is named by its place in the policy, such as `ignore[2]`."""

    def __init__(self) -> None:
        """Begin with none."""
        self.used: set[str] = set()
        self.outlived: set[str] = set()
        """Those that end when a fix exists, and met a finding that has one."""
        self.barred: set[str] = set()
        """Those that named a finding to which `relaxations.never` lets none apply."""


def is_in_force(entry: Relaxation, today: date) -> bool:
    """Tell whether a relaxation holds on `today` (a day in UTC): from `since` through the day of `until`."""
    return (entry.since is None or entry.since <= today) and not has_expired(entry, today)


def has_expired(entry: Relaxation, today: date) -> bool:
    """Tell whether a relaxation's last day is over."""
    return entry.until is not None and entry.until.day is not None and entry.until.day < today


def until_text(entry: Relaxation) -> str | None:
    """Return when a relaxation ends, as people read it."""
    if entry.until is None:
        return None
    plain = entry.until.plain
    return plain if isinstance(plain, str) else " or ".join(plain)


def words_of(entry: Relaxation) -> str:
    """Return who answers for a relaxation, on which ticket, until when; empty, or begins with a comma."""
    words = (("owner", entry.owner), ("ticket", entry.ticket), ("until", until_text(entry)))
    return "".join(f", {name} {one_line(word, 100)}" for name, word in words if word)


def steps_of(path: str) -> tuple[str | int, ...]:
    """Return the place of a relaxation as the steps that lead to it in the file."""
    return tuple(int(step) if step.isdecimal() else step for step in re.findall(r"[a-z_]+|[0-9]+", path))


def ignore_path(index: int) -> str:
    """Return the place of an `ignore` entry."""
    return f"ignore[{index}]"


def ignore_name(index: int, entry: Ignore) -> str:
    """Return how messages name an `ignore` entry: its place in the list, counted from 1, and what it matches."""
    return f"ignore entry {index + 1} ({what_is_ignored(entry)})"


def what_is_ignored(entry: Ignore) -> str:
    """Return what an `ignore` entry matches, in one short line."""
    parts = list(texts(entry.id))
    for key, label in (("package", "package"), ("version", "version"), ("package_type", "type"), ("path", "path")):
        parts += [f"{label} {name}" for name in texts(getattr(entry, key))]
    return one_line(", ".join(parts), _SHOWN)


def selected_text(selectors: Selectors) -> str:
    """Return which images selectors name, in one short line."""
    named = ((name, texts(getattr(selectors, name))) for name in Selectors.__struct_fields__)
    return one_line(", ".join(f"{name} {' or '.join(words)}" for name, words in named if words), _SHOWN)


def relaxations(policy: Policy) -> Iterator[tuple[str, str, Relaxation]]:
    """Yield every relaxation of a policy: its place, how messages name it, and itself.

    An override is one where it loosens; here every override with words of its own is yielded.
    """
    for index, entry in enumerate(policy.ignore):
        yield ignore_path(index), ignore_name(index, entry), entry
    for index, change in enumerate(policy.severity.adjust):
        name = f"severity.adjust entry {index + 1} ({when_text(change.when)} to {change.to})"
        yield f"severity.adjust[{index}]", name, change
    if policy.vex is not None:
        yield "vex", "vex", policy.vex
    if policy.grace is not None:
        yield "grace", "grace", policy.grace
    if policy.baseline is not None:
        yield "baseline", "baseline", policy.baseline
    for index, override in enumerate(policy.overrides):
        yield f"overrides[{index}]", f"override {index + 1} (for {selected_text(override.for_)})", override
        if override.scan is not None and isinstance(override.scan.unsupported, AcceptUnsupported):
            yield (
                f"overrides[{index}].scan.unsupported",
                f"override {index + 1}'s scan.unsupported",
                (override.scan.unsupported),
            )
    if isinstance(policy.scan.unsupported, AcceptUnsupported):
        yield "scan.unsupported", "scan.unsupported", policy.scan.unsupported


def when_text(when: When) -> str:
    """Return conditions as one short line, for messages."""
    return one_line(_when_text(when), _SHOWN)


def _when_text(when: When) -> str:
    parts = [f"{key} {value_text(value)}" for key, value in when.named()]
    parts += [f"({_when_text(one)})" for one in when.all or ()]
    if when.any is not None:
        parts.append(f"any of ({'; '.join(map(_when_text, when.any))})")
    if when.not_ is not None:
        parts.append(f"not ({_when_text(when.not_)})")
    return ", ".join(parts)


def value_text(value: object) -> str:
    """Return the value of a condition as the policy writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return " or ".join(map(str, value))
    if hasattr(value, "metrics"):
        return " ".join(f"{name}:{value_text(letters)}" for name, letters in value.metrics())
    plain = getattr(value, "plain", value)
    return " or ".join(plain) if isinstance(plain, list) else str(plain)
