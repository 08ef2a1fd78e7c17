"""Compiles one guest in a process of its own; `compilation.py` starts it and reads the result.

Takes the path of a WebAssembly module and its SHA-256, writes the compiled module to standard output, and ends when
standard input is closed, so that nobody who is killed leaves it behind.
"""

import hashlib
import os
import signal
import sys
import threading
from pathlib import Path

import wasmtime

from codefavor.sandbox.wasm.engine_config import new_wasm_engine


def main(path: str, sha256: str) -> None:
    """Write the compiled module to standard output; a failure is one line on standard error, and a status that says so.

    The bytes that are hashed are those that are compiled.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Python's own handler would wait until all is compiled
    threading.Thread(target=_end_with_parent, daemon=True).start()
    code = Path(path).read_bytes()
    if hashlib.sha256(code).hexdigest() != sha256:
        sys.exit(f"{path} changed after it was checked")
    try:
        compiled = wasmtime.Module(new_wasm_engine(), code).serialize()
    except wasmtime.WasmtimeError as error:
        sys.exit(str(error).splitlines()[0])
    sys.stdout.buffer.write(compiled)


def _end_with_parent() -> None:
    """Wait for the end of standard input, which the parent holds open; wasmtime compiles without Python's lock."""
    os.read(sys.stdin.fileno(), 1)
    os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
