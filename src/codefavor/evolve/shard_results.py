"""What is settled of the shards of a run: a journal each and, once all its seeds are settled, a Parquet file.

`OUT/shards/00042/` holds journal.jsonl and answers.sqlite; `OUT/shards/00042.parquet` appears whole when every seed of
the shard is settled. How a shard is settled, and where, is not decided here.
"""

import importlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from codefavor.atomic import create_once, replacing
from codefavor.errors import DataError, MissingExtraError
from codefavor.evolve.settled import Settled
from codefavor.runs.journal import JOURNAL_FILE, read_journal
from codefavor.runs.run_folder import other_settings
from codefavor.runs.shards import Shard

_SIZE = "shards.json"


class SeedShard(Shard):
    """Contiguous seeds of a run, and what became of them."""

    @property
    def table(self) -> Path:
        """The file of what is settled, once all of it is."""
        return self.folder.with_suffix(".parquet")

    @property
    def journal(self) -> Path:
        """The file of what is settled; it counts seeds within the shard."""
        return self.folder / JOURNAL_FILE

    @property
    def is_settled(self) -> bool:
        """Whether every seed of the shard is settled; a table of fewer is of the time before the shard grew."""
        return self.table.exists() and _rows(self.table) == self.count

    def settled(self) -> Iterator[Settled]:
        """Yield what is settled in the order of the run's seeds, whether the shard is finished or not.

        Raises:
            DataError: its files are damaged.
        """
        own = _read_table(self.table) if self.is_settled else self._in_order()
        for settled in own:
            yield settled.model_copy(update={"index": self.first + settled.index})

    def finish(self) -> None:
        """Write the table, all or nothing.

        Raises:
            MissingExtraError: pyarrow is not installed.
        """
        _write_table(self.table, list(self._in_order()))

    def _in_order(self) -> Iterator[Settled]:
        found = read_journal(self.journal, Settled) if self.journal.exists() else ()
        return iter(sorted(found, key=lambda settled: settled.index))


class SettledShards:
    """What is settled in all shards, in the order of the seeds; it can be gone through again and again."""

    def __init__(self, shards: Iterable[SeedShard]) -> None:
        self._shards = tuple(shards)

    def __iter__(self) -> Iterator[Settled]:
        for shard in self._shards:
            yield from shard.settled()


def fix_size(folder: Path, size: int) -> None:
    """Note how many seeds a shard of the run in `folder` has, once for all.

    Raises:
        UserError: the run was begun with another number.
    """
    path = folder / _SIZE
    if path.exists() or not create_once(path, f"{size}\n"):
        begun = path.read_text(encoding="utf-8").strip()
        if begun != str(size):
            raise other_settings(folder, ["shards of"], f"--shards-of {begun}")


def _write_table(path: Path, settled: list[Settled]) -> None:
    arrow, parquet = _arrow("pyarrow"), _arrow("pyarrow.parquet")
    columns = {
        "index": [one.index for one in settled],
        "source_id": [one.source_id for one in settled],
        "stage": arrow.array([one.discard.stage if one.discard else None for one in settled], arrow.string()),
        "record": [one.model_dump_json(exclude_none=True) for one in settled],
    }
    with replacing(path) as partial:
        parquet.write_table(arrow.table(columns), partial, compression="zstd")


def _rows(path: Path) -> int:
    try:
        return int(_arrow("pyarrow.parquet").read_metadata(path).num_rows)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None


def _read_table(path: Path) -> Iterator[Settled]:
    parquet = _arrow("pyarrow.parquet")
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=256, columns=["record"]):
                for record in batch.column("record").to_pylist():
                    yield Settled.model_validate_json(record)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> DataError:
    return DataError(f"{path}: unreadable: {error}; delete it, and the run makes it again")


def _arrow(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        raise MissingExtraError("pyarrow", "ray") from None
