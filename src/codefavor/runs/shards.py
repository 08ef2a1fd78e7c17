"""Work on a Ray cluster: records are cut into shards, workers settle them, the driver takes what they finished.

`OUT/shards/00042.jsonl` holds the records of a shard and `OUT/shards/00042/` what a worker has finished of it, so that
a shard that broke off is resumed too. The folder has to be on storage that driver and workers share. What a record is,
what is done with it and what is written is the caller's.
"""

import shutil
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import Field

from codefavor.errors import CodeFavorError, DataError
from codefavor.fleet import spread
from codefavor.jsonl import read_records, write_records
from codefavor.record import Record

SHARDS = "shards"
"""The folder of the shards within that of the run."""


class Fleet(Record):
    """How work is spread; none of it shapes the result."""

    workers: Annotated[int, Field(gt=0)] = 4
    """How many shards are worked on at a time."""
    shards_of: Annotated[int, Field(gt=0)] = 64
    """How many records a shard has."""
    address: str | None = None
    """The cluster's address; None starts Ray on this machine for the run."""


class Shard(Record):
    """Records of a run that follow one another, for one worker at a time."""

    folder: Path
    """Where a worker keeps what it has finished."""
    first: int
    """The number of its first record within the run."""
    count: int
    """How many records it has."""

    @property
    def records(self) -> Path:
        """The file of its records."""
        return records_of(self.folder)


class ShardOutcome(Record):
    """What a worker reports when it leaves a shard."""

    folder: Path
    """The shard."""
    error: str | None = None
    """What stopped the worker."""


RecordT = TypeVar("RecordT", bound=Record)
ShardT = TypeVar("ShardT", bound=Record)
OutcomeT = TypeVar("OutcomeT", bound=ShardOutcome)
DoneT = TypeVar("DoneT")


def records_of(folder: Path) -> Path:
    """Return the file of the records of the shard in `folder`."""
    return folder.with_suffix(".jsonl")


def cut(records: Iterable[Record], out: Path, size: int) -> Iterator[Shard]:
    """Write the records into shards of `size` within `out` and yield them.

    Records written before stay where they are, also those beyond the last of `records`; a last shard that has become
    longer is written anew.

    Raises:
        DataError: a shard was written with other records.
    """
    source, number = iter(records), 0
    while batch := list(islice(source, size)):
        folder = out.resolve() / SHARDS / f"{number:05}"
        yield Shard(folder=folder, first=number * size, count=_write(records_of(folder), batch))
        number += 1


def _write(path: Path, batch: Sequence[Record]) -> int:
    """Write the records of a shard unless they are there, and return how many it has."""
    before = list(read_records(path, type(batch[0]))) if path.exists() else []
    if any(old != new for old, new in zip(before, batch, strict=False)):
        raise DataError(f"{path}: the records were other ones when the run began; choose another --out")
    if len(before) < len(batch):
        write_records(path, batch)
    return max(len(before), len(batch))


def settle(
    tasks: Sequence[Record], work: Callable[[str], str], outcome_type: type[OutcomeT], fleet: Fleet
) -> Generator[OutcomeT]:
    """Have workers settle tasks of one shard each, and yield what they report; close the iterator when leaving early.

    `work`, a function of a module, gets a task as JSON and returns the outcome as JSON; see `settled`.

    Raises:
        UserError: there is no such cluster.
        CodeFavorError: a worker was stopped; the message names the shard.
    """
    lines = [task.model_dump_json() for task in tasks]
    with closing(spread(lines, work, fleet.workers, fleet.address)) as replies:
        for line in replies:
            outcome = outcome_type.model_validate_json(line)
            if outcome.error:
                raise CodeFavorError(f"shard {outcome.folder.name}: {outcome.error}")
            yield outcome


def settled(shard: Shard, work: Callable[[], ShardOutcome]) -> str:
    """Settle a shard in the process of a worker; a named error is part of what is returned."""
    try:
        if not shard.records.exists():
            raise DataError(
                f"{shard.records}: not seen by this worker; --out has to be on storage that all nodes share"
            )
        outcome = work()
    except CodeFavorError as error:
        outcome = ShardOutcome(folder=shard.folder, error=str(error))
    return outcome.model_dump_json()


def take(out: Path, finished: Callable[[Path], Iterable[DoneT]]) -> Iterator[DoneT]:
    """Yield what `finished` finds in the shards that an earlier run's driver did not come to, and remove them."""
    for records in sorted((out / SHARDS).glob("*.jsonl")):
        yield from take_shard(records.with_suffix(""), finished)
    remove_all(out)


def take_shard(folder: Path, finished: Callable[[Path], Iterable[DoneT]]) -> Iterator[DoneT]:
    """Yield what `finished` finds in a shard, each to be written before the next is asked for, and remove the shard."""
    yield from finished(folder)
    shutil.rmtree(folder, ignore_errors=True)
    records_of(folder).unlink(missing_ok=True)


def remove_all(out: Path) -> None:
    """Remove the folder of the shards, once their finished work is taken."""
    shutil.rmtree(out / SHARDS, ignore_errors=True)
