"""Loads a policy: its file and those that it extends, typed by our own types, every fault at once with its place."""

import re
from hashlib import sha256
from importlib.resources import files as resources
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from gate import __version__
from gate.errors import GateError, PolicyError
from gate.plain import one_line
from gate.policy.checks import check
from gate.policy.document import Policy
from gate.policy.inherit import check_whole, inherited
from gate.policy.loaded import Layer, Loaded, from_maxima, name_of
from gate.policy.nodes import Fault, Faults, Mapping, Scalar, locate, quoted
from gate.policy.scalars import VersionRange
from gate.policy.text import MOST_BYTES
from gate.policy.vex_document import MOST_BYTES as MOST_VEX
from gate.policy.vex_document import VexDocument, read_vex
from gate.policy.walker import walk
from gate.policy.yaml_tree import mapping_of

__all__ = ["Loaded", "built_in", "from_maxima", "load", "loads"]

_LATER = re.compile(r"[2-9]|[1-9][0-9]{1,8}")
_MOST_LAYERS = 10
_MOST_FILES = 1_000
BUILT_IN = "(built in)"


class _Where(Struct, frozen=True, kw_only=True):
    """Where a policy file lies, for the paths that it names."""

    folder: Path
    root: Path
    """The folder that no path may lead out of."""
    above: tuple[Path, ...] = ()
    """The files that extend this one, and this one: none of them may be extended again."""


def load(path: Path, root: Path | None = None) -> Loaded:
    """Read a policy file with all that it names; PolicyError carries all that is wrong with it.

    What it names must lie in `root` where the file itself does, else beside the file or below.
    """
    file = one_line(str(path))
    data = _read(path, file, MOST_BYTES)
    own = path.resolve()
    tree = root.resolve() if root is not None and own.is_relative_to(root.resolve()) else own.parent
    return _loads(data, file, _Where(folder=path.parent, root=tree, above=(own,)))


def loads(data: bytes, *, file: str) -> Loaded:
    """Read a policy from a file's bytes; `file` is what messages call it. It can name no other file."""
    return _loads(data, one_line(file), None)


def built_in() -> Loaded:
    """Return the default policy that ships with the gate."""
    loaded = loads(built_in_text().encode(), file=BUILT_IN)
    return replace(loaded, name=loaded.policy.name or "default")


def built_in_text() -> str:
    """Return the file of the default policy that ships with the gate."""
    packaged = resources("gate") / "policies" / "default.yaml"
    # NOTE: a source checkout has no copy inside the package; the wheel's build puts it there.
    checkout = Path(__file__).parents[2] / "policies" / "default.yaml"
    for place in (packaged, checkout):
        if place.is_file():
            return place.read_text(encoding="utf-8")
    raise GateError("the built-in policy is missing from this installation", hint="Install scan-gate again.")


def _read(path: Path, file: str, most: int) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(most + 1)
    except IsADirectoryError as err:
        raise PolicyError((f"{file}: is a directory; expected a policy file",)) from err
    except FileNotFoundError as err:
        raise PolicyError((f"{file}: no such file; expected a policy file",)) from err
    except (OSError, ValueError) as err:
        reason = err.strerror if isinstance(err, OSError) and err.strerror else str(err)
        raise PolicyError((f"{file}: cannot be read: {one_line(reason)}",)) from err


def _loads(data: bytes, file: str, where: _Where | None) -> Loaded:
    faults = Faults()
    root = mapping_of(data, faults)
    if root is None:
        raise PolicyError(faults.lines(file))
    _refuse_newer(root, file)
    walked = walk(root, faults)
    own = walked.policy
    parent = _parent(own, root, where, faults)
    merged = inherited(parent, own, root, faults) if parent else own
    check(walked.parts, faults, merged.relaxations)
    check_whole(merged, walked.parts, faults)
    # NOTE: a child's `vex` can only be its parent's, whose paths are relative to the parent.
    vex = parent.vex if parent else _vex(own, root, where, faults)
    if faults.count:
        raise PolicyError(faults.lines(file))
    digest = sha256(data).hexdigest()
    return Loaded(
        policy=merged,
        name=name_of(merged, file),
        files=(file, *(parent.files if parent else ())),
        sha256=sha256(f"{digest}\n{parent.sha256}\n".encode()).hexdigest() if parent else digest,
        layers=(*(parent.layers if parent else ()), Layer(file=file, tree=root, policy=own)),
        vex=vex,
    )


