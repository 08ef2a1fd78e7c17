"""The one concurrency loop: an async function over any number of items, a bounded number at a time, in flat memory.

It knows nothing of models. A failure of ours is a value beside its item; anything else is a bug and ends the run.
Retries, limits and money are `rate_limited_model`, below it.
"""

import asyncio
import itertools
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from codefavor.errors import BudgetExceeded, CodeFavorError

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")

_AHEAD = {True: 8, False: 2}
"""How many items, for each one worked on, may be drawn and not handed over; in order, a slow one holds up the rest."""
_END = object()


@dataclass(frozen=True, slots=True)
class Done(Generic[ItemT, ResultT]):
    """An item with what became of it."""

    item: ItemT
    value: ResultT


@dataclass(frozen=True, slots=True)
class Failed(Generic[ItemT]):
    """An item that failed, and why."""

    item: ItemT
    error: CodeFavorError


async def run(
    items: Iterable[ItemT],
    work: Callable[[ItemT], Awaitable[ResultT]],
    concurrency: int,
    *,
    ordered: bool = False,
) -> AsyncGenerator[Done[ItemT, ResultT] | Failed[ItemT], None]:
    """Yield every item with its result or its failure, as they end, or in the order of `items`.

    Items are drawn one at a time, in a thread, as there is capacity for them: a slow source holds up nothing, and an
    endless one is fine. Close the iterator (`contextlib.aclosing`) when leaving early: work in flight is cancelled and
    awaited, as it is when the task itself is cancelled, by Ctrl-C for one.

    Raises:
        BudgetExceeded: the budget is spent. No item was drawn since, those in flight were finished, and all of them
            were yielded before this is raised, the ones that the budget stopped as failures.
    """
    flow = _Flow(items, work, concurrency * _AHEAD[ordered])
    workers = [asyncio.create_task(flow.work_off()) for _ in range(concurrency)]
    for worker in workers:
        worker.add_done_callback(flow.ended.put_nowait)
    try:
        outcomes = _in_order(flow, concurrency) if ordered else _as_ended(flow, concurrency)
        async for _, outcome in outcomes:
            yield outcome
    finally:
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    if flow.budget_error:
        raise flow.budget_error


_Numbered = tuple[int, Done[ItemT, ResultT] | Failed[ItemT]]


class _Flow(Generic[ItemT, ResultT]):
    """The items on their way through the workers."""

    def __init__(self, items: Iterable[ItemT], work: Callable[[ItemT], Awaitable[ResultT]], ahead: int) -> None:
        self._items: Iterator[ItemT] = iter(items)
        self._numbers = itertools.count()
        self._work = work
        self._drawing = asyncio.Lock()
        self._is_over = False
        self.capacity = asyncio.Semaphore(ahead)
        self.ended: asyncio.Queue[_Numbered[ItemT, ResultT] | asyncio.Task[None]] = asyncio.Queue()
        self.budget_error: BudgetExceeded | None = None

    async def work_off(self) -> None:
        while True:
            await self.capacity.acquire()
            async with self._drawing:
                if self._is_over or self.budget_error:
                    self.capacity.release()
                    return
                item = await asyncio.to_thread(next, self._items, _END)
                number = next(self._numbers)
            if item is _END:
                self._is_over = True
                self.capacity.release()
                return
            self.ended.put_nowait((number, await self._outcome(item)))  # type: ignore[arg-type]

    async def _outcome(self, item: ItemT) -> Done[ItemT, ResultT] | Failed[ItemT]:
        try:
            return Done(item, await self._work(item))
        except CodeFavorError as error:
            if isinstance(error, BudgetExceeded):
                self.budget_error = self.budget_error or error
            return Failed(item, error)


async def _as_ended(flow: _Flow[ItemT, ResultT], workers: int) -> AsyncIterator[_Numbered[ItemT, ResultT]]:
    while workers:
        ended = await flow.ended.get()
        if isinstance(ended, asyncio.Task):
            ended.result()
            workers -= 1
        else:
            flow.capacity.release()
            yield ended


async def _in_order(flow: _Flow[ItemT, ResultT], workers: int) -> AsyncIterator[_Numbered[ItemT, ResultT]]:
    early: dict[int, _Numbered[ItemT, ResultT]] = {}
    following = 0
    while workers:
        ended = await flow.ended.get()
        if isinstance(ended, asyncio.Task):
            ended.result()
            workers -= 1
            continue
        early[ended[0]] = ended
        while following in early:
            flow.capacity.release()
            yield early.pop(following)
            following += 1
