"""Work with a judge over a Ray cluster: records are cut into shards, and a worker loads the judge once for all of its.

`OUT/shards/00042.jsonl` holds the records of a shard, `OUT/shards/00042/` what a worker has finished of it, so that a
shard that broke off goes on too. The driver takes what is finished and removes the shard; when it is killed, the next
run does so first. The folder has to be on storage that driver and workers share. What a record is, what is done with
it and what is written is the caller's.
"""

import shutil
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Annotated, Protocol, TypeVar

from pydantic import Field

from codefavor.errors import CodeFavorError, DataError
from codefavor.fleet import reach, spread
from codefavor.jsonl import write_records
from codefavor.judges.load import judge_files, load_judge
from codefavor.judges.protocol import Judge
from codefavor.manifest import hash_file
from codefavor.record import Record

_SHARDS = "shards"


class Fleet(Record):
    """How the work is spread; none of it shapes the result."""

    workers: Annotated[int, Field(gt=0)] = 4
    """How many shards are worked on at a time."""
    shards_of: Annotated[int, Field(gt=0)] = 64
    """How many records a shard has."""
    address: str | None = None
    """The cluster's address; None starts Ray on this machine for the run."""


class Shard(Record):
    """What a worker is told; no secret is in it."""

    folder: Path
    """Where it keeps what it has finished."""
    judge: str
    """The spec of the judge."""
    judge_files: dict[str, str]
    """SHA-256 of the files that the judge is made of, by name."""
    unsafe_local: bool = False
    """Whether foreign code may run without a full sandbox."""

    @property
    def records(self) -> Path:
        """The file of its records."""
        return _records_of(self.folder)


ShardT = TypeVar("ShardT", bound=Shard)
DoneT = TypeVar("DoneT")


class _Outcome(Record):
    """What a worker says when it leaves a shard."""

    folder: Path
    """The shard."""
    error: str | None = None
    """What stopped it."""


def _cut(records: Iterable[Record], out: Path, size: int) -> Iterator[Path]:
    """Write the records into shards of `size` within `out` and yield their folders."""
    source, number = iter(records), 0
    while batch := list(islice(source, size)):
        folder = out.resolve() / _SHARDS / f"{number:05}"
        write_records(_records_of(folder), batch)
        yield folder
        number += 1


def _settle_all(shards: Sequence[Shard], work: Callable[[str], str], fleet: Fleet) -> Generator[Path]:
    lines = [shard.model_dump_json() for shard in shards]
    with closing(spread(lines, work, fleet.workers, fleet.address)) as outcomes:
        for line in outcomes:
            outcome = _Outcome.model_validate_json(line)
            if outcome.error:
                raise CodeFavorError(f"shard {outcome.folder.name}: {outcome.error}")
            yield outcome.folder


def settled(line: str, kind: type[ShardT], work: Callable[[Judge, ShardT], None]) -> str:
    """Settle the shard of a line in the process of a worker; a named error is part of what is returned."""
    shard = kind.model_validate_json(line)
    try:
        if not shard.records.exists():
            raise DataError(
                f"{shard.records}: not seen by this worker; --out has to be on storage that all nodes share"
            )
        work(_judge(shard.judge, shard.unsafe_local, tuple(shard.judge_files.items())), shard)
    except CodeFavorError as error:
        return _Outcome(folder=shard.folder, error=str(error)).model_dump_json()
    return _Outcome(folder=shard.folder).model_dump_json()


class JudgeSettings(Protocol):
    """What the settings of every run say of its judge."""

    @property
    def judge_files(self) -> dict[str, str]:
        """SHA-256 of the files that the judge is made of, by name."""

    @property
    def unsafe_local(self) -> bool:
        """Whether foreign code may run without a full sandbox."""


class Driver:
    """Spreads the records of one run over a Ray cluster."""

    def __init__(self, spec: str, out: Path, fleet: Fleet) -> None:
        """Ask the judge of `spec`, which every worker loads by itself, for the run in `out`.

        Raises:
            MissingExtraError: Ray is not installed.
            UserError: there is no cluster at the address.
        """
        reach(fleet.address)
        self._spec = spec
        self._out = out
        self._fleet = fleet

    def settle(
        self,
        records: Iterable[Record],
        settings: JudgeSettings,
        shard: Callable[..., Shard],
        work: Callable[[str], str],
    ) -> Generator[Path]:
        """Have `work` settle all records, and yield the folders of their shards as they are finished.

        `shard` makes one of a folder, what the worker is told of the judge, and the `settings`. Close the iterator when
        leaving early: that ends the work.

        Raises:
            UserError: there is no such cluster.
            CodeFavorError: a worker was stopped; the message names the shard.
        """
        known = {"judge_files": settings.judge_files, "unsafe_local": settings.unsafe_local, "settings": settings}
        shards = [
            shard(folder=folder, judge=self._spec, **known)
            for folder in _cut(records, self._out, self._fleet.shards_of)
        ]
        with closing(_settle_all(shards, work, self._fleet)) as finished:
            yield from finished
        _remove_all(self._out)


def leftovers(out: Path, take: Callable[[Path], Iterable[DoneT]]) -> Iterator[DoneT]:
    """Yield what `take` finds finished in the shards that an earlier run's driver did not come to, and remove them."""
    for records in sorted((out / _SHARDS).glob("*.jsonl")):
        yield from take(records.with_suffix(""))
    _remove_all(out)


def remove(folder: Path) -> None:
    """Remove a shard whose finished work is taken."""
    shutil.rmtree(folder, ignore_errors=True)
    _records_of(folder).unlink(missing_ok=True)


def _remove_all(out: Path) -> None:
    """Remove the place of the shards, once their finished work is taken."""
    shutil.rmtree(out / _SHARDS, ignore_errors=True)


@lru_cache(maxsize=1)
def _judge(spec: str, unsafe_local: bool, files: tuple[tuple[str, str], ...]) -> Judge:
    """Return the judge, loaded once for all shards of a process."""
    if {each.name: hash_file(each) for each in judge_files(spec)} != dict(files):
        raise DataError(f"the judge {spec} is another one here than where the run was begun")
    return load_judge(spec, unsafe_local)


def _records_of(folder: Path) -> Path:
    return folder.with_suffix(".jsonl")
