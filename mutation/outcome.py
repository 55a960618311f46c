"""What came of mutating a module."""

from msgspec import Struct


class Mutant(Struct, frozen=True, kw_only=True):
    """A change that no test noticed."""

    module: str
    place: str
    """The function or method, or the line."""
    change: str
    """The lines before and after."""
    name: str = ""
    """What mutmut calls it; empty where it is cosmic-ray's."""


class Outcome(Struct, frozen=True, kw_only=True):
    """A module, and how many of the mutants that a tool made of it were killed."""

    module: str
    tool: str
    sha256: str
    """Of the module and of the tests that were asked, so that nothing is run twice for nothing."""
    module_sha256: str = ""
    """Of the module alone: while it is the same, a mutant keeps its name."""
    mutants: int
    killed: int
    alive: tuple[Mutant, ...]
