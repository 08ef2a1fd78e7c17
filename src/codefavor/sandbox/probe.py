"""Attacks the sandbox before it is trusted: one hostile program a layer, and what came of each.

The sandbox fails closed: unless every attack is held, `open_sandbox` refuses.
"""

import os
import socket
import sys
import tempfile
from pathlib import Path

from codefavor.errors import SandboxError
from codefavor.sandbox.job import Job, JobResult, Layers
from codefavor.sandbox.pool import Pool, WorkerPool
from codefavor.sandbox.wire import ProcessLimits
from codefavor.sandbox.worker import REQUIRED, find_bubblewrap

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


def probe(pool: Pool, folder: Path) -> dict[str, str]:
    """Run every attack and return it with "held" or what came of it; what they are after lies in `folder`."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        programs = attack_programs(folder, server.getsockname()[1])
        jobs = [Job(program, program=True, limits=ProcessLimits(cpu_seconds=5)) for program in programs.values()]
        return {name: _judge(result) for name, result in zip(programs, pool.run(jobs), strict=True)}


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


def examine(bubblewrap: str | None, unsafe: bool = False) -> Layers:
    """Start a sandbox, attack it, and return its layers and what held."""
    states = {"bubblewrap": "on" if bubblewrap else "off: not found or not usable"}
    if not _is_linux():
        reason = f"off: {sys.platform} has no such layer"
        return Layers({**states, **dict.fromkeys(REQUIRED[1:], reason)}, {"all": "could not be tried"})
    with tempfile.TemporaryDirectory() as folder, WorkerPool(bubblewrap, workers=1, unsafe=unsafe) as pool:
        try:
            attacks = probe(pool, Path(folder))
        except SandboxError as error:
            return Layers({**states, "launcher": f"off: {error}"}, {"all": "could not be tried"})
    return Layers({**states, **dict.fromkeys(REQUIRED, "on")}, attacks)


def _is_linux() -> bool:
    return sys.platform.startswith("linux")


def best_layers() -> tuple[str | None, Layers]:
    """Return the way to start that holds best: in bubblewrap if that works, else without it."""
    bubblewrap = find_bubblewrap()
    if bubblewrap:
        layers = examine(bubblewrap)
        if layers.safe:
            return bubblewrap, layers
    return None, examine(None)


def open_sandbox(workers: int | None = None, unsafe_local: bool = False) -> WorkerPool:
    """Return a pool that has been attacked and held.

    Raises:
        SandboxError: an attack got through, or could not be tried, and `unsafe_local` is not given.
    """
    bubblewrap, layers = best_layers()
    if layers.safe:
        return WorkerPool(bubblewrap, workers)
    if unsafe_local:
        return WorkerPool(None, workers, unsafe=True)
    if not _is_linux():
        raise SandboxError(
            f"foreign code cannot be run safely on {sys.platform}: only Linux has the layers that hold it (Landlock, "
            "seccomp); use a Linux machine or container, or give --unsafe-local to run it all the same"
        )
    open_attacks = ", ".join(f"{name} ({outcome})" for name, outcome in layers.attacks.items() if outcome != "held")
    raise SandboxError(
        f"foreign code cannot be run safely here: {open_attacks}; see `codefavor sandbox check`, "
        "or give --unsafe-local to run it all the same"
    )
