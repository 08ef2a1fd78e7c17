"""Attacks the sandbox before it is trusted: one hostile program a layer, and what came of each.

The engine fails closed: unless every attack is held, `open_native` refuses.
"""

import os
import socket
import sys
import tempfile
from pathlib import Path

from codefavor.errors import SandboxError
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.engine_check import EngineCheck
from codefavor.sandbox.job import Job, JobResult
from codefavor.sandbox.native.native_engine import NativeEngine
from codefavor.sandbox.native.worker import REQUIRED, find_bubblewrap
from codefavor.sandbox.wire import ProcessLimits

_ATTACKS = {
    "network": "import socket\nsocket.create_connection(('127.0.0.1', {port}), 1)\n",
    "new process": "import os\nif os.fork() == 0: os._exit(0)\n",
    "running programs": "import os\nos.execv('/bin/true', ['true'])\n",
    "reading files": "open({secret!r}).read()\n",
    "writing files": "open({target!r}, 'w').write('x')\n",
    "environment": (
        "import os\nif len(os.environ) <= 5: [open(f'/proc/{{p}}/environ').read() for p in (1, os.getppid(), {pid})]\n"
    ),
    "memory": "x = bytearray(2 << 30)\n",
    "signals": "import os\nos.kill(os.getppid(), 0)\n",
    "tracing": (
        "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        "if libc.ptrace(16, os.getppid(), 0, 0) < 0: raise PermissionError\n"
    ),
}
"""Programs that fail when their layer holds and end well when it does not."""


def probe(engine: Engine, folder: Path) -> dict[str, str]:
    """Run every attack and return it with "held" or what came of it; what they are after lies in `folder`."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        programs = attack_programs(folder, server.getsockname()[1])
        jobs = [Job(program, program=True, limits=ProcessLimits(cpu_seconds=5)) for program in programs.values()]
        return {name: _judge(result) for name, result in zip(programs, engine.run(jobs), strict=True)}


def attack_programs(folder: Path, port: int) -> dict[str, str]:
    """Return the attacks, aimed at files in `folder` and at a server on a loopback port."""
    secret = folder / "secret"
    secret.write_text("secret", encoding="utf-8")
    names = {"secret": str(secret), "target": str(folder / "written"), "pid": os.getpid(), "port": port}
    return {name: attack.format(**names) for name, attack in _ATTACKS.items()}


def _judge(result: JobResult) -> str:
    if result.ended == "finished":
        return "got through"
    if result.ended == "lost":
        return f"could not be tried: {result.stdout.strip()[-200:] or 'the sandbox did not start'}"
    return "held"


def examine(bubblewrap: str | None, unsafe: bool = False) -> EngineCheck:
    """Start a sandbox, attack it, and return its layers and what held."""
    states = {"bubblewrap": "on" if bubblewrap else "off: not found or not usable"}
    if not _is_linux():
        reason = f"off: {sys.platform} has no such layer"
        return EngineCheck("native", {**states, **dict.fromkeys(REQUIRED[1:], reason)}, {"all": "could not be tried"})
    with tempfile.TemporaryDirectory() as folder, NativeEngine(bubblewrap, workers=1, unsafe=unsafe) as engine:
        try:
            attacks = probe(engine, Path(folder))
        except SandboxError as error:
            return EngineCheck("native", {**states, "launcher": f"off: {error}"}, {"all": "could not be tried"})
    return EngineCheck("native", {**states, **dict.fromkeys(REQUIRED, "on")}, attacks)


def _is_linux() -> bool:
    return sys.platform.startswith("linux")


def best_layers() -> tuple[str | None, EngineCheck]:
    """Return the way to start that holds best: in bubblewrap if that works, else without it."""
    bubblewrap = find_bubblewrap()
    if bubblewrap:
        layers = examine(bubblewrap)
        if layers.safe:
            return bubblewrap, layers
    return None, examine(None)


def open_native(workers: int | None = None, unsafe: bool = False) -> NativeEngine:
    """Return a native engine that has been attacked and held; `unsafe` has one without a sandbox.

    Raises:
        SandboxError: an attack got through, or could not be tried.
    """
    if unsafe:
        return NativeEngine(None, workers, unsafe=True)
    bubblewrap, layers = best_layers()
    if layers.safe:
        return NativeEngine(bubblewrap, workers)
    if not _is_linux():
        raise SandboxError(
            f"candidates cannot be run natively on {sys.platform}: only Linux has the layers that hold them (Landlock, "
            "seccomp); use the wasm engine, which needs none of them"
        )
    raise SandboxError(
        f"candidates cannot be run natively here: {layers.not_held}; see `codefavor sandbox check`, "
        "or use the wasm engine"
    )
