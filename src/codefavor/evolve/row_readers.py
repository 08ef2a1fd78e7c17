"""Rows of a table from JSON Lines, Parquet or the Hugging Face hub, one at a time; columns have no meaning here."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from codefavor.errors import DataError, MissingExtraError
from codefavor.jsonl import read_rows

HUB = "hub:"
"""What begins the name of a data set on the hub: `hub:owner/name`, with `@split` after it where it is not train."""


def read_table(source: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (row number from 1, row) of a `.parquet` file, a JSON Lines file, or a data set on the hub.

    Raises:
        DataError: the source is missing or unreadable.
        MissingExtraError: the package that reads it is not installed.
    """
    if source.startswith(HUB):
        return _read_hub(source.removeprefix(HUB))
    path = Path(source)
    return _read_parquet(path) if path.suffix == ".parquet" else read_rows(path)


def _read_parquet(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise MissingExtraError("pyarrow", "parquet") from None
    number = 0
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=256):
                for row in batch.to_pylist():
                    number += 1
                    yield number, row
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: unreadable after row {number}: {error}") from None


def _read_hub(name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        datasets = importlib.import_module("datasets")
    except ImportError:
        raise MissingExtraError("datasets", "train") from None
    dataset, _, split = name.partition("@")
    try:
        rows = datasets.load_dataset(dataset, split=split or "train", streaming=True)
        yield from enumerate(rows, start=1)
    except (OSError, ValueError) as error:
        raise DataError(f"hub:{name}: cannot be read: {error}") from None
