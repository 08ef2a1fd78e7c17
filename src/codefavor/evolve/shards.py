"""The shards of a run: contiguous seeds with a folder of their own, and one Parquet file that says they are settled.

`OUT/shards/00042/` holds seeds.jsonl, journal.jsonl and answers.sqlite; `OUT/shards/00042.parquet` appears whole when
every seed of the shard is settled. How a shard is settled, and where, is not decided here.
"""

import importlib
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from codefavor.errors import DataError, MissingExtraError, UserError
from codefavor.evolve.commit_seed import CommitSeed
from codefavor.evolve.evolve_seeds import SHARDS
from codefavor.evolve.instruction_seed import InstructionSeed
from codefavor.evolve.journal import Settled, read_settled
from codefavor.evolve.protocol import Discard
from codefavor.jsonl import read_records, write_records
from codefavor.record import Record

_SIZE = "shards.json"


class Shard(Record):
    """Contiguous seeds of a run."""

    folder: Path
    """Its folder."""
    first: int
    """The index of its first seed within the run."""
    seeds: int
    """How many seeds it has."""

    @property
    def table(self) -> Path:
        """The file that says that the shard is settled."""
        return self.folder.with_suffix(".parquet")

    @property
    def seed_file(self) -> Path:
        """The file of its seeds."""
        return self.folder / "seeds.jsonl"

    @property
    def journal(self) -> Path:
        """The file of what is settled; it counts seeds within the shard."""
        return self.folder / "journal.jsonl"

    def settled(self) -> Iterator[Settled]:
        """Yield what is settled in the order of the run's seeds, whether the shard is finished or not.

        Raises:
            DataError: its files are damaged.
        """
        own = _read_table(self.table) if self.table.exists() else self._in_order()
        for settled in own:
            yield settled.model_copy(update={"index": self.first + settled.index})

    def finish(self) -> None:
        """Write the table, all or nothing.

        Raises:
            MissingExtraError: pyarrow is not installed.
        """
        _write_table(self.table, list(self._in_order()))

    def _in_order(self) -> Iterator[Settled]:
        found = read_settled(self.journal) if self.journal.exists() else ()
        return iter(sorted(found, key=lambda settled: settled.index))


class SettledShards:
    """What is settled in all shards, in the order of the seeds; it can be gone through again and again."""

    def __init__(self, shards: Iterable[Shard]) -> None:
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
    if not path.exists():
        path.write_text(f"{size}\n", encoding="utf-8")
    begun = path.read_text(encoding="utf-8").strip()
    if begun != str(size):
        raise UserError(f"{folder}: this run was begun with --shards-of {begun}; go on with it or choose a new folder")


def cut(
    seeds: Iterable[CommitSeed | InstructionSeed | Discard],
    folder: Path,
    size: int,
    limit: int | None,
    not_seeds: Counter[str],
) -> list[Shard]:
    """Write the seeds, up to the limit, into shards of `size` and return them; discards are counted in `not_seeds`.

    Seeds written before stay as they are, under a lower limit too, though shards wholly beyond it are left out; a last
    shard that gets more seeds than before is no longer finished.

    Raises:
        DataError: the seeds are not those that the run was begun with.
    """
    drawn = _seeds(seeds, limit, not_seeds)
    shards: list[Shard] = []
    while batch := list(islice(drawn, size)):
        number = len(shards)
        shards.append(_write_seeds(folder / SHARDS / f"{number:05}", number * size, batch))
    return shards


def _seeds(
    seeds: Iterable[CommitSeed | InstructionSeed | Discard], limit: int | None, not_seeds: Counter[str]
) -> Iterator[CommitSeed | InstructionSeed]:
    count = 0
    for seed in seeds:
        if isinstance(seed, Discard):
            not_seeds[seed.reason] += 1
            continue
        yield seed
        count += 1
        if count == limit:
            return


def _write_seeds(folder: Path, first: int, batch: list[CommitSeed | InstructionSeed]) -> Shard:
    shard = Shard(folder=folder, first=first, seeds=len(batch))
    before = list(read_records(shard.seed_file, type(batch[0]))) if shard.seed_file.exists() else []
    if any(old != new for old, new in zip(before, batch, strict=False)):
        raise DataError(f"{shard.seed_file}: the seeds were other ones when the run began; choose a new folder")
    if len(before) < len(batch):
        shard.table.unlink(missing_ok=True)
        write_records(shard.seed_file, batch)
    return shard.model_copy(update={"seeds": max(len(before), len(batch))})


def _write_table(path: Path, settled: list[Settled]) -> None:
    arrow, parquet = _arrow("pyarrow"), _arrow("pyarrow.parquet")
    columns = {
        "index": [one.index for one in settled],
        "source_id": [one.source_id for one in settled],
        "stage": arrow.array([one.discard.stage if one.discard else None for one in settled], arrow.string()),
        "record": [one.model_dump_json(exclude_none=True) for one in settled],
    }
    partial = path.with_name(f".{path.name}.partial")
    parquet.write_table(arrow.table(columns), partial, compression="zstd")
    partial.replace(path)


def _read_table(path: Path) -> Iterator[Settled]:
    parquet = _arrow("pyarrow.parquet")
    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=256, columns=["record"]):
                for record in batch.column("record").to_pylist():
                    yield Settled.model_validate_json(record)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: unreadable: {error}; delete it, and the run makes it again") from None


def _arrow(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        raise MissingExtraError("pyarrow", "ray") from None
