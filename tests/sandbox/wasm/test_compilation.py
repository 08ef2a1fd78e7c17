import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import wasmtime

from codefavor.errors import SandboxError
from codefavor.sandbox.wasm import compilation
from codefavor.sandbox.wasm.compilation import compile_guest
from codefavor.sandbox.wasm.engine_config import new_wasm_engine
from codefavor.sandbox.wasm.guest import find_file
from codefavor.sandbox.wasm.guests import JAVASCRIPT
from codefavor.sandbox.wasm.verified_guest import VerifiedGuest

SMALL = VerifiedGuest(JAVASCRIPT, find_file(JAVASCRIPT, JAVASCRIPT.module), None)

COMPILE_PYTHON = """
import sys
from codefavor.sandbox.wasm.compilation import compile_guest
from codefavor.sandbox.wasm.guest import find_file
from codefavor.sandbox.wasm.guests import PYTHON
from codefavor.sandbox.wasm.verified_guest import VerifiedGuest
from codefavor.sandbox.wasm import compilation

compilation.PROGRESS_INTERVAL = 0.5
if "endless" in sys.argv:
    compilation._COMMAND = [sys.executable, "-c", "import time; time.sleep(1_000_000)"]
guest = VerifiedGuest(PYTHON, find_file(PYTHON, PYTHON.module), None)
try:
    compile_guest(guest, lambda text: print(text, flush=True))
except KeyboardInterrupt:
    print("interrupted")
"""


def test_a_guest_is_compiled_for_the_engine() -> None:
    module = wasmtime.Module.deserialize(new_wasm_engine(), compile_guest(SMALL, pytest.fail))
    assert "qjs_init_argv" in {export.name for export in module.exports}


def test_what_takes_long_says_that_it_still_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compilation, "PROGRESS_INTERVAL", 0.01)
    said: list[str] = []
    compile_guest(SMALL, said.append)
    assert said
    assert all(text.startswith("still compiling QuickJS-NG 0.17, ") for text in said)


def test_a_failure_is_one_sentence_with_the_reason(tmp_path: Path) -> None:
    changed = tmp_path / "changed.wasm"
    changed.touch()
    with pytest.raises(SandboxError, match=r"compiling QuickJS-NG 0\.17 failed: .*changed\.wasm changed after it was"):
        compile_guest(replace(SMALL, module=changed), pytest.fail)


@pytest.mark.skipif(os.name != "posix", reason="signals are those of POSIX")
@pytest.mark.parametrize(
    ("number", "reason"), [(9, "signal 9 ended it; compiling Python needs 2.7 GB of memory"), (2, "signal 2 ended it")]
)
def test_a_killed_compiler_is_told_by_its_signal(monkeypatch: pytest.MonkeyPatch, number: int, reason: str) -> None:
    killed = f"import os, signal; signal.signal(2, signal.SIG_DFL); os.kill(os.getpid(), {number})"
    monkeypatch.setattr(compilation, "_COMMAND", [sys.executable, "-c", killed])
    with pytest.raises(SandboxError, match=f"{re.escape(reason)}$"):
        compile_guest(SMALL, pytest.fail)


def test_what_the_user_raises_meanwhile_ends_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopped(Exception):
        pass

    def stop(text: str) -> None:
        raise Stopped

    monkeypatch.setattr(compilation, "_COMMAND", [sys.executable, "-c", "input()"])
    monkeypatch.setattr(compilation, "PROGRESS_INTERVAL", 0.01)
    with pytest.raises(Stopped):
        compile_guest(SMALL, stop)


@pytest.mark.skipif(os.name != "posix", reason="Windows sends Ctrl-C to consoles, not to processes")
@pytest.mark.parametrize("compiler", ["real", "endless"])
@pytest.mark.parametrize("send", [os.kill, os.killpg], ids=["to the program", "to all on the terminal"])
def test_ctrl_c_ends_the_program_while_it_compiles(compiler: str, send: Callable[[int, int], None]) -> None:
    """The program ends only after its compiler did, so that nothing runs on."""
    command = [sys.executable, "-c", COMPILE_PYTHON, compiler]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline().startswith("still compiling")
        send(program.pid, signal.SIGINT)
        *_, last = program.stdout
        assert last == "interrupted\n"
        assert program.wait() == 0
