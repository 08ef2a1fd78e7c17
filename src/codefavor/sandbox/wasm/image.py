"""The memory of an interpreter that has started and imported its library: what every instance begins with.

A fresh instance of a module has the memory that the module describes. The image holds the pages in which a warmed
instance differs, so that a fresh instance is warmed by copying them. No candidate has run in the warmed instance.
"""

from dataclasses import dataclass

import numpy as np

from codefavor.sandbox.wasm.memory import GuestMemory

_PAGE = 4096


@dataclass(frozen=True)
class MemoryImage:
    """The pages of a warmed memory that differ from a fresh one."""

    size: int
    """Bytes of the whole memory."""
    pages: tuple[tuple[int, bytes], ...]
    """Runs of pages: the address and the content of each."""


def difference(fresh: bytes, warmed: bytes) -> MemoryImage:
    """Return what turns a fresh memory into a warmed one, which is at least as large."""
    before = np.frombuffer(fresh.ljust(len(warmed), b"\0"), dtype=np.uint8).reshape(-1, _PAGE)
    after = np.frombuffer(warmed, dtype=np.uint8).reshape(-1, _PAGE)
    changed = np.flatnonzero((before != after).any(axis=1))
    runs = np.split(changed, np.flatnonzero(np.diff(changed) > 1) + 1) if len(changed) else []
    bounds = [(int(run[0]) * _PAGE, (int(run[-1]) + 1) * _PAGE) for run in runs]
    return MemoryImage(len(warmed), tuple((start, warmed[start:end]) for start, end in bounds))


def restore(image: MemoryImage, memory: GuestMemory) -> None:
    """Give a fresh memory, which is as large as the image, its content."""
    for address, content in image.pages:
        memory.write(address, content)
