"""Compiled guests, kept in the user's cache so that each is compiled once on a machine.

A kept module is native code that is executed as it is found. It is loaded only from a folder and a file that nobody
else can have written (`private_files.py`), and only while it has the content that was written (`file_check.py`).
Its name says which guest, wasmtime, settings and processor features it was compiled for, so that machines with one home
folder each find their own; wasmtime checks the same once more when it loads it.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import wasmtime
from filelock import FileLock, Timeout

from codefavor.atomic import remove_partials, replacing
from codefavor.errors import SandboxError
from codefavor.sandbox.wasm.compilation import PROGRESS_INTERVAL, compile_guest
from codefavor.sandbox.wasm.file_check import has_sha256, read_record, write_record
from codefavor.sandbox.wasm.guest import Guest
from codefavor.sandbox.wasm.private_files import FILE_MODE, cache_folder, check_private_file
from codefavor.sandbox.wasm.verified_guest import VerifiedGuest

Announce = Callable[[str], None]
"""Is given sentences for the user: what takes long, and what could not be kept."""

_EMPTY_MODULE = b"\0asm\1\0\0\0"
_LARGE_BYTES = 50_000_000
_DAY = 24 * 60 * 60
_UNUSED_SECONDS = 14 * _DAY


@dataclass(frozen=True)
class CacheEntry:
    """Where one guest, compiled for one engine, is kept."""

    path: Path
    """The compiled module."""

    @property
    def record(self) -> Path:
        """The SHA-256 of the compiled module, and when it was last used."""
        return self.path.with_suffix(".json")

    @property
    def lock(self) -> Path:
        """Whoever compiles holds this lock."""
        return self.path.with_suffix(".lock")


def compiled_module(engine: wasmtime.Engine, guest: VerifiedGuest, announce: Announce) -> wasmtime.Module:
    """Return the guest's module for an engine of `new_wasm_engine`, compiled by the first process that asks for it.

    The first time Python takes about a minute on two cores and 2.7 GB of memory; later it is loaded in milliseconds,
    and its pages are shared between processes. Ctrl-C ends the wait at once. Without a usable cache, which `announce`
    is told, it is compiled again in each process.

    Raises:
        SandboxError: it cannot be compiled.
    """
    try:
        entry = cache_entry(engine, guest.guest)
    except (SandboxError, OSError) as error:
        announce(_not_kept(error))
        return _from_bytes(engine, _compile(guest, announce))
    with suppress(SandboxError):
        if (module := load(engine, entry)) is not None:
            return module
    with _one_at_a_time(entry, guest.guest, announce):
        return _load_or_compile(engine, guest, entry, announce)


def cache_entry(engine: wasmtime.Engine, guest: Guest) -> CacheEntry:
    """Return where the guest compiled for this engine is kept on this machine.

    Raises:
        SandboxError: the cache is not this user's alone.
        OSError: the cache cannot be made.
    """
    name = f"{guest.name}-{guest.module.sha256[:16]}-wasmtime-{version('wasmtime')}-{_engine_digest(engine)}.cwasm"
    return CacheEntry(cache_folder() / name)


def load(engine: wasmtime.Engine, entry: CacheEntry) -> wasmtime.Module | None:
    """Return the module that is kept, or None where none is.

    Raises:
        SandboxError: there is one that must not be loaded, or cannot.
    """
    try:
        check_private_file(entry.path)
        kept = read_record(entry.record)
        if kept is None or not has_sha256(entry.path, kept.sha256, entry.record):
            raise SandboxError(f"{entry.path}: damaged")
        module = _from_file(engine, entry.path)
    except FileNotFoundError:
        return None
    except (OSError, wasmtime.WasmtimeError) as error:
        raise SandboxError(f"{entry.path}: cannot be loaded: {str(error).splitlines()[0]}") from None
    _mark_used(entry)
    return module


def keep(entry: CacheEntry, compiled: bytes) -> None:
    """Put a compiled module into the cache, whole or not at all, in the place of what is there.

    Raises:
        OSError: it cannot be written.
    """
    remove_partials(entry.path)
    entry.path.unlink(missing_ok=True)
    entry.record.unlink(missing_ok=True)
    with replacing(entry.path) as partial:
        partial.chmod(FILE_MODE)
        partial.write_bytes(compiled)
    write_record(entry.record, entry.path, hashlib.sha256(compiled).hexdigest())


def _load_or_compile(
    engine: wasmtime.Engine, guest: VerifiedGuest, entry: CacheEntry, announce: Announce
) -> wasmtime.Module:
    try:
        if (module := load(engine, entry)) is not None:
            return module
    except SandboxError as error:
        announce(f"{error}; it is compiled anew")
    compiled = _compile(guest, announce, "once, ")
    try:
        keep(entry, compiled)
        _remove_unused(entry, guest.guest)
        module = load(engine, entry)
    except (SandboxError, OSError) as error:
        announce(_not_kept(error))
        module = None
    return module or _from_bytes(engine, compiled)


def _compile(guest: VerifiedGuest, announce: Announce, how_often: str = "") -> bytes:
    takes = "about a minute" if guest.module.stat().st_size > _LARGE_BYTES else "some seconds"
    announce(f"compiling {guest.guest.title} for the sandbox ({how_often}{takes}) ...")
    return compile_guest(guest, announce)


def _from_file(engine: wasmtime.Engine, path: Path) -> wasmtime.Module:
    """Load a module from a file: as the file's own pages, or as a copy where files there may not be executed."""
    try:
        return wasmtime.Module.deserialize_file(engine, str(path))
    except wasmtime.WasmtimeError:
        return wasmtime.Module.deserialize(engine, path.read_bytes())


