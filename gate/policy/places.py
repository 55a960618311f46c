"""One part of a policy with the places of its keys, where checks record what is wrong."""

from gate.policy.nodes import Faults, Mapping, Scalar, Sequence, join, locate, quoted
from gate.policy.walker import Built


class Place:
    """A mapping of the file, and the faults that it is checked for."""

    def __init__(self, part: Built, faults: Faults) -> None:
        """Keep the part."""
        self.node: Mapping = part.node
        self.is_sound = part.sound
        self._path = part.path
        self._faults = faults

    def fault(self, key: str, text: str, index: int | None = None) -> None:
        """Record a fault at a key, at an entry of its list, or, for a key that is absent, at the part."""
        steps = (key,) if index is None else (key, index)
        path = join(self._path, key) if key else self._path
        self._faults.add(locate(self.node, *steps), path if index is None else f"{path}[{index}]", text)

    def names(self, key: str) -> tuple[tuple[int | None, str], ...]:
        """Return the texts under a key as they are written, each with its place in the list, if it is one."""
        node = self.node.get(key)
        if isinstance(node, Sequence):
            return tuple((index, item.text) for index, item in enumerate(node.items) if isinstance(item, Scalar))
        return ((None, node.text),) if isinstance(node, Scalar) else ()

    def check_patterns(self, key: str) -> None:
        """Record names that begin or end with a blank."""
        for index, name in self.names(key):
            if name != name.strip():
                self.fault(key, f"{quoted(name)} begins or ends with a blank, so it matches nothing; remove it", index)

    def check_repeats(self, key: str) -> None:
        """Record names that stand in a list twice."""
        seen: set[str] = set()
        for index, name in self.names(key):
            if name in seen:
                self.fault(key, f"{quoted(name)} stands here twice; keep one", index)
            seen.add(name)


def listed(names: list[str]) -> str:
    """Return keys as messages list them."""
    words = [f"`{name}`" for name in names]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
