"""The engine: what runs jobs. There are two, and one that chooses between them.

`wasm` runs a candidate in an interpreter compiled to WebAssembly and counts its work from outside; `native` runs it as
a process of this machine, for what needs packages, threads or processes that the guests lack.
"""

from collections.abc import Sequence
from types import TracebackType
from typing import Literal, Protocol, Self

from codefavor.sandbox.job import Job, JobResult

EngineChoice = Literal["auto", "wasm", "native", "unsafe"]
"""Which engine runs candidates: the first of wasm and native that can, one of them, or processes without a sandbox."""


class Engine(Protocol):
    """What runs jobs, or what stands before an engine and passes jobs on under conditions of its own."""

    def run(self, jobs: Sequence[Job]) -> list[JobResult]:
        """Run jobs that are compared with each other, on one and the same engine; return their results in order."""

    def run_one(self, job: Job) -> JobResult:
        """Run one job."""


class OpenEngine(Engine, Protocol):
    """An engine that somebody has to close; a context manager."""

    def close(self) -> None:
        """End everything that runs."""

    def __enter__(self) -> Self:
        """Return itself."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close it."""
