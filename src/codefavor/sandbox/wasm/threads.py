"""Threads with stacks deep enough for WebAssembly: an interpreter in there recurses on the stack of its thread."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from codefavor.sandbox.wasm.engine_config import WASM_STACK_BYTES

_ROOM = 8 << 20
"""Bytes beside what WebAssembly may use, for the host's own functions."""
T = TypeVar("T")
_starting = threading.Lock()


class DeepThreads:
    """A fixed number of threads that run functions. Address space is reserved for their stacks, memory is not."""

    def __init__(self, count: int) -> None:
        self._executor = ThreadPoolExecutor(count, thread_name_prefix="wasm")
        started = threading.Barrier(count + 1)
        with _starting:
            before = threading.stack_size(WASM_STACK_BYTES + _ROOM)
            try:
                for _ in range(count):
                    self._executor.submit(started.wait)
                started.wait()
            finally:
                threading.stack_size(before)

    def submit(self, function: Callable[..., T], *arguments: Any) -> Future[T]:
        """Run a function on one of the threads."""
        return self._executor.submit(function, *arguments)

    def close(self) -> None:
        """Drop what has not begun, and wait for what has."""
        self._executor.shutdown(cancel_futures=True)
