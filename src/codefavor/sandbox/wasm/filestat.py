"""The record `filestat` of preview1, and how its times are set."""

import struct

from codefavor.sandbox.wasm.clock import START, VirtualClock
from codefavor.sandbox.wasm.errors import Errno, WasiError
from codefavor.sandbox.wasm.memory import MASK_64
from codefavor.sandbox.wasm.nodes import Node

_FILESTAT = struct.Struct("<QQB7xQQQQQ")
_DEVICE = 1
_ACCESSED, _ACCESSED_NOW, _MODIFIED, _MODIFIED_NOW = 1, 2, 4, 8


def pack_filestat(node: Node | None, file_type: int) -> bytes:
    """Return the 64 bytes that describe `node`, or a stream where it is None."""
    if node is None:
        return _FILESTAT.pack(_DEVICE, 0, file_type, 1, 0, START, START, START)
    times = (node.accessed, node.modified, node.modified)
    return _FILESTAT.pack(_DEVICE, node.inode, file_type, int(node.linked), node.size, *times)


def set_times(node: Node, clock: VirtualClock, accessed: int, modified: int, flags: int) -> None:
    """Set the times of `node` that `flags` (`fstflags`) name, each to the value given or to now."""
    if not node.writable:
        raise WasiError(Errno.ROFS)
    if flags & _ACCESSED and flags & _ACCESSED_NOW or flags & _MODIFIED and flags & _MODIFIED_NOW:
        raise WasiError(Errno.INVAL)
    now = clock.read(0)
    if flags & (_ACCESSED | _ACCESSED_NOW):
        node.accessed = now if flags & _ACCESSED_NOW else accessed & MASK_64
    if flags & (_MODIFIED | _MODIFIED_NOW):
        node.modified = now if flags & _MODIFIED_NOW else modified & MASK_64
