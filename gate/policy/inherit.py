"""What a policy takes from the one that it extends, and whether it only tightens what it changes."""

from typing import Any

import msgspec

from gate.policy.asked import facts_asked
from gate.policy.checks import check_words
from gate.policy.clauses import Grace, Override
from gate.policy.directions import DIRECTIONS, OWN, changes, value_at
from gate.policy.document import Policy
from gate.policy.effective import loosenings, put, variants
from gate.policy.loaded import Loaded
from gate.policy.nodes import Faults, Mapping, Node, locate, quoted
from gate.policy.places import Place
from gate.policy.scalars import encode_scalar
from gate.policy.walker import Built


def inherited(parent: Loaded, child: Policy, tree: Mapping, faults: Faults) -> Policy:
    """Return the child with what it does not write itself taken from its parent; what loosens goes to `faults`."""
    merged = child
    for path, direction in DIRECTIONS.items():
        if path in OWN:
            continue
        theirs = value_at(parent.policy, path)
        node = _written(tree, path)
        if node is None:
            merged = put(merged, path, theirs)
            continue
        own = value_at(child, path)
        why = _why_not(parent, path, own)
        if why:
            faults.add(node, path, why)
        if direction.added:
            merged = put(merged, path, direction.added(theirs, own))
    for index, override in enumerate(child.overrides):
        _check_override(parent, override, locate(tree, "overrides", index), index, faults)
    return merged


def check_whole(policy: Policy, parts: tuple[Built, ...], faults: Faults) -> None:
    """Check what can be known only once all files are read, in the parts of the last of them."""
    for part in parts:
        if isinstance(part.value, Override) and loosenings(policy, part.value):
            check_words(Place(part, faults), part.value, policy.relaxations)
        if isinstance(part.value, Grace) and part.value.begins == "first_seen" and policy.baseline is None:
            text = "is the first sight in a baseline, and there is none; add one, or count from `published`"
            Place(part, faults).fault("from", f"`first_seen` {text}")


def _why_not(parent: Loaded, path: str, own: Any) -> str:  # noqa: ANN401 - the value of any key
    """Return why a value may not stand where a parent has another; empty when it may."""
    if _is_locked(parent.policy, path):
        return f"may not be touched: {parent.place('lock')} locks it"
    theirs = value_at(parent.policy, path)
    if not DIRECTIONS[path].looser(own, theirs) or (path.startswith("cvss.") and not _uses_scores(parent.policy)):
        return ""
    place, stricter = parent.place(*path.split(".")), DIRECTIONS[path].stricter
    return f"is looser than {place} has it ({_shown(theirs)}); expected the same or stricter: {stricter}"


def _check_override(parent: Loaded, override: Override, node: Node, index: int, faults: Faults) -> None:
    for path, value in changes(override):
        why = _why_not(parent, path, value)
        if why:
            faults.add(locate(node, *path.split(".")), f"overrides[{index}].{path}", why)


def _is_locked(policy: Policy, path: str) -> bool:
    return any(
        path == locked or path.startswith(f"{locked}.") or locked.startswith(f"{path}.") for locked in policy.lock
    )


def _uses_scores(policy: Policy) -> bool:
    floors = (floor is not None for floor in variants(policy, "cvss_floor"))
    return any(floors) or not facts_asked(policy).isdisjoint({"cvss", "vector"})


def _written(tree: Mapping, path: str) -> Node | None:
    """Return the node of a key that a file writes; None when it does not."""
    node: Node | None = tree
    for key in path.split("."):
        node = node.get(key) if isinstance(node, Mapping) else None
    return node


def _shown(value: Any) -> str:  # noqa: ANN401 - as above
    if value is None:
        return "not set"
    return quoted(msgspec.json.encode(value, enc_hook=encode_scalar).decode())
