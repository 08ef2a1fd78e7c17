"""How WebAssembly is compiled and run: metered, interruptible, and with the same results on every processor."""

from importlib.metadata import version

import wasmtime
from wasmtime import _ffi as ffi

from codefavor.errors import SandboxError

WASM_STACK_BYTES = 32 << 20
"""How deep guests may recurse, in bytes of the host's stack. A thread that calls a guest needs more than this."""

_ASYNC_STACK_BYTES = 64 << 20
_ASYNC_STACK_SETTER = "wasmtime_config_async_stack_size_set"


def new_wasm_engine() -> wasmtime.Engine:
    """Return an engine for guests; it compiles and runs them, and everything that belongs to one store shares one.

    Its guests consume fuel, which is the measure of work, and stop when the epoch passes their deadline. A NaN has one
    bit pattern and relaxed SIMD one result, so that equal runs are equal on every processor.

    Raises:
        SandboxError: the installed wasmtime cannot be set up so.
    """
    config = wasmtime.Config()
    config.consume_fuel = True
    config.epoch_interruption = True
    config.cranelift_nan_canonicalization = True
    config.wasm_relaxed_simd_deterministic = True
    _set_stack(config)
    return wasmtime.Engine(config)


def _set_stack(config: wasmtime.Config) -> None:
    """Set how deep guests may recurse.

    An engine whose wasm stack is larger than its stack for async calls ends the process when it is made. Nothing here
    is async, but the second size has to be set too, and wasmtime's Python package has no public name for that.
    """
    set_async_stack_size = getattr(ffi, _ASYNC_STACK_SETTER, None)
    if set_async_stack_size is None:
        raise SandboxError(
            f"wasmtime {version('wasmtime')} has no {_ASYNC_STACK_SETTER}; run: pip install 'wasmtime>=49,<50'"
        )
    set_async_stack_size(config.ptr(), _ASYNC_STACK_BYTES)
    config.max_wasm_stack = WASM_STACK_BYTES
