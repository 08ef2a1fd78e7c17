"""One pool for many callers: opened and attacked when it is first needed, then kept until it is closed."""

import threading
from types import TracebackType
from typing import Self

from codefavor.sandbox.pool import Pool, WorkerPool
from codefavor.sandbox.probe import open_sandbox


class SharedPool:
    """A context manager that leaves no process behind; `pool` may be called from any thread."""

    def __init__(self, workers: int, unsafe_local: bool = False) -> None:
        """Bound what runs at once to `workers`; `unsafe_local` allows a sandbox that does not hold."""
        self.workers = workers
        self._unsafe_local = unsafe_local
        self._pool: WorkerPool | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def is_open(self) -> bool:
        """Whether anybody needed it."""
        return self._pool is not None

    def pool(self) -> Pool:
        """Return the pool, opening it for the first caller.

        Raises:
            SandboxError: an attack got through, or could not be tried, and `unsafe_local` is not given.
        """
        with self._lock:
            if self._pool is None:
                self._pool = open_sandbox(self.workers, self._unsafe_local)
            return self._pool

    def close(self) -> None:
        """End every worker, if there are any."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()
