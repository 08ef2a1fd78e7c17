"""The world of a WASI guest with a bare memory in the place of a guest: tests call the functions as a guest would."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import wasmtime

from codefavor.sandbox.wasm.files import MemoryFiles
from codefavor.sandbox.wasm.memory import GuestMemory
from codefavor.sandbox.wasm.wasi import WasiSystem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codefavor.sandbox.wasm.channel import Channel

PAGE = 65536
ALL = -1
READ, WRITE = 1 << 1, 1 << 6
CREATE, DIRECTORY, EXCLUSIVE, TRUNCATE = 1, 2, 4, 8
PATH, BUFFERS, DATA, RESULT = 0, 8192, 16384, 60000


def bare_memory(pages: int = 1, most: int | None = None) -> tuple[wasmtime.Store, wasmtime.Memory, GuestMemory]:
    store = wasmtime.Store(wasmtime.Engine())
    memory = wasmtime.Memory(store, wasmtime.MemoryType(wasmtime.Limits(pages, most)))
    return store, memory, GuestMemory(memory, store)


class World:
    def __init__(
        self,
        files: MemoryFiles | None = None,
        *,
        arguments: tuple[str, ...] = (),
        environment: Mapping[str, str] | None = None,
        stdin: bytes = b"",
        channels: Mapping[int, Channel] | None = None,
        seed: int = 1,
        max_output: int = 1000,
    ) -> None:
        files = files or MemoryFiles()
        self.system = WasiSystem(arguments, environment or {}, files, stdin, channels or {}, seed, max_output)
        self.memory = bare_memory()[2]
        self.system.memory = self.memory

    def call(self, name: str, *arguments: int) -> int:
        return self.system.call(name, *arguments)

    def with_path(self, name: str, path: str | bytes, *arguments: int, base: int = 3) -> int:
        encoded = path.encode() if isinstance(path, str) else path
        self.memory.write(PATH, encoded)
        return self.call(name, base, PATH, len(encoded), *arguments)

    def try_open(self, path: str, how: int = 0, rights: int = READ | WRITE, flags: int = 0, base: int = 3) -> int:
        encoded = path.encode()
        self.memory.write(PATH, encoded)
        return self.call("path_open", base, 0, PATH, len(encoded), how, rights, 0, flags, RESULT)

    def open(self, path: str, how: int = 0, rights: int = READ | WRITE, flags: int = 0, base: int = 3) -> int:
        assert self.try_open(path, how, rights, flags, base) == 0
        return self.memory.read_u32(RESULT)

    def rename(self, old: str, new: str) -> int:
        self.memory.write(PATH, old.encode() + new.encode())
        size = len(old.encode())
        return self.call("path_rename", 3, PATH, size, 3, PATH + size, len(new.encode()))

    def write(self, descriptor: int, data: bytes) -> int:
        self.memory.write(DATA, data)
        self.memory.write(BUFFERS, struct.pack("<II", DATA, len(data)))
        return self.call("fd_write", descriptor, BUFFERS, 1, RESULT)

    def read(self, descriptor: int, size: int = 1000) -> bytes:
        self.memory.write(BUFFERS, struct.pack("<II", DATA, size))
        assert self.call("fd_read", descriptor, BUFFERS, 1, RESULT) == 0
        return self.memory.read(DATA, self.memory.read_u32(RESULT))

    def seek(self, descriptor: int, offset: int, whence: int = 0) -> int:
        assert self.call("fd_seek", descriptor, offset, whence, RESULT) == 0
        return self.u64(RESULT)

    def u64(self, address: int) -> int:
        number: int = struct.unpack("<Q", self.memory.read(address, 8))[0]
        return number

    def names(self, path: str) -> list[str]:
        descriptor = self.open(path, DIRECTORY)
        assert self.call("fd_readdir", descriptor, DATA, 40000, 0, RESULT) == 0
        names, at, end = [], DATA, DATA + self.memory.read_u32(RESULT)
        while at < end:
            length = self.memory.read_u32(at + 16)
            names.append(self.memory.read(at + 24, length).decode())
            at += 24 + length
        assert self.call("fd_close", descriptor) == 0
        return [name for name in names if name not in {".", ".."}]
