"""How much running one function may cost: a engine that counts processor time and stops when its budget is spent.

Processor time and not the clock: on a busy machine the same functions are run to the same end.
"""

from collections.abc import Sequence
from dataclasses import replace

from codefavor.errors import SandboxError
from codefavor.sandbox.engine import Engine
from codefavor.sandbox.job import Job, JobResult

SECONDS = 1.0
"""Processor time of both sides of a function by one criterion."""
_PROCESS_SECONDS = 1
_NEARLY = 0.9
_WALL_SECONDS = 3
"""By the clock, for one process: what sleeps is not waited for."""


class BudgetSpent(SandboxError):
    """The budget is spent."""


class TimeBudget:
    """Passes jobs on to a engine that is somebody else's, until they have taken so much processor time."""

    def __init__(self, engine: Engine, seconds: float = SECONDS) -> None:
        """Allow so many seconds of processor time."""
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
        self._left -= sum(result.cpu_seconds for result in results)
        if any(map(_was_stopped, results)):
            raise BudgetSpent
        return results

    def run_one(self, job: Job) -> JobResult:
        """Run one job; see `run`."""
        return self.run([job])[0]


def _limited(job: Job) -> Job:
    return replace(job, limits=replace(job.limits, cpu_seconds=_PROCESS_SECONDS, wall_seconds=_WALL_SECONDS))


def _was_stopped(result: JobResult) -> bool:
    return result.ended == "wall" or (result.ended == "signal" and result.cpu_seconds >= _NEARLY)
