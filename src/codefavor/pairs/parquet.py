"""Parquet files of rows, streamed in batches. It needs the extra `parquet` and knows nothing of pairs."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from codefavor.atomic import replacing
from codefavor.errors import DataError, MissingExtraError
from codefavor.pairs.formats.protocol import REST, ColumnType, Row

_BATCH = 1000


def read_parquet(path: Path) -> Iterator[tuple[int, Row]]:
    """Yield (row number from 1, row without its nulls).

    Raises:
        DataError: the file is missing or no Parquet.
        MissingExtraError: pyarrow is not installed.
    """
    pyarrow, parquet = _pyarrow()
    number = 0
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_BATCH):
                for row in batch.to_pylist():
                    number += 1
                    yield number, {name: value for name, value in row.items() if value is not None}
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except (OSError, pyarrow.ArrowException) as error:
        raise DataError(f"{path}: unreadable after row {number}: {' '.join(str(error).split())}") from None


def write_parquet(path: Path, rows: Iterable[Row], columns: Mapping[str, ColumnType]) -> int:
    """Write rows with the given columns, all or nothing, and return how many there were.

    Raises:
        MissingExtraError: pyarrow is not installed.
    """
    pyarrow, parquet = _pyarrow()
    schema = _schema(pyarrow, columns)
    count = 0
    source = iter(rows)
    with replacing(path) as partial, parquet.ParquetWriter(partial, schema) as writer:
        while batch := list(islice(source, _BATCH)):
            writer.write_table(pyarrow.Table.from_pylist(batch, schema=schema))
            count += len(batch)
    return count


def _schema(pyarrow: Any, columns: Mapping[str, ColumnType]) -> Any:
    message = pyarrow.struct([("role", pyarrow.string()), ("content", pyarrow.string())])
    types = {
        "text": pyarrow.string(),
        "number": pyarrow.int64(),
        "real": pyarrow.float64(),
        "texts": pyarrow.list_(pyarrow.string()),
        "messages": pyarrow.list_(message),
    }
    return pyarrow.schema([*((name, types[column]) for name, column in columns.items()), (REST, pyarrow.string())])


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise MissingExtraError("pyarrow", "parquet") from None
    return pyarrow, pyarrow.parquet
