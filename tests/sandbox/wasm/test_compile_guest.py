"""The process that compiles, started as `compilation` starts it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import wasmtime

from codefavor.sandbox.wasm.engine_config import new_wasm_engine
from codefavor.sandbox.wasm.guest import find_file
from codefavor.sandbox.wasm.guests import JAVASCRIPT, PYTHON

ANY_LONG_TIME = 300


@contextmanager
def compiling(path: Path, sha256: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "codefavor.sandbox.wasm.compile_guest", str(path), sha256]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        try:
            yield process
        finally:
            process.kill()


def test_what_it_writes_is_the_compiled_module() -> None:
    engine = new_wasm_engine()
    with compiling(find_file(JAVASCRIPT, JAVASCRIPT.module), JAVASCRIPT.module.sha256) as process:
        assert process.stdout is not None
        compiled = process.stdout.read()
        assert process.wait(ANY_LONG_TIME) == 0
    module = wasmtime.Module.deserialize(engine, compiled)
    assert "qjs_init_argv" in {export.name for export in module.exports}


def test_a_file_that_changed_meanwhile_is_not_compiled(tmp_path: Path) -> None:
    changed = tmp_path / "changed.wasm"
    changed.write_bytes(b"\0asm\1\0\0\0")
    with compiling(changed, JAVASCRIPT.module.sha256) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read() == b""
        assert b"changed.wasm changed after it was checked" in process.stderr.read()
        assert process.wait(ANY_LONG_TIME) == 1


def test_it_ends_with_the_process_that_started_it() -> None:
    """The largest guest takes far longer to compile than the process takes to notice."""
    with compiling(find_file(PYTHON, PYTHON.module), PYTHON.module.sha256) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        assert process.stdout.read() == b""
        assert process.wait(ANY_LONG_TIME) == 1
