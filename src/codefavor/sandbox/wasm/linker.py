"""Connects the imports of a module with the world of the guest that runs on the current thread.

wasmtime-py passes an exception out of a host function by one variable for the whole process (`LAST_EXCEPTION` in
wasmtime/_func.py), so that threads can get each other's. The functions here are therefore defined by wasmtime's C API
(`wasmtime_linker_define_func_unchecked`), which also costs less per call: what a function raises is kept in its own
`WasiSystem`, the guest is trapped, and `running` raises it again.
"""

import ctypes
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import wasmtime
from wasmtime import _ffi as ffi

from codefavor.sandbox.wasm.wasi import MODULE, WasiSystem

_VALUE_SIZE = 16
_FORMATS = {"i32": "i12x", "i64": "q8x", "f32": "f12x", "f64": "d8x"}


@dataclass(frozen=True)
class _Import:
    name: str
    of_wasi: bool
    arguments: struct.Struct
    has_result: bool


class _Current(threading.local):
    system: WasiSystem | None = None


_current = _Current()
# wasmtime names an import by its place here. Entries are shared by all linkers and never removed, as an instance may
# outlive its linker; there are as many as there are different imports in the guests.
_imports: list[_Import] = []
_imports_lock = threading.Lock()


def new_linker(engine: wasmtime.Engine, module: wasmtime.Module) -> wasmtime.Linker:
    """Return a linker that defines every function `module` imports, for all its instances on any thread.

    A function that is not of WASI preview 1 answers -1. The guest must be called inside `running`.
    """
    linker = wasmtime.Linker(engine)
    for item in module.imports:
        if isinstance(item.type, wasmtime.FuncType):
            _define(linker, item.module, item.name or "", item.type)
    return linker


@contextmanager
def running(system: WasiSystem) -> Iterator[None]:
    """Let `system` answer the guest that this thread calls inside; enter it anew for each call.

    What a host function raised, such as `GuestExit` or an error of a channel, is raised from here in the place of the
    trap it became.
    """
    previous, _current.system = _current.system, system
    system.failure = None
    try:
        yield
    except (wasmtime.Trap, wasmtime.WasmtimeError) as trap:
        if system.failure is None:
            raise
        raise system.failure from trap
    finally:
        _current.system = previous


def _define(linker: wasmtime.Linker, module: str, name: str, kind: wasmtime.FuncType) -> None:
    arguments = struct.Struct("<" + "".join(_FORMATS[str(param)] for param in kind.params))
    number = _number(_Import(name, module == MODULE, arguments, bool(kind.results)))
    module_name, function_name = module.encode(), name.encode()
    error = ffi.wasmtime_linker_define_func_unchecked(
        linker.ptr(),
        ctypes.create_string_buffer(module_name),
        len(module_name),
        ctypes.create_string_buffer(function_name),
        len(function_name),
        kind.ptr(),
        _callback,
        number,
        _no_finalizer,
    )
    if error:
        raise wasmtime.WasmtimeError._from_ptr(error)


def _number(item: _Import) -> int:
    with _imports_lock:
        _imports.append(item)
        return len(_imports) - 1


def _answer(number: int | None, caller: int, values: int, count: int) -> int:
    """Answer one call of the guest; the return value is a trap, or 0."""
    system = _current.system
    try:
        item = _imports[number or 0]
        arguments = item.arguments.unpack(ctypes.string_at(values, item.arguments.size))
        if system is None:
            return _trap("a guest was called outside of running()")
        result = system.call(item.name, *arguments) if item.of_wasi else -1
        if item.has_result:
            ctypes.c_int64.from_address(values).value = result
        return 0
    except BaseException as error:  # noqa: BLE001 - an exception cannot cross the guest's frames; running() raises it
        if system is not None:
            system.failure = error
        return _trap("a host function raised an exception")


def _trap(message: str) -> int:
    text = message.encode()
    trap = ffi.wasmtime_trap_new(ctypes.create_string_buffer(text), len(text))
    return ctypes.cast(trap, ctypes.c_void_p).value or 0


# Plain numbers in the place of the typed pointers of wasmtime-py: no objects are made for them on each call.
_answer_pointer = ctypes.CFUNCTYPE(ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)(
    _answer
)
_callback = ctypes.cast(_answer_pointer, ffi.wasmtime_func_unchecked_callback_t)
_no_finalizer = ctypes.CFUNCTYPE(None, ctypes.c_void_p)()
