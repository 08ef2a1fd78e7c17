"""The pool: warm workers that run candidates side by side, each candidate in processes of its own.

What a candidate returns is decoded here, on the trusted side; comparing it with what was expected is the caller's.
"""

import json
import os
import queue
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from types import TracebackType
from typing import Any, Protocol, Self

from codefavor.errors import SandboxError
from codefavor.sandbox.inside.values import decode
from codefavor.sandbox.job import Call, Ended, Job, Outcome, Raised, Result
from codefavor.sandbox.worker import REQUIRED, Worker, WorkerLost

_LOADING = -1
_MOST_PROCESSES = 4
"""Processes one candidate gets: when a call takes its process along, the calls after it go on in a new one."""
_MOST_NAMES = 20
"""Functions without a price that are kept of one call."""


class Pool(Protocol):
    """What runs jobs: workers, or what stands before them and passes jobs on under conditions of its own."""

    def run(self, jobs: Sequence[Job]) -> list[Result]:
        """Run jobs and return their results in order."""

    def run_one(self, job: Job) -> Result:
        """Run one job."""


class WorkerPool:
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

    def run(self, jobs: Sequence[Job]) -> list[Result]:
        """Run jobs side by side and return their results in order; what timed out is run once more after the others.

        Raises:
            SandboxError: the sandbox cannot be started, or a layer that is required is off.
        """
        results = list(self._threads.map(self._run, jobs))
        for index, result in enumerate(results):
            if result.ended in ("wall", "lost"):
                results[index] = self._threads.submit(self._run, jobs[index]).result()
        return results

    def run_one(self, job: Job) -> Result:
        """Run one job; see `run`."""
        return self.run([job])[0]

    def _run(self, job: Job) -> Result:
        progress = _Progress(job, self._unsafe)
        for _ in range(_MOST_PROCESSES):
            pending = progress.pending()
            reply = self._ask(progress.request(pending))
            progress.take(reply, pending)
            if progress.is_over():
                break
        return progress.result()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        worker = self._idle.get()
        try:
            worker = worker or Worker(self._bubblewrap, () if self._unsafe else REQUIRED)
            return worker.ask(request)
        except WorkerLost as error:
            worker = None
            return {"status": 0, "killed": "lost", "cpu_seconds": 0.0, "results": "", "printed": str(error)}
        finally:
            self._idle.put(worker)


class _Progress:
    """What is known of a job so far, over the processes it took."""

    def __init__(self, job: Job, unsafe: bool) -> None:
        self._job = job
        self._unsafe = unsafe
        self._reports: dict[int, dict[str, Any]] = {}
        self._refused: list[str] = []
        self._cpu_seconds = 0.0
        self._last: dict[str, Any] = {}
        self._died: set[int] = set()

    def pending(self) -> list[tuple[int, Call]]:
        """Return the calls that nothing is known of."""
        return [(i, call) for i, call in enumerate(self._job.calls) if i not in self._reports and i not in self._died]

    def is_over(self) -> bool:
        """Whether nothing is left to be run."""
        stopped = any("exhausted" in report or "enough" in report for report in self._reports.values()) or bool(
            self._died
        )
        return not self.pending() or self.failed_to_load() or (bool(self._job.stop_after) and stopped)

    def request(self, pending: Iterable[tuple[int, Call]]) -> dict[str, Any]:
        """Return what the mother is asked."""
        return {
            "code": self._job.code,
            "calls": [(index, asdict(call)) for index, call in pending],
            "program": self._job.program,
            "typed": self._job.typed,
            "limits": asdict(self._job.limits),
            "budget": self._job.budget,
            "stop_after": self._job.stop_after,
        }

    def take(self, reply: dict[str, Any], pending: list[tuple[int, Call]]) -> None:
        """Read a reply; the first call that was asked for and not answered is the one that took the process along."""
        self._last = reply
        self._cpu_seconds += reply["cpu_seconds"]
        first, *lines = reply["results"].splitlines() or [""]
        self._read_layers(first)
        for line in lines:
            self._read(line)
        if not self.failed_to_load():
            stopped = any({"exhausted", "enough"} & self._reports.get(index, {}).keys() for index, _ in pending)
            unanswered = [index for index, _ in pending if index not in self._reports]
            self._died.update(unanswered[: 0 if stopped else 1])

    def _read(self, line: str) -> None:
        try:
            report = json.loads(line)
        except (ValueError, RecursionError):
            return
        if not isinstance(report, dict):
            return
        if isinstance(report.get("i"), int):
            self._reports.setdefault(report["i"], {}).update(report)
        elif "refused" in report:
            self._refused.append(_text(report["refused"])[:300])

    def _read_layers(self, line: str) -> None:
        """Read what a process reports of its layers before it runs anything foreign: its first line and no other."""
        if not line.startswith('{"layers"'):
            return  # it ended before it could say, and so before it ran anything
        layers: dict[str, str] = json.loads(line)["layers"]
        lacking = [f"{name} is {layers.get(name)}" for name in REQUIRED if layers.get(name) != "on"]
        if lacking and not self._unsafe:
            raise SandboxError(f"foreign code cannot be run safely here: {'; '.join(lacking)}")

    def failed_to_load(self) -> bool:
        """Whether the code itself could not be loaded."""
        return not self._job.program and "value" not in self._reports.get(_LOADING, {})

    def result(self) -> Result:
        """Return what came of the job."""
        return Result(
            loading=self._outcome(_LOADING, died=not self._job.program),
            outcomes=tuple(self._outcome(i, died=i in self._died) for i in range(len(self._job.calls))),
            ended=self._ended(),
            status=self._last["status"],
            printed=self._last["printed"],
            refused=tuple(self._refused),
            cpu_seconds=self._cpu_seconds,
            unsafe=self._unsafe,
        )

    def _ended(self) -> Ended:
        killed: Ended | None = self._last["killed"]
        if killed:
            return killed
        return "signal" if self._last["status"] < 0 else "exited" if self._last["status"] else "finished"

    def _outcome(self, index: int, died: bool) -> Outcome:
        report = self._reports.get(index)
        if report is None:
            return Outcome("died" if died else "not run")
        try:
            return _read_outcome(report)
        except (ValueError, TypeError, KeyError, AttributeError):
            return Outcome("died")


def _read_outcome(report: dict[str, Any]) -> Outcome:
    common = Outcome(
        "not run",
        printed=_text(report.get("printed", "")),
        opcodes=_number(report.get("opcodes")),
        mutated=report.get("mutated") if isinstance(report.get("mutated"), bool) else None,
        nanoseconds=_number(report.get("nanoseconds")),
        peak=_number(report.get("peak")),
        charge=_number(report.get("charge")),
        unpriced=tuple(_text(name)[:100] for name in list(report.get("unpriced", ()))[:_MOST_NAMES]),
    )
    if "exhausted" in report:
        return replace(common, status="exhausted")
    if "too_large" in report:
        return replace(common, status="too large")
    if "raised" in report:
        raised = report["raised"]
        above = tuple(_text(name) for name in raised["above"])
        line = _number(raised["line"])
        return replace(
            common, status="raised", raised=Raised(_text(raised["type"]), above, _text(raised["message"]), line)
        )
    return replace(common, status="returned", value=decode(report.get("value")))


def _text(value: object) -> str:
    """Return `value` as text that can be written anywhere: a candidate may report lone surrogates."""
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8")


def _number(value: object) -> int | None:
    """Return `value` where it is a count: a candidate may report anything."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63 else None
