"""The native engine: warm workers that run candidates side by side, each candidate in processes of its own.

What a candidate returns is decoded here, on the trusted side; comparing it with what was expected is the caller's.
"""

import os
import platform
import queue
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from codefavor.errors import SandboxError
from codefavor.sandbox.job import CallOutcome, Job, JobEnd, JobResult, SandboxCall, request_of
from codefavor.sandbox.native.worker import REQUIRED, Worker, WorkerLost
from codefavor.sandbox.outcome import outcome_of
from codefavor.sandbox.reports import read_layers, read_report
from codefavor.sandbox.wire import LOADING, CallReport, RefusalReport, RunReply, RunRequest

_MAX_PROCESSES = 4
"""Processes one candidate gets: when a call takes its process along, the calls after it go on in a new one."""


class NativeEngine:
    """Workers that share one way of starting. Use it as a context manager; it leaves no process behind."""

    def __init__(self, bubblewrap: str | None, workers: int | None = None, unsafe: bool = False) -> None:
        self._bubblewrap = bubblewrap
        self._unsafe = unsafe
        self._size = workers or os.cpu_count() or 1
        self._idle: queue.SimpleQueue[Worker | None] = queue.SimpleQueue()
        for _ in range(self._size):
            self._idle.put(None)
        self._threads = ThreadPoolExecutor(self._size, thread_name_prefix="sandbox")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End every worker."""
        self._threads.shutdown(cancel_futures=True)
        for _ in range(self._size):
            worker = self._idle.get()
            if worker is not None:
                worker.kill()

    def run(self, jobs: Sequence[Job]) -> list[JobResult]:
        """Run jobs side by side and return their results in order; what timed out is run once more after the others.

        Raises:
            SandboxError: the sandbox cannot be started, or a layer that is required is off.
        """
        results = list(self._threads.map(self._run, jobs))
        for index, result in enumerate(results):
            if result.ended in ("wall", "lost"):
                results[index] = self._threads.submit(self._run, jobs[index]).result()
        return results

    def run_one(self, job: Job) -> JobResult:
        """Run one job; see `run`."""
        return self.run([job])[0]

    def _run(self, job: Job) -> JobResult:
        progress = _Progress(job, self._unsafe)
        for _ in range(_MAX_PROCESSES):
            pending = progress.pending()
            progress.take(self._run_once(_request(job, pending)), pending)
            if progress.is_over():
                break
        return progress.result()

    def _run_once(self, request: RunRequest) -> RunReply:
        worker = self._idle.get()
        try:
            worker = worker or Worker(self._bubblewrap, () if self._unsafe else REQUIRED)
            return worker.run(request)
        except WorkerLost as error:
            worker = None
            return RunReply(status=0, killed="lost", cpu_seconds=0.0, results="", stdout=str(error))
        finally:
            self._idle.put(worker)


def _request(job: Job, pending: Sequence[tuple[int, SandboxCall]]) -> RunRequest:
    return RunRequest(
        code=job.code,
        calls=tuple(request_of(index, call) for index, call in pending),
        program=job.program,
        stdin=job.stdin,
        limits=job.limits,
    )


class _Progress:
    """What is known of a job so far, over the processes it took."""

    def __init__(self, job: Job, unsafe: bool) -> None:
        self._job = job
        self._unsafe = unsafe
        self._reports: dict[int, CallReport] = {}
        self._refused: list[str] = []
        self._replies: list[RunReply] = []
        self._died: set[int] = set()

    def pending(self) -> list[tuple[int, SandboxCall]]:
        """Return the calls that nothing is known of."""
        return [(i, call) for i, call in enumerate(self._job.calls) if i not in self._reports and i not in self._died]

    def is_over(self) -> bool:
        """Whether nothing is left to be run."""
        stopped = any(report.ended == "timed out" for report in self._reports.values()) or bool(self._died)
        return not self.pending() or self.failed_to_load() or (self._job.growing and stopped)

    def take(self, reply: RunReply, pending: Sequence[tuple[int, SandboxCall]]) -> None:
        """Read a reply; the first call that was asked for and not answered is the one that took the process along."""
        self._replies.append(reply)
        first, *lines = reply.results.splitlines() or [""]
        self._check_layers(first)
        for line in lines:
            self._read(line)
        if not self.failed_to_load():
            unanswered = [index for index, _ in pending if index not in self._reports]
            self._died.update(unanswered[:1])

    def _read(self, line: str) -> None:
        match read_report(line):
            case CallReport() as report:
                before = self._reports.get(report.call)
                self._reports[report.call] = before.followed_by(report) if before else report
            case RefusalReport(refused):
                self._refused.append(refused)

    def _check_layers(self, line: str) -> None:
        report = read_layers(line)
        if report is None:
            return  # it ended before it could say, and so before it ran anything
        layers = report.layers
        lacking = [f"{name} is {layers.get(name)}" for name in REQUIRED if layers.get(name) != "on"]
        if lacking and not self._unsafe:
            raise SandboxError(f"foreign code cannot be run safely here: {'; '.join(lacking)}")

    def failed_to_load(self) -> bool:
        """Whether the code itself could not be loaded."""
        loading = self._reports.get(LOADING)
        return not self._job.program and (loading is None or loading.ended != "returned")

    def result(self) -> JobResult:
        """Return what came of the job."""
        last = self._replies[-1]
        return JobResult(
            loading=self._outcome(LOADING, died=not self._job.program),
            outcomes=tuple(self._outcome(i, died=i in self._died) for i in range(len(self._job.calls))),
            ended=_end_of(last),
            status=last.status,
            stdout=last.stdout,
            refused=tuple(self._refused),
            cpu_seconds=sum(reply.cpu_seconds for reply in self._replies),
            engine=describe_native(),
            unsafe=self._unsafe,
        )

    def _outcome(self, index: int, died: bool) -> CallOutcome:
        report = self._reports.get(index)
        if report is None:
            return CallOutcome("died" if died else "not run")
        return outcome_of(report)


def _end_of(reply: RunReply) -> JobEnd:
    return reply.killed or ("signal" if reply.status < 0 else "exited" if reply.status else "finished")


def describe_native() -> str:
    """Return what runs native candidates, with its version."""
    return f"native, CPython {platform.python_version()}"
