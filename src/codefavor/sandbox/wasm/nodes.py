"""The files and directories of a tree in memory."""

from dataclasses import dataclass, field
from typing import TypeAlias

from codefavor.sandbox.wasm.clock import START


@dataclass(eq=False)
class File:
    """A regular file."""

    inode: int
    """Its number, which never changes."""
    data: bytearray | memoryview
    """Its bytes: a bytearray in the scratch, a view of the host's bytes where it is read-only."""
    accessed: int = START
    """Nanoseconds since 1970; set by the guest alone, reading does not move it."""
    modified: int = START
    """Nanoseconds since 1970; set by the guest alone, writing does not move it."""
    linked: bool = True
    """Whether a directory still names it."""
    descriptors: int = 0
    """How many descriptors are open on it."""
    discards: bool = False
    """Whether it takes any bytes and keeps none, as /dev/null does."""

    @property
    def writable(self) -> bool:
        """Whether the guest may change it."""
        return self.discards or isinstance(self.data, bytearray)

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return len(self.data)


@dataclass(eq=False)
class Directory:
    """A directory; the root is its own parent."""

    inode: int
    """Its number, which never changes."""
    writable: bool
    """Whether the guest may create, rename and remove in it."""
    parent: "Directory | None" = None
    """Where `..` leads; None for the root, which stays where it is."""
    entries: "dict[str, File | Directory]" = field(default_factory=dict)
    """What is in it by name, in the order of creation."""
    accessed: int = START
    """Nanoseconds since 1970."""
    modified: int = START
    """Nanoseconds since 1970."""
    linked: bool = True
    """Whether it is still part of the tree."""
    size: int = 0
    """Always 0."""


Node: TypeAlias = File | Directory