def _parent(own: Policy, tree: Mapping, where: _Where | None, faults: Faults) -> Loaded | None:
    """Load the policy that this one extends; what is wrong with its path is a fault here, with itself an error."""
    if own.extends is None:
        return None
    path = _inside(own.extends, where)
    why = ""
    if where is None or path is None:
        why = "expected a relative path that stays in the folder of the policies"
    elif path.resolve() in where.above:
        why = "is extended by itself; expected policies that do not go round in a circle"
    elif len(where.above) >= _MOST_LAYERS:
        why = f"is one of more than {_MOST_LAYERS} policies, each of which extends the next; expected fewer"
    if why or where is None or path is None:
        faults.add(locate(tree, "extends"), "extends", f"{quoted(own.extends)}: {why}")
        return None
    file = one_line(str(path))
    below = _Where(folder=path.parent, root=where.root, above=(*where.above, path.resolve()))
    return _loads(_read(path, file, MOST_BYTES), file, below)


def _inside(written: str, where: _Where | None) -> Path | None:
    """Return the file that a relative path names, unless it leads out of the tree."""
    if where is None or Path(written).is_absolute() or "\0" in written:
        return None
    path = where.folder / written
    try:
        return path if path.resolve().is_relative_to(where.root) else None
    except (OSError, RuntimeError):  # NOTE: links that go round in a circle.
        return None


def _vex(own: Policy, tree: Mapping, where: _Where | None, faults: Faults) -> tuple[VexDocument, ...]:
    """Read the OpenVEX files that a policy names; a name that stands for no file is a fault."""
    found: dict[Path, None] = {}
    for index, written in enumerate(own.vex.files if own.vex else ()):
        node = locate(tree, "vex", "files", index)
        paths = _matching(written, where)
        if not paths:
            text = "names no file; expected a relative path, or a glob, that stays in the folder of the policies"
            faults.add(node, f"vex.files[{index}]", f"{quoted(written)} {text}")
        found.update(dict.fromkeys(paths))
    if len(found) > _MOST_FILES:
        faults.add(locate(tree, "vex", "files"), "vex.files", f"names more than {_MOST_FILES} files; expected fewer")
        return ()
    files = ((path, one_line(str(path))) for path in found)
    return tuple(read_vex(_read(path, file, MOST_VEX), file) for path, file in files)


def _matching(written: str, where: _Where | None) -> list[Path]:
    if where is None or _inside(written, where) is None:
        return []
    try:
        paths = sorted(where.folder.glob(written))[: _MOST_FILES + 1]
    except (ValueError, NotImplementedError, OSError):
        return []
    return [path for path in paths if path.is_file() and path.resolve().is_relative_to(where.root)]


def _refuse_newer(root: Mapping, file: str) -> None:
    """Refuse a policy that says it is for another gate; then nothing else that this gate finds in it means much."""
    for key, node in root.pairs:
        if not isinstance(node, Scalar):
            continue
        text = ""
        if key.text == "required_version":
            text = _needs_other(node.text)
        elif key.text == "version" and not node.quoted and _LATER.fullmatch(node.text):
            text = f"policy version {one_line(node.text, 60)} is not known to scan-gate {__version__}; upgrade the gate"
        if text:
            raise PolicyError((Fault(node.line, node.column, "", text).at(file),))


def _needs_other(written: str) -> str:
    try:
        holds = VersionRange.parse(written[:200]).holds(__version__)
    except ValueError:
        return ""
    return "" if holds else f"this policy needs scan-gate {one_line(written, 60)}; this is {__version__}"
