"""JSON Lines files of records: streamed in, written atomically, compressed by suffix (`.gz`, `.zst`).

A bad line is an error named by file and line. Nothing here knows what a record means.
"""

import gzip
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any, TypeVar

from pydantic import ValidationError

from codefavor.errors import DataError, MissingExtraError, RecordError
from codefavor.record import Record, explain

if sys.platform != "win32":
    import fcntl

RecordT = TypeVar("RecordT", bound=Record)


def read_records(path: Path, record_type: type[RecordT]) -> Iterator[RecordT]:
    """Yield the records of `path` one at a time.

    Raises:
        DataError: the file is missing or unreadable.
        RecordError: a line is not JSON, or not such a record.
    """
    for number, row in read_rows(path):
        try:
            yield record_type.model_validate(row)
        except ValidationError as error:
            raise RecordError(path, number, explain(error)) from None


def read_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number, JSON object) for every non-empty line of `path`.

    Raises:
        DataError: the file is missing or unreadable.
        RecordError: a line is not a JSON object.
    """
    number = 0
    try:
        with open_text(path, "r") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, _parse_row(path, number, line)
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: unreadable after line {number}: {error}") from error


def _parse_row(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise RecordError(path, number, f"not JSON ({error.msg} at column {error.colno})") from None
    if not isinstance(row, dict):
        raise RecordError(path, number, "a JSON object was expected")
    return row


def write_records(path: Path, records: Iterable[Record]) -> int:
    """Write `records` to `path`, all or nothing, and return how many there were."""
    return write_rows(path, (record.model_dump(mode="json", exclude_none=True) for record in records))


def write_rows(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """Write JSON objects to `path`, all or nothing, and return how many there were."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix, delete=False) as reserved:
        partial = Path(reserved.name)
    try:
        with open_text(partial, "w") as out:
            for row in rows:
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
                count += 1
        partial.chmod(0o644)
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    return count


def append_record(out: IO[str], record: Record) -> None:
    """Append one record to an open file and hand it to the operating system, so that a kill loses at most this line."""
    out.write(record.model_dump_json(exclude_none=True) + "\n")
    out.flush()


def refuse_second_writer(file: IO[str], path: Path) -> None:
    """Hold the open file at `path` for this process until it is closed: two writers would tear each other's lines.

    Raises:
        DataError: another process holds it; `file` is closed.
    """
    if sys.platform == "win32":
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise DataError(f"{path}: another process is working on this run") from None


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


def open_text(path: Path, mode: str) -> IO[str]:
    """Open `path` as UTF-8 text for "r" or "w", through gzip or zstd when its suffix asks for it.

    Raises:
        MissingExtraError: the file is `.zst` and zstandard is not installed.
    """
    if path.suffix == ".gz":
        if mode == "w":
            return io.TextIOWrapper(_DeterministicGzip(path), encoding="utf-8", newline="\n")
        return gzip.open(path, "rt", encoding="utf-8")
    if path.suffix == ".zst":
        return _open_zstd(path, mode)
    return path.open(mode, encoding="utf-8", newline="\n")


class _DeterministicGzip(gzip.GzipFile):
    """An archive without a name or a time inside: the same records give the same bytes."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        super().__init__(filename="", fileobj=self._file, mode="wb", mtime=0)

    def close(self) -> None:
        super().close()
        self._file.close()


def _open_zstd(path: Path, mode: str) -> IO[str]:
    try:
        import zstandard
    except ImportError:
        raise MissingExtraError("zstandard", "zstd") from None
    return zstandard.open(path, mode, encoding="utf-8", newline="\n")  # type: ignore[no-any-return]