def _from_bytes(engine: wasmtime.Engine, compiled: bytes) -> wasmtime.Module:
    try:
        return wasmtime.Module.deserialize(engine, compiled)
    except wasmtime.WasmtimeError as error:
        raise SandboxError(f"wasmtime does not load what it compiled: {str(error).splitlines()[0]}") from None


@contextmanager
def _one_at_a_time(entry: CacheEntry, guest: Guest, announce: Announce) -> Iterator[None]:
    """Hold the entry's lock; the system lets go of it when a process ends, however it ends.

    Where the file system has no such locks nobody waits, and the last one who writes wins.
    """
    lock = FileLock(entry.lock, mode=FILE_MODE, fallback_to_soft=False)
    with ExitStack() as held:
        with suppress(OSError, NotImplementedError):
            _wait_for(lock, guest, announce)
            held.callback(lock.release)
        yield


def _wait_for(lock: FileLock, guest: Guest, announce: Announce) -> None:
    timeout = 0.0
    while True:
        try:
            lock.acquire(timeout=timeout)
            return
        except Timeout:
            announce(f"waiting for another process that compiles {guest.title} ...")
            timeout = PROGRESS_INTERVAL


def _engine_digest(engine: wasmtime.Engine) -> str:
    """Return 16 hex digits for all that wasmtime compiles by: its version, its settings, the processor's features.

    wasmtime writes them into each module that it compiles, and compares them when it loads one.
    """
    return hashlib.sha256(wasmtime.Module(engine, _EMPTY_MODULE).serialize()).hexdigest()[:16]


def _mark_used(entry: CacheEntry) -> None:
    with suppress(OSError):
        if time.time() - entry.record.stat().st_mtime > _DAY:
            entry.record.touch()


def _remove_unused(entry: CacheEntry, guest: Guest) -> None:
    """Remove the same guest compiled otherwise, unless it was used within two weeks.

    Installations with another wasmtime, and other machines with the same home folder, use theirs.
    """
    for path in entry.path.parent.glob(f"{guest.name}-*.cwasm"):
        other = CacheEntry(path)
        with suppress(OSError):
            last_used = (other.record if other.record.exists() else path).stat().st_mtime
            if other != entry and time.time() - last_used > _UNUSED_SECONDS:
                for file in (path, other.record, other.lock):
                    file.unlink(missing_ok=True)


def _not_kept(error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return f"compiled guests cannot be kept in this user's cache and are compiled at each start: {reason}"
