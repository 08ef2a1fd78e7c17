"""The JavaScript guest made ready: QuickJS-NG, which runs the harness as a module."""

import struct
from importlib import resources

import wasmtime

from codefavor.sandbox.wasm.linker import new_linker
from codefavor.sandbox.wasm.runtime import Running, Runtime
from codefavor.sandbox.wasm.verified_guest import VerifiedGuest

_HARNESS = "/codefavor/harness.js"
_PARTS = (
    *("intrinsics", "values", "exceptions", "console", "timers", "input", "process"),
    *("locales", "collections", "surroundings", "loading", "jobs", "calls"),
)
"""The parts of the harness, in order. They are one module, since a candidate could import what a module exports."""
_STACK = "1900k"
"""How deep JavaScript may recurse: nearly all of the stack that the guest's memory holds, some 6,000 small calls."""
_ARGUMENTS = ("qjs", "--stack-size", _STACK, "-m", _HARNESS)


def javascript_runtime(engine: wasmtime.Engine, verified: VerifiedGuest, module: wasmtime.Module) -> Runtime:
    """Return the JavaScript guest made ready.

    It has no warm memory: what runs the harness cannot be entered again, and a fresh start takes milliseconds.
    """
    return Runtime(
        guest=verified.guest,
        engine=engine,
        module=module,
        linker=new_linker(engine, module),
        files={_HARNESS: _harness()},
        arguments=_ARGUMENTS,
        start=_start,
    )


def _harness() -> bytes:
    folder = resources.files("codefavor.sandbox") / "inside" / "javascript"
    return b"\n".join((folder / f"{part}.js").read_bytes() for part in _PARTS)


def _start(instance: Running) -> int:
    """Start the interpreter, which returns when the harness does: -1 where that ended with an exception."""
    instance.call("_initialize")
    addresses = [_text(instance, argument) for argument in _ARGUMENTS]
    array = _place(instance, struct.pack(f"<{len(addresses)}I4x", *addresses))
    return instance.call("qjs_init_argv", len(addresses), array)


def _text(instance: Running, text: str) -> int:
    return _place(instance, text.encode() + b"\0")


def _place(instance: Running, data: bytes) -> int:
    """Return where in the guest's memory `data` lies now."""
    address = instance.call("malloc", len(data))
    instance.memory.write(address, data)
    return address
