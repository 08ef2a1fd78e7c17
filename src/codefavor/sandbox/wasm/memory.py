"""The memory of a guest, read and written with bounds."""

import ctypes
import struct

import wasmtime

from codefavor.sandbox.wasm.errors import OutOfBounds

_U32 = struct.Struct("<I")
_U64 = struct.Struct("<Q")
MASK_32 = 0xFFFFFFFF
MASK_64 = 0xFFFFFFFFFFFFFFFF


class GuestMemory:
    """One linear memory of one instance.

    Addresses and sizes come from the guest as i32 and are taken as unsigned. Every access is checked against the size
    the memory has at that moment, and raises `OutOfBounds` without touching anything when it does not fit.
    """

    def __init__(self, memory: wasmtime.Memory, store: wasmtime.Store) -> None:
        self._memory = memory
        self._store = store
        self._length = -1
        self._base = 0

    @property
    def size(self) -> int:
        """The size in bytes; it grows when the guest asks for more."""
        return self._memory.data_len(self._store)

    def check(self, address: int, size: int) -> None:
        """Raise `OutOfBounds` unless `size` bytes from `address` exist."""
        if (address & MASK_32) + (size & MASK_32) > self._memory.data_len(self._store):
            raise OutOfBounds

    def read(self, address: int, size: int) -> bytes:
        """Return a copy of `size` bytes from `address`."""
        return ctypes.string_at(self._locate(address, size & MASK_32), size & MASK_32)

    def write(self, address: int, data: bytes) -> None:
        """Write `data` at `address`."""
        ctypes.memmove(self._locate(address, len(data)), data, len(data))

    def read_u32(self, address: int) -> int:
        """Return the little-endian unsigned 32-bit number at `address`."""
        number: int = _U32.unpack(self.read(address, 4))[0]
        return number

    def write_u32(self, address: int, value: int) -> None:
        """Write the low 32 bits of `value` at `address`."""
        self.write(address, _U32.pack(value & MASK_32))

    def write_u64(self, address: int, value: int) -> None:
        """Write the low 64 bits of `value` at `address`."""
        self.write(address, _U64.pack(value & MASK_64))

    def _locate(self, address: int, size: int) -> int:
        address &= MASK_32
        length = self._memory.data_len(self._store)
        if address + size > length:
            raise OutOfBounds
        if length != self._length:
            # A memory moves only where it grows.
            self._length = length
            self._base = ctypes.addressof(self._memory.data_ptr(self._store).contents)
        return self._base + address
