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
    counted in wasm alone. Where wasm cannot be had (its guest is not installed, or there is too little memory to
    compile it), all is run natively from then on.
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
        natively = all(job.language in NATIVE_LANGUAGES for job in jobs)
        try:
            results = self._wasm.run(jobs)
        except SandboxError as error:
            if not natively:
                raise
            return self._run_natively(jobs, error)
        if not natively or any(job.measured for job in jobs) or not any(map(lacking, results)):
            return results
        try:
            return self._native.run(jobs)
        except SandboxError:
            return results

    def _run_natively(self, jobs: Sequence[Job], reason: SandboxError) -> list[JobResult]:
        self._wasm.fail(reason)
        try:
            return self._native.run(jobs)
        except SandboxError as error:
            raise SandboxError(f"candidates cannot be run here; wasm: {reason}; native: {error}") from None

    def run_one(self, job: Job) -> JobResult:
        """Run one job; see `run`."""
        return self.run([job])[0]


class _Lazy:
    """An engine that is opened when it is first needed, and not tried again where that fails."""

    def __init__(self, open_engine: Callable[[], OpenEngine]) -> None:
        self._open = open_engine
        self._engine: OpenEngine | None = None
        self._reason = ""
        self._lock = threading.Lock()

    def run(self, jobs: Sequence[Job]) -> list[JobResult]:
        return self._opened().run(jobs)

    def _opened(self) -> OpenEngine:
        with self._lock:
            if self._reason:
                raise SandboxError(self._reason)
            if self._engine is None:
                try:
                    self._engine = self._open()
                except SandboxError as error:
                    self._reason = str(error)
                    raise
            return self._engine

    def fail(self, reason: SandboxError) -> None:
        """Do without the engine from now on."""
        with self._lock:
            self._reason = str(reason)

    def close(self) -> None:
        with self._lock:
            engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()
