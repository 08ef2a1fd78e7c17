"""The engine that chooses: wasm, and native for what the guests lack."""

import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from codefavor.errors import SandboxError
from codefavor.sandbox.engine import OpenEngine
from codefavor.sandbox.job import Job, JobResult
from codefavor.sandbox.lacking import lacking

NATIVE_LANGUAGES = frozenset({"python"})


class AutoEngine:
    """Runs jobs in wasm, and again natively where one of them needs what its guest lacks. A context manager.

    Jobs of one call of `run` are compared with each other, so that all of them come from the same engine. Work is
    counted in wasm alone.
    """

    def __init__(self, open_wasm: Callable[[], OpenEngine], open_native: Callable[[], OpenEngine]) -> None:
        """Open each engine when it is first needed."""
        self._wasm = _Lazy(open_wasm)
        self._native = _Lazy(open_native)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close what was opened."""
        self._wasm.close()
        self._native.close()

    def run(self, jobs: Sequence[Job]) -> list[JobResult]:
        """Run jobs side by side and return their results in order.

        Raises:
            SandboxError: neither engine can run them here.
        """
        wasm = self._wasm.engine()
        natively = all(job.language in NATIVE_LANGUAGES and not job.measured for job in jobs)
        if wasm is None:
            return self._run_natively(jobs)
        results = wasm.run(jobs)
        if natively and any(map(lacking, results)) and (native := self._native.engine()):
            return native.run(jobs)
        return results

    def _run_natively(self, jobs: Sequence[Job]) -> list[JobResult]:
        native = self._native.engine()
        if native is None:
            raise SandboxError(
                f"candidates cannot be run here. wasm: {self._wasm.reason}. native: {self._native.reason}"
            )
        return native.run(jobs)

    def run_one(self, job: Job) -> JobResult:
        """Run one job; see `run`."""
        return self.run([job])[0]


class _Lazy:
    """An engine that is opened when it is first needed, or the reason why it cannot be."""

    def __init__(self, open_engine: Callable[[], OpenEngine]) -> None:
        self._open = open_engine
        self._engine: OpenEngine | None = None
        self.reason = ""
        self._lock = threading.Lock()

    def engine(self) -> OpenEngine | None:
        """Return the engine; None where it cannot be opened, which is tried once."""
        with self._lock:
            if self._engine is None and not self.reason:
                try:
                    self._engine = self._open()
                except SandboxError as error:
                    self.reason = str(error)
            return self._engine

    def close(self) -> None:
        with self._lock:
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()
