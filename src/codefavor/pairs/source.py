"""Files of preference pairs in any format and any container; pairs stream, files appear whole or not at all.

Containers: JSON Lines (plain, `.gz`, `.zst`), Parquet, and for reading a folder of Parquet files as the hub has them.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from codefavor.atomic import writing_to
from codefavor.errors import DataError, RecordError
from codefavor.jsonl import read_rows, write_rows
from codefavor.pairs.formats.native import Native, Table
from codefavor.pairs.formats.protocol import PairFormat, Row, RowDefaults, pair_of_row, row_of_pair
from codefavor.pairs.pair import PreferencePair
from codefavor.pairs.parquet import read_parquet, write_parquet
from codefavor.record import explain

_PARQUET = ".parquet"


def read_pairs(
    path: Path, pair_format: PairFormat | None = None, defaults: RowDefaults | None = None
) -> Iterator[PreferencePair]:
    """Yield the pairs of a file or a dataset folder one at a time; the format is codefavor's own unless named.

    Raises:
        DataError: the file is missing, unreadable, or a row of a Parquet file is not of the format.
        RecordError: a line is not of the format.
        MissingExtraError: Parquet is asked for and pyarrow is not installed.
    """
    assumed = defaults or RowDefaults(source=path.name)
    for part in _parts(path):
        packed = part.suffix == _PARQUET
        reader = _format_in(pair_format, packed)
        for number, row in read_parquet(part) if packed else read_rows(part):
            try:
                pair = pair_of_row(reader, row, assumed)
            except ValueError as error:
                reason = explain(error) if isinstance(error, ValidationError) else str(error)
                if packed:
                    raise DataError(f"{part}, row {number}: {reason}") from None
                raise RecordError(part, number, reason) from None
            yield pair


def write_pairs(path: Path, pairs: Iterable[PreferencePair], pair_format: PairFormat | None = None) -> int:
    """Write pairs to a file, all or nothing, and return how many there were.

    Raises:
        UserError: the place cannot be written to.
        MissingExtraError: Parquet is asked for and pyarrow is not installed.
    """
    packed = path.suffix == _PARQUET
    writer = _format_in(pair_format, packed)
    rows: Iterator[Row] = (row_of_pair(writer, pair) for pair in pairs)
    with writing_to(path):
        return write_parquet(path, rows, writer.columns) if packed else write_rows(path, rows)


def _format_in(pair_format: PairFormat | None, packed: bool) -> PairFormat:
    """Return the format of rows in a container: codefavor's own rows lie in Parquet as a flat table."""
    if pair_format is None or isinstance(pair_format, Native):
        return Table() if packed else Native()
    return pair_format


def _parts(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    parts = sorted((path / "data").glob(f"*{_PARQUET}"))
    if not parts:
        raise DataError(f"{path}: a folder without data/*.parquet is no dataset")
    return parts
