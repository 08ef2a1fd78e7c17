"""Makes a compiled guest ready, by the language that it runs."""

import wasmtime

from codefavor.sandbox.wasm.javascript_runtime import javascript_runtime
from codefavor.sandbox.wasm.python_runtime import python_runtime
from codefavor.sandbox.wasm.runtime import Runtime
from codefavor.sandbox.wasm.verified_guest import VerifiedGuest


def make_runtime(engine: wasmtime.Engine, guest: VerifiedGuest, module: wasmtime.Module) -> Runtime:
    """Return a guest made ready; a new language has its line here."""
    make = javascript_runtime if guest.guest.language == "javascript" else python_runtime
    return make(engine, guest, module)
