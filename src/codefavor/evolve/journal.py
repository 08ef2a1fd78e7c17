"""The journal of a run: one line for every seed that is settled, in the order in which they were.

A killed process loses at most the line it was writing. What is in memory is one number a seed.
"""

from array import array
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from codefavor.errors import DataError
from codefavor.evolve.conversation import AnsweredCall
from codefavor.evolve.protocol import Discard
from codefavor.jsonl import append_record, drop_torn_tail, refuse_second_writer
from codefavor.llm.protocol import Message
from codefavor.pairs.pair import PreferencePair
from codefavor.record import Record


class Settled(Record):
    """One seed and what became of it."""

    index: int
    """The seed's place among the seeds of the run, the first being 0."""
    source_id: str
    """The seed's id within its source."""
    seed: str
    """The seed's digest; a run is not continued on other seeds."""
    pair: PreferencePair | None = None
    """The pair it gave."""
    discard: Discard | None = None
    """Or why it gave none; its transcript is kept below."""
    transcript: tuple[Message, ...] = ()
    """What was said."""
    calls: tuple[AnsweredCall, ...] = ()
    """The answered requests behind it."""


def read_settled(path: Path) -> Iterator[Settled]:
    """Yield what a journal holds in the order in which it was settled; it takes no lock and skips a line half-written.

    Raises:
        DataError: there is no such journal, or it is damaged.
    """
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.endswith(b"\n"):
                    yield _parse(path, number, line)
    except OSError as error:
        raise DataError(f"{path}: {error.strerror}; is this the folder of a run?") from None


def _parse(path: Path, number: int, line: bytes) -> Settled:
    try:
        return Settled.model_validate_json(line)
    except ValueError:
        raise DataError(f"{path}, line {number}: no settled seed; the journal is damaged") from None


_MISSING = -1


class Journal:
    """Settled seeds in one file, appended to and read back by index; use it as a context manager."""

    def __init__(self, path: Path) -> None:
        """Open `path`, made if it is not there, and find what it holds.

        Raises:
            DataError: a line is no settled seed.
        """
        self._path = path
        self._out = path.open("a", encoding="utf-8", newline="\n")
        refuse_second_writer(self._out, path)
        drop_torn_tail(path)
        self._offsets = array("q")
        self._digests = array("Q")
        offset = 0
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                self._place(_parse(path, number, line), offset)
                offset += len(line)
        self._end = offset

    def _place(self, settled: Settled, offset: int) -> None:
        while len(self._offsets) <= settled.index:
            self._offsets.append(_MISSING)
            self._digests.append(0)
        self._offsets[settled.index] = offset
        self._digests[settled.index] = int(settled.seed, 16)

    def __contains__(self, index: int) -> bool:
        return index < len(self._offsets) and self._offsets[index] != _MISSING

    def settled(self, index: int, digest: str) -> bool:
        """Return whether the seed at `index`, whose digest is given, is settled.

        Raises:
            DataError: another seed is settled under this index, so the source has changed since the run began.
        """
        if index not in self:
            return False
        if self._digests[index] != int(digest, 16):
            raise DataError(f"{self._path}: seed {index} was another one when the run began; choose a new folder")
        return True

    def __len__(self) -> int:
        return len(self._offsets) - self._offsets.count(_MISSING)

    def add(self, settled: Settled) -> None:
        """Append one settled seed; it is with the operating system when this returns."""
        append_record(self._out, settled)
        self._place(settled, self._end)
        self._end += len(settled.model_dump_json(exclude_none=True).encode()) + 1

    def __iter__(self) -> Iterator[Settled]:
        """Yield what is settled in the order of the seeds, one at a time."""
        with self._path.open("rb") as lines:
            for offset in self._offsets:
                if offset != _MISSING:
                    lines.seek(offset)
                    yield Settled.model_validate_json(lines.readline())

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._out.close()
