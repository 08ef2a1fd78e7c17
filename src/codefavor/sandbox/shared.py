"""One engine for many callers: opened and attacked when it is first needed, then kept until it is closed."""

import threading
from types import TracebackType
from typing import Self

from codefavor.sandbox.engine import Engine, EngineChoice, OpenEngine
from codefavor.sandbox.open_engine import open_engine


class SharedEngine:
    """A context manager that leaves no process behind; `engine` may be called from any thread."""

    def __init__(self, workers: int, choice: EngineChoice = "auto") -> None:
        """Bound what runs at once to `workers`; `choice` is the engine."""
        self.workers = workers
        self._choice = choice
        self._engine: OpenEngine | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def is_open(self) -> bool:
        """Whether anybody needed it."""
        return self._engine is not None

    def engine(self) -> Engine:
        """Return the engine, opening it for the first caller.

        Raises:
            SandboxError: it cannot be had here, or does not hold.
        """
        with self._lock:
            if self._engine is None:
                self._engine = open_engine(self._choice, self.workers)
            return self._engine

    def close(self) -> None:
        """End every worker, if there are any."""
        with self._lock:
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()
