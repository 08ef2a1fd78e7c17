"""The fork server: waits for requests, forks a locked-down child for each, watches it, hands its results on.

It is trusted and never runs foreign code itself. Requests come in on standard input and replies leave on standard
output, as `sandbox.wire` writes them. The child has neither: it writes to pipes of its own that are read up to a limit.
"""

import gc
import os
import select
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

from codefavor.sandbox.inside.harness import CallTimedOut, Harness
from codefavor.sandbox.native.inside.lockdown import die_with_parent, restrict
from codefavor.sandbox.native.inside.refusals import Refusals
from codefavor.sandbox.wire import (
    HEADER_BYTES,
    CallReport,
    Killed,
    LayersReport,
    ProcessLimits,
    RunReply,
    RunRequest,
    ServerSettings,
    body_size,
    to_frame,
    to_json,
)

_COMMON = (
    "abc array bisect cmath collections contextlib copy csv dataclasses datetime decimal enum fractions functools"
    " hashlib heapq inspect itertools json math numbers operator queue random re statistics string textwrap threading"
    " time traceback types typing unicodedata uuid"
)
_CHUNK = 65536
_ASIDE = 99
_NO_HANDLE = -1
_LOOK_AFTER = 0.02
"""Seconds between two looks at a child that has no handle."""
_RESULTS, _STDOUT = "results", "stdout"


def main() -> None:
    """Serve requests until standard input ends."""
    for name in _COMMON.split():
        __import__(name)
    gc.collect()
    gc.freeze()
    settings = ServerSettings.from_json(sys.argv[1])
    number = 0
    while (request := _receive()) is not None:
        number += 1
        _send(_serve(request, settings, number))


def _receive() -> RunRequest | None:
    header = _exactly(HEADER_BYTES)
    return RunRequest.from_json(_exactly(body_size(header))) if header else None


def _exactly(size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = os.read(0, size - len(data))
        if not part:
            return b""
        data += part
    return data


def _send(reply: RunReply) -> None:
    data = to_frame(reply)
    while data:
        data = data[os.write(1, data) :]


def _serve(request: RunRequest, settings: ServerSettings, number: int) -> RunReply:
    folder = f"{settings.scratch}/{number}" if settings.scratch else None
    if folder:
        os.mkdir(folder)  # noqa: PTH102 - pathlib is not loaded here
    results, results_in = os.pipe()
    stdout, stdout_in = os.pipe()
    child = os.fork()
    if child == 0:
        _become_candidate(request, settings, folder, results_in, stdout_in)
    os.close(results_in)
    os.close(stdout_in)
    try:
        return _watch(child, {results: _RESULTS, stdout: _STDOUT}, request.limits)
    finally:
        os.close(results)
        os.close(stdout)
        if folder:
            shutil.rmtree(folder)


def _watch(child: int, pipes: dict[int, str], limits: ProcessLimits) -> RunReply:
    """Read what the child writes until it ends, its time is over, or it writes too many results."""
    deadline = time.monotonic() + limits.wall_seconds
    end = _End(child)
    kept = {_RESULTS: bytearray(), _STDOUT: bytearray()}
    killed: Killed | None = None
    try:
        while not killed:
            ready = end.wait(pipes, deadline)
            for pipe in set(ready) & set(pipes):
                if not _keep(pipe, kept[pipes[pipe]], limits.output):
                    del pipes[pipe]
            if not ready and time.monotonic() >= deadline:
                killed = "wall"
            elif len(kept[_RESULTS]) > limits.output:
                killed = "output"
            elif ready == [end.handle]:
                break
        if killed:
            os.kill(child, signal.SIGKILL)
    finally:
        end.close()
        _, status, usage = os.wait4(child, 0)
    return RunReply(
        status=os.waitstatus_to_exitcode(status),
        killed=killed,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        results=kept[_RESULTS].decode("utf-8", "replace"),
        stdout=kept[_STDOUT].decode("utf-8", "replace"),
    )


class _End:
    """The end of a child, waited for together with its pipes: by a handle on Linux, elsewhere by looking."""

    def __init__(self, child: int) -> None:
        self._child = child
        self.handle = os.pidfd_open(child) if hasattr(os, "pidfd_open") else _NO_HANDLE

    def wait(self, pipes: Iterable[int], deadline: float) -> list[int]:
        """Return which pipes can be read, and the handle once the child has ended; nothing where neither is so yet."""
        left = max(0.0, deadline - time.monotonic())
        if self.handle != _NO_HANDLE:
            return select.select([self.handle, *pipes], [], [], left)[0]
        ready = select.select([*pipes], [], [], min(left, _LOOK_AFTER))[0]
        if ready:
            return ready
        ended = os.waitid(os.P_PID, self._child, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return [self.handle] if ended else []

    def close(self) -> None:
        """Give the handle back."""
        if self.handle != _NO_HANDLE:
            os.close(self.handle)


def _keep(pipe: int, kept: bytearray, limit: int) -> bool:
    """Read once; keep it while it fits, and always leave the pipe empty so that nobody waits."""
    data = os.read(pipe, _CHUNK)
    if len(kept) <= limit:
        kept.extend(data)
    return bool(data)


def _become_candidate(
    request: RunRequest, settings: ServerSettings, folder: str | None, results: int, stdout: int
) -> None:
    status = 1
    try:
        die_with_parent()
        os.setsid()
        results = _keep_only(results, stdout, request.stdin)
        if folder:
            os.chdir(folder)
        layers = restrict(request.limits, settings.readable, [folder] if folder else [])
        os.write(results, to_json(LayersReport(layers)).encode() + b"\n")
        lacking = [name for name in settings.required if layers[name] != "on"]
        if not lacking:
            status = _run(request, results)
    except BaseException as error:  # noqa: BLE001 - the child must never return into the fork server's loop
        os.write(2, f"{error!r}\n".encode())
    finally:
        os._exit(status)


def _keep_only(results: int, stdout: int, stdin: str) -> int:
    """Lay the pipes where a program expects them, close everything else, and return where the results go."""
    reading = _nameless_file()
    os.write(reading, stdin.encode("utf-8", "replace"))
    os.lseek(reading, 0, os.SEEK_SET)
    os.dup2(results, _ASIDE)
    for target, source in ((0, reading), (1, stdout), (2, stdout), (3, _ASIDE)):
        os.dup2(source, target)
    os.closerange(4, 1 << 16)
    return 3


def _nameless_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("stdin")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _run(request: RunRequest, results: int) -> int:
    if request.program:
        return _run_program(request, results)
    seconds = request.limits.call_seconds
    harness = Harness(lambda report: _write_line(results, report), lambda: _call_timer(seconds))
    if harness.load(request.code):
        for call in request.calls:
            harness.call(call)
    return 0


def _write_line(results: int, report: CallReport) -> None:
    line = to_json(report).encode() + b"\n"
    while line:
        line = line[os.write(results, line) :]


@contextmanager
def _call_timer(seconds: int) -> Iterator[None]:
    """Raise `CallTimedOut` into what takes more processor time; what keeps it from being raised meets the rlimit."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise CallTimedOut

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _run_program(request: RunRequest, results: int) -> int:
    sys.addaudithook(Refusals(results))
    sys.stdin = open(0, encoding="utf-8")
    sys.stdout = open(1, "w", encoding="utf-8", buffering=1, closefd=False)
    return Harness(lambda report: None).run_program(request.code)


if __name__ == "__main__":
    main()
