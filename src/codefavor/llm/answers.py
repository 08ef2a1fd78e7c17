"""The file of answers: SQLite, written by one thread in batches, durable before a write is acknowledged.

It maps a key to a completion and knows nothing of models. Several processes may share a file.
"""

import asyncio
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from pydantic import ValidationError

from codefavor.errors import DataError
from codefavor.llm.protocol import Completion

_BATCH = 512
_BUSY_SECONDS = 60.0
_SCHEMA = "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, model TEXT NOT NULL, completion TEXT NOT NULL)"


@dataclass(frozen=True, slots=True)
class _Write:
    row: tuple[str, str, str]
    written: asyncio.Future[None]


class AnswerFile:
    """Completions by key in one SQLite file; close it, or use it as a context manager."""

    def __init__(self, path: Path) -> None:
        """Open `path`, made if it is not there.

        Raises:
            DataError: it cannot be opened, or is no such file.
        """
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._reader = _connect(path)
            self._writer = _connect(path)
        except (OSError, sqlite3.Error) as error:
            raise DataError(f"{path}: not usable as a cache of answers: {error}") from None
        self._queue: SimpleQueue[_Write | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write_off, name="answers", daemon=True)
        self._thread.start()

    def get(self, key: str) -> Completion | None:
        """Return the completion kept under `key`, marked as cached, or None.

        Raises:
            DataError: the file is damaged.
        """
        try:
            row = self._reader.execute("SELECT completion FROM answers WHERE key = ?", (key,)).fetchone()
            kept = Completion.model_validate_json(row[0]) if row else None
        except (sqlite3.Error, ValidationError) as error:
            raise DataError(f"{self._path}: unreadable: {error}") from None
        return kept.model_copy(update={"cached": True}) if kept else None

    async def put(self, key: str, completion: Completion) -> None:
        """Keep `completion` under `key` unless something is kept there; return when it is on the disk.

        Raises:
            DataError: it could not be written.
        """
        written = asyncio.get_running_loop().create_future()
        row = (key, completion.model, completion.model_dump_json(exclude_none=True, exclude={"cached"}))
        self._queue.put(_Write(row, written))
        await written

    def __len__(self) -> int:
        count: int = self._reader.execute("SELECT COUNT(*) FROM answers").fetchone()[0]
        return count

    def _write_off(self) -> None:
        while writes := self._next_batch():
            failure: DataError | None = None
            try:
                with self._writer:
                    self._writer.executemany("INSERT OR IGNORE INTO answers VALUES (?, ?, ?)", [w.row for w in writes])
            except sqlite3.Error as error:
                failure = DataError(f"{self._path}: an answer could not be written: {error}")
            for loop in {write.written.get_loop() for write in writes}:
                own = [write.written for write in writes if write.written.get_loop() is loop]
                if not loop.is_closed():
                    loop.call_soon_threadsafe(_acknowledge, own, failure)

    def _next_batch(self) -> list[_Write]:
        """Wait for a write and return it with what else has come; an empty list when the file is closed."""
        first = self._queue.get()
        if first is None:
            return []
        batch = [first]
        while len(batch) < _BATCH:
            try:
                write = self._queue.get_nowait()
            except Empty:
                break
            if write is None:
                self._queue.put(None)
                break
            batch.append(write)
        return batch

    def close(self) -> None:
        """Write what is waiting and close the file."""
        self._queue.put(None)
        self._thread.join()
        self._reader.close()
        self._writer.close()

    def __enter__(self) -> "AnswerFile":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _connect(path: Path) -> sqlite3.Connection:
    # check_same_thread is off because the writer's connection is opened here and used by its thread alone.
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    with connection:
        connection.execute(_SCHEMA)
    return connection


def _acknowledge(waiting: list[asyncio.Future[None]], failure: DataError | None) -> None:
    for written in waiting:
        if written.done():
            continue
        if failure:
            written.set_exception(failure)
        else:
            written.set_result(None)
