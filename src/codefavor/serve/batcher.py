"""Brings comparisons of concurrent requests to the judge together, and each its verdict back.

Judges block, so they run in threads; everything else here belongs to one event loop. What a comparison is and who asks
is not known here.
"""

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice

from codefavor.errors import CodeFavorError
from codefavor.judges.protocol import Judge
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Verdict
from codefavor.serve.metrics import Metrics

_LOG = logging.getLogger(__name__)
_LONGEST_RETRY = 60
_RECENT = 0.2
"""How much the latest batch weighs in what a comparison is expected to take."""


@dataclass(frozen=True)
class BatchSettings:
    """How comparisons are brought together."""

    max_batch: int = 64
    """Comparisons in one call of the judge."""
    max_wait: float = 0.004
    """Seconds that the first comparison waits for others."""
    workers: int = 1
    """Calls of the judge at once."""
    max_waiting: int = 1024
    """Comparisons that may wait; more are refused."""


class Busy(Exception):
    """Too many comparisons wait; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many comparisons are waiting; ask again in {retry_after} s")
        self.retry_after = retry_after


@dataclass(frozen=True, eq=False)
class _Request:
    comparisons: tuple[Comparison, ...]
    answer: asyncio.Future[list[Verdict]]


class Batcher:
    """A queue in front of a judge."""

    def __init__(self, judge: Judge, batching: BatchSettings, metrics: Metrics) -> None:
        self._judge = judge
        self._batching = batching
        self._metrics = metrics
        self._queue: dict[_Request, None] = {}
        self._some = asyncio.Event()
        self._enough = asyncio.Event()
        self._seconds = 0.0
        self._stopped = False
        self.waiting = 0
        """How many comparisons wait."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Judge what is asked as long as the context lasts."""
        threads = ThreadPoolExecutor(self._batching.workers, thread_name_prefix="judge")
        workers = [asyncio.create_task(self._work(threads)) for _ in range(self._batching.workers)]
        try:
            yield
        finally:
            self._stopped = True
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
            threads.shutdown(wait=False, cancel_futures=True)

    async def ask(self, *comparisons: Comparison, begun: bool = False) -> list[Verdict]:
        """Return the judge's verdicts, given in one call; a caller that is cancelled leaves the queue.

        Args:
            comparisons: what is asked.
            begun: whether it belongs to work that was admitted before, and is not refused for requests that came since.

        Raises:
            Busy: too many comparisons wait.
            CodeFavorError: the judge failed in a way it names.
        """
        if not begun and self.waiting >= self._batching.max_waiting:
            raise Busy(self._retry_after())
        request = _Request(comparisons, asyncio.get_running_loop().create_future())
        self._queue[request] = None
        self._changed(len(comparisons))
        try:
            return await request.answer
        finally:
            if request in self._queue:
                del self._queue[request]
                self._changed(-len(comparisons))
                self._metrics.dropped.inc(len(comparisons))

    def _changed(self, by: int) -> None:
        self.waiting += by
        self._metrics.waiting.set(self.waiting)
        for event, wanted in ((self._some, 1), (self._enough, self._batching.max_batch)):
            if self.waiting >= wanted:
                event.set()
            else:
                event.clear()

    def _retry_after(self) -> int:
        seconds = self._seconds * self.waiting / self._batching.workers
        return max(1, min(_LONGEST_RETRY, math.ceil(seconds)))

    async def _work(self, threads: ThreadPoolExecutor) -> None:
        while True:
            batch = await self._collect()
            groups = [request.comparisons for request in batch]
            size = sum(map(len, groups))
            started = time.perf_counter()
            outcomes = await asyncio.get_running_loop().run_in_executor(threads, self._answers, groups)
            self._count(size, time.perf_counter() - started)
            for request, outcome in zip(batch, outcomes, strict=True):
                self._deliver(request, outcome)

    async def _collect(self) -> list[_Request]:
        while True:
            await self._some.wait()
            try:
                async with asyncio.timeout(self._batching.max_wait):
                    await self._enough.wait()
            except TimeoutError:
                pass
            batch = self._next()
            if batch:  # another worker may have been faster
                return batch

    def _next(self) -> list[_Request]:
        """Take what fits into one call of the judge, and at least one request's."""
        batch: list[_Request] = []
        size = 0
        for request in list(self._queue):
            if batch and size + len(request.comparisons) > self._batching.max_batch:
                break
            del self._queue[request]
            batch.append(request)
            size += len(request.comparisons)
        self._changed(-size)
        return batch

    def _answers(self, groups: Sequence[tuple[Comparison, ...]]) -> Sequence[list[Verdict] | Exception]:
        comparisons = [comparison for group in groups for comparison in group]
        try:
            verdicts = self._judge.judge(comparisons)
            if len(verdicts) != len(comparisons):
                raise RuntimeError(f"{len(verdicts)} verdicts on {len(comparisons)} comparisons")
        except CodeFavorError as error:
            return [error] * len(groups)
        except Exception as error:  # noqa: BLE001 - one comparison that a judge breaks on takes no other along
            if len(groups) == 1 or self._stopped:
                if not self._stopped:  # nobody waits any more, and the judge's sandbox may be closed under it
                    _LOG.exception("the judge broke on a comparison")
                return [error] * len(groups)
            return [outcome for group in groups for outcome in self._answers([group])]
        following = iter(verdicts)
        return [list(islice(following, len(group))) for group in groups]

    def _count(self, size: int, seconds: float) -> None:
        self._metrics.batches.observe(size)
        self._metrics.judging.observe(seconds)
        self._seconds += _RECENT * (seconds / max(1, size) - self._seconds)

    def _deliver(self, request: _Request, outcome: list[Verdict] | Exception) -> None:
        if request.answer.done():  # nobody waits any more
            self._metrics.dropped.inc(len(request.comparisons))
        elif isinstance(outcome, Exception):
            request.answer.set_exception(outcome)
        else:
            for verdict in outcome:
                self._metrics.verdicts.labels(verdict.choice or "undecided").inc()
            request.answer.set_result(outcome)


class QueuedJudge:
    """The batcher as a judge, for work that runs in a thread and asks many times over."""

    def __init__(self, name: str, batcher: Batcher) -> None:
        """Ask `batcher`, whose event loop is the running one."""
        self.name = name
        self._batcher = batcher
        self._loop = asyncio.get_running_loop()
        self._asked: Future[list[Verdict]] | None = None
        self._stopped = False

    def judge(self, comparisons: Sequence[Comparison]) -> list[Verdict]:
        """Return the verdicts.

        Raises:
            CancelledError: nobody waits for what comes of it.
            CodeFavorError: the judge failed in a way it names.
        """
        asking = self._batcher.ask(*comparisons, begun=self._asked is not None)
        self._asked = asyncio.run_coroutine_threadsafe(asking, self._loop)
        if self._stopped:
            self._asked.cancel()
        return self._asked.result()

    def stop(self) -> None:
        """End the work at its next question, or at this one."""
        self._stopped = True
        if self._asked is not None:
            self._asked.cancel()
