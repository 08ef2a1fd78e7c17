"""How much running one function may cost: an engine that counts work and stops when its budget is spent.

Work is fuel, the same on every machine, and processor time where a candidate is run natively.
"""

from collections.abc import Sequence
from dataclasses import replace

from codefavor.errors import SandboxError
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.job import Job, JobResult

SECONDS = 1.0
"""Processor time of both sides of a function by one criterion, or the fuel that it takes about that long to spend."""
_FUEL_PER_SECOND = 4_000_000_000
_LOADING_FUEL = 4_000_000_000
_PROCESS_SECONDS = 1
_NEARLY = 0.9


class BudgetSpent(SandboxError):
    """The budget is spent."""


class TimeBudget:
    """Passes jobs on to an engine that is somebody else's, until they have done so much work."""

    def __init__(self, engine: Engine, seconds: float = SECONDS) -> None:
        """Allow so many seconds of processor time, or the fuel that stands for it."""
        self._engine = engine
        self._left = seconds

    def run(self, jobs: Sequence[Job]) -> list[JobResult]:
        """Run jobs with at most a second of processor time for each process.

        Raises:
            BudgetSpent: earlier jobs took it all, or one was stopped by its limits, which is no fault of the code.
            SandboxError: as the engine's.
        """
        if self._left <= 0:
            raise BudgetSpent
        results = self._engine.run([_limited(job) for job in jobs])
        self._left -= sum(map(_seconds, results))
        if any(map(_was_stopped, results)):
            raise BudgetSpent
        return results

    def run_one(self, job: Job) -> JobResult:
        """Run one job; see `run`."""
        return self.run([job])[0]


def _limited(job: Job) -> Job:
    limits = replace(job.limits, cpu_seconds=_PROCESS_SECONDS, call_seconds=_PROCESS_SECONDS)
    return replace(job, limits=limits, budget=min(job.budget, _LOADING_FUEL))


def _seconds(result: JobResult) -> float:
    return result.cpu_seconds if result.fuel is None else result.fuel / _FUEL_PER_SECOND


def _was_stopped(result: JobResult) -> bool:
    if result.fuel is not None:
        return result.ended == "wall" or result.loading.status == "exhausted"
    return result.ended == "wall" or (result.ended == "signal" and result.cpu_seconds >= _NEARLY)
