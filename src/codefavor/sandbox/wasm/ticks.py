"""Ticks of an engine's epoch: how instances that run too long by the clock, or after Ctrl-C, are stopped."""

import threading
from types import TracebackType
from typing import Self

import wasmtime

TICKS_PER_SECOND = 10
_FOREVER = 1 << 20
"""More ticks than any instance is given."""


class Ticker:
    """Raises the epoch ten times a second while it is open; a context manager."""

    def __init__(self, engine: wasmtime.Engine) -> None:
        self._engine = engine
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="wasm ticks", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _run(self) -> None:
        while not self._closed.wait(1 / TICKS_PER_SECOND):
            self._engine.increment_epoch()

    def stop_all(self) -> None:
        """Stop every instance that runs now."""
        for _ in range(_FOREVER // TICKS_PER_SECOND):
            self._engine.increment_epoch()

    def close(self) -> None:
        """End the ticks."""
        self._closed.set()
        self._thread.join()
