"""Reads YAML as a small tree that knows its places, strictly: what a policy has no use for is refused."""

import re

import yaml

from gate.plain import one_line
from gate.policy.nodes import Broken, Faults, Mapping, Node, Scalar, Sequence, quoted
from gate.policy.text import syntax_fault, text_of

_MOST_NODES = 500_000
_DEEPEST = 50
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SURROGATE = re.compile("[\ud800-\udfff]")


def mapping_of(data: bytes, faults: Faults) -> Mapping | None:
    """Return the file's top mapping, or None with what is wrong in `faults`."""
    text = text_of(data, faults)
    root = _tree(text, faults) if text is not None else None
    if isinstance(root, Mapping):
        return root
    if faults.count:
        return None
    if root is None or (isinstance(root, Scalar) and root.is_null):
        content = "holds nothing but comments" if text and text.strip() else "is empty"
        faults.add_at(0, 0, "", f"the policy {content}; expected at least `version: 1` and `max`")
    else:
        what = "a list" if isinstance(root, Sequence) else "text"
        faults.add(root, "", f"the file holds {what}; expected a mapping that begins with `version: 1`")
    return None


def _tree(text: str, faults: Faults) -> Node | None:
    """Return the document as nodes; None when it is empty or cannot be read to its end."""
    builder = _Builder(faults)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            if not builder.take(event):
                break
    except yaml.MarkedYAMLError as err:
        _add_syntax_fault(err, text, faults)
        return None
    # NOTE: ValueError and OverflowError come from escapes such as "\UFFFFFFFF" where PyYAML was built without libyaml.
    except (yaml.YAMLError, ValueError, OverflowError) as err:
        faults.add_at(0, 0, "", f"is not YAML: {one_line(str(err))}")
        return None
    return builder.root


def _add_syntax_fault(err: yaml.MarkedYAMLError, text: str, faults: Faults) -> None:
    """Record what the YAML parser stumbled over, where the value begins that made it stumble."""
    begins = str(err.context or "").startswith("while scanning a")
    mark = (err.context_mark if begins else None) or err.problem_mark or err.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    faults.add_at(line + 1, column + 1, "", syntax_fault(str(err.problem or err.context), text, line, column))


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (0, 0)


class _Builder:
    """Turns parse events into nodes without recursion, refusing what a policy has no use for."""

    def __init__(self, faults: Faults) -> None:
        self.root: Node | None = None
        self._faults = faults
        self._open: list[tuple[yaml.CollectionStartEvent, list[Node]]] = []
        self._nodes = 0
        self._documents = 0

    def take(self, event: yaml.Event) -> bool:
        """Add one event; False means that reading on is of no use."""
        if isinstance(event, yaml.ScalarEvent):
            return self._put(self._scalar(event))
        if isinstance(event, yaml.CollectionStartEvent):
            self._open.append((event, []))
            return self._is_shallow(event)
        if isinstance(event, yaml.CollectionEndEvent):
            return self._put(self._close())
        if isinstance(event, yaml.AliasEvent):
            text = f"*{one_line(str(event.anchor), 60)} is an alias, which a policy may not hold"
            return self._put(self._broken(event, f"{text}; a value that begins with * must stand in quotes"))
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._broken(event, "a second document begins here; expected one policy in a file")
            return self._documents == 1
        return True

    def _is_shallow(self, event: yaml.Event) -> bool:
        if len(self._open) <= _DEEPEST:
            return True
        self._broken(event, f"is nested deeper than {_DEEPEST}; a policy never is")
        self.root = None
        return False

    def _put(self, node: Node) -> bool:
        self._nodes += 1
        if self._open:
            self._open[-1][1].append(node)
        else:
            self.root = node
        if self._nodes <= _MOST_NODES:
            return True
        self._faults.add(node, "", f"more than {_MOST_NODES} values; a policy has fewer")
        self.root = None
        return False

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        if self._is_decorated(event):
            return self._broken(event)
        if not event.value.isascii() and _SURROGATE.search(event.value):
            return self._broken(event, "holds half a character (a lone surrogate); remove it")
        line, column = _place(event)
        return Scalar(event.value, line, column, quoted=bool(event.style))

    def _close(self) -> Node:
        event, nodes = self._open.pop()
        if self._is_decorated(event):
            return self._broken(event)
        line, column = _place(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(tuple(nodes), line, column)
        pairs = ((self._key(key), value) for key, value in zip(nodes[::2], nodes[1::2], strict=True))
        return Mapping(tuple((key, value) for key, value in pairs if key is not None), line, column)

    def _key(self, key: Node) -> Scalar | None:
        if isinstance(key, Sequence | Mapping):
            self._faults.add(key, "", "a list or a mapping stands where a key must be; expected a word")
        elif isinstance(key, Scalar):
            if key.quoted or key.text != "<<":
                return key
            self._faults.add(key, "", "`<<` merges mappings, which a policy may not do; write the keys out")
        return None

    def _is_decorated(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> bool:
        anchor, tag = event.anchor, event.tag
        if anchor:
            text = f"&{one_line(anchor, 60)} is an anchor, which a policy may not hold"
            self._broken(event, f"{text}; a value that begins with & must stand in quotes")
        if tag:
            text = f"the tag {quoted(tag)} may not stand in a policy"
            self._broken(event, f"{text}; a value that begins with ! must stand in quotes")
        return bool(anchor or tag)

    def _broken(self, event: yaml.Event, text: str = "") -> Broken:
        node = Broken(*_place(event))
        if text:
            self._faults.add(node, "", text)
        return node
