"""A guest made ready: compiled, linked to the host's functions, and its memory warmed; makes fresh instances."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version

import wasmtime

from codefavor.sandbox.wasm.channel import Channel
from codefavor.sandbox.wasm.files import MemoryFiles
from codefavor.sandbox.wasm.guest import Guest
from codefavor.sandbox.wasm.image import MemoryImage, restore
from codefavor.sandbox.wasm.memory import GuestMemory
from codefavor.sandbox.wasm.wasi import WasiSystem
from codefavor.sandbox.wire import ProcessLimits

_TABLE_ELEMENTS = 100_000
_WASM_PAGE = 1 << 16
"""Bytes by which WebAssembly memory grows."""


@dataclass(frozen=True)
class Running:
    """An instance that has been made and not yet been run."""

    store: wasmtime.Store
    """What it lives in."""
    exports: Mapping[str, object]
    """What can be called."""
    memory: GuestMemory
    """Its memory."""

    def call(self, name: str, *arguments: int) -> int:
        """Call an export and return what it returns; 0 where it returns nothing."""
        function = self.exports[name]
        assert isinstance(function, wasmtime.Func)
        return int(function(self.store, *arguments) or 0)


@dataclass(frozen=True)
class Runtime:
    """A guest made ready."""

    guest: Guest
    """The guest."""
    engine: wasmtime.Engine
    """What it was compiled for."""
    module: wasmtime.Module
    """Its code."""
    linker: wasmtime.Linker
    """The host's functions."""
    files: Mapping[str, bytes | memoryview]
    """What it can read, by absolute path."""
    arguments: tuple[str, ...]
    """Its command line."""
    start: Callable[[Running], int]
    """Runs an instance to its end and returns its exit status."""
    image: MemoryImage | None = None
    """The memory that instances begin with."""

    def new_system(self, stdin: str, channels: Mapping[int, Channel], limits: ProcessLimits) -> WasiSystem:
        """Return the files, clock and descriptors of one instance."""
        return WasiSystem(
            arguments=self.arguments,
            environment={"PYTHONHASHSEED": "0", "PWD": "/tmp", "TMPDIR": "/tmp", "LC_ALL": "C.UTF-8"},
            files=MemoryFiles(self.files),
            stdin=stdin.encode("utf-8", "replace"),
            channels=channels,
            seed=0,
            max_output=limits.output,
        )

    def instantiate(self, system: WasiSystem, limits: ProcessLimits, ticks: int) -> Running:
        """Return a fresh instance with the memory of the image."""
        store = wasmtime.Store(self.engine)
        store.set_limits(memory_size=limits.memory, instances=1, memories=1, tables=1, table_elements=_TABLE_ELEMENTS)
        store.set_fuel((1 << 63) - 1)
        store.set_epoch_deadline(ticks)
        exports = self.linker.instantiate(store, self.module).exports(store)
        memory = exports["memory"]
        assert isinstance(memory, wasmtime.Memory)
        running = Running(store, exports, GuestMemory(memory, store))
        system.memory, system.meter = running.memory, store
        if self.image:
            memory.grow(store, max(0, self.image.size - running.memory.size) // _WASM_PAGE)
            restore(self.image, running.memory)
        return running

    @property
    def description(self) -> str:
        """What runs candidates: guest, the start of its hash, and the version of wasmtime."""
        guest = self.guest
        return f"wasm, {guest.title} ({guest.module.sha256[:12]}), wasmtime {version('wasmtime')}"

    def warmed(self, image: MemoryImage) -> "Runtime":
        """Return the same with instances that begin with `image`."""
        return replace(self, image=image)
