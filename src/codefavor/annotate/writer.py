"""The one writer of a running study: rows that arrive together are committed together, so that many votes share a sync.

Nobody is answered before their row is on the disk.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from codefavor.annotate.answers import Assignment, StudyAnswer
from codefavor.annotate.store import Store

_Waiting = tuple[Assignment | StudyAnswer, asyncio.Future[None]]


class Writer:
    """Appends rows to a store from one event loop."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: asyncio.Queue[_Waiting] = asyncio.Queue()

    async def append(self, row: Assignment | StudyAnswer) -> None:
        """Return when `row` is on the disk.

        Raises:
            sqlite3.Error: it could not be written.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        await self._waiting.put((row, done))
        await done

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write what is appended, until left; what was appended by then is written first."""
        task = asyncio.create_task(self._write())
        try:
            yield
        finally:
            await self._waiting.join()
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _write(self) -> None:
        while True:
            batch = [await self._waiting.get()]
            while not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            failure: Exception | None = None
            try:
                await asyncio.to_thread(self._store.append, [row for row, _ in batch])
            except Exception as error:  # noqa: BLE001  # whatever it is, it belongs to those who wait
                failure = error
            for _, done in batch:
                if not done.cancelled():
                    done.set_exception(failure) if failure else done.set_result(None)
                self._waiting.task_done()
