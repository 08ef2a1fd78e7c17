"""A run over many problems that can be killed: its settings, and one line for every problem that is finished.

It knows nothing of what a line says beyond the place and the digest of its problem. Lines are in the order in which
problems were finished; they are read back in the order of the file.
"""

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Generic, Self, TypeVar

from pydantic import ValidationError

from codefavor.errors import DataError, UserError
from codefavor.jsonl import append_record, drop_torn_tail, refuse_second_writer
from codefavor.record import Record

SETTINGS_FILE = "settings.json"
JOURNAL_FILE = "journal.jsonl"


class Finished(Record):
    """One problem that is done, whatever else its line says."""

    index: int = 0
    """The problem's place in its file, the first being 0."""
    task: str
    """The problem's digest; a run is not continued on other problems."""


LineT = TypeVar("LineT", bound=Finished)


class Journal(Generic[LineT]):
    """The finished problems of one folder; use it as a context manager. What is in memory is one entry a problem."""

    def __init__(self, out: Path, settings: Record, line: type[LineT]) -> None:
        """Begin a run in `out`, or go on with one of the same settings.

        Raises:
            UserError: `out` holds a run under other settings, something else, or cannot be written.
            DataError: the journal is damaged, or another process is writing it.
        """
        _claim(out, settings)
        self._path = out / JOURNAL_FILE
        self._line = line
        self._out = self._path.open("a", encoding="utf-8", newline="\n")
        refuse_second_writer(self._out, self._path)
        drop_torn_tail(self._path)
        self._offsets: dict[int, int] = {}
        self._digests: dict[int, str] = {}
        offset = 0
        with self._path.open("rb") as lines:
            for number, text in enumerate(lines, start=1):
                self._place(self._parse(number, text), offset)
                offset += len(text)
        self._end = offset

    def _parse(self, number: int, text: bytes) -> LineT:
        try:
            return self._line.model_validate_json(text)
        except ValueError:
            raise DataError(f"{self._path}, line {number}: no finished problem; the journal is damaged") from None

    def _place(self, line: LineT, offset: int) -> None:
        self._offsets[line.index] = offset
        self._digests[line.index] = line.task

    def finished(self, index: int, digest: str) -> bool:
        """Return whether the problem at this place, whose digest is given, is finished.

        Raises:
            DataError: another problem was finished at this place, so the file has changed since the run began.
        """
        before = self._digests.get(index)
        if before not in (None, digest):
            raise DataError(f"{self._path}: problem {index} was another one when the run began; name a new folder")
        return before is not None

    def __len__(self) -> int:
        return len(self._offsets)

    def add(self, line: LineT) -> None:
        """Append one finished problem; it is with the operating system when this returns."""
        append_record(self._out, line)
        self._place(line, self._end)
        self._end += len(line.model_dump_json(exclude_none=True).encode()) + 1

    def __iter__(self) -> Iterator[LineT]:
        """Yield what is finished in the order of the problems, one at a time."""
        with self._path.open("rb") as lines:
            for index in sorted(self._offsets):
                lines.seek(self._offsets[index])
                yield self._line.model_validate_json(lines.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._out.close()


def _claim(out: Path, settings: Record) -> None:
    path = out / SETTINGS_FILE
    if not path.is_file():
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise UserError(f"{out}: exists and holds no such run; name a new or empty folder")
        try:
            out.mkdir(parents=True, exist_ok=True)
            write_json(path, settings)
        except OSError as error:
            raise UserError(f"{out}: cannot be written: {error.strerror}") from None
        return
    try:
        before = type(settings).model_validate_json(path.read_bytes())
    except ValidationError:
        raise DataError(f"{path}: not the settings of such a run; name a new folder") from None
    changed = [name for name in type(settings).model_fields if getattr(before, name) != getattr(settings, name)]
    if changed:
        raise UserError(
            f"{out}: begun with another {' and '.join(changed).replace('_', ' ')}; "
            "continue with what settings.json says, or name a new folder"
        )


def write_json(path: Path, record: Record) -> None:
    """Write a record as indented JSON, all or nothing."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(record.model_dump_json(indent=2) + "\n", encoding="utf-8")
    partial.replace(path)
