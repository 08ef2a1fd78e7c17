"""The journal of a run: records appended one a line, each with the operating system before the next is begun.

A killed process loses at most the line it was writing, and that line is cut when the journal is opened again. One
process at a time writes a journal: it holds a lock (flock), which the operating system releases however the process
ends, so that a killed run leaves nothing to clean up. What a record means is not known here.
"""

import os
from array import array
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Generic, Self, TypeVar

from pydantic import ValidationError

from codefavor.errors import DataError, RecordError
from codefavor.record import Record, explain

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None  # type: ignore[assignment]

JOURNAL_FILE = "journal.jsonl"

RecordT = TypeVar("RecordT", bound=Record)


class Journal(Generic[RecordT]):
    """Records in one file, appended to and read back; use it as a context manager."""

    def __init__(self, path: Path, record_type: type[RecordT]) -> None:
        """Open `path`, made if it is not there, for this process alone.

        Raises:
            DataError: another process is writing it, or its file system cannot lock files.
        """
        self._path = path
        self._record_type = record_type
        path.parent.mkdir(parents=True, exist_ok=True)
        # Without a buffer: what could not be written, on a full disk, must not be written later.
        self._out = path.open("ab", buffering=0)
        lock(self._out, path)
        drop_torn_tail(path)
        self._end = path.stat().st_size

    def append(self, record: RecordT) -> int:
        """Append a record and return its place; it is with the operating system when this returns.

        Raises:
            OSError: it cannot be written; the journal is as it was before.
        """
        offset = self._end
        line = record.model_dump_json(exclude_none=True).encode() + b"\n"
        try:
            written = 0
            while written < len(line):
                written += self._out.write(line[written:]) or 0
        except OSError:
            os.ftruncate(self._out.fileno(), offset)
            raise
        self._end += len(line)
        return offset

    def drop_from(self, is_first: Callable[[RecordT], bool]) -> None:
        """Forget the first record that `is_first` is true of, and all after it."""
        for offset, record in self.places():
            if is_first(record):
                os.ftruncate(self._out.fileno(), offset)
                self._end = offset
                return

    def places(self) -> Iterator[tuple[int, RecordT]]:
        """Yield every record with its place, in the order in which they were appended.

        Raises:
            RecordError: a line is no such record.
        """
        offset = 0
        with self._path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                yield offset, _parse(self._path, number, line, self._record_type)
                offset += len(line)

    def read(self, offsets: Iterable[int]) -> Iterator[RecordT]:
        """Yield the records at some places, one at a time."""
        with self._path.open("rb") as lines:
            for offset in offsets:
                lines.seek(offset)
                yield self._record_type.model_validate_json(lines.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the file and release the lock."""
        self._out.close()


class NumberedRecord(Record):
    """What became of one input of a run."""

    index: int
    """The input's place among all, the first being 0."""

    @property
    def input_digest(self) -> str:
        """The input's digest, 16 hex digits; a run is not resumed on other inputs."""
        raise NotImplementedError


NumberedT = TypeVar("NumberedT", bound=NumberedRecord)
InputT = TypeVar("InputT", bound=Record)
_MISSING = -1


class NumberedJournal(Generic[NumberedT]):
    """What became of the inputs of a run, by their numbers; use it as a context manager.

    In memory are two numbers an input, so that a run may have millions.
    """

    def __init__(self, path: Path, record_type: type[NumberedT]) -> None:
        """Open `path`, made if it is not there, and find what it holds.

        Raises:
            DataError: a line is no such record, or another process is writing it.
        """
        self._path = path
        self._journal = Journal(path, record_type)
        self._first = 0
        self._offsets = array("q")
        self._digests = array("Q")
        self._count = 0
        try:
            for offset, record in self._journal.places():
                self._place(record, offset)
        except DataError:
            self._journal.close()
            raise

    def _place(self, record: NumberedT, offset: int) -> None:
        if not self._offsets:
            self._first = record.index
        # A worker of a cluster has a part of the inputs, whose numbers begin anywhere.
        if (before := self._first - record.index) > 0:
            self._offsets = array("q", [_MISSING]) * before + self._offsets
            self._digests = array("Q", [0]) * before + self._digests
            self._first = record.index
        place = record.index - self._first
        if (beyond := place + 1 - len(self._offsets)) > 0:
            self._offsets.extend(array("q", [_MISSING]) * beyond)
            self._digests.extend(array("Q", [0]) * beyond)
        self._count += self._offsets[place] == _MISSING
        self._offsets[place] = offset
        self._digests[place] = int(record.input_digest, 16)

    def __contains__(self, index: int) -> bool:
        return 0 <= index - self._first < len(self._offsets) and self._offsets[index - self._first] != _MISSING

    def holds(self, index: int, digest: str) -> bool:
        """Return whether the input at `index`, whose digest is given, is finished.

        Raises:
            DataError: another input was finished under this number, so the source has changed since the run began.
        """
        if index not in self:
            return False
        if self._digests[index - self._first] != int(digest, 16):
            raise DataError(f"{self._path}: input {index} was another one when the run began; choose another --out")
        return True

    def unfinished(self, inputs: Iterable[tuple[int, InputT]]) -> Iterator[tuple[int, InputT]]:
        """Yield the inputs, each with its number, that are not finished.

        Raises:
            DataError: the source has changed since the run began.
        """
        return ((index, value) for index, value in inputs if not self.holds(index, value.digest()))

    def __len__(self) -> int:
        return self._count

    def add(self, record: NumberedT) -> None:
        """Append what became of an input; it is with the operating system when this returns."""
        self._place(record, self._journal.append(record))

    def __iter__(self) -> Iterator[NumberedT]:
        """Yield the records in the order of the inputs, one at a time."""
        return self._journal.read(offset for offset in self._offsets if offset != _MISSING)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._journal.close()


def read_journal(path: Path, record_type: type[RecordT]) -> Iterator[RecordT]:
    """Yield the whole lines of a journal in the order in which they were appended, while it may be written.

    Raises:
        DataError: there is no such journal, or it is damaged.
    """
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.endswith(b"\n"):
                    yield _parse(path, number, line, record_type)
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}; is this the folder of a run?") from None


def lock(file: IO[Any], path: Path) -> None:
    """Hold the open file at `path` for this process until it is closed: two writers would tear each other's lines.

    Raises:
        DataError: another process holds it, or its file system cannot lock files; `file` is closed.
    """
    if fcntl is None:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise DataError(f"{path}: another process is working on this run") from None
    except OSError as error:
        file.close()
        raise DataError(f"{path}: files cannot be locked here ({error.strerror}); choose another --out") from None


def drop_torn_tail(path: Path) -> None:
    """Cut a last line that a killed process left without its newline, so that appending can go on."""
    if not path.exists() or path.suffix in {".gz", ".zst"}:
        return
    with path.open("r+b") as file:
        content_end = file.seek(0, os.SEEK_END)
        position = content_end
        while position > 0:
            start = max(0, position - 65536)
            file.seek(start)
            newline = file.read(position - start).rfind(b"\n")
            if newline >= 0:
                file.truncate(start + newline + 1)
                return
            position = start
        file.truncate(0)


def _parse(path: Path, number: int, line: bytes, record_type: type[RecordT]) -> RecordT:
    try:
        return record_type.model_validate_json(line)
    except ValidationError as error:
        raise RecordError(path, number, f"{explain(error)}; the journal is damaged") from None
