"""Brings comparisons of concurrent requests to the judge together, and each its verdict back.

Judges block, so they run in threads; everything else here belongs to one event loop. What a comparison is and who asks
is not known here.
"""

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass

from codefavor.errors import CodeFavorError
from codefavor.judge.protocol import Judge
from codefavor.pairs.comparison import Comparison
from codefavor.pairs.verdict import Verdict
from codefavor.serve.metrics import Metrics

_LOG = logging.getLogger(__name__)
_LONGEST_RETRY = 60
_RECENT = 0.2
"""How much the latest batch weighs in what a comparison is expected to take."""


@dataclass(frozen=True)
class Pace:
    """How comparisons are brought together."""

    most: int = 64
    """Comparisons in one call of the judge."""
    linger: float = 0.004
    """Seconds that the first comparison waits for others."""
    lanes: int = 1
    """Calls of the judge at once."""
    waiting: int = 1024
    """Comparisons that may wait; more are refused."""


class Busy(Exception):
    """Too many comparisons wait; `retry_after` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many comparisons are waiting; ask again in {retry_after} s")
        self.retry_after = retry_after


@dataclass(frozen=True, eq=False)
class _Asked:
    comparison: Comparison
    answer: asyncio.Future[Verdict]


class Batcher:
    """A queue in front of a judge."""

    def __init__(self, judge: Judge, pace: Pace, metrics: Metrics) -> None:
        self._judge = judge
        self._pace = pace
        self._metrics = metrics
        self._queue: dict[_Asked, None] = {}
        self._some = asyncio.Event()
        self._enough = asyncio.Event()
        self._seconds = 0.0
        self._stopped = False

    @property
    def waiting(self) -> int:
        """How many comparisons wait."""
        return len(self._queue)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Judge what is asked as long as the context lasts."""
        threads = ThreadPoolExecutor(self._pace.lanes, thread_name_prefix="judge")
        lanes = [asyncio.create_task(self._lane(threads)) for _ in range(self._pace.lanes)]
        try:
            yield
        finally:
            self._stopped = True
            for lane in lanes:
                lane.cancel()
            await asyncio.gather(*lanes, return_exceptions=True)
            threads.shutdown(wait=False, cancel_futures=True)

    async def ask(self, comparison: Comparison) -> Verdict:
        """Return the judge's verdict; a caller that is cancelled takes its comparison out of the queue.

        Raises:
            Busy: too many comparisons wait.
            CodeFavorError: the judge failed in a way it names.
        """
        if len(self._queue) >= self._pace.waiting:
            raise Busy(self._retry_after())
        asked = _Asked(comparison, asyncio.get_running_loop().create_future())
        self._queue[asked] = None
        self._changed()
        try:
            return await asked.answer
        finally:
            if asked in self._queue:
                del self._queue[asked]
                self._metrics.dropped.inc()
                self._changed()

    def _changed(self) -> None:
        self._metrics.waiting.set(len(self._queue))
        for event, wanted in ((self._some, 1), (self._enough, self._pace.most)):
            event.set() if len(self._queue) >= wanted else event.clear()

    def _retry_after(self) -> int:
        seconds = self._seconds * len(self._queue) / self._pace.lanes
        return max(1, min(_LONGEST_RETRY, math.ceil(seconds)))

    async def _lane(self, threads: ThreadPoolExecutor) -> None:
        while True:
            batch = await self._collect()
            comparisons = [asked.comparison for asked in batch]
            started = time.perf_counter()
            outcomes = await asyncio.get_running_loop().run_in_executor(threads, self._answers, comparisons)
            self._count(len(batch), time.perf_counter() - started)
            for asked, outcome in zip(batch, outcomes, strict=True):
                self._deliver(asked, outcome)

    async def _collect(self) -> list[_Asked]:
        while True:
            await self._some.wait()
            try:
                async with asyncio.timeout(self._pace.linger):
                    await self._enough.wait()
            except TimeoutError:
                pass
            batch = list(self._queue)[: self._pace.most]
            for asked in batch:
                del self._queue[asked]
            self._changed()
            if batch:  # another lane may have been faster
                return batch

    def _answers(self, comparisons: Sequence[Comparison]) -> Sequence[Verdict | Exception]:
        try:
            verdicts = self._judge.judge(comparisons)
            if len(verdicts) != len(comparisons):
                raise RuntimeError(f"{len(verdicts)} verdicts on {len(comparisons)} comparisons")
            return verdicts
        except CodeFavorError as error:
            return [error] * len(comparisons)
        except Exception as error:  # noqa: BLE001 - one comparison that a judge breaks on takes no other along
            if len(comparisons) == 1 or self._stopped:
                if not self._stopped:  # nobody waits any more, and the judge's sandbox may be closed under it
                    _LOG.exception("the judge broke on a comparison")
                return [error] * len(comparisons)
            return [outcome for comparison in comparisons for outcome in self._answers([comparison])]

    def _count(self, size: int, seconds: float) -> None:
        self._metrics.batches.observe(size)
        self._metrics.judging.observe(seconds)
        self._seconds += _RECENT * (seconds / size - self._seconds)

    def _deliver(self, asked: _Asked, outcome: Verdict | Exception) -> None:
        if asked.answer.done():  # nobody waits any more
            self._metrics.dropped.inc()
        elif isinstance(outcome, Exception):
            asked.answer.set_exception(outcome)
        else:
            self._metrics.verdicts.labels(outcome.choice or "undecided").inc()
            asked.answer.set_result(outcome)
