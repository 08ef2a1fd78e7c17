"""The functions of preview1 on open descriptors: `fd_*`."""

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from codefavor.sandbox.wasm.descriptors import ALL_RIGHTS, Descriptor, HostChannel
from codefavor.sandbox.wasm.errors import Errno, WasiError
from codefavor.sandbox.wasm.filestat import pack_filestat, set_times
from codefavor.sandbox.wasm.memory import MASK_32, MASK_64
from codefavor.sandbox.wasm.nodes import File
from codefavor.sandbox.wasm.open_nodes import APPEND, OpenDirectory, OpenFile
from codefavor.sandbox.wasm.state import FUEL_OF_AN_ITEM, GuestState

_MAX_BUFFERS = 1024
_MAX_TRANSFER = 16 * 1024 * 1024
_BUFFER = struct.Struct("<II")
_FDSTAT = struct.Struct("<BxH4xQQ")
_DIRENT = struct.Struct("<QQIB3x")
_PREOPEN = 3
_OFFSET_END = 1 << 62


class DescriptorCalls:
    """The functions by name; each takes the numbers of the guest and raises `WasiError` to fail.

    One call moves at most 16 MiB through at most 1,024 buffers: a guest cannot keep the host busy by one number. A
    larger read or write is short, as POSIX allows. A byte that is moved or made costs a unit of fuel, as inside.
    """

    def __init__(self, state: GuestState) -> None:
        self._state = state
        self._table = state.descriptors

    def fd_read(self, number: int, buffers: int, count: int, result: int) -> None:
        """Read from the position."""
        self._fill(self._table.get(number).read, buffers, count, result)

    def fd_pread(self, number: int, buffers: int, count: int, offset: int, result: int) -> None:
        """Read from `offset`."""
        descriptor, position = self._table.get(number), _offset(offset)

        def read(size: int) -> bytes:
            nonlocal position
            data = descriptor.read_at(position, size)
            position += len(data)
            return data

        self._fill(read, buffers, count, result)

    def fd_write(self, number: int, buffers: int, count: int, result: int) -> None:
        """Write at the position."""
        descriptor = self._table.get(number)
        data = self._gather(buffers, count)
        self._state.memory.check(result, 4)
        with self._charging_growth(descriptor):
            descriptor.write(data)
        self._state.memory.write_u32(result, len(data))

    def fd_pwrite(self, number: int, buffers: int, count: int, offset: int, result: int) -> None:
        """Write at `offset`."""
        descriptor = self._table.get(number)
        data = self._gather(buffers, count)
        self._state.memory.check(result, 4)
        with self._charging_growth(descriptor):
            descriptor.write_at(_offset(offset), data)
        self._state.memory.write_u32(result, len(data))

    def fd_seek(self, number: int, offset: int, whence: int, result: int) -> None:
        """Move the position."""
        signed = (offset & MASK_64 ^ 1 << 63) - (1 << 63)
        self._state.memory.check(result, 8)
        self._state.memory.write_u64(result, self._table.get(number).seek(signed, whence))

    def fd_tell(self, number: int, result: int) -> None:
        """Tell the position."""
        self._state.memory.write_u64(result, self._table.get(number).seek(0, 1))

    def fd_close(self, number: int) -> None:
        """Close it."""
        self._table.close(number)

    def fd_renumber(self, number: int, target: int) -> None:
        """Give it another number."""
        self._table.renumber(number, target)

    def fd_fdstat_get(self, number: int, result: int) -> None:
        """Tell its type, flags and rights."""
        descriptor = self._table.get(number)
        stat = _FDSTAT.pack(descriptor.file_type, descriptor.flags, descriptor.rights, ALL_RIGHTS)
        self._state.memory.write(result, stat)

    def fd_fdstat_set_flags(self, number: int, flags: int) -> None:
        """Set whether it appends; the other flags mean nothing in memory."""
        self._table.get(number).flags = flags & APPEND

    def fd_fdstat_set_rights(self, number: int, base: int, inheriting: int) -> None:
        """Refuse: rights stay as they were opened."""
        self._table.get(number)
        raise WasiError(Errno.NOTSUP)

    def fd_filestat_get(self, number: int, result: int) -> None:
        """Tell what it stands for."""
        descriptor = self._table.get(number)
        self._state.memory.write(result, pack_filestat(descriptor.node, descriptor.file_type))

    def fd_filestat_set_size(self, number: int, size: int) -> None:
        """Cut the file or lengthen it by zeros."""
        descriptor = self._table.get(number)
        with self._charging_growth(descriptor):
            descriptor.resize(_offset(size))

    def fd_filestat_set_times(self, number: int, accessed: int, modified: int, flags: int) -> None:
        """Set the times of the file."""
        node = self._table.get(number).node
        if node is None:
            raise WasiError(Errno.INVAL)
        set_times(node, self._state.clock, accessed, modified, flags)

    def fd_advise(self, number: int, offset: int, size: int, advice: int) -> None:
        """Take the advice, which changes nothing."""
        self._table.get(number)

    def fd_allocate(self, number: int, offset: int, size: int) -> None:
        """Refuse: space is taken when it is written."""
        self._table.get(number)
        raise WasiError(Errno.NOTSUP)

    def fd_sync(self, number: int) -> None:
        """Do nothing: memory is always in step."""
        self._table.get(number)

    def fd_datasync(self, number: int) -> None:
        """Do nothing: memory is always in step."""
        self._table.get(number)

    def fd_prestat_get(self, number: int, result: int) -> None:
        """Tell how long the name of the preopened directory is."""
        name = self._preopen_name(number)
        self._state.memory.write(result, struct.pack("<II", 0, len(name)))

    def fd_prestat_dir_name(self, number: int, address: int, size: int) -> None:
        """Write the name of the preopened directory."""
        name = self._preopen_name(number)
        if size & MASK_32 < len(name):
            raise WasiError(Errno.NAMETOOLONG)
        self._state.memory.write(address, name)

    def fd_readdir(self, number: int, address: int, size: int, cookie: int, result: int) -> None:
        """Write entries of a directory from number `cookie` until the buffer is full; the last may be cut."""
        directory, size, start = self._table.directory(number), size & MASK_32, cookie & MASK_64
        self._state.memory.check(address, size)
        filled = bytearray()
        for index, (name, node) in enumerate(directory.listing(start), start + 1):
            if len(filled) >= size:
                break
            encoded = name.encode("utf-8")
            kind = OpenDirectory.file_type if hasattr(node, "entries") else OpenFile.file_type
            filled += _DIRENT.pack(index, node.inode, len(encoded), kind) + encoded
        self._state.memory.write(address, bytes(filled[:size]))
        self._state.memory.write_u32(result, min(len(filled), size))

    def _preopen_name(self, number: int) -> bytes:
        """Return the name of a preopened directory.

        A channel says that it is one, in which nothing can be opened: guests with files inside the module (wasi-vfs, as
        in Python 3.12) pass to the host what is preopened, and no other descriptor.
        """
        if number == _PREOPEN:
            return b"/"
        if isinstance(self._table.get(number), HostChannel):
            return f"/dev/fd/{number}".encode()
        raise WasiError(Errno.BADF)

    @contextmanager
    def _charging_growth(self, descriptor: Descriptor) -> Iterator[None]:
        """Charge the bytes by which a file grows, which are made of nothing where there is a gap."""
        before = _size(descriptor)
        yield
        self._state.work += max(0, _size(descriptor) - before)

    def _buffers(self, address: int, count: int) -> list[tuple[int, int]]:
        if count & MASK_32 > _MAX_BUFFERS:
            raise WasiError(Errno.INVAL)
        self._state.work += (count & MASK_32) * FUEL_OF_AN_ITEM
        return list(_BUFFER.iter_unpack(self._state.memory.read(address, _BUFFER.size * count)))

    def _fill(self, read: Callable[[int], bytes], buffers: int, count: int, result: int) -> None:
        memory, total = self._state.memory, 0
        memory.check(result, 4)
        for address, length in self._buffers(buffers, count):
            memory.check(address, length)
            wanted = min(length, _MAX_TRANSFER - total)
            data = read(wanted)
            memory.write(address, data)
            total += len(data)
            self._state.work += len(data)
            if len(data) < length:
                break
        memory.write_u32(result, total)

    def _gather(self, buffers: int, count: int) -> bytes:
        memory, pieces, room = self._state.memory, [], _MAX_TRANSFER
        for address, length in self._buffers(buffers, count):
            memory.check(address, length)
            pieces.append(memory.read(address, min(length, room)))
            room -= len(pieces[-1])
        self._state.work += _MAX_TRANSFER - room
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _size(descriptor: Descriptor) -> int:
    return descriptor.node.size if isinstance(descriptor.node, File) else 0


def _offset(value: int) -> int:
    value &= MASK_64
    if value > _OFFSET_END:
        raise WasiError(Errno.INVAL)
    return value
