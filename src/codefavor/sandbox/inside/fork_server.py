"""The mother of candidates: waits for jobs, forks a locked-down child for each, watches it, hands its results on.

It is trusted and never runs foreign code itself. Jobs come in on standard input and results leave on standard output,
as JSON after four bytes of length. The child has neither: it writes to pipes of its own that are read up to a limit.
"""

import gc
import json
import os
import select
import shutil
import signal
import struct
import sys
import tempfile
import time
import traceback
from collections.abc import Iterable
from typing import Any

from codefavor.sandbox.inside.harness import Harness, outside_harness
from codefavor.sandbox.inside.lockdown import die_with_parent, restrict
from codefavor.sandbox.inside.refusals import Refusals

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
_RESULTS, _PRINTED = "results", "printed"


def main() -> None:
    """Serve jobs until standard input ends."""
    for name in _COMMON.split():
        __import__(name)
    gc.collect()
    gc.freeze()
    settings = json.loads(sys.argv[1])
    number = 0
    while (job := _receive()) is not None:
        number += 1
        _send(_serve(job, settings, number))


def _receive() -> dict[str, Any] | None:
    header = _exactly(4)
    return json.loads(_exactly(struct.unpack(">I", header)[0])) if header else None


def _exactly(size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = os.read(0, size - len(data))
        if not part:
            return b""
        data += part
    return data


def _send(reply: dict[str, Any]) -> None:
    data = json.dumps(reply).encode()
    data = struct.pack(">I", len(data)) + data
    while data:
        data = data[os.write(1, data) :]


def _serve(job: dict[str, Any], settings: dict[str, Any], number: int) -> dict[str, Any]:
    folder = f"{settings['scratch']}/{number}" if settings["scratch"] else None
    if folder:
        os.mkdir(folder)  # noqa: PTH102 - pathlib is not loaded here
    results, results_in = os.pipe()
    printed, printed_in = os.pipe()
    child = os.fork()
    if child == 0:
        _become_candidate(job, settings, folder, results_in, printed_in)
    os.close(results_in)
    os.close(printed_in)
    try:
        return _watch(child, {results: _RESULTS, printed: _PRINTED}, job["limits"])
    finally:
        os.close(results)
        os.close(printed)
        if folder:
            shutil.rmtree(folder)


def _watch(child: int, pipes: dict[int, str], limits: dict[str, int]) -> dict[str, Any]:
    """Read what the child writes until it ends, its time is over, or it writes too many results."""
    deadline = time.monotonic() + limits["wall_seconds"]
    end = _End(child)
    kept = {_RESULTS: bytearray(), _PRINTED: bytearray()}
    killed = None
    try:
        while not killed:
            ready = end.wait(pipes, deadline)
            for pipe in set(ready) & set(pipes):
                if not _keep(pipe, kept[pipes[pipe]], limits["output"]):
                    del pipes[pipe]
            if not ready and time.monotonic() >= deadline:
                killed = "wall"
            elif len(kept[_RESULTS]) > limits["output"]:
                killed = "output"
            elif ready == [end.handle]:
                break
        if killed:
            os.kill(child, signal.SIGKILL)
    finally:
        end.close()
        _, status, usage = os.wait4(child, 0)
    return {
        "status": os.waitstatus_to_exitcode(status),
        "killed": killed,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "results": kept[_RESULTS].decode("utf-8", "replace"),
        "printed": kept[_PRINTED].decode("utf-8", "replace"),
    }


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
    """Read once; keep it while there is room, and always leave the pipe empty so that nobody waits."""
    data = os.read(pipe, _CHUNK)
    if len(kept) <= limit:
        kept.extend(data)
    return bool(data)


def _become_candidate(
    job: dict[str, Any], settings: dict[str, Any], folder: str | None, results: int, printed: int
) -> None:
    status = 1
    try:
        die_with_parent()
        os.setsid()
        results = _keep_only(results, printed, job["typed"])
        if folder:
            os.chdir(folder)
        layers = restrict(job["limits"], settings["readable"], [folder] if folder else [])
        os.write(results, json.dumps({"layers": layers}).encode() + b"\n")
        lacking = [name for name in settings["required"] if layers[name] != "on"]
        if not lacking:
            status = _run(job, results)
    except BaseException as error:  # noqa: BLE001 - the child must never return into the mother's loop
        os.write(2, f"{error!r}\n".encode())
    finally:
        os._exit(status)


def _keep_only(results: int, printed: int, typed: str) -> int:
    """Lay the pipes where a program expects them, close everything else, and return where the results go."""
    reading = _nameless_file()
    os.write(reading, typed.encode("utf-8", "replace"))
    os.lseek(reading, 0, os.SEEK_SET)
    os.dup2(results, _ASIDE)
    for target, source in ((0, reading), (1, printed), (2, printed), (3, _ASIDE)):
        os.dup2(source, target)
    os.closerange(4, 1 << 16)
    return 3


def _nameless_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("stdin")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


def _run(job: dict[str, Any], results: int) -> int:
    harness = Harness(job, results)
    if not job["program"]:
        harness.run()
        return 0
    sys.addaudithook(Refusals(results))
    try:
        harness.run_program()
    except SystemExit as leaving:
        if leaving.code is None or isinstance(leaving.code, int):
            return leaving.code or 0
        print(leaving.code, file=sys.stderr)  # noqa: T201 - as the interpreter does
        return 1
    except BaseException as error:  # noqa: BLE001 - a program may end with anything
        error.__traceback__ = outside_harness(error)
        traceback.print_exception(error)
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


if __name__ == "__main__":
    main()
