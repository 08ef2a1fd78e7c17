"""How much running one function may cost: a pool that counts processor time and stops when its allowance is spent.

Processor time and not the clock: on a busy machine the same functions are run to the same end.
"""

from collections.abc import Sequence
from dataclasses import replace

from codefavor.sandbox.job import Job, Result
from codefavor.sandbox.pool import Pool

SECONDS = 1.0
"""Processor time of both sides of a function by one criterion."""
_PROCESS_SECONDS = 1
_NEARLY = 0.9
_WALL_SECONDS = 3
"""By the clock, for one process: what sleeps is not waited for."""


class SpentError(Exception):
    """The allowance is spent."""


class TimeBudget(Pool):
    """Runs jobs in a pool that is somebody else's; it starts and ends no workers."""

    def __init__(self, pool: Pool, seconds: float = SECONDS) -> None:
        """Allow so many seconds of processor time."""
        self._pool = pool
        self._left = seconds

    def run(self, jobs: Sequence[Job]) -> list[Result]:
        """Run jobs with at most a second of processor time for each process.

        Raises:
            SpentError: earlier jobs took it all, or one was stopped by its limits, which is no fault of the code.
            SandboxError: as the pool's.
        """
        if self._left <= 0:
            raise SpentError
        results = self._pool.run([_hurried(job) for job in jobs])
        self._left -= sum(result.cpu_seconds for result in results)
        if any(map(_was_stopped, results)):
            raise SpentError
        return results


def _hurried(job: Job) -> Job:
    return replace(job, limits=replace(job.limits, cpu_seconds=_PROCESS_SECONDS, wall_seconds=_WALL_SECONDS))


def _was_stopped(result: Result) -> bool:
    return result.ended == "wall" or (result.ended == "signal" and result.cpu_seconds >= _NEARLY)
