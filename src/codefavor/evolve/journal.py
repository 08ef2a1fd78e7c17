"""The journal of a run: one line for every seed that is settled, in the order in which they were.

A killed process loses at most the line it was writing. What is in memory is one number a seed.
"""

from array import array
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from codefavor.errors import DataError
from codefavor.evolve.conversation import Call
from codefavor.evolve.protocol import Discard
from codefavor.jsonl import append_record, drop_torn_tail
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
    calls: tuple[Call, ...] = ()
    """The answered requests behind it."""

    def full_discard(self) -> Discard | None:
        """Return the discard with its transcript."""
        return self.discard.model_copy(update={"transcript": self.transcript}) if self.discard else None


_MISSING = -1


class Journal:
    """Settled seeds in one file, appended to and read back by index; use it as a context manager."""

    def __init__(self, path: Path) -> None:
        """Open `path`, made if it is not there, and find what it holds.

        Raises:
            DataError: a line is no settled seed.
        """
        self._path = path
        drop_torn_tail(path)
        self._offsets = array("q")
        self._out = path.open("a", encoding="utf-8", newline="\n")
        offset = 0
        with path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    index = Settled.model_validate_json(line).index
                except ValueError:
                    raise DataError(f"{path}, line {number}: no settled seed; the journal is damaged") from None
                self._place(index, offset)
                offset += len(line)
        self._end = offset

    def _place(self, index: int, offset: int) -> None:
        while len(self._offsets) <= index:
            self._offsets.append(_MISSING)
        self._offsets[index] = offset

    def __contains__(self, index: int) -> bool:
        return index < len(self._offsets) and self._offsets[index] != _MISSING

    def __len__(self) -> int:
        return len(self._offsets) - self._offsets.count(_MISSING)

    def add(self, settled: Settled) -> None:
        """Append one settled seed; it is with the operating system when this returns."""
        append_record(self._out, settled)
        self._place(settled.index, self._end)
        self._end += len(settled.model_dump_json(exclude_none=True).encode()) + 1

    def __iter__(self) -> Iterator[Settled]:
        """Yield what is settled in the order of the seeds, one at a time."""
        with self._path.open("rb") as lines:
            for offset in self._offsets:
                if offset != _MISSING:
                    lines.seek(offset)
                    yield Settled.model_validate_json(lines.readline())

    def get(self, index: int) -> Settled | None:
        """Return what became of one seed, or None when it is not settled."""
        if index not in self:
            return None
        with self._path.open("rb") as lines:
            lines.seek(self._offsets[index])
            return Settled.model_validate_json(lines.readline())

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._out.close()
