"""Has a guest compiled, in a child process that can be stopped at any moment.

Compiling Python takes about a minute on two cores and 2.7 GB of memory at its peak, in one call that Python cannot
interrupt. A thread would go on with that call after Ctrl-C for as long as the program lives, and take the program with
it when memory runs out. A child process is killed at once, its memory is free again, and when the system kills it for
its memory the program can say so.
"""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable

from codefavor.errors import SandboxError
from codefavor.sandbox.wasm.verified_guest import VerifiedGuest

_log = logging.getLogger(__name__)

PROGRESS_INTERVAL = 10.0
"""Seconds between two sentences on something that still runs."""

_SIGNALS_WITHOUT_MEMORY = (6, 9)
"""SIGABRT, by which wasmtime ends when it gets no memory, and SIGKILL, by which Linux ends processes for theirs."""

_COMMAND = [sys.executable, "-P", "-X", "utf8", "-m", "codefavor.sandbox.wasm.compile_guest"]


def compile_guest(guest: VerifiedGuest, announce: Callable[[str], None]) -> bytes:
    """Return the guest's module as native code for this machine, in wasmtime's own format.

    Args:
        guest: the guest.
        announce: told every ten seconds that this still runs.

    Raises:
        SandboxError: it cannot be compiled, or there is not enough memory.
    """
    started = time.monotonic()
    end_of_input, held_open = os.pipe()
    try:
        with _start(guest, end_of_input) as child:
            compiled, problem = _communicate(child, guest.guest.title, announce)
    finally:
        os.close(held_open)
        os.close(end_of_input)
    if child.returncode:
        raise SandboxError(f"compiling {guest.guest.title} failed: {_reason(child.returncode, problem)}")
    _log.info("compiled %s in %.1f s", guest.guest.name, time.monotonic() - started)
    return compiled


def _start(guest: VerifiedGuest, standard_input: int) -> subprocess.Popen[bytes]:
    command = [*_COMMAND, str(guest.module), guest.guest.module.sha256]
    try:
        return subprocess.Popen(command, stdin=standard_input, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except OSError as error:
        raise SandboxError(f"compiling {guest.guest.title} failed: {error.strerror or error}") from None


def _communicate(child: subprocess.Popen[bytes], title: str, announce: Callable[[str], None]) -> tuple[bytes, bytes]:
    """Return what the child wrote, or kill it when this process is interrupted meanwhile."""
    seconds = 0.0
    try:
        while True:
            try:
                return child.communicate(timeout=PROGRESS_INTERVAL)
            except subprocess.TimeoutExpired:
                seconds += PROGRESS_INTERVAL
                announce(f"still compiling {title}, {seconds:.0f} s so far ...")
    except BaseException:
        child.kill()
        raise


def _reason(status: int, problem: bytes) -> str:
    if -status in _SIGNALS_WITHOUT_MEMORY:
        return f"signal {-status} ended it; compiling Python needs 2.7 GB of memory"
    if status < 0:
        return f"signal {-status} ended it"
    lines = problem.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else f"it ended with status {status}"
