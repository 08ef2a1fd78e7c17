"""JSON Lines files of records: streamed in, written atomically, compressed by suffix (`.gz`, `.zst`).

A bad line is an error named by file and line. Nothing here knows what a record means.
"""

import gzip
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, TypeVar

from pydantic import ValidationError

from codefavor.atomic import replacing
from codefavor.errors import DataError, MissingExtraError, RecordError
from codefavor.record import Record, explain

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
    count = 0
    with replacing(path) as partial, open_text(partial, "w", path.suffix) as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count


def open_text(path: Path, mode: str, suffix: str | None = None) -> IO[str]:
    """Open `path` as UTF-8 text for "r" or "w", through gzip or zstd when `suffix`, else its own, asks for it.

    Raises:
        MissingExtraError: the file is `.zst` and zstandard is not installed.
    """
    suffix = path.suffix if suffix is None else suffix
    if suffix == ".gz":
        if mode == "w":
            return io.TextIOWrapper(_DeterministicGzip(path), encoding="utf-8", newline="\n")
        return gzip.open(path, "rt", encoding="utf-8")
    if suffix == ".zst":
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
