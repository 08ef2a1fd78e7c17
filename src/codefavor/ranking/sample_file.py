"""Files of candidate sets, JSON Lines or Parquet: one instruction a row with its candidates. Rows stream.

A row has `instruction` and `candidates` (a list of texts), and may have `id`, `criterion` (an aspect's name, other
words, or an object with text and aspect) and `language`. Other columns are ignored: samplers write many.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from codefavor.errors import DataError, RecordError
from codefavor.jsonl import read_rows
from codefavor.pairs.criterion import Criterion, resolve_criterion
from codefavor.pairs.parquet import read_parquet
from codefavor.ranking.candidate_set import CandidateSet
from codefavor.record import explain

_READ = ("id", "instruction", "criterion", "candidates", "language")


def read_samples(path: Path, criterion: Criterion | None) -> Iterator[tuple[int, CandidateSet]]:
    """Yield (place from 0, candidate set); `criterion` is that of rows that name none.

    Raises:
        DataError: the file is missing or unreadable, or a row of a Parquet file is malformed.
        RecordError: a line is malformed.
        MissingExtraError: Parquet is asked for and pyarrow is not installed.
    """
    packed = path.suffix == ".parquet"
    for place, (number, row) in enumerate(read_parquet(path) if packed else read_rows(path)):
        try:
            yield place, _candidate_set(row, place, criterion)
        except ValueError as error:
            reason = explain(error) if isinstance(error, ValidationError) else str(error)
            if packed:
                raise DataError(f"{path}, row {number}: {reason}") from None
            raise RecordError(path, number, reason) from None


def count_samples(path: Path, criterion: Criterion | None) -> int:
    """Return how many candidate sets there are, every row being read and checked.

    Raises:
        DataError: there is none, or as in `read_samples`.
    """
    problems = sum(1 for _ in read_samples(path, criterion))
    if not problems:
        raise DataError(f"{path}: no problems in it; a row with instruction and candidates was expected")
    return problems


def _candidate_set(row: dict[str, Any], place: int, criterion: Criterion | None) -> CandidateSet:
    fields = {name: row[name] for name in _READ if row.get(name) is not None}
    fields["id"] = str(fields.get("id", place))
    fields["criterion"] = _criterion(fields["criterion"]) if "criterion" in fields else criterion
    if fields["criterion"] is None:
        raise ValueError("criterion: neither the row nor the command says what better means")
    return CandidateSet.model_validate(fields)


def _criterion(value: Any) -> Any:
    return resolve_criterion(value) if isinstance(value, str) else value
