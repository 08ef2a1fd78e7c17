"""The wasm engine: each candidate in instances of a guest, side by side on a few threads.

Calls of one candidate share an instance, until one of them ends it; calls that are measured have one each. What a
candidate returns is decoded here, and the fuel of a call is read outside of the guest, from the moment at which it asks
for the call until it asks for the next or ends.
"""

import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError
from types import TracebackType
from typing import Self

from codefavor.sandbox.job import CallOutcome, Job, JobResult, SandboxCall, request_of
from codefavor.sandbox.outcome import outcome_of
from codefavor.sandbox.reports import read_report
from codefavor.sandbox.wasm.conversation import FueledRequest
from codefavor.sandbox.wasm.guests import DEFAULT_GUESTS
from codefavor.sandbox.wasm.instance import InstanceEnd, InstanceRun, run_instance
from codefavor.sandbox.wasm.runtimes import Runtimes
from codefavor.sandbox.wasm.threads import DeepThreads
from codefavor.sandbox.wasm.ticks import Ticker
from codefavor.sandbox.wire import LOADING, CallReport, LoadRequest, to_json

Call = tuple[int, SandboxCall]
"""A call and its place in the job."""
_BY_ITSELF = ("finished", "exited")


class WasmEngine:
    """Guests on as many threads as there are cores. Use it as a context manager; it leaves nothing running behind."""

    def __init__(self, runtimes: Runtimes, workers: int | None = None) -> None:
        """Run jobs on `workers` threads; all cores where it is None."""
        self._runtimes = runtimes
        self._token = secrets.token_hex(8)
        self._threads = DeepThreads(workers or os.cpu_count() or 1)
        self._ticker = Ticker(runtimes.engine)
        self._is_closed = False
        self._running: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Stop what runs and end the threads."""
        self._is_closed = True
        if self._running:
            self._ticker.stop_all()
        self._threads.close()
        self._ticker.close()

    def run(self, jobs: Sequence[Job]) -> list[JobResult]:
        """Run jobs side by side and return their results in order.

        Raises:
            SandboxError: a guest is not installed, or not the one that is known.
        """
        for language in {job.language for job in jobs}:
            self._runtimes.get(language)
        futures = [self._threads.submit(self._run, job) for job in jobs]
        return [future.result() for future in futures]

    def run_one(self, job: Job) -> JobResult:
        """Run one job; see `run`."""
        return self.run([job])[0]

    def _run(self, job: Job) -> JobResult:
        self._running.add(threading.get_ident())
        try:
            return self._finish(job)
        finally:
            self._running.discard(threading.get_ident())

    def _finish(self, job: Job) -> JobResult:
        started = time.thread_time()
        progress = _JobProgress(job, self._token)
        runtime = self._runtimes.get(job.language)
        while (calls := progress.next_calls()) is not None:
            if self._is_closed:
                raise CancelledError
            progress.take(calls, run_instance(runtime, _requests(job, calls, self._token), job.limits, job.stdin))
        return progress.result(runtime.description, time.thread_time() - started)


def _requests(job: Job, calls: Sequence[Call], token: str) -> list[FueledRequest]:
    load = LoadRequest(job.code, job.program, job.measured, token)
    requests = [FueledRequest(to_json(request_of(index, call)), call.budget) for index, call in calls]
    return [FueledRequest(to_json(load), job.budget), *requests]


class _JobProgress:
    """What is known of a job so far, over the instances it took."""

    def __init__(self, job: Job, token: str) -> None:
        self._job = job
        self._token = token
        self._loading: CallOutcome | None = None
        self._outcomes: dict[int, CallOutcome] = {}
        self._runs: list[InstanceRun] = []
        self._fuel = 0

    def next_calls(self) -> list[Call] | None:
        """Return the calls of the next instance, or None where nothing is left to be run."""
        if self._loading is None:
            return self._pending()
        over = self._loading.status != "returned" or (self._job.growing and self._is_stopped())
        return None if over else self._pending() or None

    def _pending(self) -> list[Call]:
        pending = [(index, call) for index, call in enumerate(self._job.calls) if index not in self._outcomes]
        return pending[:1] if self._job.measured else pending

    def _is_stopped(self) -> bool:
        return any(outcome.status in ("exhausted", "died") for outcome in self._outcomes.values())

    def take(self, calls: Sequence[Call], run: InstanceRun) -> None:
        """Read what an instance reported; the call it was at when it ended, unreported, is the one that ended it."""
        self._runs.append(run)
        self._fuel += sum(run.spent)
        reports = _first_reports(run.reports, self._token)
        loading, *spent = run.spent or (0,)
        self._loading = _outcome(reports.get(LOADING), run.ended, loading)
        if self._job.program and self._loading.ended in _BY_ITSELF:
            self._loading = CallOutcome("returned", fuel=loading)
        elif self._loading.status == "returned":
            for (index, _), fuel in zip(calls, spent, strict=False):
                self._outcomes[index] = _outcome(reports.get(index), run.ended, fuel)
            if calls and not spent:
                self._loading = CallOutcome("died", fuel=loading)

    def result(self, engine: str, cpu_seconds: float) -> JobResult:
        """Return what came of the job."""
        last = self._runs[-1]
        return JobResult(
            loading=self._loading or CallOutcome("not run"),
            outcomes=tuple(self._outcomes.get(i, CallOutcome("not run")) for i in range(len(self._job.calls))),
            ended=last.ended,
            status=last.status,
            stdout=last.stdout,
            refused=tuple(dict.fromkeys(refused for run in self._runs for refused in run.refused)),
            cpu_seconds=cpu_seconds,
            fuel=self._fuel,
            memory=max(run.memory for run in self._runs),
            engine=engine,
        )


def _first_reports(lines: Sequence[str], token: str) -> Mapping[int, CallReport]:
    """Return the first report of every call: what comes later, or without the token, is not the harness's."""
    reports: dict[int, CallReport] = {}
    for line in lines:
        report = read_report(line.removeprefix(token)) if line.startswith(token) else None
        if isinstance(report, CallReport):
            reports.setdefault(report.call, report)
    return reports


def _outcome(report: CallReport | None, ended: InstanceEnd, fuel: int) -> CallOutcome:
    if report is not None:
        return outcome_of(report, fuel)
    return CallOutcome("exhausted" if ended == "fuel" else "died", fuel=fuel, ended=ended)


def open_wasm(workers: int | None, announce: Callable[[str], None]) -> WasmEngine:
    """Return an engine with the default guests; a guest is compiled when it is first needed, which `announce` is told.

    Raises:
        SandboxError: the installed wasmtime cannot be set up.
    """
    return WasmEngine(Runtimes(DEFAULT_GUESTS, announce), workers)
