"""One fork server as a child process: started, in bubblewrap where that works, given work, and killed whole."""

import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from codefavor.errors import SandboxError
from codefavor.sandbox.wire import HEADER_BYTES, RunReply, RunRequest, ServerSettings, body_size, to_frame, to_json

REQUIRED = ("rlimits", "no_new_privs", "landlock", "seccomp")
"""The layers without which a candidate's process refuses to run."""

_HERE = Path(__file__).resolve().parent
_SANDBOX = _HERE.parent
_MOUNTED = "/codefavor/codefavor/sandbox"
_IMPORTED = ("inside", "native/inside", "wire.py")
"""What the fork server imports of this package; under bubblewrap nothing else of it is there."""
_ENVIRONMENT = {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
"""All of a candidate's environment: the same order of sets in every run, one thread in numeric libraries."""
_BOOT = (
    "import sys; sys.path.insert(0, sys.argv.pop(1));"
    " from codefavor.sandbox.native.inside.fork_server import main; main()"
)
_SYSTEM = ("/usr", "/lib", "/lib64", "/bin")
_SCRATCH_BYTES = 64 << 20
_GRACE = 30.0


class WorkerLost(Exception):
    """The fork server did not answer, or ended."""


def find_bubblewrap() -> str | None:
    """Return the path of bubblewrap, if there is one."""
    for folder in ("/usr/bin", "/usr/local/bin", "/bin"):
        if os.access(f"{folder}/bwrap", os.X_OK):
            return f"{folder}/bwrap"
    return None


class Worker:
    """A running fork server; one candidate at a time. A context manager that leaves no process behind."""

    def __init__(self, bubblewrap: str | None, required: tuple[str, ...] = REQUIRED) -> None:
        readable = _readable_paths()
        settings = ServerSettings(
            readable=(*readable, "/dev/null", "/dev/zero", "/dev/urandom"),
            scratch="/tmp" if bubblewrap else None,
            required=required,
        )
        python = [sys.executable, "-s", "-P", "-B", "-X", "utf8", "-c", _BOOT]
        if bubblewrap:
            command = [*_wrapped(bubblewrap, readable), *python, "/codefavor", to_json(settings)]
        else:
            command = [*python, str(_SANDBOX.parents[1]), to_json(settings)]
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={} if bubblewrap else _ENVIRONMENT,
            cwd="/",
            start_new_session=True,
            bufsize=0,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.kill()

    def run(self, request: RunRequest) -> RunReply:
        """Have one request done and return the fork server's reply.

        Raises:
            WorkerLost: no reply came in time; the worker is dead afterwards.
        """
        deadline = time.monotonic() + request.limits.wall_seconds + _GRACE
        try:
            self._send(to_frame(request))
            size = body_size(self._receive(HEADER_BYTES, deadline))
            return RunReply.from_json(self._receive(size, deadline))
        except (OSError, ValueError, TypeError, WorkerLost) as error:
            complaints = self._complaints()
            self.kill()
            raise WorkerLost(f"{error} {complaints}".strip()) from None

    def _send(self, data: bytes) -> None:
        pipe = self._process.stdin
        if pipe is None:
            raise SandboxError("the sandbox has no standard input")
        while data:
            data = data[pipe.write(data) or 0 :]

    def _receive(self, size: int, deadline: float) -> bytes:
        pipe = self._process.stdout
        if pipe is None:
            raise SandboxError("the sandbox has no standard output")
        data = bytearray()
        while len(data) < size:
            ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise WorkerLost("no answer in time")
            part = pipe.read(size - len(data))
            if not part:
                raise WorkerLost("it ended")
            data.extend(part)
        return bytes(data)

    def kill(self) -> None:
        """End the whole group at once and wait until it is gone."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._errors.close()

    def _complaints(self) -> str:
        self._errors.seek(0)
        return self._errors.read()[-2000:].decode("utf-8", "replace")


def _readable_paths() -> list[str]:
    found = {str(Path(path).resolve()) for path in (sys.prefix, sys.base_prefix)}
    found |= {str(path) for path in _SYSTEM if Path(path).exists()}
    found.add(sys.prefix)
    return sorted(found)


def _wrapped(bubblewrap: str, readable: list[str]) -> list[str]:
    command = [bubblewrap, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    command += ["--uid", "65534", "--gid", "65534", "--hostname", "sandbox"]
    for name, value in _ENVIRONMENT.items():
        command += ["--setenv", name, value]
    # An interpreter may lie below /tmp: what is readable is laid over the empty one.
    command += ["--dev", "/dev", "--size", str(_SCRATCH_BYTES), "--tmpfs", "/tmp"]
    for path in readable:
        command += ["--ro-bind", path, path]
    for name in _IMPORTED:
        command += ["--ro-bind", str(_SANDBOX / name), f"{_MOUNTED}/{name}"]
    return [*command, "--chdir", "/tmp", "--"]
